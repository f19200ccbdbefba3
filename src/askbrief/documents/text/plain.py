"""Plain text: paragraphs from blank lines or single lines, headings from short lines without closing punctuation."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import regex

from askbrief.core.lazy_regex import pattern
from askbrief.documents.builder import ParsedText
from askbrief.documents.metadata import front_matter
from askbrief.documents.text import decode, line_spans, stripped
from askbrief.records import Block, BlockKind, Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_WORD = pattern(r"\w")
_LIST_ITEM = pattern(r"\s*(?:[-*+•‣◦–]|\(?\d{1,3}[.)]|\(?[a-z][.)])\s")
_CLOSING = pattern(r"""[.!?:;,…。！？]["'”’»)\]]*$""")
_WIDEST_WRAPPED_LINE = 100
_NARROWEST_WRAPPED_MEAN = 45
_LONGEST_HEADING_CHARS = 80
_LONGEST_HEADING_WORDS = 12
_LONGEST_HEADING_RUN = 2


def parse(data: bytes) -> ParsedText:
    """Read a .txt file, with or without front matter."""
    text = decode(data)
    metadata, body = front_matter(text)
    return ParsedText(text, blocks(text, body), metadata)


def blocks(text: str, start: int = 0) -> tuple[Block, ...]:
    r"""Find the paragraphs and headings of a plain text from `start` on.

    >>> [(b.kind.value, b.start, b.end) for b in blocks("Attacks\n\nThey rose by 42%.\n")]
    [('heading', 0, 7), ('paragraph', 9, 26)]
    """
    pieces = [piece for group in _groups(text, start) for piece in _paragraphs(text, group)]
    headings = _headings(text, pieces)
    return tuple(
        Block(piece.span.start, piece.span.end, BlockKind.HEADING, level=1)
        if index in headings
        else Block(piece.span.start, piece.span.end)
        for index, piece in enumerate(pieces)
    )


@dataclass(frozen=True, slots=True)
class _Piece:
    span: Span
    opens_group: bool


def _groups(text: str, start: int) -> Iterator[list[Span]]:
    """Yield runs of lines that have words, as they stand between blank (or ruled) lines."""
    group: list[Span] = []
    for line in line_spans(text, start):
        if _WORD.search(text, line.start, line.end):
            group.append(stripped(text, line.start, line.end))
        elif group:
            yield group
            group = []
    if group:
        yield group


def _paragraphs(text: str, group: Sequence[Span]) -> Iterator[_Piece]:
    """Join the lines of a hard-wrapped group; otherwise every line is a paragraph."""
    wrapped = _is_wrapped(text, group)
    first = group[0]
    for previous, line in pairwise(group):
        if not wrapped or _LIST_ITEM.match(text, line.start, line.end):
            yield _Piece(Span(first.start, previous.end), first is group[0])
            first = line
    yield _Piece(Span(first.start, group[-1].end), first is group[0])


def _is_wrapped(text: str, group: Sequence[Span]) -> bool:
    widths = [line.end - line.start for line in group[:-1]]
    if not widths or max(widths) > _WIDEST_WRAPPED_LINE or sum(widths) / len(widths) < _NARROWEST_WRAPPED_MEAN:
        return False
    closed = sum(bool(_CLOSING.search(text[line.start : line.end])) for line in group[:-1])
    return closed < len(widths) / 2


def _headings(text: str, pieces: Sequence[_Piece]) -> set[int]:
    """Which pieces are headings: title-like, alone or two in a row, with a paragraph below.

    A longer run of title-like lines is a list or a table. Inside a group, a heading stands between long lines.
    """
    titles = [_is_title_like(text[piece.span.start : piece.span.end]) for piece in pieces]
    found: set[int] = set()
    run: list[int] = []
    for index, is_title in enumerate(titles):
        if is_title:
            run.append(index)
            continue
        if 0 < len(run) <= _LONGEST_HEADING_RUN and all(
            pieces[i].opens_group or _is_long(pieces[i - 1]) for i in run[:1]
        ):
            found.update(run)
        run = []
    return found


def _is_long(piece: _Piece) -> bool:
    return piece.span.end - piece.span.start > _LONGEST_HEADING_CHARS


def _is_title_like(line: str) -> bool:
    if len(line) > _LONGEST_HEADING_CHARS or len(line.split()) > _LONGEST_HEADING_WORDS:
        return False
    if "\n" in line or "\r" in line or "://" in line or _CLOSING.search(line) or _LIST_ITEM.match(line):
        return False
    first_word = regex.search(r"\w", line)
    return bool(first_word and not first_word.group().islower() and regex.search(r"\p{L}{2}", line))
