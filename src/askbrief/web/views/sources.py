"""What is indexed, by collection, and what is not; how the index stands."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from askbrief.core.unsafe_characters import visible_title
from askbrief.web.views.citations import credits_line
from askbrief.web.views.links import document_address, web_page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from askbrief.records import Source


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
        visible_title(source.title, source.doc_id),
        source.doc_id.removeprefix(f"{source.collection}/"),
        tuple(part for part in credits_line(about) if part != about.date),
        about.date or "",
        source.passages,
        document_address(source.doc_id),
        web_page(about.url),
    )
