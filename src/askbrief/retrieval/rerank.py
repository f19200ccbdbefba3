"""Rerank the best passages by models that read question and passage together."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from askbrief.errors import ModelError
from askbrief.retrieval.diversity import first_of_each
from askbrief.retrieval.scoring import RERANKING, packaged_model

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray
    from sentence_transformers import CrossEncoder

    from askbrief.inference.reader import Reader, ReaderOutput
    from askbrief.retrieval.scoring import Ranked

RERANKED = 20
"""Number of passages that a cross-encoder scores; each costs about as much as encoding it."""
SHARE = 0.5
"""Weight of its relevance against the score of the ranking model, 0..1."""
_UNUSABLE = (OSError, ValueError, LookupError, TypeError, AttributeError, ImportError, RuntimeError)


class Reranker(Protocol):
    """Scores how relevant passages are to a question."""

    def relevance(self, question: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return how relevant each text is: float32 [texts], 0..1."""
        ...


class CrossEncoderReranker:
    """A sentence-transformers CrossEncoder with one output, loaded from a directory, never from the network."""

    def __init__(self, directory: str) -> None:
        """Take the directory; the model is loaded at first use.

        Raises:
            ModelError: it contains no model.
        """
        self._directory = Path(directory).expanduser()
        if not (self._directory / "config.json").is_file():
            raise ModelError(
                f"no model: {self._directory} has no config.json; give the directory of a sentence-transformers "
                "CrossEncoder in ASKBRIEF_RERANKER, or leave it out"
            )

    @cached_property
    def _model(self) -> CrossEncoder:
        os.environ["HF_HUB_OFFLINE"] = "1"
        from safetensors import SafetensorError

        try:
            from sentence_transformers import CrossEncoder

            model: CrossEncoder = CrossEncoder(str(self._directory), local_files_only=True)
        except (*_UNUSABLE, SafetensorError) as error:
            reason = (str(error).splitlines() or [type(error).__name__])[0]
            raise ModelError(f"cannot load the re-ranking model from {self._directory}: {reason}") from error
        if model.num_labels != 1:
            raise ModelError(
                f"the model in {self._directory} has {model.num_labels} outputs: a re-ranker needs one, how relevant a "
                "passage is (ASKBRIEF_RERANKER)"
            )
        return model

    def relevance(self, question: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return how relevant each text is: float32 [texts], 0..1, a logistic function of the model's output."""
        from torch.nn import Sigmoid

        pairs = [(question, text) for text in texts]
        scores = self._model.predict(pairs, activation_fn=Sigmoid(), show_progress_bar=False)
        return np.asarray(scores, dtype=np.float32)


def reranked(question: str, found: Sequence[Ranked], reranker: Reranker) -> list[Ranked]:
    """Order the best passages by score and relevance; the rest follow in their order."""
    first, rest = list(found[:RERANKED]), list(found[RERANKED:])
    if not first:
        return rest
    relevance = reranker.relevance(question, [ranked.passage.text for ranked in first])
    scored = [
        replace(
            ranked,
            score=(1 - SHARE) * ranked.score + SHARE * float(value),
            signals={**ranked.signals, "reranked": round(float(value), 6)},
        )
        for ranked, value in zip(first, relevance, strict=True)
    ]
    return sorted(scored, key=lambda ranked: (-ranked.score, ranked.number)) + rest


READ = 10
"""Number of the best passages that the reader reads."""


@dataclass(frozen=True, slots=True)
class PassageGroup:
    """A passage, those that say the same and are not shown again, and what the reader makes of it, if it was read."""

    ranked: Ranked
    same: tuple[Ranked, ...] = ()
    reading: ReaderOutput | None = None

    def all(self) -> tuple[Ranked, ...]:
        return (self.ranked, *self.same)


def grouped(ranked: Sequence[Ranked]) -> list[PassageGroup]:
    """Group near-duplicates, each group under its first passage."""
    groups = first_of_each([one.passage.sentence_texts() for one in ranked])
    return [PassageGroup(ranked[first], tuple(ranked[place] for place in same)) for first, *same in groups]


def reread(question: str, found: Sequence[PassageGroup], reader: Reader, *, reorder: bool = True) -> list[PassageGroup]:
    """Let the reader read the first few passages, and score them again, together with their near-duplicates.

    Args:
        question: in words.
        found: best first.
        reader: reads.
        reorder: whether to order by the new scores; otherwise scores and order stay.

    Returns:
        The passages that were read, by their new scores, then the rest in their order.
    """
    first, rest = found[:READ], list(found[READ:])
    readings = reader.read(question, [one.ranked.passage for one in first], [one.ranked.title for one in first])
    read = [replace(one, reading=reading) for one, reading in zip(first, readings, strict=True)]
    if not reorder:
        return read + rest
    scored = sorted(map(_rescored, read), key=lambda one: (-one.ranked.score, one.ranked.number))
    lowest = scored[-1].ranked.score if scored else 0.0
    return scored + [_with(one, lambda ranked: replace(ranked, score=min(ranked.score, lowest))) for one in rest]


def reader_signals(reading: ReaderOutput) -> dict[str, float]:
    """Return the outputs as signals, 0..1: a logistic function of each; a margin is the sum of two logits."""
    outputs = {"relevance": reading.relevance, "answers": reading.answers, "margin": reading.margin / 2}
    return {name: round(1 / (1 + math.exp(-logit)), 6) for name, logit in outputs.items()}


def _rescored(found: PassageGroup) -> PassageGroup:
    if found.reading is None:
        return found
    read = reader_signals(found.reading)

    def scored(ranked: Ranked) -> Ranked:
        together = ranked.signals | {"ranking": round(ranked.score, 6)} | read
        return replace(ranked, score=min(1.0, packaged_model(RERANKING).score(together)), signals=together)

    return _with(found, scored)


def _with(found: PassageGroup, change: Callable[[Ranked], Ranked]) -> PassageGroup:
    return replace(found, ranked=change(found.ranked), same=tuple(map(change, found.same)))
