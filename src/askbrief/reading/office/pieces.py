"""What a word processor's file consists of, and how it goes into a text: numbers, lists, tables, notes."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from askbrief.patterns import pattern
from askbrief.reading.office.numerals import superscript
from askbrief.reading.office.tables import put_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from askbrief.reading.composing import Composer

_NUMBER = pattern(r"\(?(\d+(?:\.\d+)*)[.):]?")
_CLOSING = pattern(r"[.!?:;,…。]$")
_LONGEST_HEADING = 100
_MANY = 10


@dataclass(frozen=True, slots=True)
class Mark:
    """What is printed before an item of a list or a numbered paragraph.

    `series` is the list that it belongs to, `depth` how deep in it; `whole` says that nothing of its number is left to
    the item above, as "1.2" or the "2." of the first level.
    """

    printed: str
    series: str = ""
    depth: int = 0
    whole: bool = False

    @property
    def number(self) -> str | None:
        """The number that people would call the paragraph by."""
        match = _NUMBER.fullmatch(self.printed.strip())
        return match.group(1) if match and self.whole else None


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph; a heading where `level` is not 0."""

    words: str
    level: int = 0
    mark: Mark | None = None
    bold: bool = False

    @property
    def printed(self) -> str:
        """The words with what is printed before them."""
        return f"{self.mark.printed} {self.words}" if self.mark and self.words.strip() else self.words


@dataclass(frozen=True, slots=True)
class Rows:
    """A table; None where the cell to the left reaches over."""

    cells: list[list[str | None]]
    headers: int = 0


@dataclass(frozen=True, slots=True)
class Note:
    """A footnote, or an endnote where `last`."""

    label: str
    words: str
    last: bool = False


def put(composer: Composer, pieces: Sequence[Line | Rows | Note]) -> None:
    """Add all of them; footnotes stand at the end of their section, endnotes at the end of all."""
    pieces = _with_headings(pieces)
    numbered = _numbered_series(pieces)
    above: dict[str, str] = {}
    footnotes: list[Note] = []
    for piece in pieces:
        if isinstance(piece, Note):
            footnotes.append(piece)
        elif isinstance(piece, Rows):
            put_rows(composer, piece.cells, headers=piece.headers)
        elif piece.level:
            footnotes = _put_notes(composer, footnotes, last=False)
            composer.heading(piece.printed, piece.level)
        else:
            _put_line(composer, piece, numbered, above)
    _put_notes(composer, _put_notes(composer, footnotes, last=False), last=True)


def flat(pieces: Iterable[Line | Rows | Note]) -> str:
    """The words of all of them, as in a cell of a table."""
    return " ".join(piece.printed for piece in pieces if isinstance(piece, Line))


def _put_line(composer: Composer, line: Line, numbered: set[str], above: dict[str, str]) -> None:
    """A paragraph that the document numbers has its number beside the text; an item of a list has its mark in it."""
    mark = line.mark
    if mark is None or mark.series not in numbered:
        composer.paragraph(line.printed)
    elif mark.number:
        above[mark.series] = mark.number
        composer.paragraph(line.words, number=mark.number)
    else:
        number = above.get(mark.series)
        composer.paragraph(line.printed, number=f"{number} {mark.printed}" if number and _counts(mark) else number)


def _counts(mark: Mark) -> bool:
    return any(map(str.isalnum, mark.printed))


def _put_notes(composer: Composer, notes: Sequence[Note], *, last: bool) -> list[Note]:
    """Add those whose place this is, and give the others."""
    for note in notes:
        if note.last is last:
            composer.paragraph(f"{superscript(note.label)} {note.words}" if note.words.strip() else "")
    return [note for note in notes if note.last is not last]


def _numbered_series(pieces: Sequence[Line | Rows | Note]) -> set[str]:
    """The lists by which the document numbers its paragraphs, rather than a few items.

    Their numbers occur once, and go on over a heading, or are those of most of the document.
    """
    sections: dict[str, set[int]] = defaultdict(set)
    numbers: dict[str, list[str]] = defaultdict(list)
    section = lines = 0
    for piece in pieces:
        if not isinstance(piece, Line) or not piece.words.strip():
            continue
        section += bool(piece.level)
        lines += not piece.level
        if piece.mark and piece.mark.number and not piece.level:
            sections[piece.mark.series].add(section)
            numbers[piece.mark.series].append(piece.mark.number)
    return {
        series
        for series, given in numbers.items()
        if len(set(given)) == len(given)
        and (len(sections[series]) > 1 or (len(given) >= _MANY and len(given) > lines / 2))
    }


def _with_headings(pieces: Sequence[Line | Rows | Note]) -> list[Line | Rows | Note]:
    """Where no paragraph is a heading by its style, a short bold one above another that is not bold is one."""
    if any(isinstance(piece, Line) and piece.level for piece in pieces):
        return list(pieces)
    kept = [piece for piece in pieces if not isinstance(piece, Line) or piece.words.strip()]
    return [
        replace(piece, level=1)
        if isinstance(piece, Line) and _is_title_like(piece) and _is_body(kept[at + 1 : at + 2])
        else piece
        for at, piece in enumerate(kept)
    ]


def _is_title_like(line: Line) -> bool:
    words = line.words.strip()
    bullet = line.mark is not None and not _counts(line.mark)
    return line.bold and not bullet and len(words) <= _LONGEST_HEADING and not _CLOSING.search(words)


def _is_body(following: Sequence[Line | Rows | Note]) -> bool:
    return any(not isinstance(piece, Line) or not piece.bold for piece in following)
