"""Encode text to unit vectors: the encoder interface, batching, and counting word pieces."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Protocol, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray
    from tokenizers import Tokenizer


class Encoder(Protocol):
    """Anything that turns passages and questions into unit vectors of the same space."""

    @property
    def model_id(self) -> str:
        """Tells models apart: two encoders of the same id and form give the same vectors."""
        ...

    @property
    def form(self) -> str:
        """How exactly it computes, such as "fp32" or "int8".

        Vectors of one form are found by questions of another, but those of one index are all of the same.
        """
        ...

    @property
    def dimension(self) -> int: ...

    @property
    def max_tokens(self) -> int:
        """How many word pieces of a text the model reads; the rest it would drop in silence."""
        ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """How many word pieces each text has, the model's own marks and document prompt included."""
        ...

    def encode_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit rows: float32 [texts, dimension]."""
        ...

    def encode_query(self, text: str) -> NDArray[np.float32]:
        """A unit vector: float32 [dimension]."""
        ...


def encode_in_batches(
    encoder: Encoder,
    texts: Sequence[str],
    *,
    batch: int = 256,
    advance: Callable[[int], None] = lambda _: None,
) -> Iterable[tuple[int, NDArray[np.float32]]]:
    """Encode many texts, the longest first so that batches are padded little.

    Yields:
        The position in `texts` and the unit vector, once each, in no promised order.
    """
    order = sorted(range(len(texts)), key=lambda place: (-len(texts[place]), place))
    for start in range(0, len(order), batch):
        places = order[start : start + batch]
        yield from zip(places, encoder.encode_documents([texts[place] for place in places]), strict=True)
        advance(len(places))


_MOST_WORDS = 1 << 18
_LONGEST_WORD = 40
"""Longer ones hardly come up again."""


class WordPieces:
    """Counts the word pieces of texts for tokenizers that take each word for itself, as BERT's does.

    Words are what stands between spaces and line ends; other white space is left to the tokenizer.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        """Take a tokenizer of the kind that `of` asks for; it is copied, as others may set it to cut texts off."""
        self._tokenizer: Tokenizer = type(tokenizer).from_str(tokenizer.to_str())
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._marks = self._tokenizer.num_special_tokens_to_add(is_pair=False)
        self._pieces: dict[str, int] = {}

    @classmethod
    def of(cls, tokenizer: Tokenizer) -> Self | None:
        """Make one where the pieces of a text are those of its words, else None."""
        parts = json.loads(tokenizer.to_str())
        kinds = [(parts[part] or {}).get("type") for part in ("normalizer", "pre_tokenizer", "model")]
        whole_words = not any(set(token["content"]) & set(" \n") for token in parts["added_tokens"])
        return cls(tokenizer) if kinds == ["BertNormalizer", "BertPreTokenizer", "WordPiece"] and whole_words else None

    def count(self, texts: Sequence[str]) -> list[int]:
        """How many pieces each text has, the model's own marks included."""
        split = [text.replace("\n", " ").split(" ") for text in texts]
        pieces = {word: self._pieces.get(word) for words in split for word in words}
        unseen = [word for word, count in pieces.items() if count is None]
        if unseen:
            encoded = self._tokenizer.encode_batch_fast(unseen, add_special_tokens=False)
            counted = {word: len(some) for word, some in zip(unseen, encoded, strict=True)}
            pieces |= counted
            self._keep(counted)
        return [self._marks + sum(pieces[word] or 0 for word in words) for words in split]

    def _keep(self, counted: Mapping[str, int]) -> None:
        """Keep what may come up again; other threads may read meanwhile."""
        if len(self._pieces) > _MOST_WORDS:
            self._pieces = {}
        self._pieces.update((word, count) for word, count in counted.items() if len(word) <= _LONGEST_WORD)
