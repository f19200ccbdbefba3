"""The words of an index: which are known, and which are near one that is not."""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from rapidfuzz import process
from rapidfuzz.distance import OSA

from askbrief.core.text import pattern
from askbrief.language.analysis import analyse
from askbrief.language.identification import ENGLISH
from askbrief.records import EVERYTHING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from askbrief.records import Passage, Scope

SHORTEST_TYPO = 5
"""Minimum number of letters of a word that is corrected; shorter words have too many neighbours."""
_ONE_ERROR_UP_TO = 8
"""Words of up to this many letters may have one typing error, longer ones two: Medicaid is no misspelt Medicare."""
_SMALL_INDEX = 1_000
"""With fewer passages, a correction may be a term of one passage; with more, such a term may itself be misspelt."""
_MAX_CORRECTIONS, _MAX_TERMS_READ, _MAX_PASSAGES_READ = 3, 8, 8
"""Maximum number of corrections, of near terms that are looked up as written, and of passages read for each."""
_WORD = pattern(r"[\p{L}\p{M}]+(?:['’ʼ]\p{L}+)*")
_LETTERS = pattern(r"\p{L}+")


class TermList(Protocol):
    """The terms of an index; what holds for the index as a whole."""

    def terms(self, letter: str, /) -> Sequence[str]:
        """Return the terms that begin with a letter, in order."""

    def first_letters(self) -> Sequence[str]:
        """Return the letters with which terms begin."""


class TermPassages(Protocol):
    """The passages that contain terms, within a scope."""

    def frequencies(self, terms: Sequence[str], scope: Scope, up_to: int | None = None, /) -> Mapping[str, int]:
        """Return the number of passages that contain each term, counted up to a number; none is left out."""

    def passages_with(self, term: str, scope: Scope, count: int, /) -> Sequence[Passage]:
        """Return the first passages that contain a term, in order."""


class Vocabulary:
    """The terms of one generation, with the passages that contain them. Threads may share it."""

    def __init__(self, terms: TermList, passages: TermPassages, size: int) -> None:
        """Take the terms of a generation, the passages that contain them, and the number of all its passages."""
        self._least = 1 if size < _SMALL_INDEX else 2
        self._terms = terms
        self._passages = passages
        self._buckets: dict[str, Mapping[int, list[str]]] = {}

    def unknown(self, terms: Sequence[str], scope: Scope = EVERYTHING) -> frozenset[str]:
        """Return those terms that no passage in scope contains."""
        return frozenset(terms).difference(self._passages.frequencies(terms, scope, 1))

    def near(self, word: str, term: str, scope: Scope = EVERYTHING, language: str = ENGLISH) -> list[tuple[str, str]]:
        """Return the terms, each with a word of it in scope, that a word with an unknown term may mean; at most three.

        The nearest come first, then the most frequent; those with another first letter only if none has the same.
        Distances are by optimal string alignment (Damerau and Levenshtein's, no stretch edited twice).
        """
        errors = 1 if len(word) <= _ONE_ERROR_UP_TO else 2
        for near_terms in (self._with_same_beginning(term, errors), self._with_other_beginning(term)):
            terms = list(near_terms)
            frequencies = self._passages.frequencies(list(dict.fromkeys(terms)), scope)
            candidates = sorted(
                (OSA.distance(term, other), -frequency, other)
                for other in terms
                if (frequency := frequencies.get(other, 0)) >= self._least
            )[:_MAX_TERMS_READ]
            found = [
                (written[0], negative, near, written[1])
                for _, negative, near in candidates
                if (written := self._as_written(near, word, errors, scope, language))
            ]
            if found:
                nearest = min(found)[0]
                best = [(near, written) for distance, _, near, written in sorted(found) if distance == nearest]
                return best[:_MAX_CORRECTIONS]
        return []

    def _with_same_beginning(self, term: str, errors: int) -> Iterator[str]:
        """Yield the terms with the same first letter that differ in at most this many errors."""
        bucket = self._bucket(term[0])
        for length in range(len(term) - errors, len(term) + errors + 1):
            words = bucket.get(length, ())
            yield from (
                other
                for other, _, _ in process.extract(term, words, scorer=OSA.distance, score_cutoff=errors, limit=None)
            )

    def _with_other_beginning(self, term: str) -> Iterable[str]:
        """Yield possible terms that differ in the first letter only: replaced, added, left out, or swapped."""
        for letter in self._first_letters:
            for ending in (term[1:], term):
                if _LETTERS.fullmatch(f"{letter}{ending}"):
                    yield f"{letter}{ending}"
        yield from (term[1:], f"{term[1::-1]}{term[2:]}")

    def _as_written(self, term: str, word: str, errors: int, scope: Scope, language: str) -> tuple[int, str] | None:
        """Return the distance to the nearest of the words that people write for a term, and this word."""
        passages = self._passages.passages_with(term, scope, _MAX_PASSAGES_READ)
        words = Counter(other for passage in passages for other in _WORD.findall(passage.text))
        found = [
            (OSA.distance(word.casefold(), other.casefold(), score_cutoff=errors), -count, other)
            for other, count in words.items()
            if abs(len(word) - len(other)) <= errors
        ]
        near = sorted(one for one in found if one[0] <= errors and term in analyse(one[2], language))
        return (near[0][0], near[0][2]) if near else None

    def _bucket(self, letter: str) -> Mapping[int, list[str]]:
        """Return the terms that are words and begin with a letter, by their length; read once."""
        if letter not in self._buckets:
            bucket: dict[int, list[str]] = defaultdict(list)
            for term in self._terms.terms(letter):
                if _LETTERS.fullmatch(term):
                    bucket[len(term)].append(term)
            self._buckets[letter] = dict(bucket)
        return self._buckets[letter]

    @cached_property
    def _first_letters(self) -> Sequence[str]:
        return self._terms.first_letters()
