"""A document as the reader shows it: one stretch, with headings, paragraphs, pages, rows and marked passages."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from askbrief.records import Block, BlockKind, Form, Span
from askbrief.service.links import document_path, original_path
from askbrief.web.views.navigation import MatchesView, TextMatches, matches_view
from askbrief.web.views.text import TextMark, TextPiece, pieces, shortened

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from askbrief.records import Document, Passage

WHOLE = 60_000
"""A document of at most this many characters is content whole."""
STRETCH = 30_000
"""Length of a stretch of a longer document, in characters."""
_BEFORE = 8_000
"""Number of characters content before the place that a stretch is about."""
_SNAP = 2_000
"""A stretch begins with a paragraph if one begins at most this many characters before."""


@dataclass(frozen=True)
class DocumentLayout:
    """A document with what is computed from it once: offsets, paragraph labels and headings."""

    document: Document

    @cached_property
    def starts(self) -> list[int]:
        """The offsets at which its blocks begin, ascending."""
        return [block.start for block in self.document.blocks]

    @cached_property
    def labels(self) -> dict[int, str]:
        """The label of the paragraph at each offset: the document's own number, else its count."""
        own = "{}." if self.document.form in {Form.PROSE, Form.PAGES, Form.SLIDES} else "{}"
        return {
            block.start: own.format(block.number) if block.number else f"¶ {next(iter(counted.values()))}"
            for block, counted in self.document.paragraphs()
        }

    @cached_property
    def headings(self) -> list[tuple[int, int, str]]:
        """The offset, depth and words of each heading."""
        return [
            (block.start, block.level, " ".join(self.document.text[block.start : block.end].split()))
            for block in self.document.blocks
            if block.kind is BlockKind.HEADING
        ]

    @property
    def length(self) -> int:
        return len(self.document.text)

    def around(self, span: Span) -> Span:
        """Return the stretch that shows a span with the text around it."""
        if self.length <= WHOLE:
            return Span(0, self.length)
        start = self.snapped(span.start - _BEFORE)
        return Span(start, self.snapped(max(span.end + _BEFORE, start + STRETCH), onwards=True))

    def beginning_at(self, offset: int) -> Span:
        """Return the stretch that begins with the paragraph at an offset."""
        if self.length <= WHOLE:
            return Span(0, self.length)
        start = self.snapped(min(offset, self.length - 1))
        return Span(start, self.snapped(start + STRETCH, onwards=True))

    def ending_at(self, offset: int) -> Span:
        """Return the stretch that ends at an offset."""
        if self.length <= WHOLE:
            return Span(0, self.length)
        end = min(max(offset, 1), self.length)
        return Span(self.snapped(end - STRETCH), end)

    def snapped(self, offset: int, *, onwards: bool = False) -> int:
        """Return the offset of a paragraph at or shortly before an offset, or after it; else of a gap between words."""
        if offset <= 0 or offset >= self.length:
            return max(0, min(offset, self.length))
        place = bisect_right(self.starts, offset)
        if onwards and place < len(self.starts) and self.starts[place] - offset <= _SNAP:
            return self.starts[place]
        if place and offset - self.starts[place - 1] <= _SNAP:
            return self.starts[place - 1]
        blank = self.document.text.find(" ", offset, offset + _SNAP)
        return blank + 1 if blank >= 0 else offset


Item = TypeVar("Item")
CITED, MATCH, CURRENT = "cited", "found", "current"
"""Names of the marks, which are CSS classes."""
_MAX_HEADINGS = 200
_MAX_HEADING_CHARS = 100
_MAX_LEVEL = 6
_PAGES = {Form.PAGES: "p.", Form.SLIDES: "slide"}


