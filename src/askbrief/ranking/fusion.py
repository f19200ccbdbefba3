"""Two score lists -> one ranking. Pure: arrays in, arrays out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from askbrief.choices import Method

if TYPE_CHECKING:
    from numpy.typing import NDArray

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
