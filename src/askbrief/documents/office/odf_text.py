"""The text of OpenDocument files: styles, list numbers, paragraphs, tables, notes and frames in order."""

from __future__ import annotations

from itertools import chain, count
from typing import TYPE_CHECKING

from askbrief.core.text import pattern
from askbrief.documents.office import (
    ListMark,
    OfficeNote,
    OfficeParagraph,
    OfficeTable,
    ParagraphContent,
    cell_text,
    joined,
    left_out,
    numeral,
)
from askbrief.documents.office.ooxml import attribute, child, children, integer, local, text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from askbrief.documents.limits import Element
    from askbrief.documents.office import OfficeBlock

_LEVELS = 10
_POSITIVE = pattern(r"0*[1-9]\d*%")
_HOLDERS = frozenset({"styles", "automatic-styles"})
_LISTS = frozenset({"list-style", "outline-style"})
_PRIVATE = range(0xE000, 0xF900)


class OdfStyles:
    """The styles of a file by family and name; those in content.xml override those in styles.xml."""

    def __init__(self, roots: Iterable[Element]) -> None:
        self._styles: dict[tuple[str, str], Element] = {}
        self.lists: dict[str, dict[int, Element]] = {}
        for root in roots:
            for holder in root.iterchildren("*"):
                if local(holder) in _HOLDERS:
                    self._add(holder)

    def _add(self, holder: Element) -> None:
        for style in holder.iterchildren("*"):
            name = attribute(style, "name") or ""
            if local(style) == "style":
                self._styles[attribute(style, "family") or "", name] = style
            elif local(style) in _LISTS:
                name = "" if local(style) == "outline-style" else name
                self.lists[name] = {integer(attribute(level, "level"), 0): level for level in style.iterchildren("*")}

    def chain(self, family: str, name: str | None) -> Iterator[Element]:
        seen: set[str] = set()
        while name and (family, name) in self._styles and name not in seen:
            seen.add(name)
            style = self._styles[family, name]
            yield style
            name = attribute(style, "parent-style-name")

    def level(self, name: str | None) -> int:
        for style in self.chain("paragraph", name):
            if (outline := attribute(style, "default-outline-level")) is not None:
                return max(integer(outline, 0), 0)
            if attribute(style, "name") == "Title":
                return 1
        return 0

    def list_of(self, name: str | None) -> str | None:
        """Return the name of the list style that a paragraph style refers to, or None."""
        for style in self.chain("paragraph", name):
            if (list_style := attribute(style, "list-style-name")) is not None:
                return list_style or None
        return None

    def has(self, family: str, name: str | None, key: str, value: str, holder: str = "text-properties") -> bool | None:
        """Return whether a style gives a property a value; None where neither it nor an ancestor sets the property."""
        for style in self.chain(family, name):
            for properties in children(style, holder):
                if (own := attribute(properties, key)) is not None:
                    return own == value
        return None

    def is_raised(self, name: str | None) -> bool:
        """Return whether a style raises text: its position is "super" or a positive percentage."""
        for style in self.chain("text", name) if name else ():
            for properties in children(style, "text-properties"):
                position = (attribute(properties, "text-position") or "").split()
                if position:
                    return position[0] == "super" or bool(_POSITIVE.fullmatch(position[0]))
        return False

    def is_shown(self, family: str, name: str | None) -> bool:
        return self.has(family, name, "display", "false", f"{family}-properties") is not True


