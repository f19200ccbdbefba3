"""Weighted sums of a passage's signals, their weights in ranking/*.json for anyone to read."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from collections.abc import Mapping

RANKING, REREADING = "model.json", "rereading.json"
"""The weights of the close look, and of the reader's outputs beside the score that came of it."""


class RankingModel(BaseModel):
    """A linear model over signals that are 0..1 each (cosines may be below); its weights add up to 1.

    Attributes:
        encoder: the embedding model it was fitted with; others rank by it well enough, since cosines are cosines.
        fitted_on: the question sets.
        weights: by the name of the signal.
    """

    model_config = ConfigDict(frozen=True)

    encoder: str
    fitted_on: tuple[str, ...]
    weights: dict[str, float]

    def score(self, signals: Mapping[str, float]) -> float:
        """The weighted sum of the signals; a passage against the question in every signal has 0, not less.

        >>> model = RankingModel(encoder="", fitted_on=(), weights={"cosine": 0.75, "coverage": 0.25})
        >>> model.score({"cosine": 0.5, "coverage": 1.0, "bm25": 7.0})
        0.625
        """
        return max(0.0, sum(weight * signals[name] for name, weight in self.weights.items()))


@cache
def packaged_model(name: str = RANKING) -> RankingModel:
    """A model that comes with askbrief (`benchmarks/ranking.py` fits it)."""
    return RankingModel.model_validate_json(resources.files(__package__).joinpath(name).read_text("utf-8"))
