"""One built index: its folder, its manifest with checksums, and the atomic switch from one to the next.

index/
  CURRENT                      the name of the generation that serves; replaced by one atomic rename
  build.lock                   held by the build that is running
  generations/000007-5f2c91aa/
    manifest.json              what built it, from what, and the SHA-256 of every file beside it;
                               readers hold a shared lock on it, so that nothing in use is cleaned up
    text.sqlite                documents, passages, terms, names, and, for the next build, words
    vectors.npy                unit rows of the passages, float32 [passages, dimension]
    sentences.npy              unit rows of their sentences, float16 [sentences, dimension]
    sentence-starts.npy        where the sentences of each passage begin, int64 [passages + 1]
    postings-*.npy             see ranking/lexical.py
    term-counts.npy            how often the term of each posting stands in its passage: for the next build alone
  encoded/                     vectors of a build that broke off, for the next one: see encoded.py
  building-*/                  a generation being written; left behind only by a kill, swept by the next build
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import shutil
from dataclasses import fields
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import portalocker
from pydantic import BaseModel, ConfigDict, ValidationError

from askbrief.errors import BuildError, BuildInProgress, IndexDamaged, IndexMismatch, IndexMissing, in_words
from askbrief.indexing.passages import SPLITTING_VERSION
from askbrief.indexing.store import Store
from askbrief.ranking.analysis import ANALYSIS_VERSION
from askbrief.ranking.dense import DenseIndex
from askbrief.ranking.learning import LEARNING_VERSION
from askbrief.ranking.lexical import LexicalIndex, Postings
from askbrief.ranking.names import NameIndex
from askbrief.ranking.vocabulary import Vocabulary
from askbrief.reading.registry import READING_VERSION

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from askbrief.ranking.encoder import Encoder
    from askbrief.records import Scope

FORMAT_VERSION = 3
TEXT, MANIFEST = "text.sqlite", "manifest.json"
VECTORS, SENTENCES, SENTENCE_STARTS = "vectors.npy", "sentences.npy", "sentence-starts.npy"
TERM_COUNTS = "term-counts.npy"
_CURRENT = "CURRENT"
_TRIES = 20
_REBUILD = "run: askbrief build"


class Versions(BaseModel):
    """What decides whether an index can be read, and whether its parts can be reused by the next build."""

    model_config = ConfigDict(frozen=True)

    format: int = FORMAT_VERSION
    reading: int = READING_VERSION
    splitting: int = SPLITTING_VERSION
    analysis: int = ANALYSIS_VERSION
    learning: int = LEARNING_VERSION
    model: str
    dimension: int

    @classmethod
    def of(cls, encoder: Encoder) -> Self:
        """What this askbrief builds with an encoder."""
        return cls(model=encoder.model_id, dimension=encoder.dimension)

    @property
    def vectors(self) -> str:
        """What must be the same for a vector to be reused; the one place that says so."""
        return f"{self.model}/{self.dimension}"


class SourceRow(BaseModel):
    """A file below seeds/ as the build saw it; `problem` says why it gave no passages."""

    model_config = ConfigDict(frozen=True)

    path: str
    sha256: str = ""
    sidecar_sha256: str = ""
    stamp: str = ""
    problem: str | None = None


class Manifest(BaseModel):
    """The contents of manifest.json."""

    model_config = ConfigDict(frozen=True)

    generation: str
    built_at: dt.datetime
    versions: Versions
    documents: int
    passages: int
    terms: int
    files: dict[str, str]
    sources: tuple[SourceRow, ...]


class Generation:
    """An opened generation: an immutable snapshot that stays whole while it is held."""

    def __init__(self, folder: Path) -> None:
        """Open a generation's folder and verify it.

        Raises:
            IndexDamaged: a file is missing, unreadable or not what the manifest says.
            IndexMismatch: it was built by another version of askbrief.
            FileNotFoundError: it has been cleaned up in the meantime.
        """
        self.folder = folder
        self._hold = (folder / MANIFEST).open("rb")
        try:
            portalocker.lock(self._hold, portalocker.LockFlags.SHARED)
            (folder / MANIFEST).stat()  # it may have been cleaned up while we waited for the lock
            self.manifest = _read_manifest(self._hold.read())
            for name, sha256 in self.manifest.files.items():
                _verify(folder / name, sha256)
            self.store = Store(folder / TEXT)
            arrays = {field.name: load(folder / postings_file(field.name)) for field in fields(Postings)}
            vectors = [load(folder / name) for name in (VECTORS, SENTENCES, SENTENCE_STARTS)]
        except BaseException:
            self._hold.close()
            raise
        self._postings = Postings(**arrays)
        self.lexical = LexicalIndex(self._postings, self.store.find_terms, self.manifest.passages)
        self.dense = DenseIndex(*vectors)

    @classmethod
    def open_current(cls, index: Path) -> Self:
        """Open the generation that serves.

        Raises:
            IndexMissing: nothing has been built there.
            IndexDamaged, IndexMismatch: as when opening a folder.
        """
        for _ in range(_TRIES):
            name = current_name(index)
            if name is None:
                raise IndexMissing(f"there is no index in {index}: {_REBUILD}")
            try:
                return cls(index / "generations" / name)
            except FileNotFoundError:
                if current_name(index) == name:
                    raise IndexDamaged(f"generation {name} of the index is missing: {_REBUILD}") from None
        raise IndexDamaged(f"the index in {index} is being replaced faster than it can be opened: try again")

    @cached_property
    def names(self) -> NameIndex:
        """The names that stand for each other, read when they are first asked for."""
        return NameIndex(self.store.names())

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The terms as words that people may misspell."""
        store = self.store
        return Vocabulary(self._postings, store.find_terms, store.terms, store.passages, self.manifest.passages)

    @property
    def name(self) -> str:
        return self.manifest.generation

    def admitted(self, scope: Scope) -> NDArray[np.bool_] | None:
        """Which passages a scope admits: bool [passages], or None for all."""
        if scope.is_everything:
            return None
        mask = np.zeros(self.manifest.passages, dtype=np.bool_)
        for first, last in self.store.ranges(scope):
            mask[first:last] = True
        return mask

    def close(self) -> None:
        """Let go of the files, so that the generation may be cleaned up."""
        self.store.close()
        self._hold.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def postings_file(array: str) -> str:
    """The file that holds one array of the postings."""
    return f"postings-{array}.npy"


