"""What a peer's run over a set is written down as."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Outcome(BaseModel):
    """A run over a set: question by question, in the order of the set."""

    model_config = ConfigDict(frozen=True)

    ranks: list[int | None]
    """The rank (1..10) of the first passage that holds the answer; None for none, and where there is no answer."""
    scores: list[float | None]
    """The peer's score of its first passage; None for no passage or no score."""
    words: float
    """Mean words of all passages shown."""
    chunks: int
    lost: int
    seconds: float
