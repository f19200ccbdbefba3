"""What flows through askbrief: plain frozen records, without behaviour beyond what their fields imply.

Offsets are 0-based, count Unicode characters, and are half-open: `document.text[start:end]`.
"""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


# ------------------------------------------------------------------------------------------- documents


@dataclass(frozen=True, slots=True)
class Span:
    """The characters from `start` up to but not including `end`."""

    start: int
    end: int


class BlockKind(StrEnum):
    """What a block of a document is."""

    PARAGRAPH = "paragraph"
    HEADING = "heading"


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph or heading of a document.

    `level` is a heading's depth from 1 (0 for a paragraph); `page` counts from 1 where the format has pages.
    """

    start: int
    end: int
    kind: BlockKind = BlockKind.PARAGRAPH
    level: int = 0
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a document says of itself; a field it does not give is None or empty, never guessed.

    `date` is ISO 8601 as precise as it was given: "2022", "2022-07" or "2022-07-05".
    """

    title: str | None = None
    author: tuple[str, ...] = ()
    publisher: str | None = None
    date: str | None = None
    url: str | None = None
    licence: str | None = None
    tags: tuple[str, ...] = ()

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> Self:
        """Make it from what `as_mapping` gave, also after a way through JSON."""
        fields: dict[str, Any] = {n: tuple(value) if isinstance(value, list) else value for n, value in values.items()}
        return cls(**fields)

    def as_mapping(self) -> dict[str, Any]:
        """The fields that have a value, lists as lists."""
        values = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items() if value}

    def first_day(self) -> dt.date | None:
        """The earliest day that `date` can mean: 2022-07-01 for "2022-07"."""
        if self.date is None:
            return None
        year, month, day = [*map(int, self.date.split("-")), 1, 1][:3]
        return dt.date(year, month, day)

    def last_day(self) -> dt.date | None:
        """The latest day that `date` can mean: 2022-07-31 for "2022-07"."""
        first = self.first_day()
        if first is None or self.date is None:
            return None
        parts = self.date.count("-")
        month = first.month if parts else 12
        day = first.day if parts == 2 else calendar.monthrange(first.year, month)[1]  # noqa: PLR2004 - Y-M-D
        return dt.date(first.year, month, day)


@dataclass(frozen=True, slots=True)
class Document:
    """One source document: its text as read, and where its paragraphs and headings stand in it.

    `doc_id` is the path below seeds/ with forward slashes; its folder is the collection ("" at the top).
    """

    doc_id: str
    title: str
    text: str
    blocks: tuple[Block, ...]
    metadata: Metadata = field(default_factory=Metadata)

    @property
    def collection(self) -> str:
        return self.doc_id.rpartition("/")[0]


@dataclass(frozen=True, slots=True)
class Passage:
    """A few whole sentences of one document; the unit that is found, quoted and cited.

    `text == document.text[start:end]` always. `sentences` are spans into the document. `paragraphs` are the
    first and last paragraph numbers, counted from 1 without headings.
    """

    doc_id: str
    start: int
    end: int
    text: str
    sentences: tuple[Span, ...]
    paragraphs: tuple[int, int]
    section: str | None = None
    page: int | None = None

    def sentence_texts(self) -> list[str]:
        """The words of each sentence."""
        return [self.text[span.start - self.start : span.end - self.start] for span in self.sentences]


# --------------------------------------------------------------------------------------------- questions


@dataclass(frozen=True, slots=True)
class Scope:
    """What a person may see or wants to see. None means no limit; an empty set means nothing at all.

    A collection covers the collections below it. With `since` or `until`, undated documents are out.
    """

    collections: frozenset[str] | None = None
    documents: frozenset[str] | None = None
    since: dt.date | None = None
    until: dt.date | None = None

    def admits(self, doc_id: str, metadata: Metadata) -> bool:
        """Whether a document is in scope."""
        if self.collections is not None and not _below(self.collections, doc_id.rpartition("/")[0]):
            return False
        if self.documents is not None and doc_id not in self.documents:
            return False
        if self.since is None and self.until is None:
            return True
        first, last = metadata.first_day(), metadata.last_day()
        if first is None or last is None:
            return False
        return (self.since is None or last >= self.since) and (self.until is None or first <= self.until)

    @property
    def is_everything(self) -> bool:
        return self == Scope()

    def within(self, other: Scope) -> Scope:
        """What both admit.

        >>> Scope(collections=frozenset({"un", "news"})).within(Scope(collections=frozenset({"un/2022"}))).collections
        frozenset({'un/2022'})
        """
        return Scope(
            _common(self.collections, other.collections, _below),
            _common(self.documents, other.documents, frozenset.__contains__),
            max((day for day in (self.since, other.since) if day), default=None),
            min((day for day in (self.until, other.until) if day), default=None),
        )


def _below(names: frozenset[str], name: str) -> bool:
    return any(name == above or name.startswith(f"{above}/") for above in names)


def _common(
    some: frozenset[str] | None, others: frozenset[str] | None, covers: Callable[[frozenset[str], str], bool]
) -> frozenset[str] | None:
    """What two sets of names have in common, where None is every name."""
    if some is None or others is None:
        return others if some is None else some
    return frozenset(name for name in some if covers(others, name)) | {name for name in others if covers(some, name)}


