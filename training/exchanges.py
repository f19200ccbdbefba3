"""Modify questions so that their passage no longer answers them: a name, a number, an opposite, a negation."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from askbrief.language.english.words import opposite_words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

_NAME = re.compile(r"(?<=[a-z,'’] )[A-Z][\w.'’-]*(?: (?:of |the |de |van )?[A-Z][\w.'’-]*)*")
_NUMBER = re.compile(r"(?<![\w.])\d[\d,]*(?:\.\d+)?(?!\w)")
_WORD = re.compile(r"[a-z]+")
_VERB = re.compile(r"\b(did|does|do|was|were|is|are|has|had|can|could|will|would)\b(?! not\b)", re.IGNORECASE)
_NEVER = ("not", "never", "no longer")
_FOUR_DIGITS = 4
_ITS_OWN = 0.6
"""Share of exchanged names and numbers that come from the passage itself; others are easier to detect."""


def exchanged(question: str, passage: str, answer: str, names: Sequence[str], random: Random) -> str | None:
    """Exchange one thing in a question.

    Args:
        question: the question.
        passage: a passage that answers it.
        answer: the answer, which is not put into the question.
        names: names of other questions to choose from.
        random: makes the choices.

    Returns:
        The modified question, or None if nothing in it can be exchanged.
    """
    ways = [_other_name, _other_number, _opposite, _negation]
    random.shuffle(ways)
    ways.sort(key=lambda way: way is _negation)  # anything else that can be exchanged is preferred
    for way in ways:
        made = way(question, passage, answer, names, random)
        if made is not None and made != question:
            return made
    return None


def names_in(question: str) -> list[str]:
    """Return the names in a question that is written with capitals."""
    return _NAME.findall(question)


def _other_name(question: str, passage: str, answer: str, names: Sequence[str], random: Random) -> str | None:
    found = list(_NAME.finditer(question))
    if not found or not names:
        return None
    chosen = random.choice(found)
    own = [name for name in _NAME.findall(passage) if not _alike(name, chosen[0]) and not _alike(name, answer)]
    own = [name for name in own if name not in question]
    other = random.choice(own) if own and random.random() < _ITS_OWN else random.choice(names)
    if _alike(other, chosen[0]) or _alike(other, answer):
        return None
    return question[: chosen.start()] + other + question[chosen.end() :]


def _other_number(question: str, passage: str, answer: str, names: Sequence[str], random: Random) -> str | None:  # noqa: ARG001 - as its sisters
    found = list(_NUMBER.finditer(question))
    if not found:
        return None
    chosen = random.choice(found)
    own: list[str] = [
        n for n in _NUMBER.findall(passage) if n != chosen[0] and n not in answer and len(n) == len(chosen[0])
    ]
    if own and random.random() < _ITS_OWN:
        other = random.choice(own)
    else:
        value: int = int(re.sub(r"\D", "", chosen[0].split(".")[0]))
        step = random.choice((1, 2, 3, 5, 10, 20, 50) if len(chosen[0]) >= _FOUR_DIGITS else (1, 2, 3))
        other = str(value + step if random.random() < 1 / 2 or value <= step else value - step)
    if other in passage.split() and not own:
        return None
    return f"{question[: chosen.start()]}{other}{question[chosen.end() :]}"


def _opposite(question: str, passage: str, answer: str, names: Sequence[str], random: Random) -> str | None:  # noqa: ARG001
    found = [match for match in _WORD.finditer(question) if match[0] in _opposites()]
    if not found:
        return None
    chosen = random.choice(found)
    return question[: chosen.start()] + random.choice(_opposites()[chosen[0]]) + question[chosen.end() :]


def _negation(question: str, passage: str, answer: str, names: Sequence[str], random: Random) -> str | None:  # noqa: ARG001
    found = list(_VERB.finditer(question))
    if not found:
        return None
    after = re.match(r" (?:(?:the|a|an|his|her|its|their) )?\w+", question[found[-1].end() :])
    at = found[-1].end() + (after.end() if after and random.random() < 1 / 2 else 0)
    return f"{question[:at]} {random.choice(_NEVER)}{question[at:]}"


def _alike(one: str, other: str) -> bool:
    return bool(set(one.lower().split()) & set(other.lower().split()))


@cache
def _opposites() -> dict[str, list[str]]:
    """Return words with their opposites, from askbrief's own list."""
    found: dict[str, list[str]] = {}
    for pair in opposite_words():
        for one, other in (pair, pair[::-1]):
            found.setdefault(one, []).append(other)
    return found
