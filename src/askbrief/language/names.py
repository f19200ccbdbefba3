"""Names that stand for each other: acronyms and aliases, looked up within a scope."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from askbrief.core.text import pattern
from askbrief.language.analysis import analyse
from askbrief.records import EVERYTHING, Scope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

_PARTS = pattern(r"(?:\p{L}\.){2,}|[\p{L}\p{M}\p{N}]+(?:['’ʼ]\p{L}+)*")
_PLURAL = pattern(r"(?<=.)(?:s?es|s)\Z")

_LETTERS_PER_ERROR, _MAX_ERRORS = 4, 3
"""A misspelt name may have one typing error for this many letters, up to this many."""
_MAX_SIMILAR, _LEAST_SIMILARITY = 5, 60
"""Number of similar names that are returned, and their least similarity (0..100)."""


class NameKind(StrEnum):
    """How it is known that two names stand for each other."""

    ACRONYM = "acronym"  # "Tehreek-e-Taliban Pakistan (TTP)"
    ALIAS = "alias"  # "also known as the Pakistani Taliban"
    TEAM = "team"  # the team's own list of aliases


@dataclass(frozen=True, slots=True)
class Pair:
    """Two names of one thing that a text gives."""

    name: str  # the short form of an acronym, or the first name
    other: str  # the long form, or the other name
    kind: NameKind
    place: int  # offset of the definition in the text


@dataclass(frozen=True, slots=True)
class NameRow:
    """Two names of one thing that a document, or the team's list of aliases, gives; see `Pair`."""

    name: str
    other: str
    kind: NameKind
    passage: int | None  # the first passage of the document that gives them; None for the team's own names
    place: int  # offset in the document
    count: int  # number of passages of the document that give them
    spoken: bool  # whether the name in lower case is also a common word
    keys: tuple[str, str]  # under which the two names are found


@dataclass(frozen=True, slots=True)
class Part:
    """A word of a name, or a part of a hyphenated word, with its offsets in the text and its key."""

    word: str
    start: int
    end: int
    key: str


def parts(text: str) -> list[Part]:
    """Return the words of a text and the parts of hyphenated ones, without stop words.

    >>> [part.key for part in parts("the Tehreek-e-Taliban of Pakistan")], [part.key for part in parts("WHO")]
    (['tehreek', 'e', 'taliban', 'pakistan'], ['who'])
    """
    found = [(match[0], match.start(), match.end()) for match in _PARTS.finditer(text)]
    # A word alone may be an acronym written in capitals, as WHO is; a text all in capitals says nothing by them.
    beside = "" if text.isupper() and len(found) > 1 else " a"
    analysed = ((word, start, end, analyse(word + beside)) for word, start, end in found)
    return [Part(word, start, end, terms[0]) for word, start, end, terms in analysed if terms]


def name_key(name: str) -> str:
    """Return the key of a name, equal for names that differ only in capitals, hyphens, stop words or endings.

    A name of one word is not stemmed: AIDS differs from aid, and Islamism from Islam.

    >>> name_key("The Department of Peace Studies"), name_key("NGOs"), name_key("AIDS"), name_key("coronaviruses")
    ('depart peac studi', 'ngo', 'aids', 'coronaviru')
    """
    found = parts(name)
    return word_key(found[0].word) if len(found) == 1 else " ".join(part.key for part in found)


def word_key(word: str) -> str:
    """Return the key of a name of one word: in lower case, without dots, possessive and plural endings."""
    return _PLURAL.sub("", word.replace(".", "").removesuffix("'s").removesuffix("’s")).casefold()


@dataclass(frozen=True, slots=True)
class Meaning:
    """Another name of a name, within a scope."""

    key: str  # of the other name
    name: str  # the name itself, as it is most often written
    forms: tuple[str, ...]  # the other name as it is written, the most frequent form first; all have the same key
    kind: NameKind
    is_long_form: bool  # of an acronym
    documents: int  # number of those that give it
    passages: int
    rows: tuple[NameRow, ...]  # of the documents that give it, in their order

    @property
    def other(self) -> str:
        """The other name, as it is most often written."""
        return self.forms[0]

    @property
    def from_team(self) -> bool:
        """Whether it comes from the team's list of aliases."""
        return self.kind is NameKind.TEAM


@dataclass(frozen=True, slots=True)
class _Entry:
    """A row, seen from one of its two names."""

    own: str
    other: str
    other_key: str
    row: NameRow


class NameRows(Protocol):
    """The stored rows of an index."""

    def names(self) -> Sequence[NameRow]:
        """Return all rows, in order."""

    def names_of(self, key: str, /) -> Sequence[NameRow]:
        """Return the rows with a key, in order."""

    def known_names(self, keys: Sequence[str], /) -> frozenset[str]:
        """Return those keys that some row has."""

    def most_parts(self) -> int:
        """Return the number of parts of the longest key."""


