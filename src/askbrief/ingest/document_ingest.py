"""Documents on their way into a generation: reused where unchanged, else parsed, split and added."""

from __future__ import annotations

import sqlite3
from bisect import bisect_left
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Self

import numpy as np

from askbrief.errors import ParsingError
from askbrief.ingest.embedding import VectorRows
from askbrief.ingest.splitting import split
from askbrief.language.names import NameKind, NameRow
from askbrief.records import Problem
from askbrief.retrieval.term_counts import Forward
from askbrief.storage.embedded.generation import (
    SENTENCE_STARTS,
    SENTENCES,
    TERM_COUNTS,
    TEXT,
    VECTORS,
    load,
    postings_file,
)
from askbrief.storage.embedded.writer import DIGEST_BYTES, ReusableFile, passage_digest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from askbrief.documents.builder import ParsedFile
    from askbrief.inference.encoder import Encoder
    from askbrief.ingest.sources import SourceFile
    from askbrief.storage.embedded.manifest import SourceRow
    from askbrief.storage.embedded.writer import StoreWriter


class Previous:
    """Reads, in bulk, what a reader of the generation never needs."""

    def __init__(self, folder: Path) -> None:
        """Take the folder of an opened generation, which has been verified and stays while it is held."""
        self._folder = folder
        self.text = folder / TEXT
        self._connection = sqlite3.connect(f"{self.text.resolve().as_uri()}?mode=ro&immutable=1", uri=True)

    @cached_property
    def files(self) -> dict[str, ReusableFile]:
        """Every file that gave documents by its path, in order."""
        rows = self._connection.execute(
            "SELECT source, min(number), count(*), fingerprint, min(first_passage), max(first_passage + passages) "
            "FROM documents GROUP BY source ORDER BY min(number)"
        )
        return {path: ReusableFile(*values) for path, *values in rows}

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


EMPTY = "holds no text"


@dataclass(frozen=True, slots=True)
class Portion:
    """The passages first..last - 1 of the new generation: those from `kept` on in the previous one, or new ones."""

    first: int
    last: int
    kept: int | None

    @property
    def size(self) -> int:
        return self.last - self.first


class Intake:
    """Adds the documents of files to a store, and keeps what is to be said of them."""

    def __init__(
        self, store: StoreWriter, encoder: Encoder, previous: Previous | None, rows: Sequence[SourceRow] = ()
    ) -> None:
        """Take where documents go, the encoder whose input passages must fit, and what there was before."""
        self._store = store
        self._encoder = encoder
        self._previous = previous
        self._rows = {row.path: row for row in rows}
        self._taken: set[str] = set()
        self.portions: list[Portion] = []
        self.aliases: Sequence[Sequence[str]] = ()

    def wants(self, file: SourceFile) -> bool:
        """Whether a file must be read for `add`."""
        return not file.row.problem and file.read_aliases is None and self._kept(file) is None

    def add(self, file: SourceFile, readings: Iterator[ParsedFile | ParsingError]) -> SourceRow:
        """Add what a file gave, the next of those that were read, or as it was; the row says what it did not give."""
        if file.row.problem:
            return file.row
        kept = self._kept(file)
        try:
            if file.read_aliases is not None:
                self.aliases = file.read_aliases()
                return file.row
            return self._take_over(file.row, kept) if kept else self._add(file.row, next(readings))
        except ParsingError as error:
            return file.row.model_copy(update={"problem": str(error)})

    def gone(self) -> Iterator[str]:
        """The words of each passage of the previous generation that was not taken over."""
        if self._previous is not None:
            for path, kept in self._previous.files.items():
                if path not in self._taken:
                    yield from self._previous.texts(kept.first, kept.last)

    def _kept(self, file: SourceFile) -> ReusableFile | None:
        kept = self._previous.files.get(file.row.path) if self._previous else None
        return kept if kept and kept.fingerprint == file.row.fingerprint else None

    def _take_over(self, row: SourceRow, kept: ReusableFile) -> SourceRow:
        first = self._store.passages
        self._store.take_over(kept)
        self._taken.add(row.path)
        self._note(first, kept.first)
        before = self._rows[row.path]
        return row.model_copy(update={"failed": before.failed, "warnings": before.warnings})

    def _add(self, row: SourceRow, reading: ParsedFile | ParsingError) -> SourceRow:
        if isinstance(reading, ParsingError):
            raise reading
        first, failed, warnings = self._store.passages, list(reading.failed), list(reading.warnings)
        for document in reading.documents:
            done = split(document, self._encoder)
            digests = [passage_digest(text, one) for one, text in zip(done.passages, done.encoded_texts, strict=True)]
            if done.passages:
                self._store.add(document, row, done.passages, digests)
            elif document.doc_id != row.path:
                failed.append(Problem(document.doc_id, EMPTY))
            if done.cut_sentences:
                warnings.append(Problem(document.doc_id, _cut(done.cut_sentences)))
        if self._store.passages == first:
            return row.model_copy(update={"problem": _nothing(failed, warnings), "failed": tuple(failed)})
        self._note(first, None)
        return row.model_copy(update={"failed": tuple(failed), "warnings": tuple(warnings)})

    def _note(self, first: int, kept: int | None) -> None:
        """Note passages that were added; those that follow the ones before in either generation are one portion."""
        before = self.portions[-1] if self.portions else None
        follows = before and (kept is None if before.kept is None else kept == before.kept + before.size)
        if before and follows:
            self.portions[-1] = Portion(before.first, self._store.passages, before.kept)
        else:
            self.portions.append(Portion(first, self._store.passages, kept))


def _cut(sentences: int) -> str:
    return f"{'1 sentence was' if sentences == 1 else f'{sentences} sentences were'} too long for one passage, and cut"


def _nothing(failed: Sequence[Problem], warnings: Sequence[Problem]) -> str:
    """Why a file gave no passages: it holds none, or none that could be read."""
    if failed:
        return "holds no file that could be read"
    return f"{EMPTY}: {warnings[0].reason}" if warnings else EMPTY
