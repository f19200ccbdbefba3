"""Word files (.docx, .docm, .dotx): the text that is visible in print, without page headers and footers."""

from __future__ import annotations

import re
from itertools import chain, takewhile
from typing import TYPE_CHECKING

from askbrief.documents.builder import DocumentBuilder, NestedFile
from askbrief.documents.office import OfficeParagraph, OfficeTable, add_blocks, cell_text, left_out, numbered_note
from askbrief.documents.office.docx_paragraphs import DocxNumbering, DocxParagraphs, DocxStyles, alternative
from askbrief.documents.office.ooxml import (
    OoxmlPackage,
    attribute,
    child,
    children,
    integer,
    is_on,
    local,
    relation_id,
    value,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from askbrief.documents.builder import ParsedText
    from askbrief.documents.limits import Element
    from askbrief.documents.office import OfficeBlock, OfficeNote, ParagraphContent
    from askbrief.documents.office.ooxml import OoxmlRelation

_TRANSPARENT = frozenset({"ins", "moveTo", "customXml", "smartTag", "sdtContent"})
_MAX_COLUMNS = 63  # Word's own limit
_FIELD_WORDS = re.compile(r"(?i)\b(?:page|of|seite|von)\b")
_CONTENTS = ("toc ", "toc heading", "table of figures")


def parse(data: bytes) -> ParsedText:
    package = OoxmlPackage(data)
    name, root = package.main("document", "a Word document")
    parser = _Parser(package, name)
    body = child(root, "body")
    builder = DocumentBuilder()
    add_blocks(builder, [] if body is None else list(parser.blocks(body)))
    _add_asides(builder, package, name)
    return builder.build(package.metadata(), nested_files=parser.nested, notes=parser.notes())


def _add_asides(builder: DocumentBuilder, package: OoxmlPackage, name: str) -> None:
    """Add the page headers and footers, each once, and the comments."""
    seen: set[str] = set()
    for relation in package.relations(name).values():
        if relation.kind in {"header", "footer"} and package.has(relation.target):
            words = " ".join(filter(None, map(_plain, package.part(relation.target).iter("{*}p"))))
            if words not in seen and any(map(str.isalpha, _FIELD_WORDS.sub("", words))):
                seen.add(words)
                builder.aside(f"Page {relation.kind}", words)
    comments = package.related(name, "comments")
    for comment in () if comments is None else children(comments, "comment"):
        author = " ".join((attribute(comment, "author") or "").split())
        day = (attribute(comment, "date") or "")[:10]
        words = " ".join(filter(None, map(_plain, comment.iter("{*}p"))))
        builder.aside(f"Comment{f' by {author}' if author else ''}{f', {day}' if day else ''}", words)


def _plain(paragraph: Element) -> str:
    """Return the visible words of a paragraph, deletions left out."""
    runs = (item for item in paragraph.iter("{*}t", "{*}tab", "{*}br") if not _is_deleted(item))
    return " ".join("".join((item.text or "") if local(item) == "t" else " " for item in runs).split())


def _is_deleted(item: Element) -> bool:
    return any(local(one) in {"del", "moveFrom"} or is_on(one, "rPr", "vanish") for one in item.iterancestors())


class _Parser:
    def __init__(self, package: OoxmlPackage, name: str) -> None:
        styles = DocxStyles(package.related(name, "styles"))
        self._styles = styles
        self._numbering = DocxNumbering(package.related(name, "numbering"), styles)
        self._paragraphs = DocxParagraphs(styles)
        self._stories = {kind: _notes_by_id(package.related(name, f"{kind}s")) for kind in ("footnote", "endnote")}
        self._note_counts: dict[str, int] = {"footnote": 0, "endnote": 0}
        self._package = package
        self._relations = package.relations(name)
        self._contents = 0
        self._missing = sum(one.kind == "oleObject" for one in self._relations.values())
        self.nested = [_nested(package, one) for one in self._relations.values() if _is_file(package, one)]
        self._carried = ""

    def notes(self) -> list[str]:
        count = self._missing
        embedded = [f"{count:,} embedded object{'s' if count > 1 else ''} left out"] if count else []
        return [*embedded, *left_out(0, self._contents)]

    def blocks(self, parent: Element) -> Iterator[OfficeBlock]:
        """Yield the blocks of a body, a cell, a text box or a note."""
        yield from self._items(parent)
        if self._carried:
            yield OfficeParagraph(self._carried)
            self._carried = ""

    def _items(self, parent: Element) -> Iterator[OfficeBlock]:
        for item in parent.iterchildren("*"):
            name = local(item)
            if name == "p":
                yield from self._paragraph(item)
            elif name == "tbl":
                yield from self._table(item)
            elif name in _TRANSPARENT:
                yield from self._items(item)
            elif name == "AlternateContent":
                yield from self._items(alternative(item))
            elif name == "sdt" and (content := child(item, "sdtContent")) is not None:
                if not is_on(item, "sdtPr", "showingPlcHdr"):
                    yield from self._items(content)
            elif name == "altChunk":
                relation = self._relations.get(relation_id(item))
                if relation is not None and self._package.has(relation.target):
                    self.nested.append(_nested(self._package, relation))
                else:
                    self._missing += 1

    def _paragraph(self, paragraph: Element) -> Iterator[OfficeBlock]:
        properties = child(paragraph, "pPr")
        content = self._paragraphs.content(paragraph)
        if any(name.startswith(_CONTENTS) for name in self._styles.names(value(properties, "pStyle"))[:1]):
            self._contents += 1
            return
        text = self._carried + content.text
        self._carried = ""
        if _continues(properties):
            self._carried = text
            return
        mark = self._numbering.mark(properties)
        yield OfficeParagraph(text, self._styles.level(properties) if text.strip() else 0, mark, content.bold)
        for box in content.boxes:
            yield from self.blocks(box)
        yield from self._notes(content)

    def _notes(self, content: ParagraphContent) -> Iterator[OfficeNote]:
        for reference in content.notes:
            kind = local(reference).removesuffix("Reference")
            note = self._stories[kind].pop(attribute(reference, "id") or "", None)
            number = None
            if (attribute(reference, "customMarkFollows") or "0") in {"0", "false"}:
                self._note_counts[kind] += 1
                number = self._note_counts[kind]
            if note is not None:
                yield numbered_note(kind, number, self.blocks(note))

    def _table(self, table: Element) -> Iterator[OfficeBlock]:
        """Yield a table, then the blocks of its cells that are no paragraphs; a single column is only a frame."""
        rows = [row for row in _within(table, "tr") if child(row, "trPr", "del") is None]
        rows = [row for row in rows if not is_on(row, "trPr", "hidden")]
        cells = [list(_within(row, "tc")) for row in rows]
        if max(map(len, cells), default=0) <= 1:
            for cell in chain.from_iterable(cells):
                yield from self.blocks(cell)
            return
        after: list[OfficeBlock] = []
        texts = [self._row(row, after) for row in rows]
        yield OfficeTable(texts, sum(1 for _ in takewhile(lambda row: is_on(row, "trPr", "tblHeader"), rows)))
        yield from after

    def _row(self, row: Element, after: list[OfficeBlock]) -> list[str | None]:
        texts: list[str | None] = [""] * min(integer(value(row, "trPr", "gridBefore"), 0), _MAX_COLUMNS)
        for cell in _within(row, "tc"):
            text = cell_text(self.blocks(cell), after)
            goes_on = child(cell, "tcPr", "vMerge") is not None and value(cell, "tcPr", "vMerge") != "restart"
            texts.append("" if goes_on else text)
            texts += [None] * (min(integer(value(cell, "tcPr", "gridSpan"), 1), _MAX_COLUMNS) - 1)
        return texts


def _is_file(package: OoxmlPackage, relation: OoxmlRelation) -> bool:
    return relation.kind == "package" and package.has(relation.target)


def _nested(package: OoxmlPackage, relation: OoxmlRelation) -> NestedFile:
    """Return a file in the package: one embedded in the text, or a chunk that Word shows as part of it."""
    return NestedFile(relation.target.rpartition("/")[2], package.content(relation.target))


def _within(parent: Element, name: str) -> Iterator[Element]:
    for item in parent.iterchildren("*"):
        if local(item) == name:
            yield item
        elif local(item) == "sdt" or local(item) in _TRANSPARENT:
            yield from _within(item, name)


def _continues(properties: Element | None) -> bool:
    """Return whether the next paragraph continues this one: after a drop cap or a deleted paragraph mark."""
    frame = child(properties, "framePr")
    drop_cap = frame is not None and (attribute(frame, "dropCap") or "none") != "none"
    return drop_cap or child(properties, "rPr", "del") is not None


def _notes_by_id(root: Element | None) -> dict[str, Element]:
    """Return the notes of a file, without the separators between notes and text."""
    if root is None:
        return {}
    notes = (note for kind in ("footnote", "endnote") for note in children(root, kind))
    return {attribute(note, "id") or "": note for note in notes if attribute(note, "type") in {None, "normal"}}
