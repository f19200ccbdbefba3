"""Words of documents and people in HTML: shown as themselves, cut where marks begin and end."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from askbrief.core.unsafe_characters import UNSAFE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from regex import Match

    from askbrief.records import Span

_NAMES = {
    "\u061c": "ALM",
    "\u200e": "LRM",
    "\u200f": "RLM",
    "\u202a": "LRE",
    "\u202b": "RLE",
    "\u202c": "PDF",
    "\u202d": "LRO",
    "\u202e": "RLO",
    "\u2066": "LRI",
    "\u2067": "RLI",
    "\u2068": "FSI",
    "\u2069": "PDI",
}
CUT = "[…]"
_COLUMN = 45
"""Lines are wrapped where the longest has at least so many characters, and each but the last this share of it."""
_FULL = 0.7


@dataclass(frozen=True, slots=True)
class Piece:
    """Words that are marked alike. `key` is that of the passage that begins here, `page` the page that does."""

    text: str
    marks: tuple[str, ...] = ()
    key: str | None = None
    page: int | None = None
    here: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of a document that is marked, and the name of the mark."""

    span: Span
    name: str


def shown(text: str) -> Markup:
    r"""Text as HTML that shows its own characters; what would steer the text around it is named and kept to itself.

    The character stays in the page, so that whoever copies the text gets it as it is.

    >>> str(shown("<b> \u202eevil"))
    '&lt;b&gt; <bdi class="unseen" data-name="RLO">\u202e</bdi>evil'
    """
    return Markup(UNSAFE.sub(_named, str(escape(text.encode(errors="replace").decode()))))  # noqa: S704 - escaped


def _named(found: Match[str]) -> str:
    character = found.group()
    name = _NAMES.get(character, f"U+{ord(character):04X}")
    kept = "" if ord(character) == 0 else f"&#{ord(character)};" if character < " " else character
    return f'<bdi class="unseen" data-name="{name}">{kept}</bdi>'


def shortened(text: str, most: int) -> str:
    """Text of at most `most` characters, cut at a word's end where there is one.

    >>> shortened("one two three", 11)
    'one two […]'
    """
    text = " ".join(text.split())
    if len(text) <= most:
        return text
    words = text[: most - len(CUT)].rpartition(" ")[0] or text[: most - len(CUT) - 1]
    return f"{words} {CUT}"


def reflowed(text: str) -> str:
    r"""Text whose paragraphs, where they were wrapped at a column, are on one line each; offsets stay as they are.

    >>> reflowed("A line that is about as long as the next one is,\nwhich ends the paragraph.\n\nTel. 1\nTel. 2")
    'A line that is about as long as the next one is, which ends the paragraph.\n\nTel. 1\nTel. 2'
    """
    return "\n\n".join(map(_on_one_line, text.split("\n\n")))


def _on_one_line(paragraph: str) -> str:
    lines = paragraph.split("\n")
    longest = max(map(len, lines))
    wrapped = longest >= _COLUMN and all(len(line) >= longest * _FULL for line in lines[:-1])
    return " ".join(lines) if wrapped else paragraph


def pieces(
    text: str,
    offset: int,
    marks: Sequence[Mark] = (),
    keys: Iterable[tuple[int, str]] = (),
    pages: Iterable[tuple[int, int]] = (),
) -> tuple[Piece, ...]:
    """Reflow a stretch of a document, and cut it where a mark, a passage or a page begins or ends.

    Args:
        text: the words of the stretch.
        offset: where it stands in the document.
        marks: what is marked.
        keys: where passages begin, and their keys.
        pages: where pages begin, and their numbers.

    >>> from askbrief.records import Span
    >>> [(piece.text, piece.marks) for piece in pieces("one two", 10, [Mark(Span(14, 17), "best")])]
    [('one ', ()), ('two', ('best',))]
    """
    text, end = reflowed(text), offset + len(text)
    inside = [mark for mark in marks if mark.span.start < end and offset < mark.span.end]
    begins = {start: key for start, key in keys if offset <= start < end}
    turns = {start: page for start, page in pages if offset < start < end}
    cuts = {offset, end, *begins, *turns}
    cuts.update(edge for mark in inside for edge in (mark.span.start, mark.span.end) if offset < edge < end)
    places = sorted(cuts)
    return tuple(
        Piece(
            text[start - offset : stop - offset],
            tuple(dict.fromkeys(m.name for m in inside if m.span.start <= start and stop <= m.span.end)),
            begins.get(start),
            turns.get(start),
        )
        for start, stop in pairwise(places)
    )
