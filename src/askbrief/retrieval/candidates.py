"""The first ranking: BM25 and cosine of whole passages, fused, over all in scope or a shortlist of some thousands."""

from __future__ import annotations

from dataclasses import dataclass, fields
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Self

import numpy as np

from askbrief.records import Method
from askbrief.retrieval.soft_filters import SoftFilter

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from askbrief.query.expansion import Query
    from askbrief.query.parsed_question import ParsedQuestion
    from askbrief.retrieval.bm25 import LexicalIndex, WeightedQuery
    from askbrief.retrieval.cosine import DenseIndex

    Weigh = Callable[[Query], WeightedQuery]

RRF_K = 60
"""The constant of Cormack, Clarke and Büttcher (2009), "Reciprocal rank fusion"."""
_BLOCK = 1 << 14
"""Number of scores fused at a time, so that intermediate results stay in memory that the process already has."""
_SAMPLE, _SAMPLE_MARGIN = 1 << 11, 16
"""Size of the sample that estimates a threshold for the highest scores, and how many more of it should pass."""
SHORTLIST = 4_096
"""Number of passages of a large index that are ranked exactly (docs/decisions.md: how many of the best are found)."""
MIN_CANDIDATES = 30
"""Minimum number of candidates scored sentence by sentence; 20 or 50 changed hit@1 and hit@5 by at most 0.002."""
ON_ASPECT = 0.75
"""A passage is on an aspect if it has this share of its terms, weighed by idf, 0..1."""
CANDIDATES_OF_AN_ASPECT = 5
"""Number of further candidates on each of the things that a question compares."""
BEST_OF_A_DOCUMENT = 3
"""The evidence of a document is the mean score of this number of its best passages."""


def fuse(
    lexical: NDArray[np.float32], cosines: NDArray[np.float32], *, weight: float, method: Method = Method.HYBRID
) -> NDArray[np.float32]:
    """Combine the lexical and the dense score of each passage: float32 [passages], zero or less is no match.

    Args:
        lexical: BM25 divided by its maximum, 0..1, float32 [passages].
        cosines: -1..1, float32 [passages].
        weight: the lexical share of the convex combination, 0..1.
        method: how to combine them.

    >>> [round(s, 2) for s in fuse(np.float32([.5, 0]), np.float32([.8, .6]), weight=.4).tolist()]
    [0.68, 0.36]
    """
    match method:
        case Method.BM25:
            return lexical
        case Method.DENSE:
            return cosines
        case Method.RRF:
            return _reciprocal_ranks(lexical) + _reciprocal_ranks(cosines)
        case Method.HYBRID | Method.CONVEX:
            fused = np.empty(len(lexical), dtype=np.float32)
            for first in range(0, len(fused), _BLOCK):
                some = slice(first, first + _BLOCK)
                fused[some] = weight * lexical[some] + (1 - weight) * cosines[some]
            return fused


def _reciprocal_ranks(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    ranks = np.empty(len(scores), dtype=np.float32)
    ranks[np.argsort(-scores, kind="stable")] = np.arange(1, len(scores) + 1, dtype=np.float32)
    return np.where(scores > 0, 1 / (RRF_K + ranks), 0).astype(np.float32)


def best(scores: NDArray[np.float32], count: int) -> NDArray[np.int64]:
    """Return the positions of the highest positive scores, best first; equal scores keep their order.

    >>> best(np.float32([.1, .7, 0, .7]), 3).tolist()
    [1, 3, 0]
    """
    positions = highest(scores, count, above=0)
    return positions[np.argsort(-scores[positions], kind="stable")]


def highest(scores: NDArray[np.float32], count: int, *, above: float = -np.inf) -> NDArray[np.int64]:
    """Return the positions of the highest scores above a value, ascending; of equal scores at the cut, the first.

    >>> highest(np.float32([.1, .7, .3, .1, .1]), 3).tolist()
    [0, 1, 2]
    """
    positions = np.flatnonzero(scores > max(above, _likely_floor(scores, count)))
    if len(positions) < count:
        positions = np.flatnonzero(scores > above)
    if len(positions) <= count:
        return positions
    some = scores[positions]
    cut = np.partition(some, len(some) - count)[len(some) - count] if count > 0 else np.inf
    chosen = some > cut
    chosen[np.flatnonzero(some == cut)[: max(0, count) - np.count_nonzero(chosen)]] = True
    return positions[chosen]


def _likely_floor(scores: NDArray[np.float32], count: int) -> float:
    """Estimate from a sample a value that more than `count` scores exceed; to partition a million takes much longer."""
    stride = len(scores) // _SAMPLE
    if stride <= 1:
        return -np.inf
    sample = scores[::stride]
    place = len(sample) - _SAMPLE_MARGIN - 2 * max(0, count) // stride
    return float(np.partition(sample, place)[place]) if place >= 0 else -np.inf


@dataclass(frozen=True, slots=True)
class Candidates:
    """The passages of the first ranking, as columns of equal length, in ascending order of their numbers.

    Attributes:
        numbers: of the passages in the generation: int64 [candidates].
        scores: BM25 and cosine, fused; above 0: float32 [candidates].
        ranking: `scores`, raised where the document meets the constraints of the question: float32 [candidates].
        bm25: float32 [candidates].
        lexical: BM25 divided by its maximum, 0..1: float32 [candidates].
        cosines: -1..1: float32 [candidates].
        coverages: the share of the question's terms in the passage, weighed by idf, 0..1: float32 [candidates].
        documents: evidence of the whole document, see `document_evidence`: float64 [candidates].
        dated: how far the date of the document meets the times that the question names, 0..1: float64 [candidates].
        named: whether the document is of a source that the question names, 0 or 1: float64 [candidates].
        aspects: the coverage of each thing that the question compares, 0..1: float32 [candidates, aspects].
    """

    numbers: NDArray[np.int64]
    scores: NDArray[np.float32]
    ranking: NDArray[np.float32]
    bm25: NDArray[np.float32]
    lexical: NDArray[np.float32]
    cosines: NDArray[np.float32]
    coverages: NDArray[np.float32]
    documents: NDArray[np.float64]
    dated: NDArray[np.float64]
    named: NDArray[np.float64]
    aspects: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.numbers)

    def select(self, places: NDArray[np.int64]) -> Self:
        """Return the candidates at some places."""
        return type(self)(*(getattr(self, column.name)[places] for column in fields(self)))


