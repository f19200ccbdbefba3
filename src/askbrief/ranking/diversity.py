"""A question for two things gets a passage on each among its first.

xQuAD (Santos, Macdonald and Ounis 2010, "Exploiting query reformulations for web search result diversification")
chooses passages one by one for their score and for the aspects of the question that no passage chosen so far has; it is
to aspects what maximal marginal relevance (Carbonell and Goldstein 1998, "The use of MMR, diversity-based reranking for
reordering documents and producing summaries") is to likeness. The first passage is that of the ranking here;
only passages on what is missing are moved, and the rest keep their order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

HOLDS = 0.75
"""A passage is on an aspect when it holds this share of its terms, weighed by idf."""
LEAST_OF_THE_FIRST = 0.4
"""A passage with a smaller share of the first one's score is not moved up: it has the words by chance."""
SHARE_OF_ASPECTS = 0.5
"""xQuAD's lambda: what aspects weigh against the score."""


def diversified(scores: Sequence[float], held: NDArray[np.float32]) -> list[int]:
    """Order passages so that each aspect that some of them are on has one among the first.

    Args:
        scores: of the passages, best first.
        held: the share of each aspect's terms that each passage holds, 0..1: float32 [passages, aspects].

    Returns:
        The positions of the passages in their new order; as they were where the first is on all aspects.

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
