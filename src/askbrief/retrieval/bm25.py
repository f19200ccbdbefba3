"""BM25, compiled at build time to postings for each term.

The idf and the parameters are those of rank-bm25's `BM25Plus` (Lv and Zhai 2011, "Lower-bounding term frequency
normalization"). Its idf, ln((N + 1) / df), falls steadily with df; that of `BM25Okapi` turns negative, and is then
floored, for the most frequent terms of a corpus on one topic. BM25Plus adds idf * delta to every passage, with the term
or without. This is the same for all passages, so it is left out: postings stay sparse, and zero means no match.

A query is weighed with the idf of the whole generation (`weigh`), and then matched against the postings of the whole or
of a part (`LexicalIndex.match`).
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

    from askbrief.query.expansion import Query
    from askbrief.retrieval.term_counts import TermCounts

    _Values = Callable[["QueryTerm", slice], NDArray[np.float32]]
    _Places = NDArray[np.integer]


_BLOCK = 1 << 20
"""Number of postings compiled at a time; limits the memory for intermediate results to some tens of MiB."""


@dataclass(frozen=True, slots=True)
class Postings:
    """For each term, the passages that contain it and what it adds to their scores.

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
        """Compile a corpus of analysed passages; return the terms in code point order, and their postings."""
        counter = TermCounter()
        for terms in corpus:
            counter.add(terms)
        vocabulary, counted = counter.counted()
        return vocabulary, cls.from_counts(counted)

    @classmethod
    def from_counts(cls, counted: TermCounts) -> Self:
        """Compile term counts, a block of postings at a time."""
        parameters = BM25Plus([["term"]])
        k1, b = parameters.k1, parameters.b
        frequencies, size = np.diff(counted.starts), counted.size
        idf = np.array([math.log((size + 1) / frequency) for frequency in frequencies.tolist()], dtype=np.float64)
        lengths = np.zeros(size, dtype=np.float64)
        for start in range(0, len(counted.counts), _BLOCK):
            some = slice(start, start + _BLOCK)
            lengths += np.bincount(counted.passages[some], counted.counts[some], minlength=size)
        norms = k1 * (1 - b + b * lengths / (lengths.sum() / max(1, size) or 1))
        impacts = np.empty(len(counted.counts), dtype=np.float32)
        for start in range(0, len(counted.counts), _BLOCK):
            some = slice(start, start + _BLOCK)
            terms = np.searchsorted(counted.starts, np.arange(start, start + len(impacts[some])), side="right") - 1
            counts = counted.counts[some].astype(np.float64)
            impacts[some] = idf[terms] * counts * (k1 + 1) / (counts + norms[counted.passages[some]])
        return cls(counted.starts, counted.passages, impacts, idf)

    def span(self, position: int) -> slice:
        """Return where the postings of a term lie."""
        return slice(*self.starts[position : position + 2].tolist())


@dataclass(frozen=True, slots=True)
class QueryTerm:
    """A term of a query, as `analyse` gives it; `is_known` if any passage of the generation contains it."""

    term: str
    is_known: bool
    count: int  # in the query
    weight: float  # count x idf


@dataclass(frozen=True, slots=True)
class Concept:
    """Terms that are searched for together, and alternatives that can stand for all of them."""

    terms: tuple[QueryTerm, ...]
    alternatives: tuple[tuple[tuple[QueryTerm, ...], float], ...] = ()  # each with its weight, 0..1
    weight: float = field(init=False)

    def __post_init__(self) -> None:
        """Weigh its terms; if no passage contains any, the weight is that of its heaviest alternative."""
        is_unknown = self.alternatives and not any(term.is_known for term in self.terms)
        weight = max(_weight(terms) for terms, _ in self.alternatives) if is_unknown else _weight(self.terms)
        object.__setattr__(self, "weight", weight)

    @property
    def reachable(self) -> float:
        """The largest weight that a passage can have."""
        own = sum(term.weight for term in self.terms if term.is_known)
        others = [weight * self.weight for terms, weight in self.alternatives if _all_known(terms)]
        return max([own, *others])

    def covered(self, terms: AbstractSet[str]) -> float:
        """Return how much of the weight some terms cover: each of the question's terms counts, an alternative whole."""
        own = sum([term.weight for term in self.terms if term.term in terms])
        if not self.alternatives:
            return own
        others = (weight for some, weight in self.alternatives if all(term.term in terms for term in some))
        return max(own, self.weight * max(others, default=0.0))


