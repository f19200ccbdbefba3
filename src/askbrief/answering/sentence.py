"""The sentence of a passage that answers best, and the words in it that can be the answer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Self

import numpy as np
import regex

from askbrief.core.lazy_regex import pattern
from askbrief.language.analysis import analyse, terms_of
from askbrief.language.english.dates import times
from askbrief.language.english.proper_names import names
from askbrief.language.english.quantities import Kind, fractions, measures, quantities, vague_numbers
from askbrief.query.answer_type import Expected, expected
from askbrief.records import Definition, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from collections.abc import Set as AbstractSet

    from numpy.typing import NDArray

    from askbrief.inference.reader import Reading
    from askbrief.language.names import Meaning
    from askbrief.records import Hit, Passage
    from askbrief.retrieval.features import SentenceEvidence

_PLACED = pattern(
    r"\b(?:in|at|from|to|near|of|into|through|across|around|outside|inside|towards?|between|throughout|within|off|on|via|and|"
    r"[Ii]n|[Aa]t|[Nn]ear|[Ff]rom|cit(?:y|ies) of|provinces? of)\s+(?:the\s+|(?:north|south|east|west)(?:ern)?\s+)*$"
)
_LISTED = pattern(r",?\s(?:and|or)\s(?:the\s)?|,\s(?:the\s)?")
_LOOK_BACK = 40
_ENOUGH = 3
"""So many letters at the beginning of a word are also those of its term."""
NOTHING: frozenset[str] = frozenset()


def candidates(text: str, wanted: Expected, known: AbstractSet[str] = NOTHING) -> list[Span]:
    """Find what in a sentence can be the answer.

    Args:
        text: a sentence.
        wanted: the kind of answer.
        known: the question's terms (as `analyse` has them); what consists of them alone answers nothing.

    Returns:
        Spans in order; none overlaps another. Empty for kinds without a short answer.

    >>> text = "Pakistan launched airstrikes on hideouts in the Afghan provinces of Kunar and Khost, killing 47 people."
    >>> [text[span.start : span.end] for span in candidates(text, Expected.PLACE, {"pakistan"})]
    ['Kunar', 'Khost']
    """
    find = _FINDERS.get(wanted)
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


_FINDERS: dict[Expected, Callable[[str], list[Span]]] = {
    Expected.PERSON: lambda text: list(names(text)),
    Expected.NAME: lambda text: list(names(text)),
    Expected.PLACE: _places,
    Expected.TIME: lambda text: list(times(text)),
    Expected.MEASURE: lambda text: measures(text) or _quantities(text, Kind.COUNT),
    Expected.NUMBER: lambda text: _quantities(text, *Kind) or vague_numbers(text),
    Expected.MONEY: lambda text: _quantities(text, Kind.MONEY),
    Expected.SHARE: lambda text: _quantities(text, Kind.SHARE) or fractions(text),
}


DENSE_WEIGHT = 0.4
"""The share of the cosine; the coverage has the rest."""
_FITS = {
    **dict.fromkeys(
        (Expected.TIME, Expected.NUMBER, Expected.MEASURE, Expected.MONEY, Expected.SHARE),
        0.25,
    ),
    Expected.PLACE: 0.2,
    Expected.PERSON: 0.1,
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


@dataclass(frozen=True, slots=True)
class Sought:
    """What of a question is looked for in a sentence, beside its terms and its meaning."""

    wanted: Expected
    terms: frozenset[str]
    pairs: frozenset[tuple[str, str]]

    @classmethod
    def read(cls, question: str) -> Self:
        terms = analyse(question)
        return cls(expected(question), frozenset(terms), _pairs(terms))


def best_sentence(sought: Sought, passage: Passage, evidence: SentenceEvidence, reading: Reading | None = None) -> Span:
    """The sentence with the most evidence, the first of equals; where the passage was read, that counts too."""
    scores = (1 - DENSE_WEIGHT) * evidence.coverages + DENSE_WEIGHT * evidence.cosines
    texts = passage.sentence_texts()
    terms = [terms_of(text) for text in texts]
    fits = [
        _fit(sought, text) + _ADJACENT_WEIGHT * _adjacent(sought, some) for text, some in zip(texts, terms, strict=True)
    ]
    points = [0.0, *(_POINTING_WEIGHT * _left_to(sought, *two) for two in pairwise(zip(texts, terms, strict=True)))]
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


def _fit(sought: Sought, text: str) -> float:
    weight = _FITS.get(sought.wanted, 0.0)
    return weight if weight and candidates(text, sought.wanted, sought.terms) else 0.0


def _adjacent(sought: Sought, terms: Sequence[str]) -> float:
    return len(sought.pairs & _pairs(terms)) / (len(sought.pairs) or 1)


def _left_to(sought: Sought, before: tuple[str, Sequence[str]], sentence: tuple[str, Sequence[str]]) -> float:
    """The share of the terms that a sentence leaves to the one before: "It was held on the Thames"."""
    text, terms = sentence
    if not _POINTS_BACK.match(text):
        return 0.0
    return len(sought.terms.intersection(before[1]).difference(terms)) / (len(sought.terms) or 1)


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
