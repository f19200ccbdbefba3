"""Write the SQLite file of a generation: documents with their passages, new or reused, terms and names."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from askbrief.documents.builder import rows_of
from askbrief.language.english.dates import written
from askbrief.records.citations import SHORTEST_HASH, citation_key
from askbrief.retrieval.soft_filters import DocumentNames
from askbrief.storage.embedded.store import PASSAGE_COLUMNS, as_passage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from askbrief.language.names import NameRow
    from askbrief.records import Document, Passage
    from askbrief.storage.embedded.manifest import SourceRow

DIGEST_BYTES = 16
_CACHE_KIB = 65_536
"""SQLite's page cache in KiB. Keys come in random order; with 2 MiB every other one would read and write a page."""
_SCHEMA = """
CREATE TABLE documents (
    number INTEGER PRIMARY KEY, doc_id TEXT NOT NULL UNIQUE, source TEXT NOT NULL, title TEXT NOT NULL,
    metadata TEXT NOT NULL, form TEXT NOT NULL, fingerprint TEXT NOT NULL, characters INTEGER NOT NULL,
    first_passage INTEGER NOT NULL, passages INTEGER NOT NULL,
    last_day INTEGER, written_first INTEGER, written_last INTEGER
) STRICT;
CREATE TABLE texts (
    document INTEGER PRIMARY KEY REFERENCES documents, text TEXT NOT NULL, blocks TEXT NOT NULL, pages TEXT NOT NULL
) STRICT;
CREATE TABLE document_names (
    initials INTEGER NOT NULL, name TEXT NOT NULL, document INTEGER NOT NULL REFERENCES documents,
    PRIMARY KEY (initials, name, document)
) STRICT, WITHOUT ROWID;
CREATE TABLE passages (
    number INTEGER PRIMARY KEY, document INTEGER NOT NULL REFERENCES documents, key TEXT NOT NULL UNIQUE,
    start INTEGER NOT NULL, end INTEGER NOT NULL, text TEXT NOT NULL, sentences TEXT NOT NULL,
    first_paragraph INTEGER NOT NULL, last_paragraph INTEGER NOT NULL, section TEXT,
    first_page INTEGER, last_page INTEGER, first_number TEXT, last_number TEXT, digest BLOB NOT NULL
) STRICT;
CREATE TABLE terms (term TEXT PRIMARY KEY, position INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE names (
    number INTEGER PRIMARY KEY, name TEXT NOT NULL, other TEXT NOT NULL, kind TEXT NOT NULL,
    passage INTEGER REFERENCES passages, place INTEGER NOT NULL, count INTEGER NOT NULL, spoken INTEGER NOT NULL,
    name_key TEXT NOT NULL, other_key TEXT NOT NULL, parts INTEGER NOT NULL
) STRICT;
CREATE INDEX names_by_key ON names (name_key);
CREATE INDEX names_by_other_key ON names (other_key);
CREATE INDEX names_by_parts ON names (parts);
CREATE TABLE words (word TEXT PRIMARY KEY, count INTEGER NOT NULL) STRICT, WITHOUT ROWID;
"""


def passage_digest(encoded_text: str, passage: Passage) -> bytes:
    """Return what decides whether vectors can be reused: 16 bytes of a hash of everything that the encoder reads.

    That is the text with its header, and the spans of the sentences in it.
    """
    spans = [(span.start - passage.start, span.end - passage.start) for span in passage.sentences]
    return hashlib.sha256(f"{spans}\0{encoded_text}".encode()).digest()[:DIGEST_BYTES]


@dataclass(frozen=True, slots=True)
class ReusableFile:
    """A file of the previous generation: its documents from `number` on, and its passages first..last - 1 there."""

    number: int
    documents: int
    fingerprint: str
    first: int
    last: int


def digests_in(connection: sqlite3.Connection) -> NDArray[np.bytes_]:
    """Return the digest of every passage in a file, in order: S16 [passages]."""
    digests = bytearray()
    for (digest,) in connection.execute("SELECT digest FROM passages ORDER BY number"):
        digests += digest
    return np.frombuffer(digests, dtype=f"S{DIGEST_BYTES}")


