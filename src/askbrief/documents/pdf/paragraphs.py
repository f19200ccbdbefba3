"""From lines to paragraphs: where one ends, where one goes on in the next column, which lines are rows of a table."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

from askbrief.core.lazy_regex import pattern
from askbrief.documents.pdf.layout import MARKER, Line, lines_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from askbrief.documents.pdf.flow import Piece

_CLOSED = pattern(r"""[.!?:;…。！？：؟][\p{Pe}\p{Pf}"'”’*†‡\d\s]{0,5}$""")
_ENDED = pattern(r"""[.!?…。！？؟][\p{Pe}\p{Pf}"'”’*†‡\d\s]{0,5}$""")
_HYPHEN = pattern(r"\p{L}[-\u2010\u00ad]$")
_SMALL = pattern(r"[\p{Ll}\p{Lo}\d(“‘\"']")
_LOWER = pattern(r"\p{Ll}")
LEADERS = pattern(r"(?:\s?[.…·]){4,}\s*[\divxlc]{1,5}$")
"""How a line of a table of contents ends."""
_CAPTION = pattern(r"(?i:fig(?:ure|\.)|table|chart|box|map|source|photo|graph|abbildung|tabelle|tableau)\b")
_FAR = 120
_LOOSE = 1.35
"""Lines so many times further apart than usual are of two paragraphs."""
_INDENT = 0.8
_OTHER_SIZE = 0.08
_LARGE = 1.2
_SHARE_EARLY, _SHARE_MARKED, _FEWEST_KEPT, _SHORT = 0.7, 0.3, 3, 0.7
_FULL_WIDTH = 0.85


@dataclass(slots=True)
class Paragraph:
    """Lines that belong together, as they were broken; `page` counts from 1."""

    lines: list[str]
    page: int
    size: float
    bold: bool = False
    is_row: bool = False
    is_full: bool = False
    keeps_lines: bool = False
    goes_on: bool = False
    """It is the rest of the paragraph before it, begun in another column or on another page."""

    @property
    def begins(self) -> str:
        return self.lines[0]

    @property
    def ends(self) -> str:
        return self.lines[-1]


def paragraphs_of(region: Sequence[Piece], page: int) -> list[Paragraph]:
    """The paragraphs of a column, and the rows of the tables in it."""
    found: list[Paragraph] = []
    for block in _blocks(lines_of(region)):
        if _is_table(block):
            found += [Paragraph(row, page, block[0].size, is_row=True) for row in _rows(block)]
        else:
            kept = _keeps_lines(block)
            found += [_paragraph(lines, page, block, kept=kept) for lines in _divided(block, kept=kept)]
    return found


def paragraphs_of_scan(blocks: Sequence[list[str]], page: int) -> list[Paragraph]:
    """The paragraphs that were read from a picture, of no known size."""
    found = []
    for lines in blocks:
        full = len(lines) > 1 and len(lines[-1]) > _FULL_WIDTH * max(map(len, lines))
        found.append(Paragraph(lines, page, 0.0, is_full=full))
    return found


def join_columns(first: Sequence[Paragraph], second: list[Paragraph], body: float) -> list[Paragraph]:
    """What is read after `first`, where its last paragraph may go on in `second`.

    A figure's caption at the head of a column stands between the two halves; it is moved after them, on the same page.
    """
    last = next((p for p in reversed(first) if not _is_note(p, body)), None)
    if last is None or last.is_row or _ENDED.search(last.ends) or not (last.is_full or _HYPHEN.search(last.ends)):
        return second
    certain = True
    for index, paragraph in enumerate(second[:4]):
        if _goes_on(last, paragraph) and (certain or _LOWER.match(paragraph.begins)):
            paragraph.goes_on = True
            return [paragraph, *second[:index], *second[index + 1 :]]
        aside = _CAPTION.match(paragraph.begins) or paragraph.is_row or _is_note(paragraph, body)
        certain = certain and bool(aside)
        if not (aside or len(paragraph.lines) == 1):
            break
    return second


def notes_first(found: list[Paragraph], body: float) -> list[Paragraph]:
    """Put the notes at the foot of a column before its last paragraph, so that this may go on in the next column."""
    notes = 0
    while notes < len(found) and _is_note(found[-1 - notes], body):
        notes += 1
    if not notes or notes == len(found):
        return found
    at = len(found) - notes
    return [*found[: at - 1], *found[at:], found[at - 1]]


def _is_note(paragraph: Paragraph, body: float) -> bool:
    return paragraph.size < body * (1 - _OTHER_SIZE)


def _goes_on(last: Paragraph, paragraph: Paragraph) -> bool:
    alike = abs(paragraph.size - last.size) <= _OTHER_SIZE * last.size and paragraph.bold == last.bold
    if not alike or paragraph.is_row or MARKER.match(paragraph.begins):
        return False
    return bool(_LOWER.match(paragraph.begins)) or not _CLOSED.search(last.ends)


