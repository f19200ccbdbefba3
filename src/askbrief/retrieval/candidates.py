"""The first ranking, by whole passages: BM25 and cosine fused, over all in scope or the likeliest few thousand."""

from __future__ import annotations

from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

import numpy as np

from askbrief.records import Method
from askbrief.retrieval.features import document_evidence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from askbrief.retrieval.bm25 import LexicalQuery
    from askbrief.retrieval.cosine import DenseIndex
    from askbrief.retrieval.soft_filters import Catalogued

RRF_K = 60
"""The constant of Cormack, Clarke and Büttcher (2009), "Reciprocal rank fusion"."""

_BLOCK = 1 << 14
"""So many scores are fused at once: what is computed on the way takes no memory that must be got from the system."""

_SAMPLE, _FEWEST_OF_SAMPLE = 1 << 11, 16
"""Of so many scores, a few more than there should be among the best."""


def fuse(
    lexical: NDArray[np.float32],
    cosines: NDArray[np.float32],
    *,
    weight: float,
    method: Method = Method.HYBRID,
) -> NDArray[np.float32]:
    """Make one score of two.

    Args:
        lexical: BM25 over its theoretical maximum, 0..1, float32 [passages].
        cosines: -1..1, float32 [passages].
        weight: the lexical share of the convex combination, 0..1.
        method: which ranking is wanted.

    Returns:
        float32 [passages]; zero or less is no match.

    >>> [round(s, 2) for s in fuse(np.float32([.5, 0]), np.float32([.8, .6]), weight=.4).tolist()]
    [0.68, 0.36]
    """
    match method:
        case Method.BM25:
            return lexical
        case Method.DENSE:
            return cosines
        case Method.RRF:
            return _reciprocal_ranks(lexical) + _reciprocal_ranks(cosines)
        case Method.HYBRID | Method.CONVEX:
            fused = np.empty(len(lexical), dtype=np.float32)
            for first in range(0, len(fused), _BLOCK):
                some = slice(first, first + _BLOCK)
                fused[some] = weight * lexical[some] + (1 - weight) * cosines[some]
            return fused


