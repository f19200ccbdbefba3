"""What a build has encoded so far, on the disk as it comes, so that one that is killed is not begun anew.

index/encoded/
  log         a line that names the vectors; then for each block its sizes and CRC-32, digests, counts of sentences
  vectors     the rows of the passages
  sentences   the rows of their sentences

A block counts once its entry in the log is whole and its sum is right; what comes after it is dropped.
"""

from __future__ import annotations

import json
import os
import shutil
import struct
import zlib
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from askbrief.indexing.manifest import Versions
from askbrief.indexing.vectors import SENTENCE, VECTOR, VectorRows
from askbrief.indexing.writer import DIGEST_BYTES

if TYPE_CHECKING:
    import io
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from askbrief.ranking.encoder import Encoder

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
