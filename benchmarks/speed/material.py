"""What everybody is given: the same passages, their vectors, and questions with theirs, in files of one folder.

The passages are those into which askbrief splits the recombined documents of `benchmarks.recombined`; a passage's
vector is that of a real passage with noise, as in `benchmarks.made`. Nothing of askbrief is imported to read them, so
that a peer's memory and start are its own.
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
    """The files of a folder, read when they are asked for."""

    folder: Path

    def texts(self) -> list[str]:
        """The passages, as plain text without titles."""
        return [json.loads(line) for line in self._lines("passages.jsonl")]

    def documents(self) -> Iterator[dict[str, str]]:
        """The documents that the passages are of: `doc_id`, `title`, `text`."""
        return map(json.loads, self._lines("documents.jsonl"))

    def vectors(self) -> Vector:
        """Unit rows of the passages, mapped: float32 [passages, 384]."""
        mapped: Vector = self._mapped("vectors")
        return mapped

    def questions(self) -> list[tuple[str, Vector]]:
        """The questions, each with its unit vector."""
        return list(zip(map(json.loads, self._lines("questions.jsonl")), self._mapped("questions"), strict=True))

    def numbers(self, texts: Sequence[str]) -> list[int]:
        """Which passages these texts are, plain or with askbrief's header; -1 for a text that is none."""
        keys, wanted = self._mapped("keys"), np.array([key(text) for text in texts], dtype=np.uint64)
        places = np.searchsorted(keys, wanted).clip(max=len(keys) - 1)
        return [int(n) for n in np.where(keys[places] == wanted, self._mapped("numbers")[places], -1)]

    def _lines(self, name: str) -> Iterator[str]:
        with (self.folder / name).open(encoding="utf-8") as lines:
            yield from lines

    def _mapped(self, name: str) -> Any:  # noqa: ANN401 - an array of whatever type it has
        return np.load(self.folder / f"{name}.npy", mmap_mode="r")


class StandIn:
    """Gives the prepared vector of a passage, and of a question the one that was given with it."""

    model_id, form, dimension, max_tokens = "prepared@1", "prepared", DIMENSION, 256

    def __init__(self, material: Material) -> None:
        """Take the vectors; a sentence gets that of some passage, always the same."""
        self._material = material
        self._vectors = material.vectors()
        self.given: Vector = np.zeros(DIMENSION, dtype=np.float32)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """One for each word of several; of a word alone, one for six letters: long ones may be typing errors."""
        return [3 + (text.count(" ") or (len(text) - 1) // 6) for text in texts]

    def encode_documents(self, texts: Sequence[str]) -> Vector:
        """Unit rows: float32 [texts, 384]."""
        numbers = np.array(self._material.numbers(texts))
        others = [len(text) * 7919 % len(self._vectors) for text in texts]
        rows: Vector = self._vectors[np.where(numbers < 0, others, numbers)]
        return rows

    def encode_query(self, text: str) -> Vector:  # noqa: ARG002 - however askbrief words the question
        """The vector that was given."""
        return self.given


def key(text: str) -> int:
    """64 bits that tell texts apart."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest())


def top(scores: NDArray[Any], texts: Sequence[str]) -> list[str]:
    """The texts of the highest scores: what people write around a library that gives scores alone."""
    best = np.argpartition(-scores, TOP)[:TOP]
    return [texts[n] for n in best[np.argsort(-scores[best])]]


def convex(lexical: NDArray[Any], cosines: NDArray[Any]) -> NDArray[Any]:
    """Half BM25 over its best, half cosine."""
    return 0.5 * lexical / (lexical.max() or 1) + 0.5 * cosines


def batches(count: int, size: int) -> Iterable[range]:
    """The places 0..count-1, so many at a time."""
    return (range(first, min(first + size, count)) for first in range(0, count, size))
