"""Follow-up questions: a question that needs the one before it is searched together with it."""

from __future__ import annotations

import regex

from askbrief.core.lazy_regex import pattern
from askbrief.language.analysis import analyse

_FOLLOW_UP_OPENING = r"(?:and|but|or|what about|how about|then|also|so|why|since when|und|aber|et|y)\b"
_OPENINGS = pattern(f"^{_FOLLOW_UP_OPENING}", regex.IGNORECASE)
_POINTERS = pattern(
    r"\b(?:he|she|it|they|him|her|them|his|hers|its|their|theirs|this|that|these|those|there|then|former|latter|same)\b",
    regex.IGNORECASE,
)
_YEAR = pattern(r"\b(?:1[5-9]|20)\d\d\b")
_BEFORE_YEAR = "in|of|since|until|by|during|before|after|from|to|between|and|im Jahr|seit|bis|von|und"
_WITH_YEAR = pattern(rf"(?:\s*(?:\b(?:{_BEFORE_YEAR})\b|[-–—]))?\s*{_YEAR.pattern}", regex.IGNORECASE)
_YEAR_ONLY = pattern(rf"(?:^|(?<=\?))\s*{_FOLLOW_UP_OPENING}{_WITH_YEAR.pattern}\s*\?", regex.IGNORECASE)
_MAX_CHARS = 500
"""Length of a resolved question; of a longer chain of follow-ups the beginning is cut."""
_FEW_TERMS = 3
"""A question with fewer terms is a follow-up."""
_SHORT_TERMS = 6
"""A question with fewer terms is a follow-up if it opens like one or points back."""


def resolve_follow_up(question: str, previous: str | None) -> str:
    """Return what to search for when a question may be a follow-up of the one before it.

    A question is a follow-up if it has hardly any term of its own, or if it is short and either opens like one
    ("and ...", "what about ...") or points back ("who said that?"). A year in it replaces those of the
    previous one.

    Args:
        question: as it was written.
        previous: what was searched for before, if anything.

    Returns:
        The question, after the previous one where it is a follow-up; at most 500 characters of the two.

    >>> resolve_follow_up("and in 2021?", "how many attacks were there in 2020?")
    'how many attacks were there? and in 2021?'
    >>> resolve_follow_up("which province has the most schools for girls?", "how many attacks were there in 2020?")
    'which province has the most schools for girls?'
    """
    if not previous or not _is_follow_up(question):
        return question
    if _YEAR.search(question):
        previous = _WITH_YEAR.sub("", _YEAR_ONLY.sub("", previous)).strip()
    room = _MAX_CHARS - len(question) - 1
    if len(previous) > room:
        previous = previous[-room:].partition(" ")[2] if room > 0 else ""
    return f"{previous} {question}" if previous else question


def _is_follow_up(question: str) -> bool:
    terms = len(analyse(question))
    if terms < _FEW_TERMS:
        return True
    return terms < _SHORT_TERMS and bool(_OPENINGS.search(question) or _POINTERS.search(question))
