"""Create an index of any number of passages without an encoder: recombined real text, synthetic vectors.

The text comes from `benchmarks.recombined`; each paragraph is a passage. A passage's vector is that of a real passage
plus noise, a sentence's that of its passage plus noise, both from a seed. The build's own writers write everything.
Questions are those of the sets, with the vectors that the model gives them; while one is "encoded", a core is busy for
as long as encoding takes.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import time
from dataclasses import dataclass, fields, replace
from functools import partial
from multiprocessing import get_context
from typing import TYPE_CHECKING

import numpy as np
import regex

from askbrief.documents.text import plain_blocks
from askbrief.evaluation.question_sets import QuestionSet
from askbrief.ingest.alias_mining import AliasMiner
from askbrief.ingest.splitting import indexed_text
from askbrief.language.analysis import passage_terms
from askbrief.records import Document, Passage, Span
from askbrief.retrieval.bm25 import Postings
from askbrief.retrieval.cosine import signs_of
from askbrief.storage.embedded.generation import (
    SENTENCE_STARTS,
    SENTENCES,
    SIGNS,
    TEXT,
    VECTORS,
    current_name,
    next_name,
    postings_file,
    publish,
)
from askbrief.storage.embedded.manifest import Manifest, SourceRow, Versions, checksums
from askbrief.storage.embedded.writer import StoreWriter, passage_digest
from benchmarks.recombined import Material, recombined

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from askbrief.inference.encoder import Encoder
    from askbrief.language.names import NameRow
    from benchmarks.recombined import Recombined

COLLECTIONS = 100
"""Number of collections: each has about one document in a hundred, and its documents are adjacent, as in folders."""
MODEL, DIMENSION = "made@1", 384
REAL = 2_000
"""Number of real passages that are encoded; synthetic vectors lie around theirs."""
NOISE, SENTENCE_NOISE = 0.8, 0.6
"""Length of the noise that is added to a unit vector."""
ENCODING_SECONDS = 0.002
"""Seconds that encoding a question takes on one core, with the model in int8."""
_ROWS = 20_000
_SENTENCE_END = regex.compile(r"(?<=[.?!])\s+(?=[\p{Lu}\p{N}\"“(])")


# ------------------------------------------------------------------------------------- questions and vectors


@dataclass(frozen=True, slots=True)
class Real:
    """The real vectors that the synthetic ones lie around, and real questions with their vectors.

    Arrays:
        passages: float32 [passages, dimension].
        vectors: float32 [questions, dimension].
    """

    passages: NDArray[np.float32]
    questions: tuple[str, ...]
    vectors: NDArray[np.float32]

    @classmethod
    def of(cls, sets: Sequence[Path], encoder: Encoder, cache: Path) -> Real:
        """Encode some passages and all questions of some sets, and cache the result."""
        if not cache.exists():
            corpora = [QuestionSet(folder) for folder in sets]
            random = np.random.default_rng(0)
            paragraphs = [part for one in corpora for document in one.corpus for part in document.text.split("\n\n")]
            texts = random.choice([text for text in paragraphs if text.count(" ") > 20], REAL).tolist()  # noqa: PLR2004
            questions = random.permutation([q.question for one in corpora for q in one.questions]).tolist()
            np.savez(
                cache,
                passages=encoder.encode_documents(texts),
                questions=np.array(questions),
                vectors=np.stack([encoder.encode_query(question) for question in questions]),
            )
        with np.load(cache) as kept:
            return cls(kept["passages"], tuple(kept["questions"].tolist()), kept["vectors"])


class MadeEncoder:
    """A replacement of the model: the real vector of a real question, that of some passage for any other text."""

    model_id, form, dimension, max_tokens = MODEL, "made", DIMENSION, 256

    def __init__(self, real: Real, seconds: float = ENCODING_SECONDS) -> None:
        """Measure how much arithmetic keeps one core busy for the given seconds."""
        self._real = real
        self._known = {question: place for place, question in enumerate(real.questions)}
        self._work = bytes(1 << 16)
        started = time.perf_counter()
        for _ in range(20):
            self._arithmetic()
        self._times = max(1, round(seconds * 20 / (time.perf_counter() - started))) if seconds else 0

    def _arithmetic(self) -> None:
        """Like a model, it uses one core, where numpy would use all, and releases the interpreter to other threads."""
        hashlib.sha256(self._work)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count words as word pieces, which is roughly right."""
        return [2 + text.count(" ") for text in texts]

    def encode_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return unit rows."""
        return np.stack([self.encode_query(text) for text in texts])

    def encode_query(self, text: str) -> NDArray[np.float32]:
        """Return a unit vector."""
        for _ in range(self._times):
            self._arithmetic()
        place = self._known.get(text)
        vector: NDArray[np.float32] = (
            self._real.passages[len(text) % len(self._real.passages)] if place is None else self._real.vectors[place]
        )
        return vector


# --------------------------------------------------------------------------------------------------- the index


def made_index(folder: Path, passages: int, sets: Sequence[Path], real: Real) -> Path:
    """Create an index of the given number of passages, or reuse the one in its folder."""
    index = folder / str(passages)
    if current_name(index) is not None:
        return index
    building = index / "building-made"
    building.mkdir(parents=True, exist_ok=True)
    with StoreWriter(building / TEXT) as store, get_context("spawn").Pool(2) as pool:
        material = Material.of(sets)
        names: list[NameRow] = []
        counts: list[int] = []
        documents = recombined(material, passages)
        prepared = pool.imap(partial(_prepared, passages=passages), documents, chunksize=20)
        terms, postings = Postings.from_corpus(_added(prepared, store, names, counts))
        store.add_terms(terms)
        store.add_names(names)
    for array in fields(postings):
        np.save(building / postings_file(array.name), getattr(postings, array.name), allow_pickle=False)
    _write_vectors(building, np.array(counts), real)
    sums = checksums(building)
    manifest = Manifest(
        generation=next_name(index, sums),
        built_at=dt.datetime.now(dt.UTC),
        versions=Versions(model=MODEL, form="made", dimension=DIMENSION),
        documents=store.documents,
        passages=store.passages,
        terms=len(terms),
        files=sums,
    )
    rows = [SourceRow(path=f"{n:06d}.txt", sha256=f"{n:064d}", stamp=f"{n}") for n in range(store.documents)]
    publish(building, index, manifest, rows)
    return index


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A document as the store accepts it, the terms of each passage, and the names learned from it."""

    document: Document
    passages: list[Passage]
    terms: list[list[str]]
    names: list[NameRow]


