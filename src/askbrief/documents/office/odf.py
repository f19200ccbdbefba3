"""OpenDocument files: texts (.odt), sheets (.ods), slides (.odp), and their templates and flat files."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from askbrief.documents import limits
from askbrief.documents.builder import DocumentBuilder
from askbrief.documents.office import OfficeParagraph, add_blocks, in_reading_order, joined
from askbrief.documents.office.odf_text import MAX_REPEATED, OdfStyles, OdfText, cells_of, rows_of
from askbrief.documents.office.ooxml import attribute, child, children, cleaned_metadata, integer, local, text_of
from askbrief.documents.office.sheets import SheetRows, hidden_notes
from askbrief.errors import ParsingError
from askbrief.records import Form, Metadata

if TYPE_CHECKING:
    from collections.abc import Iterator

    from askbrief.documents.builder import ParsedText
    from askbrief.documents.limits import Element

_POINTS = {"cm": 28.3465, "mm": 2.83465, "in": 72.0, "pt": 1.0, "pc": 12.0, "px": 0.75}
_ENCRYPTED = b"encryption-data"
_MAX_ROWS_REPEATED = 1_000  # maximum number of copies of a row that is not empty


def parse(data: bytes) -> ParsedText:
    """Parse an OpenDocument file; the content decides its kind, not the suffix."""
    content, styles, meta = _roots(data)
    body = child(content, "body")
    text = OdfText(OdfStyles([root for root in (styles, content) if root is not None]))
    for kind in () if body is None else body.iterchildren("*"):
        metadata = _metadata(meta)
        match local(kind):
            case "text":
                builder = DocumentBuilder()
                add_blocks(builder, list(text.blocks(kind)))
                return builder.build(metadata, notes=text.notes())
            case "spreadsheet":
                return _sheets(kind, text, metadata)
            case "presentation" | "drawing":
                return _slides(kind, text, metadata)
    raise ParsingError("is no text, sheet or presentation in an OpenDocument format: save it again")


def _roots(data: bytes) -> tuple[Element, Element | None, Element | None]:
    """Return the roots of the content, the styles and the metadata, which are one in a flat file."""
    if data.lstrip()[:1] == b"<":
        flat_file = limits.parse_xml(data, "the file")
        return flat_file, None, flat_file
    with limits.open_zip(data) as opened:
        names = set(opened.namelist())
        if "META-INF/manifest.xml" in names and _ENCRYPTED in limits.member_bytes(opened, "META-INF/manifest.xml"):
            raise ParsingError("is encrypted: save it without a password")
        content = limits.parse_xml(limits.member_bytes(opened, "content.xml"), "content.xml")
        styles, meta = (
            limits.parse_xml(limits.member_bytes(opened, name), name) if name in names else None
            for name in ("styles.xml", "meta.xml")
        )
        return content, styles, meta


def _metadata(root: Element | None) -> Metadata:
    meta = child(root, "meta")
    if meta is None:
        return Metadata()
    fields = {local(item): text_of(item) for item in meta.iterchildren("*")}
    author = fields.get("initial-creator") or fields.get("creator")
    date = fields.get("date") or fields.get("creation-date")
    return cleaned_metadata(fields.get("title"), author, date, ",".join(map(text_of, children(meta, "keyword"))))


def _sheets(spreadsheet: Element, text: OdfText, metadata: Metadata) -> ParsedText:
    builder = DocumentBuilder()
    sheets = SheetRows(builder)
    notes = []
    for table in children(spreadsheet, "table"):
        name = attribute(table, "name") or ""
        hidden = not text.styles.is_shown("table", attribute(table, "style-name"))
        rows = sum(attribute(row, "visibility") in {"collapse", "filter"} for row, _ in rows_of(table))
        notes += hidden_notes(name, sheet=hidden, rows=rows)
        sheets.add(name, _numbered(table, text))
    return builder.build(metadata, form=Form.ROWS, notes=[*notes, *text.notes()])


def _numbered(table: Element, text: OdfText) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows with their numbers; a file stores a repeated row once, often up to the end of the sheet."""
    number = 1
    for row, _ in rows_of(table):
        times = max(integer(attribute(row, "number-rows-repeated"), 1), 1)
        cells = _cells(row, text)
        if any(cells):
            if times > _MAX_ROWS_REPEATED:
                raise ParsingError(f"repeats row {number:,} {times:,} times: remove the copies")
            yield from ((number + at, cells) for at in range(times))
        number += times


def _cells(row: Element, text: OdfText) -> list[str]:
    texts: list[str] = []
    for cell in cells_of(row):
        times = max(integer(attribute(cell, "number-columns-repeated"), 1), 1)
        texts += [_cell(cell, text)] * min(times, MAX_REPEATED - len(texts))
    while texts and not texts[-1]:
        texts.pop()
    return texts


def _cell(cell: Element, text: OdfText) -> str:
    """Return a cell as it is shown; a date in ISO 8601, and nothing for an error."""
    if local(cell) == "covered-table-cell":
        return ""
    if attribute(cell, "value-type") == "date" and (date := attribute(cell, "date-value")):
        return date.removesuffix("T00:00:00").replace("T", " ")
    words = " ".join(joined(text.blocks(cell)).split())
    return "" if (words.startswith("#") and words.endswith(("!", "?", "#N/A"))) or words.startswith("Err:") else words


def _slides(presentation: Element, text: OdfText, metadata: Metadata) -> ParsedText:
    builder = DocumentBuilder()
    notes = []
    for number, page in enumerate(children(presentation, "page"), 1):
        builder.page()
        shapes = [shape for shape in page.iterchildren("*") if local(shape) != "notes"]
        for shape in in_reading_order(shapes, _position):
            blocks = list(text.blocks_among([shape]))
            if attribute(shape, "class") == "title":
                builder.heading(joined(blocks))
            else:
                add_blocks(builder, [one for one in blocks if not isinstance(one, OfficeParagraph) or one.text.strip()])
        for speaker in children(page, "notes"):
            add_blocks(builder, list(text.blocks(speaker)))
        if not text.styles.is_shown("drawing-page", attribute(page, "style-name")):
            notes.append(f"slide {number} is hidden, and read all the same")
    return builder.build(metadata, form=Form.SLIDES, notes=[*notes, *text.notes()])


def _position(shape: Element) -> tuple[float, float] | None:
    """Return the distance of a shape from the top and the left, in points; the title comes first."""
    if attribute(shape, "class") == "title":
        return (float("-inf"), 0.0)
    top, left = _points(attribute(shape, "y")), _points(attribute(shape, "x"))
    return None if top is None or left is None else (top, left)


def _points(length: str | None) -> float | None:
    length = (length or "").strip()
    with suppress(ValueError, KeyError):
        return float(length[:-2]) * _POINTS[length[-2:]]
    return None
