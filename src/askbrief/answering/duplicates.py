"""Near-duplicates: a passage that says what a better one has said already is not shown again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import regex

from askbrief.ranking.analysis import analyse, terms_of

if TYPE_CHECKING:
    from collections.abc import Sequence

ALIKE = 0.8
"""The share of common term triples from which two passages count as the same."""

_SHINGLE = 3
_NUMBER = regex.compile(r"\p{N}")
_CAPITALISED = regex.compile(r"\b\p{Lu}[\p{L}\p{M}\p{N}]*")
_NEGATION = regex.compile(r"\b(?:no|not|none|never|nor|neither|without)\b|n['’]t\b", regex.IGNORECASE)


def first_of_each(texts: Sequence[str]) -> list[list[int]]:
    """Group texts that are near-duplicates, each group under its first member.

    Two texts are near-duplicates when the Jaccard similarity of their term triples (Broder 1997) is at least
    `ALIKE`, and they differ in no figure, no name and no negation: "3,000 fighters" and "4,000 fighters" are two
    statements, and so are a claim and its denial.

    Returns:
        Groups of positions in `texts`, both in order; the first of a group stands for it.

    >>> first_of_each(["He said 42 men came.", "It rained.", "He said 42 men came!", "He said 43 men came."])
    [[0, 2], [1], [3]]
    """
    marks = [_Marks.of(text) for text in texts]
    groups: list[list[int]] = []
    for place, mark in enumerate(marks):
        same = (group for group in groups if mark.says_the_same_as(marks[group[0]]))
        group = next(same, None)
        if group is None:
            groups.append([place])
        else:
            group.append(place)
    return groups


@dataclass(frozen=True, slots=True)
class _Marks:
    """What texts are compared by. `facts` are those of the terms that are figures or names."""

    shingles: frozenset[tuple[str, ...]]
    terms: frozenset[str]
    facts: frozenset[str]
    negations: int

    @classmethod
    def of(cls, text: str) -> _Marks:
        terms = terms_of(text)
        shingles = frozenset(tuple(terms[i : i + _SHINGLE]) for i in range(max(1, len(terms) - _SHINGLE + 1)))
        names = analyse(" ".join(_CAPITALISED.findall(text)))
        facts = frozenset(names).union(term for term in terms if _NUMBER.search(term))
        return cls(shingles, frozenset(terms), facts, len(_NEGATION.findall(text)))

    def says_the_same_as(self, other: _Marks) -> bool:
        different = self.terms ^ other.terms
        if self.negations != other.negations or different & (self.facts | other.facts):
            return False
        return len(self.shingles & other.shingles) >= ALIKE * len(self.shingles | other.shingles)
