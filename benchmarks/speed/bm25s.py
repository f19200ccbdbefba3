"""bm25s as in its quick start (README): English stop words, PyStemmer, `save` and `load` with the corpus; no vectors.

The vectors are stored in another file, and the two scores are added: BM25 divided by the best, and numpy's dot product.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import bm25s
import numpy as np
import Stemmer

from benchmarks.speed.material import convex, top

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.speed.material import Ask, Material, Vector


def build(material: Material, folder: Path) -> None:
    """Tokenize, index and save."""
    texts = material.texts()
    tokens = bm25s.tokenize(texts, stopwords="en", stemmer=Stemmer.Stemmer("english"), show_progress=False)
    retriever = bm25s.BM25()
    retriever.index(tokens, show_progress=False)
    retriever.save(folder / "bm25s", corpus=texts, show_progress=False)
    np.save(folder / "vectors.npy", material.vectors())


def open_index(material: Material, folder: Path, state: Path) -> Ask:  # noqa: ARG001 - all of these look alike
    """Load the index with its corpus, and the vectors."""
    retriever = bm25s.BM25.load(folder / "bm25s", load_corpus=True)
    texts = [row["text"] for row in retriever.corpus]
    vectors, stemmer = np.load(folder / "vectors.npy"), Stemmer.Stemmer("english")

    def ask(question: str, vector: Vector) -> list[str]:
        terms = bm25s.tokenize(question, stopwords="en", stemmer=stemmer, return_ids=False, show_progress=False)[0]
        lexical = retriever.get_scores(terms) if terms else np.zeros(len(texts))
        return top(convex(lexical, vectors @ vector), texts)

    return ask
