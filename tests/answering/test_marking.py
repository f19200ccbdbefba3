"""Which sentence of a passage is marked."""

from __future__ import annotations

import numpy as np
import pytest

from askbrief.answering.marking import best_sentence
from askbrief.ranking.evidence import SentenceEvidence
from askbrief.records import Passage, Span

SPANS = (Span(100, 110), Span(111, 125), Span(126, 140))
PASSAGE = Passage("a.txt", 100, 140, "." * 40, SPANS, (1, 1))


@pytest.mark.parametrize(
    ("coverages", "cosines", "marked"),
    [
        ([0.1, 0.9, 0.2], [0.5, 0.5, 0.5], 1),  # the one with most of the question's words
        ([0.5, 0.5, 0.5], [0.1, 0.2, 0.8], 2),  # with as many words, the one nearest in meaning
        ([0.0, 0.0, 0.0], [-0.3, -0.1, -0.2], 1),
        ([0.5, 0.4, 0.0], [0.0, 0.5, 0.6], 1),  # 0.30, 0.44, 0.24
        ([0.3, 0.7, 0.7], [0.2, 0.4, 0.4], 1),  # the first of equals
        ([0.0, 0.0, 0.0], [0.0, 0.0, 0.0], 0),
    ],
)
def test_the_sentence_with_the_most_evidence_is_marked(
    coverages: list[float], cosines: list[float], marked: int
) -> None:
    evidence = SentenceEvidence(np.array(coverages, dtype=np.float32), np.array(cosines, dtype=np.float32))
    assert best_sentence(PASSAGE, evidence) == SPANS[marked]
