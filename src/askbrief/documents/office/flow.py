"""What parsers of office files share: list numbers, tables, shapes in reading order, lines put into a document."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from askbrief.core.lazy_regex import pattern
from askbrief.documents.builder import row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from askbrief.documents.builder import DocumentBuilder

    Cells = Sequence[str | None]
    from collections.abc import Callable, Iterable, Sequence

_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"),
    (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
_MOST_ROMAN, _MOST_LETTERS = 3999, 780
_LETTERS = 26
_SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def roman(number: int) -> str:
    """A Roman numeral in small letters; the number itself where there is none.

    >>> roman(14)
    'xiv'
    """
    if not 0 < number <= _MOST_ROMAN:
        return str(number)
    words = ""
    for worth, letters in _ROMAN:
        times, number = divmod(number, worth)
        words += letters * times
    return words


def letters(number: int) -> str:
    """A letter; after z comes aa, then bb, as word processors have it.

    >>> letters(2), letters(28)
    ('b', 'bb')
    """
    if not 0 < number <= _MOST_LETTERS:
        return str(number)
    times, letter = divmod(number - 1, _LETTERS)
    return chr(ord("a") + letter) * (times + 1)


def superscript(label: str) -> str:
    """A note's number as it is printed, raised; what is no number stays as it is.

    >>> superscript("12")
    '¹²'
    """
    return label.translate(_SUPERSCRIPT) if label.isdecimal() and label.isascii() else label


_LONGEST_HEADER = 80
_NUMERIC = pattern(r"[\p{Sc}~<>≈±+−–(-]*\s*\d[\d.,\s'’/:%–-]*(?:%|\p{Sc}|[kKmM])?\)?")
_CLOSED = pattern(r"[:]$")
_SENTENCE = pattern(r"[.;!]$")
_NUMERIC_SHARE = 0.5
_PAIR = 2


def put_rows(builder: DocumentBuilder, rows: Sequence[Cells], *, headers: int | None = None) -> None:
    """Add a table row by row, each value after the name of its column.

    Args:
        builder: what it is added to.
        rows: the texts of the cells; None where the cell to the left reaches over.
        headers: how many of the first rows are marked as headers; None where that must be told from the words.
    """
    kept = [cells for cells in map(_neat, rows) if any(cells)]
    if not headers:
        while len(kept) > 1 and _is_title(kept[0]):
            builder.paragraph(kept.pop(0)[0] or "")
        headers = header_rows(kept)
    names = _joined(kept[:headers]) if 0 < headers < len(kept) else []
    for cells in kept[headers:] if names else kept:
        builder.paragraph(row(names, [cell or "" for cell in cells]))


def header_rows(rows: Sequence[Cells]) -> int:
    """How many of the first rows name the columns: two where cells of the first reach over several of the second."""
    if len(rows) > _PAIR and None in rows[0] and names_columns(_plain(rows[1:])):
        return 2
    return int(names_columns(_plain(rows)))


def names_columns(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first row names the columns: short words in every column, no two alike, no figures.

    Where there are only two columns, a first row of two words may as well be the first of several pairs: so something
    below must be of another kind, a figure.

    >>> names_columns([["Province", "Fighters"], ["Nangarhar", "300"]])
    True
    >>> names_columns([["Name", "A. Analyst"], ["Office", "Kabul"]])
    False
    """
    if len(rows) < 2 or len(rows[0]) < _PAIR:  # noqa: PLR2004 - a header and a row
        return False
    first, *below = rows
    named = [cell for cell in first if cell]
    if len(named) < max(_PAIR, len(first) - 1) or len({cell.casefold() for cell in named}) < len(named):
        return False
    if any(len(cell) > _LONGEST_HEADER or is_figure(cell) or _SENTENCE.search(cell) for cell in named):
        return False
    if len(first) > _PAIR:
        return not _CLOSED.search(first[0])
    return any(_mostly_figures([cells[at] for cells in below if at < len(cells)]) for at in range(len(first)))


def is_figure(cell: str) -> bool:
    """Whether a cell is a number, a date in digits, an amount or a share.

    >>> is_figure("$1,200"), is_figure("12 men")
    (True, False)
    """
    return bool(_NUMERIC.fullmatch(cell))


def _neat(cells: Cells) -> list[str | None]:
    return [None if cell is None else " ".join(cell.split()) for cell in cells]


