"""The sentence of a passage that answers best: by its terms, its meaning, and whether it holds what was asked for.

Three signals join the terms and the meaning. Given the passage that holds the gold, they raise the share of sentences
rightly chosen from .876 to .888 (squad2_half_400), from .753 to .763 (clapnq_dev) and from .799 to .807 (covidqa). The
weights lie where a grid over all of them is flat (docs/quality.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Self

import numpy as np
import regex

from askbrief.patterns import pattern
from askbrief.ranking.analysis import analyse, terms_of
from askbrief.ranking.candidates import candidates
from askbrief.ranking.expected import Expected, expected

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from askbrief.answering.reader.model import Reading
    from askbrief.ranking.evidence import SentenceEvidence
    from askbrief.records import Passage, Span

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
