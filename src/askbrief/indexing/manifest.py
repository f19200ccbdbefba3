"""What a generation says of itself, and the list of the files that it was built from."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Self

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from askbrief.errors import IndexDamaged, IndexMismatch
from askbrief.records import Problem
from askbrief.versions import (
    ANALYSIS_VERSION,
    FORMAT_VERSION,
    LEARNING_VERSION,
    READING_VERSION,
    SPLITTING_VERSION,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from askbrief.ranking.encoder import Encoder

MANIFEST, SOURCES = "manifest.json", "sources.json"
REBUILD = "run: askbrief build"


class Versions(BaseModel):
    """What decides whether an index can be read, and whether its parts can be reused by the next build."""

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

    @classmethod
    def of(cls, encoder: Encoder, ocr: str | None = None) -> Self:
        """What this askbrief builds with an encoder, and with pages recognised in some languages or not."""
        return cls(model=encoder.model_id, form=encoder.form, dimension=encoder.dimension, ocr=ocr)

    @property
    def vectors(self) -> str:
        """What must be the same for a vector to be reused; the one place that says so."""
        return f"{self.model}/{self.form}/{self.dimension}"


class SourceRow(BaseModel):
    """A file below seeds/ as the build saw it.

    `problem` says why it gave no passages, `failed` which files within it could not be read, and `warnings` what of it
    is not in the index.
    """

    model_config = ConfigDict(frozen=True)

    path: str
    sha256: str = ""
    sidecar_sha256: str = ""
    stamp: str = ""
    problem: str | None = None
    failed: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What of it could not be read: the file itself, or files within it."""
        return (*([Problem(self.path, self.problem)] if self.problem else []), *self.failed)

    @property
    def fingerprint(self) -> str:
        """Equal for equal content."""
        return f"{self.sha256}:{self.sidecar_sha256}"


class Manifest(BaseModel):
    """The contents of manifest.json.

    `files` has the SHA-256 of what a question is answered from, which is the same for the same sources; the list of
    sources says also when each of them was changed, and stands in a file of its own, which opening need not read.
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
        """The SHA-256 of every file beside the manifest, by name."""
        return {**self.files, SOURCES: self.sources_sha256}


_Rows = TypeAdapter(tuple[SourceRow, ...])


def written_sources(rows: Sequence[SourceRow]) -> bytes:
    """The contents of sources.json."""
    return _Rows.dump_json(tuple(rows), exclude_defaults=True)


def read_sources(data: bytes) -> tuple[SourceRow, ...]:
    """Read what `written_sources` wrote.

    Raises:
        IndexDamaged: this is something else.
    """
    try:
        return _Rows.validate_json(data)
    except ValidationError as error:
        raise IndexDamaged(f"{SOURCES} of the index cannot be read: {REBUILD}") from error


def read_manifest(data: bytes) -> Manifest:
    """Read the contents of manifest.json.

    Raises:
        IndexDamaged: this is something else.
        IndexMismatch: it was written by another version of askbrief.
    """
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
