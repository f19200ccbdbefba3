"""What the single sentences of a passage say to a question, beside what the passage says as a whole.

A passage that answers does so in one sentence, and that sentence stands out more than its passage does: taking
it in gave 2 to 8 points of hit@1 on the four tuning sets (docs/quality.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from askbrief.ranking.analysis import analyse
from askbrief.ranking.fusion import convex

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from askbrief.ranking.lexical import LexicalQuery
    from askbrief.records import Passage

LEXICAL_SHARE = 1 / 5
"""The best sentence's share of a passage's lexical evidence; BM25 of the whole passage has the rest."""

DENSE_SHARE = 3 / 5
"""The best sentence's share of a passage's dense evidence; the cosine of the whole passage has the rest."""


@dataclass(frozen=True, slots=True)
class SentenceEvidence:
    """One entry for each sentence of a passage.

    Arrays:
        coverages: the share of the question's terms in the sentence, weighed by idf, 0..1.
        cosines: of the sentence to the question, -1..1.
    """

    coverages: NDArray[np.float32]
    cosines: NDArray[np.float32]


def sentence_evidence(
    passage: Passage, query: LexicalQuery, vectors: NDArray[np.floating], vector: NDArray[np.float32]
) -> SentenceEvidence:
    """Weigh each sentence of a passage.

    Args:
        passage: with its sentences.
        query: the question's terms.
        vectors: unit rows, one for each sentence.
        vector: the question's unit vector.
    """
    covered = [query.covered_by(frozenset(analyse(text))) for text in passage.sentence_texts()]
    return SentenceEvidence(np.array(covered, dtype=np.float32), vectors.astype(np.float32) @ vector)


def combined(whole: float, best_sentence: float, share: float) -> float:
    """A passage's evidence of one kind, the whole and its best sentence taken together."""
    return convex(best_sentence, whole, share)
