"""YAML (.yaml, .yml) as it is written, with its comments: names above other names are headings, the rest paragraphs.

It is not loaded, so that aliases, tags and templates are only text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from askbrief.core.text import pattern
from askbrief.documents.builder import DocumentBuilder
from askbrief.documents.text import decode
from askbrief.records import Form

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from askbrief.documents.builder import ParsedText

_KEY = pattern(r"\s*(?:-\s+)?([^\s#:][^#:]{0,200}?)\s*:\s*(?:#.*)?$")
_COMMENT = pattern(r"\s*#+\s?")
_DIVIDER = pattern(r"(?:---|\.\.\.)(?:\s.*)?$")
_INDENT = pattern(r"[ \t]*")
_MAX_LINES = 8
_MAX_LEVEL = 6


def parse(data: bytes) -> ParsedText:
    builder = DocumentBuilder()
    lines = list(enumerate(decode(data).splitlines(), 1))
    _add(builder, [(number, line) for number, line in lines if not _DIVIDER.match(line)], 1)
    return builder.build(form=Form.LINES)


def _add(builder: DocumentBuilder, lines: Sequence[tuple[int, str]], level: int) -> None:
    for entry in _entries(lines):
        comments = 0
        while comments < len(entry) and _COMMENT.match(entry[comments][1]):
            comments += 1
        words = " ".join(_COMMENT.sub("", line) for _, line in entry[:comments])
        builder.paragraph(words, number=str(entry[0][0]))
        rest = entry[comments:]
        key = _KEY.fullmatch(rest[0][1]) if rest else None
        if key and len(rest) > 1 and level <= _MAX_LEVEL and (level == 1 or len(rest) > _MAX_LINES):
            builder.heading(key[1].strip("'\""), level)
            _add(builder, rest[1:], level + 1)
        elif rest:
            _add_lines(builder, rest)


def _add_lines(builder: DocumentBuilder, lines: Sequence[tuple[int, str]]) -> None:
    for start in range(0, len(lines), _MAX_LINES):
        piece = lines[start : start + _MAX_LINES]
        least = min(_indent(line) for _, line in piece)
        builder.code("\n".join(line[least:] for _, line in piece), number=str(piece[0][0]))


def _entries(lines: Sequence[tuple[int, str]]) -> Iterator[list[tuple[int, str]]]:
    """Yield the lines of each entry on the outermost level, with the comments above it and the lines below it."""
    filled = [(number, line) for number, line in lines if line.strip()]
    if not filled:
        return
    least = min(_indent(line) for _, line in filled)
    entry: list[tuple[int, str]] = []
    only_comments = True
    for number, line in filled:
        if entry and not only_comments and _indent(line) <= least and not line.lstrip().startswith(("}", "]")):
            yield entry
            entry, only_comments = [], True
        entry.append((number, line))
        only_comments = only_comments and bool(_COMMENT.match(line))
    yield entry


def _indent(line: str) -> int:
    match = _INDENT.match(line)
    return match.end() if match else 0
