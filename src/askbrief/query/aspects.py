"""Aspects of a question: the things it compares ("Compare A and B", "the difference between A and B", "A or B")."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from askbrief.core.text import pattern
from askbrief.language.analysis import analyse
from askbrief.language.english.dates import MONTH
from askbrief.language.english.words import (
    ARTICLES,
    BEFORE_THING,
    COMPARE_WORDS,
    COMPARISON_WORDS,
    INSIDE_NAMES,
    THING_BOUNDS,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_TOKEN = pattern(r"(?:\p{L}\.){2,}|[\p{L}\p{M}\p{N}]+(?:[.'’-][\p{L}\p{M}\p{N}]+)*|[,;:?!()]")
_LONGEST, _MAX_WORDS = 3, 100
"""Maximum number of words of a thing that is not written with capitals, and of words of a question that are read."""
_YEAR = pattern(r"(?:1[5-9]|20)\d\d")
_MONTH = pattern(MONTH)
_NUMBER = pattern(r"\p{N}[\p{N}.]*")


def parse_aspects(question: str) -> tuple[frozenset[str], ...]:
    """Return the index terms of each thing that a question compares, without those of all; none, or at least two.

    With a word such as "compare", "difference", "versus" or "both", any words count; without one, only names (words
    with a capital, or years) joined by "and" or "or".

    >>> [sorted(terms) for terms in parse_aspects("Compare TTP and Baloch attacks in 2021")]
    [['ttp'], ['baloch']]
    >>> parse_aspects("What did the king say and do?")
    ()
    """
    words = [match[0] for match in islice(_TOKEN.finditer(question), _MAX_WORDS)]
    for joint in _joints(words):
        things = _things(words, joint)
        terms = [frozenset(analyse(" ".join(thing))) for thing in things]
        common = frozenset.intersection(*terms) if terms else frozenset()
        distinct = tuple(dict.fromkeys(own - common for own in terms))
        if len(distinct) > 1 and all(distinct):
            return distinct
    return ()


def _joints(words: Sequence[str]) -> Iterator[int]:
    """Yield the places of words that may join two things, the likeliest first."""
    lower = [word.lower() for word in words]
    compared = next((place for place, word in enumerate(lower) if word in COMPARE_WORDS), None)
    if compared is not None:
        yield from (i for i, word in enumerate(lower) if i > compared + 1 and word in {"with", "to", "against"})
    yield from (i for i, word in enumerate(lower) if word in {"versus", "vs"})
    is_comparison = compared is not None or not COMPARISON_WORDS.isdisjoint(lower)
    for place, word in enumerate(lower):
        if word in {"and", "or"} and (is_comparison or _joins_names(words, place)):
            yield place


def _joins_names(words: Sequence[str], place: int) -> bool:
    after = _skipped(words, place + 1)
    return place > 0 and after < len(words) and _is_name(words[place - 1]) and _is_name(words[after])


def _things(words: Sequence[str], joint: int) -> list[list[str]]:
    """Return the things that are joined: those listed before the joint, and the one after it."""
    before: list[list[str]] = []
    end = joint - (joint > 0 and words[joint - 1] == ",")
    while end > 0 and (not before or _is_name(words[end - 1])):
        start = _start(words, end)
        if start == end:
            break
        before.insert(0, list(words[start:end]))
        while start > 0 and words[start - 1].lower() in ARTICLES:
            start -= 1
        end = start - 1 if start > 0 and words[start - 1] == "," else 0
    first = _skipped(words, joint + 1)
    after = list(words[first : _end(words, first, len(before[-1]) if before else 0)])
    return [*before, after] if before and after else []


def _start(words: Sequence[str], end: int) -> int:
    """Return where the thing that ends here begins."""
    start = end
    if _is_name(words[end - 1]):
        while start > 0 and (_is_name(words[start - 1]) or _inside(words, start - 1)):
            start -= 1
        return start
    while start > 0 and end - start < _LONGEST and words[start - 1].lower() not in THING_BOUNDS:
        start -= 1
    return start


def _end(words: Sequence[str], first: int, length: int) -> int:
    """Return where the thing that begins here ends; without capitals, it has as many words as its counterpart."""
    end = first
    if first < len(words) and _is_name(words[first]):
        while end < len(words) and (_is_name(words[end]) or _inside(words, end)):
            end += 1
        return end
    while end < len(words) and end - first < length and words[end].lower() not in THING_BOUNDS:
        end += 1
    return end


def _skipped(words: Sequence[str], joint: int) -> int:
    """Return where the thing after a joint begins; words from before it ("inflation in") are skipped."""
    repeated = {word.lower() for word in words[: joint - 1] if not _is_name(word)}
    place = joint
    while place < len(words) and words[place].lower() in BEFORE_THING | repeated:
        place += 1
    return place


def _inside(words: Sequence[str], place: int) -> bool:
    """Return whether this is the "of" of "Bank of England", or a number in or after a name."""
    if not 0 < place < len(words) or not _is_name(words[place - 1]):
        return False
    followed = place + 1 < len(words) and _is_name(words[place + 1])
    return bool(_NUMBER.fullmatch(words[place])) or (words[place] in INSIDE_NAMES and followed)


def _is_name(word: str) -> bool:
    """Return whether a word is a year, or has a capital and is neither a month nor a word of comparison."""
    if _YEAR.fullmatch(word):
        return True
    return word[:1].isupper() and not _MONTH.fullmatch(word) and (word.lower() not in THING_BOUNDS or word.isupper())
