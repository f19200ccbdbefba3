"""Find a remembered quote in the text of today: by exact words, or by a close match."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rapidfuzz import fuzz

from askbrief.core.text import pattern
from askbrief.records import Span

if TYPE_CHECKING:
    from collections.abc import Iterable

CLOSE = 75.0
"""The rapidfuzz ratio (0..100) from which other text counts as the quote, changed."""

_MIN_EXTRA, _EXTRA_SHARE = 20, 8
"""How much longer than the quote the text may be: 20 characters, or an eighth of the quote if that is more."""

_IN_WORD = pattern(r"[\p{L}\p{M}\p{N}]")


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
    nearest = min(places, key=lambda found: (abs(found - start), found))
    return Span(nearest, nearest + len(quote))


def closest(quote: str, text: str, windows: Iterable[Span]) -> CloseMatch | None:
    """Return the text most similar to a quote within some windows of a document, if it is close.

    Args:
        quote: as it was shown.
        text: the text of the document today.
        windows: the spans to search: a few passages, not the whole of a long document.
    """
    best: CloseMatch | None = None
    for window in windows:
        found = fuzz.partial_ratio_alignment(quote, text[window.start : window.end], score_cutoff=CLOSE)
        if found is None:
            continue
        span = _whole_words(text, window, Span(window.start + found.dest_start, window.start + found.dest_end))
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
