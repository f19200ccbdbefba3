"""A second engine for the contract: the passages of a generation divided over parts in this process.

Each part has its own postings and vectors, and searches for itself; no document is in two parts. What is global comes
from the head: a part has no idf at all.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Self

import numpy as np

from askbrief.query.expansion import Query
from askbrief.records import Method
from askbrief.retrieval.bm25 import LexicalIndex, Postings
from askbrief.retrieval.candidates import Candidates, DocumentColumns, PassageSearch, best, select_places
from askbrief.retrieval.cosine import DenseIndex
from askbrief.storage.embedded.engine import EXACT_UP_TO, EmbeddedEngine
from askbrief.storage.embedded.generation import (
    SENTENCE_STARTS,
    SENTENCES,
    SIGNS,
    VECTORS,
    Generation,
    GenerationReference,
    load,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from askbrief.records import Passage, Scope
    from askbrief.retrieval.candidates import FirstRanking, WeightedQuestion
    from askbrief.retrieval.scoring import PassageContent
    from askbrief.storage.embedded.engine import EmbeddedHead
    from askbrief.storage.embedded.store import Store


@dataclass(frozen=True, slots=True)
class Part:
    """Some documents: their positions, the numbers of their passages, and these passages' postings and vectors."""

    documents: NDArray[np.int64]
    numbers: NDArray[np.int64]
    lexical: LexicalIndex
    dense: DenseIndex

    def columns(self, whole: DocumentColumns) -> DocumentColumns:
        """What holds for the documents of the part, with passages counted within it."""
        starts = np.concatenate([[0], np.cumsum(np.diff(whole.starts)[self.documents])])
        if whole.dated is None or whole.named is None or whole.lift is None:
            return DocumentColumns(starts)
        some = self.documents
        return DocumentColumns(starts, whole.dated[some], whole.named[some], whole.lift[some])


