"""The structure of a PDF: furniture (running headers, footers, page numbers), headings, and numbered paragraphs."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import chain, takewhile
from statistics import median
from typing import TYPE_CHECKING

from askbrief.core.text import pattern
from askbrief.documents.pdf.layout import lines_of
from askbrief.documents.pdf.paragraphs import LEADERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from askbrief.documents.pdf.file import Bookmark
    from askbrief.documents.pdf.layout import PdfLine
    from askbrief.documents.pdf.paragraphs import PdfParagraph
    from askbrief.documents.pdf.text_runs import TextRun

_NUMBER = pattern(r"\d+|\b[ivxlcdm]{1,7}\b")
_BARE = pattern(r"(?i)\W*(?:page|p\.|seite|página|стр\.|第)?\W*(\d{1,4})(?:\s*(?:/|of|von|de|из)\s*\d{1,4}|\s*页)?\W*")
_AT_AN_END = pattern(r"^(\d{1,4})\b|\b(\d{1,4})$")
_ROMAN = "i ii iii iv v vi vii viii ix x xi xii xiii xiv xv xvi xvii xviii xix xx xxi xxii xxiii xxiv xxv".split()
_MAX_NUMBER_CHARS = 40
_DEPTH = 4  # lines at the top and at the bottom of a page that may be furniture
_MARGIN = 0.15  # share of the height of the text, at the top and at the bottom, in which furniture is looked for
_NEAR = 4.0  # points by which the position of furniture may vary
_APART = 1.6  # minimum distance of furniture and text, baseline to baseline, as a multiple of their size
_MIN_PAGES = 3
_SHARE, _SHARE_OF_SPAN = 0.3, 0.35


@dataclass(frozen=True, slots=True)
class EdgeLine:
    """A line near the top or the bottom of a page."""

    page: int
    y: float
    size: float
    is_top: bool
    text: str

    @property
    def position(self) -> tuple[float, str]:
        return self.y, self.text


class FurnitureDetector:
    """Collects the outer lines of every page, and finds out which of them are furniture."""

    def __init__(self) -> None:
        self._pages: dict[int, list[EdgeLine]] = {}

    def add(self, page: int, runs: Sequence[TextRun]) -> None:
        self._pages[page] = [EdgeLine(page, line.y, line.size, top, line.text) for line, top in _outer(runs)]

    def furniture(self) -> dict[int, set[tuple[float, str]]]:
        """Return the furniture of each page, by position and text; a single page has none."""
        if len(self._pages) == 1:
            return {}
        repeated = {edge for group in (*self._repeated(), *self._numbers()) for edge in group}
        return {page: self._outermost(edges, repeated) for page, edges in self._pages.items()}

    def _repeated(self) -> Iterable[list[EdgeLine]]:
        """Yield lines that many pages have at the same position, apart from their numbers."""
        similar: dict[tuple[str, bool], list[EdgeLine]] = defaultdict(list)
        for edge in chain.from_iterable(self._pages.values()):
            similar[_NUMBER.sub("#", edge.text.casefold()), edge.is_top].append(edge)
        for sightings in similar.values():
            yield from filter(self._is_usual, _at_one_position(sightings))

    def _is_usual(self, group: list[EdgeLine]) -> bool:
        """Return whether many of all pages have it, or of those from its first to its last, as a chapter's header."""
        pages = sorted({edge.page for edge in group})
        if len(pages) < _MIN_PAGES:
            return len(pages) == len(self._pages) and len({edge.text for edge in group}) > 1
        span = pages[-1] - pages[0] + 1
        return len(pages) >= _SHARE * len(self._pages) or len(pages) >= _SHARE_OF_SPAN * span

    def _numbers(self) -> Iterable[list[EdgeLine]]:
        """Yield lines that count the pages: bare numbers, and lines at one position that begin or end with one."""
        bare: dict[int, list[EdgeLine]] = defaultdict(list)
        others: dict[tuple[int, bool], list[EdgeLine]] = defaultdict(list)
        for edge in chain.from_iterable(self._pages.values()):
            number = _page_number(edge.text)
            if number is not None:
                bare[number - edge.page].append(edge)
            for part in _AT_AN_END.findall(edge.text):
                others[int("".join(part)) - edge.page, edge.is_top].append(edge)
        positioned = (group for sightings in others.values() for group in _at_one_position(sightings))
        for group in (*bare.values(), *positioned):
            if len({edge.page for edge in group}) >= min(_MIN_PAGES, len(self._pages)):
                yield group

    def _outermost(self, edges: list[EdgeLine], repeated: set[EdgeLine]) -> set[tuple[float, str]]:
        """Return the lines with only furniture between them and the edge, and a gap between them and the text."""
        positions = set()
        for is_top in (True, False):
            inwards = [edge for edge in edges if edge.is_top is is_top]
            if not is_top:
                inwards.reverse()
            outermost = list(takewhile(repeated.__contains__, inwards))
            while outermost and len(outermost) < len(inwards):
                last, text = outermost[-1], inwards[len(outermost)]
                if abs(text.y - last.y) >= _APART * max(last.size, text.size):
                    break
                outermost.pop()
            positions |= {edge.position for edge in outermost}
        return positions


