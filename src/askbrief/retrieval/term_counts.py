"""Count how often each term occurs in each passage, while a corpus streams by, and transpose the counts.

Counts come by passage and are needed by term, so they are stored in two arrays and transposed like a sparse matrix, in
blocks. A million passages (70 million counts) take at most 1.1 GB.
"""

from __future__ import annotations

from array import array
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

_BLOCK = 1 << 22
"""Number of counts transposed at a time: 32 MiB of keys."""


@dataclass(frozen=True, slots=True)
class TermCounts:
    """For each term, the passages that contain it, and how often.

    Arrays:
        starts: int64 [terms + 1]; the counts of term t lie in starts[t]:starts[t + 1].
        passages: int32 [counts], ascending within a term.
        counts: int32 [counts].
        size: the number of passages.
    """

    starts: NDArray[np.int64]
    passages: NDArray[np.int32]
    counts: NDArray[np.int32]
    size: int


@dataclass(frozen=True, slots=True)
class Forward:
    """For each passage, the terms that it contains, and how often."""

    vocabulary: Sequence[str]
    starts: NDArray[np.int64]  # [passages + 1]
    terms: NDArray[np.int32]  # [counts], numbers in the vocabulary
    counts: NDArray[np.int32]


class TermCounter:
    """Counts terms, passage by passage; counts of unchanged passages are reused."""

    def __init__(self, old: Forward | None = None) -> None:
        """Begin with no passage; some of the `old` counts may be reused."""
        self._numbers: dict[str, int] = {}
        self._terms, self._counts, self._sizes = array("i"), array("i"), array("i")
        self._old = old
        if old is not None:
            self._numbers = {term: number for number, term in enumerate(old.vocabulary)}

    def add(self, terms: Sequence[str]) -> None:
        """Add one passage by its analysed terms."""
        counted, numbers = Counter(terms), self._numbers
        self._terms.extend([numbers.setdefault(term, len(numbers)) for term in counted])
        self._counts.extend(counted.values())
        self._sizes.append(len(counted))

    def take_over(self, first: int, last: int) -> None:
        """Add the counts of the old passages first..last - 1."""
        assert self._old is not None  # noqa: S101 - there is nothing else to reuse
        starts = self._old.starts[first : last + 1]
        self._sizes.frombytes(np.diff(starts).astype(np.int32).tobytes())
        for column, mine in ((self._old.terms, self._terms), (self._old.counts, self._counts)):
            mine.frombytes(column[starts[0] : starts[-1]].tobytes())

    def counted(self) -> tuple[list[str], TermCounts]:
        """Return the terms in code point order and their counts; the counter cannot be used afterwards."""
        self._old = None
        terms, counts = (np.frombuffer(column, dtype=np.int32) for column in (self._terms, self._counts))
        used = np.bincount(terms, minlength=len(self._numbers)) > 0
        vocabulary = sorted(term for term, there in zip(self._numbers, used, strict=True) if there)
        places = np.zeros(len(used), dtype=np.int32)
        for place, term in enumerate(vocabulary):
            places[self._numbers[term]] = place
        for block in _blocks(len(terms)):
            terms[block] = places[terms[block]]
        starts = np.zeros(len(self._sizes) + 1, dtype=np.int64)
        np.cumsum(np.frombuffer(self._sizes, dtype=np.int32), out=starts[1:])
        return vocabulary, TermCounts(*transposed(starts, terms, counts, len(vocabulary)), len(self._sizes))


def transposed(
    starts: NDArray[np.int64], columns: NDArray[np.int32], values: NDArray[np.integer], width: int
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int32]]:
    """Transpose a sparse matrix of `width` columns in time and memory linear in its entries.

    Given int64 [rows + 1], the int32 column of each entry, and integer values, returns starts int64 [width + 1], rows
    int32 [entries] ascending within a column, and values int32 [entries].
    """
    ends = np.zeros(width + 1, dtype=np.int64)
    for block in _blocks(len(columns)):
        ends[1:] += np.bincount(columns[block], minlength=width)
    np.cumsum(ends, out=ends)
    rows, transposed_values = np.empty(len(columns), dtype=np.int32), np.empty(len(columns), dtype=np.int32)
    following = ends[:-1].copy()
    for block in _blocks(len(columns)):
        # Sorting (column, place in the block) keeps rows ascending within a column.
        some = np.asarray(columns[block], dtype=np.int64)
        keys = np.sort((some << 32) | np.arange(len(some)))
        order, sorted_columns = keys & 0xFFFFFFFF, keys >> 32
        sizes = np.bincount(some, minlength=width)
        first = np.cumsum(sizes) - sizes
        targets = np.arange(len(some)) + (following - first)[sorted_columns]
        rows[targets] = _rows(starts, block)[order]
        transposed_values[targets] = values[block][order]
        following += sizes
    return ends, rows, transposed_values


def _rows(starts: NDArray[np.int64], block: slice) -> NDArray[np.int32]:
    """Return the row of each entry of a block."""
    first = int(np.searchsorted(starts, block.start, side="right")) - 1
    last = int(np.searchsorted(starts, block.stop, side="left"))
    bounds = np.clip(starts[first : last + 1], block.start, block.stop)
    return np.repeat(np.arange(first, last, dtype=np.int32), np.diff(bounds))


def _blocks(size: int) -> Iterator[slice]:
    bounds = [*range(0, size, _BLOCK), size]
    return (slice(start, stop) for start, stop in pairwise(bounds))
