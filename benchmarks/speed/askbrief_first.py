"""askbrief's first ranking, as in the other systems: BM25 and cosines of all passages, fused; the ten best."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from askbrief.query.parsed_question import parse_question
from askbrief.records import EVERYTHING, Method
from askbrief.retrieval.candidates import FirstRanking, WeightedQuestion
from askbrief.settings import Settings
from askbrief.storage.engines import open_engine
from benchmarks.speed.material import TOP

if TYPE_CHECKING:
    from pathlib import Path

    from askbrief.retrieval.candidates import Candidates
    from askbrief.storage.protocol import Engine
    from benchmarks.speed.material import Ask, Material, Vector

RANKING = FirstRanking(Method.CONVEX, Settings().lexical_weight, TOP)


def open_index(material: Material, folder: Path, state: Path) -> Ask:  # noqa: ARG001 - all of these look alike
    """Open the newest generation."""
    engine = open_engine(folder, Settings().exact_up_to)

    def ask(question: str, vector: Vector) -> list[str]:
        _, candidates = first_candidates(engine, question, vector)
        best = np.argsort(-candidates.ranking, kind="stable")[:TOP]
        return [content.passage.text for content in engine.look(candidates.numbers[best].tolist())]

    return ask


def first_candidates(engine: Engine, question: str, vector: Vector) -> tuple[WeightedQuestion, Candidates]:
    """Rank the passages of an engine for a question whose vector is known."""
    weighted = WeightedQuestion.of(parse_question(question), vector, engine.head.weigh, RANKING.method)
    return weighted, engine.first(weighted, EVERYTHING, RANKING)
