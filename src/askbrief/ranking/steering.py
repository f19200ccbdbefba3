"""Towards the time and the sources that a question names: a bonus, never a filter.

A passage that fits the time or the source is lifted among those that answer about equally well. Nothing is left out:
nobody has asked for that (`Scope` is for those who do).
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import regex

from askbrief.ranking.analysis import analyse, terms_of
from askbrief.ranking.dates import dates_in, written

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from askbrief.ranking.constraints import Constraints
    from askbrief.ranking.dates import Period
    from askbrief.ranking.query import Alternative
    from askbrief.records import Metadata, Passage

SHARE_OF_STEERING = 0.1
"""What a passage that meets all constraints gains on its score (docs/quality.md)."""
WRITTEN_THEN = 0.7
"""How far a passage without a year of its own meets the time by its document's date; a year in its sentence gives 1."""
NEARBY = 0.8
"""Likewise by a date without a year in the sentence, or by another sentence where the best one gives no year."""
OF_ANOTHER_TIME = -1.0
"""Where the sentence gives another year."""

ATTRIBUTING = frozenset(
    """
    accord announc argu assess believ claim conclud count estim expect figur find found give record recommend report
    publish put quot said say state told view warn write wrote
    """.split()
)
"""Stems by which a sentence tells whose its words are."""

_Amount = TypeVar("_Amount", float, "NDArray[np.float64]")
_LAST_CHARACTER = chr(0x10FFFF)
_NAME_WORD = regex.compile(r"\b\p{Lu}")


@dataclass(frozen=True, slots=True)
class Catalogued:
    """What a document says of itself, as steering reads it, and the half-open range of its passages."""

    doc_id: str
    title: str
    metadata: Metadata
    first: int
    last: int


