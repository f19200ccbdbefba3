"""Which paragraphs are headings, how deep, and what numbers the document itself gives its paragraphs."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from askbrief.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from askbrief.reading.pdf_file import Bookmark
    from askbrief.reading.pdf_paragraphs import Paragraph

_LETTER = pattern(r"\p{L}.*\p{L}")
_NOT_SPOKEN = pattern(r"[^\p{L}\p{N}]+")
_LEADING_NUMBER = pattern(r"^(?:(?:chapter|section|part|annex|appendix)\s+)?[\dIVXLC]+(?:\.\d+)*[.):\s—–-]+|^[A-Z][.)]\s+")
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


def _in_outline(
    paragraphs: Sequence[Paragraph], texts: Sequence[str], outline: Iterable[Bookmark]
) -> dict[int, int]:
    """The paragraphs that a bookmark names and leads to."""
    by_page: dict[int, dict[str, int]] = defaultdict(dict)
    for index, paragraph in enumerate(paragraphs):
        if not paragraph.goes_on and len(texts[index]) <= _LONGEST_LARGE:
            by_page[paragraph.page].setdefault(_spoken(texts[index]), index)
    levels = {}
    for bookmark in outline:
        name = _spoken(bookmark.title)
        index = by_page[bookmark.page].get(name) if name else None
        if index is not None:
            levels[index] = min(bookmark.level, _DEEPEST)
    return levels


def _spoken(title: str) -> str:
    return _NOT_SPOKEN.sub("", _LEADING_NUMBER.sub("", title[: 2 * _LONGEST_LARGE].strip())).casefold()


def _by_style(paragraphs: Sequence[Paragraph], texts: Sequence[str]) -> list[int]:
    """The paragraphs that are set larger than the body, or bold in a body that is not."""
    body = body_size(paragraphs)
    bold = sum(len(text) for p, text in zip(paragraphs, texts, strict=True) if p.bold)
    body_is_bold = bold > 0.5 * sum(map(len, texts))  # noqa: PLR2004
    found = []
    for index, (paragraph, text) in enumerate(zip(paragraphs, texts, strict=True)):
        if paragraph.is_row or paragraph.goes_on or not _LETTER.search(text) or not _HEADING_BEGINS.match(text):
            continue
        large = paragraph.size >= _LARGER * body and len(text) <= _LONGEST_LARGE and text[-1] not in ",;"
        strong = paragraph.bold and not body_is_bold and paragraph.size >= 0.95 * body  # noqa: PLR2004
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
