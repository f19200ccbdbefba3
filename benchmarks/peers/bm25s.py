"""bm25s as in its quick start: English stop words and the English stemmer of PyStemmer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bm25s
import Stemmer

from askbrief.evaluation.question_sets import DEPTH
from benchmarks.peers.material import Found, Opened

if TYPE_CHECKING:
    from benchmarks.peers.material import Material


def open_index(material: Material) -> Opened:
    """Index askbrief's passages."""
    chunks = material.askbrief_passages()
    stemmer = Stemmer.Stemmer("english")
    texts = [chunk.text for chunk in chunks]
    retriever = bm25s.BM25()
    retriever.index(bm25s.tokenize(texts, stopwords="en", stemmer=stemmer, show_progress=False), show_progress=False)

    def ask(question: str) -> list[Found]:
        tokens = bm25s.tokenize(question, stopwords="en", stemmer=stemmer, show_progress=False)
        numbers, scores = retriever.retrieve(tokens, k=min(DEPTH, len(chunks)), show_progress=False)
        return [Found(chunks[int(n)], float(score)) for n, score in zip(numbers[0], scores[0], strict=True)]

    return Opened.of(chunks, ask)
