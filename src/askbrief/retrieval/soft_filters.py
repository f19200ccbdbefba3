"""Soft filters: the times and sources that a question names raise the scores of passages, and never exclude any.

Among passages that answer about equally well, those that meet the constraints come first. A person who wants only some
documents uses a `Scope`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from askbrief.core.text import pattern
from askbrief.language.analysis import analyse, terms_of
from askbrief.language.english.dates import dates_in, written
from askbrief.language.identification import language_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from askbrief.language.english.dates import Period
    from askbrief.query.constraints import Constraints
    from askbrief.query.expansion import Alternative
    from askbrief.records import Metadata, Passage

CONSTRAINT_WEIGHT = 0.1
"""What a passage that meets all constraints gains on its score, 0..1 (docs/quality.md)."""
MATCHES_BY_DOCUMENT_DATE = 0.7
"""Match of a passage without a year of its own, by the date of its document; a year in its best sentence gives 1."""
MATCHES_NEARBY = 0.8
"""Match by a date without a year in the best sentence, or by another sentence if the best one gives no year."""
OTHER_TIME = -1.0
"""Match of a passage whose best sentence gives another year."""

ATTRIBUTING = frozenset(
    """
    accord announc argu assess believ claim conclud count estim expect figur find found give record recommend report
    publish put quot said say state told view warn write wrote
    """.split()
)
"""Stems by which a sentence attributes its words to a source."""

Match = TypeVar("Match", float, "NDArray[np.float64]")
_NAME_WORD = pattern(r"\b\p{Lu}")


@dataclass(frozen=True, slots=True)
class DocumentNames:
    """The names by which a document may be called: its title, its publisher's name and its authors'."""

    terms: frozenset[str]  # the index terms of all names
    initials: tuple[str, ...]  # of each name, in small letters

    @classmethod
    def of(cls, title: str, metadata: Metadata) -> DocumentNames:
        names = [name for name in (title, metadata.publisher, *metadata.author) if name]
        return cls(frozenset(analyse(" ".join(names))), tuple(_initials(name) for name in names))


def _initials(name: str) -> str:
    return "".join(_NAME_WORD.findall(name)).casefold()


class SoftFilter:
    """The constraints of one question, matched against documents and passages."""

    def __init__(self, constraints: Constraints, alternatives: Sequence[Alternative] = ()) -> None:
        """Take the times and sources of a question, and the alternatives for terms of the sources' names."""
        self._constraints = constraints
        self._alternatives = alternatives

    @property
    def periods(self) -> Sequence[Period]:
        return self._constraints.periods

    @cached_property
    def names(self) -> list[frozenset[str]]:
        """The terms of each source that the question names, also with alternatives in place of some."""
        return [form for name in self._constraints.sources for form in _forms(name, self._alternatives)]

    def combine(self, time: Match, source: Match) -> Match:
        """Return the mean match over the kinds of constraints that the question has, 0..1."""
        kinds = bool(self._constraints.periods) + bool(self._constraints.sources)
        return (time + source) / max(1, kinds)

    def match(
        self, passage: Passage, title: str, metadata: Metadata, sentence: str, *, dated: float, named: float
    ) -> float:
        """Return how far a passage meets the constraints: 0..1, or below 0 if it is about another time.

        `sentence` is the one that answers best; `dated` and `named` are those of the document, as in `Candidates`.
        """
        time = 0.0
        if self._constraints.periods:
            time = self._match_time(passage, title, metadata, sentence, dated)
        return self.combine(time, max(named, self._is_attributed(passage)))

    def _match_time(self, passage: Passage, title: str, metadata: Metadata, sentence: str, dated: float) -> float:
        """Match the dates in the sentence, else the years in the passage, else the date of the document."""
        here = list(dates_in(sentence, written(title, metadata)))
        if any(self._meets(date.period) and date.own_year for date in here):
            return 1.0
        if any(self._meets(date.period) for date in here):
            return MATCHES_NEARBY
        if any(date.own_year for date in here):
            return OTHER_TIME
        years = [date for date in dates_in(passage.text) if date.own_year]
        if any(self._meets(date.period) for date in years):
            return MATCHES_NEARBY
        return 0.0 if years else dated

    def _meets(self, period: Period) -> bool:
        return period in self._constraints.named or any(period.meets(one) for one in self._constraints.periods)

    def _is_attributed(self, passage: Passage) -> float:
        """Return 1 if a sentence attributes its words to one of the sources, else 0."""
        if not self.names:
            return 0.0
        sentences = (frozenset(terms_of(text, language_of(passage.text))) for text in passage.sentence_texts())
        return float(any(terms & ATTRIBUTING and any(name <= terms for name in self.names) for terms in sentences))


def _forms(name: frozenset[str], alternatives: Sequence[Alternative]) -> list[frozenset[str]]:
    """Return the terms of a name, and the terms with each alternative in place of its own."""
    return [name, *((name - a.stands_for) | a.terms for a in alternatives if a.stands_for <= name)]
