"""Diversity of the first passages: group near-duplicates, and cover each aspect of the question."""

from __future__ import annotations

from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
import regex

from askbrief.core.text import pattern
from askbrief.language.analysis import analyse, terms_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

HOLDS = 0.75
"""A passage is on an aspect if it has this share of its terms, weighed by idf, 0..1."""
LEAST_OF_THE_FIRST = 0.4
"""A passage with less than this share of the first one's score is not moved up; it has the words by chance."""
SHARE_OF_ASPECTS = 0.5
"""The lambda of xQuAD: the weight of aspects against the score, 0..1."""


def diversified(scores: Sequence[float], held: NDArray[np.float32]) -> list[int]:
    """Order passages so that each aspect is covered among the first, if any passage is on it.

    Args:
        scores: of the passages, best first.
        held: the share of each aspect's terms that each passage holds, 0..1: float32 [passages, aspects].

    Returns:
        The positions of the passages in their new order; the same order if the first is on all aspects.

    >>> diversified([.6, .5, .4], np.float32([[1, 0], [1, 0], [0, 1]]))
    [0, 2, 1]
    """
    if not scores or held.shape[1] == 0:
        return list(range(len(scores)))
    chosen = [0]
    worth = np.array(scores) / (scores[0] or 1)
    near = worth >= LEAST_OF_THE_FIRST
    on = held >= HOLDS
    while True:
        missing = ~on[chosen].any(axis=0)
        candidates = np.flatnonzero(near & (on & missing).any(axis=1))
        if not len(candidates):
            break
        novelty = (held * np.prod(1 - held[chosen], axis=0)).mean(axis=1)
        value = (1 - SHARE_OF_ASPECTS) * worth + SHARE_OF_ASPECTS * novelty
        chosen.append(int(candidates[np.argmax(value[candidates])]))
    return chosen + [place for place in range(len(scores)) if place not in chosen]


ALIKE = 0.8
"""Jaccard similarity of term triples, 0..1, from which two passages count as near-duplicates."""

_SHINGLE = 3
_NUMBER = pattern(r"\p{N}")
_CAPITALISED = pattern(r"\b\p{Lu}[\p{L}\p{M}\p{N}]*")
_NEGATION = pattern(r"\b(?:no|not|none|never|nor|neither|without)\b|n['’]t\b", regex.IGNORECASE)


def first_of_each(texts: Sequence[Sequence[str]]) -> list[list[int]]:
    """Group texts, each given as sentences, that are near-duplicates, each group under its first member.

    Two texts are near-duplicates when the Jaccard similarity of their term triples (Broder 1997) is at least
    `ALIKE`, and they differ in no figure, no name and no negation: "3,000 fighters" and "4,000 fighters" are two
    statements, and so are a claim and its denial.

    Returns:
        Groups of positions in `texts`, both in order; the first of a group stands for it.

    >>> first_of_each([["He said 42 men came."], ["It rained."], ["He said 42 men came!"], ["He said 43 men came."]])
    [[0, 2], [1], [3]]
    """
    marks = [_Marks(sentences) for sentences in texts]
    groups: list[list[int]] = []
    for place, mark in enumerate(marks):
        same = (group for group in groups if mark.says_the_same_as(marks[group[0]]))
        group = next(same, None)
        if group is None:
            groups.append([place])
        else:
            group.append(place)
    return groups


class _Marks:
    """The features by which texts are compared; those that only similar texts need are computed when needed."""

    def __init__(self, sentences: Sequence[str]) -> None:
        self._sentences = sentences
        self._terms = tuple(chain.from_iterable(map(terms_of, sentences)))
        self._shingles = frozenset(zip(*(self._terms[place:] for place in range(_SHINGLE)), strict=False)) or frozenset(
            [self._terms]
        )

    def says_the_same_as(self, other: _Marks) -> bool:
        common, all_of_them = len(self._shingles & other._shingles), len(self._shingles) + len(other._shingles)
        if common < ALIKE * (all_of_them - common) or self._negations != other._negations:
            return False
        return (frozenset(self._terms) ^ frozenset(other._terms)).isdisjoint(self._facts | other._facts)

    @cached_property
    def _facts(self) -> frozenset[str]:
        """The terms that are figures or names."""
        names = analyse(" ".join(chain.from_iterable(map(_CAPITALISED.findall, self._sentences))))
        return frozenset(names).union(term for term in self._terms if _NUMBER.search(term))

    @cached_property
    def _negations(self) -> int:
        return sum(len(_NEGATION.findall(sentence)) for sentence in self._sentences)
