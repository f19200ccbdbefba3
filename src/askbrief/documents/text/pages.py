"""Plain text that was laid out for a printer: its pages, without running headers, footers and line numbers."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

from askbrief.core.text import pattern
from askbrief.documents.builder import DocumentBuilder
from askbrief.documents.text import plain_blocks
from askbrief.records import BlockKind, Form

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from askbrief.documents.builder import ParsedText
    from askbrief.records import Metadata

_DIGITS, _SPACES = pattern(r"\d+|\b[ivxlc]+\b"), pattern(r"\s+")
_NUMBERED_LINE = pattern(r"\s{0,12}(\d{1,3})(?:\s{1,}|$)(.*)$")
_NUMBERED_TITLE = pattern(r"\d{1,2}(?:\.\d{1,3}){0,4}\.?\s+\p{Lu}[^.!?:;]{1,70}$")
_CLOSED = pattern(r"""[.!?:;…。！？]["'”’»)\]]*$""")
_MARGIN_LINES = 2
_LEAST_PAGES = 2
_MIN_SHARE = 0.5
_MIN_NUMBERED_LINES, _MIN_NUMBERED_SHARE = 10, 0.85


def parse_pages(text: str, metadata: Metadata, notes: Sequence[str]) -> ParsedText | None:
    """Parse a text with form feeds or with a number at each line; None if it has neither."""
    pages = [page.splitlines() for page in text.rstrip("\f\n\r \t").split("\f")]
    numbered = _are_numbered([line for page in pages for line in page])
    if len(pages) < _LEAST_PAGES and not numbered:
        return None
    running = _running_lines(pages)
    filled = [line for page in pages for line in page if line.strip() and _shape(line) not in running]
    indented = sum(line.startswith(" ") for line in filled) > len(filled) / 2
    builder = DocumentBuilder()
    removed = 0
    for page in pages:
        if len(pages) >= _LEAST_PAGES:
            builder.page()
        body, dropped = _without(page, running)
        removed += dropped
        _add(builder, [_unnumbered(line) for line in body] if numbered else body, indented=indented)
    said = [f"{removed:,} running header{'s' if removed > 1 else ''} and footers of pages left out"] if removed else []
    said += ["the numbers of its lines left out"] if numbered else []
    form = Form.PAGES if len(pages) >= _LEAST_PAGES else Form.PROSE
    return builder.build(metadata, form=form, notes=(*notes, *said))


def _shape(line: str) -> str:
    return _SPACES.sub(" ", _DIGITS.sub("#", line.strip()))


def _margins(page: Sequence[str]) -> Iterator[int]:
    """Yield the indexes of the first and the last lines of a page that are not blank."""
    filled = [index for index, line in enumerate(page) if line.strip()]
    yield from dict.fromkeys([*filled[:_MARGIN_LINES], *filled[-_MARGIN_LINES:]])


def _running_lines(pages: Sequence[Sequence[str]]) -> set[str]:
    """Return what stands, but for its numbers, at the top or the bottom of at least half of the pages."""
    counted = Counter(shape for page in pages for shape in {_shape(page[index]) for index in _margins(page)})
    least = max(_LEAST_PAGES, _MIN_SHARE * len(pages))
    return {shape for shape, count in counted.items() if count >= least}


def _without(page: Sequence[str], running: set[str]) -> tuple[list[str], int]:
    dropped = {index for index in _margins(page) if _shape(page[index]) in running}
    return [line for index, line in enumerate(page) if index not in dropped], len(dropped)


def _are_numbered(lines: Sequence[str]) -> bool:
    """Return whether nearly all lines begin with numbers that count up, from 1 again on each page."""
    filled = [line for line in lines if line.strip()]
    numbers = [int(match[1]) for line in filled if (match := _NUMBERED_LINE.match(line))]
    if len(numbers) < max(_MIN_NUMBERED_LINES, _MIN_NUMBERED_SHARE * len(filled)):
        return False
    follows = sum(after == before + 1 or after == 1 for before, after in pairwise(numbers))
    return follows >= _MIN_NUMBERED_SHARE * (len(numbers) - 1) and len(set(numbers)) > 1


def _unnumbered(line: str) -> str:
    match = _NUMBERED_LINE.match(line)
    return match[2] if match else line


def _add(builder: DocumentBuilder, lines: Sequence[str], *, indented: bool) -> None:
    """Add a page; its first paragraph goes on from the page before where that ends within a sentence."""
    text = "\n".join(line.rstrip() for line in lines)
    for index, block in enumerate(plain_blocks(text)):
        words = text[block.start : block.end]
        at_margin = block.start == 0 or text[block.start - 1] == "\n"
        if block.kind is BlockKind.HEADING or (indented and at_margin and _NUMBERED_TITLE.fullmatch(words)):
            builder.heading(words, max(words.split()[0].rstrip(".").count(".") + 1, 1))
        elif index == 0 and words[:1].islower() and not _CLOSED.search(builder.last_words):
            builder.continued(words)
        else:
            builder.paragraph(words)
