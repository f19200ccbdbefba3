"""txtai's own hybrid search (neuml.github.io/txtai, "Embeddings"): `Embeddings(hybrid=True, content=True)`.

Above 5,000 passages its default Faiss index is approximate (IVF). "external" is its name for vectors that the caller
provides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from txtai import Embeddings

from benchmarks.speed.material import TOP, StandIn

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.speed.material import Ask, Material, Vector


def build(material: Material, folder: Path) -> None:
    """Index and save."""
    encoder = StandIn(material)

    def encode(texts: list[str]) -> Vector:
        return encoder.encode_documents(texts)

    embeddings = Embeddings(hybrid=True, content=True, method="external", transform=encode)
    embeddings.index((number, text, None) for number, text in enumerate(material.texts()))
    embeddings.save(str(folder))


def open_index(material: Material, folder: Path, state: Path) -> Ask:  # noqa: ARG001 - all of these look alike
    """Load the index, with a function for the question's vector, because the original one is not saved."""
    given: list[Vector] = []

    def encode(texts: list[str]) -> list[Vector]:  # noqa: ARG001 - there is one, the question
        return given

    embeddings = Embeddings()
    embeddings.load(str(folder), config={"transform": encode})

    def ask(question: str, vector: Vector) -> list[str]:
        given[:] = [vector]
        return [hit["text"] for hit in embeddings.search(question, TOP)]

    return ask
