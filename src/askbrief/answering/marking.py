"""The sentence of a passage that answers best."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from askbrief.ranking.evidence import SentenceEvidence
    from askbrief.records import Passage, Span

DENSE_WEIGHT = 0.4
"""The share of the cosine; from 0 to 0.6 it moved no set's share of rightly marked sentences by over 0.02."""


def best_sentence(passage: Passage, evidence: SentenceEvidence) -> Span:
    """The sentence with the most evidence, the first of equals."""
    scores = (1 - DENSE_WEIGHT) * evidence.coverages + DENSE_WEIGHT * evidence.cosines
    return passage.sentences[int(np.argmax(scores))]
