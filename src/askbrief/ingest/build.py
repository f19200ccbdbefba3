"""Build an index from seeds/: scan, parse, split, encode, count terms, mine names, and publish a new generation."""

from __future__ import annotations

import datetime as dt
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
from askbrief.ingest.alias_mining import AliasMiner, team_names
from askbrief.ingest.document_ingest import NO_TEXT, DocumentIngest, PassageRun, ReusableIndex
from askbrief.ingest.embedding import EmbeddingJournal, encode, missing_passages, remove_journal, write_vectors
from askbrief.ingest.sources import SourceFile, changes, parse_all, seed_files
from askbrief.ingest.splitting import PassageHeaders, indexed_text
from askbrief.language.analysis import passage_terms
from askbrief.records import BuildReport
from askbrief.retrieval.bm25 import Postings
from askbrief.retrieval.term_counts import TermCounter
from askbrief.settings import Settings, load_settings
from askbrief.storage.embedded.engine import EmbeddedGenerations, StagedGeneration
from askbrief.storage.embedded.generation import TERM_COUNTS, TEXT, BuildLock, Generation, next_name, postings_file
from askbrief.storage.embedded.manifest import Manifest, SourceRow, Versions, checksums
from askbrief.storage.embedded.writer import StoreWriter

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from askbrief.inference.encoder import Encoder

DEFAULT_LIMITS = ParsingLimits()
_FIRST_BUILD = "the first build"


def build(
    seeds: Path | str,
    index: Path | str,
    *,
    encoder: Encoder | None = None,
    settings: Settings | None = None,
    full: bool = False,
    progress: Progress | None = None,
) -> BuildReport:
    """Bring an index up to date with the files below seeds/; the index folder is created if missing.

    Only new and changed files are parsed, and only passages with new text are encoded, unless `full`; the result equals
    a full build. If nothing changed, nothing is written. The old index serves until the new one is complete. A build
    that is interrupted leaves the vectors it has computed to the next one. The encoder is by default the model of the
    settings, which are by default read from the environment.

    Raises:
        SeedsError: the folder does not exist, or holds too many files.
        ModelError: the model cannot be used.
        BuildInProgress: another build is running.
        BuildError: the disk is full or cannot be written to.
    """
    settings = settings or load_settings()
    files = seed_files(Path(seeds), max_file_mib=settings.max_file_mib, max_documents=settings.max_documents)
    encoder = encoder or open_encoder(settings, building=True)
    return build_from(files, Path(index), encoder, full=full, limits=ParsingLimits.of(settings), progress=progress)


def build_from(
    files: Sequence[SourceFile],
    index: Path,
    encoder: Encoder,
    *,
    full: bool = False,
    limits: ParsingLimits = DEFAULT_LIMITS,
    progress: Progress | None = None,
) -> BuildReport:
    """Bring an index up to date with a list of sources, ordered by path; `build` does this for a folder."""
    started, progress = time.monotonic(), progress or Silent()
    versions = Versions.of(encoder, limits.ocr, asides=limits.asides)
    generations = EmbeddedGenerations(index)
    with _errors_in_one_line(index), BuildLock(index), ExitStack() as stack:
        generations.sweep()
        replaces = _current_name(generations)
        previous = _open_previous(index, versions, stack, full=full)
        if previous.generation and previous.is_current(files):
            manifest, rows, encoded = previous.generation.manifest, list(previous.sources), 0
        else:
            folder = stack.enter_context(generations.stage())
            with StoreWriter(folder / TEXT, previous.documents.text if previous.documents else None) as store:
                ingest = DocumentIngest(store, encoder, previous.documents, previous.sources)
                rows = _add_documents(files, ingest, limits, progress)
                encoded = _add_vectors(index, folder, store, encoder, previous.vectors, progress)
                terms = _add_postings(folder, store, ingest.runs, previous.documents, progress)
                _add_names(store, ingest, previous.documents, progress)
            manifest = _manifest(folder, index, store, versions, terms)
            generations.publish(StagedGeneration(folder, manifest, rows), replaces)
            previous.close()
            generations.sweep()
        remove_journal(index)
    return replace(_report(manifest, rows, previous, encoded), seconds=round(time.monotonic() - started, 3))


# ------------------------------------------------------------------------------------ the previous generation


@dataclass(frozen=True, slots=True)
class _Previous:
    """The current generation, which parts of it may be reused, and the reason for a build without changed files."""

    generation: Generation | None = None
    documents: ReusableIndex | None = None
    vectors: ReusableIndex | None = None
    reason: str | None = None
    sources: tuple[SourceRow, ...] = ()

    def is_current(self, files: Sequence[SourceFile]) -> bool:
        return self.reason is None and not changes([file.row for file in files], self.sources)

    def close(self) -> None:
        if self.vectors:
            self.vectors.close()
        if self.generation:
            self.generation.close()


def _current_name(generations: EmbeddedGenerations) -> str | None:
    try:
        return generations.current()
    except IndexUnusable:  # publishing heals it
        return None


def _open_previous(index: Path, versions: Versions, stack: ExitStack, *, full: bool) -> _Previous:
    try:
        # What is reused gets new checksums, so all of it is verified, not only what changed since the last time.
        generation = stack.enter_context(Generation.open_current(index, thorough=True))
        sources = generation.sources()
    except IndexMissing:
        return _Previous(reason=_FIRST_BUILD)
    except IndexUnusable as error:
        return _Previous(reason=str(error).partition(": run")[0])
    if full:
        return _Previous(generation, reason="asked for in full", sources=sources)
    built = generation.manifest.versions
    if built.vectors != versions.vectors:
        reason = f"the model was {built.model} ({built.form}), and is {versions.model} ({versions.form}) now"
        return _Previous(generation, reason=reason, sources=sources)
    reusable = stack.enter_context(closing(ReusableIndex(generation.folder)))
    if built != versions:
        settings = [name for name in ("ocr", "asides") if getattr(built, name) != getattr(versions, name)]
        names = {"ocr": "ASKBRIEF_OCR", "asides": "ASKBRIEF_READ_ASIDES"}
        other = f"another setting of {names[settings[0]]}" if settings else "another version of askbrief"
        reason = f"{other} read and split the documents"
        return _Previous(generation, vectors=reusable, reason=reason, sources=sources)
    return _Previous(generation, documents=reusable, vectors=reusable, sources=sources)


