"""The order in which the pieces of a page are read: lines, columns side by side, bands above each other.

A gutter is a place where many lines begin with nothing crossing it. What crosses it (a title, a wide figure's caption)
divides the page into bands, in which the columns are read from left to right. Words side by side whose lines are level
and short are the cells of a table, and stay in their rows.
"""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

from askbrief.core.lazy_regex import pattern

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from askbrief.documents.pdf.flow import Piece

MARKER = pattern(
    r"(?:[•●○◦▪■□▶►–—*·‣⁃✓➢-]|\(?\d{1,4}[.)]|\(?[A-Za-z][.)]|\([ivxlc]{1,6}\)|[ivxlc]{1,6}[.)]|\[\d{1,3}\])(?=\s|$)"
)
_WIDE = pattern(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]")
_RIGHT_TO_LEFT = pattern(r"[\p{Hebrew}\p{Arabic}]")
_LETTER = pattern(r"\p{L}")
_CELL_GAP = 1.3
_WORD_GAP = 0.17
_ATOM_GAP = 0.6
_SAME_LINE = 0.5
"""Pieces are on one line where half of the lower one's height is beside the other, less where it is an index."""
_SMALL, _BARELY = 0.85, 0.25
_FEWEST_LINES = 3
_MOST_GUTTERS = 8
_FEW_CROSSING = 0.1
_ENOUGH = 0.7
_MOST_DEPTH = 8
_MOST_PIECES = 20_000


class Line:
    """Pieces on one line, from left to right, or right to left where it is read so."""

    __slots__ = ("bold", "cells", "pieces", "size", "text", "top", "x0", "x1", "y")

    def __init__(self, pieces: list[Piece]) -> None:
        """Put the pieces in order; the line is set as most of it is."""
        if len(pieces) > 1:
            backwards = _is_backwards(pieces)
            pieces.sort(key=(lambda piece: -piece.x1) if backwards else (lambda piece: piece.x0))
        self.pieces = pieces
        self.text = _joined(pieces)
        main = max(pieces, key=lambda piece: (len(piece.text), piece.style.size))
        self.x0 = min(piece.x0 for piece in pieces)
        self.x1 = max(piece.x1 for piece in pieces)
        self.y, self.size, self.top = main.y, main.style.size, main.top
        self.bold = main.style.bold and all(p.style.bold or not _LETTER.search(p.text) for p in pieces)
        self.cells: list[Line] = []

    @property
    def is_table_row(self) -> bool:
        return len(self.cells) > 1


def lines_of(pieces: Iterable[Piece]) -> list[Line]:
    """The lines of a column, from top to bottom, with what stands far apart on them as cells."""
    groups: list[list[Piece]] = []
    reach: list[tuple[float, float]] = []
    for piece in sorted(pieces, key=lambda piece: (piece.y, piece.x0)):
        for index in range(len(groups) - 1, max(len(groups) - 5, -1), -1):
            top, bottom = reach[index]
            beside = min(bottom, piece.bottom) - max(top, piece.top)
            low, high = sorted((bottom - top, piece.bottom - piece.top))
            if beside > (_SAME_LINE if low > _SMALL * high else _BARELY) * low:
                groups[index].append(piece)
                if piece.size > groups[index][0].size * 1.1 or bottom - top < piece.bottom - piece.top:
                    reach[index] = (piece.top, piece.bottom)
                break
        else:
            groups.append([piece])
            reach.append((piece.top, piece.bottom))
    lines = [Line(group) for group in groups]
    for line in lines:
        if len(line.pieces) > 1:
            line.cells = _cells(line)
    return sorted(lines, key=lambda line: line.y)


def in_reading_order(pieces: Sequence[Piece], depth: int = 0) -> list[list[Piece]]:
    """Divide the pieces of a page into regions, each one column wide, in the order in which they are read."""
    if not 2 * _FEWEST_LINES <= len(pieces) <= _MOST_PIECES or depth > _MOST_DEPTH:
        return [list(pieces)] if pieces else []
    atoms = _atoms(pieces)
    bands = _best_bands(atoms)
    if bands is None:
        return [list(pieces)]
    regions: list[list[Piece]] = []
    for columns in bands:
        for column in columns:
            regions += in_reading_order([piece for atom in column for piece in atom.pieces], depth + 1)
    return regions


def _cells(line: Line) -> list[Line]:
    cells: list[list[Piece]] = [[line.pieces[0]]]
    for last, piece in pairwise(line.pieces):
        gap = max(piece.x0 - last.x1, last.x0 - piece.x1)
        if gap > _CELL_GAP * max(min(last.size, piece.size), 4) and not _is_marker(cells[-1]):
            cells.append([piece])
        else:
            cells[-1].append(piece)
    return [Line(cell) for cell in cells] if len(cells) > 1 else []


def _atoms(pieces: Sequence[Piece]) -> list[Line]:
    """Pieces that belong together whatever the columns are: bold words within a line, a mark before its item."""
    atoms: list[Line] = []
    for line in lines_of(pieces):
        group = [line.pieces[0]]
        for last, piece in pairwise(line.pieces):
            gap = max(piece.x0 - last.x1, last.x0 - piece.x1)
            near = _CELL_GAP * 2 if _is_marker(group) else _ATOM_GAP
            if gap <= near * max(min(last.size, piece.size), 4):
                group.append(piece)
            else:
                atoms.append(Line(group))
                group = [piece]
        atoms.append(Line(group))
    return atoms


def _is_marker(pieces: Sequence[Piece]) -> bool:
    return len(pieces) <= 3 and bool(MARKER.fullmatch(_joined(pieces)))  # noqa: PLR2004 - "(", "a", ")"


