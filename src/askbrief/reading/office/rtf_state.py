"""What holds inside a group of RTF, and what a paragraph, a table and a note are put together in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from askbrief.patterns import pattern
from askbrief.reading.office.pieces import Line, Mark, Note, Rows
from askbrief.reading.office.rtf_words import whole_characters

if TYPE_CHECKING:
    from collections.abc import Sequence

_COUNTED = pattern(r"\(?\d+(?:\.\d+)*[.):]?")
_NEAR = 30


@dataclass(slots=True)
class State:
    """What a group takes over from the one around it, and gives up at its end."""

    place: str = "text"
    font: int | None = None
    after_unicode: int = 1
    hidden: bool = False
    deleted: bool = False
    bold: bool = False

    def copy(self) -> State:
        """What a new group begins with."""
        return State(self.place, self.font, self.after_unicode, self.hidden, self.deleted, self.bold)


@dataclass(slots=True)
class Shape:
    """What a paragraph is, as its control words say; `\\pard` begins anew."""

    style: int | None = None
    level: int | None = None
    depth: int = 0
    series: str = ""
    in_table: bool = False


@dataclass(slots=True)
class _Table:
    cells: list[tuple[list[str], list[int]]] = field(default_factory=list)
    headers: int = 0


class Story:
    """A run of paragraphs: the document's, or those of a note or a text box."""

    def __init__(self) -> None:
        """Begin with none."""
        self.pieces: list[Line | Rows | Note] = []
        self.shape = Shape()
        self.mark: str | None = None
        self.edges: list[int] = []
        self.header = False
        self._words: list[str] = []
        self._plain = False
        self._cell: list[str] = []
        self._row: list[str] = []
        self._table = _Table()
        self._after: list[Line | Rows | Note] = []

    def add(self, text: str, *, bold: bool) -> None:
        """Add letters to the paragraph."""
        self._words.append(text)
        self._plain = self._plain or (not bold and not text.isspace())

    @property
    def is_empty(self) -> bool:
        """Whether the paragraph has no letters yet."""
        return not self._words

    def forget(self) -> None:
        """Leave the paragraph out."""
        self._words, self._plain, self.mark = [], False, None

    def later(self, pieces: Sequence[Line | Rows | Note]) -> None:
        """Take what is anchored in the paragraph and comes after it."""
        self._after += pieces

    def end_paragraph(self, level: int) -> None:
        """End the paragraph; in a table it is a part of a cell."""
        text = whole_characters("".join(self._words))
        line = Line(text, level if text.strip() else 0, self._made_mark(), not self._plain)
        self.forget()
        if self.shape.in_table:
            self._cell.append(line.printed)
            return
        self.end_table()
        self.pieces += [line, *self._after]
        self._after = []

    def end_cell(self) -> None:
        """End a cell."""
        self.shape.in_table = True
        self.end_paragraph(0)
        self._row.append(" ".join(self._cell))
        self._cell = []

    def end_row(self) -> None:
        """End a row."""
        if self._row:
            self._table.cells.append((self._row, self.edges))
            self._table.headers += self.header and self._table.headers == len(self._table.cells) - 1
        self._row = []

    def end_table(self) -> None:
        """End a table, where there is one."""
        self.end_row()
        if self._table.cells:
            self.pieces.append(Rows(_aligned(self._table.cells), self._table.headers))
            self.pieces += self._after
            self._after = []
        self._table = _Table()

    def ended(self, level: int) -> list[Line | Rows | Note]:
        """End it, and give all that it holds."""
        if self._words:
            self.end_paragraph(level)
        if self._cell:
            self.end_cell()
        self.end_table()
        return self.pieces + self._after

    def _made_mark(self) -> Mark | None:
        printed = " ".join((self.mark or "").split())
        if not printed:
            return None
        if len(printed) == 1 and not printed.isdigit() and not printed.isupper():
            printed = printed if printed in "-–—*" else "•"
        depth = self.shape.depth
        whole = bool(_COUNTED.fullmatch(printed)) and printed.strip(".").count(".") == depth
        return Mark(printed, self.shape.series or "list", depth, whole)


def _aligned(rows: Sequence[tuple[list[str], list[int]]]) -> list[list[str | None]]:
    """The rows with their cells in columns: a cell that reaches over several is followed by as many places."""
    if len({len(cells) for cells, _ in rows}) == 1 or any(len(cells) != len(edges) for cells, edges in rows):
        return [list(cells) for cells, _ in rows]
    borders: list[int] = []
    for edge in sorted({edge for _, edges in rows for edge in edges}):
        if not borders or edge - borders[-1] > _NEAR:
            borders.append(edge)
    aligned: list[list[str | None]] = []
    for cells, edges in rows:
        row: list[str | None] = []
        for cell, edge in zip(cells, edges, strict=True):
            until = sum(border <= edge + _NEAR for border in borders)
            row += [cell, *[None] * max(until - len(row) - 1, 0)]
        aligned.append(row)
    return aligned