# --------------------------------------------------------------------------------------------- the stages


def _add_documents(
    files: Sequence[SourceFile], ingest: DocumentIngest, limits: ParsingLimits, progress: Progress
) -> list[SourceRow]:
    """Add the documents of every file, parsed or reused, and return a row for each file."""
    progress.stage("reading", len(files))
    rows = []
    with closing(parse_all([file for file in files if ingest.needs_parsing(file)], limits)) as parsed:
        for file in files:
            rows.append(ingest.add(file, parsed))
            progress.advance()
    return rows


def _add_vectors(
    index: Path, folder: Path, store: StoreWriter, encoder: Encoder, reusable: ReusableIndex | None, progress: Progress
) -> int:
    """Write the vectors of each passage and its sentences; return how many passages had to be encoded."""
    digests = store.digests()
    known = [reusable.vectors()] if reusable else []
    with EmbeddingJournal(index, encoder) as journal:
        numbers = missing_passages(digests, [*known, journal.rows()])
        encode(numbers, store, encoder, PassageHeaders(encoder).encoded_text, journal, progress)
        write_vectors(folder, digests, [*known, journal.rows()], encoder.dimension)
    return len(numbers)


def _add_postings(
    folder: Path, store: StoreWriter, runs: Sequence[PassageRun], reusable: ReusableIndex | None, progress: Progress
) -> int:
    """Count the terms of every passage, write the postings, and return the number of different terms."""
    progress.stage("counting terms", store.passages)
    counter = TermCounter(reusable.counts() if reusable else None)
    for run in runs:
        if run.reused_from is not None:
            counter.take_over(run.reused_from, run.reused_from + run.size)
            progress.advance(run.size)
            continue
        for title, passage in store.titled_passages(run.first, run.last):
            counter.add(passage_terms(indexed_text(title, passage), passage.text))
            progress.advance()
    vocabulary, counted = counter.counted()
    store.add_terms(vocabulary)
    smallest = np.min_scalar_type(counted.counts.max(initial=0))
    np.save(folder / TERM_COUNTS, counted.counts.astype(smallest), allow_pickle=False)
    postings = Postings.from_counts(counted)
    for array in fields(postings):
        np.save(folder / postings_file(array.name), getattr(postings, array.name), allow_pickle=False)
    return len(vocabulary)


def _add_names(store: StoreWriter, ingest: DocumentIngest, reusable: ReusableIndex | None, progress: Progress) -> None:
    """Mine the passages for names that stand for each other, and add those together with the team's own list."""
    progress.stage("learning names", store.passages)
    miner = AliasMiner(reusable.words() if reusable else {})
    for run in ingest.runs:
        if run.reused_from is not None and reusable is not None:
            first, last = run.reused_from, run.reused_from + run.size
            miner.reuse(reusable.names(first, last, shift=run.first - first))
            progress.advance(run.size)
            continue
        for number, (_, passage) in enumerate(store.titled_passages(run.first, run.last), run.first):
            miner.add(number, passage)
            progress.advance()
    for text in ingest.removed_texts():
        miner.remove_text(text)
    store.add_names([*team_names(ingest.aliases), *miner.rows()])
    store.add_words(miner.words)


def _manifest(folder: Path, index: Path, store: StoreWriter, versions: Versions, terms: int) -> Manifest:
    sums = checksums(folder)
    return Manifest(
        generation=next_name(index, sums),
        built_at=dt.datetime.now(dt.UTC),
        versions=versions,
        documents=store.documents,
        passages=store.passages,
        terms=terms,
        files=sums,
    )


# ---------------------------------------------------------------------------------------------- around them


@contextmanager
def _errors_in_one_line(index: Path) -> Iterator[None]:
    """Turn an error of the disk or of SQLite into one line that says what to do."""
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        raise BuildError(
            f"the index in {index} could not be written: {in_words(error)}; the old one keeps serving. "
            "Make room or mend the folder, then build again"
        ) from error


def _report(manifest: Manifest, rows: Sequence[SourceRow], previous: _Previous, encoded: int) -> BuildReport:
    """Describe what became of every file since the previous generation."""
    was_readable = {row.path for row in previous.sources if not row.problem}
    readable = {row.path for row in rows if not row.problem}
    problems = sorted((problem for row in rows for problem in row.problems), key=lambda problem: problem.path)
    changed = readable & was_readable & set(changes(rows, previous.sources).changed)
    return BuildReport(
        generation=manifest.generation,
        added=tuple(sorted(readable - was_readable)),
        changed=tuple(sorted(changed)),
        removed=tuple(sorted(was_readable - readable)),
        unchanged=tuple(sorted(readable & was_readable - changed)),
        empty=tuple(problem.path for problem in problems if problem.reason == NO_TEXT),
        failed=tuple(problem for problem in problems if problem.reason != NO_TEXT),
        warnings=tuple(warning for row in rows for warning in row.warnings),
        documents=manifest.documents,
        passages=manifest.passages,
        encoded=encoded,
        rebuilt_because=None if previous.reason == _FIRST_BUILD else previous.reason,
    )
