"""Documents as parsed, and the passages they are split into."""

from __future__ import annotations

import calendar
import datetime as dt
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True, slots=True)
class Span:
    """The characters from `start` up to but not including `end`."""

    start: int
    end: int


class BlockKind(StrEnum):
    """The kinds of blocks of a document."""

    PARAGRAPH = "paragraph"
    HEADING = "heading"


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph or heading of a document."""

    start: int
    end: int
    kind: BlockKind = BlockKind.PARAGRAPH
    level: int = 0  # a heading's depth from 1; 0 for a paragraph
    number: str | None = None  # the document's own number of the paragraph ("12"), or the row number in a sheet


class Form(StrEnum):
    """How a document is laid out, which decides how locators name a place in it."""

    PROSE = "prose"
    PAGES = "pages"
    SLIDES = "slides"
    ROWS = "rows"  # of one sheet or several; a sheet is a section
    RECORDS = "records"  # of structured data
    CELLS = "cells"  # of a notebook
    LINES = "lines"  # of a program or a log
    TIMES = "times"  # at which something is said: subtitles, chats


@dataclass(frozen=True, slots=True)
class Metadata:
    """The metadata of a document; a field that it does not give is None or empty, never guessed."""

    title: str | None = None
    author: tuple[str, ...] = ()
    publisher: str | None = None
    date: str | None = None  # ISO 8601 as precise as it was given: "2022", "2022-07" or "2022-07-05"
    url: str | None = None
    licence: str | None = None
    tags: tuple[str, ...] = ()

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> Self:
        """Return the metadata of a mapping from `as_mapping`, also after a round trip through JSON."""
        fields: dict[str, Any] = {n: tuple(value) if isinstance(value, list) else value for n, value in values.items()}
        return cls(**fields)

    def as_mapping(self) -> dict[str, Any]:
        """Return the fields that are not empty; tuples become lists."""
        values = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items() if value}

    def over(self, other: Metadata) -> Metadata:
        """Merge with other metadata, field by field; this one has priority."""
        return Metadata(**{name: getattr(self, name) or getattr(other, name) for name in self.__dataclass_fields__})

    def without_title(self) -> Metadata:
        """Return the fields that may also hold for another document, such as an attachment."""
        return replace(self, title=None)

    def first_day(self) -> dt.date | None:
        """Return the earliest day that `date` can mean: 2022-07-01 for "2022-07"."""
        if self.date is None:
            return None
        year, month, day = [*map(int, self.date.split("-")), 1, 1][:3]
        return dt.date(year, month, day)

    def last_day(self) -> dt.date | None:
        """Return the latest day that `date` can mean: 2022-07-31 for "2022-07"."""
        first = self.first_day()
        if first is None or self.date is None:
            return None
        parts = self.date.count("-")
        month = first.month if parts else 12
        day = first.day if parts == 2 else calendar.monthrange(first.year, month)[1]  # noqa: PLR2004 - Y-M-D
        return dt.date(first.year, month, day)


@dataclass(frozen=True, slots=True)
class Document:
    """One source document: its text, with the spans of its paragraphs and headings."""

    doc_id: str  # path below seeds/ with forward slashes; of a file inside a mail or archive "mail.eml/report.pdf"
    title: str
    text: str
    blocks: tuple[Block, ...]
    metadata: Metadata = field(default_factory=Metadata)
    form: Form = Form.PROSE
    pages: tuple[int, ...] = ()  # where page or slide 1, 2, … begin; an empty page begins where the next one does

    @property
    def collection(self) -> str:
        """The folder; empty at the top."""
        return self.doc_id.rpartition("/")[0]

    def page_of(self, offset: int) -> int | None:
        """Return the page of a character, from 1; None if the document has no pages."""
        return bisect_right(self.pages, offset) or None

    def paragraphs(self) -> Iterator[tuple[Block, Mapping[int | None, int]]]:
        """Yield each paragraph with its number on each of its pages, counted from 1 without headings.

        A paragraph that continues from the page before is number 1. Without pages, the only key is None.
        """
        counted: Counter[int | None] = Counter()
        for block in self.blocks:
            if block.kind is BlockKind.PARAGRAPH:
                first, last = self.page_of(block.start), self.page_of(max(block.start, block.end - 1))
                pages = [None] if first is None or last is None else list(range(first, last + 1))
                counted.update(pages)
                yield block, {page: counted[page] for page in pages}


@dataclass(frozen=True, slots=True)
class Passage:
    """A few whole sentences of one document; the unit that is found, quoted and cited."""

    doc_id: str
    start: int
    end: int
    text: str  # always `document.text[start:end]`
    sentences: tuple[Span, ...]  # spans into the document's text
    paragraphs: tuple[int, int]  # the first and last, counted from 1 without headings, on each page from 1 again
    section: str | None = None
    pages: tuple[int, int] | None = None  # on which the passage begins and ends
    numbers: tuple[str, str] | None = None  # the document's own numbers of the first and last paragraph
    form: Form = Form.PROSE

    def sentence_texts(self) -> list[str]:
        """Return the text of each sentence."""
        return [self.text[span.start - self.start : span.end - self.start] for span in self.sentences]
