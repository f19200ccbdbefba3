"""Reports: what a build did, what an index holds, and how it stands to its sources."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt

    from askbrief.records.documents import Metadata


@dataclass(frozen=True, slots=True)
class Problem:
    """A file that gave no text, with the reason and what to do about it."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did. The lists hold paths below seeds/, sorted."""

    generation: str
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    empty: tuple[str, ...] = ()
    failed: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    documents: int = 0
    passages: int = 0
    encoded: int = 0
    seconds: float = 0.0
    rebuilt_because: str | None = None

    @property
    def up_to_date(self) -> bool:
        """Whether there was nothing to do."""
        return not (self.added or self.changed or self.removed or self.encoded or self.rebuilt_because)


@dataclass(frozen=True, slots=True)
class Source:
    """An indexed document."""

    doc_id: str
    title: str
    collection: str
    metadata: Metadata
    passages: int
    characters: int
    sha256: str  # of the file
    path: str  # of the file below seeds/ that it was read from


@dataclass(frozen=True, slots=True)
class Changes:
    """How the files in seeds/ differ from what an index was built from, by path."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """What one generation of an index holds."""

    generation: str
    built_at: dt.datetime  # in UTC
    model: str  # the embedding model that the vectors come from
    dimension: int  # of the vectors
    documents: int
    passages: int
    terms: int


@dataclass(frozen=True, slots=True)
class StatusReport:
    """An index compared with its source files.

    For somebody who sees a part of the documents it counts that part, and `terms` is None.
    """

    generation: str
    built_at: dt.datetime
    age_seconds: int
    model: str
    fitted: bool  # whether askbrief has weights that were fitted with the model
    dimension: int
    documents: int
    passages: int
    terms: int | None
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]

    @property
    def stale(self) -> bool:
        """Whether a file has changed since the build."""
        return bool(self.added or self.changed or self.removed)


@dataclass(frozen=True, slots=True)
class SourceList:
    """What is indexed, and which files are not, with the reasons."""

    generation: str
    built_at: dt.datetime
    sources: tuple[Source, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class FileCheck:
    """What of a file below seeds/ was read, and what was not: to be gone through by who added it."""

    path: str
    documents: int
    passages: int
    not_read: tuple[Problem, ...] = ()  # the file, or files within it
    missing: tuple[Problem, ...] = ()  # parts of it, such as pages that are pictures


@dataclass(frozen=True, slots=True)
class Checklist:
    """The files of an index of which not everything was read, and the number of all others."""

    generation: str
    files: tuple[FileCheck, ...]
    whole: int


@dataclass(frozen=True, slots=True)
class SourcesPage(SourceList):
    """A page of the sources: `total` counts all of them, `next` is the offset of the next page, None on the last."""

    total: int
    next: int | None
