"""Answers to questions (passages, figures, a verdict), and definitions of names."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from askbrief.records.documents import Metadata, Span


class Method(StrEnum):
    """How passages are ranked; all but hybrid are there for comparisons.

    Hybrid is the convex combination, with its best passages scored again by the ranking model; convex is without that.
    """

    HYBRID = "hybrid"
    CONVEX = "convex"
    BM25 = "bm25"
    DENSE = "dense"
    RRF = "rrf"


class Verdict(StrEnum):
    """Whether the sources answer a question: strong, weak (perhaps), or none (the sources don't say)."""

    STRONG = "strong"
    WEAK = "weak"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class AnswerSpan:
    """The words of the best sentence that answer."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a question, quoted exactly."""

    rank: int  # from 1
    key: str
    doc_id: str
    title: str
    metadata: Metadata
    locator: str
    start: int
    end: int
    quote: str
    highlight: Span  # the best sentence, one of `sentences`; offsets into the document's text
    score: float  # 0..1
    signals: Mapping[str, float]  # the parts of the score, by name
    also: tuple[str, ...] = ()  # keys of near-duplicates, which are not hits of their own
    sentences: tuple[Span, ...] = ()
    answer: Span | None = None  # the part of the highlight that answers; None if none is likely enough

    def words(self, span: Span) -> str:
        """Return the text of a span of the document within the passage."""
        return self.quote[span.start - self.start : span.end - self.start]

    @property
    def answer_span(self) -> AnswerSpan | None:
        """The answer with its words."""
        return AnswerSpan(self.answer.start, self.answer.end, self.words(self.answer)) if self.answer else None

    @property
    def answer_sentence(self) -> str:
        """The best sentence, word for word."""
        return self.words(self.highlight)


@dataclass(frozen=True, slots=True)
class Figure:
    """A quantity that a source gives for what was asked, as written.

    `low` and `high` are equal for one number, and None for an open end: "over 3,000" has no `high`.
    """

    text: str  # `document.text[start:end]`
    low: float | None
    high: float | None
    unit: str  # the source's word for what is counted, or "%", "percentage points" or the name of a currency
    approximate: bool
    key: str
    doc_id: str
    title: str
    date: str | None  # the document's
    as_of: str | None  # a date in the same sentence, as written there
    sentence: Span
    start: int
    end: int
    counted: bool = True  # whether the unit is counted things, which `text` does not name

    @property
    def words(self) -> str:
        """The figure with its unit; the text of a percentage or an amount of money has it already."""
        return f"{self.text} {self.unit}" if self.counted else self.text


@dataclass(frozen=True, slots=True)
class FigureGroup:
    """Figures that agree, those of the newest documents first."""

    low: float | None
    high: float | None
    unit: str
    figures: tuple[Figure, ...]
    differs: bool = False  # whether there are other figures of the same unit


@dataclass(frozen=True, slots=True)
class Answer:
    """What the sources say to a question: the verdict, and the best passages whatever the verdict is."""

    question: str
    verdict: Verdict
    confidence: float  # probability that the sources answer the question, 0..1
    generation: str  # the index that answered
    hits: tuple[Hit, ...]
    notes: tuple[str, ...] = ()  # sentences about what went wrong, such as keys that could not be stored
    figures: tuple[FigureGroup, ...] = ()  # if a quantity was asked for, those of the newest documents first
    signals: Mapping[str, float] = field(default_factory=dict)  # the inputs of the confidence, by name
    searched_also: tuple[str, ...] = ()  # other names of a name, and corrections, as the sources write them


@dataclass(frozen=True, slots=True)
class Definition:
    """What a name stands for, and the passage that defines it, with the defining sentence marked."""

    name: str  # in its most frequent spelling
    forms: tuple[str, ...]  # what it stands for, the most frequent spelling first
    documents: int  # that define it so
    passages: int
    from_aliases: bool  # whether the team's list of aliases defines it; then there is no passage
    hit: Hit | None = None
    notes: tuple[str, ...] = ()  # sentences about what went wrong
