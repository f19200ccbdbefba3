"""The document reader: which stretch of a document an address asks for, what is marked in it, and a document cache."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Self

from askbrief.core.bounded import LruCache
from askbrief.errors import InputError
from askbrief.records import Span, Verdict
from askbrief.service.scoping import Coverage
from askbrief.web.rendering import original_of
from askbrief.web.views.answers import QuestionForm, marks_of, number
from askbrief.web.views.document import DocumentLayout, ReaderContent, ReaderView, reader_view
from askbrief.web.views.navigation import find

if TYPE_CHECKING:
    from collections.abc import Mapping

    from askbrief.library import Library
    from askbrief.records import Answer, Citation, Scope
    from askbrief.service.hot_reload import HotReload
    from askbrief.settings import Settings
    from askbrief.web.views.text import TextMark

_DOCUMENTS, _SCOPES = 4, 64
"""How many documents and coverages are cached; a document may have 10 million characters."""


class DocumentCache:
    """The layouts of the documents that were read last, and what scopes cover. Threads may share it."""

    def __init__(self) -> None:
        self._layouts: LruCache[DocumentLayout | None] = LruCache(_DOCUMENTS)
        self._coverages: LruCache[Coverage] = LruCache(_SCOPES)

    def layout(self, library: Library, doc_id: str, scope: Scope) -> DocumentLayout | None:
        """Return a document's layout; None if there is no such document in the scope."""
        if not library.admits(doc_id, scope):
            return None

        def computed() -> DocumentLayout | None:
            document = library.document(doc_id, scope)
            return None if document is None else DocumentLayout(document)

        return self._layouts.get((library.generation_name, doc_id), computed)

    def coverage(self, library: Library, scope: Scope) -> Coverage:
        """Return what a scope covers, counted once for each generation."""
        index = library.status()
        return self._coverages.get(
            (index.generation, scope), lambda: Coverage.of(library.sources(scope), index.built_at)
        )


@dataclass(frozen=True, slots=True)
class ReaderQuery:
    """The query of a reader's address."""

    form: QuestionForm  # the question that the reader came from
    find: str = ""  # words to look for
    number: int = 1  # of the match that is shown
    at: int | None = None  # the offset at which the stretch begins
    until: int | None = None  # the offset at which it ends

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Self:
        """Parse a query; what cannot be used is left out."""
        match, at, until = (number(query.get(name)) for name in ("n", "at", "until"))
        return cls(QuestionForm.of(query), query.get("find", ""), match or 1, at, until)


@dataclass(frozen=True)
class DocumentReader:
    """One view of a document, perhaps at a citation."""

    library: Library
    serving: HotReload
    settings: Settings
    scope: Scope
    layout: DocumentLayout
    query: ReaderQuery
    citation: Citation | None = None

    @cached_property
    def answer(self) -> Answer | None:
        """The answer to the question that the reader came from; None without one, or if it cannot be used."""
        form = self.query.form
        if not form.q:
            return None
        try:
            count = form.count(self.settings.max_results)
            return self.serving.ask(self.library, form.q, count, form.scope(self.library, self.scope))
        except InputError:
            return None

    def view(self) -> ReaderView:
        """Lay out the stretch that the address asks for."""
        doc_id, cited = self.layout.document.doc_id, self._cited()
        matches = find(self.query.find, self.layout.document.text, self.query.number)
        here = matches.current if matches and matches.current else cited
        stretch = self._stretch(here)
        passages, notes = self.library.passages_within(doc_id, stretch)
        return reader_view(
            self.layout,
            ReaderContent(
                stretch,
                passages,
                cited,
                here,
                self._marks(),
                matches,
                self.query.form.query,
                original_of(self.library, self.settings, doc_id, self.scope).rpartition("/")[2],
                notes,
            ),
        )

    def _cited(self) -> Span | None:
        current = self.citation.current if self.citation else None
        return Span(current.start, current.end) if current else None

    def _stretch(self, here: Span | None) -> Span:
        if self.query.until is not None:
            return self.layout.ending_at(self.query.until)
        if self.query.at is not None:
            return self.layout.beginning_at(self.query.at)
        return self.layout.around(here) if here else self.layout.beginning_at(0)

    def _marks(self) -> list[TextMark]:
        """Return the best sentences of the hits in this document; none if the sources don't say."""
        if self.answer is None or self.answer.verdict is Verdict.NONE:
            return []
        hits = [hit for hit in self.answer.hits if hit.doc_id == self.layout.document.doc_id]
        return [mark for hit in hits for mark in marks_of(hit)]
