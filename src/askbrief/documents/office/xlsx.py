"""Excel files (.xlsx, .xlsm, .xltx): every sheet's rows as they are shown, from the values that were stored last."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from askbrief.documents import limits
from askbrief.documents.builder import DocumentBuilder
from askbrief.documents.office.ooxml import Package, attribute, child, children, local, whole
from askbrief.documents.office.sheets import Sheets, code_of, shown
from askbrief.records import Form

if TYPE_CHECKING:
    from collections.abc import Iterator

    from askbrief.documents.builder import ParsedText
    from askbrief.documents.limits import Element

_COLUMN = re.compile(r"\$?([A-Za-z]{1,3})\$?\d*")
_MOST_COLUMNS = 16_384
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_ON = ("1", "true", "on")


def parse(data: bytes) -> ParsedText:
    """Read an Excel file."""
    package = Package(data)
    name, workbook = package.main("workbook", "an Excel workbook")
    relations = package.relations(name)
    reader = _Reader(package, name, workbook)
    builder = DocumentBuilder()
    sheets = Sheets(builder)
    notes: list[str] = []
    for item in workbook.iterfind("{*}sheets/{*}sheet"):
        title = " ".join((attribute(item, "name") or "").split())
        ids = [str(text) for key, text in item.items() if str(key).endswith("}id")]
        relation = relations.get(ids[0] if ids else "")
        if relation is None or relation.kind != "worksheet" or not package.has(relation.target):
            kind = "is missing in the file" if relation is None else "holds no cells"
            notes.append(f"the sheet {title} {kind}")
            continue
        if (attribute(item, "state") or "visible") != "visible":
            notes.append(f"the sheet {title} is hidden, and read all the same")
        sheets.put(title, reader.rows(relation.target))
        notes += reader.notes(title)
        if any(one.kind == "comments" for one in package.relations(relation.target).values()):
            notes.append(f"comments in the sheet {title} left out")
    return builder.build(package.metadata(), form=Form.ROWS, notes=notes)


class _Reader:
    """Reads sheet after sheet with what they have in common: texts and formats."""

    def __init__(self, package: Package, name: str, workbook: Element) -> None:
        self._package = package
        self._strings = _strings(package, name)
        self._codes = _codes(package.related(name, "styles"))
        properties = child(workbook, "workbookPr")
        self._since_1904 = properties is not None and attribute(properties, "date1904") in _ON
        self._seen: Counter[str] = Counter()

    def rows(self, part: str) -> Iterator[tuple[int, list[str]]]:
        """Yield the rows of a sheet with their numbers; a row without one follows the row before it."""
        number = 0
        for row in limits.iterate_xml(self._package.content(part), part, "row"):
            number = whole(attribute(row, "r"), number + 1)
            if attribute(row, "hidden") in _ON:
                self._seen["hidden"] += 1
            yield number, self._cells(row)

    def notes(self, title: str) -> list[str]:
        """Say what was noticed in the sheet just read."""
        hidden, unknown = self._seen["hidden"], self._seen["unknown"]
        self._seen.clear()
        said = []
        if hidden:
            said.append(f"{hidden:,} hidden row{'s' if hidden > 1 else ''} of the sheet {title} read all the same")
        if unknown:
            formulas = f"{unknown:,} formula{'s' if unknown > 1 else ''} of the sheet {title}"
            said.append(f"{formulas} without a stored result left out: open and save the file in a spreadsheet program")
        return said

    def _cells(self, row: Element) -> list[str]:
        texts: list[str] = []
        for cell in children(row, "c"):
            at = _column(attribute(cell, "r"), len(texts))
            text = self._text(cell)
            if text and at < _MOST_COLUMNS:
                texts += [""] * (at + 1 - len(texts))
                texts[at] = text
            elif at == len(texts):
                texts.append("")
        return texts

    def _text(self, cell: Element) -> str:
        """A cell as it is shown: an error is nothing, a formula is its stored result."""
        kind = attribute(cell, "t") or "n"
        if kind == "inlineStr":
            return _text_of(child(cell, "is"))
        stored = child(cell, "v")
        value = "" if stored is None else (stored.text or "").strip()
        if kind == "n":
            if not value and child(cell, "f") is not None:
                self._seen["unknown"] += 1
            return self._number(value, attribute(cell, "s"))
        if kind == "s":
            at = whole(value, -1)
            return self._strings[at] if 0 <= at < len(self._strings) else ""
        if kind == "b":
            return "TRUE" if value in _ON else "FALSE" if value else ""
        if kind == "d":
            return value.removesuffix("T00:00:00").replace("T", " ")
        return "" if kind == "e" else _unescaped(value)

    def _number(self, value: str, style: str | None) -> str:
        try:
            number = float(value)
        except ValueError:
            return value
        at = whole(style, 0)
        return shown(number, self._codes[at] if 0 <= at < len(self._codes) else "", since_1904=self._since_1904)


def _strings(package: Package, name: str) -> list[str]:
    """The texts that cells refer to by their place."""
    for relation in package.relations(name).values():
        if relation.kind == "sharedStrings" and package.has(relation.target):
            items = limits.iterate_xml(package.content(relation.target), relation.target, "si")
            return [_text_of(item) for item in items]
    return []


def _codes(styles: Element | None) -> list[str]:
    """The code of the number format of each cell style."""
    if styles is None:
        return []
    own = {
        whole(attribute(item, "numFmtId"), -1): attribute(item, "formatCode") or ""
        for item in styles.iterfind("{*}numFmts/{*}numFmt")
    }
    ids = [whole(attribute(item, "numFmtId"), 0) for item in styles.iterfind("{*}cellXfs/{*}xf")]
    return [own.get(number, code_of(number)) for number in ids]


def _text_of(item: Element | None) -> str:
    """A text, also one in several scripts, without the reading aids above it."""
    if item is None:
        return ""
    runs = (run for part in item.iterchildren("{*}t", "{*}r") for run in ([part] if local(part) == "t" else part))
    return _unescaped("".join(run.text or "" for run in runs if local(run) == "t"))


def _unescaped(text: str) -> str:
    """Characters that XML cannot hold are written as _x000D_."""
    return _ESCAPE.sub(lambda found: chr(int(found.group(1), 16)), text) if "_x" in text else text


def _column(reference: str | None, default: int) -> int:
    match = _COLUMN.match(reference or "")
    if match is None:
        return default
    number = 0
    for letter in match.group(1).upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
