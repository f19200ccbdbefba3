"""Markdown files: the blocks of CommonMark, in the text as it is written.

Offsets refer to the text of the file, so that a quote keeps the markup of its author and can be found in the file.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt

from askbrief.core.text import pattern
from askbrief.documents.builder import ParsedText
from askbrief.documents.metadata import front_matter
from askbrief.documents.text import decode_with_notes, line_spans, stripped
from askbrief.records import Block, BlockKind, Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import regex
    from markdown_it.token import Token

_PARAGRAPHS = {"paragraph_open", "fence", "code_block", "html_block", "tr_open"}
_CONTAINERS = pattern(r"(?:\s*(?:>|(?:[-*+]|\d{1,9}[.)])(?=\s)))*\s*")
_HASHES = pattern(r"\s*#{1,6}(?=\s|$)")
_CLOSING = pattern(r"(?:\s+#+|\s*[\r\n][\s>]*(?:=+|-+))\s*$")
_FENCES = ("```", "~~~")
_COMMENT = pattern(r"<!--[\s\S]*?(?:-->|\Z)|(?<!\S)%%[\s\S]*?%%")
_TAGS = (
    "a|abbr|article|aside|b|big|blockquote|br|caption|center|cite|code|col|colgroup|dd|del|details|dfn|div|dl|dt|em|figcaption"
    "|figure|font|footer|h[1-6]|header|hr|i|iframe|img|ins|kbd|li|main|mark|nav|ol|p|picture|pre|q|s|samp|section|small|source"
    "|span|strike|strong|sub|summary|sup|table|tbody|td|tfoot|th|thead|tr|tt|u|ul|var|video"
)
_HTML = pattern(
    rf"(?i)(?P<code>(?P<tick>`+)[^`](?:[\s\S]*?[^`])?(?P=tick)(?!`))|<!--[\s\S]*?(?:-->|\Z)|(?<!\S)%%[\s\S]*?%%"
    rf"|<(?P<tag>/?(?:{_TAGS}))(?:\s[^<>]*)?/?>"
)
_BETWEEN = {"/td": " | ", "/th": " | "}
_WORD = pattern(r"\w")


def parse(data: bytes) -> ParsedText:
    return parse_text(*decode_with_notes(data))


def parse_text(text: str, notes: Sequence[str] = ()) -> ParsedText:
    """Parse a text. HTML in it is left out, apart from its words; comments are left out and counted."""
    found = front_matter(text)
    parsed = blocks(text, found.body)
    edits = [edit for block in parsed for edit in _edits(text, block)]
    comments = sum(len(_COMMENT.findall(text, block.start, block.end)) for block in parsed)
    said = [f"{comments} comment{'s' if comments > 1 else ''} left out"] if comments else []
    if edits:
        text, parsed = _edited(text, parsed, edits)
    return ParsedText(text, parsed, found.metadata, notes=(*notes, *found.notes, *said))


def _edits(text: str, block: Block) -> Iterator[tuple[int, int, str]]:
    """Yield the start and end of each comment and tag in a block outside code, and what stands there instead."""
    if text.startswith(_FENCES, block.start):
        return
    for match in _HTML.finditer(text, block.start, block.end):
        if match["code"] is None:
            tag = (match["tag"] or "").lower()
            yield (
                match.start(),
                match.end(),
                "\n" if tag in {"br", "/tr", "/p", "/li", "/summary"} else _BETWEEN.get(tag, ""),
            )


def _edited(text: str, parsed: Sequence[Block], edits: Sequence[tuple[int, int, str]]) -> tuple[str, tuple[Block, ...]]:
    """Apply edits, in order, to a text and to the offsets of its blocks; blocks without words are dropped."""
    pieces: list[str] = []
    at = removed = 0
    ends: list[int] = []
    shifts: list[int] = []
    for start, end, instead in edits:
        pieces += [text[at:start], instead]
        at, removed = end, removed + end - start - len(instead)
        ends.append(end)
        shifts.append(removed)
    edited = "".join([*pieces, text[at:]])

    def moved(offset: int) -> int:
        index = bisect_right(ends, offset)
        return offset - (shifts[index - 1] if index else 0)

    starts = {start: end for start, end, _ in edits}
    result = []
    for block in parsed:
        first = moved(block.start) if block.start not in starts else moved(starts[block.start])
        span = stripped(edited, min(first, moved(block.end)), moved(block.end))
        if _WORD.search(edited, span.start, span.end):
            result.append(Block(span.start, span.end, block.kind, block.level))
    return edited, tuple(result)


def blocks(text: str, start: int = 0) -> tuple[Block, ...]:
    """Find the headings, paragraphs, list items, table rows and code blocks from `start` on.

    >>> [(b.kind.value, b.level, b.start) for b in blocks("## Rise\\n- They rose.")]
    [('heading', 2, 3), ('paragraph', 0, 10)]
    """
    lines = line_spans(text, start)
    parser = MarkdownIt("commonmark").enable("table")
    parser.core.ruler.enableOnly(["normalize", "block"])  # the content of a block is quoted as it is written
    parsed = (_block(text, token, lines) for token in parser.parse(text[start:]))
    return tuple(block for block in parsed if block is not None)


def _block(text: str, token: Token, lines: list[Span]) -> Block | None:
    if token.map is None or token.type not in _PARAGRAPHS | {"heading_open"}:
        return None
    first, last = lines[token.map[0]].start, lines[min(token.map[1], len(lines)) - 1].end
    if token.level:
        first = _after(_CONTAINERS, text, first, last)
    if token.type == "heading_open":
        first = _after(_HASHES, text, first, last)
        closing = _CLOSING.search(text, first, last)
        span = stripped(text, first, closing.start() if closing else last)
        return Block(span.start, span.end, BlockKind.HEADING, int(token.tag[1:])) if span.end > span.start else None
    span = stripped(text, first, last)
    return Block(span.start, span.end) if _WORD.search(text, span.start, span.end) else None


def _after(prefix: regex.Pattern[str], text: str, first: int, last: int) -> int:
    match = prefix.match(text, first, last)
    return match.end() if match else first
