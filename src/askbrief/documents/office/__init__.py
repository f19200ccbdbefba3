"""Office files, and what their parsers share: list numbers, tables, reading order, blocks added to a document."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from itertools import accumulate, zip_longest
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from askbrief.core.text import pattern
from askbrief.documents.builder import row
from askbrief.documents.raised import raised_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from askbrief.documents.builder import DocumentBuilder
    from askbrief.documents.limits import Element

    Cells = Sequence[str | None]

_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"),
    (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
_MAX_ROMAN, _MAX_LETTERS = 3999, 780
_ALPHABET = 26
_SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def roman(number: int) -> str:
    """Return a Roman numeral in lower case, or the digits outside 1 to 3999.

    >>> roman(14)
    'xiv'
    """
    if not 0 < number <= _MAX_ROMAN:
        return str(number)
    numeral = ""
    for value, symbol in _ROMAN:
        times, number = divmod(number, value)
        numeral += symbol * times
    return numeral


def letters(number: int) -> str:
    """Return the letters of a list item as word processors count: a to z, then aa, bb; digits outside 1 to 780.

    >>> letters(2), letters(28)
    ('b', 'bb')
    """
    if not 0 < number <= _MAX_LETTERS:
        return str(number)
    times, letter = divmod(number - 1, _ALPHABET)
    return chr(ord("a") + letter) * (times + 1)


def numeral(number: int, form: str) -> str:
    """Return a number as a list prints it in the form "a", "A", "i" or "I"; in digits in any other."""
    if form not in {"a", "A", "i", "I"}:
        return str(number)
    lower = letters(number) if form in "aA" else roman(number)
    return lower.upper() if form.isupper() else lower


def left_out(comments: int, contents: int) -> list[str]:
    """Return the notes about comments and tables of contents, which are not part of the text."""
    notes = [f"{comments:,} comment{'s' if comments > 1 else ''} left out"] if comments else []
    return notes + ["the table of contents left out"] * bool(contents)


_MAX_HEADER_CHARS = 80
_FIGURE = pattern(r"[\p{Sc}~<>≈±+−–(-]*\s*\d[\d.,\s'’/:%–-]*(?:%|\p{Sc}|[kKmM])?\)?")
_SENTENCE_END = pattern(r"[.;!]$")
_FIGURE_SHARE = 0.5
_PAIR = 2


def add_table(builder: DocumentBuilder, rows: Sequence[Cells], *, headers: int | None = None) -> None:
    """Add a table row by row, each value after the name of its column.

    A cell is None where the merged cell on its left covers it. `headers` is the number of rows marked as headers at the
    top; None or 0 to infer it from the words.
    """
    normalised = ([None if cell is None else " ".join(cell.split()) for cell in cells] for cells in rows)
    filled = [cells for cells in normalised if any(cells)]
    if not headers:
        while len(filled) > 1 and len(filled[0]) > 1 and all(cell is None for cell in filled[0][1:]):  # a title
            builder.paragraph(filled.pop(0)[0] or "")
        headers = header_rows(filled)
    names = _column_names(filled[:headers]) if 0 < headers < len(filled) else []
    for cells in filled[headers:] if names else filled:
        builder.paragraph(row(names, [cell or "" for cell in cells]))


def header_rows(rows: Sequence[Cells]) -> int:
    """Return how many of the first rows name the columns: two where cells of the first span columns of the second."""
    if len(rows) > _PAIR and None in rows[0] and names_columns(rows[1:]):
        return 2
    return int(names_columns(rows))


def names_columns(rows: Sequence[Cells]) -> bool:
    """Return whether the first row names the columns: short, distinct words in every column and no figures.

    In a table of two columns, a first row of two words may also be the first of several pairs. There, a column below
    must hold mostly figures.

    >>> names_columns([["Province", "Fighters"], ["Nangarhar", "300"]])
    True
    >>> names_columns([["Name", "A. Analyst"], ["Office", "Kabul"]])
    False
    """
    if len(rows) < 2 or len(rows[0]) < _PAIR:  # noqa: PLR2004 - a header and a row
        return False
    first, *below = ([cell or "" for cell in cells] for cells in rows)
    named = [cell for cell in first if cell]
    if len(named) < max(_PAIR, len(first) - 1) or len({cell.casefold() for cell in named}) < len(named):
        return False
    if any(len(cell) > _MAX_HEADER_CHARS or is_figure(cell) or _SENTENCE_END.search(cell) for cell in named):
        return False
    if len(first) > _PAIR:
        return not first[0].endswith(":")
    columns = ([cells[at] for cells in below if at < len(cells) and cells[at]] for at in range(len(first)))
    return any(sum(map(is_figure, cells)) > _FIGURE_SHARE * len(cells) for cells in columns)


def is_figure(cell: str) -> bool:
    """Return whether a cell is a number, a date in digits, an amount or a percentage.

    >>> is_figure("$1,200"), is_figure("12 men")
    (True, False)
    """
    return bool(_FIGURE.fullmatch(cell))


def _column_names(rows: Sequence[Cells]) -> list[str]:
    """Join the header rows into one name a column; a cell counts for all columns that it spans."""
    columns = zip_longest(*(accumulate(cells, _or_left) for cells in rows))
    return [" ".join(dict.fromkeys(name for name in names if name)) for names in columns]


def _or_left(left: str | None, cell: str | None) -> str | None:
    return left if cell is None else cell


_Shape = TypeVar("_Shape")
_SAME_LINE_POINTS = 12.0


def in_reading_order(
    shapes: Sequence[_Shape], position: Callable[[_Shape], tuple[float, float] | None]
) -> list[_Shape]:
    """Sort shapes from top to bottom, and from left to right where they begin at nearly the same height.

    `position` returns the distance of a shape from the top and the left, in points; a shape for which it returns None
    stays after the one before it.

    >>> in_reading_order(["right", "below", "left"], {"right": (10, 300), "below": (90, 0), "left": (14, 0)}.get)
    ['left', 'right', 'below']
    """
    placed: list[tuple[float, float, int]] = []
    last = (0.0, 0.0)
    for index, shape in enumerate(shapes):
        last = position(shape) or last
        placed.append((*last, index))
    lines: list[list[tuple[float, float, int]]] = []
    for entry in sorted(placed):
        if lines and entry[0] - lines[-1][0][0] <= _SAME_LINE_POINTS:
            lines[-1].append(entry)
        else:
            lines.append([entry])
    return [shapes[index] for line in lines for _, _, index in sorted(line, key=lambda entry: entry[1:])]


_NUMBER = pattern(r"\(?(\d+(?:\.\d+)*)[.):]?")
_CLOSED = pattern(r"[.!?:;,…。]$")
_MAX_HEADING_CHARS = 100
_NUMBERED_DOCUMENT = 10


@dataclass(frozen=True, slots=True)
class ListMark:
    """What is printed before a list item or a numbered paragraph.

    `series` identifies the list and `depth` is the nesting level from 0. `complete` is true where the number needs
    nothing from the item above it, as "1.2", or "2." on the first level.
    """

    printed: str
    series: str = ""
    depth: int = 0
    complete: bool = False

    @property
    def number(self) -> str | None:
        """The number by which people refer to the paragraph."""
        match = _NUMBER.fullmatch(self.printed.strip())
        return match.group(1) if match and self.complete else None

    @property
    def counts(self) -> bool:
        return any(map(str.isalnum, self.printed))


@dataclass(frozen=True, slots=True)
class OfficeParagraph:
    """A paragraph; a heading where `level` is not 0."""

    text: str
    level: int = 0
    mark: ListMark | None = None
    bold: bool = False

    @property
    def printed(self) -> str:
        """The text after its list mark."""
        return f"{self.mark.printed} {self.text}" if self.mark and self.text.strip() else self.text


@dataclass(slots=True)
class ParagraphContent:
    """What a paragraph holds while it is parsed: its text, and the notes and text boxes anchored in it."""

    pieces: list[str] = field(default_factory=list)
    notes: list[Element] = field(default_factory=list)
    boxes: list[Element] = field(default_factory=list)
    plain: bool = False

    def add(self, text: str, *, bold: bool, raised: bool = False) -> None:
        """Add text; what is raised becomes an exponent, or leaves the text if it is the mark of a note."""
        self.pieces.append(raised_text("".join(self.pieces[-8:]), text) if raised else text)
        self.plain = self.plain or (not bold and bool(text.strip()))

    @property
    def text(self) -> str:
        return "".join(self.pieces)

    @property
    def bold(self) -> bool:
        """Whether all of the text is bold."""
        return not self.plain and bool(self.text.strip())


@dataclass(frozen=True, slots=True)
class OfficeTable:
    """A table; a cell is None where the merged cell on its left covers it."""

    cells: list[list[str | None]]
    headers: int = 0


@dataclass(frozen=True, slots=True)
class OfficeNote:
    """A footnote, or an endnote where `at_end`."""

    label: str
    text: str
    at_end: bool = False

    @property
    def printed(self) -> str:
        """The text after its label, which is raised where it is a number."""
        raised = self.label.isdecimal() and self.label.isascii()
        label = self.label.translate(_SUPERSCRIPT) if raised else self.label
        return f"{label} {self.text}" if self.text.strip() else ""


OfficeBlock: TypeAlias = OfficeParagraph | OfficeTable | OfficeNote


def add_blocks(builder: DocumentBuilder, blocks: Sequence[OfficeBlock], *, infer_headings: bool = True) -> None:
    """Add blocks in order; footnotes go to the end of their section, endnotes to the end of the document.

    With `infer_headings`, short bold paragraphs are headings in a document without headings.
    """
    blocks = _with_headings(blocks) if infer_headings else blocks
    numbered = _numbered_series(blocks)
    above: dict[str, str] = {}
    footnotes: list[OfficeNote] = []
    endnotes: list[OfficeNote] = []
    for block in blocks:
        if isinstance(block, OfficeNote):
            (endnotes if block.at_end else footnotes).append(block)
        elif isinstance(block, OfficeTable):
            add_table(builder, block.cells, headers=block.headers)
        elif block.level:
            while footnotes:
                builder.paragraph(footnotes.pop(0).printed)
            builder.heading(block.printed, block.level)
        else:
            _add_paragraph(builder, block, numbered, above)
    for note in footnotes + endnotes:
        builder.paragraph(note.printed)


def joined(blocks: Iterable[OfficeBlock]) -> str:
    """Join the paragraphs into one line, as for a table cell."""
    return " ".join(block.printed for block in blocks if isinstance(block, OfficeParagraph))


def numbered_note(kind: str, number: int | None, blocks: Iterable[OfficeBlock]) -> OfficeNote:
    """Return a "footnote", numbered in digits, or an "endnote", in Roman numerals; without a label if None."""
    label = "" if number is None else str(number) if kind == "footnote" else roman(number)
    return OfficeNote(label, joined(blocks), at_end=kind == "endnote")


def cell_text(blocks: Iterable[OfficeBlock], after: list[OfficeBlock]) -> str:
    """Return the text of a cell, and add its blocks that are no paragraphs to those that follow the table."""
    pieces = list(blocks)
    after += [piece for piece in pieces if not isinstance(piece, OfficeParagraph)]
    return joined(pieces)


def _add_paragraph(
    builder: DocumentBuilder, paragraph: OfficeParagraph, numbered: set[str], above: dict[str, str]
) -> None:
    """Add a paragraph: the document's own paragraph number goes beside the text, any other list mark into it."""
    mark = paragraph.mark
    if mark is None or mark.series not in numbered:
        builder.paragraph(paragraph.printed)
    elif mark.number:
        above[mark.series] = mark.number
        builder.paragraph(paragraph.text, number=mark.number)
    else:
        number = above.get(mark.series)
        builder.paragraph(paragraph.printed, number=f"{number} {mark.printed}" if number and mark.counts else number)


