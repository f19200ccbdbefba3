"""txtai: `Embeddings(hybrid=True, content=True)`, the hybrid search of its documentation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from txtai import Embeddings

from askbrief.evaluation.question_sets import DEPTH
from benchmarks.peers.material import Found, Opened

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from benchmarks.peers.material import Material


def open_index(material: Material) -> Opened:
    """Index askbrief's passages; "external" is txtai's name for vectors that the caller provides."""
    chunks = material.askbrief_passages()
    material.encode([chunk.text for chunk in chunks])

    def encode(texts: list[str]) -> NDArray[np.float32]:
        return material.model.encode_documents(texts)

    embeddings = Embeddings(hybrid=True, content=True, method="external", transform=encode)
    embeddings.index((number, chunk.text, None) for number, chunk in enumerate(chunks))

    def ask(question: str) -> list[Found]:
        return [Found(chunks[int(hit["id"])], float(hit["score"])) for hit in embeddings.search(question, DEPTH)]

    return Opened.of(chunks, ask)
