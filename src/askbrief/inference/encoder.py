"""Encode text as unit vectors: the interface of encoders, counting word pieces, and the encoder on PyTorch.

The vectors of some models have most of their length in common: with multilingual-e5-small, the cosine of any two texts
is .7 or more. The mean vector of many texts, one of questions and one of passages, is subtracted from such vectors, and
they are scaled to length 1 again. Cosines then mean about the same with every model: near 0 for texts that have nothing
in common. ("All-but-the-top", Mu and Viswanath 2018, subtracts the mean of word vectors for the same reason.)
"""

from __future__ import annotations

import json
import os
import struct
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol, Self

import numpy as np

from askbrief.errors import ModelError
from askbrief.inference.model_files import MULTILINGUAL, ModelFiles

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from numpy.typing import NDArray
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer


class Encoder(Protocol):
    """A model that encodes passages and questions as unit vectors of the same space."""

    @property
    def model_id(self) -> str:
        """The identity of the model: two encoders with the same id and form give the same vectors."""

    @property
    def form(self) -> str:
        """The numeric precision, such as "fp32" or "int8".

        Questions encoded in one form find vectors of another, but all vectors of an index have the same form.
        """

    @property
    def dimension(self) -> int:
        """The number of components of a vector."""

    @property
    def max_tokens(self) -> int:
        """The maximum number of word pieces of a text; the model ignores the rest."""

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return the number of word pieces of each text, with special tokens and document prompt."""

    def encode_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return unit vectors as rows: float32 [texts, dimension]."""

    def encode_query(self, text: str) -> NDArray[np.float32]:
        """Return a unit vector: float32 [dimension]."""


def encode_in_batches(
    encoder: Encoder,
    texts: Sequence[str],
    *,
    batch: int = 256,
    advance: Callable[[int], None] = lambda _: None,
) -> Iterable[tuple[int, NDArray[np.float32]]]:
    """Yield the position and the unit vector of each text, the longest first, so that batches need little padding.

    `advance` is called with the number of texts after each batch.
    """
    order = sorted(range(len(texts)), key=lambda place: (-len(texts[place]), place))
    for start in range(0, len(order), batch):
        places = order[start : start + batch]
        yield from zip(places, encoder.encode_documents([texts[place] for place in places]), strict=True)
        advance(len(places))


def unit_rows(vectors: NDArray[np.float32], mean: NDArray[np.float32] | None = None) -> NDArray[np.float32]:
    """Return vectors with length 1, without the mean of such vectors: float32 [texts, dimension].

    Args:
        vectors: of any length, float32 [texts, dimension].
        mean: of unit vectors, float32 [dimension]; None to subtract nothing.

    >>> unit_rows(np.float32([[6, 8]]), np.float32([0, 0.8])).tolist()
    [[1.0, 0.0]]
    """
    rows: NDArray[np.float32] = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    return rows if mean is None else unit_rows(rows - mean)


def means_of(files: ModelFiles) -> tuple[NDArray[np.float32] | None, NDArray[np.float32] | None]:
    """Return the mean vectors of questions and of passages; None for models that need none."""
    means = files.means()
    return (None, None) if means is None else (means[0], means[1])


_MAX_CACHED_WORDS, _MAX_CACHED_CHARS = 1 << 18, 40
"""Number of words above which the cache is emptied; length of the longest cached word: longer ones hardly recur."""


