"""askbrief's ranking: the first one by whole passages, and the close look at the sentences of the best thirty."""

from __future__ import annotations

from typing import TYPE_CHECKING

from askbrief.query.parsed_question import parse_question
from askbrief.records import Method
from askbrief.retrieval.scoring import search
from askbrief.settings import Settings
from benchmarks.speed.askbrief_first import opened
from benchmarks.speed.material import TOP, StandIn

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.speed.material import Ask, Material, Vector


def open_index(material: Material, folder: Path, state: Path) -> Ask:  # noqa: ARG001 - all of these look alike
    """Open the generation that serves."""
    encoder, weight = StandIn(material), Settings().lexical_weight
    searched = opened(folder, encoder)

    def ask(question: str, vector: Vector) -> list[str]:
        encoder.given = vector
        found = search(parse_question(question), searched, count=TOP, weight=weight, method=Method.CONVEX)
        return [one.passage.text for one in found]

    return ask
