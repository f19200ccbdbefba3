"""seeds/ -> a new generation in index/, as one pipeline: scan, read, split, encode, count terms, publish."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import sqlite3
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from askbrief.errors import BuildError, IndexMissing, IndexUnusable, ReadingError, in_words
from askbrief.indexing.generation import (
    SENTENCE_STARTS,
    SENTENCES,
    SIGNS,
    TEXT,
    VECTORS,
    BuildLock,
    Generation,
    next_name,
    postings_file,
    publish,
    sweep,
)
from askbrief.indexing.manifest import Manifest, SourceRow, Versions
from askbrief.indexing.passages import indexed_text, split
from askbrief.indexing.progress import Progress, Silent
from askbrief.indexing.sources import SourceFile, changes, seed_files
from askbrief.indexing.store import StoreWriter, passage_digest
from askbrief.indexing.verification import checksums
from askbrief.ranking.analysis import analyse
from askbrief.ranking.dense import signs_of
from askbrief.ranking.encoder import SentenceTransformerEncoder, encode_in_batches
from askbrief.ranking.learning import learned, of_team
from askbrief.ranking.lexical import Postings
from askbrief.records import BuildReport, Changes, Document, Passage, Problem
from askbrief.settings import Settings, load_settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from askbrief.ranking.encoder import Encoder

    _Divided = tuple[Document, Sequence[Passage], Sequence[bytes], int]

EMPTY = "holds no text"


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
    full build. Where nothing changed, nothing is written. The old index serves until the new one is whole.

    Args:
        seeds: the folder of source documents.
        index: where the index is, or shall be.
        encoder: by default, the model of the settings.
        settings: by default, read from the environment.
        full: read, split and encode everything again.
        progress: told about stages and steps.

    Raises:
        SeedsError: there is no such folder.
        ModelError: the model cannot be used.
        BuildInProgress: another build is running.
        BuildError: the disk is full or cannot be written to.
    """
    settings = settings or load_settings()
    files = seed_files(Path(seeds), max_file_mib=settings.max_file_mib)
    encoder = encoder or SentenceTransformerEncoder(settings.model)
    return build_from(files, Path(index), encoder, full=full, progress=progress)


def build_from(
    files: Sequence[SourceFile],
    index: Path,
    encoder: Encoder,
    *,
    full: bool = False,
    progress: Progress | None = None,
) -> BuildReport:
    """Bring an index up to date with a list of sources in order of their paths; `build` is this for a folder."""
    started = time.monotonic()
    with _write_errors(index), BuildLock(index), ExitStack() as stack:
        sweep(index)
        base = _base(index, encoder, stack, full=full)
        if base.why is None and base.serving and not changes([f.row for f in files], base.sources):
            report = _report(base.serving.manifest, base.sources, base, warnings=(), encoded=0)
        else:
            building = stack.enter_context(_building(index))
            report = _write(files, index, building, encoder, base, progress or Silent())
    return replace(report, seconds=round(time.monotonic() - started, 3))


def _write(
    files: Sequence[SourceFile],
    index: Path,
    building: Path,
    encoder: Encoder,
    base: _Base,
    progress: Progress,
) -> BuildReport:
    with StoreWriter(building / TEXT) as store:
        intake = _Intake(store, encoder, base.documents)
        rows = _add_documents(files, intake, progress)
        encoded = _write_vectors(building, store.digests(), intake.fresh, encoder, base.vectors, progress)
        terms = _write_postings(building, store, progress)
        _write_names(store, intake.aliases, progress)
    sums = checksums(building)
    manifest = Manifest(
        generation=next_name(index, sums),
        built_at=dt.datetime.now(dt.UTC),
        versions=Versions(model=encoder.model_id, dimension=encoder.dimension),
        documents=store.documents,
        passages=store.passages,
        terms=terms,
        files=sums,
    )
    publish(building, index, manifest, rows)
    report = _report(manifest, rows, base, intake.warnings, encoded)
    base.close()
    sweep(index)
    return report


# ------------------------------------------------------------------------------------ what to build upon


@dataclass(frozen=True, slots=True)
class _Base:
    """The generation that serves, what of it may be taken over, and why it is not simply kept."""

    serving: Generation | None = None
    documents: Generation | None = None
    vectors: Generation | None = None
    why: str | None = None
    sources: tuple[SourceRow, ...] = ()

    def close(self) -> None:
        if self.serving:
            self.serving.close()


def _base(index: Path, encoder: Encoder, stack: ExitStack, *, full: bool) -> _Base:
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
    if built.model != encoder.model_id:
        return _Base(serving, why=f"the model was {built.model}, and is {encoder.model_id} now", sources=sources)
    if built != Versions(model=built.model, dimension=built.dimension):
        why = "another version of askbrief read and split the documents"
        return _Base(serving, vectors=serving, why=why, sources=sources)
    return _Base(serving, documents=serving, vectors=serving, sources=sources)


# --------------------------------------------------------------------------------------------- the stages


def _add_documents(files: Sequence[SourceFile], intake: _Intake, progress: Progress) -> list[SourceRow]:
    """Add what is readable; give a row for every file."""
    progress.stage("reading", len(files))
    rows = []
    for file in files:
        rows.append(intake.add(file))
        progress.advance()
    return rows


