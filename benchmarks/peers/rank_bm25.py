"""rank-bm25 as most people use it: BM25Okapi over lower-cased words separated by white space."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from rank_bm25 import BM25Okapi

from askbrief.evaluation.question_sets import DEPTH
from benchmarks.peers.material import Found, Opened

if TYPE_CHECKING:
    from benchmarks.peers.material import Material


def open_index(material: Material) -> Opened:
    """Index askbrief's passages; rank as its `get_top_n` does, which returns no scores."""
    chunks = material.askbrief_passages()
    bm25 = BM25Okapi([chunk.text.lower().split() for chunk in chunks])

    def ask(question: str) -> list[Found]:
        scores = bm25.get_scores(question.lower().split())
        return [Found(chunks[number], float(scores[number])) for number in np.argsort(scores)[::-1][:DEPTH]]

    return Opened.of(chunks, ask)