class StoreWriter:
    """Writes documents with their passages, in the order in which they are numbered."""

    def __init__(self, path: Path, previous: Path | None = None) -> None:
        """Create the file; `previous` is that of another generation, some of whose documents are reused."""
        self._connection = sqlite3.connect(path.resolve().as_uri(), uri=True, isolation_level=None)
        # The whole generation is synced before the switch to it, so a journal would have no use.
        self._connection.execute("PRAGMA journal_mode = OFF")
        self._connection.execute("PRAGMA synchronous = OFF")
        self._connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        self._connection.executescript(_SCHEMA)
        if previous is not None:
            uri = f"{previous.resolve().as_uri()}?mode=ro&immutable=1"
            self._connection.execute("ATTACH DATABASE ? AS previous", (uri,))
        self._connection.execute("BEGIN")
        self.documents = 0
        self.passages = 0

    def add(self, document: Document, row: SourceRow, passages: Sequence[Passage], digests: Sequence[bytes]) -> None:
        """Add a document from a file; every passage must be the document's text at its offsets."""
        for passage in passages:
            if document.text[passage.start : passage.end] != passage.text:
                raise AssertionError(f"{document.doc_id}: passage {passage.start}-{passage.end} is not its text")
        self._add_document(document, row, len(passages))
        for passage, digest in zip(passages, digests, strict=True):
            self._add_passage(self.documents, document.title, passage, digest)
        self.documents += 1

    def _add_document(self, document: Document, row: SourceRow, passages: int) -> None:
        number, about = self.documents, document.metadata
        when, names = written(document.title, about), DocumentNames.of(document.title, about)
        self._connection.execute(
            "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                number,
                document.doc_id,
                row.path,
                document.title,
                json.dumps(about.as_mapping(), ensure_ascii=False),
                document.form,
                row.fingerprint,
                len(document.text),
                self.passages,
                passages,
                *(day and day.toordinal() for day in (about.last_day(), when and when.first, when and when.last)),
            ),
        )
        blocks, pages = json.dumps(rows_of(document.blocks)), json.dumps(document.pages)
        self._connection.execute("INSERT INTO texts VALUES (?, ?, ?, ?)", (number, document.text, blocks, pages))
        self._connection.executemany(
            "INSERT OR IGNORE INTO document_names VALUES (?, ?, ?)",
            [
                *((0, term, number) for term in sorted(names.terms)),
                *((1, initials, number) for initials in names.initials),
            ],
        )

    def take_over(self, file: ReusableFile) -> None:
        """Copy the documents of one file of the previous generation with their passages."""
        documents = (self.documents - file.number, file.number, file.number + file.documents - 1)
        self._connection.execute(
            "INSERT INTO documents SELECT number + ?1, doc_id, source, title, metadata, form, fingerprint, characters, "
            "first_passage + ?4, passages, last_day, written_first, written_last FROM previous.documents "
            "WHERE number BETWEEN ?2 AND ?3",
            (*documents, self.passages - file.first),
        )
        for copied in (
            "INSERT INTO texts SELECT document + ?, text, blocks, pages FROM previous.texts",
            "INSERT INTO document_names SELECT initials, name, document + ? FROM previous.document_names",
        ):
            self._connection.execute(f"{copied} WHERE document BETWEEN ? AND ?", documents)
        if self._keys_stay(file):
            self._connection.execute(
                "INSERT INTO passages SELECT number + ?, document + ?, key, start, end, text, sentences, "
                "first_paragraph, last_paragraph, section, first_page, last_page, first_number, last_number, digest "
                "FROM previous.passages WHERE number BETWEEN ? AND ?",
                (self.passages - file.first, documents[0], file.first, file.last - 1),
            )
            self.passages += file.last - file.first
        else:
            for *row, document, digest, title in self._rows("previous", file.first, file.last):
                self._add_passage(document + documents[0], title, as_passage(row), digest)
        self.documents += file.documents

    def _keys_stay(self, file: ReusableFile) -> bool:
        """Return whether each passage would get the key that it has: the shortest, and not taken before."""
        return not self._connection.execute(
            "SELECT EXISTS (SELECT 1 FROM previous.passages AS old WHERE old.number BETWEEN ? AND ? "
            "AND (substr(old.key, ?, 1) <> '-' OR EXISTS (SELECT 1 FROM main.passages WHERE key = old.key)))",
            (file.first, file.last - 1, -SHORTEST_HASH - 1),
        ).fetchone()[0]

    def _add_passage(self, document: int, title: str, passage: Passage, digest: bytes) -> None:
        """Add a passage with the shortest free key; in one case in a billion it is taken, and a longer one is used."""
        row = (
            passage.start,
            passage.end,
            passage.text,
            json.dumps([[span.start, span.end] for span in passage.sentences]),
            *passage.paragraphs,
            passage.section,
            *(passage.pages or (None, None)),
            *(passage.numbers or (None, None)),
            digest,
        )
        for length in range(SHORTEST_HASH, 52):
            key = citation_key(title, passage, hash_length=length)
            added = self._connection.execute(
                "INSERT OR IGNORE INTO passages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (self.passages, document, key, *row),
            )
            if added.rowcount:
                self.passages += 1
                return
        raise AssertionError(f"{passage.doc_id}: passage {passage.start}-{passage.end} was added twice")

    def add_terms(self, vocabulary: Sequence[str]) -> None:
        """Add the terms, in the order of their postings."""
        self._connection.executemany(
            "INSERT INTO terms VALUES (?, ?)", ((term, position) for position, term in enumerate(vocabulary))
        )

    def add_names(self, rows: Iterable[NameRow]) -> None:
        """Add the names that stand for each other, in order."""
        self._connection.executemany(
            "INSERT INTO names VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                (
                    *(number, row.name, row.other, row.kind, row.passage, row.place, row.count, row.spoken),
                    *row.keys,
                    max(key.count(" ") + 1 for key in row.keys),
                )
                for number, row in enumerate(rows)
            ),
        )

    def add_words(self, counts: Mapping[str, int]) -> None:
        """Add how often each word in small letters occurs in the passages, for the next build."""
        self._connection.executemany("INSERT INTO words VALUES (?, ?)", sorted(counts.items()))

    def digests(self) -> NDArray[np.bytes_]:
        """Return the digest of every passage so far, as `digests_in` does."""
        return digests_in(self._connection)

    def titled_passages(self, first: int, last: int) -> Iterator[tuple[str, Passage]]:
        """Return the passages first..last - 1 with the titles of their documents, in order."""
        rows = self._rows("main", first, last)
        return ((row[-1], as_passage(row)) for row in rows)

    def _rows(self, schema: str, first: int, last: int) -> Iterator[Any]:
        return self._connection.execute(
            f"SELECT {PASSAGE_COLUMNS}, document, digest, title FROM {schema}.passages AS passages "  # noqa: S608 - constants
            f"JOIN {schema}.documents AS documents ON documents.number = document "
            f"WHERE passages.number BETWEEN ? AND ? ORDER BY passages.number",
            (first, last - 1),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Commit, unless there was an error."""
        with closing(self._connection):
            if kind is None:
                self._connection.execute("COMMIT")
