"""Markdown files: the blocks of CommonMark, in the text as it is written.

Offsets refer to the text of the file, so that a quote keeps the markup of its author and can be found in the file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from markdown_it import MarkdownIt

from askbrief.core.text import pattern
from askbrief.documents.builder import ParsedText
from askbrief.documents.metadata import front_matter
from askbrief.documents.text import decode, line_spans, stripped
from askbrief.records import Block, BlockKind, Span

if TYPE_CHECKING:
    import regex
    from markdown_it.token import Token

_PARAGRAPHS = {"paragraph_open", "fence", "code_block", "html_block", "tr_open"}
_CONTAINERS = pattern(r"(?:\s*(?:>|(?:[-*+]|\d{1,9}[.)])(?=\s)))*\s*")
_HASHES = pattern(r"\s*#{1,6}(?=\s|$)")
_CLOSING = pattern(r"(?:\s+#+|\s*[\r\n][\s>]*(?:=+|-+))\s*$")
_WORD = pattern(r"\w")


def parse(data: bytes) -> ParsedText:
    text = decode(data)
    metadata, body = front_matter(text)
    return ParsedText(text, blocks(text, body), metadata)


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
