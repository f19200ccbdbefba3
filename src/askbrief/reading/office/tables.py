"""Tables: which rows name the columns, and each row as one paragraph."""

from __future__ import annotations

from typing import TYPE_CHECKING

from askbrief.patterns import pattern
from askbrief.reading.composing import row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from askbrief.reading.composing import Composer

    Cells = Sequence[str | None]

_LONGEST_HEADER = 80
_NUMERIC = pattern(r"[\p{Sc}~<>≈±+−–(-]*\s*\d[\d.,\s'’/:%–-]*(?:%|\p{Sc}|[kKmM])?\)?")
_CLOSED = pattern(r"[:]$")
_SENTENCE = pattern(r"[.;!]$")
_NUMERIC_SHARE = 0.5
_PAIR = 2


def put_rows(composer: Composer, rows: Sequence[Cells], *, headers: int | None = None) -> None:
    """Add a table row by row, each value after the name of its column.

    Args:
        composer: what it is added to.
        rows: the texts of the cells; None where the cell to the left reaches over.
        headers: how many of the first rows are marked as headers; None where that must be told from the words.
    """
    kept = [cells for cells in map(_neat, rows) if any(cells)]
    if not headers:
        while len(kept) > 1 and _is_title(kept[0]):
            composer.paragraph(kept.pop(0)[0] or "")
        headers = header_rows(kept)
    names = _joined(kept[:headers]) if 0 < headers < len(kept) else []
    for cells in kept[headers:] if names else kept:
        composer.paragraph(row(names, [cell or "" for cell in cells]))


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
