"""Moving through a document: the matches of some words, and the passages before and after one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import regex

from askbrief.records import Span
from askbrief.service.links import HERE, citation_path, document_path

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from askbrief.records import Answer
    from askbrief.web.views.document import ReaderView

_MAX_QUERY_CHARS = 200
_MAX_MATCHES = 2_000
_SEARCH_SECONDS = 2.0
"""A search is broken off after this time; the matches until then are shown."""


@dataclass(frozen=True, slots=True)
class TextMatches:
    """The matches of some words in a document."""

    words: str
    spans: tuple[Span, ...]
    number: int  # of the one shown, from 1; 0 if there is none
    more: bool  # whether there are others, which were not counted

    @property
    def current(self) -> Span | None:
        return self.spans[self.number - 1] if self.number else None

    def within(self, stretch: Span) -> Sequence[Span]:
        """Return the matches that overlap a stretch."""
        return [span for span in self.spans if span.start < stretch.end and stretch.start < span.end]


@dataclass(frozen=True, slots=True)
class MatchesView:
    """What the bar above a document shows about the matches; `before` and `after` are addresses of others."""

    words: str
    count: str
    before: str
    after: str


def find(words: str, text: str, number: int = 1) -> TextMatches | None:
    """Find words in a text whatever their case and spacing; None without words. Out of range, the nearest is shown."""
    parts = words[:_MAX_QUERY_CHARS].split()
    if not parts:
        return None
    phrase = regex.compile(r"\s+".join(map(regex.escape, parts)), regex.IGNORECASE)
    spans: list[Span] = []
    more = False
    try:
        for match in phrase.finditer(text, timeout=_SEARCH_SECONDS):
            if len(spans) == _MAX_MATCHES:
                more = True
                break
            spans.append(Span(*match.span()))
    except TimeoutError:
        more = True
    return TextMatches(" ".join(parts), tuple(spans), min(max(number, 1), len(spans)), more)


def matches_view(matches: TextMatches, doc_id: str, query: Mapping[str, str]) -> MatchesView:
    """Return how many matches there are and which one is shown, with the addresses of its neighbours."""
    count = len(matches.spans)

    def address(number: int) -> str:
        return f"{document_path(doc_id, **query, find=matches.words, n=number)}#{HERE}" if count > 1 else ""

    words = f"{matches.number} of {count:,}{' or more' if matches.more else ''}" if count else "not in this document"
    before, after = matches.number - 1 or count, matches.number % count + 1 if count else 0
    return MatchesView(matches.words, words, address(before), address(after))


@dataclass(frozen=True, slots=True)
class PassageSteps:
    """Where the keys j and k lead."""

    before: str = ""  # an address
    after: str = ""
    number: int = 0  # of the hit that is shown; 0 if the passage is not one of the hits
    count: int = 0  # of hits
    back: str = ""  # the address of the answer


def passage_steps(key: str, answer: Answer | None, page: ReaderView, query: Mapping[str, str]) -> PassageSteps:
    """Return the hits before and after a passage; without an answer, the passages of the document around it."""
    if answer is not None and answer.hits:
        keys = [hit.key for hit in answer.hits]
        place = keys.index(key) if key in keys else -1
        before = keys[place - 1] if place > 0 else ""
        after = keys[place + 1] if place + 1 < len(keys) else ""
        back = f"/?{urlencode(query)}" if query else ""
        return PassageSteps(_path(before, query), _path(after, query), place + 1, len(keys), back)
    keys = [piece.key for line in page.lines for piece in line.pieces if piece.key]
    if key not in keys:
        return PassageSteps(after=_path(keys[0], query) if keys and not key else "")
    place = keys.index(key)
    return PassageSteps(
        _path(keys[place - 1], query) if place else "",
        _path(keys[place + 1], query) if place + 1 < len(keys) else "",
    )


def _path(key: str, query: Mapping[str, str]) -> str:
    return citation_path(key, query) if key else ""
