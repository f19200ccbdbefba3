"""The shapes of the JSON API, which are those of every `--json`; a test holds the two against each other."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from askbrief.records import CitationStatus, Verdict


class _Shape(BaseModel):
    """What a program may rely on: nothing else comes."""

    model_config = ConfigDict(extra="forbid")


Span = Annotated[list[int], Field(min_length=2, max_length=2)]
"""Offsets into the document's text, in characters: start, end."""


class Metadata(_Shape):
    """What a document says of itself; what it doesn't say is left out."""

    title: str | None = None
    author: list[str] = []
    publisher: str | None = None
    date: str | None = None
    url: str | None = None
    licence: str | None = None
    tags: list[str] = []


class AnswerSpan(_Shape):
    """The words of the marked sentence that answer."""

    start: int
    end: int
    text: str


class Hit(_Shape):
    """A passage found for a question, quoted exactly."""

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
    answer: AnswerSpan | None
    score: float
    signals: dict[str, float]
    also: list[str]


class Figure(_Shape):
    """A quantity that a source gives, as written."""

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


class FigureGroup(_Shape):
    """The figures that agree."""

    low: float | None
    high: float | None
    unit: str
    differs: bool
    figures: list[Figure]


class Answer(_Shape):
    """What the sources say to a question, as `askbrief ask --json` writes it."""

    question: str
    verdict: Verdict
    confidence: float
    signals: dict[str, float]
    generation: str
    searched_also: list[str]
    hits: list[Hit]
    figures: list[FigureGroup]


class Current(_Shape):
    """What stands in the place of a quote today."""

    doc_id: str
    locator: str | None
    start: int
    end: int
    text: str


class Citation(_Shape):
    """A key resolved, as `askbrief cite --json` writes it; `current` is null where the quote is gone."""

    key: str
    status: CitationStatus
    doc_id: str
    title: str
    metadata: Metadata
    locator: str
    start: int
    end: int
    quote: str
    current: Current | None


class Surroundings(_Shape):
    """A citation with today's words before and after it."""

    citation: Citation
    before: str
    after: str


class Source(_Shape):
    """An indexed document."""

    doc_id: str
    title: str
    collection: str
    metadata: Metadata
    passages: int
    characters: int
    sha256: str


class Row(_Shape):
    """A file that gave no text, and why."""

    path: str
    reason: str


class Sources(_Shape):
    """What is indexed and what is not, as `askbrief sources --json` writes it."""

    generation: str
    built_at: str
    sources: list[Source]
    problems: list[Row]


class SourcesPage(Sources):
    """A page of them: of how many, and the `offset` of the next page, null on the last."""

    total: int
    next: int | None


class Status(_Shape):
    """How the index stands to its sources, as `askbrief status --json` writes it.

    For those who see a part of the documents it counts that part, and `terms` is null.
    """

    generation: str
    built_at: str
    age_seconds: int
    model: str
    dimension: int
    documents: int
    passages: int
    terms: int | None
    stale: bool
    added: list[str]
    changed: list[str]
    removed: list[str]