class DividedEngine:
    """An engine over several parts; documents take turns, so that neighbours are in different parts."""

    def __init__(self, index: Path, parts: int = 3, exact_up_to: int = EXACT_UP_TO) -> None:
        """Open the newest generation of an index, and divide it."""
        self._generation = Generation.open_current(index)
        self._whole = EmbeddedEngine(self._generation, exact_up_to)
        self._exact_up_to = exact_up_to
        starts = self.head.documents.starts
        owner = np.repeat(np.arange(len(starts) - 1) % parts, np.diff(starts))
        self.parts = [self._part(number, owner, parts) for number in range(parts)]

    def _part(self, part: int, owner: NDArray[np.int64], parts: int) -> Part:
        numbers = np.flatnonzero(owner == part)
        documents = np.arange(part, len(self.head.documents.starts) - 1, parts)
        return Part(documents, numbers, self._lexical(numbers, len(owner)), self._dense(numbers))

    def _lexical(self, numbers: NDArray[np.int64], size: int) -> LexicalIndex:
        """The postings of some passages; a term that none of them contains is not found, and idf is unknown."""
        whole = self._generation.postings
        local = np.full(size, -1, dtype=np.int32)
        local[numbers] = np.arange(len(numbers))
        passages = local[whole.passages]
        mine = passages >= 0
        starts = np.concatenate([[0], np.cumsum(mine)])[whole.starts]
        postings = Postings(starts, passages[mine], whole.impacts[mine], np.full(len(whole.idf), np.nan))

        def find_terms(terms: Sequence[str]) -> Mapping[str, int]:
            found = self._generation.store.find_terms(terms)
            return {term: place for term, place in found.items() if starts[place] < starts[place + 1]}

        return LexicalIndex(postings, find_terms, len(numbers))

    def _dense(self, numbers: NDArray[np.int64]) -> DenseIndex:
        vectors, sentences, starts, signs = (
            load(self._generation.folder / name) for name in (VECTORS, SENTENCES, SENTENCE_STARTS, SIGNS)
        )
        rows = [np.arange(starts[number], starts[number + 1]) for number in numbers]
        own_starts = np.concatenate([[0], np.cumsum([len(some) for some in rows], dtype=np.int64)])
        chosen = np.concatenate([np.zeros(0, dtype=np.int64), *rows])
        return DenseIndex(vectors[numbers], sentences[chosen], own_starts, np.ascontiguousarray(signs[:, numbers]))

    # ------------------------------------------------------------------------------------------ what is global

    @property
    def head(self) -> EmbeddedHead:
        return self._whole.head

    @property
    def texts(self) -> Store:
        return self._whole.texts

    @property
    def reference(self) -> GenerationReference:
        return self._whole.reference

    def verify(self) -> int:
        return self._whole.verify()

    def check_readable(self) -> None:
        self._whole.check_readable()

    def close(self) -> None:
        self._whole.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # ------------------------------------------------------------------------------------------- what is divided

    def first(self, question: WeightedQuestion, scope: Scope, ranking: FirstRanking) -> Candidates:
        assert ranking.method is not Method.RRF, "ranks are counted over the whole"
        whole = self.head.documents.columns(question.soft_filter)
        found = [self._first(part, question, scope, ranking, part.columns(whole)) for part in self.parts]
        together = Candidates(
            *(np.concatenate([getattr(some, column.name) for some in found]) for column in fields(Candidates))
        )
        in_order = together.select(np.argsort(together.numbers))
        return in_order.select(select_places(in_order.ranking, in_order.aspects, ranking.candidates))

    def _first(
        self, part: Part, question: WeightedQuestion, scope: Scope, ranking: FirstRanking, columns: DocumentColumns
    ) -> Candidates:
        search = PassageSearch(
            part.lexical,
            part.dense,
            question,
            ranking,
            admitted=self._admitted(part, scope),
            exact_up_to=self._exact_up_to,
        )
        found = search.candidates(columns)
        return replace(found, numbers=part.numbers[found.numbers])

    def _admitted(self, part: Part, scope: Scope) -> NDArray[np.bool_] | None:
        admitted = self.head.admitted(scope)
        return None if admitted is None else admitted[part.numbers]

    def look(self, numbers: Sequence[int]) -> list[PassageContent]:
        places = {
            int(number): (part, place) for part in self.parts for place, number in enumerate(part.numbers.tolist())
        }
        contents = []
        for content in self._whole.look(numbers):
            part, place = places[content.number]
            contents.append(replace(content, vectors=part.dense.sentences(place)))
        return contents

    def frequencies(self, terms: Sequence[str], scope: Scope, up_to: int | None = None) -> dict[str, int]:  # noqa: ARG002
        counts = dict.fromkeys(terms, 0)
        for part in self.parts:
            for term, passages in self._with(part, terms, scope).items():
                counts[term] += len(passages)
        return {term: count for term, count in counts.items() if count}

    def passages_with(self, term: str, scope: Scope, count: int) -> list[Passage]:
        numbers = [number for part in self.parts for number in self._with(part, [term], scope).get(term, [])]
        return self.texts.passages(sorted(numbers)[:count])

    def lexical_best(self, terms: Sequence[str], scope: Scope, count: int) -> list[int]:
        query = self.head.weigh(Query(tuple(terms)))
        found: list[tuple[float, int]] = []
        for part in self.parts:
            scores, admitted = part.lexical.match(query).scores(), self._admitted(part, scope)
            scores = scores if admitted is None else np.where(admitted, scores, np.float32(0))
            found += [(-float(scores[place]), int(part.numbers[place])) for place in best(scores, count)]
        return [number for _, number in sorted(found)[:count]]

    def _with(self, part: Part, terms: Sequence[str], scope: Scope) -> dict[str, list[int]]:
        """The passages of a part that are in scope and contain each term."""
        admitted = self._admitted(part, scope)
        return {
            term: part.numbers[places if admitted is None else places[admitted[places]]].tolist()
            for term, places in part.lexical.passages_with(terms).items()
        }
