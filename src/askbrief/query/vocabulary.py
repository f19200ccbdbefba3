"""The vocabulary of an index: unknown words, and known words that are similar to them."""

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
"""Length from which a word is corrected; shorter words have too many neighbours."""
_ONE_ERROR_LENGTH = 8
"""Length up to which one typing error is corrected; in longer words two are. So Medicaid is no misspelt Medicare."""
_SMALL_INDEX = 1_000
"""Passages below which a term of one passage can be a correction; in a larger index it may itself be misspelt."""
_MAX_CORRECTIONS, _MAX_CANDIDATES = 3, 8
"""Number of corrections that are returned, and of terms whose passages are read for them."""
_MAX_PASSAGES = 8
"""Passages of a term that are read to find how it is written."""
_BLOCK = 10_000
"""Postings that are examined at a time."""
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
    """The stored terms and passages of an index."""

    def find_terms(self, terms: Sequence[str], /) -> Mapping[str, int]:
        """Return the positions of those terms that exist."""

    def terms(self, first: str, /) -> Sequence[tuple[str, int]]:
        """Return the terms that begin with a letter, with their positions, in order."""

    def first_letters(self) -> Sequence[str]:
        """Return the first letters of terms, each once."""

    def passages(self, numbers: Sequence[int], /) -> Sequence[Passage]:
        """Return the passages of some numbers."""


class Vocabulary:
    """The terms of a generation, with the passages that have them. Threads may share it."""

    def __init__(self, postings: TermPostings, terms: Terms, size: int) -> None:
        """Take the stored terms; they are read when they are needed.

        Args:
            postings: the passages of each term.
            terms: the stored terms and passages.
            size: number of passages.
        """
        self._least = 1 if size < _SMALL_INDEX else 2
        self._postings = postings
        self._terms = terms
        self._buckets: dict[str, Mapping[int, tuple[list[str], list[int]]]] = {}

    def unknown(self, terms: Sequence[str], admitted: NDArray[np.bool_] | None = None) -> frozenset[str]:
        """Return those terms that no passage in scope has."""
        found = self._terms.find_terms(terms)
        known = found if admitted is None else (term for term in found if self._stands_in(found[term], admitted))
        return frozenset(terms).difference(known)

    def near(self, word: str, term: str, admitted: NDArray[np.bool_] | None = None) -> list[tuple[str, str]]:
        """Return the likeliest corrections of a misspelt word, at most three.

        Distances are by optimal string alignment: Damerau-Levenshtein without editing a substring twice.

        Args:
            word: as it was typed.
            term: its index term, which no passage in scope has.
            admitted: bool [passages], the passages in scope; None for all. Only their words are returned.

        Returns:
            (term, word as written in a passage), all at the smallest distance, the most frequent first. Words with
            another first letter are returned only if none has the same.
        """
        most = 1 if len(word) <= _ONE_ERROR_LENGTH else 2
        lengths = range(len(term) - most, len(term) + most + 1)
        same = ((other, place) for length in lengths for other, place in self._in_bucket(term, length, most))
        for found_near in (same, self._of_another_beginning(term)):
            candidates = sorted(
                (OSA.distance(term, other), -frequency, other)
                for other, place in found_near
                if (frequency := self._frequency(place, admitted)) >= self._least
            )[:_MAX_CANDIDATES]
            found = [
                (written[0], negative, near, written[1])
                for _, negative, near in candidates
                if (written := self._written(near, word, most, admitted))
            ]
            if found:
                nearest = min(found)[0]
                return [(near, written) for distance, _, near, written in sorted(found) if distance == nearest][
                    :_MAX_CORRECTIONS
                ]
        return []

    def _in_bucket(self, term: str, length: int, most: int) -> Iterator[tuple[str, int]]:
        """Yield the terms with the same first letter and a given length within a distance, with their positions."""
        words, positions = self._bucket(term[0]).get(length, ((), ()))
        near = process.extract(term, words, scorer=OSA.distance, score_cutoff=most, limit=None)
        return ((other, positions[place]) for other, _, place in near)

    def _of_another_beginning(self, term: str) -> list[tuple[str, int]]:
        """Return the terms that differ only in the first letter: another, added, missing or swapped with the second."""
        swapped = f"{term[1::-1]}{term[2:]}"
        others = [f"{letter}{ending}" for letter in self._first_letters for ending in (term[1:], term)]
        near = {other: place for other, place in self._terms.find_terms(others).items() if _LETTERS.fullmatch(other)}
        return [*near.items(), *self._terms.find_terms([term[1:], swapped]).items()]

    def _written(self, term: str, word: str, most: int, admitted: NDArray[np.bool_] | None) -> tuple[int, str] | None:
        """Return (distance, word) of the nearest word that passages have for a term, or None if it is too far."""
        passages = self._postings.passages[self._span(self._terms.find_terms([term])[term])]
        read = (passages if admitted is None else passages[admitted[passages]])[:_MAX_PASSAGES].tolist()
        words = Counter(other for passage in self._terms.passages(read) for other in _WORD.findall(passage.text))
        found = [
            (OSA.distance(word.casefold(), other.casefold(), score_cutoff=most), -count, other)
            for other, count in words.items()
            if abs(len(word) - len(other)) <= most
        ]
        near = sorted(one for one in found if one[0] <= most and term in analyse(one[2]))
        return (near[0][0], near[0][2]) if near else None

    def _bucket(self, letter: str) -> Mapping[int, tuple[list[str], list[int]]]:
        """Return the terms that are words and begin with a letter, with their positions, by length; cached."""
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
        """Return whether some passage in scope has a term; of a frequent term, the first block usually decides."""
        span = self._span(position)
        starts = range(span.start, span.stop, _BLOCK)
        passages = self._postings.passages
        return any(admitted[passages[start : min(start + _BLOCK, span.stop)]].any() for start in starts)

    def _frequency(self, position: int, admitted: NDArray[np.bool_] | None) -> int:
        """Return the number of passages in scope that have a term."""
        span = self._span(position)
        if admitted is None:
            return int(span.stop - span.start)
        return int(np.count_nonzero(admitted[self._postings.passages[span]]))

    def _span(self, position: int) -> slice:
        return slice(*map(int, self._postings.starts[position : position + 2]))
