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
    """A passage found for a question, quoted exactly.

    Attributes:
        rank: from 1.
        highlight: the best sentence, as offsets into the document's text; one of `sentences`.
        score: 0..1.
        signals: the parts of the score, by name.
        also: keys of near-duplicates, which are not hits of their own.
        answer: the span of the highlight that answers; None if none is likely enough.
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

    Attributes:
        text: `document.text[start:end]`.
        low, high: its numbers, equal for one number; None for an open end ("over 3,000" has no `high`).
        unit: the source's word for what is counted, or "%", "percentage points" or the name of a currency.
        date: the document's.
        as_of: a date in the same sentence, as written there.
        counted: whether the unit is counted things, which `text` does not name.
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
        """The figure with its unit; the text of a percentage or an amount of money has it already."""
        return f"{self.text} {self.unit}" if self.counted else self.text


@dataclass(frozen=True, slots=True)
class FigureGroup:
    """Figures that agree, those of the newest documents first.

    `differs` says whether there are other figures of the same unit.
    """

    low: float | None
    high: float | None
    unit: str
    figures: tuple[Figure, ...]
    differs: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What the sources say to a question: the verdict, and the best passages whatever the verdict is.

    Attributes:
        confidence: probability that the sources answer the question, 0..1.
        generation: the index that answered.
        notes: sentences for the person who asks if something went wrong, such as keys that could not be stored.
        figures: if a quantity was asked for, those of the newest documents first.
        signals: the inputs of the confidence, by name.
        searched_also: further words that were searched for, as the sources write them: other names of a name, and
            corrections of a possible typing error.
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
    """What a name stands for, and the passage that defines it, with the defining sentence marked.

    Attributes:
        name: in its most frequent spelling.
        forms: what it stands for, the most frequent spelling first.
        documents, passages: how many define it so.
        from_aliases: whether the team's list of aliases defines it; then there is no passage.
        notes: sentences for the person who asks if something went wrong.
    """

    name: str
    forms: tuple[str, ...]
    documents: int
    passages: int
    from_aliases: bool
    hit: Hit | None = None
    notes: tuple[str, ...] = ()
