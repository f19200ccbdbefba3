"""Whether the files of a generation are what its build wrote: by their checksums, or by a stamp of the file system.

Hashing 6 GB takes seconds, so a large index is hashed once where it lies: stamps.json remembers size, inode and times
of every file whose checksum was right. Whatever is written to a file, or put in its place, has another stamp; a copy of
the index on another machine has too, and is hashed there once. Only what a disk loses without being written to keeps
its stamp: `askbrief check` and every build hash all files.
"""

from __future__ import annotations

import json
import os
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from askbrief.errors import IndexDamaged
from askbrief.indexing.manifest import REBUILD
from askbrief.machine import sha256_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

STAMPS = "stamps.json"
ALWAYS_HASHED = 64 * 2**20
"""An index of at most so many bytes is hashed whenever it is opened: that takes less than a tenth of a second."""
_SETTLED_NS = 2_000_000_000
"""A file that was written to so lately may be again within one tick of its file system's clock."""

_Stamp = tuple[int, int, int, int]


def checksums(folder: Path) -> dict[str, str]:
    """The SHA-256 of every file in a folder, by name."""
    return {path.name: sha256_of(path) for path in sorted(folder.iterdir())}


def verify(folder: Path, sums: Mapping[str, str], *, thorough: bool = False) -> None:
    """Make sure that a generation's files are what its manifest says.

    Args:
        folder: the generation.
        sums: the SHA-256 of each of its files, by name.
        thorough: hash all of them, whatever is remembered of them.

    Raises:
        IndexDamaged: a file is missing, unreadable or another one.
    """
    stamps = {name: _stamp(folder / name) for name in sums}
    if not _is_large(stamps):
        for name, sha256 in sums.items():
            _verify_one(folder / name, sha256)
        return
    verified = {} if thorough else _read(folder)
    if thorough:
        with suppress(OSError):  # what is damaged shall not be trusted again
            (folder / STAMPS).unlink(missing_ok=True)
    fresh = [name for name in sums if verified.get(name) != _entry(sums[name], stamps[name])]
    for name in fresh:
        _verify_one(folder / name, sums[name])
    if fresh:
        with suppress(OSError):  # a read-only index is hashed whenever it is opened
            _write(folder, sums, stamps)


def remember(folder: Path, sums: Mapping[str, str]) -> None:
    """Remember the files that a build has just hashed and written to the disk."""
    stamps = {name: _stamp(folder / name) for name in sums}
    if _is_large(stamps):
        _write(folder, sums, stamps)


def _is_large(stamps: Mapping[str, _Stamp]) -> bool:
    return sum(size for size, *_ in stamps.values()) > ALWAYS_HASHED


def _verify_one(path: Path, sha256: str) -> None:
    try:
        actual = sha256_of(path)
    except OSError as error:
        raise unreadable(path, error) from error
    if actual != sha256:
        raise IndexDamaged(f"{path.name} of the index is damaged (its SHA-256 is not the manifest's): {REBUILD}")


def _stamp(path: Path) -> _Stamp:
    """Size, inode, and when its contents and anything about it were changed last, in nanoseconds."""
    try:
        found = path.stat()
    except OSError as error:
        raise unreadable(path, error) from error
    return found.st_size, found.st_ino, found.st_mtime_ns, found.st_ctime_ns


def unreadable(path: Path, error: OSError) -> IndexDamaged:
    """What is said of a file of an index that cannot be read."""
    return IndexDamaged(f"{path.name} of the index cannot be read ({error.strerror}): {REBUILD}")


def _entry(sha256: str, stamp: _Stamp) -> list[str | int]:
    return [sha256, *stamp]


def _read(folder: Path) -> Mapping[str, object]:
    """What is remembered; where that cannot be read, nothing is, and the files are hashed."""
    try:
        found = json.loads((folder / STAMPS).read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _write(folder: Path, sums: Mapping[str, str], stamps: Mapping[str, _Stamp]) -> None:
    """Remember the files that are as they were before they were hashed, and have been for a while."""
    latest = time.time_ns() - _SETTLED_NS
    kept = {
        name: _entry(sums[name], stamp)
        for name, stamp in stamps.items()
        if max(stamp[2:]) <= latest and stamp == _stamp(folder / name)
    }
    aside = folder / f"{STAMPS}.{os.getpid()}.{threading.get_ident()}"
    aside.write_text(json.dumps(kept, indent=1), encoding="utf-8")
    aside.replace(folder / STAMPS)
