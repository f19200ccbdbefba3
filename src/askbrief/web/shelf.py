"""What is kept from page to page, since making it anew takes up to a second: documents laid out, counts of sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from askbrief.kept import Kept
from askbrief.web.views.sources import Coverage
from askbrief.web.views.windows import Opened

if TYPE_CHECKING:
    from askbrief.library import Library
    from askbrief.records import Scope

_DOCUMENTS, _SCOPES = 4, 64


class Shelf:
    """The documents that were read last, laid out, and what somebody may search. Threads may share it."""

    def __init__(self, documents: int = _DOCUMENTS) -> None:
        """Take how many documents are kept."""
        self._documents: Kept[Opened | None] = Kept(documents)
        self._coverages: Kept[Coverage] = Kept(_SCOPES)

    def open(self, library: Library, doc_id: str, scope: Scope) -> Opened | None:
        """A document; None where there is none of that name within the scope."""
        about = library.generation.store.find_metadata(doc_id)
        if about is None or not scope.admits(doc_id, about):
            return None
        return self._documents.get((library.generation.name, doc_id), lambda: _laid_out(library, doc_id, scope))

    def coverage(self, library: Library, scope: Scope) -> Coverage:
        """What a scope covers, counted once for each generation."""
        generation = library.generation
        return self._coverages.get(
            (generation.name, scope), lambda: Coverage.of(library.sources(scope), generation.manifest.built_at)
        )


def _laid_out(library: Library, doc_id: str, scope: Scope) -> Opened | None:
    document = library.document(doc_id, scope)
    return None if document is None else Opened(document)