def _reciprocal_ranks(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    ranks = np.empty(len(scores), dtype=np.float32)
    ranks[np.argsort(-scores, kind="stable")] = np.arange(1, len(scores) + 1, dtype=np.float32)
    return np.where(scores > 0, 1 / (RRF_K + ranks), 0).astype(np.float32)


def best(scores: NDArray[np.float32], count: int) -> NDArray[np.int64]:
    """The positions of the highest positive scores, best first; equal scores keep their order.

    >>> best(np.float32([.1, .7, 0, .7]), 3).tolist()
    [1, 3, 0]
    """
    found = highest(scores, count, above=0)
    return found[np.argsort(-scores[found], kind="stable")]


def highest(scores: NDArray[np.float32], count: int, *, above: float = -np.inf) -> NDArray[np.int64]:
    """The positions of the highest scores above a value, ascending; of equal ones at the end, the first.

    >>> highest(np.float32([.1, .7, .3, .1, .1]), 3).tolist()
    [0, 1, 2]
    """
    found = np.flatnonzero(scores > max(above, _likely_floor(scores, count)))
    if len(found) < count:
        found = np.flatnonzero(scores > above)
    if len(found) <= count:
        return found
    some = scores[found]
    cut = np.partition(some, len(some) - count)[len(some) - count] if count > 0 else np.inf
    chosen = some > cut
    chosen[np.flatnonzero(some == cut)[: max(0, count) - np.count_nonzero(chosen)]] = True
    return found[chosen]


def _likely_floor(scores: NDArray[np.float32], count: int) -> float:
    """What a sample says that more than `count` scores exceed; partitioning all of a million takes much longer."""
    stride = len(scores) // _SAMPLE
    if stride <= 1:
        return -np.inf
    sample = scores[::stride]
    place = len(sample) - _FEWEST_OF_SAMPLE - 2 * max(0, count) // stride
    return float(np.partition(sample, place)[place]) if place >= 0 else -np.inf


LENGTH = 4_096
"""So many passages of a large index are ranked exactly (docs/decisions.md: how many of the best are found)."""


class Shortlist:
    """The passages that are ranked exactly for one question.

    Attributes:
        query: the question's terms.
        vector: the question's unit vector.
        numbers: of the passages, ascending: int64 [shortlist].
        scores: of the first ranking; zero or less is no match: float32 [shortlist].
    """

    def __init__(
        self,
        query: LexicalQuery,
        dense: DenseIndex,
        vector: NDArray[np.float32],
        *,
        weight: float,
        method: Method,
        admitted: NDArray[np.bool_] | None,
        exact_up_to: int,
    ) -> None:
        """Rank the passages for a question.

        Args:
            query: the question's terms.
            dense: the passages' vectors.
            vector: the question's unit vector.
            weight: the lexical share of the fused score, 0..1.
            method: how to fuse.
            admitted: bool [passages]: what is in scope; None for everything. What is out of scope scores 0.
            exact_up_to: with more passages than this, only the likeliest are ranked.
        """
        self.query, self._dense, self.vector = query, dense, vector
        self._weight, self._method, self._admitted = weight, method, admitted
        self._maximum = np.float32(query.theoretical_maximum() or 1)
        self._all = len(dense) <= exact_up_to
        self._bm25 = self._in_scope(query.scores())
        self.numbers = np.arange(len(dense)) if self._all else self._likeliest()
        chosen = slice(None) if self._all else self.numbers
        self._cosines = self._in_scope(dense.scores(vector, chosen), chosen)
        self.scores = self._fused(self._bm25[chosen], self._cosines)

    def signals(self, places: NDArray[np.int64]) -> dict[str, list[float]]:
        """What the scores of some places of the shortlist are made of, and how much of the question they cover."""
        numbers = self.numbers[places]
        bm25 = self._bm25[numbers]
        return {
            "bm25": bm25.tolist(),
            "lexical": (bm25 / self._maximum).tolist(),
            "cosine": self._cosines[places].tolist(),
            "coverage": self.query.coverage(numbers).tolist(),
        }

    def coverage(self, query: LexicalQuery) -> NDArray[np.float32]:
        """How much of other terms the passages of the shortlist have: float32 [shortlist], 0..1."""
        return query.coverage(None if self._all else self.numbers)

    def document_evidence(self, documents: Sequence[Catalogued]) -> list[float]:
        """What the whole of each document says to the question, whether its passages are on the shortlist or not."""
        if self._all:
            return [document_evidence(self.scores[one.first : one.last]) for one in documents]
        different = {one.doc_id: one for one in documents}
        ranges = [np.arange(one.first, one.last) for one in different.values()]
        numbers = np.concatenate([*ranges, self.numbers[:0]])
        scores = self._fused(self._bm25[numbers], self._in_scope(self._dense.scores(self.vector, numbers), numbers))
        bounds = pairwise(accumulate((one.last - one.first for one in different.values()), initial=0))
        evidence = {
            name: document_evidence(scores[slice(*bound)]) for name, bound in zip(different, bounds, strict=True)
        }
        return [evidence[one.doc_id] for one in documents]

    def _likeliest(self) -> NDArray[np.int64]:
        """The passages in scope with the best estimates; those of a small scope without looking at any."""
        in_scope = self._admitted
        if in_scope is not None and np.count_nonzero(in_scope) <= LENGTH:
            return np.flatnonzero(in_scope)
        estimates = self._fused(self._bm25, self._dense.estimates(self.vector))
        if in_scope is not None:
            estimates[~in_scope] = -np.inf
        return highest(estimates, LENGTH)

    def _fused(self, bm25: NDArray[np.float32], cosines: NDArray[np.float32]) -> NDArray[np.float32]:
        return fuse(bm25 / self._maximum, cosines, weight=self._weight, method=self._method)

    def _in_scope(
        self, scores: NDArray[np.float32], passages: NDArray[np.int64] | slice = slice(None)
    ) -> NDArray[np.float32]:
        return scores if self._admitted is None else np.where(self._admitted[passages], scores, np.float32(0))