class WordPieces:
    """A fast counter of word pieces, for tokenizers that split each word on its own.

    Words are separated by spaces and line ends; other white space is left to the tokenizer. Counts of words are cached.
    """

    def __init__(self, count: Callable[[Sequence[str]], list[int]], special_pieces: int) -> None:
        """Take a function that counts the pieces of words, and the number of special pieces around a text."""
        self._count = count
        self._special_pieces = special_pieces
        self._pieces: dict[str, int] = {}

    @classmethod
    def of(cls, tokenizer: Tokenizer) -> Self | None:
        """Return a counter, or None for a tokenizer whose pieces of a text are not those of its words."""
        parts = json.loads(tokenizer.to_str())
        kinds = [(parts[part] or {}).get("type") for part in ("normalizer", "pre_tokenizer", "model")]
        whole_words = not any(set(token["content"]) & set(" \n") for token in parts["added_tokens"])
        if kinds != ["BertNormalizer", "BertPreTokenizer", "WordPiece"] or not whole_words:
            return None
        copy: Tokenizer = type(tokenizer).from_str(tokenizer.to_str())  # the original may be set to cut texts
        copy.no_truncation()
        copy.no_padding()

        def count(words: Sequence[str]) -> list[int]:
            return [len(some) for some in copy.encode_batch_fast(list(words), add_special_tokens=False)]

        return cls(count, copy.num_special_tokens_to_add(is_pair=False))

    def count(self, texts: Sequence[str]) -> list[int]:
        """Return the number of word pieces of each text, with special pieces."""
        split = [text.replace("\n", " ").split(" ") for text in texts]
        pieces = {word: self._pieces.get(word) for words in split for word in words}
        unseen = [word for word, count in pieces.items() if count is None]
        if unseen:
            counted = dict(zip(unseen, self._count(unseen), strict=True))
            pieces |= counted
            self._cache(counted)
        return [self._special_pieces + sum(pieces[word] or 0 for word in words) for words in split]

    def _cache(self, counted: Mapping[str, int]) -> None:
        """Cache the counts of words that may occur again; other threads may read meanwhile."""
        if len(self._pieces) > _MAX_CACHED_WORDS:
            self._pieces = {}
        self._pieces.update((word, count) for word, count in counted.items() if len(word) <= _MAX_CACHED_CHARS)


# ------------------------------------------------------------------------------------------ PyTorch

_BATCH = 16
# Raised by the libraries for files that are missing, of another kind, or (the last two) truncated.
_BROKEN_MODEL = (
    *(OSError, ValueError, LookupError, TypeError, AttributeError, ImportError, RuntimeError),
    *(EOFError, struct.error),
)


def load(files: ModelFiles, **model_options: Any) -> SentenceTransformer:  # noqa: ANN401 - as transformers takes them
    """Load a model for inference, without asking the network.

    Raises:
        ModelError: its files cannot be loaded.
    """
    # Set before the import: huggingface_hub reads it once.
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    from safetensors import SafetensorError

    try:
        from sentence_transformers import SentenceTransformer
        from transformers.utils.logging import disable_progress_bar

        disable_progress_bar()  # type: ignore[no-untyped-call]
        model = SentenceTransformer(str(files.directory()), local_files_only=True, model_kwargs=model_options)
    except (*_BROKEN_MODEL, SafetensorError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise ModelError(f"cannot load the model {files.name!r} from {files.path}: {reason}") from error
    return model.eval()


class SentenceTransformerEncoder:
    """A model in its original precision, loaded at first use, on a GPU if PyTorch finds one.

    The model's own prompts for queries and documents are used if it has any.
    """

    form = "fp32"

    def __init__(self, model: str | ModelFiles = MULTILINGUAL) -> None:
        """Take the files of a model, or its name as `ModelFiles.find` does.

        Raises:
            ModelError: the model was not found.
        """
        self._files = model if isinstance(model, ModelFiles) else ModelFiles.find(model)
        self.model_id = self._files.model_id
        self._query_mean, self._document_mean = means_of(self._files)

    @cached_property
    def _model(self) -> SentenceTransformer:
        return load(self._files)

    @cached_property
    def _word_pieces(self) -> WordPieces | None:
        tokenizer = getattr(self._model.tokenizer, "backend_tokenizer", None)
        return WordPieces.of(tokenizer) if tokenizer is not None else None

    @property
    def dimension(self) -> int:
        return int(self._model.get_embedding_dimension() or 0)

    @property
    def max_tokens(self) -> int:
        return int(self._model.max_seq_length or 512)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        if not texts:
            return []
        prompt = self._model.prompts.get("document") or ""
        if self._word_pieces is not None:
            return self._word_pieces.count([prompt + text for text in texts])
        tokenizer: Any = self._model.tokenizer
        encoded = tokenizer([prompt + text for text in texts], truncation=False, padding=False, verbose=False)
        return [len(ids) for ids in encoded["input_ids"]]

    def encode_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        vectors = self._model.encode_document(
            list(texts), batch_size=_BATCH, normalize_embeddings=True, show_progress_bar=False
        )
        return unit_rows(np.asarray(vectors, dtype=np.float32), self._document_mean)

    def encode_query(self, text: str) -> NDArray[np.float32]:
        vector = self._model.encode_query(text, normalize_embeddings=True, show_progress_bar=False)
        row: NDArray[np.float32] = unit_rows(np.asarray([vector], dtype=np.float32), self._query_mean)[0]
        return row
