"""Deterministic stand-ins for components that are not the point of a test."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

import numpy as np

from askbrief.ranking.analysis import analyse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


class HashEncoder:
    """Bags of terms hashed into a few dimensions: texts that share terms are near, and nothing is loaded."""

    dimension = 64

    def __init__(self, model_id: str = "hash@1", max_tokens: int = 256) -> None:
        self.model_id = model_id
        self.max_tokens = max_tokens
        self.encoded: list[str] = []

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [2 + sum(1 + len(word) // 6 for word in text.split()) for text in texts]

    def encode_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.encoded += texts
        return np.array([self.encode_query(text) for text in texts], dtype=np.float32).reshape(-1, self.dimension)

    def encode_query(self, text: str) -> NDArray[np.float32]:
        vector = np.zeros(self.dimension, dtype=np.float32)
        for term in analyse(text):
            vector[zlib.crc32(term.encode()) % self.dimension] += 1
        vector[0] += 1e-3  # a text without terms has a direction too
        unit: NDArray[np.float32] = vector / np.linalg.norm(vector)
        return unit
