"""Near-duplicates: a passage that says what a better one has said already is not shown again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import regex

from askbrief.ranking.analysis import analyse

if TYPE_CHECKING:
    from collections.abc import Sequence

ALIKE = 0.8
"""The share of common word triples from which two passages count as the same."""

_SHINGLE = 3
_NUMBER = regex.compile(r"\p{N}")


def first_of_each(texts: Sequence[str]) -> list[list[int]]:
    """Group texts that are near-duplicates, each group under its first member.

    Two texts are near-duplicates when the Jaccard similarity of their word triples (Broder 1997) is at least
    `ALIKE` and they hold the same figures: "3,000 fighters" and "4,000 fighters" are two statements.

    Returns:
        Groups of positions in `texts`, both in order; the first of a group stands for it.

    >>> first_of_each(["He said 42 men came.", "It rained.", "He said 42 men came!", "He said 43 men came."])
    [[0, 2], [1], [3]]
    """
    marks = [_marks(text) for text in texts]
    groups: list[list[int]] = []
    for place, (shingles, figures) in enumerate(marks):
        for group in groups:
            other, other_figures = marks[group[0]]
            if figures == other_figures and _jaccard(shingles, other) >= ALIKE:
                group.append(place)
                break
        else:
            groups.append([place])
    return groups


def _marks(text: str) -> tuple[frozenset[tuple[str, ...]], frozenset[str]]:
    terms = analyse(text)
    shingles = frozenset(tuple(terms[i : i + _SHINGLE]) for i in range(max(1, len(terms) - _SHINGLE + 1)))
    return shingles, frozenset(term for term in terms if _NUMBER.search(term))


def _jaccard(one: frozenset[tuple[str, ...]], other: frozenset[tuple[str, ...]]) -> float:
    return len(one & other) / len(one | other)
