"""Towards the time and the sources that a question names: a bonus, never a filter.

A passage that fits the time or the source is lifted among those that answer about equally well. Nothing is left out:
nobody has asked for that (`Scope` is for those who do).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Protocol, TypeVar

import numpy as np

from askbrief.core.lazy_regex import pattern
from askbrief.language.analysis import analyse, terms_of
from askbrief.language.english.dates import dates_in, written

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from askbrief.language.english.dates import Period
    from askbrief.query.constraints import Constraints
    from askbrief.query.expansion import Alternative
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

Share = TypeVar("Share", float, "NDArray[np.float64]")
_NAME_WORD = pattern(r"\b\p{Lu}")


@dataclass(frozen=True, slots=True)
class Catalogued:
    """What a document says of itself, as steering reads it, and the half-open range of its passages."""

    doc_id: str
    title: str
    metadata: Metadata
    first: int
    last: int


class Documents(Protocol):
    """The documents of an index, as they are kept."""

    def find(self, doc_id: str, /) -> Catalogued | None:
        """One of them."""

    def days(self) -> NDArray[np.int32]:
        """When they were written, in the order of their passages, of which each has some: int32 [documents, 5].

        Columns: the first passage, how many there are, the last day that the document is dated, and the first and the
        last day of what `dates.written` says of it; days as ordinals, 0 for none.
        """

    def going_by(self, name: frozenset[str], /) -> Sequence[int]:
        """The positions of those of which `Names.go_by` holds."""


class Catalogue:
    """All documents of an index: when they were written, and the names they go by, each read when it is needed."""

    def __init__(self, documents: Documents) -> None:
        """Take what finds them."""
        self._documents = documents

    def __getitem__(self, doc_id: str) -> Catalogued:
        """One of them.

        Raises:
            KeyError: there is none of this name.
        """
        found = self._documents.find(doc_id)
        if found is None:
            raise KeyError(doc_id)
        return found

    def position(self, doc_id: str) -> int:
        """Where a document stands among them."""
        return int(np.searchsorted(self._days[:, 0], self[doc_id].first))

    def newest(self, admitted: NDArray[np.bool_] | None = None) -> dt.date | None:
        """The last day that a document in scope is dated: what "last month" is told from."""
        firsts, days = self._days[:, 0], self._days[:, 2]
        newest = int((days if admitted is None else days[admitted[firsts]]).max(initial=0))
        return dt.date.fromordinal(newest) if newest else None

    def written_in(self, periods: Sequence[Period]) -> NDArray[np.bool_]:
        """Which documents speak of one of some times as a whole: bool [documents]."""
        firsts, lasts = self._days[:, 3], self._days[:, 4]
        found = np.zeros(len(firsts), dtype=np.bool_)
        for period in periods:
            first, last = period.first or dt.date.min, period.last or dt.date.max
            found |= (firsts <= last.toordinal()) & (lasts >= first.toordinal())
        return found

    def going_by(self, names: Sequence[frozenset[str]]) -> NDArray[np.bool_]:
        """Which documents go by one of some names: bool [documents]."""
        found = np.zeros(len(self._days), dtype=np.bool_)
        for name in names:
            found[self._documents.going_by(name)] = True
        return found

    def spread(self, by_document: NDArray[np.floating]) -> NDArray[np.float32]:
        """What is said of documents, said of their passages: float32 [passages]."""
        return np.repeat(by_document.astype(np.float32), self._days[:, 1])

    @cached_property
    def _days(self) -> NDArray[np.int32]:
        return self._documents.days()


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
        return self._catalogue.spread(self._mean(self._by_date, self._by_name))

    @cached_property
    def _by_date(self) -> NDArray[np.float64]:
        """How far each document meets the time: float64 [documents]."""
        return np.where(self._catalogue.written_in(self._constraints.periods), WRITTEN_THEN, 0.0)

    @cached_property
    def _by_name(self) -> NDArray[np.float64]:
        """Whether each document is of the source: float64 [documents]."""
        return self._catalogue.going_by(self._sources).astype(np.float64)

    def of(self, passage: Passage, sentence: str) -> float:
        """How far a passage meets the constraints, 0..1; below 0 where it is of another time.

        Args:
            passage: with its document.
            sentence: that of the passage which answers best.
        """
        place = self._catalogue.position(passage.doc_id)
        time = self._by_words(passage, sentence, float(self._by_date[place])) if self._constraints.periods else 0.0
        return self._mean(time, max(float(self._by_name[place]), self._by_mention(passage)))

    def _mean(self, time: Share, source: Share) -> Share:
        """Over the kinds of constraints that there are."""
        kinds = bool(self._constraints.periods) + bool(self._constraints.sources)
        return (time + source) / max(1, kinds)

    def _by_words(self, passage: Passage, sentence: str, by_date: float) -> float:
        """By the dates in the sentence, else by the years in the passage, else by the date of the document."""
        document = self._catalogue[passage.doc_id]
        here = list(dates_in(sentence, written(document.title, document.metadata)))
        if any(self._meets(dated.period) and dated.own_year for dated in here):
            return 1.0
        if any(self._meets(dated.period) for dated in here):
            return NEARBY
        if any(dated.own_year for dated in here):
            return OF_ANOTHER_TIME
        years = [dated for dated in dates_in(passage.text) if dated.own_year]
        if any(self._meets(dated.period) for dated in years):
            return NEARBY
        return 0.0 if years else by_date

    def _meets(self, dated: Period) -> bool:
        return dated in self._constraints.named or any(dated.meets(period) for period in self._constraints.periods)

    def _by_mention(self, passage: Passage) -> float:
        if not self._sources:
            return 0.0
        said = (frozenset(terms_of(text)) for text in passage.sentence_texts())
        return float(any(terms & ATTRIBUTING and any(name <= terms for name in self._sources) for terms in said))


def _forms(name: frozenset[str], alternatives: Sequence[Alternative]) -> list[frozenset[str]]:
    """A name, and what it is with other terms in the place of some."""
    return [name, *((name - a.stands_for) | a.terms for a in alternatives if a.stands_for <= name)]