class LineKind(StrEnum):
    """The kinds of lines of the reader."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ROW = "row"
    PAGE = "page"


@dataclass(frozen=True, slots=True)
class ReaderLine:
    """A heading, a paragraph, a row, or the beginning of a page; `label` is shown in the margin."""

    kind: LineKind
    label: str = ""
    level: int = 0
    pieces: tuple[TextPiece, ...] = ()


@dataclass(frozen=True, slots=True)
class OutlineEntry:
    """An entry of the outline."""

    words: str
    level: int
    address: str


@dataclass(frozen=True, slots=True)
class ReaderView:
    """A stretch of a document as its page shows it."""

    document: Document
    lines: tuple[ReaderLine, ...]
    stretch: Span
    earlier: str
    later: str
    outline: tuple[OutlineEntry, ...]
    original: str
    original_name: str
    matches: MatchesView | None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReaderContent:
    """The stretch of a document to show, and what to mark in it."""

    stretch: Span
    passages: Sequence[tuple[str, Passage]] = ()  # of the stretch, by key
    cited: Span | None = None  # the passage of the citation
    here: Span | None = None  # where the page scrolls to: that passage, or the current match
    marks: Sequence[TextMark] = ()
    matches: TextMatches | None = None
    query: Mapping[str, str] = field(default_factory=dict)  # kept in the addresses of other stretches
    original: str = ""  # the name of the file that can be downloaded
    notes: tuple[str, ...] = ()


def reader_view(layout: DocumentLayout, content: ReaderContent) -> ReaderView:
    """Lay out a stretch of a document."""
    document, stretch = layout.document, content.stretch
    inner = document.doc_id.endswith(content.original)
    page = document.page_of(content.here.start) if content.here and document.form is Form.PAGES and inner else None
    return ReaderView(
        document=document,
        lines=tuple(_lines(layout, content)),
        stretch=stretch,
        earlier=_other_stretch(content, document.doc_id, until=stretch.start) if stretch.start > 0 else "",
        later=_other_stretch(content, document.doc_id, at=stretch.end) if stretch.end < layout.length else "",
        outline=_outline(layout, content),
        original=original_path(document.doc_id, page) if content.original else "",
        original_name=content.original,
        matches=matches_view(content.matches, document.doc_id, content.query) if content.matches else None,
        notes=content.notes,
    )


def _other_stretch(content: ReaderContent, doc_id: str, **place: int) -> str:
    find = {"find": content.matches.words} if content.matches else {}
    return document_path(doc_id, **content.query, **find, **place)


def _outline(layout: DocumentLayout, content: ReaderContent) -> tuple[OutlineEntry, ...]:
    doc_id = layout.document.doc_id
    return tuple(
        OutlineEntry(
            shortened(words, _MAX_HEADING_CHARS),
            min(level, _MAX_LEVEL),
            f"#o{start}"
            if content.stretch.start <= start < content.stretch.end
            else f"{document_path(doc_id, **content.query, at=start)}#o{start}",
        )
        for start, level, words in layout.headings[:_MAX_HEADINGS]
    )


def _lines(layout: DocumentLayout, content: ReaderContent) -> Iterator[ReaderLine]:
    document, stretch = layout.document, content.stretch
    marks, keys = _Marks(content), [(max(p.start, stretch.start), key) for key, p in content.passages]
    pages = [(start, number) for number, start in enumerate(document.pages, start=1)]
    turns = [(start, number) for start, number in pages if stretch.start <= start < stretch.end]
    turned = 0
    for block in _blocks(layout, stretch):
        while turned < len(turns) and turns[turned][0] <= block.start:
            yield ReaderLine(LineKind.PAGE, f"{_PAGES.get(document.form, 'p.')} {turns[turned][1]}", turns[turned][1])
            turned += 1
        words = document.text[block.start : block.end]
        near = _within(keys, block), _within(turns, block)
        cut = _here(pieces(words, block.start, marks.within(block), *near), block.start, content.here)
        turned += sum(block.start < start < block.end for start, _ in turns[turned:])
        if block.kind is BlockKind.HEADING:
            yield ReaderLine(LineKind.HEADING, f"o{block.start}", min(block.level + 1, _MAX_LEVEL), cut)
        else:
            kind = LineKind.ROW if document.form is Form.ROWS else LineKind.PARAGRAPH
            yield ReaderLine(kind, layout.labels.get(block.start, ""), 0, cut)


class _Marks:
    """The marks of a stretch, looked up by position: a word can have thousands of matches."""

    def __init__(self, content: ReaderContent) -> None:
        matches = content.matches
        self._few = [TextMark(content.cited, CITED)] if content.cited else []
        self._few += content.marks
        self._few += [TextMark(matches.current, CURRENT)] if matches and matches.current else []
        self._matches = matches.within(content.stretch) if matches else []

    def within(self, block: Block) -> list[TextMark]:
        first = bisect_right(self._matches, block.start, key=lambda span: span.end)
        last = bisect_left(self._matches, block.end, key=lambda span: span.start)
        return self._few + [TextMark(span, MATCH) for span in self._matches[first:last]]


def _within(places: Sequence[tuple[int, Item]], block: Block) -> Sequence[tuple[int, Item]]:
    first = bisect_left(places, block.start, key=lambda place: place[0])
    return places[first : bisect_left(places, block.end, key=lambda place: place[0])]


def _here(cut: tuple[TextPiece, ...], offset: int, here: Span | None) -> tuple[TextPiece, ...]:
    """Flag the piece that the page scrolls to: the one at the beginning of the cited passage or current match."""
    if here is None or not offset <= here.start < offset + sum(len(piece.text) for piece in cut):
        return cut
    marked, place = [], offset
    for piece in cut:
        marked.append(replace(piece, here=True) if place == here.start else piece)
        place += len(piece.text)
    return tuple(marked)


def _blocks(layout: DocumentLayout, stretch: Span) -> Iterator[Block]:
    """Yield the blocks of a stretch, cut at its ends; the text between blocks is markup."""
    first = max(0, bisect_right(layout.starts, stretch.start) - 1)
    for block in layout.document.blocks[first:]:
        if block.start >= stretch.end:
            break
        start, end = max(block.start, stretch.start), min(block.end, stretch.end)
        if start < end:
            yield replace(block, start=start, end=end)
