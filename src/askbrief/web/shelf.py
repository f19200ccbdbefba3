"""The documents that were read last, kept open: laying out a long one anew for every page takes a second."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

from askbrief.web.views.windows import Opened

if TYPE_CHECKING:
    from askbrief.library import Library
    from askbrief.records import Scope

_KEPT = 4


class Shelf:
    """Keeps a few documents. Threads may share it."""

    def __init__(self, kept: int = _KEPT) -> None:
        """Take how many are kept."""
        self._kept = kept
        self._opened: OrderedDict[tuple[str, str], Opened] = OrderedDict()
        self._lock = threading.Lock()

    def open(self, library: Library, doc_id: str, scope: Scope) -> Opened | None:
        """A document; None where there is none of that name within the scope."""
        about = library.generation.store.find_metadata(doc_id)
        if about is None or not scope.admits(doc_id, about):
            return None
        name = (library.generation.name, doc_id)
        with self._lock:
            opened = self._opened.get(name)
            if opened is not None:
                self._opened.move_to_end(name)
                return opened
        document = library.document(doc_id, scope)
        if document is None:
            return None
        opened = Opened(document)
        with self._lock:
            self._opened[name] = opened
            while len(self._opened) > self._kept:
                self._opened.popitem(last=False)
        return opened
