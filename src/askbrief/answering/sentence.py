"""The sentence of a passage that answers best, and the words in it that can be the answer."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import regex

from askbrief.core.lazy_regex import pattern
from askbrief.language.analysis import analyse, terms_of
from askbrief.language.english.dates import times
from askbrief.language.english.proper_names import names
from askbrief.language.english.quantities import Kind, fractions, measures, quantities, vague_numbers
from askbrief.query.answer_type import AnswerType
from askbrief.records import Definition, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from collections.abc import Set as AbstractSet

    from numpy.typing import NDArray

    from askbrief.inference.reader import Reading
    from askbrief.language.names import Meaning
    from askbrief.query.parsed_question import ParsedQuestion
    from askbrief.records import Hit, Passage
    from askbrief.retrieval.scoring import SentenceEvidence

_PLACED = pattern(
    r"\b(?:in|at|from|to|near|of|into|through|across|around|outside|inside|towards?|between|throughout|within|off|on|via|and|"
    r"[Ii]n|[Aa]t|[Nn]ear|[Ff]rom|cit(?:y|ies) of|provinces? of)\s+(?:the\s+|(?:north|south|east|west)(?:ern)?\s+)*$"
)
_LISTED = pattern(r",?\s(?:and|or)\s(?:the\s)?|,\s(?:the\s)?")
_LOOK_BACK = 40
_ENOUGH = 3
"""So many letters at the beginning of a word are also those of its term."""
NOTHING: frozenset[str] = frozenset()


def candidates(text: str, answer_type: AnswerType, known: AbstractSet[str] = NOTHING) -> list[Span]:
    """Find what in a sentence can be the answer.

    Args:
        text: a sentence.
        answer_type: what kind of answer is looked for.
        known: the question's terms (as `analyse` has them); what consists of them alone answers nothing.

    Returns:
        Spans in order; none overlaps another. Empty for kinds without a short answer.

    >>> text = "Pakistan launched airstrikes on hideouts in the Afghan provinces of Kunar and Khost, killing 47 people."
    >>> [text[span.start : span.end] for span in candidates(text, AnswerType.PLACE, {"pakistan"})]
    ['Kunar', 'Khost']
    """
    find = _FINDERS.get(answer_type)
    if find is None:
        return []
    beginnings = [term[:_ENOUGH] for term in known]
    return [span for span in find(text) if not _is_known(text[span.start : span.end], known, beginnings)]


def _places(text: str) -> list[Span]:
    """The names after a word such as "in", and those listed after them; all names where there is none such."""
    found = list(names(text))
    placed: list[Span] = []
    for span in found:
        before = text[max(0, span.start - _LOOK_BACK) : span.start]
        listed = placed and _LISTED.fullmatch(text, placed[-1].end, span.start)
        if listed or _PLACED.search(before):
            placed.append(span)
    return placed or found


def _quantities(text: str, *kinds: Kind) -> list[Span]:
    return [Span(found.start, found.end) for found in quantities(text) if found.kind in kinds]


def _is_known(text: str, known: AbstractSet[str], beginnings: list[str]) -> bool:
    """Whether a text has none but known terms; most have nothing like one, which is told fast where it is ASCII."""
    if text.isascii():
        lowered = text.lower()
        if not any(beginning in lowered for beginning in beginnings):
            return False
    return all(term in known for term in analyse(text))


_FINDERS: dict[AnswerType, Callable[[str], list[Span]]] = {
    AnswerType.PERSON: lambda text: list(names(text)),
    AnswerType.NAME: lambda text: list(names(text)),
    AnswerType.PLACE: _places,
    AnswerType.TIME: lambda text: list(times(text)),
    AnswerType.MEASURE: lambda text: measures(text) or _quantities(text, Kind.COUNT),
    AnswerType.NUMBER: lambda text: _quantities(text, *Kind) or vague_numbers(text),
    AnswerType.MONEY: lambda text: _quantities(text, Kind.MONEY),
    AnswerType.SHARE: lambda text: _quantities(text, Kind.SHARE) or fractions(text),
}


DENSE_WEIGHT = 0.4
"""The share of the cosine; the coverage has the rest."""
_FITS = {
    **dict.fromkeys(
        (AnswerType.TIME, AnswerType.NUMBER, AnswerType.MEASURE, AnswerType.MONEY, AnswerType.SHARE),
        0.25,
    ),
    AnswerType.PLACE: 0.2,
    AnswerType.PERSON: 0.1,
}
"""What a sentence gains that has a candidate of the kind asked for. Names stand in most sentences and tell less."""
_ADJACENT_WEIGHT = 0.2
"""For the share of the question's pairs of neighbouring terms that are neighbours in the sentence too."""
_POINTING_WEIGHT = 0.3
"""For the share of the question's terms that only the sentence before has, where this one points back to it."""
_READ_WEIGHT = 0.6
"""For how likely the reader finds it that the answer stands in the sentence, 0..1."""
_POINTS_BACK = pattern(
    r"[\"“‘(\s]*+(?:(?:\p{L}+\s){0,3}\p{L}+,\s)?(?:it|its|this|these|they|their|those|he|she|his|her|such|both|"
    r"the (?:latter|former))\b",
    regex.IGNORECASE,
)