def select_places(ranking: NDArray[np.float32], aspects: NDArray[np.float32], count: int) -> NDArray[np.int64]:
    """Return the places of the best passages, and of a few that are best on each aspect; ascending.

    Engines that divide their passages apply this to each part, and then to all that the parts returned. `ranking` is
    float32 [passages], zero or less is no match; equal scores are taken in order. `aspects` is float32 [passages,
    aspects].
    """
    of_aspects = [
        best(np.where(coverage >= ON_ASPECT, ranking, np.float32(0)), CANDIDATES_OF_AN_ASPECT) for coverage in aspects.T
    ]
    return np.unique(np.concatenate([best(ranking, count), *of_aspects]))


def document_evidence(scores: NDArray[np.float32]) -> float:
    """Return the evidence of a whole document for a question: the mean score of its best passages.

    >>> round(document_evidence(np.float32([.1, .6, .5, .4])), 2)
    0.5
    """
    if len(scores) > BEST_OF_A_DOCUMENT:
        scores = np.partition(scores, -BEST_OF_A_DOCUMENT)[-BEST_OF_A_DOCUMENT:]
    return float(scores.mean())


@dataclass(frozen=True, slots=True)
class WeightedQuestion:
    """A parsed question with what the whole generation adds to it; every part of the generation is searched for it."""

    vector: NDArray[np.float32]  # unit, [dimension]
    query: WeightedQuery
    aspects: tuple[WeightedQuery, ...] = ()  # each thing that it compares
    soft_filter: SoftFilter | None = None  # the times and sources that it names, if any

    @classmethod
    def of(cls, parsed: ParsedQuestion, vector: NDArray[np.float32], weigh: Weigh, method: Method) -> Self:
        """Weigh a parsed question by the whole generation; only the hybrid method uses aspects and soft filters."""
        if method is not Method.HYBRID:
            return cls(vector, weigh(parsed.query))
        soft_filter = SoftFilter(parsed.constraints, parsed.query.alternatives) if parsed.constraints else None
        return cls(vector, weigh(parsed.query), tuple(map(weigh, parsed.aspects)), soft_filter)


@dataclass(frozen=True, slots=True)
class FirstRanking:
    """How passages are ranked first; methods other than hybrid are for comparison."""

    method: Method
    lexical_weight: float  # the share of BM25 in the fused score, 0..1
    count: int  # maximum number of passages to return

    @property
    def candidates(self) -> int:
        """The number of candidates that are scored."""
        return max(self.count, MIN_CANDIDATES)


@dataclass(frozen=True, slots=True)
class DocumentColumns:
    """What the first ranking needs of the documents of an index, in the order of their passages.

    Without times and sources in the question, only `starts` is given; `dated` and `named` are as in `Candidates`.
    """

    starts: NDArray[np.int64]  # first passage of each, and at the end the number of passages: [documents + 1]
    dated: NDArray[np.float64] | None = None
    named: NDArray[np.float64] | None = None
    lift: NDArray[np.float32] | None = None  # what a passage gains on its score, 0..1


