"""Documents, passages and terms of one generation, in one SQLite file: written once, then only read."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Self, TypeVar

from askbrief.citing.keys import SHORTEST_HASH, citation_key
from askbrief.errors import IndexDamaged
from askbrief.ranking.names import NameKind, NameRow
from askbrief.ranking.steering import Catalogued
from askbrief.records import Block, BlockKind, Document, Metadata, Passage, Scope, Source, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

Item = TypeVar("Item")

_SCHEMA = """
CREATE TABLE documents (
    number INTEGER PRIMARY KEY, doc_id TEXT NOT NULL UNIQUE, title TEXT NOT NULL, text TEXT NOT NULL,
    blocks TEXT NOT NULL, metadata TEXT NOT NULL, fingerprint TEXT NOT NULL,
    cut_sentences INTEGER NOT NULL, first_passage INTEGER NOT NULL, passages INTEGER NOT NULL
) STRICT;
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
    name_key TEXT NOT NULL, other_key TEXT NOT NULL
) STRICT;
"""
_PASSAGE_COLUMNS = (
    "documents.doc_id, passages.start, passages.end, passages.text, passages.sentences, "
    "passages.first_paragraph, passages.last_paragraph, passages.section, passages.page"
)
_MOST_VARIABLES = 500


def passage_digest(encoded_text: str, passage: Passage) -> bytes:
    """What decides whether vectors can be reused: all that the encoder read, hashed to 16 bytes.

    That is the text with its header, and where in it the sentences begin and end.
    """
    spans = [(span.start - passage.start, span.end - passage.start) for span in passage.sentences]
    return hashlib.sha256(f"{spans}\0{encoded_text}".encode()).digest()[:16]


class StoreWriter:
    """Writes documents with their passages, in the order in which they shall be numbered."""

    def __init__(self, path: Path) -> None:
        """Create the file."""
        self._connection = sqlite3.connect(path, isolation_level=None)
        # The generation is synced as a whole before it is switched to; a journal would only be thrown away.
        self._connection.execute("PRAGMA journal_mode = OFF")
        self._connection.execute("PRAGMA synchronous = OFF")
        self._connection.executescript(_SCHEMA)
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
        self._connection.execute(
            "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                self.documents,
                document.doc_id,
                document.title,
                document.text,
                json.dumps([[b.start, b.end, b.kind, b.level, b.page] for b in document.blocks]),
                json.dumps(document.metadata.as_mapping(), ensure_ascii=False),
                fingerprint,
                cut_sentences,
                self.passages,
                len(passages),
            ),
        )
        for passage, digest in zip(passages, digests, strict=True):
            self._add_passage(document.title, passage, digest)
        self.documents += 1

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
            "INSERT INTO names VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                (number, row.name, row.other, row.kind, row.passage, row.place, row.count, row.spoken, *row.keys)
                for number, row in enumerate(rows)
            ),
        )

    def digests(self) -> list[bytes]:
        """The digest of every passage so far, in order."""
        return [row[0] for row in self._connection.execute("SELECT digest FROM passages ORDER BY number")]

    def titled_passages(self) -> Iterator[tuple[str, Passage]]:
        """Every passage so far with its document's title, in order."""
        return _titled_passages(self._connection)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Keep what was written, unless something went wrong."""
        with closing(self._connection):
            if kind is None:
                self._connection.execute("COMMIT")


class Store:
    """Reads one generation's documents, passages and terms. Threads may share it."""

    def __init__(self, path: Path) -> None:
        """Open the file, read only.

        Raises:
            IndexDamaged: it is no such file.
        """
        self._connection = sqlite3.connect(
            f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
        )
        try:
            rows = self._connection.execute(
                "SELECT doc_id, metadata, first_passage, first_passage + passages FROM documents ORDER BY number"
            ).fetchall()
        except sqlite3.DatabaseError as error:
            raise IndexDamaged(
                f"{path.name} of the index cannot be read ({error}): run askbrief build --full"
            ) from error
        self._metadata = {doc_id: Metadata.from_mapping(json.loads(metadata)) for doc_id, metadata, _, _ in rows}
        self._ranges = {doc_id: (first, last) for doc_id, _, first, last in rows}

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def passages(self, numbers: Sequence[int]) -> list[Passage]:
        """The passages at these positions of the index, in the order asked for."""
        found: dict[int, Passage] = {}
        for some in _portions(numbers):
            rows = self._connection.execute(
                f"SELECT {_PASSAGE_COLUMNS}, passages.number "  # noqa: S608 - constants
                "FROM passages JOIN documents ON documents.number = document "
                f"WHERE passages.number IN ({_marks(some)})",
                some,
            )
            found.update((row[-1], _as_passage(row)) for row in rows)
        return [found[number] for number in numbers]

    def verified(self, passage: Passage) -> Passage:
        """The passage, if its words are those of its document at its offsets.

        Raises:
            IndexDamaged: they are not; it must not be shown.
        """
        (words,) = self._connection.execute(
            "SELECT substr(text, ?, ?) FROM documents WHERE doc_id = ?",
            (passage.start + 1, passage.end - passage.start, passage.doc_id),
        ).fetchone()
        if words != passage.text:
            raise IndexDamaged(f"a passage of {passage.doc_id} is not its document's text: run askbrief build --full")
        return passage

    def passage(self, number: int) -> Passage:
        """The passage at a position of the index, verified."""
        return self.verified(self.passages([number])[0])

    def key(self, number: int) -> str:
        """The citation key of the passage at a position of the index."""
        row = self._connection.execute("SELECT key FROM passages WHERE number = ?", (int(number),)).fetchone()
        return str(row[0])

    def find_key(self, key: str) -> int | None:
        """The position of the passage that has this key today."""
        row = self._connection.execute("SELECT number FROM passages WHERE key = ?", (key,)).fetchone()
        return row[0] if row else None

    def passage_at(self, doc_id: str, offset: int) -> int | None:
        """The position of the passage in which a character stands, or else of the last one before it."""
        row = self._connection.execute(
            "SELECT passages.number FROM passages JOIN documents ON documents.number = document "
            "WHERE doc_id = ? AND start <= ? ORDER BY start DESC LIMIT 1",
            (doc_id, offset),
        ).fetchone()
        return row[0] if row else None

    def document(self, doc_id: str) -> Document | None:
        """A document with its text and blocks."""
        row = self._connection.execute(
            "SELECT doc_id, title, text, blocks, metadata FROM documents WHERE doc_id = ?", (doc_id,)
        ).fetchone()
        if row is None:
            return None
        blocks = tuple(Block(s, e, BlockKind(kind), level, page) for s, e, kind, level, page in json.loads(row[3]))
        return Document(row[0], row[1], row[2], blocks, Metadata.from_mapping(json.loads(row[4])))

    def doc_ids(self) -> list[str]:
        """Every document, in order."""
        return list(self._metadata)

    def documents_containing(self, text: str) -> list[str]:
        """The documents in which these very words stand."""
        rows = self._connection.execute(
            "SELECT doc_id FROM documents WHERE instr(text, ?) > 0 ORDER BY number", (text,)
        )
        return [row[0] for row in rows]

    def title(self, doc_id: str) -> str:
        """A document's title."""
        return str(self._connection.execute("SELECT title FROM documents WHERE doc_id = ?", (doc_id,)).fetchone()[0])

    def text(self, doc_id: str) -> str:
        """A document's text."""
        return str(self._connection.execute("SELECT text FROM documents WHERE doc_id = ?", (doc_id,)).fetchone()[0])

    def metadata(self, doc_id: str) -> Metadata:
        """What a document says of itself."""
        return self._metadata[doc_id]

    def find_metadata(self, doc_id: str) -> Metadata | None:
        """What a document says of itself, or None where it is not in the index."""
        return self._metadata.get(doc_id)

    def neighbourhood(self, number: int) -> tuple[str, Span]:
        """The stretch of a document from the passage before this one to the passage after it."""
        doc_id, start, end = self._connection.execute(
            "SELECT doc_id, min(near.start), max(near.end) FROM passages AS here "
            "JOIN passages AS near ON near.document = here.document "
            "AND near.number BETWEEN here.number - 1 AND here.number + 1 "
            "JOIN documents ON documents.number = here.document WHERE here.number = ?",
            (number,),
        ).fetchone()
        return doc_id, Span(start, end)

    def split_of(self, doc_id: str) -> tuple[str, list[Passage], list[bytes], int]:
        """What a build may take over of an unchanged document: fingerprint, passages, digests, cut sentences."""
        fingerprint, cut = self._connection.execute(
            "SELECT fingerprint, cut_sentences FROM documents WHERE doc_id = ?", (doc_id,)
        ).fetchone()
        rows = self._connection.execute(
            f"SELECT {_PASSAGE_COLUMNS}, digest FROM passages JOIN documents ON documents.number = document "  # noqa: S608
            "WHERE doc_id = ? ORDER BY passages.number",
            (doc_id,),
        ).fetchall()
        return fingerprint, [_as_passage(row) for row in rows], [row[-1] for row in rows], cut

    def digest_positions(self) -> dict[bytes, int]:
        """Where the vector of each encoded text stands."""
        return dict(self._connection.execute("SELECT digest, number FROM passages"))

    def titled_passages(self) -> Iterator[tuple[str, Passage]]:
        """Every passage with its document's title, in order."""
        return _titled_passages(self._connection)

    def find_terms(self, terms: Sequence[str]) -> Mapping[str, int]:
        """The positions of those terms that are in the index."""
        found: dict[str, int] = {}
        for some in _portions(terms):
            found.update(
                self._connection.execute(f"SELECT term, position FROM terms WHERE term IN ({_marks(some)})", some)  # noqa: S608
            )
        return found

    def terms(self) -> list[str]:
        """Every term, in the order of their postings."""
        return [row[0] for row in self._connection.execute("SELECT term FROM terms ORDER BY position")]

    def names(self) -> list[NameRow]:
        """The names that stand for each other, in order."""
        rows = self._connection.execute(
            "SELECT name, other, kind, passage, place, count, spoken, name_key, other_key FROM names ORDER BY number"
        )
        return [
            NameRow(name, other, NameKind(kind), passage, place, count, bool(spoken), (name_key, other_key))
            for name, other, kind, passage, place, count, spoken, name_key, other_key in rows
        ]

    def ranges(self, scope: Scope) -> list[tuple[int, int]]:
        """The half-open ranges of passages whose documents a scope admits."""
        return [self._ranges[doc_id] for doc_id, metadata in self._metadata.items() if scope.admits(doc_id, metadata)]

    def catalogue(self) -> list[Catalogued]:
        """What every document says of itself and where its passages stand, in the order of the passages."""
        rows = self._connection.execute("SELECT doc_id, title FROM documents ORDER BY number")
        return [Catalogued(name, title, self._metadata[name], *self._ranges[name]) for name, title in rows]

    def sources(self, scope: Scope) -> list[Source]:
        """The documents that a scope admits, by `doc_id`."""
        rows = self._connection.execute(
            "SELECT doc_id, title, passages, length(text), fingerprint FROM documents ORDER BY doc_id"
        )
        return [
            Source(
                doc_id,
                title,
                doc_id.rpartition("/")[0],
                self._metadata[doc_id],
                passages,
                characters,
                mark[:64],
            )
            for doc_id, title, passages, characters, mark in rows
            if scope.admits(doc_id, self._metadata[doc_id])
        ]


def _portions(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """A few hundred at a time: as many as one statement takes."""
    return (items[start : start + _MOST_VARIABLES] for start in range(0, len(items), _MOST_VARIABLES))


def _marks(items: Sequence[object]) -> str:
    return ",".join("?" * len(items))


def _titled_passages(connection: sqlite3.Connection) -> Iterator[tuple[str, Passage]]:
    rows = connection.execute(
        f"SELECT {_PASSAGE_COLUMNS}, title FROM passages JOIN documents ON documents.number = document "  # noqa: S608
        "ORDER BY passages.number"
    )
    return ((row[-1], _as_passage(row)) for row in rows)


def _as_passage(row: Sequence[object]) -> Passage:
    doc_id, start, end, text, sentences, first_paragraph, last_paragraph, section, page, *_ = row
    spans = tuple(Span(*pair) for pair in json.loads(str(sentences)))
    return Passage(doc_id, start, end, text, spans, (first_paragraph, last_paragraph), section, page)  # type: ignore[arg-type]
