"""The words of an index: which are known, and which are near one that is not."""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

from askbrief.core.lazy_regex import pattern
from askbrief.language.analysis import analyse

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from askbrief.records import Passage

SHORTEST_TYPO = 5
"""Shorter words have too many neighbours."""
_ONE_OFF = 8
"""Up to so many letters one typing error is forgiven, beyond them two: Medicaid is no misspelt Medicare."""
_SMALL_INDEX = 1_000
"""With fewer passages, a term of one passage may be what was meant; with more, it may itself be misspelt."""
_MOST, _MOST_READ = 3, 8
"""So many words are given, and the passages of so many looked at."""
_READ = 8
"""So many passages of a term are read for the word that people write for it."""
_LOOKED_AT = 10_000
"""So many postings at a time are looked through."""
_WORD = pattern(r"[\p{L}\p{M}]+(?:['’ʼ]\p{L}+)*")
_LETTERS = pattern(r"\p{L}+")


class TermPostings(Protocol):
    """For each term of an index, the passages that have it.

    Arrays:
        starts: int64 [terms + 1]; the passages of term t are passages[starts[t]:starts[t + 1]].
        passages: int32, ascending within a term.
    """

    @property
    def starts(self) -> NDArray[np.int64]: ...

    @property
    def passages(self) -> NDArray[np.int32]: ...


class Terms(Protocol):
    """The terms of an index and the passages that have them, as they are kept."""

    def find_terms(self, terms: Sequence[str], /) -> Mapping[str, int]:
        """The positions of some, those that there are."""

    def terms(self, first: str, /) -> Sequence[tuple[str, int]]:
        """Those that begin with a letter, with their positions, in order."""

    def first_letters(self) -> Sequence[str]:
        """What terms begin with: each letter once."""

    def passages(self, numbers: Sequence[int], /) -> Sequence[Passage]:
        """The passages of some numbers."""


class Vocabulary:
    """The terms of one generation, with the passages that have them. Threads may share it."""

    def __init__(self, postings: TermPostings, terms: Terms, size: int) -> None:
        """Take what is read when it is needed.

        Args:
            postings: the passages of each term.
            terms: what finds terms and passages.
            size: how many passages there are.
        """
        self._least = 1 if size < _SMALL_INDEX else 2
        self._postings = postings
        self._terms = terms
        self._buckets: dict[str, Mapping[int, tuple[list[str], list[int]]]] = {}

    def unknown(self, terms: Sequence[str], admitted: NDArray[np.bool_] | None = None) -> frozenset[str]:
        """Those of some terms that no passage in scope has."""
        found = self._terms.find_terms(terms)
        known = found if admitted is None else (term for term in found if self._stands_in(found[term], admitted))
        return frozenset(terms).difference(known)

    def near(self, word: str, term: str, admitted: NDArray[np.bool_] | None = None) -> list[tuple[str, str]]:
        """The words that a misspelt one may have been meant to be, the likeliest first; at most three.

        Distances are by optimal string alignment (Damerau and Levenshtein's, no stretch edited twice).

        Args:
            word: as it was typed.
            term: its term, which no passage in scope has.
            admitted: bool [passages]: what is in scope; None for everything. Nothing else is given.

        Returns:
            Terms, and each as a word that stands in a passage: the nearest ones, then the most frequent. Those of
            another first letter only where none has the same.
        """
        most = 1 if len(word) <= _ONE_OFF else 2
        lengths = range(len(term) - most, len(term) + most + 1)
        same = ((other, place) for length in lengths for other, place in self._in_bucket(term, length, most))
        for found_near in (same, self._of_another_beginning(term)):
            candidates = sorted(
                (OSA.distance(term, other), -frequency, other)
                for other, place in found_near
                if (frequency := self._frequency(place, admitted)) >= self._least
            )[:_MOST_READ]
            found = [
                (written[0], negative, near, written[1])
                for _, negative, near in candidates
                if (written := self._written(near, word, most, admitted))
            ]
            if found:
                nearest = min(found)[0]
                return [(near, written) for distance, _, near, written in sorted(found) if distance == nearest][:_MOST]
        return []

    def _in_bucket(self, term: str, length: int, most: int) -> Iterator[tuple[str, int]]:
        """The terms of the same first letter and a length that are at most so far, with their positions."""
        words, positions = self._bucket(term[0]).get(length, ((), ()))
        near = process.extract(term, words, scorer=OSA.distance, score_cutoff=most, limit=None)
        return ((other, positions[place]) for other, _, place in near)

    def _of_another_beginning(self, term: str) -> list[tuple[str, int]]:
        """The terms that differ in the first letter only: another, one more or less, or swapped with the second."""
        swapped = f"{term[1::-1]}{term[2:]}"
        others = [f"{letter}{ending}" for letter in self._first_letters for ending in (term[1:], term)]
        near = {other: place for other, place in self._terms.find_terms(others).items() if _LETTERS.fullmatch(other)}
        return [*near.items(), *self._terms.find_terms([term[1:], swapped]).items()]

    def _written(self, term: str, word: str, most: int, admitted: NDArray[np.bool_] | None) -> tuple[int, str] | None:
        """Of the words that people write for a term, the one nearest to a misspelt one, if it is near enough."""
        passages = self._postings.passages[self._span(self._terms.find_terms([term])[term])]
        read = (passages if admitted is None else passages[admitted[passages]])[:_READ].tolist()
        words = Counter(other for passage in self._terms.passages(read) for other in _WORD.findall(passage.text))
        found = [
            (OSA.distance(word.casefold(), other.casefold(), score_cutoff=most), -count, other)
            for other, count in words.items()
            if abs(len(word) - len(other)) <= most
        ]
        near = sorted(one for one in found if one[0] <= most and term in analyse(one[2]))
        return (near[0][0], near[0][2]) if near else None

    def _bucket(self, letter: str) -> Mapping[int, tuple[list[str], list[int]]]:
        """The terms that are words and begin with a letter, with their positions, by length; read once."""
        if letter not in self._buckets:
            bucket: dict[int, tuple[list[str], list[int]]] = defaultdict(lambda: ([], []))
            for term, position in self._terms.terms(letter):
                if _LETTERS.fullmatch(term):
                    words, positions = bucket[len(term)]
                    words.append(term)
                    positions.append(position)
            self._buckets[letter] = dict(bucket)
        return self._buckets[letter]

    @cached_property
    def _first_letters(self) -> Sequence[str]:
        return self._terms.first_letters()

    def _stands_in(self, position: int, admitted: NDArray[np.bool_]) -> bool:
        """Whether some passage in scope has a term; of a frequent one, the first passages mostly tell."""
        span = self._span(position)
        starts = range(span.start, span.stop, _LOOKED_AT)
        passages = self._postings.passages
        return any(admitted[passages[start : min(start + _LOOKED_AT, span.stop)]].any() for start in starts)

    def _frequency(self, position: int, admitted: NDArray[np.bool_] | None) -> int:
        """How many passages in scope have a term."""
        span = self._span(position)
        if admitted is None:
            return int(span.stop - span.start)
        return int(np.count_nonzero(admitted[self._postings.passages[span]]))

    def _span(self, position: int) -> slice:
        return slice(*map(int, self._postings.starts[position : position + 2]))
