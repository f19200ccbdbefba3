"""Citation keys: remember what is shown, and resolve a key against the text of today."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rapidfuzz import fuzz

from askbrief.citations.locators import locator, parse_place, spans
from askbrief.core.text import pattern
from askbrief.errors import CitationUnknown, InputError, LedgerError
from askbrief.language.analysis import analyse
from askbrief.language.identification import language_of
from askbrief.records import (
    EVERYTHING,
    Citation,
    CitationStatus,
    Hit,
    Passage,
    RememberedQuote,
    Scope,
    Span,
    Surroundings,
)
from askbrief.records.citations import parse_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from askbrief.citations.locators import CitedPlace
    from askbrief.storage.protocol import DocumentEntry, Engine, Memory

_CANDIDATES = 5
_MOST_AT_A_PLACE = 50
_MOST_NAMED = 5
_NEARLY = 88.0
"""The rapidfuzz ratio (0..100) from which a name with a typing error is taken as that of a document."""
CLOSE = 75.0
"""The rapidfuzz ratio (0..100) from which other text counts as the quote, changed."""

_MIN_EXTRA, _EXTRA_SHARE = 20, 8
"""How much longer than the quote the text may be: 20 characters, or an eighth of the quote if that is more."""

_IN_WORD = pattern(r"[\p{L}\p{M}\p{N}]")
_CLOSE_ELSEWHERE = 90.0
"""The rapidfuzz ratio (0..100) from which text in another document counts as the quote, changed."""


class Citations:
    """The citation keys of one generation, and of earlier ones that the memory has."""

    def __init__(self, engine: Engine, ledger: Memory | None) -> None:
        self._engine = engine
        self._texts = engine.texts
        self._ledger = ledger

    def close(self) -> None:
        if self._ledger is not None:
            self._ledger.close()

    def remember(self, shown: Sequence[tuple[str, Passage]]) -> tuple[str, ...]:
        """Remember passages under their keys; return an error, in a sentence, if they could not be remembered."""
        if self._ledger is None or not shown:
            return ()
        try:
            self._ledger.remember(self._remembered(key, passage) for key, passage in shown)
        except LedgerError as error:
            return (str(error),)
        return ()

    def quote(self, passage: Passage, key: str, highlight: Span) -> Hit:
        """Return a passage as it is shown by itself, with its locator and a marked sentence."""
        about = self._entry(passage.doc_id)
        return Hit(
            rank=1,
            key=key,
            doc_id=passage.doc_id,
            title=about.title,
            metadata=about.metadata,
            locator=locator(passage),
            start=passage.start,
            end=passage.end,
            quote=passage.text,
            highlight=highlight,
            score=1.0,
            signals={},
            sentences=passage.sentences,
        )

    def _remembered(self, key: str, passage: Passage) -> RememberedQuote:
        about = self._entry(passage.doc_id)
        where = (about.title, about.metadata, locator(passage), passage.start, passage.end)
        return RememberedQuote(key, passage.doc_id, *where, passage.text)

    def _entry(self, doc_id: str) -> DocumentEntry:
        entry = self._engine.head.find_document(doc_id)
        if entry is None:
            raise KeyError(doc_id)
        return entry

    def locate(self, where: str, scope: Scope = EVERYTHING) -> list[str]:
        """Return the keys for what a person types: a key itself, or the keys of the passages at a place, in order.

        Args:
            where: a key as it may be pasted, or a place: "report.pdf p. 12", "costs.xlsx sheet Plan, row 7".
            scope: what this person may see; other documents are treated as unknown.

        Raises:
            InputError: it is neither, or several documents have this name.
            CitationUnknown: there is no such document, or it has no such place.
            LedgerError: the memory of keys cannot be written.
        """
        place = parse_place(where)
        if place is None:
            return [parse_key(where)]
        called = self._called(place.document, scope)
        there = {doc_id: passages for doc_id in called if (passages := self._passages_at(place, doc_id))}
        if len(there) > 1:
            names = ", ".join(sorted(there)[:_MOST_NAMED])
            raise InputError(f"{len(there)} documents are called {place.document!r}: give one by its path, of {names}")
        if not there:
            raise CitationUnknown(_nothing_there(place, called))
        passages = next(iter(there.values()))[:_MOST_AT_A_PLACE]
        shown = [(key, self._texts.verified(passage)) for key, passage in passages]
        if self._ledger is not None:
            self._ledger.remember(self._remembered(*one) for one in shown)
        return [key for key, _ in shown]

    def _called(self, name: str, scope: Scope) -> list[str]:
        """Return the documents with a name: by path, else by file name or title, else by a similar one."""
        folded = _folded(name)
        sources = self._engine.head.sources(scope)
        names = [(source.doc_id, _folded(source.doc_id), _folded(source.title)) for source in sources]
        for goes_by in (
            lambda path, _: path == folded,
            lambda path, title: folded in (path.rpartition("/")[2], title),
            lambda path, _: folded == path.rpartition("/")[2].rpartition(".")[0],
            lambda path, title: max(fuzz.ratio(folded, path.rpartition("/")[2]), fuzz.ratio(folded, title)) >= _NEARLY,
            lambda path, title: folded in title or folded in path,
        ):
            matching = [doc_id for doc_id, path, title in names if goes_by(path, title)]
            if matching:
                return matching
        return []

    def _passages_at(self, place: CitedPlace, doc_id: str) -> list[tuple[str, Passage]]:
        """Return the passages that overlap a place, with their keys."""
        document = self._texts.document(doc_id)
        stretches = spans(place, document) if document else []
        if not stretches:
            return []
        window = Span(stretches[0].start, stretches[-1].end)
        starts = [stretch.start for stretch in stretches]

        def has_words(passage: Passage) -> bool:
            last = bisect_left(starts, passage.end) - 1  # of the stretches that begin before its end
            return last >= 0 and stretches[last].end > passage.start

        return [one for one in self._texts.passages_within(doc_id, window) if has_words(one[1])]

    def cite(self, key: str, scope: Scope = EVERYTHING) -> Citation:
        """Resolve a citation key: the quote as it was shown, and whether the sources still contain it.

        Args:
            key: as a person may paste it.
            scope: what this person may see; a key outside it is treated as unknown.

        Raises:
            InputError: it is not a key.
            CitationUnknown: no passage was ever shown under it.
            LedgerError: the memory of keys cannot be read.
        """
        key = parse_key(key)
        remembered = self.recall(key, scope)
        if remembered is None:
            raise CitationUnknown(f"no passage is known by the key {key!r}: check its letters, or ask again")
        status, doc_id, span = self._find_again(remembered, scope)
        citation = Citation(
            key=key,
            status=status,
            doc_id=remembered.doc_id,
            title=remembered.title,
            metadata=remembered.metadata,
            locator=remembered.locator,
            start=remembered.start,
            end=remembered.end,
            quote=remembered.quote,
        )
        return citation if doc_id is None or span is None else self._with_today(citation, doc_id, span)

    def _may_see(self, remembered: RememberedQuote, scope: Scope) -> bool:
        today = self._engine.head.find_document(remembered.doc_id)
        return scope.admits(remembered.doc_id, remembered.metadata if today is None else today.metadata)

    def _find_again(self, remembered: RememberedQuote, scope: Scope) -> tuple[CitationStatus, str | None, Span | None]:
        """Find the quote at its place; else its exact words, in its document or any other; else a close match."""
        texts, quote = self._texts, remembered.quote
        document = texts.document(remembered.doc_id)
        if document is not None and document.text[remembered.start : remembered.end] == quote:
            return CitationStatus.INTACT, document.doc_id, Span(remembered.start, remembered.end)
        others = [name for name in texts.documents_containing(quote) if self._admits(name, scope)]
        for doc_id in sorted(others, key=lambda name: name != remembered.doc_id):
            text = texts.text(doc_id)
            return CitationStatus.MOVED, doc_id, nearest_exact(quote, text, remembered.start)
        own = Scope(documents=frozenset({remembered.doc_id}))
        for where, least in ((own, CLOSE), (scope, _CLOSE_ELSEWHERE)):
            match = self._closest(quote, where)
            if match is not None and match[0] >= least:
                return CitationStatus.CHANGED, *match[1:]
        return CitationStatus.GONE, None, None

    def _closest(self, quote: str, scope: Scope) -> tuple[float, str, Span] | None:
        """Return the closest text among the passages that BM25 finds for a quote, and their neighbours."""
        candidates = self._engine.lexical_best(analyse(quote, language_of(quote)), scope, _CANDIDATES)
        matches: list[tuple[float, str, Span]] = []
        for doc_id, window in map(self._texts.neighbourhood, candidates):
            match = closest(quote, self._texts.text(doc_id), [window])
            if match is not None:
                matches.append((match.likeness, doc_id, match.span))
        return max(matches, key=lambda match: match[0], default=None)

    def _admits(self, doc_id: str, scope: Scope) -> bool:
        return scope.admits(doc_id, self._entry(doc_id).metadata)

    def _with_today(self, citation: Citation, doc_id: str, span: Span) -> Citation:
        texts = self._texts
        number = texts.passage_at(doc_id, span.start)
        where = locator(texts.passage(number), span) if number is not None else None
        return replace(
            citation,
            current_doc_id=doc_id,
            current_locator=where,
            current_start=span.start,
            current_end=span.end,
            current_text=texts.text(doc_id)[span.start : span.end],
        )

    def read_around(self, key: str, scope: Scope = EVERYTHING) -> Surroundings:
        """Resolve a key as `cite` does, and return the text before and after it today."""
        citation = self.cite(key, scope)
        doc_id, start, end = citation.current_doc_id, citation.current_start, citation.current_end
        number = None if doc_id is None or start is None else self._texts.passage_at(doc_id, start)
        if number is None or doc_id is None:
            return Surroundings(citation)
        text, window = self._texts.text(doc_id), self._texts.neighbourhood(number)[1]
        return Surroundings(citation, text[window.start : start].strip(), text[end : window.end].strip())

    def passages_within(self, doc_id: str, span: Span) -> tuple[list[tuple[str, Passage]], tuple[str, ...]]:
        """Return the passages that overlap a span, in order, with their keys; remember them as `remember` does."""
        shown = self._texts.passages_within(doc_id, span)
        return shown, self.remember(shown)

    def recall(self, key: str, scope: Scope = EVERYTHING) -> RememberedQuote | None:
        """Return the quote that was shown under a key, without finding it again; None if `cite` would refuse."""
        remembered = self._ledger.recall(key) if self._ledger is not None else None
        number = self._texts.find_key(key) if remembered is None else None
        if number is not None:
            remembered = self._remembered(key, self._texts.passage(number))
        return remembered if remembered is not None and self._may_see(remembered, scope) else None


@dataclass(frozen=True, slots=True)
class CloseMatch:
    """A span of a text that is close to a quote, and its similarity to it, 0..100."""

    span: Span
    likeness: float


def nearest_exact(quote: str, text: str, start: int) -> Span | None:
    """Return the occurrence of the exact words that is nearest to their old place; None if there is none.

    >>> nearest_exact("ab", "ab cd ab", 5)
    Span(start=6, end=8)
    """
    places = []
    place = text.find(quote)
    while place >= 0:
        places.append(place)
        place = text.find(quote, place + 1)
    if not places:
        return None
    nearest = min(places, key=lambda place: (abs(place - start), place))
    return Span(nearest, nearest + len(quote))


def closest(quote: str, text: str, windows: Iterable[Span]) -> CloseMatch | None:
    """Return the text most similar to a quote, if it is close, within windows of a few passages of a document."""
    best: CloseMatch | None = None
    for window in windows:
        aligned = fuzz.partial_ratio_alignment(quote, text[window.start : window.end], score_cutoff=CLOSE)
        if aligned is None:
            continue
        span = _whole_words(text, window, Span(window.start + aligned.dest_start, window.start + aligned.dest_end))
        span = _fitted(quote, text, window, span)
        likeness = fuzz.ratio(quote, text[span.start : span.end])
        if likeness >= CLOSE and (best is None or likeness > best.likeness):
            best = CloseMatch(span, likeness)
    return best


def _fitted(quote: str, text: str, window: Span, span: Span) -> Span:
    """Extend a span, which is as long as the quote, to the word that makes it most similar to the quote."""
    room = max(_MIN_EXTRA, len(quote) // _EXTRA_SHARE)
    ends = {
        _whole_words(text, window, Span(span.start, end)).end
        for end in range(span.end, min(window.end, span.end + room) + 1)
    }
    likeness = {end: fuzz.ratio(quote, text[span.start : end]) for end in sorted(ends)}
    return Span(span.start, max(likeness, key=lambda end: likeness[end], default=span.end))


def _whole_words(text: str, window: Span, span: Span) -> Span:
    """Widen a span to whole words, and strip white space at its ends."""
    start, end = span.start, span.end
    while start > window.start and _IN_WORD.match(text[start - 1]):
        start -= 1
    while end < window.end and (_IN_WORD.match(text[end]) or text[end] in '.!?"”’)'):
        end += 1
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Span(start, end)


def _nothing_there(place: CitedPlace, called: Sequence[str]) -> str:
    if not called:
        return f"no document is called {place.document!r}: askbrief sources lists them"
    if len(called) > 1:
        return f"none of the {len(called)} documents called {place.document!r} has such a place"
    return f"{called[0]} has no such place: look at its locators, or ask a question"


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())
