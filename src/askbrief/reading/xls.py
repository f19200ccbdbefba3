"""Excel files of the binary kinds (.xls, .xlsb): the stored values of every sheet, read by calamine."""

from __future__ import annotations

import datetime as dt
import io
from contextlib import contextmanager
from typing import TYPE_CHECKING

from askbrief.errors import ReadingError
from askbrief.reading import archive
from askbrief.reading.composing import Composer
from askbrief.reading.formats import general
from askbrief.reading.grid import Sheets
from askbrief.records import Form

if TYPE_CHECKING:
    from collections.abc import Iterator

    from python_calamine import CalamineWorkbook

    from askbrief.reading.extract import Extract

_ZIP = b"PK"


def read(data: bytes) -> Extract:
    """Read an Excel file of a binary kind; how its numbers are formatted is not known, so a share is 0.42."""
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    if data.startswith(_ZIP):
        archive.opened(data).close()
    workbook = _opened(data)
    composer = Composer()
    sheets = Sheets(composer)
    notes = []
    for sheet in workbook.sheets_metadata:
        if sheet.typ != SheetTypeEnum.WorkSheet:
            notes.append(f"the sheet {sheet.name} holds no cells")
            continue
        if sheet.visible != SheetVisibleEnum.Visible:
            notes.append(f"the sheet {sheet.name} is hidden, and read all the same")
        sheets.put(sheet.name, _rows(workbook, sheet.name))
    return composer.extract(form=Form.ROWS, notes=notes)


def _opened(data: bytes) -> CalamineWorkbook:
    from python_calamine import CalamineWorkbook

    with _reasons("is damaged, or not what its suffix says"):
        return CalamineWorkbook.from_filelike(io.BytesIO(data))


def _rows(workbook: CalamineWorkbook, name: str) -> Iterator[tuple[int, list[str]]]:
    with _reasons(f"is damaged in the sheet {name}"):
        rows = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
    return ((number, [_shown(cell) for cell in cells]) for number, cells in enumerate(rows, 1))


@contextmanager
def _reasons(what: str) -> Iterator[None]:
    """Give calamine's errors as reasons; what it did not foresee is a panic of Rust, which is no `Exception`."""
    from python_calamine import CalamineError, PasswordError

    try:
        yield
    except PasswordError as error:
        raise ReadingError("is encrypted: save it without a password") from error
    except (CalamineError, OSError, ValueError) as error:
        raise ReadingError(f"{what} ({error}): save it as .xlsx") from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise ReadingError(f"{what}: save it as .xlsx") from error


def _shown(value: object) -> str:
    """A cell as text: days and times as ISO, numbers without what calculating left behind."""
    match value:
        case bool():
            text = str(value).upper()
        case int() | float():
            text = general(value)
        case dt.datetime():
            text = value.isoformat(" ", "minutes").removesuffix(" 00:00")
        case dt.time():
            text = value.isoformat("minutes")
        case dt.timedelta():
            minutes = round(value.total_seconds() / 60)
            text = f"{minutes // 60:02}:{minutes % 60:02}"
        case _:
            text = str(value)
    return text
