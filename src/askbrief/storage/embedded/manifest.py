"""The manifest of a generation: its versions, its source files, and the checksums of its files."""

from __future__ import annotations

import datetime as dt
import json
import os
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Self

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from askbrief.core.runtime import sha256_of
from askbrief.errors import IndexDamaged, IndexMismatch
from askbrief.records import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from askbrief.inference.encoder import Encoder

FORMAT_VERSION = 4
"""Increased when the files of a generation or their contents change."""
READING_VERSION = 5
"""Increased when the text or blocks from a parser change; documents are parsed again."""
SPLITTING_VERSION = 5
"""Increased when the passages of any document change; every document is split again."""
ANALYSIS_VERSION = 2
"""Increased when the terms of any text change."""
LEARNING_VERSION = 1
"""Increased when other names are mined from any passage; none is reused."""

MANIFEST, SOURCES = "manifest.json", "sources.json"
REBUILD = "run: askbrief build"


class Versions(BaseModel):
    """The versions that decide whether an index can be read, and which parts the next build can reuse."""

    model_config = ConfigDict(frozen=True)

    format: int = FORMAT_VERSION
    reading: int = READING_VERSION
    splitting: int = SPLITTING_VERSION
    analysis: int = ANALYSIS_VERSION
    learning: int = LEARNING_VERSION
    model: str
    form: str
    dimension: int
    ocr: str | None = None
    asides: bool = True

    @classmethod
    def of(cls, encoder: Encoder, ocr: str | None = None, *, asides: bool = True) -> Self:
        """Return the versions of a build with this askbrief, an encoder, and the settings that change what is read.

        They are the languages of OCR, if any, and whether what stands beside the text is read.
        """
        return cls(model=encoder.model_id, form=encoder.form, dimension=encoder.dimension, ocr=ocr, asides=asides)

    @property
    def vectors(self) -> str:
        """What must be equal for a vector to be reused."""
        return f"{self.model}/{self.form}/{self.dimension}"


class SourceRow(BaseModel):
    """A file below seeds/ as the build saw it."""

    model_config = ConfigDict(frozen=True)

    path: str
    sha256: str = ""
    sidecar_sha256: str = ""  # of the file with its metadata
    stamp: str = ""  # size and time of the last change, to find changed files without hashing all
    problem: str | None = None  # why it gave no passages
    failed: tuple[Problem, ...] = ()  # files within it that could not be read
    warnings: tuple[Problem, ...] = ()  # parts of it that are not in the index

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The file itself, or files within it, that could not be read."""
        return (*([Problem(self.path, self.problem)] if self.problem else []), *self.failed)

    @property
    def fingerprint(self) -> str:
        """Equal for equal content."""
        return f"{self.sha256}:{self.sidecar_sha256}"


class Manifest(BaseModel):
    """The contents of manifest.json.

    `files` has the SHA-256 of the files that answer questions; they are the same for the same sources. The list of
    sources also says when each was changed, so it is a file of its own, which need not be read to open an index.
    """

    model_config = ConfigDict(frozen=True)

    generation: str
    built_at: dt.datetime
    versions: Versions
    documents: int
    passages: int
    terms: int
    files: dict[str, str]
    sources_sha256: str = ""

    @property
    def checksums(self) -> dict[str, str]:
        """The SHA-256 of every file except the manifest, by name."""
        return {**self.files, SOURCES: self.sources_sha256}


_Rows = TypeAdapter(tuple[SourceRow, ...])


def written_sources(rows: Sequence[SourceRow]) -> bytes:
    return _Rows.dump_json(tuple(rows), exclude_defaults=True)


def read_sources(data: bytes) -> tuple[SourceRow, ...]:
    """Read what `written_sources` wrote, or raise IndexDamaged."""
    try:
        return _Rows.validate_json(data)
    except ValidationError as error:
        raise IndexDamaged(f"{SOURCES} of the index cannot be read: {REBUILD}") from error


def read_manifest(data: bytes) -> Manifest:
    """Read manifest.json; raise IndexDamaged if it is something else, IndexMismatch if of another askbrief version."""
    try:
        manifest = Manifest.model_validate_json(data)
    except ValidationError as error:
        raise IndexDamaged(f"{MANIFEST} of the index cannot be read: {REBUILD}") from error
    built, ours = manifest.versions, Versions(model="", form="", dimension=0)
    for part in ("format", "analysis"):
        if getattr(built, part) != getattr(ours, part):
            raise IndexMismatch(
                f"the index has {part} version {getattr(built, part)}, "
                f"this askbrief needs {getattr(ours, part)}: {REBUILD}"
            )
    return manifest


STAMPS = "stamps.json"
ALWAYS_HASHED = 64 * 2**20
"""Maximum size in bytes of an index that is hashed whenever it is opened; that takes less than 0.1 s."""
_SETTLED_NS = 2_000_000_000
"""Nanoseconds after which a file counts as unchanged; a later change could have the same time stamp."""

_Stamp = tuple[int, int, int, int]


def checksums(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file in a folder, by name."""
    return {path.name: sha256_of(path) for path in sorted(folder.iterdir())}