class Verdict(StrEnum):
    """Whether the sources answer: strong, weak (perhaps), or none (the sources don't say)."""

    STRONG = "strong"
    WEAK = "weak"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a question.

    `sentences` are its sentences and `highlight` is the best of them, as offsets into the document's text; `answer` is
    the number, date, name or place in it that was asked for, where one was and it is likely enough. `score` is in 0..1
    and `signals` names what it was made from. `also` holds the keys of near-duplicates that are not shown again.
    """

    rank: int
    key: str
    doc_id: str
    title: str
    metadata: Metadata
    locator: str
    start: int
    end: int
    quote: str
    highlight: Span
    score: float
    signals: Mapping[str, float]
    also: tuple[str, ...] = ()
    sentences: tuple[Span, ...] = ()
    answer: Span | None = None

    def words(self, span: Span) -> str:
        """The words of a span of the document that lies in the passage."""
        return self.quote[span.start - self.start : span.end - self.start]

    @property
    def answer_sentence(self) -> str:
        """The marked sentence, word for word."""
        return self.words(self.highlight)


@dataclass(frozen=True, slots=True)
class Figure:
    """A quantity that a source gives for what was asked, as written: `document.text[start:end] == text`.

    `low` and `high` are its numbers, equal for one number; None is an open end ("over 3,000" has no `high`). `unit` is
    the word of the source for what is counted, or "%", "percentage points", or the name of a currency. `date` is the
    document's, `as_of` a date that stands in the same `sentence`, as written there.
    """

    text: str
    low: float | None
    high: float | None
    unit: str
    approximate: bool
    key: str
    doc_id: str
    title: str
    date: str | None
    as_of: str | None
    sentence: Span
    start: int
    end: int
    counted: bool = True

    @property
    def words(self) -> str:
        """The figure and what it counts; a share or a sum of money has its unit in the text already."""
        return f"{self.text} {self.unit}" if self.counted else self.text


@dataclass(frozen=True, slots=True)
class FigureGroup:
    """The figures that agree, those of the newest documents first.

    `differs` says that other figures of the same unit were found too.
    """

    low: float | None
    high: float | None
    unit: str
    figures: tuple[Figure, ...]
    differs: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What the sources say to a question: the verdict, and the best passages whatever the verdict is.

    `confidence` is in 0..1: how sure it is that the sources answer the question. `notes` are sentences for the
    person who asks, where something about the answer is not as it should be. `figures` are there where a quantity
    was asked for, those of the newest document first. `signals` are what the confidence was made from. `searched_also`
    are words that were searched for beside those of the question, as the sources write them: other names of a name, and
    what a typing error may have been meant to be.
    """

    question: str
    verdict: Verdict
    confidence: float
    generation: str
    hits: tuple[Hit, ...]
    notes: tuple[str, ...] = ()
    figures: tuple[FigureGroup, ...] = ()
    signals: Mapping[str, float] = field(default_factory=dict)
    searched_also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Definition:
    """What a name stands for, and the passage that says so, its defining sentence marked.

    `name` and `forms` are as they are mostly written; the forms after the first differ from it in little. The team's
    own names (`from_aliases`) come without a passage. `documents` and `passages` count who says so. `notes` are
    sentences for the person who asks, where something is not as it should be.
    """

    name: str
    forms: tuple[str, ...]
    documents: int
    passages: int
    from_aliases: bool
    hit: Hit | None = None
    notes: tuple[str, ...] = ()


# --------------------------------------------------------------------------------------------- citations


class CitationStatus(StrEnum):
    """How a quote that was once shown stands in today's sources."""

    INTACT = "intact"  # the same words at the same place
    MOVED = "moved"  # the same words elsewhere, in the same document or in another
    CHANGED = "changed"  # similar words in its place
    GONE = "gone"  # nothing like it


@dataclass(frozen=True, slots=True)
class Citation:
    """A citation key resolved: the quote as it was shown, and what today's sources have in its place.

    `current_text`, `current_start` and `current_end` are None where the quote is gone.
    """

    key: str
    status: CitationStatus
    doc_id: str
    title: str
    metadata: Metadata
    locator: str
    start: int
    end: int
    quote: str
    current_doc_id: str | None = None
    current_locator: str | None = None
    current_start: int | None = None
    current_end: int | None = None
    current_text: str | None = None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """A citation with the words before and after it today; both empty where the quote is gone."""

    citation: Citation
    before: str = ""
    after: str = ""


# ----------------------------------------------------------------------------------------------- building


@dataclass(frozen=True, slots=True)
class Problem:
    """A file that gave no text, with the reason and what to do."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did. The lists hold paths below seeds/, sorted."""

    generation: str
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    empty: tuple[str, ...] = ()
    failed: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    documents: int = 0
    passages: int = 0
    encoded: int = 0
    seconds: float = 0.0
    rebuilt_because: str | None = None

    @property
    def up_to_date(self) -> bool:
        """Whether there was nothing to do."""
        return not (self.added or self.changed or self.removed or self.encoded or self.rebuilt_because)


@dataclass(frozen=True, slots=True)
class Source:
    """One indexed document, as listed by `askbrief sources`."""

    doc_id: str
    title: str
    collection: str
    metadata: Metadata
    passages: int
    characters: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Changes:
    """How the files in seeds/ differ from what an index was built from, by path."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)
