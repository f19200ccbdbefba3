"""The things that a question sets side by side: "Compare A and B", "the difference between A and B", "A or B"."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from askbrief.core.lazy_regex import pattern
from askbrief.language.analysis import STOP_WORDS, analyse
from askbrief.language.english.dates import MONTH

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_TOKEN = pattern(r"(?:\p{L}\.){2,}|[\p{L}\p{M}\p{N}]+(?:[.'’-][\p{L}\p{M}\p{N}]+)*|[,;:?!()]")
_COMPARED = frozenset({"compare", "compared", "comparing", "comparison", "contrast"})
_APART = frozenset("difference differences distinction differ differs similarities both versus vs".split())
COMPARING = frozenset({"compar", "contrast", "versus", "vs"})
"""Index terms that only set things side by side: the passages on each of them seldom have these."""
_BOUNDS = STOP_WORDS | _COMPARED | _APART | frozenset(", ; : ? ! ( ) per within without according happened".split())
_LEADING = frozenset("the a an its their his her our your those that ones in of from by for on at about".split())
_ARTICLES = frozenset({"the", "a", "an"})
_INSIDE_NAMES = frozenset({"of", "for"})
_LONGEST = 3
"""So many words of what is not written with capitals are taken for one thing."""
_MOST_WORDS = 100
_YEAR = pattern(r"(?:1[5-9]|20)\d\d")
_MONTH = pattern(MONTH)
_NUMBER = pattern(r"\p{N}[\p{N}.]*")


def aspects(question: str) -> tuple[frozenset[str], ...]:
    """Read what a question sets side by side.

    After a word such as "compare", "difference", "versus" or "both" any words count; without one only names (words with
    a capital, or years) that "and" or "or" joins.

    Returns:
        The index terms of each thing, without those that all have in common; empty where there are no two.

    >>> [sorted(terms) for terms in aspects("Compare TTP and Baloch attacks in 2021")]
    [['ttp'], ['baloch']]
    >>> aspects("What did the king say and do?")
    ()
    """
    words = [match[0] for match in islice(_TOKEN.finditer(question), _MOST_WORDS)]
    for joint in _joints(words):
        things = _things(words, joint)
        terms = [frozenset(analyse(" ".join(thing))) for thing in things]
        common = frozenset.intersection(*terms) if terms else frozenset()
        apart = tuple(dict.fromkeys(own - common for own in terms))
        if len(apart) > 1 and all(apart):
            return apart
    return ()


def _joints(words: Sequence[str]) -> Iterator[int]:
    """Where two things may be joined, the likeliest first."""
    lower = [word.lower() for word in words]
    compared = next((place for place, word in enumerate(lower) if word in _COMPARED), None)
    if compared is not None:
        yield from (i for i, word in enumerate(lower) if i > compared + 1 and word in {"with", "to", "against"})
    yield from (i for i, word in enumerate(lower) if word in {"versus", "vs"})
    spoken_apart = compared is not None or not _APART.isdisjoint(lower)
    for place, word in enumerate(lower):
        if word in {"and", "or"} and (spoken_apart or _joins_names(words, place)):
            yield place


def _joins_names(words: Sequence[str], place: int) -> bool:
    after = _skipped(words, place + 1)
    return place > 0 and after < len(words) and _is_name(words[place - 1]) and _is_name(words[after])


def _things(words: Sequence[str], joint: int) -> list[list[str]]:
    """What stands before the joint, those before it in a list, and what stands after."""
    before: list[list[str]] = []
    end = joint - (joint > 0 and words[joint - 1] == ",")
    while end > 0 and (not before or _is_name(words[end - 1])):
        start = _start(words, end)
        if start == end:
            break
        before.insert(0, list(words[start:end]))
        while start > 0 and words[start - 1].lower() in _ARTICLES:
            start -= 1
        end = start - 1 if start > 0 and words[start - 1] == "," else 0
    first = _skipped(words, joint + 1)
    after = list(words[first : _end(words, first, len(before[-1]) if before else 0)])
    return [*before, after] if before and after else []


def _start(words: Sequence[str], end: int) -> int:
    """Where the thing begins that ends here."""
    start = end
    if _is_name(words[end - 1]):
        while start > 0 and (_is_name(words[start - 1]) or _inside(words, start - 1)):
            start -= 1
        return start
    while start > 0 and end - start < _LONGEST and words[start - 1].lower() not in _BOUNDS:
        start -= 1
    return start


def _end(words: Sequence[str], first: int, length: int) -> int:
    """Where the thing ends that begins here; of words without capitals, as many as its counterpart has."""
    end = first
    if first < len(words) and _is_name(words[first]):
        while end < len(words) and (_is_name(words[end]) or _inside(words, end)):
            end += 1
        return end
    while end < len(words) and end - first < length and words[end].lower() not in _BOUNDS:
        end += 1
    return end


def _skipped(words: Sequence[str], joint: int) -> int:
    """Where the thing begins after a joint: "inflation in" is passed over where inflation was spoken of before."""
    said = {word.lower() for word in words[: joint - 1] if not _is_name(word)}
    place = joint
    while place < len(words) and words[place].lower() in _LEADING | said:
        place += 1
    return place


def _inside(words: Sequence[str], place: int) -> bool:
    """Whether this is the "of" of "Bank of England", or a number in or after a name."""
    if not 0 < place < len(words) or not _is_name(words[place - 1]):
        return False
    followed = place + 1 < len(words) and _is_name(words[place + 1])
    return bool(_NUMBER.fullmatch(words[place])) or (words[place] in _INSIDE_NAMES and followed)


def _is_name(word: str) -> bool:
    """A year, or a word with a capital that is no month and no word for comparing."""
    if _YEAR.fullmatch(word):
        return True
    return word[:1].isupper() and not _MONTH.fullmatch(word) and (word.lower() not in _BOUNDS or word.isupper())
