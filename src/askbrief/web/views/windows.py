"""How much of a document is laid out at once: all of a short one, of a long one a stretch around a place."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from askbrief.records import BlockKind, Form, Span

if TYPE_CHECKING:
    from askbrief.records import Document

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
