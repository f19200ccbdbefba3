"""Light markup (.rst, .org, .adoc) and LaTeX (.tex): headings and paragraphs, in the text as it is written.

As in Markdown, offsets refer to the text of the file, so that a quote can be found in it; commands that print nothing
are not part of a paragraph.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from askbrief.core.text import pattern
from askbrief.documents.builder import ParsedText
from askbrief.documents.metadata import iso_date
from askbrief.documents.text import decode_with_notes, line_spans, stripped
from askbrief.records import Block, BlockKind, Metadata, Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


_STARS = pattern(r"(\*{1,8})[ \t]+(?:(?:TODO|DONE|NEXT|WAITING)[ \t]+)?(\S.*?)(?:[ \t]+:[\w@:]+:)?[ \t]*$")
_EQUALS = pattern(r"(={1,6})[ \t]+(\S.*?)(?:[ \t]+=+)?[ \t]*$")
_ADORNMENT = pattern(r"""([=\-`:'"~^_*+#<>.!$%&(),/;?@\[\\\]{|}])\1{2,}[ \t]*$""")
_SECTIONING = "part chapter section subsection subsubsection paragraph subparagraph".split()
_LATEX_HEADING = pattern(rf"\s*\\({'|'.join(_SECTIONING)})\*?\s*(?:\[[^\]]*\])?\{{")
_LATEX_TITLE = pattern(r"\\(title|author|date)\s*(?:\[[^\]]*\])?\{")
_LATEX_SILENT = pattern(
    r"\s*\\(?:documentclass|usepackage|begin|end|label|maketitle|tableofcontents|bibliography\w*|newcommand|renewcommand|def"
    r"|set\w+|include\w*|input|centering|vspace|hspace|newpage|clearpage|pagestyle|title|author|date|hline|toprule|midrule"
    r"|bottomrule|noindent|appendix|small|large)\b.*$"
)
_LATEX_COMMENT = pattern(r"(?<!\\)%.*$")
_ORG_SILENT = pattern(
    r"\s*(?:#\+(?!CAPTION)[A-Za-z_]+.*|#(?:\s.*)?|:[A-Za-z_-]+:.*|(?:SCHEDULED|DEADLINE|CLOSED):.*|\|[-+|]*)$"
)
_ORG_KEY = pattern(r"#\+(TITLE|AUTHOR|DATE):[ \t]*(\S.*?)[ \t]*$")
_ADOC_SILENT = pattern(
    r"\s*(?://.*|:[!\w-]+!?:.*|\[[^\]]*\]|={4,}|-{2,}|\.{4,}|\*{4,}|_{4,}|\+{4,}|\|={3,}|\+|ifdef::.*|ifndef::.*|endif::.*"
    r"|include::.*|toc::.*|'''|<<<)$"
)
_RST_SILENT = pattern(r"\s*(?:\.\.(?:\s.*)?|:[\w -]+:(?:\s.*)?|={2,}[ =]*|-{4,}|\+[-=+]{3,}|::)$")
_RST_FIELD = pattern(r":(title|author|date):[ \t]*(\S.*?)[ \t]*$")
_ADMONITION = pattern(r"\.\.\s+(?:note|warning|tip|important|caution|danger|attention|hint|admonition|epigraph)::\s*")
_ITEM = pattern(r"\s*(?:[-*+•]+|\.{1,5}|\(?\d{1,3}[.)]|\\item|#\.|\|)(?:\[[ xX]\])?\s")
_WORD = pattern(r"\w")
_MAX_HEADING_CHARS = 300


def parse(data: bytes) -> ParsedText:
    """Parse a marked-up text; the markup is told by the headings and commands in it, not by the suffix."""
    text, notes = decode_with_notes(data)
    lines = line_spans(text)
    words = [text[line.start : line.end] for line in lines]
    markup = _markup_of(words)
    return ParsedText(text, tuple(_blocks(text, lines, words, markup)), _metadata(text, words, markup), notes=notes)


def _markup_of(lines: Sequence[str]) -> str:
    """Return the markup of a text: "tex", "org", "adoc", or "rst"."""
    if any(_LATEX_HEADING.match(line) or line.lstrip().startswith((r"\documentclass", r"\begin{")) for line in lines):
        return "tex"
    org = sum(bool(_STARS.match(line) or _ORG_KEY.match(line)) for line in lines)
    adoc = sum(bool(_EQUALS.match(line)) for line in lines)
    rst = sum(_is_adorned(lines, index) for index in range(len(lines)))
    best = max((rst, "rst"), (adoc, "adoc"), (org, "org"), key=lambda entry: entry[0])
    return best[1]


def _is_adorned(lines: Sequence[str], index: int) -> bool:
    """Return whether a line is a heading of reStructuredText: a line of signs below it is as long as it is."""
    if index + 1 >= len(lines):
        return False
    line, below = lines[index].rstrip(), lines[index + 1].rstrip()
    title = bool(_WORD.search(line)) and len(line) <= _MAX_HEADING_CHARS
    return title and bool(_ADORNMENT.fullmatch(below)) and len(below) >= len(line.strip()) - 1 and " " not in below


def _blocks(text: str, lines: Sequence[Span], words: Sequence[str], markup: str) -> Iterator[Block]:
    levels: list[str] = []
    paragraph: list[int] = []
    comment = False

    def flush() -> Iterator[Block]:
        if paragraph:
            span = stripped(text, lines[paragraph[0]].start, lines[paragraph[-1]].end)
            if _WORD.search(text, span.start, span.end):
                yield Block(span.start, span.end)
        paragraph.clear()

    index = 0
    while index < len(lines):
        line = words[index]
        if markup == "rst" and line.startswith("..") and not _ADMONITION.match(line):
            comment = _is_comment(line)
        elif line.strip() and not line.startswith((" ", "\t")):
            comment = False
        heading = _heading(text, lines, words, index, markup, levels)
        if heading is not None:
            yield from flush()
            yield heading
            index += 2 if markup == "rst" else 1
            continue
        silent = comment or _is_silent(line, markup)
        if not line.strip() or silent or (_ITEM.match(line) and paragraph):
            yield from flush()
        if line.strip() and not silent:
            paragraph.append(index)
        index += 1
    yield from flush()


def _is_comment(line: str) -> bool:
    """Return whether an explicit markup of reStructuredText is a comment, which holds for the indented lines below."""
    return "::" not in line and not line.startswith((".. [", ".. _"))


def _is_silent(line: str, markup: str) -> bool:
    silent = {"tex": _LATEX_SILENT, "org": _ORG_SILENT, "adoc": _ADOC_SILENT, "rst": _RST_SILENT}[markup]
    if markup == "tex":
        return bool(silent.match(line)) or line.lstrip().startswith("%")
    if markup == "rst" and _ADMONITION.match(line):
        return not _ADMONITION.sub("", line).strip()
    return bool(silent.match(line)) or (markup == "rst" and bool(_ADORNMENT.fullmatch(line)))


def _heading(
    text: str, lines: Sequence[Span], words: Sequence[str], index: int, markup: str, levels: list[str]
) -> Block | None:
    line, start = words[index], lines[index].start
    if markup == "rst":
        if not _is_adorned(words, index):
            return None
        over = index > 0 and words[index - 1].rstrip() == words[index + 1].rstrip()
        sign = words[index + 1][0] + ("*" if over else "")
        levels += [] if sign in levels else [sign]
        span = stripped(text, start, lines[index].end)
        return Block(span.start, span.end, BlockKind.HEADING, levels.index(sign) + 1)
    if markup == "tex":
        opened = _LATEX_HEADING.match(line)
        end = _closing(text, start + opened.end()) if opened else None
        if opened is None or end is None:
            return None
        span = stripped(text, start + opened.end(), end)
        return Block(span.start, span.end, BlockKind.HEADING, _SECTIONING.index(opened[1]) + 1)
    match = (_STARS if markup == "org" else _EQUALS).match(line)
    return Block(start + match.start(2), start + match.end(2), BlockKind.HEADING, len(match[1])) if match else None


def _closing(text: str, start: int) -> int | None:
    """Return the offset of the brace that closes one before `start`, on the same line or the next few."""
    depth = 1
    for at in range(start, min(len(text), start + _MAX_HEADING_CHARS)):
        depth += (text[at] == "{") - (text[at] == "}")
        if not depth:
            return at
    return None


def _metadata(text: str, lines: Sequence[str], markup: str) -> Metadata:
    stated: dict[str, str] = {}
    if markup == "tex":
        for match in _LATEX_TITLE.finditer(text):
            end = _closing(text, match.end())
            stated.setdefault(match[1], _plain(text[match.end() : end]) if end else "")
    key = {"org": _ORG_KEY, "rst": _RST_FIELD}.get(markup)
    for match in filter(None, map(key.match, lines[:50])) if key else ():
        stated.setdefault(match[1].lower(), match[2])
    date = None
    with suppress(ValueError):
        date = iso_date(stated.get("date", "").strip("<>[]")[:10])
    authors = tuple(filter(None, (name.strip() for name in stated.get("author", "").replace(r"\and", ";").split(";"))))
    return Metadata(title=stated.get("title") or None, author=authors, date=date)


_COMMAND = pattern(r"\\[A-Za-z]+\*?\s*|[{}]|\\\\")


def _plain(words: str) -> str:
    return " ".join(_COMMAND.sub(" ", words.replace(r"\and", ";")).split())
