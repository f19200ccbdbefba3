"""What a build may take over from the generation that serves: rows of unchanged documents, counts, names, vectors."""

from __future__ import annotations

import sqlite3
from bisect import bisect_left
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Self

import numpy as np

from askbrief.indexing.generation import SENTENCE_STARTS, SENTENCES, TERM_COUNTS, TEXT, VECTORS, load, postings_file
from askbrief.indexing.vectors import VectorRows
from askbrief.indexing.writer import DIGEST_BYTES
from askbrief.ranking.counting import Forward
from askbrief.ranking.names import NameKind, NameRow

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Kept:
    """A file of the generation that serves: its documents from `number` on, and its passages first..last - 1 there."""

    number: int
    documents: int
    fingerprint: str
    first: int
    last: int


class Previous:
    """Reads, in bulk, what a reader of the generation never needs."""

    def __init__(self, folder: Path) -> None:
        """Take the folder of an opened generation, which has been verified and stays while it is held."""
        self._folder = folder
        self.text = folder / TEXT
        self._connection = sqlite3.connect(f"{self.text.resolve().as_uri()}?mode=ro&immutable=1", uri=True)

    @cached_property
    def files(self) -> dict[str, Kept]:
        """Every file that gave documents by its path, in order."""
        rows = self._connection.execute(
            "SELECT source, min(number), count(*), fingerprint, min(first_passage), max(first_passage + passages) "
            "FROM documents GROUP BY source ORDER BY min(number)"
        )
        return {path: Kept(*values) for path, *values in rows}

    def vectors(self) -> VectorRows:
        """The vectors of every passage and its sentences, by digest."""
        found = bytearray()
        for (digest,) in self._connection.execute("SELECT digest FROM passages ORDER BY number"):
            found += digest
        arrays = [load(self._folder / name) for name in (VECTORS, SENTENCES, SENTENCE_STARTS)]
        return VectorRows(np.frombuffer(found, dtype=f"S{DIGEST_BYTES}"), *arrays)

    def counts(self) -> Forward:
        """How often each term stands in each passage."""
        terms = [term for (term,) in self._connection.execute("SELECT term FROM terms ORDER BY position")]
        starts, passages = (load(self._folder / postings_file(name)) for name in ("starts", "passages"))
        (size,) = self._connection.execute("SELECT count(*) FROM passages").fetchone()
        return Forward.of_postings(terms, starts, passages, load(self._folder / TERM_COUNTS), size)

    def names(self, first: int, last: int, shift: int) -> Iterator[NameRow]:
        """What the passages first..last - 1 say of names, their numbers shifted to where they stand now."""
        passages, rows = self._names
        for row in rows[bisect_left(passages, first) : bisect_left(passages, last)]:
            yield replace(row, passage=(row.passage or 0) + shift)

    @cached_property
    def _names(self) -> tuple[list[int], list[NameRow]]:
        """Every row of a document, in order, and the passages of the rows."""
        rows = self._connection.execute(
            "SELECT name, other, kind, passage, place, count, spoken, name_key, other_key FROM names "
            "WHERE passage IS NOT NULL ORDER BY number"
        )
        found = [
            NameRow(name, other, NameKind(kind), passage, place, count, bool(spoken), (name_key, other_key))
            for name, other, kind, passage, place, count, spoken, name_key, other_key in rows
        ]
        return [row.passage or 0 for row in found], found

    def words(self) -> dict[str, int]:
        """How often each word in small letters stands in the passages."""
        return dict(self._connection.execute("SELECT word, count FROM words"))

    def texts(self, first: int, last: int) -> Iterator[str]:
        """The words of the passages first..last - 1."""
        rows = self._connection.execute(
            "SELECT text FROM passages WHERE number BETWEEN ? AND ? ORDER BY number", (first, last - 1)
        )
        return (text for (text,) in rows)

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
