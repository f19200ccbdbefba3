"""The answer span: the words of the marked sentence that answer the question.

It is a figure that counts what is asked for, or what the reader found. If the reader has not read the passage, the
candidates are the numbers, dates, names or places of the expected type. A logistic regression over a few signals of
where a candidate stands, one for each answer type, gives its probability; the likeliest is shown only if it is likely
enough, since a wrong answer is worse than none. The weights are fitted on public question sets with answer spans
(docs/quality.md).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

import regex
from pydantic import BaseModel, ConfigDict, TypeAdapter

from askbrief.answering.sentence import candidates
from askbrief.core.text import pattern
from askbrief.language.analysis import analyse
from askbrief.query.answer_type import AnswerRole, AnswerType, TimePrecision
from askbrief.records import Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from askbrief.inference.reader import ReaderOutput
    from askbrief.query.parsed_question import ParsedQuestion
    from askbrief.records import Figure, Hit

SIGNALS = (
    "near",  # nearness of the question's terms, the mean of all
    "beside",  # nearness of the two nearest terms
    "alone",  # there is no other candidate
    "first",  # it is the first candidate
    "clauses",  # number of clause ends between it and the nearest term
    "placed",  # "in" or the like stands before it
    "by",  # "by" stands before it
    "long",  # it has several words
    "institution",  # it has a word such as "University"
    "coarse",  # it is less precise than the question asks for: a month instead of a day
    "choices",  # number of candidates
    "subject",  # if the question asks for a subject ("who led"): nearness of the next term after it
    "object",  # if it asks for an object ("whom did they meet"): nearness of the last term before it
)
_WORD = pattern(r"[\p{L}\p{M}\p{N}]+(?:[-'’][\p{L}\p{M}\p{N}]+)*")
_PLACED = pattern(
    r"\b(?:in|at|from|to|near|into|through|across|around|outside|inside|towards?|throughout|within)\s+(?:the\s+)?$",
    regex.IGNORECASE,
)
_BY = pattern(r"\bby\s+(?:the\s+|\p{Ll}+\s+){0,2}$", regex.IGNORECASE)
_CLAUSE_END = pattern(r"[,;:()—–]")
_INSTITUTION = pattern(
    r"\b(?:University|College|School|Company|Corporation|Inc|Party|Army|War|Act|Street|River|County|City|Church|Museum|"
    r"Award|League|Cup|Council|Court|Union|Institute|Hospital|Park|Bridge|Stadium|Airport|Station|Palace)\b"
)
_WRITTEN_PRECISION = {
    TimePrecision.YEAR: pattern(r"\p{Nd}{3}|BC|AD"),
    TimePrecision.MONTH: pattern(r"\p{Lu}\p{Ll}+"),
    TimePrecision.DAY: pattern(r"\p{L}.*\p{Nd}|\p{Nd}.*\p{L}|day"),
}
"""How a time is written that has a precision."""
LEAST_MARGIN = 0.0
"""Margin (in logits) from which the reader's answer is shown: it is then likelier than no answer."""
_SIMILAR_TYPE = {AnswerType.MONEY: AnswerType.NUMBER, AnswerType.SHARE: AnswerType.NUMBER}
"""Types that use the model of another."""
_JOINT = pattern(r",?\s(?:and|or|&)\s(?:the\s)?|,\s(?:the\s)?")
_LISTED = frozenset({AnswerType.PERSON, AnswerType.PLACE, AnswerType.NAME})
_LOOK_BACK, _HALF_DISTANCE = 30, 3
"""Characters before a candidate that are examined; distance in words at which the nearness of a term is one half."""


class SpanModel(BaseModel):
    """A logistic regression of whether a candidate is the answer, for one type of answer."""

    model_config = ConfigDict(frozen=True)

    least: float  # the probability from which an answer is shown; at least 7 of 10 that are shown are right
    intercept: float
    weights: dict[str, float]

    def logit(self, signals: Sequence[float]) -> float:
        """Return the logit for the signals, given in the order of `SIGNALS`."""
        return self.intercept + sum(self.weights[name] * value for name, value in zip(SIGNALS, signals, strict=True))


@cache
def packaged_span_models() -> dict[AnswerType, SpanModel]:
    """Return the models that come with askbrief, by answer type."""
    text = resources.files(__package__).joinpath("span.json").read_text("utf-8")
    return TypeAdapter(dict[AnswerType, SpanModel]).validate_json(text)


def find_answer(
    parsed: ParsedQuestion, hit: Hit, figures: Sequence[Figure] = (), output: ReaderOutput | None = None
) -> Span | None:
    """Return the answer in the marked sentence of a hit, as a span of the document; None where none is likely enough.

    It is one of the passage's figures where the sentence has some; else what the reader found, if it read the passage;
    else the likeliest of the candidates.
    """
    text, at = hit.answer_sentence, hit.highlight.start
    marked = [Span(figure.start - at, figure.end - at) for figure in figures if figure.sentence == hit.highlight]
    if marked:
        return _moved(likeliest(parsed, text, marked, least=0), at)
    if output is not None:
        return _read_answer(output, hit)
    return _moved(likeliest(parsed, text, choices(parsed, text)), at)


def _read_answer(output: ReaderOutput, hit: Hit) -> Span | None:
    """Return what the reader found in the marked sentence, if its margin is high enough."""
    found = output.spans[hit.sentences.index(hit.highlight)]
    return found.span if found is not None and found.margin >= LEAST_MARGIN else None


