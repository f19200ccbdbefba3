"""Locators: where a passage stands in the words people use, and the passages at a place as people type it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from rapidfuzz import fuzz

from askbrief.core.text import pattern
from askbrief.records import BlockKind, Form, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from askbrief.records import Block, Document, Passage

_NUMBERS = {
    Form.LINES: ("line", "lines"), Form.TIMES: ("at", "at"), Form.RECORDS: ("record", "records"),
    Form.CELLS: ("cell", "cells"),
}  # fmt: skip
_PAGES = {Form.PAGES: ("p.", "pp."), Form.SLIDES: ("slide", "slides")}


def locator(passage: Passage, span: Span | None = None) -> str:
    """Return page, paragraph, section and characters, as far as the document has them.

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
            _named(passage.numbers, *_NUMBERS.get(passage.form, ("para.", "paras."))) or _paragraphs(passage),
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
    """Return the counted paragraphs; of a passage across pages only the first, because the count restarts there.

    A heading that no paragraph follows has none.
    """
    first, last = passage.paragraphs
    if last == 0:
        return ""
    pages = passage.pages
    return f"¶ {first}" if first == last or (pages and pages[0] != pages[1]) else f"¶ {first}–{last}"


_LONGEST = 500
_UP_TO = r"(?:\s?[-–—]\s?{0})?"
_COUNT, _OWN = r"\d{1,7}", r"\d{1,7}(?:\s?\(\p{L}{1,3}\)|\p{Ll})?"
_TIME = r"(?:\d{4}-\d\d-\d\d(?:\s\d{1,2}:\d\d)?|\d{1,3}:\d\d(?::\d\d)?)"
_ITEM = "|".join(
    (
        rf"(?:pages?|pp?|slides?|seiten?|folien?|s(?=\.))\.?\s?(?P<pages>{_COUNT}{_UP_TO.format(_COUNT)})",
        rf"(?:rows?|lines?|records?|cells?|zeilen?|paras?|paragraphs?|abs|absatz)\.?\s?(?P<numbers>{_OWN}{_UP_TO.format(_OWN)})",
        rf"at\s(?P<times>{_TIME}{_UP_TO.format(_TIME)})",
        rf"¶{{1,2}}\s?(?P<paragraphs>{_COUNT}{_UP_TO.format(_COUNT)})",
        rf"(?:characters?|chars?)\s(?P<characters>{_COUNT}{_UP_TO.format(_COUNT)})",
    )
)
_SECTION = r"(?:§|(?:sections?|sheets?|abschnitt|blatt)\s)\s?(?P<section>\S.*?)"
_ITEMS = rf"(?:[\s,;]+(?:{_ITEM})(?=$|[\s,;]))*"
_PLACE = pattern(rf"(?i)(?P<document>.*?\S){_ITEMS}(?:[\s,;]+{_SECTION})?{_ITEMS}$")
_ENDS = pattern(r"\s?[-–—]\s?")
_TIMES = pattern(_TIME)
_DIGITS_OF_CLOCK = 6  # of 01:02:03; a date with its time has more
_SIGNS = pattern(r"[^\p{L}\p{M}\p{N}]+")
_COUNTED = pattern(r"\d+")
_ALIKE = 90.0
"""The rapidfuzz ratio (0..100) from which a heading is the section that somebody named."""


@dataclass(frozen=True, slots=True)
class CitedPlace:
    """A place in a document, as a person names it; what they leave out is None."""

    document: str
    pages: tuple[int, int] | None = None  # first and last, like all that follow
    paragraphs: tuple[int, int] | None = None  # counted, on their page if there are pages
    numbers: tuple[str, str] | None = None  # rows of a sheet, or the document's own paragraph numbers
    section: str | None = None
    characters: tuple[int, int] | None = None


def parse_place(text: str) -> CitedPlace | None:
    """Parse a place; None if the text names none.

    >>> parse_place("report.pdf p. 12")
    CitedPlace(document='report.pdf', pages=(12, 12), paragraphs=None, numbers=None, section=None, characters=None)
    """
    match = _PLACE.match(" ".join(text.split())[:_LONGEST])
    parts = match.groupdict() if match else {}
    if not any(words for name, words in parts.items() if name != "document"):
        return None
    numbers = _ends(parts["numbers"]) if parts["numbers"] else _times(parts["times"])
    pages, paragraphs, characters = (_counts(parts[name]) for name in ("pages", "paragraphs", "characters"))
    return CitedPlace(parts["document"].rstrip(" ,;"), pages, paragraphs, numbers, parts["section"], characters)


def _ends(words: str) -> tuple[str, str]:
    first, *rest = _ENDS.split(words)
    return _own(first), _own(rest[-1] if rest else first)


def _counts(words: str | None) -> tuple[int, int] | None:
    if not words:
        return None
    first, last = _ends(words)
    return int(first), int(last)


