"""A document as an address asks for it: which stretch is laid out and marked, and a cache of documents laid out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Self

from askbrief.core.lru_cache import LruCache
from askbrief.errors import InputError
from askbrief.records import Span, Verdict
from askbrief.service.scoping import Coverage
from askbrief.web.rendering import original_path
from askbrief.web.views.answers import Asked, marks_of, number
from askbrief.web.views.document import Opened, ReaderView, Shown, reader
from askbrief.web.views.finding import find

if TYPE_CHECKING:
    from collections.abc import Mapping

    from askbrief.library import Library
    from askbrief.records import Answer, Citation, Scope
    from askbrief.service.hot_reload import HotReload
    from askbrief.settings import Settings
    from askbrief.web.views.text import Mark

_DOCUMENTS, _SCOPES = 4, 64


class Shelf:
    """The documents that were read last, laid out, and what somebody may search. Threads may share it."""

    def __init__(self, documents: int = _DOCUMENTS) -> None:
        """Take how many documents are kept."""
        self._documents: LruCache[Opened | None] = LruCache(documents)
        self._coverages: LruCache[Coverage] = LruCache(_SCOPES)

    def open(self, library: Library, doc_id: str, scope: Scope) -> Opened | None:
        """A document; None where there is none of that name within the scope."""
        if not library.admits(doc_id, scope):
            return None
        return self._documents.get((library.generation_name, doc_id), lambda: _laid_out(library, doc_id, scope))

    def coverage(self, library: Library, scope: Scope) -> Coverage:
        """What a scope covers, counted once for each generation."""
        status = library.status()
        return self._coverages.get(
            (status.generation, scope), lambda: Coverage.of(library.sources(scope), status.built_at)
        )


def _laid_out(library: Library, doc_id: str, scope: Scope) -> Opened | None:
    document = library.document(doc_id, scope)
    return None if document is None else Opened(document)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an address asks of a document beside its name.

    `asked` is the question that the reader came from, `find` are words to be looked for and `number` says which of
    their places is shown; `at` and `until` are where the stretch begins or ends.
    """

    asked: Asked
    find: str = ""
    number: int = 1
    at: int | None = None
    until: int | None = None

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Self:
        """Read an address's query."""
        place, at, until = (number(query.get(name)) for name in ("n", "at", "until"))
        return cls(Asked.of(query), query.get("find", ""), place or 1, at, until)


@dataclass(frozen=True)
class Reading:
    """A person reading a document, perhaps at a citation."""

    library: Library
    serving: HotReload
    settings: Settings
    scope: Scope
    opened: Opened
    wanted: Wanted
    citation: Citation | None = None

    @cached_property
    def answer(self) -> Answer | None:
        """What the document was found with; an address may carry anything."""
        asked = self.wanted.asked
        if not asked.q:
            return None
        try:
            most, scope = self.settings.max_results, asked.scope(self.library, self.scope)
            return self.serving.ask(self.library, asked.q, asked.count(most), scope)
        except InputError:
            return None

    def view(self) -> ReaderView:
        """Lay out the stretch that is wanted."""
        doc_id, cited = self.opened.document.doc_id, self._cited()
        found = find(self.wanted.find, self.opened.document.text, self.wanted.number)
        here = found.current if found and found.current else cited
        stretch = self._stretch(here)
        passages, notes = self.library.passages_within(doc_id, stretch)
        return reader(
            self.opened,
            Shown(
                stretch,
                passages,
                cited,
                here,
                self._marks(),
                found,
                self.wanted.asked.query,
                original_path(self.library, self.settings, doc_id, self.scope).rpartition("/")[2],
                notes,
            ),
        )

    def _cited(self) -> Span | None:
        found = self.citation
        if found is None or found.current_start is None or found.current_end is None:
            return None
        return Span(found.current_start, found.current_end)

    def _stretch(self, here: Span | None) -> Span:
        if self.wanted.until is not None:
            return self.opened.ending_at(self.wanted.until)
        if self.wanted.at is not None:
            return self.opened.beginning_at(self.wanted.at)
        return self.opened.around(here) if here else self.opened.beginning_at(0)

    def _marks(self) -> list[Mark]:
        """The best sentences of the hits in this document, unless none of them answers."""
        if self.answer is None or self.answer.verdict is Verdict.NONE:
            return []
        hits = [hit for hit in self.answer.hits if hit.doc_id == self.opened.document.doc_id]
        return [mark for hit in hits for mark in marks_of(hit)]
