"""rank-bm25 as in its README: BM25Okapi over lower-cased words separated by white space; no file format, no vectors.

People store it in a pickle, and the vectors in another file, and add BM25 divided by the best and numpy's dot product.
"""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING

import numpy as np
from rank_bm25 import BM25Okapi

from benchmarks.speed.material import convex, top

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.speed.material import Ask, Material, Vector


def build(material: Material, folder: Path) -> None:
    """Pickle the index and the texts, and save the vectors."""
    texts = material.texts()
    with (folder / "bm25.pickle").open("wb") as file:
        pickle.dump((BM25Okapi([text.lower().split() for text in texts]), texts), file)
    np.save(folder / "vectors.npy", material.vectors())


def open_index(material: Material, folder: Path, state: Path) -> Ask:  # noqa: ARG001 - all of these look alike
    """Unpickle, and load the vectors."""
    with (folder / "bm25.pickle").open("rb") as file:
        bm25, texts = pickle.load(file)  # noqa: S301 - written above
    vectors = np.load(folder / "vectors.npy")

    def ask(question: str, vector: Vector) -> list[str]:
        return top(convex(bm25.get_scores(question.lower().split()), vectors @ vector), texts)

    return ask
