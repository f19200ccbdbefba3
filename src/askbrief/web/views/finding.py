"""Words looked for in a document: where they stand, and which of the places is shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import regex

from askbrief.records import Span
from askbrief.web.views.links import HERE, document_address

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_LONGEST = 200
_MOST = 2_000
_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Found:
    """The places of some words in a document; `number` counts the one that is shown from 1, 0 where there is none."""

    words: str
    spans: tuple[Span, ...]
    number: int
    more: bool

    @property
    def current(self) -> Span | None:
        return self.spans[self.number - 1] if self.number else None


@dataclass(frozen=True, slots=True)
class FoundView:
    """What the bar above a document says of the words that were looked for."""

    words: str
    said: str
    before: str
    after: str


def find(words: str, text: str, number: int = 1) -> Found | None:
    """Look for words, capitals or not, however they are spaced; None where there are none to look for."""
    parts = words[:_LONGEST].split()
    if not parts:
        return None
    sought = regex.compile(r"\s+".join(map(regex.escape, parts)), regex.IGNORECASE)
    spans: list[Span] = []
    more = False
    try:
        for match in sought.finditer(text, timeout=_SECONDS):
            if len(spans) == _MOST:
                more = True
                break
            spans.append(Span(*match.span()))
    except TimeoutError:
        more = True
    return Found(" ".join(parts), tuple(spans), min(max(number, 1), len(spans)), more)


def found_view(found: Found, doc_id: str, carried: Mapping[str, str]) -> FoundView:
    """Say how many there are and which one is shown, with the addresses of the ones beside it."""
    count = len(found.spans)

    def at(number: int) -> str:
        return f"{document_address(doc_id, **carried, find=found.words, n=number)}#{HERE}" if count > 1 else ""

    said = f"{found.number} of {count:,}{' or more' if found.more else ''}" if count else "not in this document"
    before, after = found.number - 1 or count, found.number % count + 1 if count else 0
    return FoundView(found.words, said, at(before), at(after))


def near(found: Found, stretch: Span) -> Sequence[Span]:
    """The places within a stretch."""
    return [span for span in found.spans if span.start < stretch.end and stretch.start < span.end]
