"""Vectors of a build: reused by digest, encoded where new, and journalled so that an interrupted build can resume."""

from __future__ import annotations

import json
import os
import shutil
import struct
import zlib
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, BinaryIO, Self

import numpy as np

from askbrief.inference.encoder import encode_in_batches
from askbrief.retrieval.cosine import signs_of
from askbrief.storage.embedded.generation import SENTENCE_STARTS, SENTENCES, SIGNS, VECTORS, load
from askbrief.storage.embedded.manifest import Versions
from askbrief.storage.embedded.writer import DIGEST_BYTES, passage_digest

if TYPE_CHECKING:
    import io
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from askbrief.core.progress import Progress
    from askbrief.inference.encoder import Encoder
    from askbrief.records import Passage
    from askbrief.storage.embedded.writer import StoreWriter

VECTOR, SENTENCE = np.float32, np.float16
"""The precision in which vectors of passages and of sentences are stored."""
_JOURNAL_BLOCK = 64
"""Passages encoded before their vectors are written to disk: about a second's work, the most that a kill can lose."""
_COPIED_ROWS = 1 << 14
"""Rows copied at a time: 24 MB of 384-dimensional float32."""


class VectorRows:
    """Vectors by digest, of a generation or of a journal."""

    def __init__(
        self,
        digests: NDArray[np.bytes_],
        vectors: NDArray[np.float32],
        sentences: NDArray[np.float16],
        starts: NDArray[np.int64],
    ) -> None:
        """Take aligned arrays, usually memory maps: the digests of passages, S16, which may repeat, and their vectors.

        The sentences of passage p are rows starts[p]:starts[p + 1].
        """
        self.vectors, self.sentences, self.starts = vectors, sentences, starts
        self._order = np.argsort(digests, kind="stable")
        self._sorted = digests[self._order]

    def find(self, digests: NDArray[np.bytes_]) -> NDArray[np.int64]:
        """Return the first row of each digest, -1 if it has none: int64 [digests]."""
        return _positions(self._sorted, self._order, digests)


def _positions(ordered: NDArray[np.bytes_], order: NDArray[np.int64], digests: NDArray[np.bytes_]) -> NDArray[np.int64]:
    if not len(ordered):
        return np.full(len(digests), -1, dtype=np.int64)
    positions = np.searchsorted(ordered, digests).clip(max=len(ordered) - 1)
    return np.where(ordered[positions] == digests, order[positions], -1)


# ---------------------------------------------------------------------------------------------- encoding


def missing_passages(digests: NDArray[np.bytes_], known: Iterable[VectorRows]) -> NDArray[np.int64]:
    """Return the ascending numbers of the passages without known vectors, the first of those with equal digests."""
    order = np.argsort(digests, kind="stable")
    missing = _positions(digests[order], order, digests) == np.arange(len(digests))
    for rows in known:
        missing &= rows.find(digests) < 0
    return np.flatnonzero(missing)


def encode(
    numbers: NDArray[np.int64],
    store: StoreWriter,
    encoder: Encoder,
    encoded_text: Callable[[str, Passage], str],
    journal: EmbeddingJournal,
    progress: Progress,
) -> None:
    """Encode passages, by ascending numbers, and their sentences; append the vectors to the journal by blocks."""
    progress.stage("encoding", len(numbers))
    for first in range(0, len(numbers), _JOURNAL_BLOCK):
        passages, texts = [], []
        for title, passage in _titled_passages(store, numbers[first : first + _JOURNAL_BLOCK]):
            text = encoded_text(title, passage)
            passages.append((passage_digest(text, passage), len(passage.sentences)))
            texts += [text, *passage.sentence_texts()]
        vectors = np.zeros((len(texts), encoder.dimension), dtype=VECTOR)
        for position, vector in encode_in_batches(encoder, texts, batch=len(texts)):
            vectors[position] = vector
        starts = np.cumsum([0, *(1 + sentences for _, sentences in passages)])[:-1]
        of_sentences = np.delete(vectors, starts, axis=0).astype(SENTENCE)
        journal.append(passages, vectors[starts], of_sentences)
        progress.advance(len(passages))