def without(runs: list[TextRun], furniture: set[tuple[float, str]]) -> list[TextRun]:
    if not furniture:
        return runs
    lines = [line for line, _ in _outer(runs) if (line.y, line.text) in furniture]
    removed = {id(run) for line in lines for run in line.runs}
    return [run for run in runs if id(run) not in removed]


def _outer(runs: Sequence[TextRun]) -> list[tuple[PdfLine, bool]]:
    """Return the lines near the top and the bottom of the text, and whether each is near the top."""
    highest, lowest = min(run.y for run in runs), max(run.y for run in runs)
    margin = _MARGIN * (lowest - highest)
    top = lines_of(run for run in runs if run.y - highest <= margin)
    bottom = lines_of(run for run in runs if lowest - run.y <= margin)
    return [*((line, True) for line in top[:_DEPTH]), *((line, False) for line in bottom[-_DEPTH:])]


def _page_number(text: str) -> int | None:
    """Return the page number of a line that holds nothing else, in figures or in Roman numerals."""
    if len(text) < _MAX_NUMBER_CHARS and (bare := _BARE.fullmatch(text)):
        return int(bare[1])
    return _ROMAN.index(text) + 1 if text in _ROMAN else None


def _at_one_position(sightings: list[EdgeLine]) -> Iterable[list[EdgeLine]]:
    ordered = sorted(sightings, key=lambda edge: edge.y)
    group = ordered[:1]
    for edge in ordered[1:]:
        if edge.y - group[-1].y > _NEAR:
            yield group
            group = []
        group.append(edge)
    yield group


_LETTER = pattern(r"\p{L}.*\p{L}")
_NOT_LETTER_OR_DIGIT = pattern(r"[^\p{L}\p{N}]+")
_LEADING_NUMBER = pattern(
    r"^(?:(?:chapter|section|part|annex|appendix)\s+)?[\dIVXLC]+(?:\.\d+)*[.):\s—–-]+|^[A-Z][.)]\s+"
)
_HEADING_BEGINS = pattern(r"[\p{Lu}\p{Lt}\p{Lo}\p{N}“\"'(¿¡§]")
_NO_HEADING_ENDS = pattern(r"[,;:.。]$")
_NUMBERED = pattern(r"(\d{1,4})\.(?:\s|$)")
_REFERENCES = pattern(r"(?i)(?:references|bibliography|works cited|literature|notes|endnotes|sources|literatur)\b")
_LARGER = 1.12
_MAX_LARGE, _MAX_BOLD = 200, 120
_MAX_LEVEL = 6
_MIN_NUMBERED = 4
_MIN_MEDIAN_CHARS = 60
_SHARE_NUMBERED = 0.4

ParagraphStyle = tuple[float, bool]


@dataclass(frozen=True, slots=True)
class ParagraphRoles:
    """By the index of a paragraph: the levels of headings, and the numbers of numbered paragraphs."""

    levels: Mapping[int, int]
    numbers: Mapping[int, str]


def body_size(paragraphs: Iterable[PdfParagraph]) -> float:
    """Return the size in which most of the text is set, in points."""
    sizes = Counter[float]()
    for paragraph in paragraphs:
        sizes[paragraph.size] += sum(map(len, paragraph.lines))
    return max(sizes, key=lambda size: (sizes[size], -size), default=0.0)


def roles_of(paragraphs: Sequence[PdfParagraph], texts: Sequence[str], outline: Iterable[Bookmark]) -> ParagraphRoles:
    """Return the headings, by outline, size and weight, and the numbered paragraphs, by their sequence."""
    named = _in_outline(paragraphs, texts, outline)
    styled = _by_style(paragraphs, texts)
    ranks = _ranks(paragraphs, named, styled)
    levels = {index: ranks[_style(paragraphs[index])] for index in styled} | named
    return ParagraphRoles(levels, _numbers(paragraphs, texts, levels))


