"""A document laid out: the stretch that is shown, its headings, paragraphs, pages and rows, and the marked passages."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from askbrief.core.unsafe_characters import visible_title
from askbrief.records import Block, BlockKind, Form, Span
from askbrief.web.views.citations import credits_line
from askbrief.web.views.finding import Found, FoundView, found_view, near
from askbrief.web.views.links import document_address, original_address, web_page
from askbrief.web.views.text import Mark, Piece, pieces, shortened

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from askbrief.records import Document, Passage

WHOLE = 60_000
"""A document of at most so many characters is shown whole."""
STRETCH = 30_000
_BEFORE = 8_000
"""So many characters stand before the place that a stretch is about."""
_SNAP = 2_000
"""A stretch begins with a paragraph, if one begins at most so many characters before."""


@dataclass(frozen=True)
class Opened:
    """A document as it lies open: what its paragraphs are called is counted once."""

    document: Document

    @cached_property
    def starts(self) -> list[int]:
        """Where its blocks begin, in order."""
        return [block.start for block in self.document.blocks]

    @cached_property
    def labels(self) -> dict[int, str]:
        """What the paragraph that begins at an offset is called: its own number, else it is counted."""
        own = "{}" if self.document.form is Form.ROWS else "{}."
        return {
            block.start: own.format(block.number) if block.number else f"¶ {next(iter(counted.values()))}"
            for block, counted in self.document.paragraphs()
        }

    @cached_property
    def headings(self) -> list[tuple[int, int, str]]:
        """Where each heading begins, its depth and its words."""
        return [
            (block.start, block.level, " ".join(self.document.text[block.start : block.end].split()))
            for block in self.document.blocks
            if block.kind is BlockKind.HEADING
        ]

    @property
    def length(self) -> int:
        return len(self.document.text)

    def around(self, span: Span) -> Span:
        """The stretch that shows a span with what stands before and after it."""
        if self.length <= WHOLE:
            return Span(0, self.length)
        start = self.snapped(span.start - _BEFORE)
        return Span(start, self.snapped(max(span.end + _BEFORE, start + STRETCH), onwards=True))

    def beginning_at(self, offset: int) -> Span:
        """The stretch that begins with the paragraph at an offset."""
        if self.length <= WHOLE:
            return Span(0, self.length)
        start = self.snapped(min(offset, self.length - 1))
        return Span(start, self.snapped(start + STRETCH, onwards=True))

    def ending_at(self, offset: int) -> Span:
        """The stretch that ends at an offset."""
        if self.length <= WHOLE:
            return Span(0, self.length)
        end = min(max(offset, 1), self.length)
        return Span(self.snapped(end - STRETCH), end)

    def snapped(self, offset: int, *, onwards: bool = False) -> int:
        """The beginning of a paragraph near an offset, at it or before; else a place between words."""
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
CITED, FOUND, CURRENT = "cited", "found", "current"
_MOST_HEADINGS = 200
_LONGEST_HEADING = 100
_DEEPEST = 6
_PAGES = {Form.PAGES: "p.", Form.SLIDES: "slide"}


class Kind(StrEnum):
    """What a line of the reader is."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ROW = "row"
    PAGE = "page"


@dataclass(frozen=True, slots=True)
class Line:
    """A heading, a paragraph, a row, or the beginning of a page; `label` is what stands in the margin."""

    kind: Kind
    label: str = ""
    level: int = 0
    pieces: tuple[Piece, ...] = ()


@dataclass(frozen=True, slots=True)
class Heading:
    """An entry of the outline."""

    words: str
    level: int
    address: str


@dataclass(frozen=True, slots=True)
class ReaderView:
    """A stretch of a document as its page shows it."""

    doc_id: str
    title: str
    credits: tuple[str, ...]
    form: str
    lines: tuple[Line, ...]
    stretch: Span
    length: int
    earlier: str
    later: str
    outline: tuple[Heading, ...]
    web_page: str | None
    original: str
    original_name: str
    found: FoundView | None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shown:
    """What of a document is shown, and what is marked in it.

    `passages` are those of the stretch, by key. `cited` is the passage of the citation; `here` is what is scrolled to:
    that passage, or what was found.
    `carried` are the fields that the addresses keep. `original` is the name of the file that may be had, if any.
    """

    stretch: Span
    passages: Sequence[tuple[str, Passage]] = ()
    cited: Span | None = None
    here: Span | None = None
    marks: Sequence[Mark] = ()
    found: Found | None = None
    carried: Mapping[str, str] = field(default_factory=dict)
    original: str = ""
    notes: tuple[str, ...] = ()


