"""A question, parsed: the terms to search for, their alternatives, and the question before it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

import regex

from askbrief.core.lazy_regex import pattern
from askbrief.language.analysis import analyse

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

ONE_OF_SEVERAL = 0.65
"""What a passage on one of several things that are compared is worth of one that has them all."""


_GREETING = "hey|hi|hello|ok|okay|um|please|pls|plz|thanks|thx"
_ADDRESSED = "all|everyone|everybody|folks|guys|team|there|so|well|quick question"
_TELL = "(?:tell|show|remind) (?:me|us)(?: again)?|find out|look up|know|say"
_OPENING = pattern(
    rf"^(?:(?:{_GREETING})\b(?: (?:{_ADDRESSED})\b)?[\s,:;.!-]*|(?:{_ADDRESSED})\s*[,:!]\s*|"
    r"(?:can|could|would|will|does|do) (?:you|someone|somebody|anyone|anybody|we)(?: all)?(?: please)? "
    rf"(?:{_TELL})\b[\s,:]*|"
    rf"(?:tell|show|remind) (?:me|us)(?: again)?\b[\s,:]*|i(?:'d| would)? (?:want|need|like) to know\b[\s,:]*|"
    rf"i(?: am|'m)? (?:just )?wonder(?:ing)?\b[\s,:]*|any (?:idea|clue)\b[\s,:]*)+(?=\S+\s+\S)",
    regex.IGNORECASE,
)
_CLOSING = pattern(
    r"(?:[\s,]+(?:please|pls|plz|thanks|thx|thank you|cheers|these days|by the way|btw|anyone|anybody|guys|folks))+"
    r"\s*([?!.]*)$",
    regex.IGNORECASE,
)


def without_courtesy(question: str) -> str:
    """What a question asks, without the words that only make it polite.

    >>> without_courtesy("hey, can someone tell me who leads the TTP these days?")
    'who leads the TTP?'
    """
    return _CLOSING.sub(r"\1", _OPENING.sub("", question)) or question


@dataclass(frozen=True, slots=True)
class Alternative:
    """Terms that stand for others: another name of a thing, or the word that a typo was meant to be.

    `stands_for` are terms of the question; those of two alternatives are the same or have none in common. A passage
    that has all of `terms` is worth `weight` (0..1) of one that has what was asked for.
    """

    stands_for: frozenset[str]
    terms: frozenset[str]
    weight: float


@dataclass(frozen=True, slots=True)
class Query:
    """A question as it is searched for.

    `text` is what the encoder reads, `terms` are the index terms in order and with repetitions.
    """

    text: str
    terms: tuple[str, ...]
    alternatives: tuple[Alternative, ...] = ()

    @classmethod
    def from_question(cls, question: str, alternatives: Sequence[Alternative] = ()) -> Self:
        """Take a question as it is written."""
        return cls(question, tuple(analyse(question)), tuple(alternatives))

    def understood(self, terms: frozenset[str]) -> frozenset[str]:
        """Some terms of a source, and those of the question that they stand for."""
        return terms.union(*(other.stands_for for other in self.alternatives if other.terms <= terms))

    def part(self, terms: frozenset[str]) -> Self:
        """Some of its terms, with what may stand for them."""
        others = tuple(other for other in self.alternatives if other.stands_for <= terms)
        return replace(self, terms=tuple(sorted(terms)), alternatives=others)

    def side_by_side(self, aspects: Sequence[frozenset[str]], unsought: Collection[str]) -> Self:
        """The same question of several things: a passage on one of them is worth nearly one that has them all.

        Args:
            aspects: the terms of each thing.
            unsought: terms that are not looked for.
        """
        things = frozenset[str]().union(*aspects)
        forms = [form for aspect in aspects for form in self._forms(aspect)]
        others = [other for other in self.alternatives if other.stands_for.isdisjoint(things)]
        return replace(
            self,
            terms=tuple(term for term in self.terms if term not in unsought),
            alternatives=(*others, *(Alternative(things, form, ONE_OF_SEVERAL * weight) for form, weight in forms)),
        )

    def _forms(self, terms: frozenset[str]) -> Iterator[tuple[frozenset[str], float]]:
        """Some terms, and what they are with alternatives for one or more of them."""
        yield terms, 1.0
        for other in self.alternatives:
            if other.stands_for <= terms:
                yield terms - other.stands_for | other.terms, other.weight


_FOLLOW_UP_OPENING = r"(?:and|but|or|what about|how about|then|also|so|why|since when|und|aber|et|y)\b"
_OPENINGS = pattern(f"^{_FOLLOW_UP_OPENING}", regex.IGNORECASE)
_POINTERS = pattern(
    r"\b(?:he|she|it|they|him|her|them|his|hers|its|their|theirs|this|that|these|those|there|then|former|latter|same)\b",
    regex.IGNORECASE,
)
_YEAR = pattern(r"\b(?:1[5-9]|20)\d\d\b")
_BEFORE_YEAR = "in|of|since|until|by|during|before|after|from|to|between|and|im Jahr|seit|bis|von|und"
_WITH_YEAR = pattern(rf"(?:\s*(?:\b(?:{_BEFORE_YEAR})\b|[-–—]))?\s*{_YEAR.pattern}", regex.IGNORECASE)
_ASIDE_OF_YEAR = pattern(rf"(?:^|(?<=\?))\s*{_FOLLOW_UP_OPENING}{_WITH_YEAR.pattern}\s*\?", regex.IGNORECASE)
_LONGEST = 500
"""With this many characters the beginning of a chain of follow-ups is left out."""
_FEW_TERMS = 3
_TERMS_OF_AN_ASIDE = 6


def searched_for(question: str, previous: str | None) -> str:
    """What to search for, when a question may lean on the one before it.

    A question leans when it has hardly a term of its own, or opens like an aside ("and ...", "what about ...") or
    points back ("who said that?") and is short. A year in it takes the place of the years asked for before.

    Args:
        question: as it was written.
        previous: what was searched for before, if anything.

    >>> searched_for("and in 2021?", "how many attacks were there in 2020?")
    'how many attacks were there? and in 2021?'
    >>> searched_for("which province has the most schools for girls?", "how many attacks were there in 2020?")
    'which province has the most schools for girls?'
    """
    if not previous or not _leans(question):
        return question
    if _YEAR.search(question):
        previous = _WITH_YEAR.sub("", _ASIDE_OF_YEAR.sub("", previous)).strip()
    room = _LONGEST - len(question) - 1
    if len(previous) > room:
        previous = previous[-room:].partition(" ")[2] if room > 0 else ""
    return f"{previous} {question}" if previous else question


def _leans(question: str) -> bool:
    terms = len(analyse(question))
    if terms < _FEW_TERMS:
        return True
    return terms < _TERMS_OF_AN_ASIDE and bool(_OPENINGS.search(question) or _POINTERS.search(question))