def _titled_passages(store: StoreWriter, numbers: NDArray[np.int64]) -> Iterator[tuple[str, Passage]]:
    """Yield passages by ascending numbers, consecutive ones in one query."""
    for run in np.split(numbers, np.flatnonzero(np.diff(numbers) > 1) + 1):
        yield from store.titled_passages(int(run[0]), int(run[-1]) + 1)


# ----------------------------------------------------------------------------------------------- writing


@dataclass(frozen=True, slots=True)
class _VectorRun:
    """Consecutive passages of the new generation whose vectors are rows first..last - 1 of one source."""

    source: VectorRows
    first: int
    last: int


def write_vectors(folder: Path, digests: NDArray[np.bytes_], known: Sequence[VectorRows], dimension: int) -> None:
    """Write the vectors of every passage and its sentences, in the order of the passages."""
    runs = list(_runs(digests, known))
    counts = [np.diff(run.source.starts[run.first : run.last + 1]) for run in runs]
    starts = np.zeros(len(digests) + 1, dtype=np.int64)
    if runs:
        np.cumsum(np.concatenate(counts), out=starts[1:])
    np.save(folder / SENTENCE_STARTS, starts, allow_pickle=False)
    with _array_file(folder / VECTORS, VECTOR, (len(digests), dimension)) as file:
        for run in runs:
            _copy(run.source.vectors, run.first, run.last, file)
    np.save(folder / SIGNS, signs_of(load(folder / VECTORS)), allow_pickle=False)
    with _array_file(folder / SENTENCES, SENTENCE, (int(starts[-1]), dimension)) as file:
        for run in runs:
            first, last = run.source.starts[[run.first, run.last]].tolist()
            _copy(run.source.sentences, first, last, file)


def _runs(digests: NDArray[np.bytes_], known: Sequence[VectorRows]) -> Iterator[_VectorRun]:
    source, row = np.full(len(digests), -1, dtype=np.int64), np.full(len(digests), -1, dtype=np.int64)
    for number, rows in enumerate(known):
        positions = rows.find(digests)
        new = (source < 0) & (positions >= 0)
        source[new], row[new] = number, positions[new]
    if (source < 0).any():
        raise AssertionError("a passage has no vectors, although all that were missing have been encoded")
    breaks = np.flatnonzero((np.diff(source) != 0) | (np.diff(row) != 1)) + 1
    edges = [0, *breaks.tolist(), len(digests)] if len(digests) else []
    for start, stop in pairwise(edges):
        first = int(row[start])
        yield _VectorRun(known[int(source[start])], first, first + stop - start)


def _array_file(path: Path, dtype: type[np.floating], shape: tuple[int, int]) -> BinaryIO:
    """Open a .npy file after its header, ready for rows to be appended.

    A full disk is then an error. With a memory map it would end the process (SIGBUS).
    """
    file = path.open("wb", buffering=1 << 20)
    descr = np.lib.format.dtype_to_descr(np.dtype(dtype))
    np.lib.format.write_array_header_1_0(file, {"descr": descr, "fortran_order": False, "shape": shape})
    return file


def _copy(rows: NDArray[np.floating], first: int, last: int, file: BinaryIO) -> None:
    """Append rows first..last - 1, a few megabytes at a time."""
    edges = pairwise([*range(first, last, _COPIED_ROWS), last])
    file.writelines(np.ascontiguousarray(rows[start:stop]).data for start, stop in edges)


# ----------------------------------------------------------------------------------------------- the journal

_FOLDER, _LOG, _VECTORS, _SENTENCES = "encoded", "log", "vectors", "sentences"
_BLOCK = struct.Struct("<III")  # passages, sentences, CRC-32 of everything in the block


