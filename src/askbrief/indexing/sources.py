"""What an index is made from: one row for each file, and how the rows of two moments differ."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from askbrief.errors import ReadingError
from askbrief.indexing.manifest import SourceRow
from askbrief.reading import bounded, registry
from askbrief.reading.registry import ALIASES
from askbrief.reading.seeds import SeedFile, scan
from askbrief.records import Changes

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from askbrief.reading.bounds import Bounds
    from askbrief.reading.extract import Reading


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One thing to index: who it is and what content it has (`row`), and how to read it.

    The team's own names are not a document: they are what `read_aliases` reads.
    """

    row: SourceRow
    read: Callable[[], Reading]
    read_aliases: Callable[[], Sequence[Sequence[str]]] | None = None
    seed: SeedFile | None = None
    """The file, where it is one: it is then read within bounds, by a process that it can do no harm to."""


def seed_files(seeds: Path, *, max_file_mib: float, max_documents: int | None = None) -> list[SourceFile]:
    """Every file below seeds/, its content hashed."""
    return [_source_file(file) for file in scan(seeds, max_file_mib=max_file_mib, max_documents=max_documents)]


def seed_changes(seeds: Path, sources: Sequence[SourceRow], *, max_file_mib: float) -> Changes:
    """How seeds/ differs from what an index was built from; files of the same size and time are not read again."""
    known = {
        row.path: SeedFile(row.path, Path(), row.stamp, row.sha256, None, row.sidecar_sha256)
        for row in sources
        if row.sha256
    }
    return changes([_row(file) for file in scan(seeds, max_file_mib=max_file_mib, known=known)], sources)


def changes(now: Sequence[SourceRow], then: Sequence[SourceRow]) -> Changes:
    """How the files of now differ from those of then; a file that could not be hashed is known by its problem."""
    new, old = ({row.path: _identity(row) for row in rows} for rows in (now, then))
    return Changes(
        added=tuple(sorted(new.keys() - old.keys())),
        changed=tuple(sorted(path for path in new.keys() & old.keys() if new[path] != old[path])),
        removed=tuple(sorted(old.keys() - new.keys())),
    )


def read_all(files: Sequence[SourceFile], bounds: Bounds) -> Generator[Reading | ReadingError]:
    """Read sources in their order, and give for each what it gave or the reason why it gave nothing."""
    with closing(bounded.read_all([file.seed for file in files if file.seed], bounds)) as seeds:
        for file in files:
            yield next(seeds) if file.seed else _outcome(file)


def _outcome(file: SourceFile) -> Reading | ReadingError:
    try:
        return file.read()
    except ReadingError as error:
        return error


def _identity(row: SourceRow) -> tuple[str, str, str | None]:
    return row.sha256, row.sidecar_sha256, None if row.sha256 else row.problem


def _source_file(file: SeedFile) -> SourceFile:
    read_aliases = (lambda: registry.read_aliases(file)) if file.doc_id == ALIASES else None
    return SourceFile(_row(file), lambda: registry.read(file), read_aliases, file)


def _row(file: SeedFile) -> SourceRow:
    return SourceRow(
        path=file.doc_id,
        sha256=file.sha256,
        sidecar_sha256=file.sidecar_sha256,
        stamp=file.stamp,
        problem=file.refusal,
    )
