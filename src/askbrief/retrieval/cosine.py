"""Cosine similarity: exactly, by unit rows times a unit vector, or roughly, by the signs of the components.

The share of components in which two vectors differ in sign estimates the angle between them (Charikar 2002, "Similarity
estimation techniques from rounding algorithms"). Signs take 3% of the space of
vectors, so comparing all of them is fast; the passages with the best estimates are then compared exactly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_WORD_BITS = 64
_BLOCK = 1 << 14
"""Number of passages compared at a time, so that intermediate results stay in the processor's cache."""
_ROWS = 256
"""Number of vectors gathered at a time, for the same reason."""
_WORDS_IN_A_BYTE = 3
"""Number of words whose bits can be counted in 8 bits: at most 192."""


class DenseIndex:
    """The vectors of the passages of a generation, or of a part of one, and of their sentences."""

    def __init__(
        self,
        vectors: NDArray[np.float32],
        sentences: NDArray[np.float16],
        sentence_starts: NDArray[np.int64],
        signs: NDArray[np.uint64],
    ) -> None:
        """Take unit rows, usually memory maps.

        Args:
            vectors: float32 [passages, dimension].
            sentences: float16 [sentences of all passages, dimension].
            sentence_starts: int64 [passages + 1]; the sentences of passage p are rows starts[p]:starts[p + 1].
            signs: uint64 [dimension / 64, passages], from `signs_of`.
        """
        self._vectors = np.asarray(vectors)  # a memory map is slower to slice than the plain array on it
        self._sentences = np.asarray(sentences)
        self._sentence_starts = np.asarray(sentence_starts)
        self._signs = np.asarray(signs)

    def __len__(self) -> int:
        """The number of passages."""
        return len(self._vectors)

    def scores(
        self, query: NDArray[np.float32], passages: NDArray[np.int64] | slice = slice(None)
    ) -> NDArray[np.float32]:
        """Return the cosine of every passage, or of some, to a unit query vector: float32 [passages], -1..1."""
        if isinstance(passages, slice):
            cosines: NDArray[np.float32] = self._vectors[passages] @ query
            return cosines
        cosines = np.empty(len(passages), dtype=np.float32)
        rows = np.empty((_ROWS, len(query)), dtype=np.float32)
        for first in range(0, len(passages), _ROWS):
            some = passages[first : first + _ROWS]
            np.take(self._vectors, some, axis=0, out=rows[: len(some)], mode="clip")
            np.matmul(rows[: len(some)], query, out=cosines[first : first + _ROWS])
        return cosines

    def estimates(self, query: NDArray[np.float32]) -> NDArray[np.float32]:
        """Estimate the cosine of every passage to a query vector by the signs alone: float32 [passages], -1..1."""
        cosine_of = np.cos(np.arange(len(query) + 1) * (np.pi / max(1, len(query)))).astype(np.float32)
        query_signs = signs_of(query[np.newaxis])[:, 0]
        estimates = np.empty(len(self), dtype=np.float32)
        scratch = _Scratch()
        for first in range(0, len(self), _BLOCK):
            block = slice(first, first + _BLOCK)
            np.take(cosine_of, scratch.differing(self._signs[:, block], query_signs), out=estimates[block], mode="clip")
        return estimates

    def sentences(self, number: int) -> NDArray[np.float16]:
        """Return the vectors of the sentences of a passage: float16 [sentences, dimension]."""
        return self._sentences[self._sentence_starts[number] : self._sentence_starts[number + 1]]


class _Scratch:
    """Memory for the work on a block of passages, allocated once for each question."""

    def __init__(self) -> None:
        self._words = np.empty(_BLOCK, dtype=np.uint64)
        self._bits, self._bytes = np.empty(_BLOCK, dtype=np.uint8), np.empty(_BLOCK, dtype=np.uint8)
        self._sums = np.empty(_BLOCK, dtype=np.uint16)

    def differing(self, signs: NDArray[np.uint64], query_signs: NDArray[np.uint64]) -> NDArray[np.uint16]:
        """Count the signs in which each passage of a block differs from the query: uint16 [passages]."""
        size = signs.shape[1]
        words, bits, some, sums = self._words[:size], self._bits[:size], self._bytes[:size], self._sums[:size]
        sums[:] = 0
        for first in range(0, len(signs), _WORDS_IN_A_BYTE):
            some[:] = 0
            for word in range(first, min(first + _WORDS_IN_A_BYTE, len(signs))):
                np.bitwise_xor(signs[word], query_signs[word], out=words)
                some += np.bitwise_count(words, out=bits)
            sums += some
        return sums


def signs_of(vectors: NDArray[np.float32]) -> NDArray[np.uint64]:
    """Return the signs of the components of vectors, one bit each, by column, so that a scan reads whole words.

    Args:
        vectors: float32 [passages, dimension].

    Returns:
        uint64 [dimension / 64 rounded up, passages]; bits beyond the dimension are 0.

    >>> signs_of(np.float32([[1, -1, 1], [-1, 1, 1]])).tolist()
    [[5, 6]]
    """
    count, dimension = vectors.shape
    words = -(-dimension // _WORD_BITS)
    signs = np.empty((words, count), dtype=np.uint64)
    for first in range(0, count, _BLOCK):
        some = vectors[first : first + _BLOCK]
        packed = np.zeros((len(some), 8 * words), dtype=np.uint8)
        packed[:, : -(-dimension // 8)] = np.packbits(some > 0, axis=1, bitorder="little")
        signs[:, first : first + _BLOCK] = packed.view("<u8").T
    return signs
