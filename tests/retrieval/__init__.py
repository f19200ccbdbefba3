"""A small index in memory, searched as an engine does, which the tests of the ranking share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from askbrief.query.expansion import Query
from askbrief.records import Metadata, Method
from askbrief.retrieval.bm25 import LexicalIndex, Postings, unseen_idf, weigh
from askbrief.retrieval.candidates import DocumentColumns, FirstRanking, PassageSearch, WeightedQuestion
from askbrief.retrieval.scoring import PassageContent, rank

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from askbrief.inference.encoder import Encoder
    from askbrief.query.expansion import Alternative
    from askbrief.query.parsed_question import ParsedQuestion
    from askbrief.records import Passage
    from askbrief.retrieval.bm25 import LexicalMatch, WeightedQuery
    from askbrief.retrieval.cosine import DenseIndex
    from askbrief.retrieval.scoring import Ranked
    from askbrief.storage.embedded.engine import DocumentTable


@dataclass(frozen=True, slots=True)
class Compiled:
    """Postings of passages, with their own document frequencies."""

    index: LexicalIndex
    size: int

    def weigh(self, query: Query) -> WeightedQuery:
        terms = [*query.terms, *(term for other in query.alternatives for term in other.terms)]
        return weigh(query, self.index.idf(list(dict.fromkeys(terms))), self.size)

    def query(self, terms: Sequence[str], alternatives: Sequence[Alternative] = ()) -> LexicalMatch:
        return self.index.match(self.weigh(Query(tuple(terms), tuple(alternatives))))

    def weights(self, terms: Sequence[str]) -> dict[str, float]:
        """The idf of each term, also of one that no passage contains."""
        idf = self.index.idf(list(dict.fromkeys(terms)))
        return {term: idf.get(term, unseen_idf(self.size)) for term in dict.fromkeys(terms)}


def compiled(corpus: Sequence[Sequence[str]]) -> Compiled:
    """The postings of passages that are lists of terms, with the vocabulary in a dict."""
    vocabulary, postings = Postings.from_corpus(corpus)
    places = {term: place for place, term in enumerate(vocabulary)}
    index = LexicalIndex(postings, lambda terms: {t: places[t] for t in terms if t in places}, len(corpus))
    return Compiled(index, len(corpus))


class Passages(Protocol):
    """Passages by their numbers; a sequence of them will do."""

    def __getitem__(self, number: int, /) -> Passage: ...
    def __len__(self) -> int: ...


@dataclass(frozen=True, slots=True)
class MemoryIndex:
    """Passages with their postings and vectors; each is a document of its own unless `starts` says otherwise."""

    lexical: Compiled
    dense: DenseIndex
    encoder: Encoder
    passages: Passages
    exact_up_to: int
    starts: NDArray[np.int64] | None = None

    def search(
        self,
        parsed: ParsedQuestion,
        *,
        count: int,
        weight: float,
        method: Method = Method.HYBRID,
        admitted: NDArray[np.bool_] | None = None,
        documents: DocumentTable | None = None,
    ) -> list[Ranked]:
        """Rank the passages for a question, as the answer pipeline and an engine do together."""
        question = WeightedQuestion.of(parsed, self.encoder.encode_query(parsed.text), self.lexical.weigh, method)
        ranking = FirstRanking(method, weight, count)
        starts = np.arange(len(self.passages) + 1) if self.starts is None else self.starts
        columns = documents.columns(question.soft_filter) if documents else DocumentColumns(starts)
        search = PassageSearch(
            self.lexical.index, self.dense, question, ranking, admitted=admitted, exact_up_to=self.exact_up_to
        )
        candidates = search.candidates(columns)
        contents = [
            PassageContent(number, self.passages[number], "", Metadata(), self.dense.sentences(number))
            for number in candidates.numbers.tolist()
        ]
        return rank(question, candidates, contents, ranking)
