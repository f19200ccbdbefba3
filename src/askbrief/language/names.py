"""Names that stand for each other: what a text says of them, and looking them up within somebody's scope."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from askbrief.core.lazy_regex import pattern
from askbrief.language.analysis import analyse

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

_PARTS = pattern(r"(?:\p{L}\.){2,}|[\p{L}\p{M}\p{N}]+(?:['’ʼ]\p{L}+)*")
_PLURAL = pattern(r"(?<=.)(?:s?es|s)\Z")

_LETTERS_AN_ERROR, _MOST_ERRORS = 4, 3
_MOST_SIMILAR, _LEAST_SIMILAR = 5, 60


class NameKind(StrEnum):
    """How two names came to stand for each other."""

    ACRONYM = "acronym"  # "Tehreek-e-Taliban Pakistan (TTP)"
    ALIAS = "alias"  # "also known as the Pakistani Taliban"
    TEAM = "team"  # the team's own list of aliases


@dataclass(frozen=True, slots=True)
class Pair:
    """Two names of one thing as a text gives them; `place` is where in the text it says so, a character's offset.

    Of an acronym, `name` is the short form.
    """

    name: str
    other: str
    kind: NameKind
    place: int


@dataclass(frozen=True, slots=True)
class NameRow:
    """Two names of one thing as one document gives them.

    `passage` is the first passage of the document that says so, `place` where in the document, and `count` how many
    of its passages do. The team's own names have no passage. `spoken`: the name, in small letters, is also a word.
    `keys` are what the two are found by.
    """

    name: str
    other: str
    kind: NameKind
    passage: int | None
    place: int
    count: int
    spoken: bool
    keys: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a text that names are made of: a word, or a part of a hyphenated one."""

    word: str
    start: int
    end: int
    key: str


def parts(text: str) -> list[Part]:
    """The words of a text, and the parts of hyphenated ones, without those that no index has.

    >>> [part.key for part in parts("the Tehreek-e-Taliban of Pakistan")], [part.key for part in parts("WHO")]
    (['tehreek', 'e', 'taliban', 'pakistan'], ['who'])
    """
    found = [(match[0], match.start(), match.end()) for match in _PARTS.finditer(text)]
    # A word alone may be an acronym written in capitals, as WHO is; a text all in capitals says nothing by them.
    beside = "" if text.isupper() and len(found) > 1 else " a"
    analysed = ((word, start, end, analyse(word + beside)) for word, start, end in found)
    return [Part(word, start, end, terms[0]) for word, start, end, terms in analysed if terms]


def name_key(name: str) -> str:
    """What names have in common that differ only in capitals, hyphens, little words or endings.

    A name of one word is not stemmed: AIDS is no aid, and Islamism not Islam.

    >>> name_key("The Department of Peace Studies"), name_key("NGOs"), name_key("AIDS"), name_key("coronaviruses")
    ('depart peac studi', 'ngo', 'aids', 'coronaviru')
    """
    found = parts(name)
    return word_key(found[0].word) if len(found) == 1 else " ".join(part.key for part in found)


