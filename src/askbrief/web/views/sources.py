"""What is indexed, by collection, and what is not; how the index stands."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Self

from askbrief.web.views.citations import credits_line
from askbrief.web.views.links import document_address, web_page
from askbrief.web.views.text import titled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from askbrief.records import Source

_SIZES = ((86_400, "day"), (3_600, "hour"), (60, "minute"))


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A document in the list."""

    doc_id: str
    title: str
    name: str
    credits: tuple[str, ...]
    date: str
    passages: int
    address: str
    web_page: str | None


@dataclass(frozen=True, slots=True)
class CollectionView:
    """A collection with its documents; the one at the top has no name."""

    name: str
    documents: tuple[DocumentRow, ...]
    passages: int


def collections(sources: Sequence[Source]) -> tuple[CollectionView, ...]:
    """The documents by collection, both in order of their names."""
    ordered = sorted(sources, key=lambda source: (source.collection, source.doc_id))
    grouped = ((name, list(some)) for name, some in groupby(ordered, key=lambda source: source.collection))
    return tuple(
        CollectionView(name, tuple(map(_row, some)), sum(source.passages for source in some)) for name, some in grouped
    )


def _row(source: Source) -> DocumentRow:
    about = source.metadata
    return DocumentRow(
        source.doc_id,
        titled(source.title, source.doc_id),
        source.doc_id.removeprefix(f"{source.collection}/"),
        tuple(part for part in credits_line(about) if part != about.date),
        about.date or "",
        source.passages,
        document_address(source.doc_id),
        web_page(about.url),
    )


@dataclass(frozen=True, slots=True)
class Coverage:
    """Counts and names of what one may see, and when the index was built."""

    documents: int
    passages: int
    collections: tuple[str, ...]
    years: tuple[int, int] | None
    built_at: dt.datetime

    @classmethod
    def of(cls, sources: Sequence[Source], built_at: dt.datetime) -> Self:
        """Count the sources; collections above others count too."""
        names = {source.collection for source in sources if source.collection}
        above = {"/".join(name.split("/")[:depth]) for name in names for depth in range(1, name.count("/") + 1)}
        days = [day for source in sources for day in (source.metadata.first_day(), source.metadata.last_day()) if day]
        return cls(
            documents=len(sources),
            passages=sum(source.passages for source in sources),
            collections=tuple(sorted(names | above)),
            years=(min(days).year, max(days).year) if days else None,
            built_at=built_at,
        )

    @property
    def built(self) -> str:
        """How long ago it was built."""
        return ago(self.built_at)


def ago(since: dt.datetime, now: dt.datetime | None = None) -> str:
    """How long ago something was, in words.

    >>> import datetime as dt
    >>> ago(dt.datetime(2022, 7, 5, 9), dt.datetime(2022, 7, 5, 11, 30))
    '2 hours ago'
    """
    seconds = ((now or dt.datetime.now(dt.UTC)) - since).total_seconds()
    for size, name in _SIZES:
        count = int(seconds // size)
        if count >= 1:
            return f"{count:,} {name}{'' if count == 1 else 's'} ago"
    return "just now"