class Catalogue:
    """All documents of an index: when they were written, and the names they go by, each read when first asked for."""

    def __init__(self, documents: Sequence[Catalogued]) -> None:
        """Take the documents in the order of their passages."""
        self._documents = [document for document in documents if document.first < document.last]

    @cached_property
    def written(self) -> dict[str, Period | None]:
        """By document: the years in its title, else its date."""
        return {document.doc_id: written(document.title, document.metadata) for document in self._documents}

    @cached_property
    def names(self) -> dict[str, Names]:
        """By document: the terms and initials of its title, its publisher and its authors."""
        return {document.doc_id: Names.of(document.title, document.metadata) for document in self._documents}

    def newest(self, admitted: NDArray[np.bool_] | None = None) -> dt.date | None:
        """The last day that a document in scope is dated: what "last month" is told from."""
        firsts, days = self._days
        seen = days if admitted is None else days[admitted[firsts]]
        newest = int(seen.max(initial=0))
        return dt.date.fromordinal(newest) if newest else None

    def written_in(self, periods: Sequence[Period]) -> NDArray[np.bool_]:
        """Which documents were written in one of some periods: bool [documents]."""
        different, kinds = self._periods
        meets = [when is not None and any(when.meets(period) for period in periods) for when in different]
        return np.array(meets, dtype=np.bool_)[kinds]

    def going_by(self, names: Sequence[frozenset[str]]) -> NDArray[np.bool_]:
        """Which documents go by one of some names, as `Names.go_by` has it: bool [documents]."""
        found = np.zeros(len(self._documents), dtype=np.bool_)
        initials, of_initials = self._initials
        for name in names:
            having = [self._by_term.get(term, frozenset()) for term in name]
            found[list(frozenset.intersection(*having)) if having else slice(None)] = True
            if len(name) == 1 and len(term := next(iter(name))) > 1:
                found[of_initials[bisect_left(initials, term) : bisect_left(initials, f"{term}{_LAST_CHARACTER}")]] = (
                    True
                )
        return found

    def spread(self, by_document: NDArray[np.float32]) -> NDArray[np.float32]:
        """What is said of documents, said of their passages: float32 [passages]."""
        return np.repeat(by_document, [document.last - document.first for document in self._documents])

    @cached_property
    def _periods(self) -> tuple[list[Period | None], NDArray[np.int64]]:
        """The different periods that documents were written in, and the place of each document's among them."""
        places: dict[Period | None, int] = {}
        kinds = [places.setdefault(self.written[one.doc_id], len(places)) for one in self._documents]
        return list(places), np.array(kinds, dtype=np.int64)

    @cached_property
    def _by_term(self) -> dict[str, frozenset[int]]:
        """The documents that have a term in one of their names."""
        found: defaultdict[str, list[int]] = defaultdict(list)
        for place, document in enumerate(self._documents):
            for term in self.names[document.doc_id].terms:
                found[term].append(place)
        return {term: frozenset(places) for term, places in found.items()}

    @cached_property
    def _initials(self) -> tuple[list[str], list[int]]:
        """The initials of all names in order, and their documents."""
        pairs = sorted((i, n) for n, one in enumerate(self._documents) for i in self.names[one.doc_id].initials)
        return [initials for initials, _ in pairs], [place for _, place in pairs]

    @cached_property
    def _days(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The first passage of every document, and the last day it is dated as an ordinal; 0 for none."""
        days = [day.toordinal() if (day := document.metadata.last_day()) else 0 for document in self._documents]
        return np.array([d.first for d in self._documents], dtype=np.int64), np.array(days, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Names:
    """The names that a document goes by: its own, its publisher's, its authors'."""

    terms: frozenset[str]
    initials: tuple[str, ...]

    @classmethod
    def of(cls, title: str, metadata: Metadata) -> Names:
        """Take them from a document's title and what it says of itself."""
        names = [name for name in (title, metadata.publisher, *metadata.author) if name]
        return cls(frozenset(analyse(" ".join(names))), tuple(_initials(name) for name in names))

    def go_by(self, name: frozenset[str]) -> bool:
        """Whether the name stands among them; of one term, also as the initials of one of them."""
        return name <= self.terms or (len(name) == 1 and self._begins_initials(*name))

    def _begins_initials(self, term: str) -> bool:
        return len(term) > 1 and any(initials.startswith(term) for initials in self.initials)


def _initials(name: str) -> str:
    return "".join(_NAME_WORD.findall(name)).casefold()


class Steering:
    """The constraints of one question against the documents of one index."""

    def __init__(
        self, constraints: Constraints, catalogue: Catalogue, alternatives: Sequence[Alternative] = ()
    ) -> None:
        """Take what is asked for, what there is, and the terms that may stand for those of a source's name."""
        self._constraints = constraints
        self._catalogue = catalogue
        self._sources = [form for name in constraints.sources for form in _forms(name, alternatives)]

    @cached_property
    def documents(self) -> NDArray[np.float32]:
        """How far each passage's document meets the constraints as a whole, 0..1: float32 [passages]."""
        time = np.where(self._catalogue.written_in(self._constraints.periods), WRITTEN_THEN, 0.0)
        met = self._mean(time, self._catalogue.going_by(self._sources).astype(np.float64))
        return self._catalogue.spread(met.astype(np.float32))

    def of(self, passage: Passage, sentence: str) -> float:
        """How far a passage meets the constraints, 0..1; below 0 where it is of another time.

        Args:
            passage: with its document.
            sentence: that of the passage which answers best.
        """
        time = self._by_words(passage, sentence) if self._constraints.periods else 0.0
        return self._mean(time, max(self._by_name(passage.doc_id), self._by_mention(passage)))

    def _mean(self, time: _Amount, source: _Amount) -> _Amount:
        """Over the kinds of constraints that there are."""
        kinds = bool(self._constraints.periods) + bool(self._constraints.sources)
        return (time + source) / max(1, kinds)

    def _by_words(self, passage: Passage, sentence: str) -> float:
        """By the dates in the sentence, else by the years in the passage, else by the date of the document."""
        when = self._catalogue.written[passage.doc_id]
        here = list(dates_in(sentence, when))
        if any(self._meets(dated.period) and dated.own_year for dated in here):
            return 1.0
        if any(self._meets(dated.period) for dated in here):
            return NEARBY
        if any(dated.own_year for dated in here):
            return OF_ANOTHER_TIME
        years = [dated for dated in dates_in(passage.text) if dated.own_year]
        if any(self._meets(dated.period) for dated in years):
            return NEARBY
        return 0.0 if years else self._by_date(passage.doc_id)

    def _meets(self, dated: Period) -> bool:
        return dated in self._constraints.named or any(dated.meets(period) for period in self._constraints.periods)

    def _by_date(self, doc_id: str) -> float:
        when = self._catalogue.written[doc_id]
        return WRITTEN_THEN if when and any(when.meets(period) for period in self._constraints.periods) else 0.0

    def _by_name(self, doc_id: str) -> float:
        return float(any(self._catalogue.names[doc_id].go_by(name) for name in self._sources)) if self._sources else 0.0

    def _by_mention(self, passage: Passage) -> float:
        if not self._sources:
            return 0.0
        said = (frozenset(terms_of(text)) for text in passage.sentence_texts())
        return float(any(terms & ATTRIBUTING and any(name <= terms for name in self._sources) for terms in said))


def _forms(name: frozenset[str], alternatives: Sequence[Alternative]) -> list[frozenset[str]]:
    """A name, and what it is with other terms in the place of some."""
    return [name, *((name - a.stands_for) | a.terms for a in alternatives if a.stands_for <= name)]
