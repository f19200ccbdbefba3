"""Add documents to a new generation: unchanged ones are reused, others are parsed and split."""

from __future__ import annotations

import sqlite3
from bisect import bisect_left
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from askbrief.errors import ParsingError
from askbrief.ingest.embedding import VectorRows
from askbrief.ingest.splitting import split_document
from askbrief.language.names import NameKind, NameRow
from askbrief.records import Problem
from askbrief.retrieval.term_counts import Forward, transposed
from askbrief.storage.embedded.generation import (
    SENTENCE_STARTS,
    SENTENCES,
    TERM_COUNTS,
    TEXT,
    VECTORS,
    load,
    postings_file,
)
from askbrief.storage.embedded.writer import ReusableFile, digests_in, passage_digest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from askbrief.documents.builder import ParsedFile
    from askbrief.inference.encoder import Encoder
    from askbrief.ingest.sources import SourceFile
    from askbrief.storage.embedded.manifest import SourceRow
    from askbrief.storage.embedded.writer import StoreWriter

NO_TEXT = "holds no text"
"""The problem of a file without text; the report lists such files by themselves."""


class ReusableIndex:
    """Bulk access to what a build reuses from the previous generation and no search ever needs."""

    def __init__(self, folder: Path) -> None:
        """Open the text of a generation that has been verified and stays while it is held."""
        self._folder = folder
        self.text = folder / TEXT
        self._connection = sqlite3.connect(f"{self.text.resolve().as_uri()}?mode=ro&immutable=1", uri=True)

    @cached_property
    def files(self) -> dict[str, ReusableFile]:
        """Every file that gave documents, by its path, in order."""
        rows = self._connection.execute(
            "SELECT source, min(number), count(*), fingerprint, min(first_passage), max(first_passage + passages) "
            "FROM documents GROUP BY source ORDER BY min(number)"
        )
        return {path: ReusableFile(*values) for path, *values in rows}

    def vectors(self) -> VectorRows:
        """Return the vectors of every passage and its sentences, by digest."""
        arrays = [load(self._folder / name) for name in (VECTORS, SENTENCES, SENTENCE_STARTS)]
        return VectorRows(digests_in(self._connection), *arrays)

    def counts(self) -> Forward:
        """Return how often each term stands in each passage."""
        terms = [term for (term,) in self._connection.execute("SELECT term FROM terms ORDER BY position")]
        starts, passages = (load(self._folder / postings_file(name)) for name in ("starts", "passages"))
        (size,) = self._connection.execute("SELECT count(*) FROM passages").fetchone()
        return Forward(terms, *transposed(starts, passages, load(self._folder / TERM_COUNTS), size))

    def names(self, first: int, last: int, *, shift: int) -> Iterator[NameRow]:
        """Yield the names mined from passages first..last - 1, with `shift` added to their passage numbers."""
        passages, rows = self._names
        for row in rows[bisect_left(passages, first) : bisect_left(passages, last)]:
            yield replace(row, passage=(row.passage or 0) + shift)

    @cached_property
    def _names(self) -> tuple[list[int], list[NameRow]]:
        """Every name mined from a document, in passage order, and the passage of each."""
        rows = self._connection.execute(
            "SELECT name, other, kind, passage, place, count, spoken, name_key, other_key FROM names "
            "WHERE passage IS NOT NULL ORDER BY number"
        )
        names = [
            NameRow(name, other, NameKind(kind), passage, place, count, bool(spoken), (name_key, other_key))
            for name, other, kind, passage, place, count, spoken, name_key, other_key in rows
        ]
        return [row.passage or 0 for row in names], names

    def words(self) -> dict[str, int]:
        """Return how often each lower-case word stands in the passages."""
        return dict(self._connection.execute("SELECT word, count FROM words"))

    def texts(self, first: int, last: int) -> Iterator[str]:
        """Yield the texts of passages first..last - 1."""
        rows = self._connection.execute(
            "SELECT text FROM passages WHERE number BETWEEN ? AND ? ORDER BY number", (first, last - 1)
        )
        return (text for (text,) in rows)

    def close(self) -> None:
        self._connection.close()


@dataclass(frozen=True, slots=True)
class PassageRun:
    """Passages first..last - 1 of the new generation: new, or copies of the previous ones from `reused_from` on."""

    first: int
    last: int
    reused_from: int | None

    @property
    def size(self) -> int:
        return self.last - self.first