def _style(paragraph: PdfParagraph) -> ParagraphStyle:
    return round(paragraph.size * 2) / 2, paragraph.bold


def _in_outline(
    paragraphs: Sequence[PdfParagraph], texts: Sequence[str], outline: Iterable[Bookmark]
) -> dict[int, int]:
    """Return the levels of the paragraphs that a bookmark names and links to."""
    by_page: dict[int, dict[str, int]] = defaultdict(dict)
    for index, paragraph in enumerate(paragraphs):
        if not paragraph.continues and len(texts[index]) <= _MAX_LARGE:
            by_page[paragraph.page].setdefault(_normalised(texts[index]), index)
    levels = {}
    for bookmark in outline:
        name = _normalised(bookmark.title)
        named = by_page[bookmark.page].get(name) if name else None
        if named is not None:
            levels[named] = min(bookmark.level, _MAX_LEVEL)
    return levels


def _normalised(title: str) -> str:
    return _NOT_LETTER_OR_DIGIT.sub("", _LEADING_NUMBER.sub("", title[: 2 * _MAX_LARGE].strip())).casefold()


def _by_style(paragraphs: Sequence[PdfParagraph], texts: Sequence[str]) -> list[int]:
    """Return the paragraphs that are larger than the body, or bold in a body that is not."""
    body = body_size(paragraphs)
    bold = sum(len(text) for p, text in zip(paragraphs, texts, strict=True) if p.bold)
    body_is_bold = bold > 0.5 * sum(map(len, texts))
    headings = []
    for index, (paragraph, text) in enumerate(zip(paragraphs, texts, strict=True)):
        if paragraph.is_row or paragraph.continues or len(text) > _MAX_LARGE or LEADERS.search(text):
            continue
        if not _LETTER.search(text) or not _HEADING_BEGINS.match(text):
            continue
        large = paragraph.size >= _LARGER * body > 0 and text[-1] not in ",;"
        strong = paragraph.bold and not body_is_bold and paragraph.size >= 0.95 * body
        if large or (strong and len(text) <= _MAX_BOLD and not _NO_HEADING_ENDS.search(text)):
            headings.append(index)
    return headings


def _ranks(
    paragraphs: Sequence[PdfParagraph], named: Mapping[int, int], styled: Iterable[int]
) -> dict[ParagraphStyle, int]:
    """Return the level of each style: the most frequent one in the outline, else by size, bold before regular."""
    votes: dict[ParagraphStyle, Counter[int]] = defaultdict(Counter)
    for index, level in named.items():
        votes[_style(paragraphs[index])][level] += 1
    styles = sorted({_style(paragraphs[index]) for index in styled}, key=lambda style: (-style[0], not style[1]))
    ranks = {style: min(rank, _MAX_LEVEL) for rank, style in enumerate(styles, 1)}
    return ranks | {style: max(levels, key=lambda level: (levels[level], -level)) for style, levels in votes.items()}


def _numbers(paragraphs: Sequence[PdfParagraph], texts: Sequence[str], levels: Mapping[int, int]) -> dict[int, str]:
    """Return the numbers of paragraphs that are numbered throughout the document, as in many reports.

    Short lists and references do not count: most of the text must stand in numbered paragraphs, and these be long.
    """
    sequence: list[int] = []
    in_references = False
    for index, text in enumerate(texts):
        if index in levels:
            in_references = bool(_REFERENCES.match(_LEADING_NUMBER.sub("", text)))
        match = _NUMBERED.match(text)
        is_next = match is not None and int(match[1]) == len(sequence) + 1
        if is_next and not in_references and index not in levels and not paragraphs[index].continues:
            sequence.append(index)
    if len(sequence) < _MIN_NUMBERED or median(len(texts[index]) for index in sequence) < _MIN_MEDIAN_CHARS:
        return {}
    covered = sum(len(texts[index]) for index in sequence)
    through = sum(len(text) for text in texts[sequence[0] : sequence[-1] + 1])
    if covered < _SHARE_NUMBERED * through or through < _SHARE_NUMBERED * sum(map(len, texts)):
        return {}
    return {index: f"{number}" for number, index in enumerate(sequence, 1)}
