"""A generation: a folder with a manifest and checksums, and the atomic switch from one generation to the next.

index/
  CURRENT                      the name of the newest generation and the SHA-256 of its manifest; replaced by one
                               atomic rename
  build.lock                   held by the build that is running
  generations/000007-5f2c91aa/
    manifest.json              versions, sizes, and the SHA-256 of every other file; readers hold a shared lock on it,
                               so that a generation in use is not removed
    sources.json               every file below seeds/ as the build saw it
    stamps.json                of a large index: the files that were verified, see manifest.py
    text.sqlite                documents, passages, terms, names, and words for the next build
    vectors.npy                unit rows of the passages, float32 [passages, dimension]
    sentences.npy              unit rows of their sentences, float16 [sentences, dimension]
    sentence-starts.npy        where the sentences of each passage begin, int64 [passages + 1]
    signs.npy                  the signs of vectors.npy, uint64 [dimension / 64, passages], see retrieval/cosine.py
    postings-*.npy             see retrieval/bm25.py
    term-counts.npy            how often the term of each posting occurs in its passage, for the next build
  encoded/                     vectors of an interrupted build, for the next one: see ingest/embedding.py
  building-*/                  a generation that is being written; left behind only if the build is killed
"""

from __future__ import annotations

import hashlib
import os
import shutil
import threading
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, BinaryIO, Self

import numpy as np
import portalocker

from askbrief.core.runtime import sha256_of
from askbrief.core.text import pattern
from askbrief.errors import BuildError, BuildInProgress, IndexDamaged, IndexMissing, in_words
from askbrief.retrieval.bm25 import Postings
from askbrief.retrieval.cosine import DenseIndex
from askbrief.storage.embedded.manifest import (
    MANIFEST,
    REBUILD,
    SOURCES,
    Manifest,
    SourceRow,
    read_manifest,
    read_sources,
    remember,
    unreadable,
    verify,
    written_sources,
)
from askbrief.storage.embedded.store import Store

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from askbrief.records import Problem

TEXT = "text.sqlite"
VECTORS, SENTENCES, SENTENCE_STARTS = "vectors.npy", "sentences.npy", "sentence-starts.npy"
SIGNS = "signs.npy"
TERM_COUNTS = "term-counts.npy"
_CURRENT = "CURRENT"
_POINTER = pattern(r"(?P<name>\d{6,}-[0-9a-f]{8})(?: (?P<sha256>[0-9a-f]{64}))?\n")
_TRIES = 20


@dataclass(frozen=True, slots=True)
class GenerationReference:
    """What opens one generation and no other, in this process or in another: its folder and its manifest's SHA-256."""

    folder: Path
    sha256: str | None


class Generation:
    """An opened generation: an immutable snapshot that stays whole while it is open."""

    def __init__(self, folder: Path, sha256: str | None = None, *, thorough: bool = False) -> None:
        """Open a generation's folder and verify it, in a time that grows with its bytes to hash only.

        Args:
            folder: of the generation.
            sha256: of its manifest; None if it was not recorded, as before format 3.
            thorough: hash every file, also those that were verified before.

        Raises:
            IndexDamaged: a file is missing, unreadable, or differs from the manifest.
            IndexMismatch: it was built by another version of askbrief.
            FileNotFoundError: it has been removed in the meantime.
        """
        self.folder = folder
        self.sha256 = sha256
        self._hold = _opened(folder / MANIFEST)
        try:
            portalocker.lock(self._hold, portalocker.LockFlags.SHARED)
            (folder / MANIFEST).stat()  # it may have been cleaned up while we waited for the lock
            self.manifest = _verified(self._hold.read(), sha256)
            self.verify(thorough=thorough)
            self.store = Store(folder / TEXT)
            arrays = {field.name: load(folder / postings_file(field.name)) for field in fields(Postings)}
            vectors = [load(folder / name) for name in (VECTORS, SENTENCES, SENTENCE_STARTS, SIGNS)]
        except BaseException:
            self._hold.close()
            raise
        self.postings = Postings(**arrays)
        self.dense = DenseIndex(*vectors)

    @classmethod
    def open_current(cls, index: Path, *, thorough: bool = False) -> Self:
        """Open the newest generation, as `Generation` does.

        Raises:
            IndexMissing: nothing has been built there.
            IndexDamaged, IndexMismatch: it cannot be opened.
        """
        for _ in range(_TRIES):
            pointer = _pointer(index)
            if pointer is None:
                raise IndexMissing(f"there is no index in {index}: {REBUILD}")
            name, sha256 = pointer
            try:
                return cls(index / "generations" / name, sha256, thorough=thorough)
            except FileNotFoundError:
                if _pointer(index) == pointer:
                    raise IndexDamaged(f"generation {name} of the index is missing: {REBUILD}") from None
        raise IndexDamaged(f"the index in {index} is being replaced faster than it can be opened: try again")

    def verify(self, *, thorough: bool = True) -> None:
        verify(self.folder, self.manifest.checksums, thorough=thorough)

    @property
    def reference(self) -> GenerationReference:
        return GenerationReference(self.folder, self.sha256)

    def sources(self) -> tuple[SourceRow, ...]:
        return read_sources((self.folder / SOURCES).read_bytes())

    def problems(self) -> list[Problem]:
        return [problem for row in self.sources() for problem in row.problems]

    def close(self) -> None:
        self.store.close()
        self._hold.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def postings_file(array: str) -> str:
    """Return the name of the file of one array of the postings."""
    return f"postings-{array}.npy"


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except FileNotFoundError:
        raise
    except OSError as error:
        raise unreadable(path, error) from error