def current_name(index: Path) -> str | None:
    """The name of the generation that serves, if there is one."""
    try:
        return (index / _CURRENT).read_text(encoding="ascii").strip() or None
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise IndexDamaged(f"{_CURRENT} of the index cannot be read ({error}): {_REBUILD}") from error


def _read_manifest(data: bytes) -> Manifest:
    try:
        manifest = Manifest.model_validate_json(data)
    except ValidationError as error:
        raise IndexDamaged(f"{MANIFEST} of the index cannot be read: {_REBUILD}") from error
    built, ours = manifest.versions, Versions(model="", dimension=0)
    for part in ("format", "analysis"):
        if getattr(built, part) != getattr(ours, part):
            raise IndexMismatch(
                f"the index has {part} version {getattr(built, part)}, "
                f"this askbrief needs {getattr(ours, part)}: {_REBUILD}"
            )
    return manifest


def _verify(path: Path, sha256: str) -> None:
    try:
        with path.open("rb") as file:
            actual = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise IndexDamaged(f"{path.name} of the index cannot be read ({error.strerror}): {_REBUILD}") from error
    if actual != sha256:
        raise IndexDamaged(f"{path.name} of the index is damaged (its SHA-256 is not the manifest's): {_REBUILD}")


def load(path: Path) -> Any:  # noqa: ANN401 - what is in it, the file says
    """Map an array of a generation."""
    try:
        return np.load(path, mmap_mode="r", allow_pickle=False)
    except ValueError:  # an empty array cannot be mapped
        return np.load(path, allow_pickle=False)


# ---------------------------------------------------------------------------------------------- writing


class BuildLock:
    """Only one build at a time writes below an index folder."""

    def __init__(self, index: Path) -> None:
        """Name the folder; it is created when the lock is taken."""
        self._index = index

    def __enter__(self) -> Self:
        """Take the lock.

        Raises:
            BuildInProgress: another build holds it.
            BuildError: the folder cannot be written to.
        """
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
    """Remove what killed builds left behind, and old generations that nobody reads. Needs the build lock."""
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
    except FileNotFoundError:
        shutil.rmtree(folder, ignore_errors=True)
        return
    with hold:
        try:
            portalocker.lock(hold, portalocker.LockFlags.EXCLUSIVE | portalocker.LockFlags.NON_BLOCKING)
        except portalocker.LockException:
            return
        (folder / MANIFEST).unlink()  # who opens it from now on sees that it is gone
        shutil.rmtree(folder, ignore_errors=True)


def publish(building: Path, index: Path, manifest: Manifest) -> None:
    """Complete a generation with its manifest, put it in its place, and switch to it by one atomic rename."""
    (building / MANIFEST).write_text(manifest.model_dump_json(indent=1), encoding="utf-8")
    for path in building.iterdir():
        _sync(path)
    _sync(building)
    generations = index / "generations"
    generations.mkdir(exist_ok=True)
    building.rename(generations / manifest.generation)
    _sync(generations)
    pointer = building.with_name(f"{building.name}.current")
    pointer.write_text(f"{manifest.generation}\n", encoding="ascii")
    _sync(pointer)
    pointer.replace(index / _CURRENT)
    _sync(index)


def next_name(index: Path, files: dict[str, str]) -> str:
    """A sequence number for people, and a hash of the contents."""
    taken = [path.name.partition("-")[0] for path in (index / "generations").glob("*")]
    sequence = 1 + max((int(number) for number in taken if number.isdecimal()), default=0)
    contents = hashlib.sha256("".join(sorted(files.values())).encode()).hexdigest()
    return f"{sequence:06d}-{contents[:8]}"


def checksums(folder: Path) -> dict[str, str]:
    """The SHA-256 of every file in a folder, by name."""
    sums = {}
    for path in sorted(folder.iterdir()):
        with path.open("rb") as file:
            sums[path.name] = hashlib.file_digest(file, "sha256").hexdigest()
    return sums


def _sync(path: Path) -> None:
    """Make sure that a file or folder is on the disk, not only in its cache."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
