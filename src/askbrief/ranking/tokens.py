"""Counting word pieces without encoding whole texts again and again: word by word, since words come up again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tokenizers import Tokenizer

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
