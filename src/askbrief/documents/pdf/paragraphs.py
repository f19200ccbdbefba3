"""Lines to paragraphs: where one ends, where it continues in the next column, table rows, and broken words joined."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise, takewhile
from statistics import median
from typing import TYPE_CHECKING

from askbrief.core.text import pattern
from askbrief.documents.pdf.layout import MARKER, PdfLine, lines_of
from askbrief.language.identification import language_of
from askbrief.language.word_list import has_words, is_word

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from askbrief.documents.pdf.text_runs import TextRun

_CLOSED = pattern(r"""[.!?:;…。！？：؟][\p{Pe}\p{Pf}"'”’*†‡\d\s]{0,5}$""")
_ENDED = pattern(r"""[.!?…。！？؟][\p{Pe}\p{Pf}"'”’*†‡\d\s]{0,5}$""")
_HYPHEN = pattern(r"\p{L}[-\u2010\u00ad]$")
_SMALL = pattern(r"[\p{Ll}\p{Lo}\d(“‘\"']")
_LOWER = pattern(r"\p{Ll}")
LEADERS = pattern(r"(?:\s?[.…·]){4,}\s*[\divxlc]{1,5}$")
"""The end of a line in a table of contents."""
_CAPTION = pattern(r"(?i:fig(?:ure|\.)|table|chart|box|map|source|photo|graph|abbildung|tabelle|tableau)\b")
_LEADERS_WITHIN = 120  # characters at the end of a line in which leaders are looked for
_LOOSE = 1.35  # lines further apart than this multiple of the usual distance belong to two paragraphs
_INDENT = 0.8
_OTHER_SIZE = 0.08
_LARGE = 1.2
_SHARE_EARLY, _SHARE_MARKED, _MIN_KEPT, _SHORT = 0.7, 0.3, 3, 0.7
_FULL_WIDTH = 0.85

_WORD = pattern(r"[\p{L}\p{M}\p{N}]+(?:[-\u2010][\p{L}\p{M}\p{N}]+)*")
_LAST_PART = pattern(r"([\p{L}\p{M}]+)[-\u2010\u00ad]$")
_BEFORE = pattern(r"([\p{L}\p{M}\p{N}][\p{L}\p{M}\p{N}-]*)[-\u2010\u00ad]$")
_FIRST_PART = pattern(r"[\p{L}\p{M}]+")
_UNSPACED = pattern(r"[\p{Han}\p{Hiragana}\p{Katakana}、。，．：；！？（）「」『』【】・ー]")
_SOFT = "\u00ad"
_LINES_OF_LANGUAGE = 40
"""Lines that tell the language of a document."""
_JOINT_CHARS = 80  # characters considered on either side of a line break


@dataclass(slots=True)
class PdfParagraph:
    """The lines of a paragraph, not joined yet; `page` counts from 1, `size` is in points."""

    lines: list[str]
    page: int
    size: float
    bold: bool = False
    is_row: bool = False
    is_full: bool = False
    keeps_lines: bool = False
    continues: bool = False  # the paragraph before it, from another column or page

    @property
    def first(self) -> str:
        return self.lines[0]

    @property
    def last(self) -> str:
        return self.lines[-1]


def paragraphs_of(region: Sequence[TextRun], page: int) -> list[PdfParagraph]:
    paragraphs: list[PdfParagraph] = []
    for block in _blocks(lines_of(region)):
        if _is_table(block):
            paragraphs += [PdfParagraph(row, page, block[0].size, is_row=True) for row in _rows(block)]
        else:
            kept = _keeps_lines(block)
            paragraphs += [_paragraph(lines, page, block, kept=kept) for lines in _divided(block, kept=kept)]
    return paragraphs


def paragraphs_of_scan(blocks: Sequence[list[str]], page: int) -> list[PdfParagraph]:
    """Return the paragraphs recognised in a picture, whose size is unknown."""
    full = (len(lines) > 1 and len(lines[-1]) > _FULL_WIDTH * max(map(len, lines)) for lines in blocks)
    return [PdfParagraph(lines, page, 0.0, is_full=is_full) for lines, is_full in zip(blocks, full, strict=True)]


def join_columns(first: Sequence[PdfParagraph], second: list[PdfParagraph], body: float) -> list[PdfParagraph]:
    """Return the column `second`, with the paragraph that continues the last one of `first` marked and moved first.

    A figure's caption at the top of a column stands between the two halves, and then comes after them.
    """
    last = next((p for p in reversed(first) if not _is_note(p, body)), None)
    if last is None or last.is_row or _ENDED.search(last.last) or not (last.is_full or _HYPHEN.search(last.last)):
        return second
    certain = True
    for index, paragraph in enumerate(second[:4]):
        if _continues(last, paragraph) and (certain or _LOWER.match(paragraph.first)):
            paragraph.continues = True
            return [paragraph, *second[:index], *second[index + 1 :]]
        aside = _CAPTION.match(paragraph.first) or paragraph.is_row or _is_note(paragraph, body)
        certain = certain and bool(aside)
        if not (aside or len(paragraph.lines) == 1):
            break
    return second


