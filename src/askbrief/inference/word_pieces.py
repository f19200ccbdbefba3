"""Word pieces and word embeddings of multilingual-e5-small, without its vocabulary in memory.

A tokenizer with all 250,002 pieces takes 0.6 s to load and 300 MB. But the pieces of a text are substrings of its
words, and the best split of a word depends only on those of its substrings that are pieces. So each call looks these
up in a table of hashes and gives them to a small tokenizer, which splits the text as the whole one does. Embeddings are
unpacked when looked up.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from askbrief.inference.packed_e5 import PackedE5, unpack

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray
    from tokenizers import Tokenizer
    from tokenizers.normalizers import Normalizer

_BASE = 0x9E3779B97F4A7C15
"""Base of the hashes, odd, so that it has an inverse modulo 2^64."""
_LONGEST = 16
"""Characters of the longest piece."""
_DIGEST_BYTES = 32
_TILDE, _PLACEHOLDER = "～", "\ue000"
"""SentencePiece's normalisation leaves this tilde as it is; NFKC alone would not."""
_SPACE = "▁"
"""What a word begins with in the vocabulary."""
_MASK = "<mask>"
"""The special piece that takes the space before it."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """The word pieces of a text.

    Attributes:
        ids: the numbers of the pieces in the vocabulary: int64 [pieces].
        offsets: where each piece begins and ends in the text, in characters.
    """

    ids: NDArray[np.int64]
    offsets: list[tuple[int, int]]


class WordEmbeddings:
    """The tokenizer and the word embeddings of multilingual-e5-small. Threads may share it."""

    def __init__(self, packed: PackedE5, stored: Path | None = None) -> None:
        """Take the weights, and a file for the index of the vocabulary, which is written where it is missing."""
        self._packed = packed
        self._stored = stored
        self.special = packed.special
        self.max_pieces = packed.sizes.positions

    def rows(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the embeddings of word pieces: float32 [*shape of ids, dimension]."""
        words = unpack(self._blocks[ids])
        return words.reshape(*ids.shape, self._packed.sizes.hidden)

    @cached_property
    def _blocks(self) -> NDArray[np.void]:
        blocks = self._packed.blocks("emb.word")
        return blocks.reshape(self._packed.sizes.vocabulary, -1)

    def pieces(self, texts: Sequence[str]) -> list[Pieces]:
        """Split texts into word pieces, without special pieces around them."""
        tokenizer, ids = self._tokenizer(texts)
        encodings = tokenizer.encode_batch(list(texts), add_special_tokens=False)
        return [Pieces(ids[encoding.ids], encoding.offsets) for encoding in encodings]

    def count(self, texts: Sequence[str]) -> list[int]:
        """Return the number of word pieces of each text, without special pieces around them."""
        tokenizer, _ = self._tokenizer(texts)
        return [len(one) for one in tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)]

    def _tokenizer(self, texts: Sequence[str]) -> tuple[Tokenizer, NDArray[np.int64]]:
        """Return a tokenizer that knows all pieces within the words of some texts, and their real numbers."""
        from tokenizers import models

        normal = (self._normalizer.normalize_str(self._special.sub(" ", text)) for text in texts)
        words = {f"{_SPACE}{word}" for text in normal for word in text.split()}
        numbers = np.concatenate([self._always, self._index.within(words)])
        unigram = models.Unigram(self._packed.pieces(numbers.tolist()), self._unknown_place, byte_fallback=False)
        return _tokenizer(unigram, self._normalizer, self._marks), numbers

    @cached_property
    def _always(self) -> NDArray[np.int64]:
        """The special pieces, and the least likely piece, on which the score of unknown characters depends."""
        return np.array([*_special_pieces(self._packed), int(np.argmin(self._packed.scores))], dtype=np.int64)

    @property
    def _unknown_place(self) -> int:
        return 3

    @cached_property
    def _marks(self) -> list[str]:
        return [piece for piece, _ in self._packed.pieces(_special_pieces(self._packed))]

    @cached_property
    def _special(self) -> re.Pattern[str]:
        """Finds special pieces in a text, which the tokenizer takes out first: the text after one begins a word."""
        return re.compile("|".join(map(re.escape, self._marks)))

    @cached_property
    def _index(self) -> _Index:
        index = _Index.read(self._stored, len(self._packed.scores)) if self._stored else None
        if index is None:
            index = _Index.of(self._packed.text, self._packed.piece_starts.astype(np.int64))
            if self._stored:
                index.write(self._stored)
        return index

    @cached_property
    def _normalizer(self) -> Normalizer:
        return normalizer()


def normalizer() -> Normalizer:
    """Return the normalisation of XLM-RoBERTa."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    from tokenizers import Regex, normalizers

    return normalizers.Sequence(
        [
            normalizers.Replace(_TILDE, _PLACEHOLDER),
            normalizers.Nmt(),
            normalizers.NFKC(),
            normalizers.Replace(_PLACEHOLDER, _TILDE),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )


def whole_tokenizer(packed: PackedE5) -> Tokenizer:
    """Return XLM-RoBERTa's tokenizer with its whole vocabulary, for sentence-transformers."""
    from tokenizers import models, processors

    special, pieces = packed.special, packed.pieces(range(len(packed.scores)))
    marks = [pieces[number][0] for number in _special_pieces(packed)]
    unigram = models.Unigram(pieces, special.unknown, byte_fallback=False)
    tokenizer = _tokenizer(unigram, normalizer(), marks)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[("<s>", special.begin), ("</s>", special.end)],
    )
    return tokenizer


