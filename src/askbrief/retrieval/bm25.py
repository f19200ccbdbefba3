"""BM25: rank-bm25's arithmetic, compiled at build time to per-term postings.

rank-bm25's `BM25Plus` (Lv and Zhai 2011, "Lower-bounding term frequency normalization") gives the idf and the
parameters. Its idf, ln((N + 1) / df), falls steadily with df, where `BM25Okapi`'s turns negative and is floored
for the very terms a one-topic corpus is about. It adds idf * delta to every passage, whether the term is in it
or not: a constant for a query, taken off here, so that postings stay sparse and zero means no match.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Self

import numpy as np
from rank_bm25 import BM25Plus

from askbrief.retrieval.term_counts import TermCounter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from numpy.typing import NDArray

    from askbrief.query.expansion import Alternative
    from askbrief.retrieval.term_counts import TermCounts

    _Worth = Callable[["QueryTerm"], NDArray[np.float32]]
    _Places = NDArray[np.integer]


_AT_ONCE = 1 << 20


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
        counter = TermCounter()
        for terms in corpus:
            counter.add(terms)
        vocabulary, counted = counter.counted()
        return vocabulary, cls.from_counts(counted)

    @classmethod
    def from_counts(cls, counted: TermCounts) -> Self:
        """Compile what was counted, a few million postings at a time."""
        parameters = BM25Plus([["term"]])
        k1, b = parameters.k1, parameters.b
        frequencies, size = np.diff(counted.starts), counted.size
        idf = np.array([math.log((size + 1) / frequency) for frequency in frequencies.tolist()], dtype=np.float64)
        lengths = np.zeros(size, dtype=np.float64)
        for start in range(0, len(counted.counts), _AT_ONCE):
            some = slice(start, start + _AT_ONCE)
            lengths += np.bincount(counted.passages[some], counted.counts[some], minlength=size)
        norms = k1 * (1 - b + b * lengths / (lengths.sum() / max(1, size) or 1))
        impacts = np.empty(len(counted.counts), dtype=np.float32)
        for start in range(0, len(counted.counts), _AT_ONCE):
            some = slice(start, start + _AT_ONCE)
            terms = np.searchsorted(counted.starts, np.arange(start, start + len(impacts[some])), side="right") - 1
            counts = counted.counts[some].astype(np.float64)
            impacts[some] = idf[terms] * counts * (k1 + 1) / (counts + norms[counted.passages[some]])
        return cls(counted.starts, counted.passages, impacts, idf)


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

    def query(self, terms: Sequence[str], alternatives: Sequence[Alternative] = ()) -> LexicalQuery:
        """Look a question's terms up once, and what may stand for them; a repeated term weighs more than once."""
        counts = Counter(terms)
        known = self._find_terms([*counts, *(term for other in alternatives for term in other.terms)])
        replaced = frozenset[str]().union(*(other.stands_for for other in alternatives))
        others: dict[frozenset[str], list[Alternative]] = {frozenset((t,)): [] for t in counts if t not in replaced}
        for alternative in alternatives:
            others.setdefault(alternative.stands_for, []).append(alternative)
        concepts = [
            Concept(
                self._looked_up({term: counts[term] for term in sorted(stands_for)}, known),
                tuple((self._looked_up(dict.fromkeys(sorted(a.terms), 1), known), a.weight) for a in some),
            )
            for stands_for, some in others.items()
        ]
        pairs = tuple(
            (one, other, min(self._idf(known.get(one)), self._idf(known.get(other))))
            for one, other in pairwise(terms)
            if one != other and not any({one, other} <= name.stands_for for name in alternatives)
        )
        return LexicalQuery(self._postings, concepts, pairs, self._size, self._largest_factor)

    def weights(self, terms: Sequence[str]) -> dict[str, float]:
        """The idf of each term; one that no passage has weighs as the rarest of all."""
        known = self._find_terms(list(dict.fromkeys(terms)))
        return {term: self._idf(known.get(term)) for term in dict.fromkeys(terms)}

    def _looked_up(self, counts: Mapping[str, int], known: Mapping[str, int]) -> tuple[QueryTerm, ...]:
        return tuple(
            QueryTerm(term, known.get(term), count, count * self._idf(known.get(term)))
            for term, count in counts.items()
        )

    def _idf(self, position: int | None) -> float:
        return self._unseen_idf if position is None else float(self._postings.idf[position])


@dataclass(frozen=True, slots=True)
class QueryTerm:
    """A term looked up: its position in the postings (None where no passage has it), and count x idf as its weight."""

    term: str
    position: int | None
    count: int
    weight: float


@dataclass(frozen=True, slots=True)
class Concept:
    """Terms that are asked for together, and others, each with a weight, that may stand for all of them.

    `weight` is what the concept weighs in the question; an unknown word weighs what the best known one for it does.
    """

    asked: tuple[QueryTerm, ...]
    alternatives: tuple[tuple[tuple[QueryTerm, ...], float], ...] = ()
    weight: float = field(init=False)

    def __post_init__(self) -> None:
        """Add the weights up once."""
        unknown = self.alternatives and all(term.position is None for term in self.asked)
        weight = max(_weight(terms) for terms, _ in self.alternatives) if unknown else _weight(self.asked)
        object.__setattr__(self, "weight", weight)

    @property
    def reachable(self) -> float:
        """The weight of what some passage can have of it."""
        known = sum(term.weight for term in self.asked if term.position is not None)
        found = [weight * self.weight for terms, weight in self.alternatives if _all_known(terms)]
        return max([known, *found])

    def covered(self, terms: AbstractSet[str]) -> float:
        """How much of its weight some terms cover: what was asked for each on its own, an alternative only whole."""
        own = sum([term.weight for term in self.asked if term.term in terms])
        if not self.alternatives:
            return own
        others = (weight for some, weight in self.alternatives if all(term.term in terms for term in some))
        return max(own, self.weight * max(others, default=0.0))


