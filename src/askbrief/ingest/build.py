"""seeds/ -> a new generation in index/, as one pipeline: scan, read, split, encode, count terms, publish."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import sqlite3
import time
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from askbrief.core.progress import Progress, Silent
from askbrief.documents.limits import ParsingLimits
from askbrief.errors import BuildError, IndexMissing, IndexUnusable, in_words
from askbrief.inference.loading import open_encoder
from askbrief.ingest.alias_mining import Learner, of_team
from askbrief.ingest.document_ingest import EMPTY, Intake, Portion, Previous
from askbrief.ingest.embedding import Encoded, encode, forget_encoded, missing, write_vectors
from askbrief.ingest.sources import SourceFile, changes, parse_all, seed_files
from askbrief.ingest.splitting import indexed_text
from askbrief.language.analysis import analyse
from askbrief.records import BuildReport, Changes
from askbrief.retrieval.bm25 import Postings
from askbrief.retrieval.term_counts import TermCounter
from askbrief.settings import Settings, load_settings
from askbrief.storage.embedded.generation import (
    TERM_COUNTS,
    TEXT,
    BuildLock,
    Generation,
    next_name,
    postings_file,
    publish,
    sweep,
)
from askbrief.storage.embedded.manifest import Manifest, SourceRow, Versions, checksums
from askbrief.storage.embedded.writer import StoreWriter

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from askbrief.inference.encoder import Encoder


DEFAULT_BOUNDS = ParsingLimits()


def build(
    seeds: Path | str,
    index: Path | str,
    *,
    encoder: Encoder | None = None,
    settings: Settings | None = None,
    full: bool = False,
    progress: Progress | None = None,
) -> BuildReport:
    """Bring an index up to date with the files below seeds/.

    Only new and changed files are read, and only passages with new text are encoded; what comes out equals a
    full build. Where nothing changed, nothing is written. The old index serves until the new one is whole. A build
    that breaks off leaves what it has encoded to the next one.

    Args:
        seeds: the folder of source documents.
        index: where the index is, or shall be.
        encoder: by default, the model of the settings.
        settings: by default, read from the environment.
        full: read, split and encode everything again.
        progress: told about stages and steps.

    Raises:
        SeedsError: there is no such folder, or there are too many files in it.
        ModelError: the model cannot be used.
        BuildInProgress: another build is running.
        BuildError: the disk is full or cannot be written to.
    """
    settings = settings or load_settings()
    files = seed_files(Path(seeds), max_file_mib=settings.max_file_mib, max_documents=settings.max_documents)
    encoder = encoder or open_encoder(settings, building=True)
    return build_from(files, Path(index), encoder, full=full, bounds=ParsingLimits.of(settings), progress=progress)


def build_from(
    files: Sequence[SourceFile],
    index: Path,
    encoder: Encoder,
    *,
    full: bool = False,
    bounds: ParsingLimits = DEFAULT_BOUNDS,
    progress: Progress | None = None,
) -> BuildReport:
    """Bring an index up to date with a list of sources in order of their paths; `build` is this for a folder."""
    started = time.monotonic()
    with _write_errors(index), BuildLock(index), ExitStack() as stack:
        sweep(index)
        base = _base(index, Versions.of(encoder, bounds.ocr), stack, full=full)
        if base.why is None and base.serving and not changes([f.row for f in files], base.sources):
            report = _report(base.serving.manifest, base.sources, base, encoded=0)
            forget_encoded(index)
        else:
            building = stack.enter_context(_building(index))
            report = _write(files, index, building, encoder, base, bounds=bounds, progress=progress or Silent())
    return replace(report, seconds=round(time.monotonic() - started, 3))


def _write(
    files: Sequence[SourceFile],
    index: Path,
    building: Path,
    encoder: Encoder,
    base: _Base,
    *,
    bounds: ParsingLimits,
    progress: Progress,
) -> BuildReport:
    with StoreWriter(building / TEXT, base.documents.text if base.documents else None) as store:
        intake = Intake(store, encoder, base.documents, base.sources)
        rows = _add_documents(files, intake, bounds, progress)
        encoded = _write_vectors(index, building, store, encoder, base.vectors, progress)
        terms = _write_postings(building, store, intake.portions, base.documents, progress)
        _write_names(store, intake, base.documents, progress)
    sums = checksums(building)
    manifest = Manifest(
        generation=next_name(index, sums),
        built_at=dt.datetime.now(dt.UTC),
        versions=Versions.of(encoder, bounds.ocr),
        documents=store.documents,
        passages=store.passages,
        terms=terms,
        files=sums,
    )
    publish(building, index, manifest, rows)
    forget_encoded(index)
    report = _report(manifest, rows, base, encoded)
    base.close()
    sweep(index)
    return report


# ------------------------------------------------------------------------------------ what to build upon


@dataclass(frozen=True, slots=True)
class _Base:
    """The generation that serves, what of it may be taken over, and why it is not simply kept."""

    serving: Generation | None = None
    documents: Previous | None = None
    vectors: Previous | None = None
    why: str | None = None
    sources: tuple[SourceRow, ...] = ()

    def close(self) -> None:
        if self.vectors:
            self.vectors.close()
        if self.serving:
            self.serving.close()


def _base(index: Path, ours: Versions, stack: ExitStack, *, full: bool) -> _Base:
    try:
        # What is taken over gets new checksums, so it must be whole: nothing that is remembered will do.
        serving = stack.enter_context(Generation.open_current(index, thorough=True))
        sources = serving.sources()
    except IndexMissing:
        return _Base(why="the first build")
    except IndexUnusable as error:
        return _Base(why=str(error).partition(": run")[0])
    if full:
        return _Base(serving, why="asked for in full", sources=sources)
    built = serving.manifest.versions
    if built.vectors != ours.vectors:
        why = f"the model was {built.model} ({built.form}), and is {ours.model} ({ours.form}) now"
        return _Base(serving, why=why, sources=sources)
    previous = stack.enter_context(Previous(serving.folder))
    if built != ours:
        other = "another version of askbrief" if built.ocr == ours.ocr else "another setting of ASKBRIEF_OCR"
        why = f"{other} read and split the documents"
        return _Base(serving, vectors=previous, why=why, sources=sources)
    return _Base(serving, documents=previous, vectors=previous, sources=sources)


# --------------------------------------------------------------------------------------------- the stages


def _add_documents(
    files: Sequence[SourceFile], intake: Intake, bounds: ParsingLimits, progress: Progress
) -> list[SourceRow]:
    """Add what is readable, unchanged documents as they were; give a row for every file."""
    progress.stage("reading", len(files))
    rows = []
    with closing(parse_all([file for file in files if intake.wants(file)], bounds)) as readings:
        for file in files:
            rows.append(intake.add(file, readings))
            progress.advance()
    return rows


def _write_vectors(
    index: Path, building: Path, store: StoreWriter, encoder: Encoder, previous: Previous | None, progress: Progress
) -> int:
    """Write unit rows for each passage and its sentences, encoding only those that are not known; say how many."""
    digests = store.digests()
    known = [previous.vectors()] if previous else []
    with Encoded(index, encoder) as encoded:
        numbers = missing(digests, [*known, encoded.rows()])
        encode(numbers, store, encoder, encoded, progress)
        write_vectors(building, digests, [*known, encoded.rows()], encoder.dimension)
    return len(numbers)


def _write_postings(
    building: Path, store: StoreWriter, portions: Sequence[Portion], previous: Previous | None, progress: Progress
) -> int:
    """Count the terms of every passage, compile the postings, and say how many terms there are."""
    progress.stage("counting terms", store.passages)
    counter = TermCounter(previous.counts() if previous else None)
    for portion in portions:
        if portion.kept is not None:
            counter.take_over(portion.kept, portion.kept + portion.size)
            progress.advance(portion.size)
            continue
        for title, passage in store.titled_passages(portion.first, portion.last):
            counter.add(analyse(indexed_text(title, passage)))
            progress.advance()
    vocabulary, counted = counter.counted()
    store.add_terms(vocabulary)
    smallest = np.min_scalar_type(counted.counts.max(initial=0))
    np.save(building / TERM_COUNTS, counted.counts.astype(smallest), allow_pickle=False)
    postings = Postings.from_counts(counted)
    for array in fields(postings):
        np.save(building / postings_file(array.name), getattr(postings, array.name), allow_pickle=False)
    return len(vocabulary)


def _write_names(store: StoreWriter, intake: Intake, previous: Previous | None, progress: Progress) -> None:
    """Learn from every passage which names stand for each other, and add those that the team says do."""
    progress.stage("learning names", store.passages)
    learner = Learner(previous.words() if previous else {})
    for portion in intake.portions:
        if portion.kept is not None and previous is not None:
            learner.take_over(previous.names(portion.kept, portion.kept + portion.size, portion.first - portion.kept))
            progress.advance(portion.size)
            continue
        for number, (_, passage) in enumerate(store.titled_passages(portion.first, portion.last), portion.first):
            learner.read(number, passage)
            progress.advance()
    for text in intake.gone():
        learner.forget(text)
    store.add_names([*of_team(intake.aliases), *learner.learned()])
    store.add_words(learner.words)


# ---------------------------------------------------------------------------------------------- around it


@contextmanager
def _building(index: Path) -> Iterator[Path]:
    """Give a folder beside the generations, and take it away again if it was not published."""
    folder = index / f"building-{os.getpid()}-{time.monotonic_ns():x}"
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _write_errors(index: Path) -> Iterator[None]:
    """Say in one line what kept the index from being written."""
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        raise BuildError(
            f"the index in {index} could not be written: {in_words(error)}; the old one keeps serving. "
            "Make room or mend the folder, then build again"
        ) from error


def _report(manifest: Manifest, rows: Sequence[SourceRow], base: _Base, encoded: int) -> BuildReport:
    """Say what became of every file since the generation that served before."""
    before = base.sources
    was_readable = {row.path for row in before if not row.problem}
    readable = {row.path for row in rows if not row.problem}
    problems = sorted((problem for row in rows for problem in row.problems), key=lambda problem: problem.path)
    difference: Changes = changes(rows, before)
    changed = readable & was_readable & set(difference.changed)
    return BuildReport(
        generation=manifest.generation,
        added=tuple(sorted(readable - was_readable)),
        changed=tuple(sorted(changed)),
        removed=tuple(sorted(was_readable - readable)),
        unchanged=tuple(sorted(readable & was_readable - changed)),
        empty=tuple(problem.path for problem in problems if problem.reason == EMPTY),
        failed=tuple(problem for problem in problems if problem.reason != EMPTY),
        warnings=tuple(warning for row in rows for warning in row.warnings),
        documents=manifest.documents,
        passages=manifest.passages,
        encoded=encoded,
        rebuilt_because=base.why if base.serving or base.why != "the first build" else None,
    )
