"""Tables as text (.csv, .tsv): which sign divides the columns is told from the file, not from its suffix."""

from __future__ import annotations

import csv
import io
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING

from askbrief.core.lazy_regex import pattern
from askbrief.documents.builder import DocumentBuilder
from askbrief.documents.office.flow import is_figure
from askbrief.documents.office.sheets import Sheets
from askbrief.documents.text import decode
from askbrief.errors import ParsingError
from askbrief.records import Form

if TYPE_CHECKING:
    from _csv import Reader
    from collections.abc import Iterator, Sequence

    from askbrief.documents.builder import ParsedText

_DELIMITERS = ",;\t|"
_LOOKED_AT = 200
_LONGEST_CELL = 10_000_000
_MOST_LINES = 200
_SEP = pattern(r"sep=(.)\r?\n", 2)
_OTHERS = pattern(r"[;\t|,]")


def parse(data: bytes) -> ParsedText:
    """Read a table; its rows are numbered as a spreadsheet does, the first being 1."""
    text = decode(data)
    said = _SEP.match(text)
    if said:
        text = text[said.end() :]
    delimiter = said.group(1) if said else delimiter_of(text)
    builder = DocumentBuilder()
    Sheets(builder).put(None, enumerate(_records(text, delimiter), 1))
    return builder.build(form=Form.ROWS)


def delimiter_of(text: str) -> str:
    r"""The sign that divides the columns: the one that gives rows of one width and cells that make sense.

    After van den Burg et al., "Wrangling messy CSV files by detecting row and type patterns" (2019): the product of the
    two. `csv.Sniffer` counts letters and takes any that occurs regularly, such as a vowel.

    >>> delimiter_of("province;share\nKunar;1,5\nLogar;2,5\n")
    ';'
    """
    sample = list(islice(io.StringIO(text, newline=""), _LOOKED_AT))
    return max(_DELIMITERS, key=lambda delimiter: _plausible(sample, delimiter))


def _plausible(sample: Sequence[str], delimiter: str) -> float:
    """How regular the rows would be, times the share of cells that are numbers or words without another delimiter."""
    records = [cells for cells in _checked(_reader(sample, delimiter, quoted=True)) if any(map(str.strip, cells))]
    widths = Counter(map(len, records))
    if not widths:
        return 0.0
    regular = sum(times * (width - 1) / width for width, times in widths.items()) / len(widths) / len(records)
    cells = [cell.strip() for record in records for cell in record]
    return regular * sum(map(_makes_sense, cells)) / len(cells)


def _makes_sense(cell: str) -> bool:
    return not cell or is_figure(cell) or not _OTHERS.search(cell)


def _records(text: str, delimiter: str) -> Iterator[list[str]]:
    """Yield the records; a quotation mark that is never closed is an ordinary letter, as is every other after it."""
    lines = list(io.StringIO(text, newline=""))
    rows = _reader(lines, delimiter, quoted=True)
    begun = 0
    for cells in _checked(rows):
        if rows.line_num == len(lines) and rows.line_num - begun > _MOST_LINES:
            yield from _checked(_reader(lines[begun:], delimiter, quoted=False))
            return
        yield cells
        begun = rows.line_num


def _reader(lines: Sequence[str], delimiter: str, *, quoted: bool) -> Reader:
    r"""Take lines apart; \" is a quotation mark within a cell where none is doubled."""
    csv.field_size_limit(_LONGEST_CELL)
    backslash = any('\\"' in line for line in lines) and not any('""' in line for line in lines)
    return csv.reader(
        lines,
        delimiter=delimiter,
        doublequote=not backslash,
        escapechar="\\" if backslash else None,
        quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE,
        skipinitialspace=delimiter != "\t",
    )


def _checked(rows: Reader) -> Iterator[list[str]]:
    try:
        yield from rows
    except csv.Error as error:
        raise ParsingError(f"is no table at line {rows.line_num:,} ({error}): save it anew as CSV") from error