def reader(opened: Opened, shown: Shown) -> ReaderView:
    """Lay a stretch of a document out."""
    document, stretch = opened.document, shown.stretch
    inner = document.doc_id.endswith(shown.original)
    page = document.page_of(shown.here.start) if shown.here and document.form is Form.PAGES and inner else None
    return ReaderView(
        doc_id=document.doc_id,
        title=visible_title(document.title, document.doc_id),
        credits=credits_line(document.metadata),
        form=document.form.value,
        lines=tuple(_lines(opened, shown)),
        stretch=stretch,
        length=opened.length,
        earlier=_turned(shown, document.doc_id, until=stretch.start) if stretch.start > 0 else "",
        later=_turned(shown, document.doc_id, at=stretch.end) if stretch.end < opened.length else "",
        outline=_outline(opened, shown),
        web_page=web_page(document.metadata.url),
        original=original_address(document.doc_id, page) if shown.original else "",
        original_name=shown.original,
        found=found_view(shown.found, document.doc_id, shown.carried) if shown.found else None,
        notes=shown.notes,
    )


def _turned(shown: Shown, doc_id: str, **place: int) -> str:
    find = {"find": shown.found.words} if shown.found else {}
    return document_address(doc_id, **shown.carried, **find, **place)


def _outline(opened: Opened, shown: Shown) -> tuple[Heading, ...]:
    doc_id = opened.document.doc_id
    return tuple(
        Heading(
            shortened(words, _LONGEST_HEADING),
            min(level, _DEEPEST),
            f"#o{start}"
            if shown.stretch.start <= start < shown.stretch.end
            else f"{document_address(doc_id, **shown.carried, at=start)}#o{start}",
        )
        for start, level, words in opened.headings[:_MOST_HEADINGS]
    )


def _lines(opened: Opened, shown: Shown) -> Iterator[Line]:
    document, stretch = opened.document, shown.stretch
    marks, keys = _Marks(shown), [(max(p.start, stretch.start), key) for key, p in shown.passages]
    pages = [(start, number) for number, start in enumerate(document.pages, start=1)]
    turns = [(start, number) for start, number in pages if stretch.start <= start < stretch.end]
    told = 0
    for block in _blocks(opened, stretch):
        while told < len(turns) and turns[told][0] <= block.start:
            yield Line(Kind.PAGE, f"{_PAGES.get(document.form, 'p.')} {turns[told][1]}", turns[told][1])
            told += 1
        words = document.text[block.start : block.end]
        near = _within(keys, block), _within(turns, block)
        cut = _here(pieces(words, block.start, marks.within(block), *near), block.start, shown.here)
        told += sum(block.start < start < block.end for start, _ in turns[told:])
        if block.kind is BlockKind.HEADING:
            yield Line(Kind.HEADING, f"o{block.start}", min(block.level + 1, _DEEPEST), cut)
        else:
            kind = Kind.ROW if document.form is Form.ROWS else Kind.PARAGRAPH
            yield Line(kind, opened.labels.get(block.start, ""), 0, cut)


class _Marks:
    """What is marked, found by where it stands: there can be thousands of places of a word."""

    def __init__(self, shown: Shown) -> None:
        found = shown.found
        self._few = [Mark(shown.cited, CITED)] if shown.cited else []
        self._few += shown.marks
        self._few += [Mark(found.current, CURRENT)] if found and found.current else []
        self._found = near(found, shown.stretch) if found else []

    def within(self, block: Block) -> list[Mark]:
        first = bisect_right(self._found, block.start, key=lambda span: span.end)
        last = bisect_left(self._found, block.end, key=lambda span: span.start)
        return self._few + [Mark(span, FOUND) for span in self._found[first:last]]


def _within(places: Sequence[tuple[int, Item]], block: Block) -> Sequence[tuple[int, Item]]:
    first = bisect_left(places, block.start, key=lambda place: place[0])
    return places[first : bisect_left(places, block.end, key=lambda place: place[0])]


def _here(cut: tuple[Piece, ...], offset: int, here: Span | None) -> tuple[Piece, ...]:
    """Say which piece the page is about: the one with which the cited passage, or what was found, begins."""
    if here is None or not offset <= here.start < offset + sum(len(piece.text) for piece in cut):
        return cut
    marked, place = [], offset
    for piece in cut:
        marked.append(replace(piece, here=True) if place == here.start else piece)
        place += len(piece.text)
    return tuple(marked)


def _blocks(opened: Opened, stretch: Span) -> Iterator[Block]:
    """The blocks of a stretch, cut at its ends; what stands between blocks is markup."""
    first = max(0, bisect_right(opened.starts, stretch.start) - 1)
    for block in opened.document.blocks[first:]:
        if block.start >= stretch.end:
            break
        start, end = max(block.start, stretch.start), min(block.end, stretch.end)
        if start < end:
            yield replace(block, start=start, end=end)
