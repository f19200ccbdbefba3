"""Nearest passages by cosine, exactly: unit rows times a unit vector."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class DenseIndex:
    """The passages' vectors of one generation."""

    def __init__(self, vectors: NDArray[np.float32]) -> None:
        """Take unit rows: float32 [passages, dimension], usually a memory map."""
        self._vectors = vectors

    def scores(self, query: NDArray[np.float32]) -> NDArray[np.float32]:
        """Cosine of every passage to a unit query vector: float32 [passages], -1..1."""
        cosines: NDArray[np.float32] = self._vectors @ query
        return cosines