def _plain(rows: Sequence[Cells]) -> list[list[str]]:
    return [[cell or "" for cell in cells] for cells in rows]


def _is_title(cells: Cells) -> bool:
    """Whether a first row is one cell that reaches over the whole width."""
    return len(cells) > 1 and all(cell is None for cell in cells[1:])


def _mostly_figures(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell]
    return bool(filled) and sum(map(is_figure, filled)) > _NUMERIC_SHARE * len(filled)


def _joined(rows: Sequence[Cells]) -> list[str]:
    """The names of the columns, from one header row or from several, one below the other."""
    filled = [_reaching(cells) for cells in rows]
    columns = [[cells[at] for cells in filled if at < len(cells) and cells[at]] for at in range(max(map(len, filled)))]
    return [" ".join(dict.fromkeys(names)) for names in columns]


def _reaching(cells: Cells) -> list[str]:
    """A header row in which each cell is repeated as far as it reaches."""
    reached: list[str] = []
    for cell in cells:
        reached.append((reached[-1] if reached else "") if cell is None else cell)
    return reached


_Shape = TypeVar("_Shape")
_SAME_LINE = 12.0


def in_reading_order(shapes: Sequence[_Shape], place: Callable[[_Shape], tuple[float, float] | None]) -> list[_Shape]:
    """Top to bottom, and left to right where shapes begin at nearly the same height.

    Args:
        shapes: as the file has them.
        place: how far one is from the top and the left, in points; None where that is not said: it keeps its place
            after the one before it.

    >>> in_reading_order(["right", "below", "left"], {"right": (10, 300), "below": (90, 0), "left": (14, 0)}.get)
    ['left', 'right', 'below']
    """
    placed: list[tuple[float, float, int]] = []
    last = (0.0, 0.0)
    for index, shape in enumerate(shapes):
        last = place(shape) or last
        placed.append((*last, index))
    placed.sort()
    ordered: list[_Shape] = []
    line: list[tuple[float, float, int]] = []
    for entry in placed:
        if line and entry[0] - line[0][0] > _SAME_LINE:
            ordered += _along(line, shapes)
            line = []
        line.append(entry)
    return ordered + _along(line, shapes)


def _along(line: Sequence[tuple[float, float, int]], shapes: Sequence[_Shape]) -> list[_Shape]:
    return [shapes[index] for _, _, index in sorted(line, key=lambda entry: entry[1:])]


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


def put(builder: DocumentBuilder, pieces: Sequence[Line | Rows | Note]) -> None:
    """Add all of them; footnotes stand at the end of their section, endnotes at the end of all."""
    pieces = _with_headings(pieces)
    numbered = _numbered_series(pieces)
    above: dict[str, str] = {}
    footnotes: list[Note] = []
    for piece in pieces:
        if isinstance(piece, Note):
            footnotes.append(piece)
        elif isinstance(piece, Rows):
            put_rows(builder, piece.cells, headers=piece.headers)
        elif piece.level:
            footnotes = _put_notes(builder, footnotes, last=False)
            builder.heading(piece.printed, piece.level)
        else:
            _put_line(builder, piece, numbered, above)
    _put_notes(builder, _put_notes(builder, footnotes, last=False), last=True)


def flat(pieces: Iterable[Line | Rows | Note]) -> str:
    """The words of all of them, as in a cell of a table."""
    return " ".join(piece.printed for piece in pieces if isinstance(piece, Line))


def _put_line(builder: DocumentBuilder, line: Line, numbered: set[str], above: dict[str, str]) -> None:
    """A paragraph that the document numbers has its number beside the text; an item of a list has its mark in it."""
    mark = line.mark
    if mark is None or mark.series not in numbered:
        builder.paragraph(line.printed)
    elif mark.number:
        above[mark.series] = mark.number
        builder.paragraph(line.words, number=mark.number)
    else:
        number = above.get(mark.series)
        builder.paragraph(line.printed, number=f"{number} {mark.printed}" if number and _counts(mark) else number)


def _counts(mark: Mark) -> bool:
    return any(map(str.isalnum, mark.printed))


def _put_notes(builder: DocumentBuilder, notes: Sequence[Note], *, last: bool) -> list[Note]:
    """Add those whose place this is, and give the others."""
    for note in notes:
        if note.last is last:
            builder.paragraph(f"{superscript(note.label)} {note.words}" if note.words.strip() else "")
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