def word_key(word: str) -> str:
    """The key of a name of one word: without dots, a possessive, and the ending of a plural in small letters."""
    return _PLURAL.sub("", word.replace(".", "").removesuffix("'s").removesuffix("’s")).casefold()


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a name stands for within a scope: another name, and what says so.

    `name` and the first of `forms` are the two as they are mostly written; the other forms differ from it only in what
    `name_key` passes over. `key` is the other name's; `is_long_form`: it is what an acronym stands for. `documents` and
    `passages` count who says so; `rows` are theirs, the first document's first.
    """

    key: str
    name: str
    forms: tuple[str, ...]
    kind: NameKind
    is_long_form: bool
    documents: int
    passages: int
    rows: tuple[NameRow, ...]

    @property
    def other(self) -> str:
        return self.forms[0]

    @property
    def from_team(self) -> bool:
        return self.kind is NameKind.TEAM


@dataclass(frozen=True, slots=True)
class _Entry:
    """A row as it is found from one of its two names."""

    own: str
    other: str
    other_key: str
    row: NameRow


class NameRows(Protocol):
    """The rows of an index, as they are kept."""

    def names(self) -> Sequence[NameRow]:
        """All of them, in order."""

    def names_of(self, key: str, /) -> Sequence[NameRow]:
        """Those that have a key, in order."""

    def known_names(self, keys: Sequence[str], /) -> frozenset[str]:
        """Those keys that some have."""

    def most_parts(self) -> int:
        """How many parts the longest of all keys has."""


class NameIndex:
    """The names of one generation, found by any of their forms. Threads may share it."""

    def __init__(self, rows: NameRows) -> None:
        """Take what finds the rows."""
        self._rows = rows
        self.most_parts = rows.most_parts()

    def among(self, keys: Iterable[str]) -> frozenset[str]:
        """Those keys of which any document, in scope or not, or the team has a name."""
        return self._rows.known_names(list(dict.fromkeys(keys)))

    def meanings(self, key: str, admitted: NDArray[np.bool_] | None = None) -> list[Meaning]:
        """The other names of a name, by what somebody may see.

        Args:
            key: what `name_key` makes of the name.
            admitted: bool [passages]: what is in scope; None for everything. The team's own names always are.

        Returns:
            The team's first, then what most documents say; forms that differ only in little are one.
        """
        groups: dict[tuple[str, bool], list[_Entry]] = defaultdict(list)
        for entry in _entries(key, self._rows.names_of(key)):
            if _may_see(entry.row, admitted):
                groups[entry.other_key, entry.row.kind is NameKind.TEAM].append(entry)
        found = [_meaning(key, group) for (key, _), group in groups.items()]
        return sorted(found, key=_order)

    def find(self, name: str, admitted: NDArray[np.bool_] | None = None) -> list[Meaning]:
        """The other names of a name as somebody may write it; a typing error is forgiven in all but the shortest."""
        for key in dict.fromkeys((name.strip().casefold(), name_key(name))):
            if found := self.meanings(key, admitted):
                return found
        known = {name_key(other): other.casefold() for other in self.names(admitted)}
        most = min(_MOST_ERRORS, len(name) // _LETTERS_AN_ERROR)
        near = process.extract(name.casefold(), known, scorer=OSA.distance, score_cutoff=most, limit=1) if most else []
        return self.meanings(near[0][2], admitted) if near else []

    def similar(self, name: str, admitted: NDArray[np.bool_] | None = None) -> list[str]:
        """Names that somebody may see and may have meant, the likeliest first."""
        names = self.names(admitted)
        near = process.extract(
            name, names, scorer=fuzz.WRatio, processor=str.casefold, limit=_MOST_SIMILAR, score_cutoff=_LEAST_SIMILAR
        )
        return [other for other, *_ in near]

    def names(self, admitted: NDArray[np.bool_] | None = None) -> list[str]:
        """Every name that somebody may see, as it is mostly written; what most passages define comes first."""
        found = []
        for entries in self._by_key.values():
            seen = [entry for entry in entries if _may_see(entry.row, admitted)]
            if seen:
                found.append((-sum(entry.row.count for entry in seen), _commonest(entry.own for entry in seen)))
        return [name for _, name in sorted(found)]

    @cached_property
    def _by_key(self) -> Mapping[str, Sequence[_Entry]]:
        """All of them, for who lists them or has misspelt one."""
        rows: dict[str, list[NameRow]] = defaultdict(list)
        for row in self._rows.names():
            for key in dict.fromkeys(row.keys):
                rows[key].append(row)
        return {key: _entries(key, some) for key, some in rows.items()}


def _entries(key: str, rows: Sequence[NameRow]) -> list[_Entry]:
    """Rows as they are found from a key; one whose two names have the same key, from both."""
    return [
        entry
        for row in rows
        for entry in (
            _Entry(row.name, row.other, row.keys[1], row) if row.keys[0] == key else None,
            _Entry(row.other, row.name, row.keys[0], row) if row.keys[1] == key else None,
        )
        if entry
    ]


def _order(meaning: Meaning) -> tuple[bool, int, int, bool, str]:
    """The team's first, then what most say; of equals, what acronyms stand for before further names."""
    is_alias = meaning.kind is NameKind.ALIAS
    return not meaning.from_team, -meaning.documents, -meaning.passages, is_alias, meaning.other


def _may_see(row: NameRow, admitted: NDArray[np.bool_] | None) -> bool:
    return row.passage is None or admitted is None or bool(admitted[row.passage])


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
    """The most frequent, the first of equals."""
    return Counter(names).most_common(1)[0][0]
