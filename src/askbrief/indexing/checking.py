"""Verifying an index against itself and against its sources, word by word."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from askbrief.errors import ReadingError
from askbrief.records import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from askbrief.indexing.generation import Generation
    from askbrief.indexing.progress import Progress
    from askbrief.indexing.sources import SourceFile


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What was verified, and every document whose quotes do not stand in its source as it is now."""

    generation: str
    files: int
    documents: int
    passages: int
    problems: tuple[Problem, ...]


def check(generation: Generation, files: Sequence[SourceFile], progress: Progress) -> CheckReport:
    """Compare every passage of a generation with its stored document and with its source file.

    Checksums are verified too, of all files: opening a large index trusts what it remembers of them.

    Args:
        generation: the one to verify.
        files: the source files as they are now.
        progress: told about each document.

    Raises:
        IndexDamaged: a file is not what the build wrote.
    """
    generation.verify()
    now = {file.row.path: file for file in files}
    problems: list[Problem] = []
    documents = generation.store.doc_ids()
    progress.stage("checking", len(documents))
    for doc_id in documents:
        reason = _check_document(generation, doc_id, now.get(doc_id))
        if reason:
            problems.append(Problem(doc_id, reason))
        progress.advance()
    manifest = generation.manifest
    return CheckReport(manifest.generation, len(manifest.checksums), len(documents), manifest.passages, tuple(problems))


def _check_document(generation: Generation, doc_id: str, file: SourceFile | None) -> str | None:
    stored = generation.store.text(doc_id)
    passages = generation.store.passages_of(doc_id)
    if any(stored[passage.start : passage.end] != passage.text for passage in passages):
        return "a passage is not the stored text at its offsets: run askbrief build --full"
    if file is None:
        return "its source file is gone: run askbrief build"
    if file.row.problem:
        return f"its source file {file.row.problem}"
    try:
        source = file.read().text
    except ReadingError as error:
        return f"its source file cannot be read any more: {error}"
    missing = sum(source[passage.start : passage.end] != passage.text for passage in passages)
    return (
        f"{missing} of its {len(passages)} quotes do not stand in its source file now: run askbrief build"
        if missing
        else None
    )