def _prepared(made: Recombined, *, passages: int) -> _Prepared:
    collection = min(COLLECTIONS - 1, made.number * 30 * COLLECTIONS // passages)
    doc_id = f"{collection:02d}/{made.number:06d}.txt"
    document = Document(doc_id, made.title, made.text, plain_blocks(made.text))
    found, start = [], 0
    for number, text in enumerate(made.paragraphs, start=1):
        found.append(Passage(doc_id, start, start + len(text), text, tuple(_spans(text, start)), (number, number)))
        start += len(text) + 2
    terms = [passage_terms(indexed_text(made.title, passage), passage.text) for passage in found]
    miner = AliasMiner()
    for number, passage in enumerate(found):
        miner.add(number, passage)
    return _Prepared(document, found, terms, miner.rows())


def _spans(text: str, start: int) -> Iterator[Span]:
    ends = [*(match.span() for match in _SENTENCE_END.finditer(text)), (len(text), len(text))]
    begin = 0
    for end, following in ends:
        yield Span(start + begin, start + end)
        begin = following


def _added(
    prepared: Iterable[_Prepared], store: StoreWriter, names: list[NameRow], counts: list[int]
) -> Iterator[list[str]]:
    """Add documents one by one, and yield the terms of their passages."""
    for one in prepared:
        names += [replace(row, passage=store.passages + (row.passage or 0)) for row in one.names]
        digests = [passage_digest(passage.text, passage) for passage in one.passages]
        store.add(one.document, SourceRow(path=one.document.doc_id), one.passages, digests)
        counts += [len(passage.sentences) for passage in one.passages]
        yield from one.terms


def _write_vectors(building: Path, counts: NDArray[np.int64], real: Real) -> None:
    starts = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(counts, dtype=np.int64)])
    np.save(building / SENTENCE_STARTS, starts, allow_pickle=False)
    vectors = np.lib.format.open_memmap(building / VECTORS, "w+", np.float32, (len(counts), DIMENSION))
    sentences = np.lib.format.open_memmap(building / SENTENCES, "w+", np.float16, (int(starts[-1]), DIMENSION))
    random = np.random.Generator(np.random.SFC64(0))
    for first in range(0, len(counts), _ROWS):
        last = min(first + _ROWS, len(counts))
        around = real.passages[random.integers(0, len(real.passages), last - first)]
        vectors[first:last] = near = noisy(around, NOISE, random)
        sentences[starts[first] : starts[last]] = noisy(
            np.repeat(near, counts[first:last], axis=0), SENTENCE_NOISE, random
        )
    np.save(building / SIGNS, signs_of(vectors), allow_pickle=False)


def noisy(vectors: NDArray[np.float32], length: float, random: np.random.Generator) -> NDArray[np.float32]:
    """Return unit rows near unit rows."""
    noise = random.standard_normal(vectors.shape, dtype=np.float32)
    noise *= np.float32(length / np.sqrt(DIMENSION))
    noise += vectors
    noise /= np.linalg.norm(noise, axis=1, keepdims=True)
    return noise
