"""A second look at the best passages by a cross-encoder, which reads question and passage together; off by default."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from askbrief.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from sentence_transformers import CrossEncoder

    from askbrief.ranking.search import Ranked

RERANKED = 20
"""So many of the best passages are read again; a cross-encoder costs about as much for each as encoding it."""
SHARE = 0.5
"""What its relevance weighs against the score of the ranking model."""
_UNUSABLE = (OSError, ValueError, LookupError, TypeError, AttributeError, ImportError, RuntimeError)


class Reranker(Protocol):
    """Anything that says how relevant passages are to a question."""

    def relevance(self, question: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """How relevant each text is: float32 [texts], 0..1."""
        ...


class CrossEncoderReranker:
    """A sentence-transformers CrossEncoder with one output, from a directory; the network is never asked."""

    def __init__(self, directory: str) -> None:
        """Name the directory; it is loaded at first use.

        Raises:
            ModelError: there is no model in it.
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
        """How relevant each text is: float32 [texts], 0..1, by a logistic function of the model's output."""
        from torch.nn import Sigmoid

        pairs = [(question, text) for text in texts]
        scores = self._model.predict(pairs, activation_fn=Sigmoid(), show_progress_bar=False)
        return np.asarray(scores, dtype=np.float32)


def reranked(question: str, found: Sequence[Ranked], reranker: Reranker) -> list[Ranked]:
    """Put the best passages into a new order by their score and their relevance; the rest follow as they were."""
    first, rest = list(found[:RERANKED]), list(found[RERANKED:])
    if not first:
        return rest
    relevance = reranker.relevance(question, [ranked.passage.text for ranked in first])
    looked_at = [
        replace(
            ranked,
            score=(1 - SHARE) * ranked.score + SHARE * float(value),
            signals={**ranked.signals, "reranked": round(float(value), 6)},
        )
        for ranked, value in zip(first, relevance, strict=True)
    ]
    return sorted(looked_at, key=lambda ranked: (-ranked.score, ranked.number)) + rest