class NameIndex:
    """The names of a generation, found by any of their forms. Threads may share it."""

    def __init__(self, rows: NameRows, is_in_scope: Callable[[int, Scope], bool]) -> None:
        """Take the rows, and a function that tells whether the passage with a number is in a scope."""
        self._rows = rows
        self._is_in_scope = is_in_scope
        self.most_parts = rows.most_parts()

    def among(self, keys: Iterable[str]) -> frozenset[str]:
        """Return those keys that some name has, in scope or not."""
        return self._rows.known_names(list(dict.fromkeys(keys)))

    def meanings(self, key: str, scope: Scope = EVERYTHING) -> list[Meaning]:
        """Return the other names of the name with a `name_key`: the team's, then those in scope by number of documents.

        Forms with the same key are one.
        """
        groups: dict[tuple[str, bool], list[_Entry]] = defaultdict(list)
        for entry in _entries(key, self._rows.names_of(key)):
            if self._may_see(entry.row, scope):
                groups[entry.other_key, entry.row.kind is NameKind.TEAM].append(entry)
        found = [_meaning(key, group) for (key, _), group in groups.items()]
        return sorted(found, key=_order)

    def find(self, name: str, scope: Scope = EVERYTHING) -> list[Meaning]:
        """Return the other names of a name as a person writes it; typing errors are corrected except in short names."""
        for key in dict.fromkeys((name.strip().casefold(), name_key(name))):
            if found := self.meanings(key, scope):
                return found
        known = {name_key(other): other.casefold() for other in self.names(scope)}
        most = min(_MAX_ERRORS, len(name) // _LETTERS_PER_ERROR)
        near = process.extract(name.casefold(), known, scorer=OSA.distance, score_cutoff=most, limit=1) if most else []
        return self.meanings(near[0][2], scope) if near else []

    def similar(self, name: str, scope: Scope = EVERYTHING) -> list[str]:
        """Return names in scope that are similar to a name, the most similar first."""
        names = self.names(scope)
        near = process.extract(
            name, names, scorer=fuzz.WRatio, processor=str.casefold, limit=_MAX_SIMILAR, score_cutoff=_LEAST_SIMILARITY
        )
        return [other for other, *_ in near]

    def names(self, scope: Scope = EVERYTHING) -> list[str]:
        """Return the names in scope as they are most often written, by the number of passages that define them."""
        found = []
        for entries in self._by_key.values():
            seen = [entry for entry in entries if self._may_see(entry.row, scope)]
            if seen:
                found.append((-sum(entry.row.count for entry in seen), _commonest(entry.own for entry in seen)))
        return [name for _, name in sorted(found)]

    def _may_see(self, row: NameRow, scope: Scope) -> bool:
        return row.passage is None or self._is_in_scope(row.passage, scope)

    @cached_property
    def _by_key(self) -> Mapping[str, Sequence[_Entry]]:
        """All entries by key, for listing and for typing errors."""
        rows: dict[str, list[NameRow]] = defaultdict(list)
        for row in self._rows.names():
            for key in dict.fromkeys(row.keys):
                rows[key].append(row)
        return {key: _entries(key, some) for key, some in rows.items()}


def _entries(key: str, rows: Sequence[NameRow]) -> list[_Entry]:
    """Return the rows seen from a key; a row whose two names have that key is seen from both."""
    both = ((row, *side) for row in rows for side in ((0, row.name, row.other), (1, row.other, row.name)))
    return [_Entry(own, other, row.keys[1 - at], row) for row, at, own, other in both if row.keys[at] == key]


def _order(meaning: Meaning) -> tuple[bool, int, int, bool, str]:
    """Order the team's names first, then by number of documents and passages, then long forms before aliases."""
    is_alias = meaning.kind is NameKind.ALIAS
    return not meaning.from_team, -meaning.documents, -meaning.passages, is_alias, meaning.other


def _meaning(key: str, group: Sequence[_Entry]) -> Meaning:
    forms: Counter[str] = Counter()
    for entry in group:
        forms[entry.other] += entry.row.count
    rows = tuple(entry.row for entry in group)
    return Meaning(
        key=key,
        name=_commonest(entry.own for entry in group),
        forms=tuple(form for form, _ in forms.most_common()),
        kind=rows[0].kind,
        is_long_form=rows[0].kind is NameKind.ACRONYM and rows[0].keys[1] == key,
        documents=len({row.passage for row in rows}),
        passages=sum(row.count for row in rows),
        rows=rows,
    )


def _commonest(names: Iterable[str]) -> str:
    """Return the most frequent name, the first of equals."""
    return Counter(names).most_common(1)[0][0]
