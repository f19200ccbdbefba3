"""The material of all systems: the same passages and questions with their vectors, in the files of one folder.

askbrief splits the recombined documents of `benchmarks.recombined` into these passages; a passage's vector is that of a
real passage plus noise, as in `benchmarks.made`. Loading the material imports nothing of askbrief, so that memory and
start time of a peer are its own.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    Vector = NDArray[np.float32]
    Ask = Callable[[str, Vector], Sequence[str]]
    """A question and its unit vector, float32 [384]: the texts of the ten best passages, best first."""

TOP = 10
DIMENSION = 384


@dataclass(frozen=True, slots=True)
class Material:
    """The files of a folder, loaded when needed."""

    folder: Path

    def texts(self) -> list[str]:
        """Return the passages, as plain text without titles."""
        return [json.loads(line) for line in self._lines("passages.jsonl")]

    def documents(self) -> Iterator[dict[str, str]]:
        """Return the documents of the passages: `doc_id`, `title`, `text`."""
        return map(json.loads, self._lines("documents.jsonl"))

    def vectors(self) -> Vector:
        """Return the unit rows of the passages, memory-mapped: float32 [passages, 384]."""
        mapped: Vector = self._mapped("vectors")
        return mapped

    def questions(self) -> list[tuple[str, Vector]]:
        """Return the questions, each with its unit vector."""
        return list(zip(map(json.loads, self._lines("questions.jsonl")), self._mapped("questions"), strict=True))

    def numbers(self, texts: Sequence[str]) -> list[int]:
        """Return the numbers of the passages with these texts, plain or with askbrief's header; -1 if there is none."""
        keys, wanted = self._mapped("keys"), np.array([key(text) for text in texts], dtype=np.uint64)
        places = np.searchsorted(keys, wanted).clip(max=len(keys) - 1)
        return [int(n) for n in np.where(keys[places] == wanted, self._mapped("numbers")[places], -1)]

    def _lines(self, name: str) -> Iterator[str]:
        with (self.folder / name).open(encoding="utf-8") as lines:
            yield from lines

    def _mapped(self, name: str) -> Any:  # noqa: ANN401 - an array of whatever type it has
        return np.load(self.folder / f"{name}.npy", mmap_mode="r")


class StandIn:
    """An encoder that returns the prepared vector of a passage or question."""

    model_id, form, dimension, max_tokens = "prepared@1", "prepared", DIMENSION, 256

    def __init__(self, material: Material) -> None:
        """Set the vectors; a sentence gets that of some passage, always the same."""
        self._material = material
        self._vectors = material.vectors()
        self.given: Vector = np.zeros(DIMENSION, dtype=np.float32)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count one piece a word; for a single word, one for each six letters, because it may be a typing error."""
        return [3 + (text.count(" ") or (len(text) - 1) // 6) for text in texts]

    def encode_documents(self, texts: Sequence[str]) -> Vector:
        """Return unit rows: float32 [texts, 384]."""
        numbers = np.array(self._material.numbers(texts))
        others = [len(text) * 7919 % len(self._vectors) for text in texts]
        rows: Vector = self._vectors[np.where(numbers < 0, others, numbers)]
        return rows

    def encode_query(self, text: str) -> Vector:  # noqa: ARG002 - however askbrief words the question
        """Return the prepared vector."""
        return self.given


def key(text: str) -> int:
    """Return a 64-bit hash of a text."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest())


def top(scores: NDArray[Any], texts: Sequence[str]) -> list[str]:
    """Return the texts with the highest scores, as people do with a library that returns only scores."""
    best = np.argpartition(-scores, TOP)[:TOP]
    return [texts[n] for n in best[np.argsort(-scores[best])]]


def convex(lexical: NDArray[Any], cosines: NDArray[Any]) -> NDArray[Any]:
    """Add half of BM25, divided by its maximum, and half of the cosine."""
    return 0.5 * lexical / (lexical.max() or 1) + 0.5 * cosines


def batches(count: int, size: int) -> Iterable[range]:
    """Yield the positions 0..count-1 in portions."""
    return (range(first, min(first + size, count)) for first in range(0, count, size))
