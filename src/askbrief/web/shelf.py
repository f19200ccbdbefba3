"""What is kept from page to page, since making it anew takes up to a second: documents laid out, counts of sources."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Generic, TypeVar

from askbrief.web.views.sources import Coverage
from askbrief.web.views.windows import Opened

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from askbrief.library import Library
    from askbrief.records import Scope

Item = TypeVar("Item")
_DOCUMENTS, _SCOPES = 4, 64


class Shelf:
    """The documents that were read last, laid out, and what somebody may search. Threads may share it."""

    def __init__(self, documents: int = _DOCUMENTS) -> None:
        """Take how many documents are kept."""
        self._documents: _Kept[Opened | None] = _Kept(documents)
        self._coverages: _Kept[Coverage] = _Kept(_SCOPES)

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


class _Kept(Generic[Item]):
    """The things that were wanted last."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._things: OrderedDict[Hashable, Item] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, name: Hashable, make: Callable[[], Item]) -> Item:
        """A thing by its name, made where it is not there."""
        with self._lock:
            if name in self._things:
                self._things.move_to_end(name)
                return self._things[name]
        made = make()
        with self._lock:
            self._things[name] = made
            while len(self._things) > self._most:
                self._things.popitem(last=False)
        return made