def _weight(terms: Sequence[QueryTerm]) -> float:
    return sum(term.weight for term in terms)


def _all_known(terms: Sequence[QueryTerm]) -> bool:
    return all(term.is_known for term in terms)


@dataclass(frozen=True, slots=True)
class WeightedQuery:
    """A query with the idf of its terms, which holds for every part of a generation.

    Attributes:
        concepts: its terms, grouped with their alternatives.
        pairs: neighbouring terms, each pair with the lesser idf. Pairs inside a name that has other names are left out,
            since the name is searched for as one concept.
        weight: of all concepts; 1 if they weigh nothing.
        maximum: the BM25 score that no passage can exceed, the sum of idf * (k1 + 1) over the known terms. Dividing by
            it keeps scores comparable between questions (Bruch et al. 2022, arXiv 2210.11934).
    """

    concepts: tuple[Concept, ...]
    pairs: tuple[tuple[str, str, float], ...]
    weight: float
    maximum: float

    def covered_by(self, terms: AbstractSet[str]) -> float:
        """Return the share of the query that some terms cover, weighed by idf: 0..1."""
        return sum([concept.covered(terms) for concept in self.concepts]) / self.weight

    def phrases_in(self, terms: Sequence[str]) -> float:
        """Return the share of the query's neighbouring terms that are neighbours in a text, weighed by idf: 0..1."""
        total = sum(weight for _, _, weight in self.pairs)
        if not total:
            return 0.0
        neighbours = set(pairwise(terms))
        return sum(weight for one, other, weight in self.pairs if (one, other) in neighbours) / total


def unseen_idf(passages: int) -> float:
    """Return the idf of a term that no passage contains: it weighs more than the rarest one that some do."""
    return float(np.log((passages + 1) / 0.5))


def weigh(query: Query, idf: Mapping[str, float], passages: int) -> WeightedQuery:
    """Weigh the terms of a query by their idf in the whole generation; a repeated term weighs more than once."""
    unseen, counts = unseen_idf(passages), Counter(query.terms)
    replaced = frozenset[str]().union(*(other.stands_for for other in query.alternatives))
    groups: dict[frozenset[str], list[tuple[frozenset[str], float]]] = {
        frozenset((term,)): [] for term in counts if term not in replaced
    }
    for other in query.alternatives:
        groups.setdefault(other.stands_for, []).append((other.terms, other.weight))

    def weighed(counted: Mapping[str, int]) -> tuple[QueryTerm, ...]:
        return tuple(QueryTerm(t, t in idf, count, count * idf.get(t, unseen)) for t, count in counted.items())

    concepts = tuple(
        Concept(
            weighed({term: counts[term] for term in sorted(stands_for)}),
            tuple((weighed(dict.fromkeys(sorted(terms), 1)), weight) for terms, weight in others),
        )
        for stands_for, others in groups.items()
    )
    pairs = tuple(
        (one, other, min(idf.get(one, unseen), idf.get(other, unseen)))
        for one, other in pairwise(query.terms)
        if one != other and not any({one, other} <= name.stands_for for name in query.alternatives)
    )
    return WeightedQuery(
        concepts,
        pairs,
        weight=sum(concept.weight for concept in concepts) or 1.0,
        maximum=(BM25Plus([["term"]]).k1 + 1) * sum(concept.reachable for concept in concepts),
    )


class LexicalIndex:
    """The postings of a generation, or of a part of one."""

    def __init__(self, postings: Postings, find_terms: Callable[[Sequence[str]], Mapping[str, int]], size: int) -> None:
        """Take the postings, a look-up from terms to their positions, and the number of passages."""
        self._postings = postings
        self._find_terms = find_terms
        self._size = size

    def match(self, query: WeightedQuery) -> LexicalMatch:
        """Look up the terms of a query once."""
        terms = [term.term for concept in query.concepts for term in concept.terms]
        terms += [term.term for concept in query.concepts for some, _ in concept.alternatives for term in some]
        return LexicalMatch(query, self._postings, self._find_terms(terms), self._size)

    def idf(self, terms: Sequence[str]) -> dict[str, float]:
        """Return the idf of those terms that some passage contains."""
        return {term: float(self._postings.idf[position]) for term, position in self._find_terms(terms).items()}

    def passages_with(self, terms: Sequence[str]) -> dict[str, NDArray[np.int32]]:
        """Return the passages that contain each term, ascending: int32; terms that none contains are left out."""
        return {term: self._postings.passages[self._postings.span(at)] for term, at in self._find_terms(terms).items()}