def notes_first(column: list[PdfParagraph], body: float) -> list[PdfParagraph]:
    """Move the footnotes of a column before its last paragraph, so that the next column can continue it."""
    notes = sum(1 for _ in takewhile(lambda paragraph: _is_note(paragraph, body), reversed(column)))
    if not notes or notes == len(column):
        return column
    at = len(column) - notes
    return [*column[: at - 1], *column[at:], column[at - 1]]


def _is_note(paragraph: PdfParagraph, body: float) -> bool:
    return paragraph.size < body * (1 - _OTHER_SIZE)


def _continues(last: PdfParagraph, paragraph: PdfParagraph) -> bool:
    alike = abs(paragraph.size - last.size) <= _OTHER_SIZE * last.size and paragraph.bold == last.bold
    if not alike or paragraph.is_row or MARKER.match(paragraph.first):
        return False
    return bool(_LOWER.match(paragraph.first)) or not _CLOSED.search(last.last)


def _blocks(lines: Sequence[PdfLine]) -> list[list[PdfLine]]:
    """Divide where the size changes, a bold line stands alone, or the distance between lines grows."""
    usual: dict[float, list[float]] = {}
    for above, line in pairwise(lines):
        if above.size == line.size:
            usual.setdefault(line.size, []).append(line.y - above.y)
    pitch = {size: _usual(gaps, size) for size, gaps in usual.items()}
    large = _LARGE * median(line.size for line in lines) if lines else 0.0
    blocks: list[list[PdfLine]] = []
    for line in lines:
        if blocks and not _divides(blocks[-1][-1], line, pitch.get(line.size, 1.3 * line.size), large):
            blocks[-1].append(line)
        else:
            blocks.append([line])
    return blocks