class EmbeddingJournal:
    """The vectors of passages that are in no generation yet, in the order in which they were encoded."""

    def __init__(self, index: Path, encoder: Encoder) -> None:
        """Open the journal of an interrupted build, or start an empty one if its encoder was another."""
        self._folder = index / _FOLDER
        self._dimension = encoder.dimension
        self._folder.mkdir(exist_ok=True)
        self._files = {name: _open(self._folder / name) for name in (_LOG, _VECTORS, _SENTENCES)}
        self._digests = bytearray()
        self._counts: list[int] = []
        log = self._files[_LOG]
        head = f"{json.dumps([Versions.of(encoder).vectors, np.dtype(VECTOR).str, np.dtype(SENTENCE).str])}\n".encode()
        if log.readline() != head:
            for file in self._files.values():
                file.seek(0)
                file.truncate()
            log.write(head)
            log.flush()
        self._recover(len(head))

    @property
    def passages(self) -> int:
        return len(self._counts)

    def append(
        self, passages: Sequence[tuple[bytes, int]], vectors: NDArray[np.float32], sentences: NDArray[np.float16]
    ) -> None:
        """Append a block: the digest and the number of sentences of each passage, and the unit rows of both."""
        digests = b"".join(digest for digest, _ in passages)
        counts = np.array([count for _, count in passages], dtype="<u4")
        parts = (digests, counts.tobytes(), vectors.tobytes(), sentences.tobytes())
        for name, data in ((_VECTORS, parts[2]), (_SENTENCES, parts[3])):
            self._files[name].write(data)
            self._files[name].flush()
        entry = _BLOCK.pack(len(passages), len(sentences), _checksum(*parts))
        self._files[_LOG].write(b"".join((entry, *parts[:2])))
        self._files[_LOG].flush()
        self._digests += digests
        self._counts += counts.tolist()

    def rows(self) -> VectorRows:
        """Return all vectors of the journal."""
        starts = np.zeros(len(self._counts) + 1, dtype=np.int64)
        np.cumsum(self._counts, out=starts[1:])
        vectors = _mapped(self._folder / _VECTORS, VECTOR, (len(self._counts), self._dimension))
        sentences = _mapped(self._folder / _SENTENCES, SENTENCE, (int(starts[-1]), self._dimension))
        return VectorRows(np.frombuffer(bytes(self._digests), dtype=f"S{DIGEST_BYTES}"), vectors, sentences, starts)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for file in self._files.values():
            file.close()

    def _recover(self, start: int) -> None:
        """Read the complete blocks, and truncate the files after them."""
        log, vectors, sentences = (self._files[name] for name in (_LOG, _VECTORS, _SENTENCES))
        ends = (start, 0, 0)
        while len(entry := log.read(_BLOCK.size)) == _BLOCK.size:
            passages, spans, checksum = _BLOCK.unpack(entry)
            digests, counts = log.read(DIGEST_BYTES * passages), log.read(4 * passages)
            parts = (
                vectors.read(passages * self._dimension * np.dtype(VECTOR).itemsize),
                sentences.read(spans * self._dimension * np.dtype(SENTENCE).itemsize),
            )
            if _checksum(digests, counts, *parts) != checksum:
                break
            self._digests += digests
            self._counts += np.frombuffer(counts, dtype="<u4").tolist()
            ends = (log.tell(), vectors.tell(), sentences.tell())
        for file, end in zip((log, vectors, sentences), ends, strict=True):
            file.seek(end)
            file.truncate()


def remove_journal(index: Path) -> None:
    """Remove the journal, because a generation holds its vectors now."""
    shutil.rmtree(index / _FOLDER, ignore_errors=True)


def journalled_passages(index: Path) -> int:
    """Return how many passages the journal holds, which the next build need not encode."""
    try:
        with (index / _FOLDER / _LOG).open("rb") as log:
            log.readline()
            total = 0
            while len(entry := log.read(_BLOCK.size)) == _BLOCK.size:
                passages, _, _ = _BLOCK.unpack(entry)
                log.seek((DIGEST_BYTES + 4) * passages, os.SEEK_CUR)
                total += passages
            return total
    except FileNotFoundError:
        return 0


def _open(path: Path) -> io.BufferedRandom:
    path.touch()
    return path.open("r+b")


def _checksum(*parts: bytes) -> int:
    value = 0
    for part in parts:
        value = zlib.crc32(part, value)
    return value


def _mapped(path: Path, dtype: type[np.floating], shape: tuple[int, int]) -> NDArray[Any]:
    """Return an array in a file as a memory map; an empty file cannot be mapped."""
    return np.memmap(path, dtype, "r", shape=shape) if shape[0] else np.zeros(shape, dtype)