def best_sentence(
    parsed: ParsedQuestion, passage: Passage, evidence: SentenceEvidence, reading: Reading | None = None
) -> Span:
    """Return the sentence of a passage that answers best, the first of equals.

    Args:
        parsed: the question.
        passage: with its sentences.
        evidence: coverage and cosine of each sentence.
        reading: what the reader found in the passage, if it read it.
    """
    known, pairs = frozenset(parsed.terms), _pairs(parsed.terms)
    scores = (1 - DENSE_WEIGHT) * evidence.coverages + DENSE_WEIGHT * evidence.cosines
    texts = passage.sentence_texts()
    terms = [terms_of(text) for text in texts]
    fits = [
        _fit(parsed, known, text) + _ADJACENT_WEIGHT * _adjacent(pairs, some)
        for text, some in zip(texts, terms, strict=True)
    ]
    points = [0.0, *(_POINTING_WEIGHT * _left_to(known, *two) for two in pairwise(zip(texts, terms, strict=True)))]
    scores = scores + np.array(fits) + np.array(points)
    if reading is not None:
        scores += _READ_WEIGHT * likelihoods(reading)
    return passage.sentences[int(np.argmax(scores))]


def likelihoods(reading: Reading) -> NDArray[np.float64]:
    """How likely the answer is to stand in each sentence, if it is in the passage: a softmax of their margins."""
    margins = np.array([-np.inf if place is None else place.margin for place in reading.places])
    if not np.isfinite(margins).any():
        return np.zeros(len(margins))
    likely = np.exp(margins - margins.max())
    return np.asarray(likely / likely.sum())


def _fit(parsed: ParsedQuestion, known: frozenset[str], text: str) -> float:
    """Return what a sentence gains by having a candidate of the expected type."""
    weight = _FITS.get(parsed.answer_type, 0.0)
    return weight if weight and candidates(text, parsed.answer_type, known) else 0.0


def _adjacent(pairs: frozenset[tuple[str, str]], terms: Sequence[str]) -> float:
    """Return the share of the question's pairs of neighbouring terms that are neighbours in a sentence."""
    return len(pairs & _pairs(terms)) / (len(pairs) or 1)


def _left_to(known: frozenset[str], before: tuple[str, Sequence[str]], sentence: tuple[str, Sequence[str]]) -> float:
    """Return the share of the terms that a sentence leaves to the one before: "It was held on the Thames"."""
    text, terms = sentence
    if not _POINTS_BACK.match(text):
        return 0.0
    return len(known.intersection(before[1]).difference(terms)) / (len(known) or 1)


def _pairs(terms: Sequence[str]) -> frozenset[tuple[str, str]]:
    return frozenset((one, other) for one, other in pairwise(terms) if one != other)


def definitions(meanings: Sequence[Meaning], show: Callable[[int, int], Hit]) -> list[Definition]:
    """The team's own names as one definition, then each that documents give with the first passage that does.

    Args:
        meanings: of one name, the team's first.
        show: gives a passage by its number, with the sentence marked in which a character of its document stands.
    """
    ours = tuple(dict.fromkeys(form for one in meanings if one.from_team for form in one.forms))
    team = [Definition(meanings[0].name, ours, 0, 0, from_aliases=True)] if ours else []
    theirs = [one for one in meanings if not one.from_team]
    documents = []
    for rank, one in enumerate(theirs, start=1):
        first = one.rows[0]
        hit = replace(show(first.passage or 0, first.place), rank=rank)
        documents.append(Definition(one.name, one.forms, one.documents, one.passages, from_aliases=False, hit=hit))
    return [*team, *documents]


def defining_sentence(passage: Passage, place: int) -> Span:
    """The sentence of a passage in which a character of its document stands."""
    return next((span for span in passage.sentences if span.start <= place < span.end), passage.sentences[0])
