"""Excel files: the rows of every sheet as they are shown, from the values that were last stored.

The content decides, not the suffix, because many workbooks in the current format have the suffix .xls. Workbooks in the
current format are parsed here, those in the old binary format by xlrd.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING

from askbrief.documents import limits
from askbrief.documents.builder import DocumentBuilder
from askbrief.documents.office.ooxml import (
    ENCRYPTED,
    OLE,
    OoxmlPackage,
    attribute,
    child,
    children,
    integer,
    local,
    relation_id,
)
from askbrief.documents.office.sheets import MergedCells, SheetRows, built_in_code, formatted, hidden_notes
from askbrief.errors import ParsingError
from askbrief.records import Form

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlrd.book import Book
    from xlrd.sheet import Cell

    from askbrief.documents.builder import ParsedText
    from askbrief.documents.limits import Element

_BARE = b"\x09"  # the first byte of the oldest binary workbooks, which are not wrapped in an OLE file
_ZIP, _ZIP_END = b"PK", b"PK\x05\x06"
_HIDDEN_COLUMN = re.compile(rb"<(?:\w+:)?col\b[^>]*\bhidden=[\"'](?:1|true)")
_COLUMN = re.compile(r"\$?([A-Za-z]{1,3})\$?\d*")
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')
_MAX_MERGED = 10_000
"""Merged cells of a sheet that are heeded."""
_MAX_COLUMNS = 16_384
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_ON = ("1", "true", "on")
_TEXT, _NUMBER, _DATE, _BOOLEAN = 1, 2, 3, 4


def parse(data: bytes) -> ParsedText:
    if data.startswith((OLE, _BARE)):
        try:
            return _parse_binary(data)
        except (ParsingError, MemoryError):
            raise
        except Exception as error:
            raise _binary_error(error, data) from error
    if not data.startswith(_ZIP) and _ZIP_END not in data:
        raise ParsingError("is not an Excel file, so not what its suffix says: save it as .xlsx")
    return _parse_package(OoxmlPackage(data))


def _parse_package(package: OoxmlPackage) -> ParsedText:
    name, root = package.main("workbook", "an Excel workbook")
    relations = package.relations(name)
    workbook = _Workbook(package, name, root)
    builder = DocumentBuilder()
    sheets = SheetRows(builder)
    notes: list[str] = []
    for item in root.iterfind("{*}sheets/{*}sheet"):
        title = " ".join((attribute(item, "name") or "").split())
        relation = relations.get(relation_id(item))
        if relation is None or relation.kind != "worksheet" or not package.has(relation.target):
            problem = "is missing in the file" if relation is None else "holds no cells"
            notes.append(f"the sheet {title} {problem}")
            continue
        sheets.add(title, workbook.rows(relation.target), _merged(package.content(relation.target)))
        notes += workbook.notes(title, hidden=(attribute(item, "state") or "visible") != "visible")
        if columns := len(_HIDDEN_COLUMN.findall(package.content(relation.target).partition(b"<sheetData")[0])):
            places = f"{columns} place{'s' if columns > 1 else ''}"
            notes.append(f"hidden columns in {places} of the sheet {title} are read all the same")
        _add_comments(builder, package, relation.target)
    return builder.build(package.metadata(), form=Form.ROWS, notes=notes)


def _add_comments(builder: DocumentBuilder, package: OoxmlPackage, sheet: str) -> None:
    """Add the comments on the cells of a sheet, those in threads with their replies."""
    threads = package.related(sheet, "threadedComment")
    if threads is not None:
        for comment in threads.iter("{*}threadedComment"):
            said = child(comment, "text")
            words = "" if said is None else "".join(map(str, said.itertext()))
            builder.aside(f"Comment on {attribute(comment, 'ref')}", words)
        return
    part = package.related(sheet, "comments")
    if part is None:
        return
    authors = [(author.text or "").strip() for author in part.iter("{*}author")]
    for comment in part.iter("{*}comment"):
        at = integer(attribute(comment, "authorId"), -1)
        by = f" by {authors[at]}" if 0 <= at < len(authors) and authors[at] else ""
        words = _text_of(child(comment, "text"))
        builder.aside(f"Comment on {attribute(comment, 'ref')}{by}", words)


class _Workbook:
    def __init__(self, package: OoxmlPackage, name: str, root: Element) -> None:
        self._package = package
        self._strings = _shared_strings(package, name)
        self._codes = _format_codes(package.related(name, "styles"))
        properties = child(root, "workbookPr")
        self._since_1904 = properties is not None and attribute(properties, "date1904") in _ON
        self._counts: Counter[str] = Counter()

    def rows(self, part: str) -> Iterator[tuple[int, list[str]]]:
        """Yield the rows of a sheet with their numbers; a row without a number follows the one before it."""
        number = 0
        for row in limits.iterate_xml(self._package.content(part), part, "row"):
            number = integer(attribute(row, "r"), number + 1)
            self._counts["hidden"] += attribute(row, "hidden") in _ON
            yield number, self._cells(row)

    def notes(self, title: str, *, hidden: bool) -> list[str]:
        notes = hidden_notes(title, sheet=hidden, rows=self._counts["hidden"])
        if unknown := self._counts["unknown"]:
            formulas = f"{unknown:,} formula{'s' if unknown > 1 else ''} of the sheet {title} without a stored result"
            notes.append(f"{formulas} left out: open and save the file in a spreadsheet program")
        self._counts.clear()
        return notes

    def _cells(self, row: Element) -> list[str]:
        texts: list[str] = []
        for cell in children(row, "c"):
            at = _column(attribute(cell, "r"), len(texts))
            text = self._text(cell)
            if text and at < _MAX_COLUMNS:
                texts += [""] * (at + 1 - len(texts))
                texts[at] = text
            elif at == len(texts):
                texts.append("")
        return texts

    def _text(self, cell: Element) -> str:
        """Return a cell as it is shown: nothing for an error, the stored result for a formula."""
        kind = attribute(cell, "t") or "n"
        if kind == "inlineStr":
            return _text_of(child(cell, "is"))
        stored = child(cell, "v")
        value = "" if stored is None else (stored.text or "").strip()
        match kind:
            case "n":
                self._counts["unknown"] += not value and child(cell, "f") is not None
                return self._number(value, attribute(cell, "s"))
            case "s":
                at = integer(value, -1)
                return self._strings[at] if 0 <= at < len(self._strings) else ""
            case "b":
                return "TRUE" if value in _ON else "FALSE" if value else ""
            case "d":
                return value.removesuffix("T00:00:00").replace("T", " ")
        return "" if kind == "e" else _unescaped(value)

    def _number(self, value: str, style: str | None) -> str:
        try:
            number = float(value)
        except ValueError:
            return value
        at = integer(style, 0)
        code = self._codes[at] if 0 <= at < len(self._codes) else ""
        return formatted(number, code, since_1904=self._since_1904)


def _shared_strings(package: OoxmlPackage, name: str) -> list[str]:
    for relation in package.relations(name).values():
        if relation.kind == "sharedStrings" and package.has(relation.target):
            items = limits.iterate_xml(package.content(relation.target), relation.target, "si")
            return [_text_of(item) for item in items]
    return []


def _format_codes(styles: Element | None) -> list[str]:
    if styles is None:
        return []
    own = {
        integer(attribute(item, "numFmtId"), -1): attribute(item, "formatCode") or ""
        for item in styles.iterfind("{*}numFmts/{*}numFmt")
    }
    ids = [integer(attribute(item, "numFmtId"), 0) for item in styles.iterfind("{*}cellXfs/{*}xf")]
    return [own.get(number, built_in_code(number)) for number in ids]


def _text_of(item: Element | None) -> str:
    """Return a string, which may be in several runs, without phonetic guides."""
    if item is None:
        return ""
    runs = (run for part in item.iterchildren("{*}t", "{*}r") for run in ([part] if local(part) == "t" else part))
    return _unescaped("".join(run.text or "" for run in runs if local(run) == "t"))


def _unescaped(text: str) -> str:
    """Decode the characters that XML cannot hold, which are written as _x000D_."""
    return _ESCAPE.sub(lambda match: chr(int(match.group(1), 16)), text) if "_x" in text else text


def _merged(sheet: bytes) -> list[MergedCells]:
    """Return the merged cells of a sheet, which stand after its rows."""
    found = islice(_MERGED.finditer(sheet, max(0, sheet.rfind(b"sheetData>"))), _MAX_MERGED)
    parts = ([part.decode() for part in match.groups()] for match in found)
    return [
        MergedCells(int(top), int(bottom), _column(left, 0), _column(right, 0)) for left, top, right, bottom in parts
    ]


def _column(reference: str | None, default: int) -> int:
    """Return the column of a cell reference such as "AB12", from 0."""
    match = _COLUMN.match(reference or "")
    if match is None:
        return default
    number = 0
    for letter in match.group(1).upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _parse_binary(data: bytes) -> ParsedText:
    import xlrd

    builder = DocumentBuilder()
    sheets = SheetRows(builder)
    notes = []
    book = xlrd.open_workbook(
        file_contents=data, formatting_info=True, ragged_rows=True, on_demand=True, logfile=io.StringIO()
    )
    for index in range(book.nsheets):
        sheet = book.sheet_by_index(index)
        hidden = sum(bool(row.hidden) for number, row in sheet.rowinfo_map.items() if number < sheet.nrows)
        notes += hidden_notes(sheet.name, sheet=bool(sheet.visibility), rows=hidden)
        cells = (sheet.row(number) for number in range(sheet.nrows))
        sheets.add(sheet.name, enumerate(([_binary_cell(book, cell) for cell in row] for row in cells), 1))
        book.unload_sheet(index)
    return builder.build(form=Form.ROWS, notes=notes)


def _binary_cell(book: Book, cell: Cell) -> str:
    if cell.ctype == _TEXT:
        return str(cell.value)
    if cell.ctype == _BOOLEAN:
        return "TRUE" if cell.value else "FALSE"
    if cell.ctype not in {_NUMBER, _DATE}:
        return ""
    form = book.format_map.get(book.xf_list[cell.xf_index].format_key)
    return formatted(float(cell.value), form.format_str if form else "", since_1904=bool(book.datemode))


def _binary_error(error: Exception, data: bytes) -> ParsingError:
    """Explain an error of xlrd, which checks little, so that damaged files raise many kinds of errors."""
    import xlrd

    if ENCRYPTED in data or "encrypted" in str(error):
        return ParsingError("is encrypted: save it without a password")
    if isinstance(error, xlrd.XLRDError):
        return ParsingError(f"is damaged, or not what its suffix says ({error}): save it as .xlsx")
    return ParsingError(f"is damaged ({type(error).__name__} in it): save it as .xlsx")
