"""The question as the form has it: words, and what narrows the search."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from askbrief.errors import InputError
from askbrief.reading.metadata import iso_date
from askbrief.records import Metadata, Scope

if TYPE_CHECKING:
    from collections.abc import Mapping

FIELDS = ("q", "collection", "since", "until")


@dataclass(frozen=True, slots=True)
class Asked:
    """What stands in the fields of the form, as it was typed; empty where nothing does."""

    q: str = ""
    collection: str = ""
    since: str = ""
    until: str = ""

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


def _date(name: str, given: str) -> Metadata:
    try:
        return Metadata(date=iso_date(given) if given else None)
    except ValueError:
        raise InputError(f"{name} is {given[:40]!r}: give a date such as 2022, 2022-07 or 2022-07-05") from None
