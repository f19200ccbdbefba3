"""What somebody wants to search, by names and dates as they typed them, within what they may see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from askbrief.errors import InputError
from askbrief.records import Metadata, Scope

if TYPE_CHECKING:
    from collections.abc import Collection

    from askbrief.library import Library

_MOST_NAMED = 10


def narrowed(
    library: Library,
    allowed: Scope,
    collections: Collection[str] | None = None,
    documents: Collection[str] | None = None,
    since: str | None = None,
    until: str | None = None,
) -> Scope:
    """Narrow a scope.

    Args:
        library: whose collections and documents are known.
        allowed: what may be seen; what is outside it is as unknown as what isn't there.
        collections: names of sub-folders; none: all of them.
        documents: paths below seeds/; none: all of them.
        since: the earliest date, as precise as wanted: 2022, 2022-07 or 2022-07-05.
        until: the latest date, likewise.

    Raises:
        InputError: there is no such collection or document, or this is no date.
    """
    sources = library.sources(allowed) if collections or documents else []
    _known("collection", collections, {source.collection for source in sources if source.collection})
    _known("document", documents, {source.doc_id for source in sources})
    return Scope(
        collections=frozenset(collections) if collections else None,
        documents=frozenset(documents) if documents else None,
        since=_date("since", since).first_day(),
        until=_date("until", until).last_day(),
    ).within(allowed)


def _known(what: str, given: Collection[str] | None, known: set[str]) -> None:
    """Refuse a name that nothing has; the folders above a collection are collections too."""
    known = known | {name[:i] for name in known for i, letter in enumerate(name) if letter == "/"}
    for name in given or ():
        if name not in known:
            there = ", ".join(sorted(known)[:_MOST_NAMED]) or "none"
            raise InputError(f"there is no {what} {name!r}; there are: {there}")


def _date(option: str, given: str | None) -> Metadata:
    if given is None:
        return Metadata()
    from askbrief.documents.metadata import iso_date

    try:
        return Metadata(date=iso_date(given))
    except ValueError as error:
        raise InputError(f"{option} is {given!r}: {error}") from error
