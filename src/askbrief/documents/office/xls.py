"""Excel files of the old binary kind (.xls): every sheet's rows as they are shown, read by xlrd."""

from __future__ import annotations

import io
from contextlib import contextmanager
from typing import TYPE_CHECKING

from askbrief.documents.builder import DocumentBuilder
from askbrief.documents.office import xlsx
from askbrief.documents.office.sheets import Sheets, shown
from askbrief.errors import ParsingError
from askbrief.records import Form

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlrd.book import Book
    from xlrd.sheet import Cell, Sheet

    from askbrief.documents.builder import ParsedText

_ZIP = b"PK"
_OLE = b"\xd0\xcf\x11\xe0"
_BARE = b"\x09"  # the oldest are not wrapped in anything
_TEXT, _NUMBER, _DATE, _BOOLEAN = 1, 2, 3, 4


def parse(data: bytes) -> ParsedText:
    """Read an Excel file; one of today's kind, which often has the old suffix, is read as what it is."""
    if data.startswith(_ZIP):
        return xlsx.parse(data)
    if not data.startswith((_OLE, _BARE)):
        raise ParsingError("is no Excel file whatever its suffix says: save it as .xlsx")
    with _reasons():
        return _read(data)


def _read(data: bytes) -> ParsedText:
    import xlrd

    builder = DocumentBuilder()
    sheets = Sheets(builder)
    notes = []
    book = xlrd.open_workbook(
        file_contents=data, formatting_info=True, ragged_rows=True, on_demand=True, logfile=io.StringIO()
    )
    for index in range(book.nsheets):
        sheet = book.sheet_by_index(index)
        if sheet.visibility:
            notes.append(f"the sheet {sheet.name} is hidden, and read all the same")
        hidden = sum(bool(row.hidden) for number, row in sheet.rowinfo_map.items() if number < sheet.nrows)
        if hidden:
            rows = f"{hidden:,} hidden row{'s' if hidden > 1 else ''}"
            notes.append(f"{rows} of the sheet {sheet.name} read all the same")
        sheets.put(sheet.name, _rows(book, sheet))
        book.unload_sheet(index)
    return builder.build(form=Form.ROWS, notes=notes)


def _rows(book: Book, sheet: Sheet) -> Iterator[tuple[int, list[str]]]:
    return ((number + 1, [_shown(book, cell) for cell in sheet.row(number)]) for number in range(sheet.nrows))


def _shown(book: Book, cell: Cell) -> str:
    """A cell as it is shown; an error is nothing."""
    if cell.ctype == _TEXT:
        return str(cell.value)
    if cell.ctype == _BOOLEAN:
        return "TRUE" if cell.value else "FALSE"
    if cell.ctype not in {_NUMBER, _DATE}:
        return ""
    form = book.format_map.get(book.xf_list[cell.xf_index].format_key)
    return shown(float(cell.value), form.format_str if form else "", since_1904=bool(book.datemode))


@contextmanager
def _reasons() -> Iterator[None]:
    """Give what xlrd raises as a reason; it checks little, and stumbles over a damaged file in every way there is."""
    import xlrd

    try:
        yield
    except (ParsingError, MemoryError):
        raise
    except xlrd.XLRDError as error:
        if "encrypted" in str(error):
            raise ParsingError("is encrypted: save it without a password") from error
        raise ParsingError(f"is damaged, or not what its suffix says ({error}): save it as .xlsx") from error
    except Exception as error:
        raise ParsingError(f"is damaged ({type(error).__name__} in it): save it as .xlsx") from error
