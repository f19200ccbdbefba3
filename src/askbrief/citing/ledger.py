"""The memory of every citation key ever shown to a person, in a small SQLite file outside the index."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from askbrief.errors import LedgerError
from askbrief.records import Metadata
from askbrief.statefile import BUSY_SECONDS, connect_to_read, is_there, mapped_errors, mapped_rows

if TYPE_CHECKING:
    from collections.abc import Iterable
    from contextlib import AbstractContextManager
    from pathlib import Path

_WHAT = "the memory of citation keys"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS shown (
    key TEXT PRIMARY KEY, doc_id TEXT NOT NULL, title TEXT NOT NULL, metadata TEXT NOT NULL,
    locator TEXT NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL, quote TEXT NOT NULL,
    first_shown TEXT NOT NULL
) STRICT
"""


@dataclass(frozen=True, slots=True)
class Remembered:
    """A quote as it was first shown under a key."""

    key: str
    doc_id: str
    title: str
    metadata: Metadata
    locator: str
    start: int
    end: int
    quote: str


class Ledger:
    """Keys and quotes, written when they are shown and never taken out."""

    def __init__(self, state: Path) -> None:
        """Name the state directory; it and the file are created with the first key."""
        self._path = state / "ledger.sqlite"

    def remember(self, shown: Iterable[Remembered]) -> None:
        """Keep what is shown. A key that is known already keeps what it was first shown with.

        Raises:
            LedgerError: the file cannot be written.
        """
        now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        rows = [(r.key, r.doc_id, r.title, _json(r.metadata), r.locator, r.start, r.end, r.quote, now) for r in shown]
        with self._errors("written"):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self._path, timeout=BUSY_SECONDS)) as connection, connection:
                connection.execute(_SCHEMA)
                connection.executemany("INSERT OR IGNORE INTO shown VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)

    def recall(self, key: str) -> Remembered | None:
        """What was first shown under a key, or None.

        Raises:
            LedgerError: the file cannot be read.
        """
        with self._errors("read"):
            if not is_there(self._path):
                return None
            with closing(connect_to_read(self._path)) as connection:
                row = connection.execute(
                    "SELECT key, doc_id, title, metadata, locator, start, end, quote FROM shown WHERE key = ?",
                    (key,),
                ).fetchone()
        if row is None:
            return None
        with mapped_rows(LedgerError, _WHAT, self._path):
            return Remembered(row[0], row[1], row[2], Metadata.from_mapping(json.loads(row[3])), *row[4:])

    def _errors(self, verb: str) -> AbstractContextManager[None]:
        return mapped_errors(LedgerError, _WHAT, self._path, verb)


def _json(metadata: Metadata) -> str:
    return json.dumps(metadata.as_mapping(), ensure_ascii=False)
