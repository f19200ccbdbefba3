"""What the ranking tests share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from askbrief.retrieval.bm25 import LexicalIndex, Postings

if TYPE_CHECKING:
    from collections.abc import Sequence


def compiled(corpus: Sequence[Sequence[str]]) -> LexicalIndex:
    """The lexical index of passages that are lists of terms, its vocabulary in a dict."""
    vocabulary, postings = Postings.from_corpus(corpus)
    places = {term: place for place, term in enumerate(vocabulary)}
    return LexicalIndex(postings, lambda terms: {t: places[t] for t in terms if t in places}, len(corpus))
