"""Sheets: which row names the columns, and each row as a paragraph with its number."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from askbrief.errors import ReadingError
from askbrief.patterns import pattern
from askbrief.reading.composing import row
from askbrief.reading.office.tables import is_figure

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from askbrief.reading.composing import Composer

MOST_CELLS = 1_000_000
MOST_CHARACTERS = 50_000_000
_LOOKED_AT = 40
_LONGEST_HEADER = 200
_FEW = 2
_YEAR = pattern(r"(?:FY ?)?(?:1[89]|20)\d\d(?:[-–/]\d\d(?:\d\d)?)?")
_SENTENCE = pattern(r"[.;!]$")


class Sheets:
    """Adds the sheets of one file to its text, within bounds.

    >>> from askbrief.reading.composing import Composer
    >>> composer = Composer()
    >>> Sheets(composer).put("Attacks", [(1, ["Province", "2022"]), (2, ["Nangarhar", "300"])])
    >>> composer.extract().text
    'Attacks\\n\\nProvince; 2022\\n\\nProvince: Nangarhar; 2022: 300'
    """

    def __init__(self, composer: Composer) -> None:
        """Take what the sheets are added to."""
        self._composer = composer
        self._cells = 0

    def put(self, name: str | None, rows: Iterable[tuple[int, list[str]]]) -> None:
        """Add a sheet: its name as a heading, where it has one, and its rows with their numbers.

        Raises:
            ReadingError: there are too many cells, or too much text.
        """
        kept = [(number, cells) for number, cells in rows if self._counted(cells)]
        if not kept:
            return
        if name:
            self._composer.heading(name)
        at = header_row([cells for _, cells in kept[:_LOOKED_AT]])
        names: list[str] = []
        for index, (number, cells) in enumerate(kept):
            alone = len(names) > _FEW and sum(map(bool, cells)) == 1
            self._composer.paragraph(row([] if alone else names, cells), number=str(number))
            if index == at:
                names = cells
            if self._composer.characters > MOST_CHARACTERS:
                raise ReadingError(f"has more than {MOST_CHARACTERS:,} characters of text: divide it")

    def _counted(self, cells: Sequence[str]) -> int:
        filled = sum(1 for cell in cells if cell)
        self._cells += filled
        if self._cells > MOST_CELLS:
            raise ReadingError(f"has more than {MOST_CELLS:,} filled cells: divide it")
        return filled


def header_row(rows: Sequence[Sequence[str]]) -> int | None:
    """Which of the first rows names the columns; None where none does.

    The first with short, different texts in at least two columns, and in most of the columns that are filled below;
    what stands above is a title. A year may name a column.

    >>> header_row([["Attacks by province"], ["Province", "2021", "2022"], ["Nangarhar", "280", "300"]])
    1
    """
    for at, cells in enumerate(islice(rows, len(rows) - 1)):
        filled = [cell for cell in cells if cell]
        if len(filled) < _FEW:
            continue
        below = sorted(sum(map(bool, other)) for other in rows[at + 1 :])
        if len(filled) * 2 <= below[len(below) // 2]:
            continue
        if _names(filled):
            return at
        if any(map(is_figure, filled)):
            return None
    return None


def _names(cells: Sequence[str]) -> bool:
    texts = [cell for cell in cells if not is_figure(cell)]
    if not texts or any(is_figure(cell) and not _YEAR.fullmatch(cell) for cell in cells):
        return False
    if len({cell.casefold() for cell in cells}) < len(cells) * 0.8:
        return False
    return not any(len(cell) > _LONGEST_HEADER or _SENTENCE.search(cell) for cell in cells)