def verify(folder: Path, sums: Mapping[str, str], *, thorough: bool = False) -> None:
    """Compare the checksums of the files of a generation, by name, with its manifest.

    Of a large one, those verified before are hashed only if `thorough`. Raises IndexDamaged if a file is missing,
    unreadable, or differs.
    """
    stamps = {name: _stamp(folder / name) for name in sums}
    if not _is_large(stamps):
        for name, sha256 in sums.items():
            _verify_one(folder / name, sha256)
        return
    verified = {} if thorough else _read(folder)
    if thorough:
        with suppress(OSError):  # a damaged file must not be trusted again
            (folder / STAMPS).unlink(missing_ok=True)
    fresh = [name for name in sums if verified.get(name) != _entry(sums[name], stamps[name])]
    for name in fresh:
        _verify_one(folder / name, sums[name])
    if fresh:
        with suppress(OSError):  # a read-only index is hashed whenever it is opened
            _write(folder, sums, stamps)


def remember(folder: Path, sums: Mapping[str, str]) -> None:
    """Record the files that a build has just hashed and written to the disk."""
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
    """Return the size, the inode, and the times of the last changes of contents and status, in nanoseconds."""
    try:
        status = path.stat()
    except OSError as error:
        raise unreadable(path, error) from error
    return status.st_size, status.st_ino, status.st_mtime_ns, status.st_ctime_ns


def unreadable(path: Path, error: OSError) -> IndexDamaged:
    return IndexDamaged(f"{path.name} of the index cannot be read ({error.strerror}): {REBUILD}")


def _entry(sha256: str, stamp: _Stamp) -> list[str | int]:
    return [sha256, *stamp]


def _read(folder: Path) -> Mapping[str, object]:
    """Return the recorded files; if they cannot be read, none, so that all files are hashed."""
    try:
        stamps = json.loads((folder / STAMPS).read_bytes())
    except (OSError, ValueError):
        return {}
    return stamps if isinstance(stamps, dict) else {}


def _write(folder: Path, sums: Mapping[str, str], stamps: Mapping[str, _Stamp]) -> None:
    """Record the files that did not change while they were hashed, nor shortly before."""
    latest = time.time_ns() - _SETTLED_NS
    settled = {
        name: _entry(sums[name], stamp)
        for name, stamp in stamps.items()
        if max(stamp[2:]) <= latest and stamp == _stamp(folder / name)
    }
    aside = folder / f"{STAMPS}.{os.getpid()}.{threading.get_ident()}"
    aside.write_text(json.dumps(settled, indent=1), encoding="utf-8")
    aside.replace(folder / STAMPS)
