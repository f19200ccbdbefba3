"""askbrief's first ranking, which is what the others do: BM25 and cosines of all passages, added up; the ten best."""

from __future__ import annotations

from typing import TYPE_CHECKING

from askbrief.language.analysis import analyse
from askbrief.records import Method
from askbrief.retrieval.candidates import Shortlist, best
from askbrief.retrieval.scoring import Searched
from askbrief.settings import Settings
from askbrief.storage.embedded.generation import Generation
from benchmarks.speed.material import TOP, StandIn

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.speed.material import Ask, Material, Vector


def open_index(material: Material, folder: Path, state: Path) -> Ask:  # noqa: ARG001 - all of these look alike
    """Open the generation that serves."""
    searched, weight = opened(folder, StandIn(material)), Settings().lexical_weight

    def ask(question: str, vector: Vector) -> list[str]:
        terms = searched.lexical.query(analyse(question))
        first = Shortlist(
            terms,
            searched.dense,
            vector,
            weight=weight,
            method=Method.CONVEX,
            admitted=None,
            exact_up_to=searched.exact_up_to,
        )
        numbers = first.numbers[best(first.scores, TOP)].tolist()
        return [passage.text for passage in searched.passages(numbers)]

    return ask


def opened(folder: Path, encoder: StandIn) -> Searched:
    """The generation that serves, as the library searches it."""
    generation = Generation.open_current(folder)
    return Searched(
        generation.lexical,
        generation.dense,
        encoder,
        generation.store.passages,
        generation.catalogue,
        Settings().exact_up_to,
    )