def _numbered_series(blocks: Sequence[OfficeBlock]) -> set[str]:
    """Find the lists that number the paragraphs of the document, rather than a few items.

    Their numbers occur once, and continue across a heading or cover most of the document.
    """
    sections: dict[str, set[int]] = defaultdict(set)
    numbers: dict[str, list[str]] = defaultdict(list)
    section = paragraphs = 0
    for block in blocks:
        if not isinstance(block, OfficeParagraph) or not block.text.strip():
            continue
        section += bool(block.level)
        paragraphs += not block.level
        if block.mark and block.mark.number and not block.level:
            sections[block.mark.series].add(section)
            numbers[block.mark.series].append(block.mark.number)
    return {
        series
        for series, given in numbers.items()
        if len(set(given)) == len(given)
        and (len(sections[series]) > 1 or (len(given) >= _NUMBERED_DOCUMENT and len(given) > paragraphs / 2))
    }


def _with_headings(blocks: Sequence[OfficeBlock]) -> list[OfficeBlock]:
    """Make short bold paragraphs above ones that are not bold headings, where no style marks any heading."""
    if any(isinstance(block, OfficeParagraph) and block.level for block in blocks):
        return list(blocks)
    filled = [block for block in blocks if not isinstance(block, OfficeParagraph) or block.text.strip()]
    return [
        replace(block, level=1)
        if isinstance(block, OfficeParagraph) and _is_title_like(block) and _is_body(filled[at + 1 : at + 2])
        else block
        for at, block in enumerate(filled)
    ]


def _is_title_like(paragraph: OfficeParagraph) -> bool:
    text = paragraph.text.strip()
    bullet = paragraph.mark is not None and not paragraph.mark.counts
    return paragraph.bold and not bullet and len(text) <= _MAX_HEADING_CHARS and not _CLOSED.search(text)


def _is_body(following: Sequence[OfficeBlock]) -> bool:
    return any(not isinstance(block, OfficeParagraph) or not block.bold for block in following)