def _tokenizer(model: Any, normalization: Normalizer, marks: Sequence[str]) -> Tokenizer:  # noqa: ANN401 - a Unigram
    from tokenizers import AddedToken, Tokenizer, decoders, pre_tokenizers

    tokenizer = Tokenizer(model)
    tokenizer.normalizer = normalization
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.add_special_tokens([AddedToken(mark, normalized=False, lstrip=mark == _MASK) for mark in marks])
    return tokenizer


def _special_pieces(packed: PackedE5) -> list[int]:
    """Return the numbers of <s>, <pad>, </s>, <unk> and <mask>, which is the last piece."""
    special = packed.special
    return [special.begin, special.padding, special.end, special.unknown, len(packed.scores) - 1]


@dataclass(frozen=True, slots=True)
class _Index:
    """Finds the pieces of a vocabulary that are substrings of words, by hashes.

    The hash of bytes b is the sum of (b[k] + 1) * BASE^k modulo 2^64. The sums over a whole text give the hash of every
    substring with one subtraction and one product. A collision does no harm: it only adds a piece that does not occur.
    """

    hashes: NDArray[np.uint64]  # of the pieces, ascending
    numbers: NDArray[np.uint32]  # of the pieces with these hashes

    @classmethod
    def of(cls, text: NDArray[np.uint8], starts: NDArray[np.int64]) -> Self:
        """Hash the pieces of a vocabulary: its text, uint8 [bytes], and where pieces start, int64 [pieces + 1]."""
        hashes = _Hashes(text).of(starts[:-1], starts[1:])
        order = np.argsort(hashes)
        return cls(hashes[order], order.astype(np.uint32))

    @classmethod
    def read(cls, path: Path, pieces: int) -> Self | None:
        """Read what `write` wrote; None if it is missing or damaged."""
        try:
            data = path.read_bytes()
        except OSError:
            return None
        body = memoryview(data)[_DIGEST_BYTES:]
        if len(body) != 12 * pieces or hashlib.sha256(body).digest() != data[:_DIGEST_BYTES]:
            return None
        return cls(np.frombuffer(body, "<u8", pieces), np.frombuffer(body, "<u4", pieces, 8 * pieces))

    def write(self, path: Path) -> None:
        """Store the index, which takes a tenth of a second to compute; without a place, it is computed each time."""
        body = self.hashes.astype("<u8").tobytes() + self.numbers.astype("<u4").tobytes()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=path.parent, prefix=path.name, delete=False) as file:
                file.write(hashlib.sha256(body).digest() + body)
            Path(file.name).replace(path)
        except OSError:
            return

    def within(self, words: Iterable[str]) -> NDArray[np.int64]:
        """Return the numbers of the pieces that are substrings of any word, ascending."""
        encoded = [word.encode() for word in words]
        text = np.frombuffer(b"".join(encoded), dtype=np.uint8)
        boundaries = np.append(np.flatnonzero(_is_start(text)), len(text))
        ends_of_words = np.cumsum([len(word) for word in encoded], dtype=np.int64)
        last = np.searchsorted(boundaries, ends_of_words)[np.searchsorted(ends_of_words, boundaries[:-1], side="right")]
        hashes, found, first = _Hashes(text), [], np.arange(len(boundaries) - 1)
        for length in range(1, _LONGEST + 1):
            first = first[first + length <= last[first]]
            found.append(hashes.of(boundaries[first], boundaries[first + length]))
        wanted = np.unique(np.concatenate(found)) if found else np.zeros(0, dtype=np.uint64)
        places = np.searchsorted(self.hashes, wanted).clip(max=len(self.hashes) - 1)
        return np.sort(self.numbers[places[self.hashes[places] == wanted]]).astype(np.int64)


class _Hashes:
    """The hashes of all substrings of a text."""

    def __init__(self, text: NDArray[np.uint8]) -> None:
        """Sum up a text in UTF-8, uint8 [bytes]."""
        self._sums = np.zeros(len(text) + 1, dtype=np.uint64)
        np.cumsum((text.astype(np.uint64) + 1) * _powers(_BASE, len(text)), out=self._sums[1:])
        self._inverse = _powers(pow(_BASE, -1, 1 << 64), len(text) + 1)

    def of(self, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.uint64]:
        """Return the hashes of substrings: uint64 [substrings]."""
        hashes: NDArray[np.uint64] = (self._sums[ends] - self._sums[starts]) * self._inverse[starts]
        return hashes


def _powers(base: int, count: int) -> NDArray[np.uint64]:
    """Return base^0, base^1, ... modulo 2^64: uint64 [count]."""
    powers = np.full(count, base, dtype=np.uint64)
    powers[:1] = 1
    return np.cumprod(powers, dtype=np.uint64)


def _is_start(text: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Return which bytes begin a character."""
    starts: NDArray[np.bool_] = (text & 0xC0) != 0x80  # noqa: PLR2004 - the bytes 10xxxxxx continue a character
    return starts


@cache
def word_embeddings(path: Path, stored: Path | None = None) -> WordEmbeddings:
    """Return the word embeddings of a file, once for each process; see `WordEmbeddings`.

    Raises:
        ModelError: it cannot be read as the weights of multilingual-e5-small.
    """
    return WordEmbeddings(PackedE5(path), stored)
