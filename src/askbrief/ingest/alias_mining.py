"""Passages and a team's own list -> the names that stand for each other, a row for each document that says so."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import chain, permutations
from typing import TYPE_CHECKING

from askbrief.core.lazy_regex import pattern
from askbrief.language.abbreviations import acronyms, other_names
from askbrief.language.names import NameKind, NameRow, name_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from askbrief.language.names import Pair
    from askbrief.records import Passage


_SMALL_WORDS = pattern(r"(?<![\p{L}\p{N}.-])\p{Ll}{2,10}(?![\p{L}\p{N}-])")
_WRAPPED = pattern(r"(?<=[^\n]{40}[\p{L},-])\n(?=[\p{L}(])")
"""A line end in the midst of a sentence; after a short line, such as a heading, another sentence begins."""


class Learner:
    """Learns names, passage after passage; each document counts once for a pair of names."""

    def __init__(self, words: Mapping[str, int] | None = None) -> None:
        """Begin with no passage.

        Args:
            words: how often each word in small letters stands in passages that were read before.
        """
        self.words = Counter(words)
        self._rows: dict[tuple[str, str, str], NameRow] = {}
        self._taken_over: list[NameRow] = []

    def read(self, number: int, passage: Passage) -> None:
        """Learn from a passage by its number."""
        self.words.update(_SMALL_WORDS.findall(passage.text))
        for pair in _pairs(passage.text):
            identity = (passage.doc_id, pair.name, pair.other)
            row = self._rows.get(identity)
            self._rows[identity] = (
                replace(row, count=row.count + 1) if row else _row(pair, number, passage.start + pair.place)
            )

    def forget(self, text: str) -> None:
        """Take the words of a passage that is gone out of the count."""
        self.words.subtract(_SMALL_WORDS.findall(text))

    def take_over(self, rows: Iterable[NameRow]) -> None:
        """Learn what was learned before from a document that has not changed."""
        self._taken_over += rows

    def learned(self) -> list[NameRow]:
        """What the passages say of names, in their order; call it once all have been read."""
        self.words = +self.words
        rows = sorted([*self._taken_over, *self._rows.values()], key=lambda row: row.passage or 0)
        return [replace(row, spoken=row.name.casefold() in self.words) for row in rows]


def of_team(groups: Iterable[Sequence[str]]) -> list[NameRow]:
    """The team's own names: each of a group stands for all others of it."""
    return [
        NameRow(name, other, NameKind.TEAM, None, 0, 1, spoken=False, keys=(name_key(name), name_key(other)))
        for group in groups
        for name, other in permutations(group, 2)
        if name < other
    ]


def _pairs(text: str) -> Iterator[Pair]:
    """The pairs of one passage, each once."""
    flowing = _WRAPPED.sub(" ", text)
    found = {(pair.name, pair.other): pair for pair in chain(acronyms(flowing), other_names(flowing))}
    return (pair for pair in found.values() if all(map(_can_be_found, (pair.name, pair.other))))


def _can_be_found(name: str) -> bool:
    """Whether a name has a key, and not that of one common word in it: Number I."""
    key = name_key(name)
    return bool(key) and (" " in key or " " not in name)


def _row(pair: Pair, number: int, place: int) -> NameRow:
    keys = (name_key(pair.name), name_key(pair.other))
    return NameRow(pair.name, pair.other, pair.kind, number, place, 1, spoken=False, keys=keys)
