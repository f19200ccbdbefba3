"""Follow-up questions: "and in 2021?" is searched together with the question before it."""

from __future__ import annotations

import regex

from askbrief.patterns import pattern
from askbrief.ranking.analysis import analyse

_OPENING = r"(?:and|but|or|what about|how about|then|also|so|why|since when|und|aber|et|y)\b"
_OPENINGS = pattern(f"^{_OPENING}", regex.IGNORECASE)
_POINTERS = pattern(
    r"\b(?:he|she|it|they|him|her|them|his|hers|its|their|theirs|this|that|these|those|there|then|former|latter|same)\b",
    regex.IGNORECASE,
)
_YEAR = pattern(r"\b(?:1[5-9]|20)\d\d\b")
_BEFORE_YEAR = "in|of|since|until|by|during|before|after|from|to|between|and|im Jahr|seit|bis|von|und"
_WITH_YEAR = pattern(rf"(?:\s*(?:\b(?:{_BEFORE_YEAR})\b|[-–—]))?\s*{_YEAR.pattern}", regex.IGNORECASE)
_ASIDE_OF_YEAR = pattern(rf"(?:^|(?<=\?))\s*{_OPENING}{_WITH_YEAR.pattern}\s*\?", regex.IGNORECASE)
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
