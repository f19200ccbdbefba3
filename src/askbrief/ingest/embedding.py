"""Vectors of a build: reused by digest, encoded where new, journalled so that a killed build can go on."""

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
from askbrief.ingest.splitting import Headers
from askbrief.retrieval.cosine import signs_of
from askbrief.storage.embedded.generation import SENTENCE_STARTS, SENTENCES, SIGNS, VECTORS, load
from askbrief.storage.embedded.manifest import Versions
from askbrief.storage.embedded.writer import DIGEST_BYTES, passage_digest

if TYPE_CHECKING:
    import io
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from askbrief.core.progress import Progress
    from askbrief.inference.encoder import Encoder
    from askbrief.records import Passage
    from askbrief.storage.embedded.writer import StoreWriter

VECTOR, SENTENCE = np.float32, np.float16
"""In which precision the vectors of passages and of sentences are kept."""
_AT_ONCE = 64
"""So many passages are encoded, a second's work, before their vectors are put on the disk: what a kill can lose."""
_COPIED_ROWS = 1 << 14


class VectorRows:
    """Vectors by digest, wherever they are: in an index, or kept by a build that broke off."""

    def __init__(
        self,
        digests: NDArray[np.bytes_],
        vectors: NDArray[np.float32],
        sentences: NDArray[np.float16],
        starts: NDArray[np.int64],
    ) -> None:
        """Take aligned arrays, usually memory maps.

        Args:
            digests: S16 [passages]; one may be there twice.
            vectors: [passages, dimension].
            sentences: [sentences of all passages, dimension].
            starts: int64 [passages + 1]; the sentences of passage p are rows starts[p]:starts[p + 1].
        """
        self.vectors, self.sentences, self.starts = vectors, sentences, starts
        self._order = np.argsort(digests, kind="stable")
        self._sorted = digests[self._order]

    def find(self, digests: NDArray[np.bytes_]) -> NDArray[np.int64]:
        """Where the vectors of each digest stand, the first if several do: int64 [digests], -1 for none."""
        return _found(self._sorted, self._order, digests)


def firsts(digests: NDArray[np.bytes_]) -> NDArray[np.int64]:
    """Where each digest stands first among them all: int64 [digests]."""
    order = np.argsort(digests, kind="stable")
    return _found(digests[order], order, digests)


def _found(ordered: NDArray[np.bytes_], order: NDArray[np.int64], digests: NDArray[np.bytes_]) -> NDArray[np.int64]:
    if not len(ordered):
        return np.full(len(digests), -1, dtype=np.int64)
    places = np.searchsorted(ordered, digests).clip(max=len(ordered) - 1)
    return np.where(ordered[places] == digests, order[places], -1)


# ---------------------------------------------------------------------------------------------- encoding


def missing(digests: NDArray[np.bytes_], known: Iterable[VectorRows]) -> NDArray[np.int64]:
    """The passages whose vectors are not known, the same words once: their numbers, ascending."""
    wanted = firsts(digests) == np.arange(len(digests))
    for rows in known:
        wanted &= rows.find(digests) < 0
    return np.flatnonzero(wanted)


def encode(
    numbers: NDArray[np.int64], store: StoreWriter, encoder: Encoder, encoded: Encoded, progress: Progress
) -> None:
    """Encode passages and their sentences, and keep the vectors as they come."""
    progress.stage("encoding", len(numbers))
    headers = Headers(encoder)
    for first in range(0, len(numbers), _AT_ONCE):
        passages, texts = [], []
        for title, passage in _numbered(store, numbers[first : first + _AT_ONCE]):
            text = headers.encoded_text(title, passage)
            passages.append((passage_digest(text, passage), len(passage.sentences)))
            texts += [text, *passage.sentence_texts()]
        vectors = np.zeros((len(texts), encoder.dimension), dtype=VECTOR)
        for place, vector in encode_in_batches(encoder, texts, batch=len(texts)):
            vectors[place] = vector
        starts = np.cumsum([0, *(1 + sentences for _, sentences in passages)])[:-1]
        of_sentences = np.delete(vectors, starts, axis=0).astype(SENTENCE)
        encoded.append(passages, vectors[starts], of_sentences)
        progress.advance(len(passages))


def _numbered(store: StoreWriter, numbers: NDArray[np.int64]) -> Iterator[tuple[str, Passage]]:
    """The passages of ascending numbers, those that follow each other read at once."""
    for run in np.split(numbers, np.flatnonzero(np.diff(numbers) > 1) + 1):
        yield from store.titled_passages(int(run[0]), int(run[-1]) + 1)


# ----------------------------------------------------------------------------------------------- writing


@dataclass(frozen=True, slots=True)
class _Run:
    """Passages that follow each other in the new generation and in one source: rows first..last - 1 there."""

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


