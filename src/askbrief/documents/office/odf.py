"""OpenDocument files: texts (.odt), sheets (.ods), slides (.odp), and templates and flat files of these."""

from __future__ import annotations

from typing import TYPE_CHECKING

from askbrief.documents import limits
from askbrief.documents.builder import DocumentBuilder
from askbrief.documents.office.flow import Line, flat, in_reading_order, put
from askbrief.documents.office.odf_text import MOST_REPEATED, Styles, TextReader, cells_of, rows_of
from askbrief.documents.office.ooxml import (
    attribute,
    child,
    children,
    given_authors,
    given_date,
    given_tags,
    given_title,
    local,
    text_of,
    whole,
)
from askbrief.documents.office.sheets import Sheets
from askbrief.errors import ParsingError
from askbrief.records import Form, Metadata

if TYPE_CHECKING:
    from collections.abc import Iterator

    from askbrief.documents.builder import ParsedText
    from askbrief.documents.limits import Element

_POINTS = {"cm": 28.3465, "mm": 2.83465, "in": 72.0, "pt": 1.0, "pc": 12.0, "px": 0.75}
_ENCRYPTED = b"encryption-data"
_MOST_ROWS_REPEATED = 1_000


def parse(data: bytes) -> ParsedText:
    """Read an OpenDocument file of any kind; what is in it decides."""
    content, styles, meta = _roots(data)
    body = child(content, "body")
    reader = TextReader(Styles([root for root in (styles, content) if root is not None]))
    for kind in () if body is None else body.iterchildren("*"):
        metadata = _metadata(meta)
        match local(kind):
            case "text":
                builder = DocumentBuilder()
                put(builder, list(reader.blocks(kind)))
                return builder.build(metadata, notes=reader.notes())
            case "spreadsheet":
                return _sheets(kind, reader, metadata)
            case "presentation" | "drawing":
                return _slides(kind, reader, metadata)
    raise ParsingError("is no text, sheet or presentation of the OpenDocument kind: save it anew")


def _roots(data: bytes) -> tuple[Element, Element | None, Element | None]:
    """The content, the styles and what the file says of itself; in a flat file all in one."""
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
    """Title, author, date of the last change and keywords, as far as people gave them."""
    meta = child(root, "meta")
    if meta is None:
        return Metadata()
    said = {local(item): text_of(item) for item in meta.iterchildren("*")}
    keywords = ",".join(text_of(item) for item in children(meta, "keyword"))
    return Metadata(
        title=given_title(said.get("title")),
        author=given_authors(said.get("initial-creator") or said.get("creator")),
        date=given_date(said.get("date") or said.get("creation-date")),
        tags=given_tags(keywords),
    )


# ------------------------------------------------------------------------------------------------- sheets


def _sheets(spreadsheet: Element, reader: TextReader, metadata: Metadata) -> ParsedText:
    builder = DocumentBuilder()
    sheets = Sheets(builder)
    notes = []
    for table in children(spreadsheet, "table"):
        name = attribute(table, "name") or ""
        if not reader.styles.is_shown("table", attribute(table, "style-name")):
            notes.append(f"the sheet {name} is hidden, and read all the same")
        hidden = sum(attribute(row, "visibility") in {"collapse", "filter"} for row, _ in rows_of(table))
        if hidden:
            notes.append(f"{hidden:,} hidden row{'s' if hidden > 1 else ''} of the sheet {name} read all the same")
        sheets.put(name, _numbered(table, reader))
    return builder.build(metadata, form=Form.ROWS, notes=[*notes, *reader.notes()])


def _numbered(table: Element, reader: TextReader) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows with their numbers; a file says once what is repeated, often to the end of the sheet."""
    number = 1
    for row, _ in rows_of(table):
        times = max(whole(attribute(row, "number-rows-repeated"), 1), 1)
        cells = _cells(row, reader)
        if any(cells):
            if times > _MOST_ROWS_REPEATED:
                raise ParsingError(f"repeats row {number:,} {times:,} times: take the copies out")
            yield from ((number + at, cells) for at in range(times))
        number += times


def _cells(row: Element, reader: TextReader) -> list[str]:
    texts: list[str] = []
    for cell in cells_of(row):
        times = max(whole(attribute(cell, "number-columns-repeated"), 1), 1)
        texts += [_cell(cell, reader)] * min(times, MOST_REPEATED - len(texts))
    while texts and not texts[-1]:
        texts.pop()
    return texts


def _cell(cell: Element, reader: TextReader) -> str:
    """A cell as it is shown; dates as ISO, and nothing for an error."""
    if local(cell) == "covered-table-cell":
        return ""
    if attribute(cell, "value-type") == "date" and (date := attribute(cell, "date-value")):
        return date.removesuffix("T00:00:00").replace("T", " ")
    words = " ".join(flat(reader.blocks(cell)).split())
    return "" if (words.startswith("#") and words.endswith(("!", "?", "#N/A"))) or words.startswith("Err:") else words


# ------------------------------------------------------------------------------------------------- slides


def _slides(presentation: Element, reader: TextReader, metadata: Metadata) -> ParsedText:
    builder = DocumentBuilder()
    notes = []
    for number, page in enumerate(children(presentation, "page"), 1):
        builder.page()
        shapes = [shape for shape in page.iterchildren("*") if local(shape) != "notes"]
        for shape in in_reading_order(shapes, _place):
            pieces = list(reader.blocks_among([shape]))
            if attribute(shape, "class") == "title":
                builder.heading(flat(pieces))
            else:
                put(builder, [piece for piece in pieces if not isinstance(piece, Line) or piece.words.strip()])
        for speaker in children(page, "notes"):
            put(builder, list(reader.blocks(speaker)))
        if not reader.styles.is_shown("drawing-page", attribute(page, "style-name")):
            notes.append(f"slide {number} is hidden, and read all the same")
    return builder.build(metadata, form=Form.SLIDES, notes=[*notes, *reader.notes()])


def _place(shape: Element) -> tuple[float, float] | None:
    """How far a shape is from the top and from the left, in points; its title class comes first."""
    if attribute(shape, "class") == "title":
        return (float("-inf"), 0.0)
    top, left = _points(attribute(shape, "y")), _points(attribute(shape, "x"))
    return None if top is None or left is None else (top, left)


def _points(length: str | None) -> float | None:
    text = (length or "").strip()
    try:
        return float(text[:-2]) * _POINTS[text[-2:]]
    except (ValueError, KeyError):
        return None