@dataclass(frozen=True, slots=True)
class LexicalMatch:
    """A query, with the positions of its terms in the postings."""

    query: WeightedQuery
    postings: Postings
    positions: Mapping[str, int]
    size: int

    def scores(self) -> NDArray[np.float32]:
        """Return BM25 of every passage: float32 [passages], 0 where no term matches.

        A passage with an alternative for a concept gets the share of the concept's maximum that it has of the
        alternative's, times the alternative's weight, where that is more than it gets for the concept's own terms.
        """
        return self._summed(self._impacts)

    def coverage(self, numbers: NDArray[np.int64] | Sequence[int] | None = None) -> NDArray[np.float32]:
        """Return the share of the query that the terms of some passages, or all, cover, weighed by idf.

        float32 [passages], 0..1. A term that no passage contains counts as the rarest of all.
        """
        some = None if numbers is None else np.asarray(numbers, dtype=np.int32)
        return self._summed(self._weights, some) / np.float32(self.query.weight)

    def _summed(self, values: _Values, numbers: NDArray[np.int32] | None = None) -> NDArray[np.float32]:
        """Sum what each concept adds to the passages; of its own terms and its alternatives, the best counts."""
        scores = np.zeros(self.size if numbers is None else len(numbers), dtype=np.float32)
        for concept in self.query.concepts:
            own = np.zeros_like(scores) if concept.alternatives else scores
            for term in concept.terms:
                np.add.at(own, *self._column(term, values, numbers))
            for terms, weight in concept.alternatives:
                if _all_known(terms):
                    scale = np.float32(weight * concept.weight / _weight(terms))
                    places, added = _of_all([self._column(term, values, numbers) for term in terms])
                    own[places] = np.maximum(own[places], scale * added)
            if own is not scores:
                scores += own
        return scores

    def _column(
        self, term: QueryTerm, values: _Values, numbers: NDArray[np.int32] | None
    ) -> tuple[_Places, NDArray[np.float32]]:
        """Return the places, among `numbers`, of the passages with a term, and what it adds to each."""
        position = self.positions.get(term.term)
        if position is None:
            return np.empty(0, dtype=np.int32), np.empty(0, dtype=np.float32)
        span = self.postings.span(position)
        passages, added = self.postings.passages[span], values(term, span)
        if numbers is None:
            return passages, added
        places, matching = _intersect(numbers, passages)
        return places, added[matching]

    def _impacts(self, term: QueryTerm, span: slice) -> NDArray[np.float32]:
        return np.float32(term.count) * self.postings.impacts[span]

    def _weights(self, term: QueryTerm, span: slice) -> NDArray[np.float32]:
        return np.broadcast_to(np.float32(term.weight), span.stop - span.start)


def _intersect(some: _Places, among: _Places) -> tuple[_Places, _Places]:
    """Return the positions in `some` whose values are in `among`, and their positions there; `among` ascends.

    >>> [places.tolist() for places in _intersect(np.array([7, 4, 9]), np.array([2, 4, 7]))]
    [[0, 1], [2, 1]]
    """
    near = np.searchsorted(among, some)
    near[near == len(among)] = 0
    places = np.flatnonzero(among[near] == some) if len(among) else near[:0]
    return places, near[places]


def _of_all(columns: Sequence[tuple[_Places, NDArray[np.float32]]]) -> tuple[_Places, NDArray[np.float32]]:
    """Return the places that are in every column, and the sums of their values."""
    common = min((places for places, _ in columns), key=len)
    for places, _ in columns:
        common = common[_intersect(common, places)[0]]
    sums = np.zeros(len(common), dtype=np.float32)
    for places, values in columns:
        sums += values[_intersect(common, places)[1]]
    return common, sums