def choices(parsed: ParsedQuestion, text: str) -> list[Span]:
    """Return the candidates in a sentence; listed names are one: "Kunar and Khost", "Kabul, Afghanistan"."""
    found = candidates(text, parsed.answer_type, frozenset(parsed.terms))
    if parsed.answer_type not in _LISTED or len(found) == 1:
        return found
    lists: list[list[Span]] = []
    for span in found:
        if lists and _JOINT.fullmatch(text, lists[-1][-1].end, span.start):
            lists[-1].append(span)
        else:
            lists.append([span])
    return [span for some in lists for span in _as_one(text, some, parsed.answer_type)]


def _as_one(text: str, some: list[Span], answer_type: AnswerType) -> list[Span]:
    if len(some) == 1 or (answer_type is not AnswerType.PLACE and text[some[-2].end : some[-1].start].strip() == ","):
        return some
    return [Span(some[0].start, some[-1].end)]


def _moved(span: Span | None, by: int) -> Span | None:
    return Span(span.start + by, span.end + by) if span else None


def likeliest(parsed: ParsedQuestion, text: str, found: Sequence[Span], *, least: float | None = None) -> Span | None:
    """Return the candidate of a sentence that is likeliest to be the answer, the first of equals.

    None if its probability is below `least`, by default that of the answer type.
    """
    if not found:
        return None
    models = packaged_span_models()
    answer_type = _SIMILAR_TYPE.get(parsed.answer_type, parsed.answer_type)
    model = models.get(answer_type, models[AnswerType.NUMBER])
    scores = [model.logit(row) for row in signals(parsed, text, found)]
    best = max(range(len(found)), key=scores.__getitem__)
    if least is None:
        least = model.least if answer_type in models else 1.0
    return found[best] if 1 / (1 + math.exp(-scores[best])) >= least else None


@dataclass(frozen=True, slots=True)
class _Word:
    """A word of a sentence, with those of its terms that the question has."""

    start: int
    end: int
    terms: frozenset[str]
    is_name: bool


def signals(parsed: ParsedQuestion, text: str, found: Sequence[Span]) -> list[tuple[float, ...]]:
    """Return the signals of each candidate in a sentence, in the order of `SIGNALS`."""
    terms = frozenset(parsed.terms)
    words = [_word(match, terms) for match in _WORD.finditer(text)]
    return [
        (
            *_nearness(parsed, words, span),
            float(len(found) == 1),
            float(place == 0),
            float(_clauses(text, words, span)),
            *_form(parsed, text, span),
            min(len(found), 6) / 6,
            *_role(parsed, words, span),
        )
        for place, span in enumerate(found)
    ]


def _word(match: regex.Match[str], known: frozenset[str]) -> _Word:
    return _Word(match.start(), match.end(), known.intersection(analyse(match[0])), match[0][0].isupper())


def _apart(words: Sequence[_Word], span: Span) -> Iterator[tuple[int, _Word]]:
    """Yield the words outside a candidate that are terms of the question, with their distance; negative before it."""
    first = sum(word.end <= span.start for word in words)
    last = first + sum(word.start < span.end for word in words[first:]) - 1
    for place, word in enumerate(words):
        if word.terms and not first <= place <= last:
            yield (place - first if place < first else place - last), word


def _nearness(parsed: ParsedQuestion, words: Sequence[_Word], span: Span) -> tuple[float, float]:
    nearness: dict[str, float] = {}
    for distance, word in _apart(words, span):
        for term in word.terms:
            nearness[term] = max(nearness.get(term, 0.0), 1 / (1 + abs(distance) / _HALF_DISTANCE))
    two = sorted(nearness.values())[-2:]
    return sum(nearness.values()) / (len(frozenset(parsed.terms)) or 1), sum(two) / 2


def _clauses(text: str, words: Sequence[_Word], span: Span) -> int:
    """Return how many clauses end between a candidate and the nearest term."""
    near = min(_apart(words, span), key=lambda found: abs(found[0]), default=None)
    if near is None:
        return 0
    word = near[1]
    return len(_CLAUSE_END.findall(text, min(word.end, span.end), max(word.start, span.start)))


def _form(parsed: ParsedQuestion, text: str, span: Span) -> tuple[float, ...]:
    before, written = text[max(0, span.start - _LOOK_BACK) : span.start], text[span.start : span.end]
    coarse = parsed.answer_type is AnswerType.TIME and any(
        not _WRITTEN_PRECISION[precision].search(written) for precision in parsed.time_precisions
    )
    return (
        float(_PLACED.search(before) is not None),
        float(_BY.search(before) is not None),
        float(" " in written),
        float(_INSTITUTION.search(written) is not None),
        float(coarse),
    )


def _role(parsed: ParsedQuestion, words: Sequence[_Word], span: Span) -> tuple[float, float]:
    distances = [distance for distance, word in _apart(words, span) if not word.is_name]
    after = min((distance for distance in distances if distance > 0), default=math.inf)
    before = min((-distance for distance in distances if distance < 0), default=math.inf)
    return (
        1 / (1 + after / 2) if parsed.answer_role is AnswerRole.SUBJECT else 0.0,
        1 / (1 + before / 2) if parsed.answer_role is AnswerRole.OBJECT else 0.0,
    )