def _runs(digests: NDArray[np.bytes_], known: Sequence[VectorRows]) -> Iterator[_Run]:
    source, place = np.full(len(digests), -1, dtype=np.int64), np.full(len(digests), -1, dtype=np.int64)
    for number, rows in enumerate(known):
        found = rows.find(digests)
        here = (source < 0) & (found >= 0)
        source[here], place[here] = number, found[here]
    if (source < 0).any():
        raise AssertionError("a passage has no vectors, although all that were missing have been encoded")
    breaks = np.flatnonzero((np.diff(source) != 0) | (np.diff(place) != 1)) + 1
    bounds = [0, *breaks.tolist(), len(digests)] if len(digests) else []
    for start, stop in pairwise(bounds):
        first = int(place[start])
        yield _Run(known[int(source[start])], first, first + stop - start)


def _array_file(path: Path, dtype: type[np.floating], shape: tuple[int, int]) -> BinaryIO:
    """Open a file that holds the head of an array; its rows are to be appended, and a full disk is an error then.

    A memory map to be filled would end the process instead (SIGBUS).
    """
    file = path.open("wb", buffering=1 << 20)
    descr = np.lib.format.dtype_to_descr(np.dtype(dtype))
    np.lib.format.write_array_header_1_0(file, {"descr": descr, "fortran_order": False, "shape": shape})
    return file


def _copy(rows: NDArray[np.floating], first: int, last: int, file: BinaryIO) -> None:
    """Append rows first..last - 1, a few megabytes at a time."""
    bounds = pairwise([*range(first, last, _COPIED_ROWS), last])
    file.writelines(np.ascontiguousarray(rows[start:stop]).data for start, stop in bounds)


_FOLDER, _LOG, _VECTORS, _SENTENCES = "encoded", "log", "vectors", "sentences"
_BLOCK = struct.Struct("<III")  # passages, sentences, CRC-32 of all that belongs to the block


class Encoded:
    """The vectors of passages that are in no generation yet, in the order in which they were encoded."""

    def __init__(self, index: Path, encoder: Encoder) -> None:
        """Open what an interrupted build has left, if it is of the same encoder, or begin anew."""
        self._folder = index / _FOLDER
        self._dimension = encoder.dimension
        self._folder.mkdir(exist_ok=True)
        self._files = {name: _opened(self._folder / name) for name in (_LOG, _VECTORS, _SENTENCES)}
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
        """Keep a block: its passages as digest and number of sentences, and their rows."""
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
        """All that is kept."""
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
        """Read the blocks that are whole, and cut the files off after them."""
        log, vectors, sentences = (self._files[name] for name in (_LOG, _VECTORS, _SENTENCES))
        row, good = self._dimension, (start, 0, 0)
        while len(entry := log.read(_BLOCK.size)) == _BLOCK.size:
            passages, spans, checksum = _BLOCK.unpack(entry)
            digests, counts = log.read(DIGEST_BYTES * passages), log.read(4 * passages)
            parts = (
                vectors.read(passages * row * np.dtype(VECTOR).itemsize),
                sentences.read(spans * row * np.dtype(SENTENCE).itemsize),
            )
            if _checksum(digests, counts, *parts) != checksum:
                break
            self._digests += digests
            self._counts += np.frombuffer(counts, dtype="<u4").tolist()
            good = (log.tell(), vectors.tell(), sentences.tell())
        for file, end in zip((log, vectors, sentences), good, strict=True):
            file.seek(end)
            file.truncate()


def forget_encoded(index: Path) -> None:
    """Remove what interrupted builds have left, because a generation holds it now."""
    shutil.rmtree(index / _FOLDER, ignore_errors=True)


def kept_passages(index: Path) -> int:
    """How many passages the next build needs not encode, by what the log says."""
    try:
        with (index / _FOLDER / _LOG).open("rb") as log:
            log.readline()
            passages = 0
            while len(entry := log.read(_BLOCK.size)) == _BLOCK.size:
                some, _, _ = _BLOCK.unpack(entry)
                log.seek((DIGEST_BYTES + 4) * some, os.SEEK_CUR)
                passages += some
            return passages
    except FileNotFoundError:
        return 0


def _opened(path: Path) -> io.BufferedRandom:
    path.touch()
    return path.open("r+b")


def _checksum(*parts: bytes) -> int:
    value = 0
    for part in parts:
        value = zlib.crc32(part, value)
    return value


def _mapped(path: Path, dtype: type[np.floating], shape: tuple[int, int]) -> NDArray[Any]:
    """An array in a file; an empty one cannot be mapped."""
    return np.memmap(path, dtype, "r", shape=shape) if shape[0] else np.zeros(shape, dtype)
