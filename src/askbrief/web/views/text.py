"""Text of documents and people in HTML: shown as its own characters, and cut where marks begin and end."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from askbrief.core.text import UNSAFE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from regex import Match

    from askbrief.records import Span

_MARKS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_NAMES = dict(zip(_MARKS, "ALM LRM RLM LRE RLE PDF LRO RLO LRI RLI FSI PDI".split(), strict=True))
CUT = "[…]"
_COLUMN = 45
"""Lines were wrapped if the longest has at least this many characters, and each but the last _FULL of its length."""
_FULL = 0.7


@dataclass(frozen=True, slots=True)
class TextPiece:
    """Words with the same marks. `key` is that of the passage that begins here, `page` the number of such a page."""

    text: str
    marks: tuple[str, ...] = ()
    key: str | None = None
    page: int | None = None
    here: bool = False


@dataclass(frozen=True, slots=True)
class TextMark:
    """A span of a document that is marked, and the name of the mark."""

    span: Span
    name: str


def shown(text: str) -> Markup:
    r"""Return text as HTML that shows its own characters; an unsafe one is isolated, and its name is shown before it.

    The character stays in the page, so that copied text is the document's.

    >>> str(shown("<b> \u202eevil"))
    '&lt;b&gt; <bdi class="unseen" data-name="RLO">\u202e</bdi>evil'
    """
    return Markup(UNSAFE.sub(_named, str(escape(text.encode(errors="replace").decode()))))  # noqa: S704 - escaped


def _named(match: Match[str]) -> str:
    character = match.group()
    name = _NAMES.get(character, f"U+{ord(character):04X}")
    content = "" if ord(character) == 0 else f"&#{ord(character)};" if character < " " else character
    return f'<bdi class="unseen" data-name="{name}">{content}</bdi>'


def shortened(text: str, limit: int) -> str:
    """Return text of at most `limit` characters, cut at the end of a word if possible.

    >>> shortened("one two three", 11)
    'one two […]'
    """
    text = " ".join(text.split())
    if len(text) <= limit:
        return text
    words = text[: limit - len(CUT)].rpartition(" ")[0] or text[: limit - len(CUT) - 1]
    return f"{words} {CUT}"


def reflowed(text: str) -> str:
    r"""Return text with each paragraph that was wrapped at a column on one line; offsets stay the same.

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
    marks: Sequence[TextMark] = (),
    keys: Iterable[tuple[int, str]] = (),
    pages: Iterable[tuple[int, int]] = (),
) -> tuple[TextPiece, ...]:
    """Reflow the text at an offset of a document, and cut it wherever a mark, a passage or a page begins or ends.

    `keys` and `pages` give the offsets at which passages and pages begin, with their keys and numbers.

    >>> from askbrief.records import Span
    >>> [(piece.text, piece.marks) for piece in pieces("one two", 10, [TextMark(Span(14, 17), "best")])]
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
        TextPiece(
            text[start - offset : stop - offset],
            tuple(dict.fromkeys(m.name for m in inside if m.span.start <= start and stop <= m.span.end)),
            begins.get(start),
            turns.get(start),
        )
        for start, stop in pairwise(places)
    )
