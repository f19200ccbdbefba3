"""Source code, configuration files and logs: comments as prose, code as it is written, with its lines and indentation.

A comment is read without its marks, its lines joined, because a person reads it so. Locators give lines.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from askbrief.core.text import pattern
from askbrief.documents.builder import DocumentBuilder
from askbrief.documents.text import decode_with_notes
from askbrief.records import Form

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import regex

    from askbrief.documents.builder import ParsedText

_HASH = (
    ".py .pyi .rb .pl .pm .r .jl .sh .bash .zsh .fish .ps1 .tf .toml .env .mk .cmake .ex .exs .conf .cfg .properties "
    ".graphql"
)
_DASHES, _SEMICOLONS, _PERCENT, _REM = ".sql .lua .hs", ".ini .clj", ".erl", ".bat .cmd"
_LINE_MARKS = (
    {suffix: pattern(r"\s*#(?!!)+\s?") for suffix in _HASH.split()}
    | {suffix: pattern(r"\s*--+\s?") for suffix in _DASHES.split()}
    | {suffix: pattern(r"\s*[;#]+\s?") for suffix in _SEMICOLONS.split()}
    | {suffix: pattern(r"\s*%+\s?") for suffix in _PERCENT.split()}
    | {suffix: pattern(r"(?i)\s*(?:rem\b|::)\s?") for suffix in _REM.split()}
)
_SLASHES = pattern(r"\s*//[/!]?\s?")
_OPEN, _CLOSE = pattern(r"\s*/\*+!?\s?"), pattern(r"\s*\*+/\s*$")
_STAR = pattern(r"^\s*\*+(?!/)\s?")
_QUOTES = pattern(r"\s*[rRuU]?(\"\"\"|''')")
_WITH_BLOCKS = frozenset(
    ".js .mjs .cjs .jsx .ts .tsx .java .kt .kts .scala .groovy .c .h .cc .cpp .cxx .hh .hpp .cs .fs .go .rs .php "
    ".swift .m .mm .dart .sql .css .scss .less .vue .proto .gradle .tf".split()
)
_WORD = pattern(r"\p{L}{2}")
_LOGS = frozenset({".log", ".out"})
_LOG_TIME = pattern(r"\W{0,3}(?:\d{4}[-/.]\d\d|\d\d[:/.]\d\d|\p{L}{3}\s{1,2}\d{1,2}\s|\d{9,})")
_MAX_ENTRY_LINES = 40
_MAX_CODE_LINES = 12
"""A longer piece of code without blank lines becomes several paragraphs."""


def parse(data: bytes, *, suffix: str = "") -> ParsedText:
    """Parse a file of source code; `suffix` tells the language, and so the marks of its comments."""
    return parse_source(*decode_with_notes(data), suffix)


def parse_source(text: str, notes: Sequence[str], suffix: str) -> ParsedText:
    builder = DocumentBuilder()
    lines = text.splitlines()
    if suffix in _LOGS:
        for number, entry in _entries(lines):
            builder.code("\n".join(entry), number=str(number))
        return builder.build(form=Form.LINES, notes=notes)
    for number, is_comment, piece in _pieces(lines, suffix):
        if is_comment:
            for offset, words in _comment_paragraphs(piece):
                builder.paragraph(words, number=str(number + offset))
        else:
            builder.code("\n".join(piece), number=str(number))
    return builder.build(form=Form.LINES, notes=notes)


def _entries(lines: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield the entries of a log: a line that begins with a time, or every line, with the indented ones below it."""
    timed = sum(bool(_LOG_TIME.match(line)) for line in lines) > len(lines) / 4
    entry: list[str] = []
    first = 0
    for number, line in enumerate(lines, 1):
        goes_on = (
            entry
            and len(entry) < _MAX_ENTRY_LINES
            and (line[:1] in {" ", "\t"} or (timed and not _LOG_TIME.match(line)))
        )
        if goes_on and line.strip():
            entry.append(line)
            continue
        if entry:
            yield first, entry
        entry, first = [line] if line.strip() else [], number
    if entry:
        yield first, entry


def _pieces(lines: Sequence[str], suffix: str) -> Iterator[tuple[int, bool, list[str]]]:
    """Yield comments, without their marks, and pieces of code, each with the number of its first line."""
    at = 0
    for is_comment, group in groupby(_marked(lines, suffix), lambda entry: entry[0]):
        piece = [line for _, line in group]
        if is_comment:
            yield at + 1, True, piece
        else:
            yield from ((at + 1 + start, False, code) for start, code in _code_pieces(piece))
        at += len(piece)


def _code_pieces(lines: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    start = 0
    for at in range(len(lines) + 1):
        if at == len(lines) or not lines[at].strip() or at - start >= _MAX_CODE_LINES:
            if any(line.strip() for line in lines[start:at]):
                first = next(i for i in range(start, at) if lines[i].strip())
                yield first, list(lines[first:at])
            start = at


def _marked(lines: Sequence[str], suffix: str) -> Iterator[tuple[bool, str]]:
    """Yield each line with whether it is a comment; a comment has lost its marks."""
    mark = _LINE_MARKS.get(suffix, _SLASHES if suffix in _WITH_BLOCKS else None)
    ending: regex.Pattern[str] | None = None
    python = suffix in {".py", ".pyi"}
    for line in lines:
        if ending is not None:
            closed = ending.search(line)
            yield True, _STAR.sub("", line[: closed.start()] if closed else line)
            ending = None if closed else ending
        elif suffix in _WITH_BLOCKS and (opened := _OPEN.match(line)):
            rest = line[opened.end() :]
            closed = _CLOSE.search(rest)
            if "*/" in rest and not closed:  # code follows the comment
                yield False, line
                continue
            yield True, rest[: closed.start()] if closed else rest
            ending = None if closed else _CLOSE
        elif python and (quoted := _QUOTES.match(line)):
            rest, end = line[quoted.end() :], quoted[1]
            yield True, rest.partition(end)[0]
            ending = None if end in rest else pattern(rf"{end}.*$")
        elif mark is not None and (marked := mark.match(line)) and _WORD.search(line):
            yield True, line[marked.end() :]
        else:
            yield False, line


def _comment_paragraphs(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield the paragraphs of a comment, which blank lines divide, each with the index of its first line."""
    start = 0
    for at in range(len(lines) + 1):
        if at == len(lines) or not lines[at].strip():
            words = " ".join(line.strip() for line in lines[start:at])
            if words:
                yield start, words
            start = at + 1
