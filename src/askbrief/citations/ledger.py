"""The ledger: every citation key that was shown, with its quote, in a small SQLite file outside the index."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
import threading
from contextlib import closing
from typing import TYPE_CHECKING, Any

from askbrief.core.sqlite_state import BUSY_SECONDS, connect_to_read, is_there, mapped_errors, mapped_rows
from askbrief.errors import LedgerError
from askbrief.records import Metadata, RememberedQuote

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


class Ledger:
    """Keys and quotes, written when they are shown and never removed; see `storage.protocol.Memory`."""

    def __init__(self, state: Path) -> None:
        """Take the state directory; it and the file are created with the first key."""
        self._path = state / "ledger.sqlite"
        self._writing = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._inode = 0

    def remember(self, shown: Iterable[RememberedQuote]) -> None:
        now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        rows = [(r.key, r.doc_id, r.title, _json(r.metadata), r.locator, r.start, r.end, r.quote, now) for r in shown]
        with self._errors("written"), self._writing:
            connection = self._connected()
            with connection:
                connection.executemany("INSERT OR IGNORE INTO shown VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)

    def _connected(self) -> sqlite3.Connection:
        """Return the connection for writing, which is kept open while the file is the same.

        With a write-ahead log that is synced at every commit, keys survive a loss of power, and a question waits once
        for the disk, not three times; if all its keys are known, not at all.
        """
        if self._connection is not None and is_there(self._path) and self._path.stat().st_ino == self._inode:
            return self._connection
        self._disconnect()
        self._path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self._path, timeout=BUSY_SECONDS, check_same_thread=False)
        try:
            connection.execute(_SCHEMA)  # first, so that the file never exists without its table
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
        except sqlite3.Error:
            connection.close()
            raise
        self._connection, self._inode = connection, self._path.stat().st_ino
        return connection

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def close(self) -> None:
        """Close the file; `remember` opens it again."""
        with self._writing:
            self._disconnect()

    def recall(self, key: str) -> RememberedQuote | None:
        with self._errors("read"):
            if not is_there(self._path):
                return None
            row = self._row(key)
        if row is None:
            return None
        with mapped_rows(LedgerError, _WHAT, self._path):
            return RememberedQuote(row[0], row[1], row[2], Metadata.from_mapping(json.loads(row[3])), *row[4:])

    def _row(self, key: str) -> tuple[Any, ...] | None:
        """Read a row; on a full or read-only disk, without the write-ahead log."""
        try:
            return _select(connect_to_read(self._path), key)
        except sqlite3.OperationalError as error:
            log = self._path.with_name(f"{self._path.name}-wal")
            if error.sqlite_errorcode == sqlite3.SQLITE_BUSY or is_there(log):
                raise
        return _select(sqlite3.connect(f"{self._path.resolve().as_uri()}?mode=ro&immutable=1", uri=True), key)

    def _errors(self, verb: str) -> AbstractContextManager[None]:
        return mapped_errors(LedgerError, _WHAT, self._path, verb)


def _select(connection: sqlite3.Connection, key: str) -> tuple[Any, ...] | None:
    with closing(connection):
        row: tuple[Any, ...] | None = connection.execute(
            "SELECT key, doc_id, title, metadata, locator, start, end, quote FROM shown WHERE key = ?", (key,)
        ).fetchone()
    return row


def _json(metadata: Metadata) -> str:
    return json.dumps(metadata.as_mapping(), ensure_ascii=False)