def _verified(manifest: bytes, sha256: str | None) -> Manifest:
    """Return the manifest if it has the SHA-256 from CURRENT; one of another version is reported as such."""
    if sha256 is None:
        read_manifest(manifest)
        raise IndexDamaged(f"{_CURRENT} of the index lacks the SHA-256 of {MANIFEST}: {REBUILD}")
    if hashlib.sha256(manifest).hexdigest() != sha256:
        raise IndexDamaged(f"{MANIFEST} of the index is damaged (its SHA-256 is not {_CURRENT}'s): {REBUILD}")
    return read_manifest(manifest)


def current_name(index: Path) -> str | None:
    """Return the name of the newest generation, None if there is none; IndexDamaged if it cannot be read."""
    pointer = _pointer(index)
    return pointer[0] if pointer else None


def _pointer(index: Path) -> tuple[str, str | None] | None:
    """Return the name of the newest generation and the SHA-256 of its manifest."""
    try:
        pointer = _POINTER.fullmatch((index / _CURRENT).read_text(encoding="ascii"))
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise IndexDamaged(f"{_CURRENT} of the index cannot be read ({error}): {REBUILD}") from error
    if pointer is None:
        raise IndexDamaged(f"{_CURRENT} of the index names no generation: {REBUILD}")
    return pointer["name"], pointer["sha256"]


_LOAD_LOCK = threading.Lock()
"""NumPy parses the header of a file with `ast`, which before Python 3.11.8 can fail with SystemError in two threads."""


def load(path: Path) -> Any:  # noqa: ANN401 - the dtype is in the file
    """Map an array of a generation into memory, one at a time."""
    with _LOAD_LOCK:
        try:
            return np.load(path, mmap_mode="r", allow_pickle=False)
        except ValueError:  # an empty array cannot be mapped
            return np.load(path, allow_pickle=False)


# ---------------------------------------------------------------------------------------------- writing


class BuildLock:
    """A lock, so that only one build at a time writes to an index folder."""

    def __init__(self, index: Path) -> None:
        self._index = index

    def __enter__(self) -> Self:
        """Take the lock, or raise BuildInProgress; BuildError if the folder cannot be written to."""
        try:
            self._index.mkdir(parents=True, exist_ok=True)
            self._file = (self._index / "build.lock").open("a+b")
            portalocker.lock(self._file, portalocker.LockFlags.EXCLUSIVE | portalocker.LockFlags.NON_BLOCKING)
        except portalocker.LockException as error:
            self._file.close()
            raise BuildInProgress(f"another build is running in {self._index}: wait until it is done") from error
        except OSError as error:
            raise BuildError(f"cannot write to {self._index}: {in_words(error)}") from error
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


def sweep(index: Path) -> None:
    """Remove what killed builds left behind, and old generations that nobody reads; needs the build lock."""
    for leftover in index.glob("building-*"):
        if leftover.is_dir():
            shutil.rmtree(leftover, ignore_errors=True)
        else:
            leftover.unlink()  # a pointer that was about to become CURRENT
    try:
        current = current_name(index)
    except IndexDamaged:
        current = None
    for folder in (index / "generations").glob("*"):
        if folder.name != current:
            _remove_unless_read(folder)


def _remove_unless_read(folder: Path) -> None:
    try:
        hold = (folder / MANIFEST).open("rb")
    except OSError:  # it is gone or something else: nobody can have it open
        shutil.rmtree(folder, ignore_errors=True)
        return
    with hold:
        try:
            portalocker.lock(hold, portalocker.LockFlags.EXCLUSIVE | portalocker.LockFlags.NON_BLOCKING)
        except portalocker.LockException:
            return
        (folder / MANIFEST).unlink()  # whoever opens it from now on sees that it is gone
        shutil.rmtree(folder, ignore_errors=True)


def publish(building: Path, index: Path, manifest: Manifest, sources: Sequence[SourceRow]) -> None:
    """Complete a generation with its manifest, move it to its place, and switch to it by one atomic rename."""
    (building / SOURCES).write_bytes(written_sources(sources))
    manifest = manifest.model_copy(update={"sources_sha256": sha256_of(building / SOURCES)})
    (building / MANIFEST).write_text(manifest.model_dump_json(indent=1), encoding="utf-8")
    sha256 = sha256_of(building / MANIFEST)
    for path in building.iterdir():
        _sync(path)
    remember(building, manifest.checksums)
    _sync(building)
    generations = index / "generations"
    generations.mkdir(exist_ok=True)
    building.rename(generations / manifest.generation)
    _sync(generations)
    pointer = building.with_name(f"{building.name}.current")
    pointer.write_text(f"{manifest.generation} {sha256}\n", encoding="ascii")
    _sync(pointer)
    if (index / _CURRENT).is_dir():  # no file could replace a folder
        shutil.rmtree(index / _CURRENT, ignore_errors=True)
    pointer.replace(index / _CURRENT)
    _sync(index)


def next_name(index: Path, files: dict[str, str]) -> str:
    """Return a sequence number, for people, and a hash of the contents."""
    taken = [path.name.partition("-")[0] for path in (index / "generations").glob("*")]
    sequence = 1 + max((int(number) for number in taken if number.isdecimal()), default=0)
    contents = hashlib.sha256("".join(sorted(files.values())).encode()).hexdigest()
    return f"{sequence:06d}-{contents[:8]}"


def _sync(path: Path) -> None:
    """Write a file or folder from the cache to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
