"""The first ranking, by whole passages: of all that are in scope, or, in a large index, of the likeliest few thousand.

In a small index every cosine is computed. In a large one the signs of the vectors tell about what each would be
(`DenseIndex.estimates`); with BM25, which is exact, that gives an estimate of every score, and the passages with the
best ones are ranked exactly. What is out of scope is no part of either: the smaller a scope, the more of it is ranked.
"""

from __future__ import annotations

from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

import numpy as np

from askbrief.ranking.evidence import document_evidence
from askbrief.ranking.fusion import fuse, highest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from askbrief.choices import Method
    from askbrief.ranking.dense import DenseIndex
    from askbrief.ranking.lexical import LexicalQuery
    from askbrief.ranking.steering import Catalogued

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