class _Intake:
    """Adds documents to a store, read or taken over, and keeps what is to be encoded and to be said of them."""

    def __init__(self, store: StoreWriter, encoder: Encoder, old: Generation | None) -> None:
        self._store = store
        self._encoder = encoder
        self._old = old
        self.fresh: dict[bytes, list[str]] = {}  # by digest: a passage as it is encoded, then its sentences
        self.warnings: list[Problem] = []
        self.aliases: Sequence[Sequence[str]] = ()

    def add(self, file: SourceFile) -> SourceRow:
        """Add one document; a file that gives no text becomes a row that says why."""
        if file.row.problem:
            return file.row
        try:
            if file.read_aliases is not None:
                self.aliases = file.read_aliases()
                return file.row
            document, passages, digests, cut = self._taken_over(file) or self._read(file)
        except ReadingError as error:
            return file.row.model_copy(update={"problem": str(error)})
        if not passages:
            return file.row.model_copy(update={"problem": EMPTY})
        if cut:
            what = "1 sentence was" if cut == 1 else f"{cut} sentences were"
            self.warnings.append(Problem(file.row.path, f"{what} too long for one passage, and cut"))
        self._store.add(document, file.fingerprint, passages, digests, cut)
        return file.row

    def _taken_over(self, file: SourceFile) -> _Divided | None:
        document = self._old.store.document(file.row.path) if self._old else None
        if self._old is None or document is None:
            return None
        fingerprint, passages, digests, cut = self._old.store.split_of(file.row.path)
        return (document, passages, digests, cut) if fingerprint == file.fingerprint else None

    def _read(self, file: SourceFile) -> _Divided:
        document = file.read()
        done = split(document, self._encoder)
        digests = []
        for passage, text in zip(done.passages, done.encoded_texts, strict=True):
            digests.append(passage_digest(text, passage))
            self.fresh[digests[-1]] = [text, *passage.sentence_texts()]
        return document, done.passages, digests, done.cut_sentences


def _write_vectors(
    building: Path,
    digests: Sequence[bytes],
    fresh: Mapping[bytes, list[str]],
    encoder: Encoder,
    old: Generation | None,
    progress: Progress,
) -> int:
    """Write unit rows for each passage and its sentences, encoding only what no old vector stands for; say how many."""
    known = old.store.digest_positions() if old else {}
    missing = [digest for digest in dict.fromkeys(digests) if digest not in known]
    encoded = _encode(missing, fresh, encoder, progress)

    def rows(digest: bytes) -> tuple[NDArray[np.float32], NDArray[np.float16]]:
        if digest in encoded:
            return encoded[digest]
        assert old is not None  # noqa: S101 - what is not encoded now was known
        return old.dense.passage(known[digest]), old.dense.sentences(known[digest])

    counts = [len(rows(digest)[1]) for digest in digests]
    starts = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(counts, dtype=np.int64)])
    np.save(building / SENTENCE_STARTS, starts, allow_pickle=False)
    vectors = _new_array(building / VECTORS, np.float32, (len(digests), encoder.dimension))
    sentences = _new_array(building / SENTENCES, np.float16, (int(starts[-1]), encoder.dimension))
    for place, digest in enumerate(digests):
        vectors[place], sentences[starts[place] : starts[place + 1]] = rows(digest)
    np.save(building / SIGNS, signs_of(vectors), allow_pickle=False)
    return len(missing)


def _encode(
    digests: Sequence[bytes], fresh: Mapping[bytes, list[str]], encoder: Encoder, progress: Progress
) -> dict[bytes, tuple[NDArray[np.float32], NDArray[np.float16]]]:
    """The vector of each passage, and those of its sentences, by digest."""
    texts = [text for digest in digests for text in fresh[digest]]
    progress.stage("encoding", len(texts))
    vectors = np.zeros((len(texts), encoder.dimension if texts else 0), dtype=np.float32)
    for place, vector in encode_in_batches(encoder, texts, advance=progress.advance):
        vectors[place] = vector
    encoded = {}
    place = 0
    for digest in digests:
        last = place + len(fresh[digest])
        encoded[digest] = (vectors[place], vectors[place + 1 : last].astype(np.float16))
        place = last
    return encoded


def _new_array(path: Path, dtype: type[np.floating], shape: tuple[int, int]) -> NDArray[Any]:
    """An array to be filled, in a file; an empty one cannot be mapped, and needs not be."""
    if not shape[0]:
        np.save(path, np.zeros(shape, dtype=dtype), allow_pickle=False)
        return np.zeros(shape, dtype=dtype)
    return np.lib.format.open_memmap(path, "w+", dtype, shape)


def _write_postings(building: Path, store: StoreWriter, progress: Progress) -> int:
    """Analyse every passage, compile the postings, and say how many terms there are."""
    progress.stage("counting terms", store.passages)

    def corpus() -> Iterator[list[str]]:
        for title, passage in store.titled_passages():
            yield analyse(indexed_text(title, passage))
            progress.advance()

    vocabulary, postings = Postings.from_corpus(corpus())
    store.add_terms(vocabulary)
    for array in fields(postings):
        np.save(building / postings_file(array.name), getattr(postings, array.name), allow_pickle=False)
    return len(vocabulary)


def _write_names(store: StoreWriter, aliases: Sequence[Sequence[str]], progress: Progress) -> None:
    """Learn from every passage which names stand for each other, and add those that the team says do."""
    progress.stage("learning names", store.passages)

    def passages() -> Iterator[Passage]:
        for _, passage in store.titled_passages():
            yield passage
            progress.advance()

    store.add_names([*of_team(aliases), *learned(passages())])


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


def _report(
    manifest: Manifest, rows: Sequence[SourceRow], base: _Base, warnings: Sequence[Problem], encoded: int
) -> BuildReport:
    """Say what became of every file since the generation that served before."""
    before = base.sources
    was_readable = {row.path for row in before if not row.problem}
    readable = {row.path for row in rows if not row.problem}
    problems = [Problem(row.path, row.problem) for row in rows if row.problem]
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
        warnings=tuple(warnings),
        documents=manifest.documents,
        passages=manifest.passages,
        encoded=encoded,
        rebuilt_because=base.why if base.serving or base.why != "the first build" else None,
    )
