"""The model alone: exact cosine between the question and every passage."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from askbrief.evaluation.question_sets import DEPTH
from benchmarks.peers.material import Found, Opened

if TYPE_CHECKING:
    from benchmarks.peers.material import Material


def open_index(material: Material) -> Opened:
    """Encode askbrief's passages, without titles."""
    chunks = material.askbrief_passages()
    texts = [chunk.text for chunk in chunks]
    material.encode(texts)
    vectors = material.model.encode_documents(texts)

    def ask(question: str) -> list[Found]:
        cosines = vectors @ material.model.encode_query(question)
        return [Found(chunks[n], float(cosines[n])) for n in np.argsort(-cosines, kind="stable")[:DEPTH]]

    return Opened.of(chunks, ask)
