"""Which documents a person may see, or wants to search."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from askbrief.records.documents import Metadata


@dataclass(frozen=True, slots=True)
class Scope:
    """Which documents a person may see, or wants to search. None means no limit; an empty set admits nothing.

    A collection includes the collections below it. `since` and `until` exclude undated documents.
    """

    collections: frozenset[str] | None = None
    documents: frozenset[str] | None = None
    since: dt.date | None = None
    until: dt.date | None = None

    def admits(self, doc_id: str, metadata: Metadata) -> bool:
        """Return whether a document is in scope."""
        if self.collections is not None and not _below(self.collections, doc_id.rpartition("/")[0]):
            return False
        if self.documents is not None and doc_id not in self.documents:
            return False
        if self.since is None and self.until is None:
            return True
        first, last = metadata.first_day(), metadata.last_day()
        if first is None or last is None:
            return False
        return (self.since is None or last >= self.since) and (self.until is None or first <= self.until)

    @property
    def is_everything(self) -> bool:
        return self == Scope()

    def within(self, other: Scope) -> Scope:
        """Return the scope of what both scopes admit.

        >>> Scope(collections=frozenset({"un", "news"})).within(Scope(collections=frozenset({"un/2022"}))).collections
        frozenset({'un/2022'})
        """
        return Scope(
            _common(self.collections, other.collections, _below),
            _common(self.documents, other.documents, frozenset.__contains__),
            max((day for day in (self.since, other.since) if day), default=None),
            min((day for day in (self.until, other.until) if day), default=None),
        )


EVERYTHING = Scope()
"""The scope without limits."""


def _below(names: frozenset[str], name: str) -> bool:
    return any(name == above or name.startswith(f"{above}/") for above in names)


def _common(
    some: frozenset[str] | None, others: frozenset[str] | None, covers: Callable[[frozenset[str], str], bool]
) -> frozenset[str] | None:
    """Return what two sets of names have in common; None is the set of all names."""
    if some is None or others is None:
        return others if some is None else some
    return frozenset(name for name in some if covers(others, name)) | {name for name in others if covers(some, name)}
