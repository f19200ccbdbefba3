"""The reading order of a PDF page: lines, columns side by side, bands above each other.

A gutter is a position where many lines begin and nothing crosses. What crosses it (a title, a wide figure's caption)
divides the page into bands, in which the columns are read from left to right. Text side by side on level, short lines
is the cells of a table, and stays in its rows.
"""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from math import inf
from statistics import median
from typing import TYPE_CHECKING

from askbrief.core.text import pattern
from askbrief.documents.raised import raised_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from askbrief.documents.pdf.text_runs import TextRun

MARKER = pattern(
    r"(?:[•●○◦▪■□▶►–—*·‣⁃✓➢-]|\(?\d{1,4}[.)]|\(?[A-Za-z][.)]|\([ivxlc]{1,6}\)|[ivxlc]{1,6}[.)]|\[\d{1,3}\])(?=\s|$)"
)
_WIDE = pattern(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]")
_RIGHT_TO_LEFT = pattern(r"[\p{Hebrew}\p{Arabic}]")
_LETTER = pattern(r"\p{L}")
_CELL_GAP = 1.3
_WORD_GAP = 0.17
_ATOM_GAP = 0.6
_SAME_LINE = 0.5  # runs are on one line if they share this part of the height of the smaller one
_SMALL, _BARELY = 0.85, 0.25  # if it is smaller than this part of the other (an index), this part is enough
_SCRIPT_SIZE, _SCRIPT_RISE = 0.85, 0.15
"""Maximum size of a superscript, and its minimum height above the baseline, as shares of the size of its line."""
_MIN_LINES = 3
_MAX_GUTTERS = 8
_FEW_CROSSING = 0.1
_ENOUGH = 0.7
_MAX_DEPTH = 8
_MAX_RUNS = 20_000


class PdfLine:
    """The runs of one line, in reading order: from left to right, or right to left in Hebrew and Arabic."""

    __slots__ = ("bold", "cells", "runs", "size", "text", "top", "x0", "x1", "y")

    def __init__(self, runs: list[TextRun]) -> None:
        """Sort the runs; size and position of the line are those of its longest run."""
        if len(runs) > 1:
            right_to_left = _is_right_to_left(runs)
            runs.sort(key=(lambda run: -run.x1) if right_to_left else (lambda run: run.x0))
        self.runs = runs
        main = max(runs, key=lambda run: (len(run.text), run.style.size))
        self.text = _joined(runs, main)
        self.x0 = min(run.x0 for run in runs)
        self.x1 = max(run.x1 for run in runs)
        self.y, self.size, self.top = main.y, main.style.size, main.top
        self.bold = main.style.bold and all(p.style.bold or not _LETTER.search(p.text) for p in runs)
        self.cells: list[PdfLine] = []

    @property
    def is_table_row(self) -> bool:
        return len(self.cells) > 1


def lines_of(runs: Iterable[TextRun]) -> list[PdfLine]:
    """Return the lines of a column, from top to bottom, with runs far apart on a line as its cells."""
    groups: list[list[TextRun]] = []
    reach: list[tuple[float, float]] = []
    for run in sorted(runs, key=lambda run: (run.y, run.x0)):
        for index in range(len(groups) - 1, max(len(groups) - 5, -1), -1):
            top, bottom = reach[index]
            shared = min(bottom, run.bottom) - max(top, run.top)
            low, high = sorted((bottom - top, run.bottom - run.top))
            if shared > (_SAME_LINE if low > _SMALL * high else _BARELY) * low:
                groups[index].append(run)
                if run.size > groups[index][0].size * 1.1 or bottom - top < run.bottom - run.top:
                    reach[index] = (run.top, run.bottom)
                break
        else:
            groups.append([run])
            reach.append((run.top, run.bottom))
    lines = [PdfLine(group) for group in groups]
    for line in lines:
        if len(line.runs) > 1 and len(cells := _divided(line, _CELL_GAP, inf)) > 1:
            line.cells = cells
    return sorted(lines, key=lambda line: line.y)


def in_reading_order(runs: Sequence[TextRun], depth: int = 0) -> list[list[TextRun]]:
    """Divide the runs of a page into regions, each one column wide, in reading order."""
    if not 2 * _MIN_LINES <= len(runs) <= _MAX_RUNS or depth > _MAX_DEPTH:
        return [list(runs)] if runs else []
    atoms = _atoms(runs)
    bands = _best_bands(atoms)
    if bands is None:
        return [list(runs)]
    columns = ([run for atom in column for run in atom.runs] for band in bands for column in band)
    return [region for column in columns for region in in_reading_order(column, depth + 1)]


def _divided(line: PdfLine, near: float, after_marker: float) -> list[PdfLine]:
    """Divide a line at gaps wider than a multiple of the size of its text, which may be larger after a list mark."""
    groups: list[list[TextRun]] = [[line.runs[0]]]
    for last, run in pairwise(line.runs):
        gap, size = max(run.x0 - last.x1, last.x0 - run.x1), max(min(last.size, run.size), 4)
        if gap > near * size and (gap > after_marker * size or not _is_marker(groups[-1])):
            groups.append([run])
        else:
            groups[-1].append(run)
    return [PdfLine(group) for group in groups]