def _weight(terms: Sequence[QueryTerm]) -> float:
    return sum(term.weight for term in terms)


def _all_known(terms: Sequence[QueryTerm]) -> bool:
    return all(term.position is not None for term in terms)


@dataclass(frozen=True, slots=True)
class LexicalQuery:
    """One question, found in the postings.

    `pairs` are its neighbouring terms, each pair with the lesser idf; those inside a name that has other names are left
    out, since the name is looked for as one thing. `weight` is that of all concepts, and never nothing.
    """

    postings: Postings
    concepts: Sequence[Concept]
    pairs: Sequence[tuple[str, str, float]]
    size: int
    largest_factor: float
    weight: float = field(init=False)

    def __post_init__(self) -> None:
        """Add the weights up once."""
        object.__setattr__(self, "weight", sum(concept.weight for concept in self.concepts) or 1.0)

    def scores(self) -> NDArray[np.float32]:
        """BM25 of every passage: float32 [passages], 0 where no term of the question is.

        A passage that has an alternative for a concept scores as near to the concept's maximum as it comes to the
        alternative's, times its weight, where that is more than what it has of the terms that were asked for.
        """
        return self._summed(self._impacts)

    def coverage(self, numbers: NDArray[np.int64] | Sequence[int] | None = None) -> NDArray[np.float32]:
        """The share of the question that each passage's terms cover, weighed by idf: float32 [passages], 0..1.

        A term that no passage has counts as the rarest of all.

        Args:
            numbers: the passages to look at; None for all.
        """
        looked_at = None if numbers is None else np.asarray(numbers, dtype=np.int32)
        return self._summed(self._weights, looked_at) / np.float32(self.weight)

    def covered_by(self, terms: AbstractSet[str]) -> float:
        """The share of the question that some terms cover, as `coverage` has it for passages."""
        return sum([concept.covered(terms) for concept in self.concepts]) / self.weight

    def phrases_in(self, terms: Sequence[str]) -> float:
        """The share of the question's neighbouring terms that are neighbours in a text too, weighed by idf: 0..1."""
        total = sum(weight for _, _, weight in self.pairs)
        if not total:
            return 0.0
        there = set(pairwise(terms))
        return sum(weight for one, other, weight in self.pairs if (one, other) in there) / total

    def theoretical_maximum(self) -> float:
        """The score that no passage can pass: the sum of idf * (k1 + 1) over the question's terms in the index.

        Dividing by it keeps an absolute meaning (Bruch et al. 2022, arXiv 2210.11934).
        """
        return self.largest_factor * sum(concept.reachable for concept in self.concepts)

    def _summed(self, worth: _Worth, numbers: NDArray[np.int32] | None = None) -> NDArray[np.float32]:
        """Add up what each term is worth to the passages that have it; of a concept, the best of its forms counts."""
        scores = np.zeros(self.size if numbers is None else len(numbers), dtype=np.float32)
        for concept in self.concepts:
            own = np.zeros_like(scores) if concept.alternatives else scores
            for term in concept.asked:
                np.add.at(own, *self._column(term, worth, numbers))
            for terms, weight in concept.alternatives:
                if _all_known(terms):
                    scale = np.float32(weight * concept.weight / _weight(terms))
                    places, values = _of_all([self._column(term, worth, numbers) for term in terms])
                    own[places] = np.maximum(own[places], scale * values)
            if own is not scores:
                scores += own
        return scores

    def _column(
        self, term: QueryTerm, worth: _Worth, numbers: NDArray[np.int32] | None
    ) -> tuple[_Places, NDArray[np.float32]]:
        """Where the passages that have a term stand among those looked at, and what it is worth to each of them."""
        if term.position is None:
            return np.empty(0, dtype=np.int32), np.empty(0, dtype=np.float32)
        passages, values = self.postings.passages[self._span(term)], worth(term)
        if numbers is None:
            return passages, values
        places, found = _found(numbers, passages)
        return places, values[found]

    def _impacts(self, term: QueryTerm) -> NDArray[np.float32]:
        return np.float32(term.count) * self.postings.impacts[self._span(term)]

    def _weights(self, term: QueryTerm) -> NDArray[np.float32]:
        span = self._span(term)
        return np.broadcast_to(np.float32(term.weight), span.stop - span.start)

    def _span(self, term: QueryTerm) -> slice:
        assert term.position is not None  # noqa: S101 - only those that are in the index are looked for
        return slice(*self.postings.starts[term.position : term.position + 2].tolist())


def _found(some: _Places, among: _Places) -> tuple[_Places, _Places]:
    """Where those stand that are among others, and where they stand there; the others ascend.

    >>> [places.tolist() for places in _found(np.array([7, 4, 9]), np.array([2, 4, 7]))]
    [[0, 1], [2, 1]]
    """
    near = np.searchsorted(among, some)
    near[near == len(among)] = 0
    places = np.flatnonzero(among[near] == some) if len(among) else near[:0]
    return places, near[places]


def _of_all(columns: Sequence[tuple[_Places, NDArray[np.float32]]]) -> tuple[_Places, NDArray[np.float32]]:
    """The places that are in every column, and the sums of their values."""
    common = min((places for places, _ in columns), key=len)
    for places, _ in columns:
        common = common[_found(common, places)[0]]
    sums = np.zeros(len(common), dtype=np.float32)
    for places, values in columns:
        sums += values[_found(common, places)[1]]
    return common, sums
