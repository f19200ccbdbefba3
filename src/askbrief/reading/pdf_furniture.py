"""What stands on many pages at the same place: running headers, footers and page numbers, which are no one's words."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from askbrief.patterns import pattern
from askbrief.reading.pdf_layout import lines_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from askbrief.reading.pdf_layout import Line
    from askbrief.reading.pdf_pieces import Piece

_NUMBER = pattern(r"\d+|\b[ivxlcdm]{1,7}\b")
_BARE = pattern(r"(?i)\W*(?:page|p\.|seite|página|стр\.|第)?\W*(\d{1,4})(?:\s*(?:/|of|von|de|из)\s*\d{1,4}|\s*页)?\W*")
_DEPTH = 4
"""So many lines at the top and at the bottom of a page may be furniture."""
_NEAR = 4.0
"""Points by which the place may differ."""
_FEWEST = 3
_SHARE = 0.3


class Edges:
    """Collects the outer lines of every page, and says which of them are furniture.

    Only a few lines of a page are kept, so that long documents cost little.
    """

    def __init__(self) -> None:
        """Begin with no page."""
        self._pages: dict[int, list[tuple[str, float, bool, str]]] = {}

    def add(self, page: int, pieces: Sequence[Piece]) -> None:
        """Take the pieces of a page."""
        lines = lines_of(pieces)
        self._pages[page] = [(_mask(line.text), line.y, top, line.text) for line, top in _outer(lines)]

    def furniture(self) -> dict[int, set[tuple[float, str]]]:
        """For each page the lines that are furniture, by place and words."""
        if len(self._pages) < 2:  # noqa: PLR2004 - nothing repeats on one page
            return {}
        found: dict[int, set[tuple[float, str]]] = defaultdict(set)
        for page, y, text in (*self._repeated(), *self._numbers()):
            found[page].add((y, text))
        return found

    def _repeated(self) -> Iterable[tuple[int, float, str]]:
        """Lines that many pages have at the same place, their numbers aside."""
        places: dict[tuple[str, bool], list[tuple[int, float, str]]] = defaultdict(list)
        for page, lines in self._pages.items():
            for masked, y, top, text in lines:
                places[masked, top].append((page, y, text))
        for sightings in places.values():
            for group in _near(sightings):
                pages = sorted({page for page, _, _ in group})
                varies = len({text for _, _, text in group}) > 1
                if len(pages) >= _FEWEST and (
                    len(pages) >= _SHARE * len(self._pages) or len(pages) > 0.7 * (pages[-1] - pages[0] + 1) / 2  # noqa: PLR2004
                ):
                    yield from group
                elif len(pages) == len(self._pages) and varies:
                    yield from group

    def _numbers(self) -> Iterable[tuple[int, float, str]]:
        """Bare numbers at the edge that count the pages."""
        offsets: dict[int, list[tuple[int, float, str]]] = defaultdict(list)
        for page, lines in self._pages.items():
            for _, y, _, text in lines:
                if bare := _BARE.fullmatch(text):
                    offsets[int(bare[1]) - page].append((page, y, text))
        for sightings in offsets.values():
            if len({page for page, _, _ in sightings}) >= min(_FEWEST, len(self._pages)):
                yield from sightings


def without(pieces: list[Piece], furniture: set[tuple[float, str]]) -> list[Piece]:
    """The pieces of a page but for those of the lines named."""
    if not furniture:
        return pieces
    out = {
        id(piece)
        for line, _ in _outer(lines_of(pieces))
        if (line.y, line.text) in furniture
        for piece in line.pieces
    }
    return [piece for piece in pieces if id(piece) not in out]


def _outer(lines: Sequence[Line]) -> list[tuple[Line, bool]]:
    top, bottom = lines[:_DEPTH], lines[max(len(lines) - _DEPTH, _DEPTH) :]
    return [*((line, True) for line in top), *((line, False) for line in bottom)]


def _near(sightings: list[tuple[int, float, str]]) -> Iterable[list[tuple[int, float, str]]]:
    """Divide sightings into those at one place each."""
    ordered = sorted(sightings, key=lambda sighting: sighting[1])
    group = ordered[:1]
    for sighting in ordered[1:]:
        if sighting[1] - group[-1][1] > _NEAR:
            yield group
            group = []
        group.append(sighting)
    yield group


def _mask(text: str) -> str:
    return _NUMBER.sub("#", text.casefold())
