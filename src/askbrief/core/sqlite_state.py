"""The small SQLite files of the state directory: opening them, and mapping their errors."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

from askbrief.errors import AskbriefError, in_words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BUSY_SECONDS = 10
"""Maximum time that a reader or writer waits for another one."""


def is_there(path: Path) -> bool:
    """Return whether there is a file to read; another process has just created an empty one."""
    return path.exists() and path.stat().st_size > 0


def connect_to_read(path: Path) -> sqlite3.Connection:
    """Open a file without creating it; writable, so that SQLite can roll back what a crash left half written."""
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=rw", uri=True, timeout=BUSY_SECONDS)


@contextmanager
def mapped_rows(error: type[AskbriefError], what: str, path: Path) -> Iterator[None]:
    """Raise an error of ours if a row cannot be parsed, because another program or a faulty disk wrote it."""
    try:
        yield
    except (ValueError, TypeError, AttributeError, RecursionError) as cause:
        raise error(
            f"{what}, {path}, holds a row that is not askbrief's ({type(cause).__name__}): "
            "put a copy of the file in its place, or move it away"
        ) from cause


@contextmanager
def mapped_errors(error: type[AskbriefError], what: str, path: Path, verb: str) -> Iterator[None]:
    """Raise errors of SQLite and the operating system as an error of ours; `verb` is "read" or "written"."""
    try:
        yield
    except (sqlite3.Error, OSError) as cause:
        raise error(
            f"{what}, {path}, could not be {verb}: {in_words(cause)}; "
            "mend the file's rights, or set ASKBRIEF_STATE_DIR to a folder that can be written"
        ) from cause
