"""Documents, passages and terms of one generation, in one SQLite file, as they are read; writer.py writes them."""

from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING, TypeVar

from askbrief.errors import IndexDamaged
from askbrief.ranking.names import NameKind, NameRow
from askbrief.ranking.steering import Catalogued
from askbrief.records import Block, BlockKind, Document, Metadata, Passage, Scope, Source, Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

Item = TypeVar("Item")

PASSAGE_COLUMNS = (
    "documents.doc_id, passages.start, passages.end, passages.text, passages.sentences, "
    "passages.first_paragraph, passages.last_paragraph, passages.section, passages.page"
)
_MOST_VARIABLES = 500


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
                f"SELECT {PASSAGE_COLUMNS}, passages.number "  # noqa: S608 - constants
                "FROM passages JOIN documents ON documents.number = document "
                f"WHERE passages.number IN ({_marks(some)})",
                some,
            )
            found.update((row[-1], as_passage(row)) for row in rows)
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
            f"SELECT {PASSAGE_COLUMNS}, digest FROM passages JOIN documents ON documents.number = document "  # noqa: S608
            "WHERE doc_id = ? ORDER BY passages.number",
            (doc_id,),
        ).fetchall()
        return fingerprint, [as_passage(row) for row in rows], [row[-1] for row in rows], cut

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


def as_passage(row: Sequence[object]) -> Passage:
    """A row that begins with PASSAGE_COLUMNS, as a passage."""
    doc_id, start, end, text, sentences, first_paragraph, last_paragraph, section, page, *_ = row
    spans = tuple(Span(*pair) for pair in json.loads(str(sentences)))
    return Passage(doc_id, start, end, text, spans, (first_paragraph, last_paragraph), section, page)  # type: ignore[arg-type]
