"""The embedded engine: one generation in files on this machine, searched in this process."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import time
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Self

import numpy as np

from askbrief.errors import BuildInProgress, IndexDamaged
from askbrief.language.names import NameIndex
from askbrief.query.expansion import Query
from askbrief.records import IndexStatus
from askbrief.retrieval.bm25 import LexicalIndex, weigh
from askbrief.retrieval.candidates import DocumentColumns, PassageSearch, best
from askbrief.retrieval.scoring import PassageContent
from askbrief.retrieval.soft_filters import CONSTRAINT_WEIGHT, MATCHES_BY_DOCUMENT_DATE
from askbrief.storage.embedded.generation import Generation, current_name, publish, sweep

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from askbrief.language.english.dates import Period
    from askbrief.records import Passage, Scope
    from askbrief.retrieval.bm25 import WeightedQuery
    from askbrief.retrieval.candidates import Candidates, FirstRanking, WeightedQuestion
    from askbrief.retrieval.soft_filters import SoftFilter
    from askbrief.storage.embedded.generation import GenerationReference
    from askbrief.storage.embedded.manifest import Manifest, SourceRow
    from askbrief.storage.embedded.store import Store

EXACT_UP_TO = 50_000
"""The default of ASKBRIEF_EXACT_UP_TO: with more passages than this, a shortlist of the likeliest is ranked."""
_SCOPES = 32
"""Maximum number of scopes whose masks are cached: one byte for each passage."""
_BLOCK = 10_000
"""Number of postings that are compared with a scope at a time."""


class DocumentTable:
    """When the documents of a generation were written, in the order of their passages; read when it is first needed."""

    def __init__(self, store: Store, passages: int) -> None:
        self._store = store
        self._passages = passages

    @cached_property
    def starts(self) -> NDArray[np.int64]:
        """The first passage of each document, and the number of passages at the end: int64 [documents + 1]."""
        return np.append(self._days[:, 0], self._passages).astype(np.int64)

    def newest(self, admitted: NDArray[np.bool_] | None) -> dt.date | None:
        """Return the last day of which a document is dated; `admitted` says which passages are in scope."""
        firsts, days = self._days[:, 0], self._days[:, 2]
        newest = int((days if admitted is None else days[admitted[firsts]]).max(initial=0))
        return dt.date.fromordinal(newest) if newest else None

    def columns(self, soft_filter: SoftFilter | None) -> DocumentColumns:
        """Match each document with the times and sources of a question."""
        if soft_filter is None:
            return DocumentColumns(self.starts)
        dated = np.where(self._written_in(soft_filter.periods), MATCHES_BY_DOCUMENT_DATE, 0.0)
        named = self._named(soft_filter.names).astype(np.float64)
        lift = np.float32(CONSTRAINT_WEIGHT) * soft_filter.combine(dated, named).astype(np.float32)
        return DocumentColumns(self.starts, dated, named, lift)

    def _written_in(self, periods: Sequence[Period]) -> NDArray[np.bool_]:
        """Return which documents are about one of some times as a whole: bool [documents]."""
        firsts, lasts = self._days[:, 3], self._days[:, 4]
        matches = np.zeros(len(firsts), dtype=np.bool_)
        for period in periods:
            first, last = period.first or dt.date.min, period.last or dt.date.max
            matches |= (firsts <= last.toordinal()) & (lasts >= first.toordinal())
        return matches

    def _named(self, names: Sequence[frozenset[str]]) -> NDArray[np.bool_]:
        """Return which documents go by one of some names: bool [documents]."""
        matches = np.zeros(len(self._days), dtype=np.bool_)
        for name in names:
            matches[self._store.going_by(name)] = True
        return matches

    @cached_property
    def _days(self) -> NDArray[np.int32]:
        return self._store.days()


class EmbeddedHead:
    """What holds for a generation as a whole; see `storage.protocol.Head`."""

    def __init__(self, generation: Generation, lexical: LexicalIndex) -> None:
        self._generation = generation
        self._lexical = lexical
        store = generation.store
        self.source_rows, self.problems = generation.sources, generation.problems
        self.sources, self.find_document = store.sources, store.find
        self.terms, self.first_letters = store.terms, store.first_letters
        self.documents = DocumentTable(generation.store, generation.manifest.passages)
        self._mask_of = lru_cache(_SCOPES)(self._mask)

    @cached_property
    def names(self) -> NameIndex:
        return NameIndex(self._generation.store, self._is_in_scope)

    def status(self) -> IndexStatus:
        manifest = self._generation.manifest
        return IndexStatus(
            generation=manifest.generation,
            built_at=manifest.built_at,
            model=manifest.versions.model,
            dimension=manifest.versions.dimension,
            documents=manifest.documents,
            passages=manifest.passages,
            terms=manifest.terms,
        )

    def newest(self, scope: Scope) -> dt.date | None:
        return self.documents.newest(self.admitted(scope))

    def weigh(self, query: Query) -> WeightedQuery:
        terms = dict.fromkeys([*query.terms, *(term for other in query.alternatives for term in other.terms)])
        return weigh(query, self._lexical.idf(list(terms)), self._generation.manifest.passages)

    def admitted(self, scope: Scope) -> NDArray[np.bool_] | None:
        """Return which passages a scope admits: bool [passages], read-only; None for all."""
        return None if scope.is_everything else self._mask_of(scope)

    def _is_in_scope(self, number: int, scope: Scope) -> bool:
        admitted = self.admitted(scope)
        return admitted is None or bool(admitted[number])

    def _mask(self, scope: Scope) -> NDArray[np.bool_]:
        mask = np.zeros(self._generation.manifest.passages, dtype=np.bool_)
        for first, last in self._generation.store.ranges(scope):
            mask[first:last] = True
        mask.flags.writeable = False
        return mask


class EmbeddedEngine:
    """One immutable generation in files on this machine; see `storage.protocol.Engine`."""

    def __init__(self, generation: Generation, exact_up_to: int = EXACT_UP_TO) -> None:
        """Take an opened generation; closing the engine closes it, see `open_engine` for `exact_up_to`."""
        self._generation = generation
        self._exact_up_to = exact_up_to
        self._lexical = LexicalIndex(generation.postings, generation.store.find_terms, generation.manifest.passages)
        self.head = EmbeddedHead(generation, self._lexical)

    @property
    def texts(self) -> Store:
        return self._generation.store

    @property
    def reference(self) -> GenerationReference:
        return self._generation.reference

    def first(self, question: WeightedQuestion, scope: Scope, ranking: FirstRanking) -> Candidates:
        search = PassageSearch(
            self._lexical,
            self._generation.dense,
            question,
            ranking,
            admitted=self.head.admitted(scope),
            exact_up_to=self._exact_up_to,
        )
        return search.candidates(self.head.documents.columns(question.soft_filter))

    def look(self, numbers: Sequence[int]) -> list[PassageContent]:
        store, dense = self._generation.store, self._generation.dense
        contents = []
        for number, passage in zip(numbers, store.passages(numbers), strict=True):
            about = store.known(passage.doc_id)
            contents.append(PassageContent(number, passage, about.title, about.metadata, dense.sentences(number)))
        return contents

    def frequencies(self, terms: Sequence[str], scope: Scope, up_to: int | None = None) -> dict[str, int]:
        admitted, postings = self.head.admitted(scope), self._lexical.passages_with(terms)
        counts = {term: _count(passages, admitted, up_to) for term, passages in postings.items()}
        return {term: count for term, count in counts.items() if count}

    def passages_with(self, term: str, scope: Scope, count: int) -> list[Passage]:
        admitted = self.head.admitted(scope)
        numbers = self._lexical.passages_with([term]).get(term, np.zeros(0, dtype=np.int32))
        chosen = numbers if admitted is None else numbers[admitted[numbers]]
        return self._generation.store.passages(chosen[:count].tolist())

    def lexical_best(self, terms: Sequence[str], scope: Scope, count: int) -> list[int]:
        scores = self._lexical.match(self.head.weigh(Query(tuple(terms)))).scores()
        admitted = self.head.admitted(scope)
        in_scope = scores if admitted is None else np.where(admitted, scores, np.float32(0))
        numbers: list[int] = best(in_scope, count).tolist()
        return numbers

    def verify(self) -> int:
        self._generation.verify()
        return len(self._generation.manifest.checksums)

    def check_readable(self) -> None:
        self._generation.store.passages([0] if self._generation.manifest.passages else [])

    def close(self) -> None:
        self._generation.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@dataclass(frozen=True, slots=True)
class StagedGeneration:
    """A generation that is written and not published: its folder, its manifest, and the files below seeds/."""

    folder: Path
    manifest: Manifest
    sources: Sequence[SourceRow]


class EmbeddedGenerations:
    """The generations in an index folder; see `storage.protocol.Generations`. Writing needs the build lock."""

    def __init__(self, index: Path, exact_up_to: int = EXACT_UP_TO) -> None:
        self._index = index
        self._exact_up_to = exact_up_to

    def current(self) -> str | None:
        return current_name(self._index)

    def lease(self) -> EmbeddedEngine:
        return EmbeddedEngine(Generation.open_current(self._index), self._exact_up_to)

    @contextmanager
    def stage(self) -> Iterator[Path]:
        """Create a folder beside the generations, and remove it unless it is published."""
        folder = self._index / f"building-{os.getpid()}-{time.monotonic_ns():x}"
        folder.mkdir()
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def publish(self, staged: StagedGeneration, replaces: str | None) -> None:
        try:
            current = self.current()
        except IndexDamaged:  # a build heals it
            current = replaces
        if current != replaces:
            raise BuildInProgress(f"another build has replaced the index in {self._index}: build again")
        publish(staged.folder, self._index, staged.manifest, staged.sources)

    def sweep(self) -> None:
        sweep(self._index)


def _count(passages: NDArray[np.int32], admitted: NDArray[np.bool_] | None, up_to: int | None) -> int:
    """Count the passages in scope; blocks, because the first passages of a frequent term mostly reach `up_to`."""
    if admitted is None:
        return len(passages)
    count, block = 0, len(passages) if up_to is None else _BLOCK
    for start in range(0, len(passages), max(1, block)):
        count += int(np.count_nonzero(admitted[passages[start : start + block]]))
        if up_to is not None and count >= up_to:
            break
    return count
