"""Writing the SQLite file of a generation: documents with their passages, read anew or taken over, terms and names."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from askbrief.citing.keys import SHORTEST_HASH, citation_key
from askbrief.indexing.store import PASSAGE_COLUMNS, as_passage
from askbrief.ranking.dates import written
from askbrief.ranking.steering import Names
from askbrief.reading.extract import rows_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from askbrief.indexing.previous import Kept
    from askbrief.ranking.names import NameRow
    from askbrief.records import Document, Passage

DIGEST_BYTES = 16
_CACHE_KIB = 65_536
"""Keys come in no order; with SQLite's 2 MiB every other one would be a page read and a page written."""
_SCHEMA = """
CREATE TABLE documents (
    number INTEGER PRIMARY KEY, doc_id TEXT NOT NULL UNIQUE, title TEXT NOT NULL, metadata TEXT NOT NULL,
    fingerprint TEXT NOT NULL, cut_sentences INTEGER NOT NULL, characters INTEGER NOT NULL,
    first_passage INTEGER NOT NULL, passages INTEGER NOT NULL,
    last_day INTEGER, written_first INTEGER, written_last INTEGER
) STRICT;
CREATE TABLE texts (document INTEGER PRIMARY KEY REFERENCES documents, text TEXT NOT NULL, blocks TEXT NOT NULL) STRICT;
CREATE TABLE document_names (
    initials INTEGER NOT NULL, name TEXT NOT NULL, document INTEGER NOT NULL REFERENCES documents,
    PRIMARY KEY (initials, name, document)
) STRICT, WITHOUT ROWID;
CREATE TABLE passages (
    number INTEGER PRIMARY KEY, document INTEGER NOT NULL REFERENCES documents, key TEXT NOT NULL UNIQUE,
    start INTEGER NOT NULL, end INTEGER NOT NULL, text TEXT NOT NULL, sentences TEXT NOT NULL,
    first_paragraph INTEGER NOT NULL, last_paragraph INTEGER NOT NULL, section TEXT, page INTEGER,
    digest BLOB NOT NULL
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
    """What decides whether vectors can be reused: all that the encoder read, hashed to 16 bytes.

    That is the text with its header, and where in it the sentences begin and end.
    """
    spans = [(span.start - passage.start, span.end - passage.start) for span in passage.sentences]
    return hashlib.sha256(f"{spans}\0{encoded_text}".encode()).digest()[:DIGEST_BYTES]


class StoreWriter:
    """Writes documents with their passages, in the order in which they shall be numbered."""

    def __init__(self, path: Path, previous: Path | None = None) -> None:
        """Create the file.

        Args:
            path: where.
            previous: the file of another generation, of whose documents some are to be taken over.
        """
        self._connection = sqlite3.connect(path.resolve().as_uri(), uri=True, isolation_level=None)
        # The generation is synced as a whole before it is switched to; a journal would only be thrown away.
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

    def add(
        self,
        document: Document,
        fingerprint: str,
        passages: Sequence[Passage],
        digests: Sequence[bytes],
        cut_sentences: int,
    ) -> None:
        """Add one document; every passage must be the document's own words."""
        for passage in passages:
            if document.text[passage.start : passage.end] != passage.text:
                raise AssertionError(f"{document.doc_id}: passage {passage.start}-{passage.end} is not its text")
        self._add_document(document, fingerprint, cut_sentences, len(passages))
        for passage, digest in zip(passages, digests, strict=True):
            self._add_passage(document.title, passage, digest)
        self.documents += 1

    def _add_document(self, document: Document, fingerprint: str, cut_sentences: int, passages: int) -> None:
        number, about = self.documents, document.metadata
        when, names = written(document.title, about), Names.of(document.title, about)
        self._connection.execute(
            "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                number,
                document.doc_id,
                document.title,
                json.dumps(about.as_mapping(), ensure_ascii=False),
                fingerprint,
                cut_sentences,
                len(document.text),
                self.passages,
                passages,
                *(day and day.toordinal() for day in (about.last_day(), when and when.first, when and when.last)),
            ),
        )
        blocks = json.dumps(rows_of(document.blocks))
        self._connection.execute("INSERT INTO texts VALUES (?, ?, ?)", (number, document.text, blocks))
        self._connection.executemany(
            "INSERT OR IGNORE INTO document_names VALUES (?, ?, ?)",
            [
                *((0, term, number) for term in sorted(names.terms)),
                *((1, initials, number) for initials in names.initials),
            ],
        )

    def take_over(self, kept: Kept) -> None:
        """Copy one document of the previous generation with its passages."""
        number = self.documents
        self._connection.execute(
            "INSERT INTO documents SELECT ?, doc_id, title, metadata, fingerprint, cut_sentences, characters, ?, "
            "passages, last_day, written_first, written_last FROM previous.documents WHERE number = ?",
            (number, self.passages, kept.number),
        )
        self._connection.execute(
            "INSERT INTO texts SELECT ?, text, blocks FROM previous.texts WHERE document = ?", (number, kept.number)
        )
        self._connection.execute(
            "INSERT INTO document_names SELECT initials, name, ? FROM previous.document_names WHERE document = ?",
            (number, kept.number),
        )
        if self._keys_stay(kept):
            self._connection.execute(
                "INSERT INTO passages SELECT number + ?, ?, key, start, end, text, sentences, first_paragraph, "
                "last_paragraph, section, page, digest FROM previous.passages WHERE number BETWEEN ? AND ?",
                (self.passages - kept.first, self.documents, kept.first, kept.last - 1),
            )
            self.passages += kept.last - kept.first
        else:
            for row in self._rows("previous", kept.first, kept.last):
                self._add_passage(row[-1], as_passage(row), row[-2])
        self.documents += 1

    def _keys_stay(self, kept: Kept) -> bool:
        """Whether each passage would get the key that it has: the shortest one, which none before it took."""
        return not self._connection.execute(
            "SELECT EXISTS (SELECT 1 FROM previous.passages AS old WHERE old.number BETWEEN ? AND ? "
            "AND (substr(old.key, ?, 1) <> '-' OR EXISTS (SELECT 1 FROM main.passages WHERE key = old.key)))",
            (kept.first, kept.last - 1, -SHORTEST_HASH - 1),
        ).fetchone()[0]

    def _add_passage(self, title: str, passage: Passage, digest: bytes) -> None:
        """Take the shortest free key: a longer hash in the one case in a billion where two passages share one."""
        row = (
            passage.start,
            passage.end,
            passage.text,
            json.dumps([[span.start, span.end] for span in passage.sentences]),
            *passage.paragraphs,
            passage.section,
            passage.page,
            digest,
        )
        for length in range(SHORTEST_HASH, 52):
            key = citation_key(title, passage, hash_length=length)
            added = self._connection.execute(
                "INSERT OR IGNORE INTO passages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (self.passages, self.documents, key, *row),
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
        """Add how often each word in small letters stands in the passages, for the next build."""
        self._connection.executemany("INSERT INTO words VALUES (?, ?)", sorted(counts.items()))

    def digests(self) -> NDArray[np.bytes_]:
        """The digest of every passage so far, in order: S16 [passages]."""
        found = bytearray()
        for (digest,) in self._connection.execute("SELECT digest FROM passages ORDER BY number"):
            found += digest
        return np.frombuffer(found, dtype=f"S{DIGEST_BYTES}")

    def titled_passages(self, first: int, last: int) -> Iterator[tuple[str, Passage]]:
        """The passages first..last - 1 with their documents' titles, in order."""
        rows = self._rows("main", first, last)
        return ((row[-1], as_passage(row)) for row in rows)

    def _rows(self, schema: str, first: int, last: int) -> Iterator[Any]:
        return self._connection.execute(
            f"SELECT {PASSAGE_COLUMNS}, digest, title FROM {schema}.passages AS passages "  # noqa: S608 - constants
            f"JOIN {schema}.documents AS documents ON documents.number = document "
            f"WHERE passages.number BETWEEN ? AND ? ORDER BY passages.number",
            (first, last - 1),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Keep what was written, unless something went wrong."""
        with closing(self._connection):
            if kind is None:
                self._connection.execute("COMMIT")