def _times(words: str | None) -> tuple[str, str] | None:
    times = [_own(time) for time in _TIMES.findall(words or "")]
    return (times[0], times[-1]) if times else None


def _own(number: str) -> str:
    """Return a document's own number without its punctuation: "12 (a)" and "12a" are one."""
    return "".join(letter for letter in number.casefold() if letter.isalnum())


def spans(place: CitedPlace, document: Document) -> list[Span]:
    """Return the spans of a document's text at a place, in order; empty if it has no such place."""
    common = [Span(0, len(document.text))]
    for part in (
        _of_pages(place, document),
        _of_section(place, document),
        _of_paragraphs(place, document),
        _of_numbers(place, document),
        None if place.characters is None else [Span(*place.characters)],
    ):
        common = common if part is None else list(_common(common, part))
    return common


def _of_pages(place: CitedPlace, document: Document) -> list[Span] | None:
    if place.pages is None:
        return None
    (first, last), starts = place.pages, (*document.pages, len(document.text))
    if not 1 <= first <= last or first >= len(starts):
        return []
    return [Span(starts[first - 1], starts[min(last, len(starts) - 1)])]


def _of_section(place: CitedPlace, document: Document) -> list[Span] | None:
    if place.section is None:
        return None
    section = _plain(place.section.rpartition(">")[2])
    heads = [block for block in document.blocks if block.kind is BlockKind.HEADING]
    titles = [_plain(document.text[block.start : block.end]) for block in heads]
    likeness = [fuzz.ratio(section, title) for title in titles]
    best = max(likeness, default=0.0)
    named = (number for number, alike in enumerate(likeness) if alike >= max(best, _ALIKE))
    return [Span(heads[number].start, _end_of_section(heads, number, document)) for number in named]


def _end_of_section(heads: Sequence[Block], number: int, document: Document) -> int:
    """Return where a section ends: at the next heading that is not below its own."""
    after = (other.start for other in islice(heads, number + 1, None) if other.level <= heads[number].level)
    return next(after, len(document.text))


def _of_paragraphs(place: CitedPlace, document: Document) -> list[Span] | None:
    if place.paragraphs is None:
        return None
    first, last = place.paragraphs
    pages = range(place.pages[0], place.pages[1] + 1) if place.pages else ()
    return [
        Span(block.start, block.end)
        for block, ordinals in document.paragraphs()
        if any(first <= ordinal <= last for page, ordinal in ordinals.items() if not place.pages or page in pages)
    ]


def _of_numbers(place: CitedPlace, document: Document) -> list[Span] | None:
    """Return the spans by the document's own numbers, or by counted paragraphs if it has none."""
    if place.numbers is None:
        return None
    blocks = [block for block, _ in document.paragraphs() if block.number]
    if not blocks:
        counts = [int(digits) for number in place.numbers if (digits := "".join(filter(str.isdecimal, number)))]
        return _of_paragraphs(CitedPlace(place.document, paragraphs=(counts[0], counts[-1])), document)
    if document.form is Form.TIMES:
        return list(_said_at(*place.numbers, blocks))
    return list(_between(*place.numbers, blocks))


def _said_at(first: str, last: str, blocks: Sequence[Block]) -> Iterable[Span]:
    """Yield what is said from a time to another, and what began before and may go on; a day alone is all of it."""
    if not (first.isdecimal() and last.isdecimal()):
        return
    width = max(len(_own(block.number or "")) for block in blocks)
    is_date = width > _DIGITS_OF_CLOCK
    start = int(first.ljust(width, "0") if is_date else first)
    end = int(last.ljust(width, "9") if is_date else last)
    times = [int(_own(block.number or "")) for block in blocks]
    start = max((time for time in times if time <= start), default=start) if not is_date else start
    yield from (Span(block.start, block.end) for block, time in zip(blocks, times, strict=True) if start <= time <= end)


def _between(first: str, last: str, blocks: Sequence[Block]) -> Iterable[Span]:
    """Yield the blocks from a number to another; each sheet or annex has its own numbers, and some may be missing."""
    counted = first.isdecimal() and last.isdecimal()
    inside = False
    for block in blocks:
        number = _own(block.number or "")
        if counted:
            digits = _COUNTED.match(number)
            inside = digits is not None and int(first) <= int(digits.group()) <= int(last)
        else:
            inside = inside or number == first
        if inside:
            yield Span(block.start, block.end)
        inside = inside and number != last


def _common(some: Sequence[Span], others: Sequence[Span]) -> Iterable[Span]:
    for one in some:
        for other in others:
            start, end = max(one.start, other.start), min(one.end, other.end)
            if start < end:
                yield Span(start, end)


def _plain(words: str) -> str:
    """Return words without capitals, apostrophes and dashes, which people leave out or write differently."""
    return " ".join(_SIGNS.sub(" ", words.casefold()).split())
