"""Where a passage stands, in the words people use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from askbrief.records import Form

if TYPE_CHECKING:
    from askbrief.records import Passage, Span

_PAGES = {Form.PAGES: ("p.", "pp."), Form.SLIDES: ("slide", "slides")}


def locator(passage: Passage, span: Span | None = None) -> str:
    """Page, paragraph, section and characters, as far as the document has them.

    Page or slide; sheet and row; the document's own paragraph numbers, else paragraphs counted (on their page).
    Characters are offsets into the document's text: of the passage, or of a span that begins in it.

    >>> from askbrief.records import Passage
    >>> locator(Passage("a.txt", 120, 240, "…", (), (12, 13), section="Rise in attacks"))
    '¶ 12–13, § Rise in attacks, characters 120–240'
    >>> locator(Passage("a.pdf", 0, 9, "…", (), (3, 1), pages=(12, 13), form=Form.PAGES))
    'pp. 12–13, ¶ 3, characters 0–9'
    """
    about = span or passage
    characters = f"characters {about.start}–{about.end}"
    if passage.form is Form.ROWS:
        sheet = f"sheet {passage.section}" if passage.section else ""
        parts = [sheet, _named(passage.numbers, "row", "rows"), characters]
    else:
        one, several = _PAGES.get(passage.form, ("p.", "pp."))
        parts = [
            _named(passage.pages, one, several),
            _named(passage.numbers, "para.", "paras.") or _paragraphs(passage),
            f"§ {passage.section}" if passage.section else "",
            characters,
        ]
    return ", ".join(filter(None, parts))


def _named(ends: tuple[object, object] | None, one: str, several: str) -> str:
    if ends is None:
        return ""
    first, last = ends
    return f"{one} {first}" if first == last else f"{several} {first}–{last}"


def _paragraphs(passage: Passage) -> str:
    """Where a passage goes over to another page, the paragraph that it begins with: the count begins anew there."""
    first, last = passage.paragraphs
    pages = passage.pages
    return f"¶ {first}" if first == last or (pages and pages[0] != pages[1]) else f"¶ {first}–{last}"
