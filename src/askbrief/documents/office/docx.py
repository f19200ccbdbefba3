"""Word files (.docx, .docm, .dotx): what a reader of the printed page sees, without its pages, headers and footers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from askbrief.documents.builder import DocumentBuilder
from askbrief.documents.office.docx_paragraphs import Numbering, Reading, Styles, alternative
from askbrief.documents.office.flow import Line, Note, Rows, flat, put, roman
from askbrief.documents.office.ooxml import Package, attribute, child, children, is_on, local, value, whole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from askbrief.documents.builder import ParsedText
    from askbrief.documents.limits import Element
    from askbrief.documents.office.docx_paragraphs import Words

_THROUGH = frozenset({"ins", "moveTo", "customXml", "smartTag", "sdtContent"})
_MOST_COLUMNS = 63  # Word's own limit
_LISTS = ("toc ", "toc heading", "table of figures")


def parse(data: bytes) -> ParsedText:
    """Read a Word file."""
    package = Package(data)
    name, root = package.main("document", "a Word document")
    reader = _Reader(package, name)
    body = child(root, "body")
    builder = DocumentBuilder()
    put(builder, [] if body is None else list(reader.blocks(body)))
    return builder.build(package.metadata(), notes=reader.notes())


class _Reader:
    """Goes through a document in its order."""

    def __init__(self, package: Package, name: str) -> None:
        styles = Styles(package.related(name, "styles"))
        self._styles = styles
        self._numbering = Numbering(package.related(name, "numbering"), styles)
        self._reading = Reading(styles)
        self._stories = {kind: _by_id(package.related(name, f"{kind}s")) for kind in ("footnote", "endnote")}
        self._noted: dict[str, int] = {"footnote": 0, "endnote": 0}
        self._comments = self._embedded = self._contents = 0
        self._carried = ""

    def notes(self) -> list[str]:
        """Say what is not in the text."""
        counts = [(self._comments, "comment"), (self._embedded, "embedded file")]
        said = [f"{count:,} {what}{'s' if count > 1 else ''} left out" for count, what in counts if count]
        return [*said, *(["the table of contents left out"] if self._contents else [])]

    def blocks(self, parent: Element) -> Iterator[Line | Rows | Note]:
        """Yield what a body, a cell, a text box or a note holds."""
        yield from self._items(parent)
        if self._carried:
            yield Line(self._carried)
            self._carried = ""

    def _items(self, parent: Element) -> Iterator[Line | Rows | Note]:
        for item in parent.iterchildren("*"):
            name = local(item)
            if name == "p":
                yield from self._paragraph(item)
            elif name == "tbl":
                yield from self._table(item)
            elif name in _THROUGH:
                yield from self._items(item)
            elif name == "AlternateContent":
                yield from self._items(alternative(item))
            elif name == "sdt" and (content := child(item, "sdtContent")) is not None:
                if is_on(item, "sdtPr", "showingPlcHdr"):
                    continue
                yield from self._items(content)
            elif name == "altChunk":
                self._embedded += 1

    def _paragraph(self, paragraph: Element) -> Iterator[Line | Rows | Note]:
        """Yield a paragraph, then the text boxes anchored in it and the notes that it refers to."""
        properties = child(paragraph, "pPr")
        words = self._reading.words(paragraph)
        self._comments += words.comments
        if self._is_contents(properties):
            self._contents += 1
            return
        text = self._carried + words.text
        self._carried = ""
        if (glue := _glue(properties)) is not None:
            self._carried = text + glue
            return
        mark = self._numbering.mark(properties)
        yield Line(text, self._styles.level(properties) if text.strip() else 0, mark, words.bold)
        for box in words.boxes:
            yield from self.blocks(box)
        yield from self._notes(words)

    def _is_contents(self, properties: Element | None) -> bool:
        return any(name.startswith(_LISTS) for name in self._styles.names(value(properties, "pStyle"))[:1])

    def _notes(self, words: Words) -> Iterator[Note]:
        for reference in words.notes:
            kind = local(reference).removesuffix("Reference")
            note = self._stories[kind].pop(attribute(reference, "id") or "", None)
            label = ""
            if (attribute(reference, "customMarkFollows") or "0") in {"0", "false"}:
                self._noted[kind] += 1
                label = str(self._noted[kind]) if kind == "footnote" else roman(self._noted[kind])
            if note is not None:
                yield Note(label, flat(self.blocks(note)), last=kind == "endnote")

    def _table(self, table: Element) -> Iterator[Line | Rows | Note]:
        """Yield a table, and what cannot stand in a row after it; one of a single column is only a frame."""
        rows = [row for row in _rows(table) if child(row, "trPr", "del") is None and not is_on(row, "trPr", "hidden")]
        if all(len(list(_cells(row))) <= 1 for row in rows):
            for row in rows:
                for cell in _cells(row):
                    yield from self.blocks(cell)
            return
        after: list[Rows | Note] = []
        cells = [self._row(row, after) for row in rows]
        headers = [is_on(row, "trPr", "tblHeader") for row in rows]
        yield Rows(cells, (*headers, False).index(False))
        yield from after

    def _row(self, row: Element, after: list[Rows | Note]) -> list[str | None]:
        texts: list[str | None] = [""] * min(whole(value(row, "trPr", "gridBefore"), 0), _MOST_COLUMNS)
        for cell in _cells(row):
            pieces = list(self.blocks(cell))
            goes_on = child(cell, "tcPr", "vMerge") is not None and value(cell, "tcPr", "vMerge") != "restart"
            texts.append("" if goes_on else flat(pieces))
            texts += [None] * (min(whole(value(cell, "tcPr", "gridSpan"), 1), _MOST_COLUMNS) - 1)
            after += [piece for piece in pieces if not isinstance(piece, Line)]
        return texts


def _rows(table: Element) -> Iterator[Element]:
    yield from _within(table, "tr")


def _cells(row: Element) -> Iterator[Element]:
    yield from _within(row, "tc")


def _within(parent: Element, name: str) -> Iterator[Element]:
    """Yield the rows of a table or the cells of a row, also where content controls lie between."""
    for item in parent.iterchildren("*"):
        if local(item) == name:
            yield item
        elif local(item) == "sdt" or local(item) in _THROUGH:
            yield from _within(item, name)


def _glue(properties: Element | None) -> str | None:
    """What joins a paragraph to the next one: nothing after a large first letter or a deleted paragraph mark."""
    frame = child(properties, "framePr")
    drop_cap = frame is not None and (attribute(frame, "dropCap") or "none") != "none"
    deleted = child(properties, "rPr", "del") is not None
    return "" if drop_cap or deleted else None


def _by_id(root: Element | None) -> dict[str, Element]:
    """The notes of a file, without the lines that separate them from the text."""
    if root is None:
        return {}
    notes = (note for kind in ("footnote", "endnote") for note in children(root, kind))
    return {attribute(note, "id") or "": note for note in notes if attribute(note, "type") in {None, "normal"}}
