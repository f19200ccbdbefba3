"""Tables as text (.csv, .tsv); the delimiter is inferred from the content, not from the suffix."""

from __future__ import annotations

import csv
import io
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING

from askbrief.core.text import pattern
from askbrief.documents.builder import DocumentBuilder
from askbrief.documents.office import is_figure
from askbrief.documents.office.sheets import SheetRows
from askbrief.documents.text import decode
from askbrief.errors import ParsingError
from askbrief.records import Form

if TYPE_CHECKING:
    from _csv import Reader
    from collections.abc import Iterator, Sequence

    from askbrief.documents.builder import ParsedText

_DELIMITERS = ",;\t|"
_SAMPLE_LINES = 200
_MAX_CELL_CHARS = 10_000_000
_MAX_CELL_LINES = 200  # a quoted cell that runs over more lines to the end of the file has no closing quotation mark
_SEP = pattern(r"sep=(.)\r?\n", 2)
_ANY_DELIMITER = pattern(r"[;\t|,]")


def parse(data: bytes) -> ParsedText:
    """Parse a table; its rows are numbered from 1, as in a spreadsheet."""
    text = decode(data)
    declared = _SEP.match(text)
    if declared:
        text = text[declared.end() :]
    delimiter = declared.group(1) if declared else delimiter_of(text)
    builder = DocumentBuilder()
    SheetRows(builder).add(None, enumerate(_records(text, delimiter), 1))
    return builder.build(form=Form.ROWS)


def delimiter_of(text: str) -> str:
    r"""Return the delimiter that gives the most regular rows and the most plausible cells.

    The score is the product of the two, after van den Burg et al., "Wrangling messy CSV files by detecting row and type
    patterns" (2019). `csv.Sniffer` takes any regular letter for a delimiter, such as a vowel.

    >>> delimiter_of("province;share\nKunar;1,5\nLogar;2,5\n")
    ';'
    """
    sample = list(islice(io.StringIO(text, newline=""), _SAMPLE_LINES))
    return max(_DELIMITERS, key=lambda delimiter: _plausible(sample, delimiter))


def _plausible(sample: Sequence[str], delimiter: str) -> float:
    """Return the regularity of the rows times the share of cells without another delimiter, from 0 to 1."""
    records = [cells for cells in _checked(_reader(sample, delimiter, quoted=True)) if any(map(str.strip, cells))]
    widths = Counter(map(len, records))
    if not widths:
        return 0.0
    regular = sum(times * (width - 1) / width for width, times in widths.items()) / len(widths) / len(records)
    cells = [cell.strip() for record in records for cell in record]
    return regular * sum(map(_is_plausible, cells)) / len(cells)


def _is_plausible(cell: str) -> bool:
    return not cell or is_figure(cell) or not _ANY_DELIMITER.search(cell)


def _records(text: str, delimiter: str) -> Iterator[list[str]]:
    """Yield the records; from a quotation mark that is never closed, quotation marks are ordinary characters."""
    lines = list(io.StringIO(text, newline=""))
    rows = _reader(lines, delimiter, quoted=True)
    last = 0
    for cells in _checked(rows):
        if rows.line_num == len(lines) and rows.line_num - last > _MAX_CELL_LINES:
            yield from _checked(_reader(lines[last:], delimiter, quoted=False))
            return
        yield cells
        last = rows.line_num


def _reader(lines: Sequence[str], delimiter: str, *, quoted: bool) -> Reader:
    r"""Split lines into cells; \" stands for a quotation mark inside a cell where no mark is doubled."""
    csv.field_size_limit(_MAX_CELL_CHARS)
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
        raise ParsingError(f"is no table at line {rows.line_num:,} ({error}): save it again as CSV") from error
