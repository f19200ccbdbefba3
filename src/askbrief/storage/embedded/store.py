"""Read the documents, passages, terms and names of a generation from its SQLite file; writer.py writes it."""

from __future__ import annotations

import json
import sqlite3
import threading
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from askbrief.documents.builder import blocks_of
from askbrief.errors import IndexDamaged
from askbrief.language.names import NameKind, NameRow
from askbrief.records import Document, Form, Metadata, Passage, Scope, Source, Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

Item = TypeVar("Item")

PASSAGE_COLUMNS = (
    "documents.doc_id, passages.start, passages.end, passages.text, passages.sentences, "
    "passages.first_paragraph, passages.last_paragraph, passages.section, passages.first_page, passages.last_page, "
    "passages.first_number, passages.last_number, documents.form"
)
_NAME_COLUMNS = "name, other, kind, passage, place, count, spoken, name_key, other_key"
_MAX_VARIABLES = 500
"""Maximum number of values in one statement; SQLite accepts at least 999."""
_CACHED_DOCUMENTS = 1_000
"""Maximum number of documents, without their texts, that are cached."""
_LAST_LETTER = "\U0010ffff"
"""Sorts after every letter with which a word may continue."""
_MAPPED = 2**40
"""Number of bytes that SQLite may map; it need not copy mapped pages. Most builds of it map at most 2 GiB."""


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A document without its text, and the half-open range of its passages."""

    doc_id: str
    title: str
    metadata: Metadata
    first: int
    last: int


class Store:
    """The SQLite file of one generation, see `storage.protocol.Texts`; each thread has its own connection."""

    def __init__(self, path: Path) -> None:
        """Open the file, read only, or raise IndexDamaged."""
        self._path = path
        self._uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
        self._of_thread = threading.local()
        self._opened: list[sqlite3.Connection] = []
        self.find = lru_cache(_CACHED_DOCUMENTS)(self._find)
        try:
            self._row("SELECT number FROM documents LIMIT 1")
        except IndexDamaged:
            self.close()
            raise

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._of_thread, "connection", None)
        if connection is None:
            connection = sqlite3.connect(self._uri, uri=True, check_same_thread=False)
            connection.execute(f"PRAGMA mmap_size = {_MAPPED}")
            self._of_thread.connection = connection
            self._opened.append(connection)
        return connection

    def _rows(self, statement: str, values: Sequence[object] = ()) -> list[Any]:
        """Return the rows of a statement, or raise IndexDamaged."""
        try:
            return self._connection().execute(statement, values).fetchall()
        except sqlite3.DatabaseError as error:
            raise IndexDamaged(
                f"{self._path.name} of the index cannot be read ({error}): run askbrief build --full"
            ) from error

    def _row(self, statement: str, *values: object) -> Any:  # noqa: ANN401 - columns, as the statement has them
        """Return the first row of a statement, or None."""
        return next(iter(self._rows(statement, values)), None)

    def _column(self, statement: str, *values: object) -> list[Any]:
        """Return the first column of the rows of a statement."""
        return [row[0] for row in self._rows(statement, values)]

    def close(self) -> None:
        """Close all connections."""
        while self._opened:
            self._opened.pop().close()

    # ---------------------------------------------------------------------------------------------- passages

    def passages(self, numbers: Sequence[int]) -> list[Passage]:
        """Return the passages with these numbers, in this order."""
        passages: dict[int, Passage] = {}
        for some in _portions(numbers):
            rows = self._rows(
                f"SELECT {PASSAGE_COLUMNS}, passages.number "  # noqa: S608 - constants
                "FROM passages JOIN documents ON documents.number = document "
                f"WHERE passages.number IN ({_marks(some)})",
                some,
            )
            passages.update((row[-1], as_passage(row)) for row in rows)
        return [passages[number] for number in numbers]

    def verified(self, passage: Passage) -> Passage:
        row = self._row(
            "SELECT substr(text, ?, ?) FROM documents JOIN texts ON document = number WHERE doc_id = ?",
            *(passage.start + 1, passage.end - passage.start, passage.doc_id),
        )
        if row is None or row[0] != passage.text:
            raise IndexDamaged(f"a passage of {passage.doc_id} is not its document's text: run askbrief build --full")
        return passage

    def passage(self, number: int) -> Passage:
        return self.verified(self.passages([number])[0])

    def key(self, number: int) -> str:
        return str(self._row("SELECT key FROM passages WHERE number = ?", int(number))[0])

    def find_key(self, key: str) -> int | None:
        row = self._row("SELECT number FROM passages WHERE key = ?", key)
        return row[0] if row else None

    def passage_at(self, doc_id: str, offset: int) -> int | None:
        row = self._row(
            "SELECT passages.number FROM documents JOIN passages "
            "ON passages.number BETWEEN first_passage AND first_passage + passages - 1 "
            "WHERE doc_id = ? AND start <= ? ORDER BY passages.number DESC LIMIT 1",
            *(doc_id, offset),
        )
        return row[0] if row else None

    def neighbourhood(self, number: int) -> tuple[str, Span]:
        doc_id, start, end = self._row(
            "SELECT doc_id, min(near.start), max(near.end) FROM passages AS here "
            "JOIN passages AS near ON near.document = here.document "
            "AND near.number BETWEEN here.number - 1 AND here.number + 1 "
            "JOIN documents ON documents.number = here.document WHERE here.number = ?",
            number,
        )
        return doc_id, Span(start, end)

    def passages_of(self, doc_id: str) -> list[Passage]:
        return [passage for _, passage in self._passages_where("doc_id = ?", doc_id)]

    def passages_within(self, doc_id: str, span: Span) -> list[tuple[str, Passage]]:
        return self._passages_where("doc_id = ? AND start < ? AND end > ?", doc_id, span.end, span.start)

    def _passages_where(self, condition: str, *values: object) -> list[tuple[str, Passage]]:
        """Return passages with their keys, in order."""
        rows = self._rows(
            f"SELECT {PASSAGE_COLUMNS}, passages.key FROM documents JOIN passages "  # noqa: S608 - constants
            "ON passages.number BETWEEN first_passage AND first_passage + documents.passages - 1 "
            f"WHERE {condition} ORDER BY passages.number",
            values,
        )
        return [(row[-1], as_passage(row)) for row in rows]

    # --------------------------------------------------------------------------------------------- documents

    def _find(self, doc_id: str) -> StoredDocument | None:
        row = self._row(
            "SELECT title, metadata, first_passage, first_passage + passages FROM documents WHERE doc_id = ?", doc_id
        )
        return row and StoredDocument(doc_id, row[0], Metadata.from_mapping(json.loads(row[1])), row[2], row[3])

    def document(self, doc_id: str) -> Document | None:
        row = self._row(
            "SELECT title, text, blocks, metadata, form, pages FROM documents JOIN texts ON document = number "
            "WHERE doc_id = ?",
            doc_id,
        )
        if row is None:
            return None
        title, text, blocks, metadata, form, pages = row
        about = Metadata.from_mapping(json.loads(metadata))
        return Document(doc_id, title, text, blocks_of(json.loads(blocks)), about, Form(form), tuple(json.loads(pages)))

    def doc_ids(self) -> dict[str, list[str]]:
        by_source: dict[str, list[str]] = {}
        for source, doc_id in self._rows("SELECT source, doc_id FROM documents ORDER BY number"):
            by_source.setdefault(source, []).append(doc_id)
        return by_source

    def source_of(self, doc_id: str) -> str:
        return str(self._row("SELECT source FROM documents WHERE doc_id = ?", doc_id)[0])

    def doc_ids_of(self, source: str) -> list[str]:
        return self._column("SELECT doc_id FROM documents WHERE source = ? ORDER BY number", source)

    def documents_containing(self, text: str) -> list[str]:
        return self._column(
            "SELECT doc_id FROM documents JOIN texts ON document = number WHERE instr(text, ?) > 0 ORDER BY number",
            text,
        )

    def text(self, doc_id: str) -> str:
        row = self._row("SELECT text FROM documents JOIN texts ON document = number WHERE doc_id = ?", doc_id)
        return str(row[0])

    def known(self, doc_id: str) -> StoredDocument:
        """Return a document without its text; KeyError if it is not in the generation."""
        document = self.find(doc_id)
        if document is None:
            raise KeyError(doc_id)
        return document

    def ranges(self, scope: Scope) -> list[tuple[int, int]]:
        """Return the half-open ranges of passages whose documents a scope admits."""
        rows = self._rows(
            "SELECT doc_id, json_extract(metadata, '$.date'), first_passage, first_passage + passages FROM documents"
        )
        dated = {date: Metadata(date=date) for date in {date for _, date, *_ in rows}}
        return [(first, last) for doc_id, date, first, last in rows if scope.admits(doc_id, dated[date])]

    def days(self) -> NDArray[np.int32]:
        """Return when the documents were written, in the order of their passages: int32 [documents, 5].

        Columns: the first passage, the number of passages, the last day of the document's date, and the first and last
        day of the time that it is about (`dates.written`); days are ordinals, 0 for none.
        """
        rows = self._rows(
            "SELECT first_passage, passages, ifnull(last_day, 0), ifnull(written_first, 0), ifnull(written_last, 0) "
            "FROM documents ORDER BY number"
        )
        return np.array(rows, dtype=np.int32).reshape(-1, 5)

    def going_by(self, name: frozenset[str]) -> list[int]:
        """Return the positions of the documents with all terms of a name, or whose initials begin with its one term."""
        terms = " INTERSECT ".join(["SELECT document FROM document_names WHERE initials = 0 AND name = ?"] * len(name))
        documents = set(self._column(terms, *sorted(name)))
        term = next(iter(name))
        if len(name) == 1 and len(term) > 1:
            initials = "SELECT document FROM document_names WHERE initials = 1 AND name >= ? AND name < ?"
            documents.update(self._column(initials, term, f"{term}{_LAST_LETTER}"))
        return sorted(documents)

    def sources(self, scope: Scope) -> list[Source]:
        rows = self._rows(
            "SELECT doc_id, title, metadata, passages, characters, fingerprint, source FROM documents ORDER BY doc_id"
        )
        sources = []
        for doc_id, title, metadata, passages, characters, fingerprint, path in rows:
            about, folder = Metadata.from_mapping(json.loads(metadata)), doc_id.rpartition("/")[0]
            if scope.admits(doc_id, about):
                sources.append(Source(doc_id, title, folder, about, passages, characters, fingerprint[:64], path))
        return sources

    # ----------------------------------------------------------------------------------------- terms and names

    def find_terms(self, terms: Sequence[str]) -> Mapping[str, int]:
        """Return the positions of those terms that are in the index."""
        positions: dict[str, int] = {}
        for some in _portions(terms):
            positions.update(self._rows(f"SELECT term, position FROM terms WHERE term IN ({_marks(some)})", some))  # noqa: S608
        return positions

    def terms(self, letter: str) -> list[str]:
        within = "SELECT term FROM terms WHERE term >= ? AND term < ? ORDER BY term"
        return self._column(within, letter, f"{letter}{_LAST_LETTER}")

    def first_letters(self) -> list[str]:
        return self._column(
            "WITH RECURSIVE firsts(letter) AS (SELECT substr(min(term), 1, 1) FROM terms UNION ALL "
            "SELECT (SELECT substr(min(term), 1, 1) FROM terms WHERE term > letter || ?) "
            "FROM firsts WHERE letter IS NOT NULL) SELECT letter FROM firsts WHERE letter IS NOT NULL",
            _LAST_LETTER,
        )

    def names(self) -> list[NameRow]:
        """Return the names that stand for each other, in order."""
        return [_as_name(row) for row in self._rows(f"SELECT {_NAME_COLUMNS} FROM names ORDER BY number")]  # noqa: S608

    def names_of(self, key: str) -> list[NameRow]:
        """Return the pairs of names of which one has a key, in order."""
        with_key = f"SELECT {_NAME_COLUMNS} FROM names WHERE name_key = ?1 OR other_key = ?1 ORDER BY number"  # noqa: S608
        return [_as_name(row) for row in self._rows(with_key, (key,))]

    def known_names(self, keys: Sequence[str]) -> frozenset[str]:
        """Return those keys that some name has."""
        known: set[str] = set()
        for some in _portions(keys):
            for column in ("name_key", "other_key"):
                there = f"SELECT DISTINCT {column} FROM names WHERE {column} IN ({_marks(some)})"  # noqa: S608
                known.update(self._column(there, *some))
        return frozenset(known)

    def most_parts(self) -> int:
        """Return the number of parts of the longest name."""
        return int(self._row("SELECT ifnull(max(parts), 0) FROM names")[0])


def _portions(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """Yield the items in portions that fit into one statement."""
    return (items[start : start + _MAX_VARIABLES] for start in range(0, len(items), _MAX_VARIABLES))


def _marks(items: Sequence[object]) -> str:
    return ",".join("?" * len(items))


def as_passage(row: Sequence[Any]) -> Passage:
    """Return the passage in a row that begins with PASSAGE_COLUMNS."""
    doc_id, start, end, text, sentences, *paragraphs, section, first_page, last_page, first, last, form = row[:13]
    return Passage(
        doc_id,
        start,
        end,
        text,
        tuple(Span(*pair) for pair in json.loads(sentences)),
        tuple(paragraphs),
        section,
        None if first_page is None else (first_page, last_page),
        None if first is None else (first, last),
        Form(form),
    )


def _as_name(row: Sequence[Any]) -> NameRow:
    name, other, kind, passage, place, count, spoken, name_key, other_key = row
    return NameRow(name, other, NameKind(kind), passage, place, count, bool(spoken), (name_key, other_key))
