"""A question against one index: both rankings over all passages in scope, fused, the best first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from askbrief.ranking.analysis import analyse
from askbrief.ranking.fusion import Method, best, fuse

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from askbrief.ranking.dense import DenseIndex
    from askbrief.ranking.encoder import Encoder
    from askbrief.ranking.lexical import LexicalIndex


@dataclass(frozen=True, slots=True)
class Ranked:
    """A passage by its position in the index, with its score and the signals behind it.

    Signals: `bm25` (raw), `lexical` (bm25 over its theoretical maximum, 0..1), `cosine` (-1..1), `coverage`
    (share of the question's terms, weighed by idf, 0..1).
    """

    passage: int
    score: float
    signals: dict[str, float]


def search(
    question: str,
    lexical: LexicalIndex,
    dense: DenseIndex,
    encoder: Encoder,
    *,
    count: int,
    weight: float,
    method: Method = Method.HYBRID,
    admitted: NDArray[np.bool_] | None = None,
) -> list[Ranked]:
    """Rank the passages for a question.

    Args:
        question: as it was asked.
        lexical: BM25 over all passages.
        dense: the vectors of the same passages.
        encoder: the one that made the vectors.
        count: how many passages at the most; with fewer that match, fewer.
        weight: the lexical share of the hybrid score, 0..1.
        method: hybrid, or one to compare it with.
        admitted: bool [passages]: what is in scope; None for everything. What is out of scope is not ranked.

    Returns:
        The best passages first; equal scores in the order of the index.
    """
    query = lexical.query(analyse(question))
    bm25 = query.scores()
    normalised = bm25 / np.float32(query.theoretical_maximum() or 1)
    cosines = dense.scores(encoder.encode_query(question))
    if admitted is not None:
        cosines = np.where(admitted, cosines, np.float32(0))
        normalised = np.where(admitted, normalised, np.float32(0))
    scores = fuse(normalised, cosines, weight=weight, method=method)
    passages = best(scores, count)
    columns = {"bm25": bm25, "lexical": normalised, "cosine": cosines, "coverage": query.coverage()}
    return [Ranked(int(p), float(scores[p]), _signals(columns, int(p))) for p in passages]


def _signals(columns: dict[str, NDArray[np.float32]], passage: int) -> dict[str, float]:
    return {name: round(float(column[passage]), 6) for name, column in columns.items()}