class OdfCounter:
    """The current number on each level of each list."""

    def __init__(self, styles: OdfStyles) -> None:
        self._styles = styles
        self._counts: dict[str, list[int | None]] = {}
        self._of_style: dict[str, str] = {}
        self._of_id: dict[str, str] = {}
        self._new = count(1)

    def series(self, element: Element, style: str) -> str:
        """Return the series of a list: a new one, or that of the list that it continues."""
        before = self._of_id.get(attribute(element, "continue-list") or "")
        if before is None and attribute(element, "continue-numbering") == "true":
            before = self._of_style.get(style)
        series = before or f"{style} {next(self._new)}"
        self._of_style[style] = series
        if (own := attribute(element, "id")) is not None:
            self._of_id[own] = series
        return series

    def mark(self, series: str, style: str, depth: int, item: Element | None = None) -> ListMark | None:
        """Count an item and return the mark that is printed before it, or None; `depth` counts from 0."""
        levels = self._styles.lists.get(style, {})
        level = levels.get(depth + 1)
        if level is None or depth >= _LEVELS:
            return None
        if local(level).endswith("-bullet"):
            bullet = attribute(level, "bullet-char") or "•"
            return ListMark("•" if ord(bullet[0]) in _PRIVATE else bullet, series, depth)
        if local(level).endswith("-image"):
            return ListMark("•", series, depth)
        self._count(series, depth, levels, None if item is None else attribute(item, "start-value"))
        return self._printed(series, depth, levels)

    def _count(self, series: str, depth: int, levels: dict[int, Element], start: str | None) -> None:
        counts = self._counts.setdefault(series, [None] * _LEVELS)
        for at in range(depth + 1):
            if counts[at] is None:
                start_value = attribute(levels[at + 1], "start-value") if at + 1 in levels else None
                counts[at] = integer(start_value, 1) - (at == depth)
        counts[depth] = (counts[depth] or 0) + 1 if start is None else integer(start, 1)
        counts[depth + 1 :] = [None] * (_LEVELS - depth - 1)

    def _printed(self, series: str, depth: int, levels: dict[int, Element]) -> ListMark | None:
        level = levels[depth + 1]
        if not attribute(level, "num-format"):
            return None
        shown = min(max(integer(attribute(level, "display-levels"), 1), 1), depth + 1)
        places = range(depth + 1 - shown, depth + 1)
        forms = {at: form for at in places if (form := attribute(levels.get(at + 1, level), "num-format"))}
        numbers = ".".join(numeral(self._counts[series][at] or 0, form) for at, form in forms.items())
        printed = f"{attribute(level, 'num-prefix') or ''}{numbers}{attribute(level, 'num-suffix') or ''}"
        return ListMark(printed.strip(), series, depth, len(forms) == depth + 1)


def printed_number(paragraph: Element) -> str | None:
    number = child(paragraph, "number")
    return None if number is None else text_of(number).strip() or None


MAX_REPEATED = 16_384  # maximum number of columns in a row, as repeated cells are written once with a count
_SKIPPED = frozenset(
    "annotation annotation-end tracked-changes hidden-text script number title desc ruby-text forms "
    "sequence-decls variable-decls user-field-decls dde-connection-decls event-listeners settings notes".split()
)
_LISTINGS = frozenset(
    "table-of-content illustration-index table-index object-index user-index alphabetical-index".split()
)
_FRAMES = frozenset(
    "frame custom-shape rect ellipse circle line polyline polygon regular-polygon path connector caption "
    "text-box g a3d-scene".split()
)
_AS_SPACE = frozenset({"tab", "line-break", "s"})
_TRANSPARENT = frozenset({"section", "index-body", "bibliography", "numbered-paragraph", "text-box", "note-body", "a"})
_IN_ROWS = frozenset({"table-header-rows", "table-rows", "table-row-group"})
_CELLS = frozenset({"table-cell", "covered-table-cell"})


