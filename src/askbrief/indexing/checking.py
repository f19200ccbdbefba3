"""Verifying an index against itself and against its sources, word by word."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from askbrief.errors import ReadingError
from askbrief.indexing.sources import read_all
from askbrief.records import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from askbrief.indexing.generation import Generation
    from askbrief.indexing.progress import Progress
    from askbrief.indexing.sources import SourceFile
    from askbrief.reading.bounds import Bounds
    from askbrief.reading.extract import Reading


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What was verified, and every document whose quotes do not stand in its source as it is now."""

    generation: str
    files: int
    documents: int
    passages: int
    problems: tuple[Problem, ...]


def check(generation: Generation, files: Sequence[SourceFile], bounds: Bounds, progress: Progress) -> CheckReport:
    """Compare every passage of a generation with its stored document and with its source file.

    Checksums are verified too, of all files: opening a large index trusts what it remembers of them.

    Args:
        generation: the one to verify.
        files: the source files as they are now.
        bounds: what reading each of them may take.
        progress: told about each source file.

    Raises:
        IndexDamaged: a file is not what the build wrote.
    """
    generation.verify()
    indexed = generation.store.doc_ids()
    there = {file.row.path: file for file in files}
    problems: list[Problem] = []
    progress.stage("checking", len(indexed))
    with closing(read_all([there[path] for path in indexed if _is_readable(there.get(path))], bounds)) as readings:
        for path, doc_ids in indexed.items():
            found = next(readings) if _is_readable(there.get(path)) else _why_not(there.get(path))
            reasons = {doc_id: _check_document(generation, doc_id, found) for doc_id in doc_ids}
            problems += [Problem(doc_id, reason) for doc_id, reason in reasons.items() if reason]
            progress.advance()
    manifest, documents = generation.manifest, sum(map(len, indexed.values()))
    return CheckReport(manifest.generation, len(manifest.checksums), documents, manifest.passages, tuple(problems))


def _is_readable(file: SourceFile | None) -> bool:
    return file is not None and not file.row.problem


def _why_not(file: SourceFile | None) -> ReadingError:
    return ReadingError("is gone: run askbrief build" if file is None else file.row.problem)


def _check_document(generation: Generation, doc_id: str, found: Reading | ReadingError) -> str | None:
    stored = generation.store.text(doc_id)
    passages = generation.store.passages_of(doc_id)
    if any(stored[passage.start : passage.end] != passage.text for passage in passages):
        return "a passage is not the stored text at its offsets: run askbrief build --full"
    if isinstance(found, ReadingError):
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
