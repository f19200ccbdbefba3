"""The source files of an index: listed, compared with it, parsed, watched, and verified against its passages."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from askbrief.documents import sandbox
from askbrief.documents.sources import ALIASES, SeedFile, parse_file, read_aliases, scan
from askbrief.errors import ParsingError, SeedsError, in_words
from askbrief.records import Changes, Problem
from askbrief.storage.embedded.manifest import SourceRow

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Generator, Iterator, Sequence

    from askbrief.core.progress import Progress
    from askbrief.documents.builder import ParsedFile
    from askbrief.documents.limits import ParsingLimits
    from askbrief.storage.protocol import Engine

SETTLE_MS = 3_000
"""Milliseconds without a change after which files count as settled: longer than an editor takes to save."""
_MAX_WAIT_MS = 60_000
_POLL_MS = 1_000


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to index, or, with `read_aliases`, the team's own list of names, which is no document."""

    row: SourceRow
    parse: Callable[[], ParsedFile]
    read_aliases: Callable[[], Sequence[Sequence[str]]] | None = None
    seed: SeedFile | None = None  # of a file on disk, which is parsed in a process of its own, within limits


def seed_files(seeds: Path, *, max_file_mib: float, max_documents: int | None = None) -> list[SourceFile]:
    """Return every file below seeds/, ordered by path, its content hashed."""
    return [_source_file(file) for file in scan(seeds, max_file_mib=max_file_mib, max_documents=max_documents)]


def seed_changes(seeds: Path, sources: Sequence[SourceRow], *, max_file_mib: float) -> Changes:
    """Return how seeds/ differs from the sources of an index; files of unchanged size and time are not read again."""
    known = {
        row.path: SeedFile(row.path, Path(), row.stamp, row.sha256, None, row.sidecar_sha256)
        for row in sources
        if row.sha256
    }
    return changes([_row(file) for file in scan(seeds, max_file_mib=max_file_mib, known=known)], sources)


def changes(after: Sequence[SourceRow], before: Sequence[SourceRow]) -> Changes:
    """Return how two lists of files differ, by their hashes, or by their problems if they could not be hashed."""
    new, old = ({row.path: _identity(row) for row in rows} for rows in (after, before))
    return Changes(
        added=tuple(sorted(new.keys() - old.keys())),
        changed=tuple(sorted(path for path in new.keys() & old.keys() if new[path] != old[path])),
        removed=tuple(sorted(old.keys() - new.keys())),
    )


def parse_all(files: Sequence[SourceFile], limits: ParsingLimits) -> Generator[ParsedFile | ParsingError]:
    """Parse files, and yield for each, in order, its documents or the reason why there are none."""
    with closing(sandbox.parse_all([file.seed for file in files if file.seed], limits)) as seeds:
        for file in files:
            yield next(seeds) if file.seed else _parse(file)


def _parse(file: SourceFile) -> ParsedFile | ParsingError:
    try:
        return file.parse()
    except ParsingError as error:
        return error


def _identity(row: SourceRow) -> tuple[str, str, str | None]:
    return row.sha256, row.sidecar_sha256, None if row.sha256 else row.problem


def _source_file(file: SeedFile) -> SourceFile:
    aliases = (lambda: read_aliases(file)) if file.doc_id == ALIASES else None
    return SourceFile(_row(file), lambda: parse_file(file), aliases, file)


def _row(file: SeedFile) -> SourceRow:
    return SourceRow(
        path=file.doc_id,
        sha256=file.sha256,
        sidecar_sha256=file.sidecar_sha256,
        stamp=file.stamp,
        problem=file.refusal,
    )


# ---------------------------------------------------------------------------------------------- watching


def watch(seeds: Path, *, settle_ms: int = SETTLE_MS) -> Iterator[None]:
    """Yield once when watching has begun, and then each time that files below seeds/ have changed and settled.

    The first time covers what changed before. It also yields when the folder disappears, and watches it again when it
    is back. Ctrl-C raises KeyboardInterrupt as usual.

    Raises:
        SeedsError: the folder cannot be watched.
    """
    import watchfiles

    try:
        while True:
            current = watched = _folder_identity(seeds)
            batches = watchfiles.watch(
                seeds, debounce=_MAX_WAIT_MS, step=settle_ms, rust_timeout=_POLL_MS, yield_on_timeout=True
            )
            for number, changed in enumerate(batches):
                if changed or not number:
                    current = _folder_identity(seeds)
                    yield
                # Watch again: the system reports what is in a folder, but not that the folder itself went or came back.
                if changed or _folder_identity(seeds) != watched:
                    break
            if current is not None and _folder_identity(seeds) is None:
                yield
            while _folder_identity(seeds) is None:
                time.sleep(_POLL_MS / 1000)
    except (OSError, RuntimeError) as error:
        raise SeedsError(f"{seeds} cannot be watched: {in_words(error)}; start me again") from error


async def watch_async(seeds: Path, *, settle_ms: int = SETTLE_MS) -> AsyncIterator[None]:
    """Yield each time that files below seeds/ have changed and settled; OSError, RuntimeError if not watchable."""
    import watchfiles

    async for _ in watchfiles.awatch(seeds, debounce=_MAX_WAIT_MS, step=settle_ms):
        yield


def _folder_identity(seeds: Path) -> tuple[int, int] | None:
    try:
        status = seeds.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


# ---------------------------------------------------------------------------------------------- verifying


@dataclass(frozen=True, slots=True)
class CheckReport:
    """The numbers of files, documents and passages verified, and every document whose quotes differ from its source."""

    generation: str
    files: int
    documents: int
    passages: int
    problems: tuple[Problem, ...]


def check_index(engine: Engine, files: Sequence[SourceFile], limits: ParsingLimits, progress: Progress) -> CheckReport:
    """Compare every passage of a generation with its stored document and with its source file as it is now.

    The checksums of all files are computed too; opening a large index trusts those it has computed before.

    Raises:
        IndexDamaged: a file of the generation does not match its checksum.
    """
    checksums = engine.verify()
    indexed = engine.texts.doc_ids()
    readable = {file.row.path: file for file in files if not file.row.problem}
    refused = {file.row.path: ParsingError(file.row.problem) for file in files if file.row.problem}
    problems: list[Problem] = []
    progress.stage("checking", len(indexed))
    with closing(parse_all([readable[path] for path in indexed if path in readable], limits)) as parsed:
        for path, doc_ids in indexed.items():
            gone = ParsingError("is gone: run askbrief build")
            source = next(parsed) if path in readable else refused.get(path, gone)
            reasons = {doc_id: _check_document(engine, doc_id, source) for doc_id in doc_ids}
            problems += [Problem(doc_id, reason) for doc_id, reason in reasons.items() if reason]
            progress.advance()
    status, documents = engine.head.status(), sum(map(len, indexed.values()))
    return CheckReport(status.generation, checksums, documents, status.passages, tuple(problems))


def _check_document(engine: Engine, doc_id: str, source: ParsedFile | ParsingError) -> str | None:
    stored = engine.texts.text(doc_id)
    passages = engine.texts.passages_of(doc_id)
    if any(stored[passage.start : passage.end] != passage.text for passage in passages):
        return "a passage is not the stored text at its offsets: run askbrief build --full"
    if isinstance(source, ParsingError):
        return f"its source file {source}"
    text = next((document.text for document in source.documents if document.doc_id == doc_id), None)
    if text is None:
        return "is not in its source file any more: run askbrief build"
    missing = sum(text[passage.start : passage.end] != passage.text for passage in passages)
    if not missing:
        return None
    return f"{missing} of its {len(passages)} quotes do not stand in its source file now: run askbrief build"
