"""The source files of an index: listed, compared, watched, and checked against the index."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from askbrief.documents import registry, sandbox
from askbrief.documents.registry import ALIASES
from askbrief.documents.sources import SeedFile, scan
from askbrief.errors import ParsingError, SeedsError, in_words
from askbrief.records import Changes, Problem
from askbrief.storage.embedded.manifest import SourceRow

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Generator, Iterator, Sequence

    from askbrief.core.progress import Progress
    from askbrief.documents.builder import ParsedFile
    from askbrief.documents.limits import ParsingLimits
    from askbrief.storage.embedded.engine import EmbeddedEngine


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One thing to index: who it is and what content it has (`row`), and how to read it.

    The team's own names are not a document: they are what `read_aliases` reads.
    """

    row: SourceRow
    read: Callable[[], ParsedFile]
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


def parse_all(files: Sequence[SourceFile], bounds: ParsingLimits) -> Generator[ParsedFile | ParsingError]:
    """Read sources in their order, and give for each what it gave or the reason why it gave nothing."""
    with closing(sandbox.parse_all([file.seed for file in files if file.seed], bounds)) as seeds:
        for file in files:
            yield next(seeds) if file.seed else _outcome(file)


def _outcome(file: SourceFile) -> ParsedFile | ParsingError:
    try:
        return file.read()
    except ParsingError as error:
        return error


def _identity(row: SourceRow) -> tuple[str, str, str | None]:
    return row.sha256, row.sidecar_sha256, None if row.sha256 else row.problem


def _source_file(file: SeedFile) -> SourceFile:
    read_aliases = (lambda: registry.read_aliases(file)) if file.doc_id == ALIASES else None
    return SourceFile(_row(file), lambda: registry.parse_file(file), read_aliases, file)


def _row(file: SeedFile) -> SourceRow:
    return SourceRow(
        path=file.doc_id,
        sha256=file.sha256,
        sidecar_sha256=file.sidecar_sha256,
        stamp=file.stamp,
        problem=file.refusal,
    )


SETTLE_MS = 3_000
"""Files have settled when nothing has changed for so long."""
_LONGEST_WAIT_MS = 60_000
_LOOK_MS = 1_000


def settled(seeds: Path, *, settle_ms: int = SETTLE_MS) -> Iterator[None]:
    """Yield once the watch has begun, and then each time that files below seeds/ have changed and settled.

    The first time is for what changed before. A folder that goes is told of too, whenever it goes, and it is watched
    again when it comes back. Ctrl-C comes through.

    Raises:
        SeedsError: the folder cannot be watched.
    """
    import watchfiles

    try:
        while True:
            seen = watched = _folder_identity(seeds)
            looks = watchfiles.watch(
                seeds, debounce=_LONGEST_WAIT_MS, step=settle_ms, rust_timeout=_LOOK_MS, yield_on_timeout=True
            )
            for number, changes in enumerate(looks):
                if changes or not number:
                    seen = _folder_identity(seeds)
                    yield
                # Begin anew: the system tells of what is in a folder, not of its own end, nor of its coming back.
                if changes or _folder_identity(seeds) != watched:
                    break
            if seen is not None and _folder_identity(seeds) is None:
                yield
            while _folder_identity(seeds) is None:
                time.sleep(_LOOK_MS / 1000)
    except (OSError, RuntimeError) as error:
        raise SeedsError(f"{seeds} cannot be watched: {in_words(error)}; start me again") from error


async def settled_async(seeds: Path, *, settle_ms: int = SETTLE_MS) -> AsyncIterator[None]:
    """Yield each time that files below seeds/ have changed and settled.

    Raises:
        OSError, RuntimeError: the folder cannot be watched (any more).
    """
    import watchfiles

    async for _ in watchfiles.awatch(seeds, debounce=_LONGEST_WAIT_MS, step=settle_ms):
        yield


def _folder_identity(seeds: Path) -> tuple[int, int] | None:
    try:
        status = seeds.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What was verified, and every document whose quotes do not stand in its source as it is now."""

    generation: str
    files: int
    documents: int
    passages: int
    problems: tuple[Problem, ...]


def check(
    engine: EmbeddedEngine, files: Sequence[SourceFile], bounds: ParsingLimits, progress: Progress
) -> CheckReport:
    """Compare every passage of a generation with its stored document and with its source file.

    Checksums are verified too, of all files: opening a large index trusts what it remembers of them.

    Args:
        engine: the opened generation to verify.
        files: the source files as they are now.
        bounds: what reading each of them may take.
        progress: told about each source file.

    Raises:
        IndexDamaged: a file is not what the build wrote.
    """
    checksums = engine.verify()
    indexed = engine.documents_by_source()
    there = {file.row.path: file for file in files}
    problems: list[Problem] = []
    progress.stage("checking", len(indexed))
    with closing(parse_all([there[path] for path in indexed if _is_readable(there.get(path))], bounds)) as readings:
        for path, doc_ids in indexed.items():
            found = next(readings) if _is_readable(there.get(path)) else _why_not(there.get(path))
            reasons = {doc_id: _check_document(engine, doc_id, found) for doc_id in doc_ids}
            problems += [Problem(doc_id, reason) for doc_id, reason in reasons.items() if reason]
            progress.advance()
    status, documents = engine.status(), sum(map(len, indexed.values()))
    return CheckReport(status.generation, checksums, documents, status.passages, tuple(problems))


def _is_readable(file: SourceFile | None) -> bool:
    return file is not None and not file.row.problem


def _why_not(file: SourceFile | None) -> ParsingError:
    return ParsingError("is gone: run askbrief build" if file is None else file.row.problem)


def _check_document(engine: EmbeddedEngine, doc_id: str, found: ParsedFile | ParsingError) -> str | None:
    stored = engine.text(doc_id)
    passages = engine.passages_of(doc_id)
    if any(stored[passage.start : passage.end] != passage.text for passage in passages):
        return "a passage is not the stored text at its offsets: run askbrief build --full"
    if isinstance(found, ParsingError):
        return f"its source file {found}"
    source = next((document.text for document in found.documents if document.doc_id == doc_id), None)
    if source is None:
        return "is not in its source file any more: run askbrief build"
    missing = sum(source[passage.start : passage.end] != passage.text for passage in passages)
    return (
        f"{missing} of its {len(passages)} quotes do not stand in its source file now: run askbrief build"
        if missing
        else None
    )
