"""What repeats on the pages of a PDF (headers, footers, page numbers), and which lines are headings."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import takewhile
from statistics import median
from typing import TYPE_CHECKING

from askbrief.core.lazy_regex import pattern
from askbrief.documents.pdf.layout import lines_of
from askbrief.documents.pdf.paragraphs import LEADERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from askbrief.documents.pdf.file import Bookmark
    from askbrief.documents.pdf.flow import Piece
    from askbrief.documents.pdf.layout import Line
    from askbrief.documents.pdf.paragraphs import Paragraph

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


_LETTER = pattern(r"\p{L}.*\p{L}")
_NOT_SPOKEN = pattern(r"[^\p{L}\p{N}]+")
_LEADING_NUMBER = pattern(
    r"^(?:(?:chapter|section|part|annex|appendix)\s+)?[\dIVXLC]+(?:\.\d+)*[.):\s—–-]+|^[A-Z][.)]\s+"
)
_HEADING_BEGINS = pattern(r"[\p{Lu}\p{Lt}\p{Lo}\p{N}“\"'(¿¡§]")
_NO_HEADING_ENDS = pattern(r"[,;:.。]$")
_NUMBERED = pattern(r"(\d{1,4})\.(?:\s|$)")
_REFERENCES = pattern(r"(?i)(?:references|bibliography|works cited|literature|notes|endnotes|sources|literatur)\b")
_LARGER = 1.12
_LONGEST_LARGE, _LONGEST_BOLD = 200, 120
_DEEPEST = 6
_FEWEST_NUMBERED = 4
_LONG_ENOUGH = 60
_SHARE_NUMBERED = 0.4

Style = tuple[float, bool]


@dataclass(frozen=True, slots=True)
class Roles:
    """By the place of a paragraph in the document: the depths of headings, the numbers of paragraphs."""

    levels: Mapping[int, int]
    numbers: Mapping[int, str]


def body_size(paragraphs: Iterable[Paragraph]) -> float:
    """The size that most of the words are set in."""
    sizes = Counter[float]()
    for paragraph in paragraphs:
        sizes[paragraph.size] += sum(map(len, paragraph.lines))
    return max(sizes, key=lambda size: (sizes[size], -size), default=0.0)


def roles_of(paragraphs: Sequence[Paragraph], texts: Sequence[str], outline: Iterable[Bookmark]) -> Roles:
    """What each paragraph is, by the outline, by size and weight, and by sequence."""
    named = _in_outline(paragraphs, texts, outline)
    styled = _by_style(paragraphs, texts)
    ranks = _ranks(paragraphs, named, styled)
    levels = {index: ranks[_style(paragraphs[index])] for index in styled} | named
    return Roles(levels, _numbers(paragraphs, texts, levels))


def _style(paragraph: Paragraph) -> Style:
    return round(paragraph.size * 2) / 2, paragraph.bold


def _in_outline(paragraphs: Sequence[Paragraph], texts: Sequence[str], outline: Iterable[Bookmark]) -> dict[int, int]:
    """The paragraphs that a bookmark names and leads to."""
    by_page: dict[int, dict[str, int]] = defaultdict(dict)
    for index, paragraph in enumerate(paragraphs):
        if not paragraph.goes_on and len(texts[index]) <= _LONGEST_LARGE:
            by_page[paragraph.page].setdefault(_spoken(texts[index]), index)
    levels = {}
    for bookmark in outline:
        name = _spoken(bookmark.title)
        found = by_page[bookmark.page].get(name) if name else None
        if found is not None:
            levels[found] = min(bookmark.level, _DEEPEST)
    return levels


def _spoken(title: str) -> str:
    return _NOT_SPOKEN.sub("", _LEADING_NUMBER.sub("", title[: 2 * _LONGEST_LARGE].strip())).casefold()


def _by_style(paragraphs: Sequence[Paragraph], texts: Sequence[str]) -> list[int]:
    """The paragraphs that are set larger than the body, or bold in a body that is not."""
    body = body_size(paragraphs)
    bold = sum(len(text) for p, text in zip(paragraphs, texts, strict=True) if p.bold)
    body_is_bold = bold > 0.5 * sum(map(len, texts))
    found = []
    for index, (paragraph, text) in enumerate(zip(paragraphs, texts, strict=True)):
        if (
            paragraph.is_row
            or paragraph.goes_on
            or len(text) > _LONGEST_LARGE
            or LEADERS.search(text)
            or not _LETTER.search(text)
            or not _HEADING_BEGINS.match(text)
        ):
            continue
        large = paragraph.size >= _LARGER * body > 0 and text[-1] not in ",;"
        strong = paragraph.bold and not body_is_bold and paragraph.size >= 0.95 * body
        if large or (strong and len(text) <= _LONGEST_BOLD and not _NO_HEADING_ENDS.search(text)):
            found.append(index)
    return found


def _ranks(paragraphs: Sequence[Paragraph], named: Mapping[int, int], styled: Iterable[int]) -> dict[Style, int]:
    """The depth of each style: what the outline has for most of its kind, else by size, the bold ones first."""
    votes: dict[Style, Counter[int]] = defaultdict(Counter)
    for index, level in named.items():
        votes[_style(paragraphs[index])][level] += 1
    styles = sorted({_style(paragraphs[index]) for index in styled}, key=lambda style: (-style[0], not style[1]))
    ranks = {style: min(rank, _DEEPEST) for rank, style in enumerate(styles, 1)}
    return ranks | {style: max(levels, key=lambda level: (levels[level], -level)) for style, levels in votes.items()}


def _numbers(paragraphs: Sequence[Paragraph], texts: Sequence[str], levels: Mapping[int, int]) -> dict[int, str]:
    """The numbers of paragraphs that are numbered through the document: 1., 2., 3. and so on, as reports do.

    A list of a few items is no such sequence, nor are references: most of the text must stand in numbered paragraphs,
    which are long.
    """
    chain: list[int] = []
    expected = 1
    in_references = False
    for index, text in enumerate(texts):
        if index in levels:
            in_references = bool(_REFERENCES.match(_LEADING_NUMBER.sub("", text)))
        match = _NUMBERED.match(text)
        if match and not in_references and index not in levels and not paragraphs[index].goes_on:
            number = int(match[1])
            if number == expected:
                chain.append(index)
                expected += 1
    if len(chain) < _FEWEST_NUMBERED or median(len(texts[index]) for index in chain) < _LONG_ENOUGH:
        return {}
    numbered = sum(len(texts[index]) for index in chain)
    through = sum(len(text) for text in texts[chain[0] : chain[-1] + 1])
    whole = sum(map(len, texts))
    if numbered < _SHARE_NUMBERED * through or through < _SHARE_NUMBERED * whole:
        return {}
    return {index: f"{number}" for number, index in enumerate(chain, 1)}
