"""Nearest passages by cosine, exactly: unit rows times a unit vector."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class DenseIndex:
    """The vectors of one generation: of each passage, and of each sentence in it."""

    def __init__(
        self, vectors: NDArray[np.float32], sentences: NDArray[np.float16], sentence_starts: NDArray[np.int64]
    ) -> None:
        """Take unit rows, usually memory maps.

        Args:
            vectors: float32 [passages, dimension].
            sentences: float16 [sentences of all passages, dimension].
            sentence_starts: int64 [passages + 1]; the sentences of passage p are rows starts[p]:starts[p + 1].
        """
        self._vectors = vectors
        self._sentences = sentences
        self._sentence_starts = sentence_starts

    def scores(self, query: NDArray[np.float32]) -> NDArray[np.float32]:
        """Cosine of every passage to a unit query vector: float32 [passages], -1..1."""
        cosines: NDArray[np.float32] = self._vectors @ query
        return cosines

    def passage(self, number: int) -> NDArray[np.float32]:
        """The vector of one passage: float32 [dimension]."""
        vector: NDArray[np.float32] = self._vectors[number]
        return vector

    def sentences(self, number: int) -> NDArray[np.float16]:
        """The vectors of one passage's sentences: float16 [sentences, dimension]."""
        return self._sentences[self._sentence_starts[number] : self._sentence_starts[number + 1]]
