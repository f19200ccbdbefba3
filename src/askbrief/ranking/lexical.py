"""BM25: rank-bm25's arithmetic, compiled at build time to per-term postings.

rank-bm25's `BM25Plus` (Lv and Zhai 2011, "Lower-bounding term frequency normalization") gives the idf and the
parameters. Its idf, ln((N + 1) / df), falls steadily with df, where `BM25Okapi`'s turns negative and is floored
for the very terms a one-topic corpus is about. It adds idf * delta to every passage, whether the term is in it
or not: a constant for a query, taken off here, so that postings stay sparse and zero means no match.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
from rank_bm25 import BM25Plus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from numpy.typing import NDArray


class CountedBM25(BM25Plus):  # type: ignore[misc]  # rank-bm25 has no types
    """rank-bm25's BM25Plus, its counts kept in three columns instead of one dict a passage.

    Attributes:
        passages, terms, counts: one entry for each term of each passage, passages ascending; `terms` are the
            positions of the terms in `idf`.
    """

    def _initialize(self, corpus: Iterable[Sequence[str]]) -> dict[str, int]:
        numbers: dict[str, int] = {}
        frequency: dict[str, int] = {}
        passages, terms, counts = [], [], []
        for passage, words in enumerate(corpus):
            self.doc_len.append(len(words))
            for word, count in Counter(words).items():
                frequency[word] = frequency.get(word, 0) + 1
                passages.append(passage)
                terms.append(numbers.setdefault(word, len(numbers)))
                counts.append(count)
        self.corpus_size = len(self.doc_len)
        self.avgdl = sum(self.doc_len) / max(1, self.corpus_size)
        self.passages = np.array(passages, dtype=np.int32)
        self.terms = np.array(terms, dtype=np.int64)
        self.counts = np.array(counts, dtype=np.float64)
        return frequency


@dataclass(frozen=True, slots=True)
class Postings:
    """What a query reads: for each term, the passages that have it and what it adds to their scores.

    Arrays:
        starts: int64 [terms + 1]; the postings of term t lie in starts[t]:starts[t + 1].
        passages: int32 [postings], ascending within a term.
        impacts: float32 [postings], idf * tf * (k1 + 1) / (tf + k1 * (1 - b + b * length / average length)).
        idf: float64 [terms].
    """

    starts: NDArray[np.int64]
    passages: NDArray[np.int32]
    impacts: NDArray[np.float32]
    idf: NDArray[np.float64]

    @classmethod
    def from_corpus(cls, corpus: Iterable[Sequence[str]]) -> tuple[list[str], Self]:
        """Compile a corpus of analysed passages.

        Returns:
            The terms in code point order, and their postings in that order.
        """
        bm25 = CountedBM25(corpus)
        vocabulary = sorted(bm25.idf)
        position = {term: place for place, term in enumerate(vocabulary)}
        places = np.array([position[term] for term in bm25.idf], dtype=np.int64)  # idf keeps the order of first sight
        terms = places[bm25.terms] if len(bm25.terms) else bm25.terms
        idf = np.array([bm25.idf[term] for term in vocabulary], dtype=np.float64)
        lengths = np.array(bm25.doc_len, dtype=np.float64)[bm25.passages]
        norm = bm25.k1 * (1 - bm25.b + bm25.b * lengths / (bm25.avgdl or 1))
        impacts = idf[terms] * bm25.counts * (bm25.k1 + 1) / (bm25.counts + norm)
        order = np.argsort(terms, kind="stable")
        starts = np.zeros(len(vocabulary) + 1, dtype=np.int64)
        np.cumsum(np.bincount(terms, minlength=len(vocabulary)), out=starts[1:])
        return vocabulary, cls(starts, bm25.passages[order], impacts[order].astype(np.float32), idf)


class LexicalIndex:
    """BM25 over the passages of one generation."""

    def __init__(self, postings: Postings, find_terms: Callable[[Sequence[str]], Mapping[str, int]], size: int) -> None:
        """Take the postings, a look-up from terms to their positions, and the number of passages."""
        self._postings = postings
        self._find_terms = find_terms
        self._size = size
        parameters = BM25Plus([["term"]])
        self._largest_factor = parameters.k1 + 1
        self._unseen_idf = float(np.log((size + 1) / 0.5))

    def query(self, terms: Sequence[str]) -> LexicalQuery:
        """Look a question's terms up once; repeated terms weigh as often as they stand there."""
        counts = Counter(terms)
        known = self._find_terms(list(counts))
        rows = [(known[term], count) for term, count in counts.items() if term in known]
        unseen = sum(count for term, count in counts.items() if term not in known)
        return LexicalQuery(self._postings, rows, self._size, unseen * self._unseen_idf, self._largest_factor)

    def weights(self, terms: Sequence[str]) -> dict[str, float]:
        """The idf of each term; one that no passage has weighs as the rarest of all."""
        known = self._find_terms(list(dict.fromkeys(terms)))
        return {
            term: float(self._postings.idf[known[term]]) if term in known else self._unseen_idf
            for term in dict.fromkeys(terms)
        }


@dataclass(frozen=True, slots=True)
class LexicalQuery:
    """One question's terms, found in the postings: `rows` are (term position, count) pairs."""

    postings: Postings
    rows: Sequence[tuple[int, int]]
    size: int
    unseen_idf: float
    largest_factor: float

    def scores(self) -> NDArray[np.float32]:
        """BM25 of every passage: float32 [passages], 0 where no term of the question is."""
        scores = np.zeros(self.size, dtype=np.float32)
        for term, count in self.rows:
            span = slice(*self.postings.starts[term : term + 2])
            scores[self.postings.passages[span]] += count * self.postings.impacts[span]
        return scores

    def theoretical_maximum(self) -> float:
        """The score that no passage can pass: the sum of idf * (k1 + 1) over the question's terms in the index.

        Dividing by it keeps an absolute meaning (Bruch et al. 2022, arXiv 2210.11934).
        """
        return self.largest_factor * sum(count * float(self.postings.idf[term]) for term, count in self.rows)

    def coverage(self) -> NDArray[np.float32]:
        """The share of the question that each passage's terms cover, weighed by idf: float32 [passages], 0..1.

        A term that no passage has counts as the rarest of all.
        """
        covered = np.zeros(self.size, dtype=np.float32)
        total = self.unseen_idf
        for term, count in self.rows:
            weight = count * float(self.postings.idf[term])
            total += weight
            covered[self.postings.passages[slice(*self.postings.starts[term : term + 2])]] += weight
        return covered / total if total else covered
