"""Names that stand for each other, mined from passages and read from the team's own list: a row for each document."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import chain, permutations
from typing import TYPE_CHECKING

from askbrief.core.text import pattern
from askbrief.language.english.names import acronyms, other_names
from askbrief.language.names import NameKind, NameRow, name_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from askbrief.language.names import Pair
    from askbrief.records import Passage

_LOWER_CASE_WORD = pattern(r"(?<![\p{L}\p{N}.-])\p{Ll}{2,10}(?![\p{L}\p{N}-])")
_LINE_BREAK = pattern(r"(?<=[^\n]{40}[\p{L},-])\n(?=[\p{L}(])")
"""A line break inside a sentence; after a line of under 40 characters, such as a heading, a new sentence begins."""


class AliasMiner:
    """Collects names passage by passage; each document counts once for a pair of names."""

    def __init__(self, words: Mapping[str, int] | None = None) -> None:
        """Begin with no passage; `words` are the counts of lower-case words in the previous generation."""
        self.words = Counter(words)
        self._rows: dict[tuple[str, str, str], NameRow] = {}
        self._reused: list[NameRow] = []

    def add(self, number: int, passage: Passage) -> None:
        self.words.update(_LOWER_CASE_WORD.findall(passage.text))
        for pair in _pairs(passage.text):
            identity = (passage.doc_id, pair.name, pair.other)
            row = self._rows.get(identity)
            self._rows[identity] = (
                replace(row, count=row.count + 1) if row else _row(pair, number, passage.start + pair.place)
            )

    def remove_text(self, text: str) -> None:
        """Subtract the words of a passage of the previous generation that was not reused."""
        self.words.subtract(_LOWER_CASE_WORD.findall(text))

    def reuse(self, rows: Iterable[NameRow]) -> None:
        """Add the rows that were mined before from an unchanged document."""
        self._reused += rows

    def rows(self) -> list[NameRow]:
        """Return the names in the order of their passages; call it once, after the last passage."""
        self.words = +self.words
        rows = sorted([*self._reused, *self._rows.values()], key=lambda row: row.passage or 0)
        return [replace(row, spoken=row.name.casefold() in self.words) for row in rows]


def team_names(groups: Iterable[Sequence[str]]) -> list[NameRow]:
    """Return the team's own names: each name of a group stands for all others of it."""
    return [
        NameRow(name, other, NameKind.TEAM, None, 0, 1, spoken=False, keys=(name_key(name), name_key(other)))
        for group in groups
        for name, other in permutations(group, 2)
        if name < other
    ]


def _pairs(text: str) -> Iterator[Pair]:
    """Yield the pairs of one passage, each once."""
    unwrapped = _LINE_BREAK.sub(" ", text)
    pairs = {(pair.name, pair.other): pair for pair in chain(acronyms(unwrapped), other_names(unwrapped))}
    return (pair for pair in pairs.values() if _is_searchable(pair.name) and _is_searchable(pair.other))


def _is_searchable(name: str) -> bool:
    """Return whether a name has a key, other than that of a single common word in it, as in "Number I"."""
    key = name_key(name)
    return bool(key) and (" " in key or " " not in name)


def _row(pair: Pair, number: int, place: int) -> NameRow:
    keys = (name_key(pair.name), name_key(pair.other))
    return NameRow(pair.name, pair.other, pair.kind, number, place, 1, spoken=False, keys=keys)
