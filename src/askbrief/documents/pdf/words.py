"""The words of broken lines: joined again, with or without the hyphen that a line ended with."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

from askbrief.core.lazy_regex import pattern

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_WORD = pattern(r"[\p{L}\p{M}\p{N}]+(?:[-\u2010][\p{L}\p{M}\p{N}]+)*")
_LAST_PART = pattern(r"([\p{L}\p{M}]+)[-\u2010\u00ad]$")
_BEFORE = pattern(r"([\p{L}\p{M}\p{N}][\p{L}\p{M}\p{N}-]*)[-\u2010\u00ad]$")
_FIRST_PART = pattern(r"[\p{L}\p{M}]+")
_UNSPACED = pattern(r"[\p{Han}\p{Hiragana}\p{Katakana}、。，．：；！？（）「」『』【】・ー]")
_SOFT = "\u00ad"
_FAR = 80
"""So many characters on either side of a line's end are looked at."""


class Vocabulary:
    """The words of a document that no line broke: the evidence for how a broken one is written.

    >>> Vocabulary(["The ex-fighters had information."]).joint("some infor-", "mation")
    (True, '')
    >>> Vocabulary(["The ex-fighters had information."]).joint("the ex-", "fighters")
    (False, '')
    """

    def __init__(self, lines: Iterable[str]) -> None:
        """Take the lines of the whole document."""
        self._words: Counter[str] = Counter()
        self._firsts: set[str] = set()
        self._lasts: set[str] = set()
        for line in lines:
            words = _WORD.findall(line.lower())
            if words and _BEFORE.search(line[-_FAR:]):
                words.pop()
            self._words.update(words)
            self._count_parts(words)

    def joint(self, first: str, second: str) -> tuple[bool, str]:
        """Whether the hyphen at the end of `first` goes, and what stands between the two."""
        first, second = first[-_FAR:], second[:_FAR]
        broken = _LAST_PART.search(first)
        if not broken:
            both_unspaced = _UNSPACED.match(first[-1:]) and _UNSPACED.match(second[:1])
            hyphenated = _BEFORE.search(first) and second[:1].isalnum()
            return False, "" if both_unspaced or hyphenated else " "
        if first.endswith(_SOFT):
            return True, ""
        rest = _FIRST_PART.match(second)
        if not rest:
            return False, "" if second[:1].isdecimal() else " "
        if not second[0].islower():
            return False, ""
        return self._is_one_word(first, broken[1].lower(), rest[0].lower()), ""

    def _count_parts(self, words: Iterable[str]) -> None:
        for word in words:
            if "-" in word:
                first, *_, last = word.split("-")
                self._firsts.add(first)
                self._lasts.add(last)

    def _is_one_word(self, first: str, start: str, rest: str) -> bool:
        """As the document writes it elsewhere; else one word, unless the document has both parts in other compounds."""
        before = _BEFORE.search(first)
        whole = before[1].lower() if before else start
        hyphenated = self._words[f"{whole}-{rest}"] + (self._words[f"{start}-{rest}"] if whole != start else 0)
        joined = self._words[whole + rest]
        if hyphenated or joined:
            return joined >= hyphenated
        compound = start in self._firsts or rest in self._lasts
        return not (compound and self._is_word(start) and self._is_word(rest))

    def _is_word(self, part: str) -> bool:
        return bool(self._words[part]) or part in self._firsts or part in self._lasts

    def text(self, lines: Sequence[str]) -> str:
        """Join the lines of a paragraph."""
        pieces = [lines[0]]
        for above, line in pairwise(lines):
            dropped, between = self.joint(above, line)
            if dropped:
                pieces[-1] = pieces[-1][:-1]
            pieces += (between, line)
        return "".join(pieces)
