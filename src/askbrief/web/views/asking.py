"""The question as the form has it: words, and what narrows the search."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from askbrief.errors import InputError
from askbrief.reading.metadata import iso_date
from askbrief.records import Metadata, Scope

if TYPE_CHECKING:
    from collections.abc import Mapping

FIELDS = ("q", "collection", "since", "until", "top")
_TOP, _MOST = 5, 20
_LONGEST_NUMBER = 9


@dataclass(frozen=True, slots=True)
class Asked:
    """What stands in the fields of the form, as it was typed; empty where nothing does."""

    q: str = ""
    collection: str = ""
    since: str = ""
    until: str = ""
    top: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Self:
        """Read an address's query."""
        return cls(**{name: query.get(name, "").strip() for name in FIELDS})

    @property
    def query(self) -> dict[str, str]:
        """The fields that are filled, to be carried along in addresses; nothing without a question."""
        return {name: value for name in FIELDS if (value := getattr(self, name))} if self.q else {}

    @property
    def narrowed(self) -> str:
        """What the search was narrowed to, in words."""
        parts = [
            self.collection,
            f"since {self.since}" if self.since else "",
            f"until {self.until}" if self.until else "",
        ]
        return ", ".join(filter(None, parts))

    def count(self, most: int) -> int:
        """How many passages are wanted: 5 where nothing else, and nothing out of bounds, is asked for."""
        return max(1, min(number(self.top) or _TOP, _MOST, most))

    def more(self, most: int) -> int:
        """How many to ask for next; 0 where there can be no more."""
        following = min(self.count(most) + _TOP, _MOST, most)
        return following if following > self.count(most) else 0

    def scope(self, seen: Scope) -> Scope:
        """What is to be searched of what may be seen.

        Raises:
            InputError: since or until is no date.
        """
        wanted = Scope(
            collections=frozenset({self.collection}) if self.collection else None,
            since=_date("From", self.since).first_day(),
            until=_date("To", self.until).last_day(),
        )
        return wanted.within(seen)


def number(given: str | None) -> int | None:
    """A number of an address; whatever is none is left out."""
    return int(given) if given and given.isascii() and given.isdecimal() and len(given) <= _LONGEST_NUMBER else None


def _date(name: str, given: str) -> Metadata:
    try:
        return Metadata(date=iso_date(given) if given else None)
    except ValueError:
        raise InputError(f"{name} is {given[:40]!r}: give a date such as 2022, 2022-07 or 2022-07-05") from None
