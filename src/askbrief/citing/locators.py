"""Where a passage stands, in the words people use."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from askbrief.records import Passage, Span


def locator(passage: Passage, span: Span | None = None) -> str:
    """Page, paragraph numbers, section and characters, as far as the document has them.

    Characters are offsets into the document's text: of the passage, or of a span that begins in it.

    >>> from askbrief.records import Passage
    >>> locator(Passage("a.txt", 120, 240, "…", (), (12, 13), section="Rise in attacks"))
    '¶ 12–13, § Rise in attacks, characters 120–240'
    """
    first, last = passage.paragraphs
    parts = [
        f"p. {passage.page}" if passage.page is not None else "",
        f"¶ {first}" if first == last else f"¶ {first}–{last}",
        f"§ {passage.section}" if passage.section else "",
        f"characters {span.start}–{span.end}" if span else f"characters {passage.start}–{passage.end}",
    ]
    return ", ".join(filter(None, parts))