def _atoms(runs: Sequence[TextRun]) -> list[PdfLine]:
    """Return groups of runs that no gutter divides: bold words within a line, a mark before its list item."""
    return [atom for line in lines_of(runs) for atom in _divided(line, _ATOM_GAP, 2 * _CELL_GAP)]


def _is_marker(runs: Sequence[TextRun]) -> bool:
    return len(runs) <= 3 and bool(MARKER.fullmatch(_joined(runs, runs[0])))  # noqa: PLR2004 - "(", "a", ")"


_Bands = list[tuple[list[PdfLine], ...]]


def _best_bands(atoms: Sequence[PdfLine]) -> _Bands | None:
    """Return the bands of the gutter that divides most of the text; None if there is no gutter."""
    best: tuple[int, _Bands] | None = None
    for gutter in _gutters(atoms):
        if best and best[0] > _ENOUGH * sum(len(atom.text) for atom in atoms):
            break
        bands = _bands(atoms, gutter)
        divided = sum(len(atom.text) for columns in bands if len(columns) > 1 for column in columns for atom in column)
        if divided and (best is None or divided > best[0]):
            best = divided, bands
    return best[1] if best else None


def _gutters(atoms: Sequence[PdfLine]) -> list[float]:
    """Return the positions, apart from the left edge, where several lines begin; the least crossed comes first."""
    left = min(atom.x0 for atom in atoms)
    size = median(atom.size for atom in atoms)
    starts = Counter(round(atom.x0 / 3) for atom in atoms if atom.x0 > left + 3 * size)
    near = {start: starts[start - 1] + count + starts[start + 1] for start, count in starts.items()}
    often = sorted((start for start in near if near[start] >= _MIN_LINES), key=lambda s: (-near[s], s))
    positions = [min(atom.x0 for atom in atoms if abs(atom.x0 / 3 - s) <= 1.5) - 1 for s in often[:_MAX_GUTTERS]]  # noqa: PLR2004
    return sorted(dict.fromkeys(positions), key=lambda position: _crossing(atoms, position))


def _crossing(atoms: Sequence[PdfLine], gutter: float) -> int:
    return sum(atom.x0 < gutter - 1 and atom.x1 > gutter + 1 for atom in atoms)


def _bands(atoms: Sequence[PdfLine], gutter: float) -> _Bands:
    """Divide the page where something crosses the gutter; a band has two columns if both are text, else one."""
    bands: _Bands = []
    flat: list[PdfLine] = []
    sides: tuple[list[PdfLine], list[PdfLine]] = ([], [])
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


def _are_columns(left: list[PdfLine], right: list[PdfLine], *, clean: bool) -> bool:
    """Return whether both sides are columns of their own: prose, or lines that are not level with each other."""
    if min(len(left), len(right)) < _MIN_LINES:
        return False
    lines = [lines_of(run for atom in side for run in atom.runs) for side in (left, right)]
    if min(map(len, lines)) < _MIN_LINES:
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


def _is_prose(lines: Sequence[PdfLine]) -> bool:
    """Return whether lines are long, fill their column (or each of several), and hold words rather than figures."""
    rows = [line.cells for line in lines if line.is_table_row]
    if len(rows) > 0.3 * len(lines):
        cells = Counter(map(len, rows)).most_common(1)[0][0]
        columns = zip(*(row for row in rows if len(row) == cells), strict=True)
        return all(len(column) > _MIN_LINES and _is_prose(column) for column in columns)
    text = "".join(line.text for line in lines)
    length = (len(text) + len(_WIDE.findall(text))) / len(lines)
    right, left = max(line.x1 for line in lines), min(line.x0 for line in lines)
    full = sum(line.x1 - line.x0 > 0.6 * (right - left) for line in lines)
    letters = len(_LETTER.findall(text)) / max(len(text.replace(" ", "")), 1)
    return length >= 16 and full >= 0.5 * len(lines) and letters > 0.55  # noqa: PLR2004


def _joined(runs: Sequence[TextRun], main: TextRun) -> str:
    """Return the text of a line; `main` is the run that has its usual size and baseline."""
    out = runs[0].text
    for last, run in pairwise(runs):
        if _is_raised(run, main) and not _is_raised(last, main):
            out = out.rstrip(" ") if run.x0 - last.x1 < _WORD_GAP * main.size else out
            out += raised_text(out, run.text)
            continue
        if not out.endswith(" "):
            gap = max(run.x0 - last.x1, last.x0 - run.x1)
            out += " " if gap > _WORD_GAP * max(last.size, run.size) else ""
        elif _adjoins(last, run):
            out = out.rstrip(" ")
        out += run.text
    return " ".join(out.split())


def _is_raised(run: TextRun, main: TextRun) -> bool:
    """Return whether a run is a superscript: smaller than its line, and above its baseline."""
    return run.size <= _SCRIPT_SIZE * main.size and main.y - run.y >= _SCRIPT_RISE * main.size


def _adjoins(last: TextRun, run: TextRun) -> bool:
    """Return whether PDFium inserted a space only for a change of height, as before the comma of "practice²,"."""
    raised = abs(last.y - run.y) > 0.1 * max(last.size, run.size)
    return raised and run.x0 - last.x1 < 0.1 * max(last.size, run.size)


def _is_right_to_left(runs: Sequence[TextRun]) -> bool:
    text = "".join(run.text for run in runs)
    return 2 * len(_RIGHT_TO_LEFT.findall(text)) > len(_LETTER.findall(text))
