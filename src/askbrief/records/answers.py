"""What the sources say to a question: passages, figures, a verdict; and what a name stands for."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from askbrief.records.documents import Metadata, Span


class Method(StrEnum):
    """How passages are ranked; everything but hybrid is there to compare.

    Hybrid is the convex combination, its best passages then scored anew by the ranking model; convex is without that.
    """

    HYBRID = "hybrid"
    CONVEX = "convex"
    BM25 = "bm25"
    DENSE = "dense"
    RRF = "rrf"


class Verdict(StrEnum):
    """Whether the sources answer: strong, weak (perhaps), or none (the sources don't say)."""

    STRONG = "strong"
    WEAK = "weak"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class AnswerSpan:
    """The words of the marked sentence that answer."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a question.

    `sentences` are its sentences and `highlight` is the best of them, as offsets into the document's text; `answer` is
    the words of it that answer, where they are likely enough to. `score` is in 0..1 and `signals` names what it was
    made from. `also` holds the keys of near-duplicates that are not shown again.
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
    def answer_span(self) -> AnswerSpan | None:
        """The answer with its words."""
        return AnswerSpan(self.answer.start, self.answer.end, self.words(self.answer)) if self.answer else None

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
