"""Where a sentence that looks like the answer says something else than the question takes for granted.

"Who did not sign?", asked of "Khan signed"; "before the war", of a sentence about after it; "by 33 pence", of one about
3. Words and meaning are near, and the sources don't say.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

import regex

from askbrief.patterns import pattern
from askbrief.ranking.analysis import analyse, stem_of, stems_of, terms_of
from askbrief.ranking.numerals import numerals

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from askbrief.ranking.query import Query

_NEGATION = pattern(
    r"\b(?:not|no|never|none|neither|nor|without|cannot|nobody|nothing|unable|fail(?:s|ed)?|lack(?:s|ed|ing)?|except)\b"
    r"|n['’]t\b",
    regex.IGNORECASE,
)
_WORD = pattern(r"[\p{L}\p{M}]+(?:['’]\p{L}+)*")
_NAME = pattern(r"(?<=\S\s+)\p{Lu}[\p{L}\p{M}\p{N}'’]*")
"""A word with a capital that does not open the question."""
_ASKING = frozenset({"mani", "much"})
_REST_IS_THERE = 0.75
"""A missing name says something only where this share of the question's other terms is there."""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """How a sentence, and the passage around it, disagree with a question.

    `negation`: the question denies and the sentence does not. `opposite`: for a word of the question that the sentence
    lacks, the sentence has the opposite. `number`: in place of a number of the question the sentence has another one.
    `name`: the passage lacks a name of the question, and has nearly all the rest.
    """

    negation: bool = False
    opposite: bool = False
    number: bool = False
    name: bool = False


class Presuppositions:
    """What a question takes for granted, to be held against sentences."""

    def __init__(self, query: Query) -> None:
        """Read the question once."""
        question = query.text
        self._query = query
        self._denies = bool(_NEGATION.search(question))
        self._stems = _stems(question)
        self._numbers = _numbers(question)
        self._names = frozenset(analyse(" ".join(_NAME.findall(question))))
        self._rest = frozenset(query.terms) - self._names - _ASKING

    def mismatch(self, sentence: str, passage: str) -> Mismatch:
        """Hold a sentence against the question, and the passage it is from, with its title and section.

        >>> from askbrief.ranking.query import Query
        >>> asked = Query.from_question("Who lost all of the 3 wars?")
        >>> Presuppositions(asked).mismatch("The north won all of the 2 wars.", "")
        Mismatch(negation=False, opposite=True, number=True, name=False)
        """
        stems, numbers = _stems(sentence), _numbers(sentence)
        more = stems - self._stems
        return Mismatch(
            negation=self._denies and not _NEGATION.search(sentence),
            opposite=any(more & _opposites().get(stem, frozenset()) for stem in self._stems - stems),
            number=bool(self._numbers - numbers) and bool(numbers - self._numbers),
            name=self._lacks_a_name(self._query.understood(frozenset(terms_of(passage)))) if self._names else False,
        )

    def _lacks_a_name(self, terms: frozenset[str]) -> bool:
        there = len(self._rest & terms) >= _REST_IS_THERE * len(self._rest)
        return there and bool(self._rest) and not self._names <= terms


def _stems(text: str) -> frozenset[str]:
    """Every word's stem, stop words too: "before" is the opposite of "after"."""
    return frozenset(stem_of(word) for word in _WORD.findall(text))


def _numbers(text: str) -> frozenset[Decimal]:
    """What its numbers are worth, in digits or in words."""
    return frozenset(number.value for number in numerals(text))


def opposite_words() -> list[tuple[str, str]]:
    """Pairs of words with opposite meanings; see opposites.txt for where they are from."""
    lines = resources.files(__package__).joinpath("opposites.txt").read_text(encoding="utf-8").splitlines()
    return [(one, other) for one, other in (line.split() for line in lines if line and not line.startswith("#"))]


@cache
def _opposites() -> Mapping[str, frozenset[str]]:
    """The opposites of each stem, both ways; see opposites.txt for where they are from."""
    found: dict[str, set[str]] = {}
    stems = iter(stems_of([word for pair in opposite_words() for word in pair]))
    for one, other in zip(stems, stems, strict=True):
        if one != other:
            found.setdefault(one, set()).add(other)
            found.setdefault(other, set()).add(one)
    return {stem: frozenset(others) for stem, others in found.items()}
