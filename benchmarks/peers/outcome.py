"""The record of a peer's run over a set."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Outcome(BaseModel):
    """A run over a set, question by question, in the order of the set."""

    model_config = ConfigDict(frozen=True)

    ranks: list[int | None]
    """Rank (1..10) of the first passage that holds the answer; None if there is none, or no answer exists."""
    scores: list[float | None]
    """The peer's score of its first passage; None without passage or score."""
    words: float
    """Mean number of words of all passages shown."""
    chunks: int
    lost: int
    seconds: float