def _blocks(lines: Sequence[Line]) -> list[list[Line]]:
    """Divide where the size changes, a bold line stands by itself, or the lines stand further apart."""
    usual: dict[float, list[float]] = {}
    for above, line in pairwise(lines):
        if above.size == line.size:
            usual.setdefault(line.size, []).append(line.y - above.y)
    pitch = {size: _usual(gaps, size) for size, gaps in usual.items()}
    large = _LARGE * median(line.size for line in lines) if lines else 0.0
    blocks: list[list[Line]] = []
    for line in lines:
        if blocks and not _divides(blocks[-1][-1], line, pitch.get(line.size, 1.3 * line.size), large):
            blocks[-1].append(line)
        else:
            blocks.append([line])
    return blocks


def _usual(gaps: Sequence[float], size: float) -> float:
    """How far apart the lines of one paragraph stand."""
    near = [gap for gap in gaps if 0.9 * size <= gap <= 2.6 * size]
    if not near:
        return 1.3 * size
    low = sorted(near)[len(near) // 10]
    return median(gap for gap in near if gap <= 1.15 * low)


def _divides(above: Line, line: Line, pitch: float, large: float) -> bool:
    if abs(line.size - above.size) > _OTHER_SIZE * above.size or line.y - above.y > _LOOSE * pitch:
        return True
    return above.bold != line.bold and line.size < large and not _HYPHEN.search(above.text)


def _is_table(block: Sequence[Line]) -> bool:
    rows = sum(line.is_table_row for line in block)
    return (rows > 1 and rows > 0.5 * len(block)) or (len(block) == 1 and rows == 1)


def _rows(block: Sequence[Line]) -> list[list[str]]:
    """Each row's cells; a line without cells of its own goes on the row above it where it stands below a later cell."""
    left = min(line.x0 for line in block)
    rows: list[list[list[Line]]] = []
    for line in block:
        cells = line.cells or [line]
        under = not line.is_table_row and line.x0 > left + line.size
        cell = min(rows[-1], key=lambda cell: abs(cell[0].x0 - line.x0)) if rows else []
        if under and cell and len(rows[-1]) > 1 and abs(cell[0].x0 - line.x0) < line.size:
            cell.append(line)
        else:
            rows.append([[cell] for cell in cells])
    return [[" ".join(line.text for line in cell) for cell in row] for row in rows]


def _keeps_lines(block: Sequence[Line]) -> bool:
    """Whether nearly every line ends before it is full: an address, verse, a listing."""
    marked = sum(bool(MARKER.match(line.text)) for line in block)
    if len(block) < _FEWEST_KEPT or marked > _SHARE_MARKED * len(block):
        return False
    right, left = max(line.x1 for line in block), min(line.x0 for line in block)
    short = sum(line.x1 - left < _SHORT * (right - left) for line in block[:-1])
    early = sum(_broke_early(above, line, _right_edge(block)) for above, line in pairwise(block))
    return max(short, early) >= _SHARE_EARLY * (len(block) - 1)


def _divided(block: list[Line], *, kept: bool) -> list[list[Line]]:
    """Divide lines that are evenly apart into paragraphs."""
    right = _right_edge(block)
    paragraphs = [[block[0]]]
    for index, (above, line) in enumerate(pairwise(block), 1):
        below = block[index + 1] if index + 1 < len(block) else None
        anew = MARKER.match(line.text) if kept else _begins_anew(paragraphs[-1], above, line, below, right)
        if anew:
            paragraphs.append([line])
        else:
            paragraphs[-1].append(line)
    return paragraphs


def _begins_anew(current: list[Line], above: Line, line: Line, below: Line | None, right: float) -> bool:
    if _HYPHEN.search(above.text) and _LOWER.match(line.text):
        return False
    if LEADERS.search(above.text[-_FAR:]):
        return True
    closed = bool(_CLOSED.search(above.text))
    indent = line.x0 - above.x0
    far = _INDENT * line.size
    if MARKER.match(line.text) and (closed or not line.text[0].isdecimal() or abs(indent) > 1):
        return closed or not line.text[0].isalnum() or bool(MARKER.match(current[0].text)) or right - above.x1 > far
    if indent < -far and len(current) > 1:
        return closed or bool(MARKER.match(current[0].text)) or not _LOWER.match(line.text)
    if indent > far and not (len(current) == 1 and MARKER.match(current[0].text)):
        returns = below is None or below.x0 < line.x0 - far
        if returns and (closed or not _LOWER.match(line.text)):
            return True
    return _broke_early(above, line, right) and (closed or not _LOWER.match(line.text))


def _broke_early(above: Line, line: Line, right: float) -> bool:
    """Whether the next line's first word would have had room on the line above."""
    word = line.text.split(" ", 1)[0]
    width = (line.x1 - line.x0) / max(len(line.text), 1) * (len(word) + 1)
    return right - above.x1 > width * 1.25 + 0.3 * line.size


def _right_edge(block: Sequence[Line]) -> float:
    edges = sorted(line.x1 for line in block)
    return edges[-1 - len(edges) // 8]


def _paragraph(lines: list[Line], page: int, block: Sequence[Line], *, kept: bool) -> Paragraph:
    left = min(line.x0 for line in block)
    width = max(_right_edge(block) - left, 1.0)
    size = max(lines, key=lambda line: len(line.text)).size
    full = lines[-1].x1 - left > _FULL_WIDTH * width and len(block) > 1
    return Paragraph(
        [line.text for line in lines], page, size, bold=all(line.bold for line in lines), is_full=full, keeps_lines=kept
    )
