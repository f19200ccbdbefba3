"""What stands on many pages at the same place: running headers, footers and page numbers, which are no one's words."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING

from askbrief.patterns import pattern
from askbrief.reading.pdf.layout import lines_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from askbrief.reading.pdf.layout import Line
    from askbrief.reading.pdf.pieces import Piece

_NUMBER = pattern(r"\d+|\b[ivxlcdm]{1,7}\b")
_BARE = pattern(r"(?i)\W*(?:page|p\.|seite|página|стр\.|第)?\W*(\d{1,4})(?:\s*(?:/|of|von|de|из)\s*\d{1,4}|\s*页)?\W*")
_AT_AN_END = pattern(r"^(\d{1,4})\b|\b(\d{1,4})$")
_ROMAN = "i ii iii iv v vi vii viii ix x xi xii xiii xiv xv xvi xvii xviii xix xx xxi xxii xxiii xxiv xxv".split()
_LONGEST_NUMBER = 40
_DEPTH = 4
"""So many lines at the top and at the bottom of a page may be furniture."""
_MARGIN = 0.15
"""So much of the height of what is on a page, at the top and at the bottom, is looked at."""
_NEAR = 4.0
"""Points by which the place may differ."""
_APART = 1.6
"""So many times their size stand furniture and the text from each other, baseline to baseline."""
_FEWEST = 3
_SHARE, _SHARE_OF_RUN = 0.3, 0.35


@dataclass(frozen=True, slots=True)
class Edge:
    """A line near the top or the bottom of a page."""

    page: int
    y: float
    size: float
    is_top: bool
    text: str

    @property
    def place(self) -> tuple[float, str]:
        return self.y, self.text


class Edges:
    """Collects the outer lines of every page, and says which of them are furniture."""

    def __init__(self) -> None:
        """Begin with no page."""
        self._pages: dict[int, list[Edge]] = {}

    def add(self, page: int, pieces: Sequence[Piece]) -> None:
        """Take the pieces of a page."""
        self._pages[page] = [Edge(page, line.y, line.size, top, line.text) for line, top in _outer(pieces)]

    def furniture(self) -> dict[int, set[tuple[float, str]]]:
        """For each page the lines that are furniture, by place and words; nothing repeats on a single page."""
        if len(self._pages) == 1:
            return {}
        found = {edge for group in (*self._repeated(), *self._numbers()) for edge in group}
        return {page: self._outermost(edges, found) for page, edges in self._pages.items()}

    def _repeated(self) -> Iterable[list[Edge]]:
        """Lines that many pages have at the same place, their numbers aside."""
        alike: dict[tuple[str, bool], list[Edge]] = defaultdict(list)
        for edges in self._pages.values():
            for edge in edges:
                alike[_NUMBER.sub("#", edge.text.casefold()), edge.is_top].append(edge)
        for sightings in alike.values():
            for group in _at_one_place(sightings):
                if self._is_usual(group):
                    yield group

    def _is_usual(self, group: list[Edge]) -> bool:
        """Whether a good part of all pages have it, or of those from its first to its last: a chapter's header."""
        pages = sorted({edge.page for edge in group})
        if len(pages) < _FEWEST:
            return len(pages) == len(self._pages) and len({edge.text for edge in group}) > 1
        run = pages[-1] - pages[0] + 1
        return len(pages) >= _SHARE * len(self._pages) or len(pages) >= _SHARE_OF_RUN * run

    def _numbers(self) -> Iterable[list[Edge]]:
        """Lines that count the pages: bare numbers, and lines at one place that begin or end with the number."""
        bare: dict[int, list[Edge]] = defaultdict(list)
        others: dict[tuple[int, bool], list[Edge]] = defaultdict(list)
        for edge in (edge for edges in self._pages.values() for edge in edges):
            number = _page_number(edge.text)
            if number is not None:
                bare[number - edge.page].append(edge)
            for part in _AT_AN_END.findall(edge.text):
                others[int("".join(part)) - edge.page, edge.is_top].append(edge)
        placed = (group for sightings in others.values() for group in _at_one_place(sightings))
        for group in (*bare.values(), *placed):
            if len({edge.page for edge in group}) >= min(_FEWEST, len(self._pages)):
                yield group

    def _outermost(self, edges: list[Edge], found: set[Edge]) -> set[tuple[float, str]]:
        """Those with nothing but furniture between them and the edge, and some room between them and the text."""
        places = set()
        for is_top in (True, False):
            inwards = [edge for edge in edges if edge.is_top is is_top]
            if not is_top:
                inwards.reverse()
            run = list(takewhile(found.__contains__, inwards))
            while run and len(run) < len(inwards):
                if abs(inwards[len(run)].y - run[-1].y) >= _APART * max(run[-1].size, inwards[len(run)].size):
                    break
                run.pop()
            places |= {edge.place for edge in run}
        return places


def without(pieces: list[Piece], furniture: set[tuple[float, str]]) -> list[Piece]:
    """The pieces of a page but for those of the lines named."""
    if not furniture:
        return pieces
    named = [line for line, _ in _outer(pieces) if (line.y, line.text) in furniture]
    out = {id(piece) for line in named for piece in line.pieces}
    return [piece for piece in pieces if id(piece) not in out]


def _outer(pieces: Sequence[Piece]) -> list[tuple[Line, bool]]:
    """The lines near the top and near the bottom of what is on a page, and whether they are near the top."""
    highest, lowest = min(piece.y for piece in pieces), max(piece.y for piece in pieces)
    margin = _MARGIN * (lowest - highest)
    top = lines_of(piece for piece in pieces if piece.y - highest <= margin)
    bottom = lines_of(piece for piece in pieces if lowest - piece.y <= margin)
    return [*((line, True) for line in top[:_DEPTH]), *((line, False) for line in bottom[-_DEPTH:])]


def _page_number(text: str) -> int | None:
    """The number that is all of a line, in figures or as in a preface."""
    if len(text) < _LONGEST_NUMBER and (bare := _BARE.fullmatch(text)):
        return int(bare[1])
    return _ROMAN.index(text) + 1 if text in _ROMAN else None


def _at_one_place(sightings: list[Edge]) -> Iterable[list[Edge]]:
    """Divide what is alike into what is at one place."""
    ordered = sorted(sightings, key=lambda edge: edge.y)
    group = ordered[:1]
    for edge in ordered[1:]:
        if edge.y - group[-1].y > _NEAR:
            yield group
            group = []
        group.append(edge)
    yield group
