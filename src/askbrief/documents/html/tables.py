"""Tables of HTML: those that hold data, as rows under their headers; not those that only place things on a page."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lxml.html import HtmlElement as Element

_WIDEST_SPAN = 100
_MOST_CELLS = 500_000
_WIDEST_ROW = 1_000
_LONGEST_CELL = 1_000
_MOST_REPEATED = 1_000_000
_IN_LAYOUT = "h1 h2 h3 h4 table form pre".split()


@dataclass(frozen=True, slots=True)
class Table:
    """The headers of the columns ("" or none where there are none), and the cells of each row below them."""

    caption: str
    headers: Sequence[str]
    rows: Sequence[Sequence[str]]


def data(table: Element, words: Callable[[Element], str]) -> Table | None:
    """Read a table of data; None where it is none."""
    if table.get("role") in {"presentation", "none"} or next(table.iterdescendants(*_IN_LAYOUT), None) is not None:
        return None
    lines = [cells for cells in map(_cells, table.iter("tr")) if cells]
    if sum(map(len, lines)) > _MOST_CELLS:
        return None
    named = table.find(".//th") is not None
    if not named and not _is_grid(lines):
        return None
    caption = table.find("caption")
    head = _head(lines)
    grid = _grid(lines, words, head)
    headers = [" ".join(dict.fromkeys(filter(None, column))) for column in _columns(grid[:head])]
    rows = grid[head:]
    if not head:
        rows = [_named_by_first(line, cells) for line, cells in zip(lines, rows, strict=True)]
    return Table(words(caption) if caption is not None else "", headers, rows)


def _cells(line: Element) -> list[Element]:
    return [cell for cell in line if cell.tag in {"td", "th"}]


def _is_grid(lines: Sequence[Sequence[Element]]) -> bool:
    """Whether a table without headers is one of data: some rows, some columns, and little in each cell."""
    if len(lines) < 2 or max(len(line) for line in lines) < 2:  # noqa: PLR2004 - one row or column places things
        return False
    return all(len(cell.text_content()) <= _LONGEST_CELL for cell in chain.from_iterable(lines))


def _head(lines: Sequence[Sequence[Element]]) -> int:
    """How many rows at the top are headers, all their cells or by what they are in."""
    count = 0
    for line in lines:
        above = next(line[0].iterancestors("thead", "tbody", "tfoot", "table")).tag == "thead"
        if not above and (any(cell.tag == "td" for cell in line) or len(line) < 2):  # noqa: PLR2004 - one is a title
            break
        count += 1
    return count if count < len(lines) else 0


def _grid(lines: Sequence[Sequence[Element]], words: Callable[[Element], str], head: int) -> list[list[str]]:
    """The words of each row's cells, a cell that spans rows in each of them.

    A header that spans columns is over each of them, a value is in the first.
    """
    grid: list[list[str]] = []
    below: dict[int, tuple[str, int]] = {}
    repeated = 0
    for line in lines:
        cells: list[str] = []
        for cell in line:
            _from_above(cells, below)
            said, deep = words(cell), _span(cell, "rowspan")
            wide = min(_span(cell, "colspan"), max(1, _WIDEST_ROW - len(cells)))
            again = said if len(grid) < head else ""
            repeated += len(said) * (deep - 1) + len(again) * (wide - 1)
            if repeated > _MOST_REPEATED:
                return [[words(cell) for cell in line] for line in lines]
            if deep > 1:
                below.update({len(cells) + at: (again if at else said, deep - 1) for at in range(wide)})
            cells += [said, *[again] * (wide - 1)]
        _from_above(cells, below)
        grid.append(cells)
    return grid


def _from_above(cells: list[str], below: dict[int, tuple[str, int]]) -> None:
    while len(cells) in below:
        at = len(cells)
        said, left = below.pop(at)
        cells.append(said)
        if left > 1:
            below[at] = (said, left - 1)


def _span(cell: Element, which: str) -> int:
    given = (cell.get(which) or "").strip()
    return max(1, min(int(given), _WIDEST_SPAN)) if given.isascii() and given.isdecimal() else 1


def _columns(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    width = max(map(len, rows), default=0)
    return [[cells[at] if at < len(cells) else "" for cells in rows] for at in range(width)]


def _named_by_first(line: Sequence[Element], cells: list[str]) -> list[str]:
    """A row that is one header and one value, as in a box of facts, is "header: value"."""
    if [cell.tag for cell in line] != ["th", "td"] or len(cells) != 2 or not all(cells):  # noqa: PLR2004
        return cells
    return [f"{cells[0].rstrip(' :')}: {cells[1]}"]