class OdfText:
    """Walks the content of a file, or a part of it, in order."""

    def __init__(self, styles: OdfStyles) -> None:
        self.styles = styles
        self._counter = OdfCounter(styles)
        self.comments = self.listings = 0

    def notes(self) -> list[str]:
        return left_out(self.comments, self.listings)

    def blocks(self, parent: Element) -> Iterator[OfficeBlock]:
        return self.blocks_among(parent.iterchildren("*"))

    def blocks_among(self, items: Iterable[Element]) -> Iterator[OfficeBlock]:
        for item in items:
            name = local(item)
            if name in {"p", "h"}:
                yield from self._paragraph(item, self._own_mark(item))
            elif name == "list":
                yield from self._list(item, None, 0)
            elif name == "table":
                yield from self._table(item)
            elif name in _LISTINGS:
                self.listings += 1
            elif (name in _TRANSPARENT or name in _FRAMES) and attribute(item, "display") != "none":
                yield from self.blocks(item)

    def _paragraph(self, paragraph: Element, mark: ListMark | None) -> Iterator[OfficeBlock]:
        style = attribute(paragraph, "style-name")
        content = ParagraphContent()
        bold = self.styles.has("paragraph", style, "font-weight", "bold") is True
        if not self.styles.has("paragraph", style, "display", "none"):
            self._inside(paragraph, content, bold=bold)
        level = _outline_level(paragraph) or self.styles.level(style)
        yield OfficeParagraph(content.text, level if content.text.strip() else 0, mark, content.bold)
        for frame in content.boxes:
            yield from self.blocks(frame)
        for note in content.notes:
            citation, body = child(note, "note-citation"), child(note, "note-body")
            label = "" if citation is None else attribute(citation, "label") or text_of(citation)
            if body is not None:
                yield OfficeNote(label, joined(self.blocks(body)), at_end=attribute(note, "note-class") == "endnote")

    def _own_mark(self, paragraph: Element) -> ListMark | None:
        """Return the number of a heading, or the one stored with a paragraph."""
        if (printed := printed_number(paragraph)) is not None:
            return ListMark(printed, "outline", complete=True)
        level = _outline_level(paragraph)
        if not level or attribute(paragraph, "is-list-header") == "true" or not text_of(paragraph).strip():
            return None
        return self._counter.mark("outline", "", level - 1)

    def _inside(self, element: Element, content: ParagraphContent, *, bold: bool) -> None:
        content.add(element.text or "", bold=bold)
        for item in element.iterchildren("*"):
            self._item(item, local(item), content, bold=bold)
            content.add(item.tail or "", bold=bold)

    def _item(self, item: Element, name: str, content: ParagraphContent, *, bold: bool) -> None:
        if name in _AS_SPACE:
            content.pieces.append(" ")
        elif name == "note":
            content.notes.append(item)
        elif name in _FRAMES:
            content.boxes.append(item)
        elif name == "annotation":
            self.comments += 1
        elif name not in _SKIPPED:
            style = attribute(item, "style-name") if name == "span" else None
            if style is None or not self.styles.has("text", style, "display", "none"):
                own = self.styles.has("text", style, "font-weight", "bold")
                bold = bold if own is None else own
                if self.styles.is_raised(style):
                    inner = ParagraphContent()
                    self._inside(item, inner, bold=bold)
                    content.add(inner.text, bold=bold, raised=True)
                    content.notes += inner.notes
                    content.boxes += inner.boxes
                else:
                    self._inside(item, content, bold=bold)

    def _list(self, element: Element, above: tuple[str, str] | None, depth: int) -> Iterator[OfficeBlock]:
        """Yield the items of a list; the first paragraph of each item has its mark."""
        own = attribute(element, "style-name") or (above[1] if above else self._style_inside(element))
        series = above[0] if above and own == above[1] else self._counter.series(element, own)
        for item in element.iterchildren("*"):
            marked = local(item) == "list-header"
            for part in item.iterchildren("*"):
                name = local(part)
                if name == "list":
                    yield from self._list(part, (series, own), depth + 1)
                elif name in {"p", "h"}:
                    yield from self._paragraph(part, None if marked else self._item_mark(series, own, depth, item))
                    marked = True
                elif name == "table":
                    yield from self._table(part)

    def _item_mark(self, series: str, style: str, depth: int, item: Element) -> ListMark | None:
        printed = printed_number(item)
        mark = self._counter.mark(series, style, depth, item)
        return ListMark(printed, series, depth, mark is None or mark.complete) if printed else mark

    def _style_inside(self, element: Element) -> str:
        first = next((part for part in element.iter("{*}p", "{*}h")), None)
        return "" if first is None else self.styles.list_of(attribute(first, "style-name")) or ""

    def _table(self, table: Element) -> Iterator[OfficeBlock]:
        """Yield a table, then the blocks of its cells that are no paragraphs; a single column is only a frame."""
        rows = list(rows_of(table))
        cells = [list(cells_of(row)) for row, _ in rows]
        if max(map(len, cells), default=0) <= 1:
            for cell in chain.from_iterable(cells):
                yield from self.blocks(cell)
            return
        after: list[OfficeBlock] = []
        texts = [self._row(row, after) for row in cells]
        yield OfficeTable(texts, [*(marked for _, marked in rows), False].index(False))
        yield from after

    def _row(self, cells: list[Element], after: list[OfficeBlock]) -> list[str | None]:
        texts: list[str | None] = []
        reaches = 0
        for cell in cells:
            if local(cell) == "covered-table-cell":
                times = min(integer(attribute(cell, "number-columns-repeated"), 1), MAX_REPEATED)
                texts += [None if at < reaches else "" for at in range(times)]
                reaches -= times
                continue
            texts.append(cell_text(self.blocks(cell), after))
            reaches = integer(attribute(cell, "number-columns-spanned"), 1) - 1
        return texts


def _outline_level(paragraph: Element) -> int:
    return max(integer(attribute(paragraph, "outline-level"), 1), 1) if local(paragraph) == "h" else 0


def rows_of(table: Element, *, header: bool = False) -> Iterator[tuple[Element, bool]]:
    for item in table.iterchildren("*"):
        name = local(item)
        if name == "table-row":
            yield item, header
        elif name in _IN_ROWS:
            yield from rows_of(item, header=header or name == "table-header-rows")


def cells_of(row: Element) -> Iterator[Element]:
    return (cell for cell in row.iterchildren("*") if local(cell) in _CELLS)
