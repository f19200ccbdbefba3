"""askbrief's whole answer: names, typing errors, ranking, sentences, verdict, figures, keys in the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from askbrief.library import Library
from askbrief.settings import Settings
from benchmarks.speed.material import TOP, StandIn

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.speed.material import Ask, Material, Vector


def open_index(material: Material, folder: Path, state: Path) -> Ask:
    """Open the library, with an empty ledger."""
    encoder = StandIn(material)
    library = Library.open(folder, state=state, encoder=encoder, settings=Settings(reader=False))

    def ask(question: str, vector: Vector) -> list[str]:
        encoder.given = vector
        return [hit.quote for hit in library.ask(question, TOP).hits]

    return ask