class DocumentIngest:
    """Adds the documents of files to a store: unchanged ones as they were, others parsed and split."""

    def __init__(
        self, store: StoreWriter, encoder: Encoder, reusable: ReusableIndex | None, rows: Sequence[SourceRow] = ()
    ) -> None:
        """Begin with no document.

        Args:
            store: receives the documents and their passages.
            encoder: passages are split to fit its input.
            reusable: the previous generation, if its documents may be reused.
            rows: the files of the previous generation.
        """
        self._store = store
        self._encoder = encoder
        self._reusable = reusable
        self._rows = {row.path: row for row in rows}
        self._reused: set[str] = set()
        self.runs: list[PassageRun] = []
        self.aliases: Sequence[Sequence[str]] = ()

    def needs_parsing(self, file: SourceFile) -> bool:
        """Return whether `add` expects the parsed content of this file."""
        return not file.row.problem and file.read_aliases is None and self._unchanged(file) is None

    def add(self, file: SourceFile, parsed: Iterator[ParsedFile | ParsingError]) -> SourceRow:
        """Add the documents of a file, and return its row for the index, with its problems and warnings.

        `parsed` yields the content of the files that need parsing, in order; the next one is taken if this file does.
        """
        if file.row.problem:
            return file.row
        unchanged = self._unchanged(file)
        try:
            if file.read_aliases is not None:
                self.aliases = file.read_aliases()
                return file.row
            return self._reuse(file.row, unchanged) if unchanged else self._add(file.row, next(parsed))
        except ParsingError as error:
            return file.row.model_copy(update={"problem": str(error)})

    def removed_texts(self) -> Iterator[str]:
        """Yield the text of each passage of the previous generation that was not reused."""
        if self._reusable is not None:
            for path, file in self._reusable.files.items():
                if path not in self._reused:
                    yield from self._reusable.texts(file.first, file.last)

    def _unchanged(self, file: SourceFile) -> ReusableFile | None:
        before = self._reusable.files.get(file.row.path) if self._reusable else None
        return before if before and before.fingerprint == file.row.fingerprint else None

    def _reuse(self, row: SourceRow, file: ReusableFile) -> SourceRow:
        first = self._store.passages
        self._store.take_over(file)
        self._reused.add(row.path)
        self._record_run(first, file.first)
        before = self._rows[row.path]
        return row.model_copy(update={"failed": before.failed, "warnings": before.warnings})

    def _add(self, row: SourceRow, parsed: ParsedFile | ParsingError) -> SourceRow:
        if isinstance(parsed, ParsingError):
            raise parsed
        first, failed, warnings = self._store.passages, list(parsed.failed), list(parsed.warnings)
        for document in parsed.documents:
            split = split_document(document, self._encoder)
            texts = zip(split.passages, split.encoded_texts, strict=True)
            digests = [passage_digest(text, passage) for passage, text in texts]
            if split.passages:
                self._store.add(document, row, split.passages, digests)
            elif document.doc_id != row.path:
                failed.append(Problem(document.doc_id, NO_TEXT))
            if split.cut_sentences:
                warnings.append(Problem(document.doc_id, _cut_sentences(split.cut_sentences)))
        if self._store.passages == first:
            return row.model_copy(update={"problem": _no_passages(failed, warnings), "failed": tuple(failed)})
        self._record_run(first, None)
        return row.model_copy(update={"failed": tuple(failed), "warnings": tuple(warnings)})

    def _record_run(self, first: int, reused_from: int | None) -> None:
        """Record passages just added, merged with the run before them if they continue it in both generations."""
        last = self.runs[-1] if self.runs else None
        if last and (reused_from is None if last.reused_from is None else reused_from == last.reused_from + last.size):
            self.runs[-1] = PassageRun(last.first, self._store.passages, last.reused_from)
        else:
            self.runs.append(PassageRun(first, self._store.passages, reused_from))


def _cut_sentences(count: int) -> str:
    return f"{'1 sentence was' if count == 1 else f'{count} sentences were'} too long for one passage, and cut"


def _no_passages(failed: Sequence[Problem], warnings: Sequence[Problem]) -> str:
    """Return why a file gave no passages: it holds no text, or none of its files could be parsed."""
    if failed:
        return "holds no file that could be read"
    return f"{NO_TEXT}: {warnings[0].reason}" if warnings else NO_TEXT