_Bands = list[tuple[list[Line], ...]]


def _best_bands(atoms: Sequence[Line]) -> _Bands | None:
    """The bands of the gutter that divides most of the words, or None where there is no gutter."""
    best: tuple[int, _Bands] | None = None
    for gutter in _gutters(atoms):
        if best and best[0] > _ENOUGH * sum(len(atom.text) for atom in atoms):
            break
        bands = _bands(atoms, gutter)
        divided = sum(len(atom.text) for columns in bands if len(columns) > 1 for column in columns for atom in column)
        if divided and (best is None or divided > best[0]):
            best = divided, bands
    return best[1] if best else None


def _gutters(atoms: Sequence[Line]) -> list[float]:
    """Where several lines begin, apart from the left edge: what is crossed least first."""
    left = min(atom.x0 for atom in atoms)
    size = median(atom.size for atom in atoms)
    starts = Counter(round(atom.x0 / 3) for atom in atoms if atom.x0 > left + 3 * size)
    near = {start: starts[start - 1] + count + starts[start + 1] for start, count in starts.items()}
    often = sorted((start for start in near if near[start] >= _FEWEST_LINES), key=lambda s: (-near[s], s))
    places = [min(atom.x0 for atom in atoms if abs(atom.x0 / 3 - s) <= 1.5) - 1 for s in often[:_MOST_GUTTERS]]  # noqa: PLR2004
    return sorted(dict.fromkeys(places), key=lambda place: _crossing(atoms, place))


def _crossing(atoms: Sequence[Line], gutter: float) -> int:
    return sum(atom.x0 < gutter - 1 and atom.x1 > gutter + 1 for atom in atoms)


def _bands(atoms: Sequence[Line], gutter: float) -> _Bands:
    """Divide by what crosses the gutter; a band is one column, or two where those hold."""
    bands: _Bands = []
    flat: list[Line] = []
    sides: tuple[list[Line], list[Line]] = ([], [])
    clean = _crossing(atoms, gutter) <= _FEW_CROSSING * len(atoms)

    def close() -> None:
        nonlocal flat, sides
        if not sides[0] and not sides[1]:
            return
        if _are_columns(*sides, clean=clean):
            if flat:
                bands.append((flat,))
                flat = []
            bands.append(sides)
        else:
            flat += sides[0] + sides[1]
        sides = ([], [])

    for atom in sorted(atoms, key=lambda atom: atom.top):
        if atom.x1 <= gutter + 1:
            sides[0].append(atom)
        elif atom.x0 >= gutter - 1:
            sides[1].append(atom)
        else:
            close()
            flat.append(atom)
    close()
    if flat:
        bands.append((flat,))
    return bands


def _are_columns(left: list[Line], right: list[Line], *, clean: bool) -> bool:
    """Whether both sides are texts of their own: prose, or lines that are not level with each other's."""
    if min(len(left), len(right)) < _FEWEST_LINES:
        return False
    lines = [lines_of(piece for atom in side for piece in atom.pieces) for side in (left, right)]
    if min(map(len, lines)) < _FEWEST_LINES:
        return False
    if all(map(_is_prose, lines)):
        return True
    if not clean:
        return False
    few, many = sorted(lines, key=len)
    heights = [line.y for line in many]
    level = sum(any(abs(line.y - y) < 0.2 * line.size for y in heights) for line in few)
    apart = min(few[-1].y, many[-1].y) < max(few[0].y, many[0].y)
    return not apart and level < 0.4 * len(few)


def _is_prose(lines: Sequence[Line]) -> bool:
    """Whether lines are of some length, fill their column (or each of several), and are words rather than figures."""
    rows = [line.cells for line in lines if line.is_table_row]
    if len(rows) > 0.3 * len(lines):
        cells = Counter(map(len, rows)).most_common(1)[0][0]
        columns = zip(*(row for row in rows if len(row) == cells), strict=True)
        return all(len(column) > _FEWEST_LINES and _is_prose(column) for column in columns)
    text = "".join(line.text for line in lines)
    length = (len(text) + len(_WIDE.findall(text))) / len(lines)
    right, left = max(line.x1 for line in lines), min(line.x0 for line in lines)
    full = sum(line.x1 - line.x0 > 0.6 * (right - left) for line in lines)
    letters = len(_LETTER.findall(text)) / max(len(text.replace(" ", "")), 1)
    return length >= 16 and full >= 0.5 * len(lines) and letters > 0.55  # noqa: PLR2004


def _joined(pieces: Sequence[Piece]) -> str:
    """The text of pieces side by side, with a space where there is room for one."""
    if len(pieces) == 1:
        return " ".join(pieces[0].text.split())
    out = ""
    last: Piece | None = None
    for piece in pieces:
        if last is not None and not out.endswith(" "):
            gap = max(piece.x0 - last.x1, last.x0 - piece.x1)
            out += " " if gap > _WORD_GAP * max(last.size, piece.size) else ""
        elif last is not None and _hugs(last, piece):
            out = out.rstrip(" ")
        out += piece.text
        last = piece
    return " ".join(out.split())


def _hugs(last: Piece, piece: Piece) -> bool:
    """Whether the space before a piece is only PDFium's, for a change of height: "practice²" and its comma."""
    raised = abs(last.y - piece.y) > 0.1 * max(last.size, piece.size)
    return raised and piece.x0 - last.x1 < 0.1 * max(last.size, piece.size)


def _is_backwards(pieces: Sequence[Piece]) -> bool:
    text = "".join(piece.text for piece in pieces)
    return 2 * len(_RIGHT_TO_LEFT.findall(text)) > len(_LETTER.findall(text))
