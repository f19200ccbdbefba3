"""askbrief's ranking: the first one by whole passages, and the features of the sentences of the best thirty."""

from __future__ import annotations

from typing import TYPE_CHECKING

from askbrief.retrieval.scoring import rank
from askbrief.settings import Settings
from askbrief.storage.engines import open_engine
from benchmarks.speed.askbrief_first import RANKING, first_candidates

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.speed.material import Ask, Material, Vector


def open_index(material: Material, folder: Path, state: Path) -> Ask:  # noqa: ARG001 - all of these look alike
    """Open the newest generation."""
    engine = open_engine(folder, Settings().exact_up_to)

    def ask(question: str, vector: Vector) -> list[str]:
        weighted, candidates = first_candidates(engine, question, vector)
        contents = engine.look(candidates.numbers.tolist())
        return [one.passage.text for one in rank(weighted, candidates, contents, RANKING)]

    return ask