def _usual(gaps: Sequence[float], size: float) -> float:
    """Return the usual distance between the lines of a paragraph, in points."""
    near = [gap for gap in gaps if 0.9 * size <= gap <= 2.6 * size]
    if not near:
        return 1.3 * size
    low = sorted(near)[len(near) // 10]
    return median(gap for gap in near if gap <= 1.15 * low)


def _divides(above: PdfLine, line: PdfLine, pitch: float, large: float) -> bool:
    if abs(line.size - above.size) > _OTHER_SIZE * above.size or line.y - above.y > _LOOSE * pitch:
        return True
    return above.bold != line.bold and line.size < large and not _HYPHEN.search(above.text)


def _is_table(block: Sequence[PdfLine]) -> bool:
    rows = sum(line.is_table_row for line in block)
    return (rows > 1 and rows > 0.5 * len(block)) or (len(block) == 1 and rows == 1)


def _rows(block: Sequence[PdfLine]) -> list[list[str]]:
    """Return the cells of each row; a line without cells belongs to the row above if it stands below a later cell."""
    left = min(line.x0 for line in block)
    rows: list[list[list[PdfLine]]] = []
    for line in block:
        cells = line.cells or [line]
        under = not line.is_table_row and line.x0 > left + line.size
        cell = min(rows[-1], key=lambda cell: abs(cell[0].x0 - line.x0)) if rows else []
        if under and cell and len(rows[-1]) > 1 and abs(cell[0].x0 - line.x0) < line.size:
            cell.append(line)
        else:
            rows.append([[cell] for cell in cells])
    return [[" ".join(line.text for line in cell) for cell in row] for row in rows]


def _keeps_lines(block: Sequence[PdfLine]) -> bool:
    """Return whether nearly every line ends early, as in an address, a poem or a listing."""
    marked = sum(bool(MARKER.match(line.text)) for line in block)
    if len(block) < _MIN_KEPT or marked > _SHARE_MARKED * len(block):
        return False
    right, left = max(line.x1 for line in block), min(line.x0 for line in block)
    short = sum(line.x1 - left < _SHORT * (right - left) for line in block[:-1])
    early = sum(_broke_early(above, line, _right_edge(block)) for above, line in pairwise(block))
    return max(short, early) >= _SHARE_EARLY * (len(block) - 1)


def _divided(block: list[PdfLine], *, kept: bool) -> list[list[PdfLine]]:
    right = _right_edge(block)
    paragraphs = [[block[0]]]
    for index, (above, line) in enumerate(pairwise(block), 1):
        below = block[index + 1] if index + 1 < len(block) else None
        begins = MARKER.match(line.text) if kept else _begins_paragraph(paragraphs[-1], above, line, below, right)
        if begins:
            paragraphs.append([line])
        else:
            paragraphs[-1].append(line)
    return paragraphs


def _begins_paragraph(
    current: list[PdfLine], above: PdfLine, line: PdfLine, below: PdfLine | None, right: float
) -> bool:
    """Return whether a line begins a paragraph, by hyphen, mark, indent and the room left on the line above."""
    if _HYPHEN.search(above.text) and _LOWER.match(line.text):
        return False
    if LEADERS.search(above.text[-_LEADERS_WITHIN:]):
        return True
    closed = bool(_CLOSED.search(above.text))
    indent = line.x0 - above.x0
    far = _INDENT * line.size
    if MARKER.match(line.text) and (closed or not line.text[0].isdecimal() or abs(indent) > 1):
        return closed or not line.text[0].isalnum() or bool(MARKER.match(current[0].text)) or right - above.x1 > far
    if indent < -far and len(current) > 1:
        return closed or bool(MARKER.match(current[0].text)) or not _LOWER.match(line.text)
    indented = indent > far and not (len(current) == 1 and MARKER.match(current[0].text))
    returns = indented and (below is None or below.x0 < line.x0 - far)
    return (returns or _broke_early(above, line, right)) and (closed or not _LOWER.match(line.text))


def _broke_early(above: PdfLine, line: PdfLine, right: float) -> bool:
    """Return whether the first word of a line would have fitted on the line above."""
    word = line.text.split(" ", 1)[0]
    width = (line.x1 - line.x0) / max(len(line.text), 1) * (len(word) + 1)
    return right - above.x1 > width * 1.25 + 0.3 * line.size


def _right_edge(block: Sequence[PdfLine]) -> float:
    edges = sorted(line.x1 for line in block)
    return edges[-1 - len(edges) // 8]


def _paragraph(lines: list[PdfLine], page: int, block: Sequence[PdfLine], *, kept: bool) -> PdfParagraph:
    left = min(line.x0 for line in block)
    width = max(_right_edge(block) - left, 1.0)
    size = max(lines, key=lambda line: len(line.text)).size
    full = lines[-1].x1 - left > _FULL_WIDTH * width and len(block) > 1
    return PdfParagraph(
        [line.text for line in lines], page, size, bold=all(line.bold for line in lines), is_full=full, keeps_lines=kept
    )


class Dehyphenator:
    """Joins the lines of a paragraph; a hyphen goes only with evidence, from the document or from a list of words.

    >>> Dehyphenator(["The ex-fighters had information."]).joint("some infor-", "mation")
    (True, '')
    >>> Dehyphenator(["The ex-fighters had information."]).joint("the ex-", "fighters")
    (False, '')
    """

    def __init__(self, lines: Iterable[str]) -> None:
        lines = list(lines)
        language = language_of(" ".join(lines[:_LINES_OF_LANGUAGE]))
        self._language = language if has_words(language) else None
        self._words: Counter[str] = Counter()
        self._firsts: set[str] = set()
        self._lasts: set[str] = set()
        for line in lines:
            words = _WORD.findall(line.lower())
            if words and _BEFORE.search(line[-_JOINT_CHARS:]):
                words.pop()
            self._words.update(words)
            for first, *_, last in (word.split("-") for word in words if "-" in word):
                self._firsts.add(first)
                self._lasts.add(last)

    def joint(self, first: str, second: str) -> tuple[bool, str]:
        """Return whether the hyphen at the end of `first` is dropped, and the separator before `second`."""
        first, second = first[-_JOINT_CHARS:], second[:_JOINT_CHARS]
        broken = _LAST_PART.search(first)
        if not broken:
            both_unspaced = _UNSPACED.match(first[-1:]) and _UNSPACED.match(second[:1])
            hyphenated = _BEFORE.search(first) and second[:1].isalnum()
            return False, "" if both_unspaced or hyphenated else " "
        if first.endswith(_SOFT):
            return True, ""
        rest = _FIRST_PART.match(second)
        if not rest:
            return False, "" if second[:1].isdecimal() else " "
        if not second[0].islower():
            return False, ""
        return self._is_one_word(first, broken[1].lower(), rest[0].lower()), ""

    def _is_one_word(self, first: str, start: str, rest: str) -> bool:
        """Return whether the document writes it as one word, or a list of words has it so.

        If neither tells, it is one word unless both parts are words by themselves.
        """
        before = _BEFORE.search(first)
        whole = before[1].lower() if before else start
        hyphenated = self._words[f"{whole}-{rest}"] + (self._words[f"{start}-{rest}"] if whole != start else 0)
        joined = self._words[whole + rest]
        if hyphenated or joined:
            return joined >= hyphenated
        if self._language is not None:
            known = is_word(whole + rest, self._language) or is_word(start + rest, self._language)
            return known or not (is_word(start, self._language) and is_word(rest, self._language))
        compound = start in self._firsts or rest in self._lasts
        return not (compound and self._is_word(start) and self._is_word(rest))

    def _is_word(self, part: str) -> bool:
        return bool(self._words[part]) or part in self._firsts or part in self._lasts

    def text(self, lines: Sequence[str]) -> str:
        pieces = [lines[0]]
        for above, line in pairwise(lines):
            dropped, between = self.joint(above, line)
            if dropped:
                pieces[-1] = pieces[-1][:-1]
            pieces += (between, line)
        return "".join(pieces)