class PassageSearch:
    """Ranks the passages of a generation, or of a part of one, for one question."""

    def __init__(
        self,
        lexical: LexicalIndex,
        dense: DenseIndex,
        question: WeightedQuestion,
        ranking: FirstRanking,
        *,
        admitted: NDArray[np.bool_] | None,
        exact_up_to: int,
    ) -> None:
        """Score the passages.

        Args:
            lexical: their postings.
            dense: their vectors.
            question: what is searched for.
            ranking: how to rank.
            admitted: bool [passages]: which are in scope; None for all. Passages out of scope score 0.
            exact_up_to: with more passages than this, only a shortlist of the likeliest is ranked.
        """
        self._lexical, self._dense, self._question, self._ranking = lexical, dense, question, ranking
        self._match, self._admitted = lexical.match(question.query), admitted
        self._maximum = np.float32(question.query.maximum or 1)
        self._is_exact = len(dense) <= exact_up_to
        self._bm25 = self._in_scope(self._match.scores())
        self._numbers = np.arange(len(dense)) if self._is_exact else self._likeliest()
        chosen = slice(None) if self._is_exact else self._numbers
        self._cosines = self._in_scope(dense.scores(question.vector, chosen), chosen)
        self._scores = self._fused(self._bm25[chosen], self._cosines)

    def candidates(self, documents: DocumentColumns) -> Candidates:
        """Return the best passages, and those that are best on each aspect; what is out of scope is none of them."""
        aspects, ranking = self._aspects(), self._lifted(documents)
        places = select_places(ranking, aspects, self._ranking.candidates)
        numbers = self._numbers[places]
        bm25, of_documents = self._bm25[numbers], np.searchsorted(documents.starts, numbers, side="right") - 1
        nothing = np.zeros(len(numbers))
        return Candidates(
            numbers=numbers,
            scores=self._scores[places],
            ranking=ranking[places],
            bm25=bm25,
            lexical=bm25 / self._maximum,
            cosines=self._cosines[places],
            coverages=self._match.coverage(numbers),
            documents=self._document_evidence(documents.starts, of_documents),
            dated=nothing if documents.dated is None else documents.dated[of_documents],
            named=nothing if documents.named is None else documents.named[of_documents],
            aspects=aspects[places],
        )

    def _aspects(self) -> NDArray[np.float32]:
        """Return the coverage of each aspect on the shortlist: float32 [shortlist, aspects]."""
        numbers = None if self._is_exact else self._numbers
        columns = [self._lexical.match(aspect).coverage(numbers) for aspect in self._question.aspects]
        return np.stack(columns, axis=1) if columns else np.zeros((len(self._scores), 0), dtype=np.float32)

    def _lifted(self, documents: DocumentColumns) -> NDArray[np.float32]:
        """Return the scores, each match raised as far as its document meets the constraints: float32 [shortlist]."""
        if documents.lift is None:
            return self._scores
        lift = np.repeat(documents.lift, np.diff(documents.starts))[self._numbers]
        return np.where(self._scores > 0, self._scores + lift, self._scores)

    def _document_evidence(self, starts: NDArray[np.int64], of_documents: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the evidence of the document of each candidate, from all its passages: float64 [candidates]."""
        chosen, inverse = np.unique(of_documents, return_inverse=True)
        ranges = [(int(starts[one]), int(starts[one + 1])) for one in chosen]
        if self._is_exact:
            return np.array([document_evidence(self._scores[slice(*one)]) for one in ranges], dtype=float)[inverse]
        numbers = np.concatenate([*(np.arange(*one) for one in ranges), self._numbers[:0]])
        cosines = self._in_scope(self._dense.scores(self._question.vector, numbers), numbers)
        scores = self._fused(self._bm25[numbers], cosines)
        bounds = pairwise(accumulate((last - first for first, last in ranges), initial=0))
        return np.array([document_evidence(scores[slice(*bound)]) for bound in bounds], dtype=float)[inverse]

    def _likeliest(self) -> NDArray[np.int64]:
        """Return the passages in scope with the best estimates; of a small scope, all passages."""
        in_scope = self._admitted
        if in_scope is not None and np.count_nonzero(in_scope) <= SHORTLIST:
            return np.flatnonzero(in_scope)
        estimates = self._fused(self._bm25, self._dense.estimates(self._question.vector))
        if in_scope is not None:
            estimates[~in_scope] = -np.inf
        return highest(estimates, SHORTLIST)

    def _fused(self, bm25: NDArray[np.float32], cosines: NDArray[np.float32]) -> NDArray[np.float32]:
        weight, method = self._ranking.lexical_weight, self._ranking.method
        return fuse(bm25 / self._maximum, cosines, weight=weight, method=method)

    def _in_scope(
        self, scores: NDArray[np.float32], passages: NDArray[np.int64] | slice = slice(None)
    ) -> NDArray[np.float32]:
        return scores if self._admitted is None else np.where(self._admitted[passages], scores, np.float32(0))
