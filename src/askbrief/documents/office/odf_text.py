"""The text of an OpenDocument file: styles, list numbers, paragraphs, tables, notes and frames in order."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

from askbrief.documents.office.flow import Line, Mark, Note, Rows, flat, letters, roman
from askbrief.documents.office.ooxml import attribute, child, children, local, text_of, whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from askbrief.documents.limits import Element

_LEVELS = 10
_HOLDERS = frozenset({"styles", "automatic-styles"})
_LISTS = frozenset({"list-style", "outline-style"})
_PRIVATE = range(0xE000, 0xF900)


class Styles:
    """The styles of a file by family and name; those of the content win over those of the templates."""

    def __init__(self, roots: Iterable[Element]) -> None:
        """Take styles.xml, then content.xml."""
        self._styles: dict[tuple[str, str], Element] = {}
        self.lists: dict[str, dict[int, Element]] = {}
        for root in roots:
            for holder in root.iterchildren("*"):
                if local(holder) in _HOLDERS:
                    self._take(holder)

    def _take(self, holder: Element) -> None:
        for style in holder.iterchildren("*"):
            name = attribute(style, "name") or ""
            if local(style) == "style":
                self._styles[attribute(style, "family") or "", name] = style
            elif local(style) in _LISTS:
                name = "" if local(style) == "outline-style" else name
                self.lists[name] = {whole(attribute(level, "level"), 0): level for level in style.iterchildren("*")}

    def chain(self, family: str, name: str | None) -> Iterator[Element]:
        """Yield a style, its parent and so on."""
        seen: set[str] = set()
        while name and (family, name) in self._styles and name not in seen:
            seen.add(name)
            style = self._styles[family, name]
            yield style
            name = attribute(style, "parent-style-name")

    def level(self, name: str | None) -> int:
        """The depth as a heading that a paragraph style gives; 0 for none."""
        for style in self.chain("paragraph", name):
            if (outline := attribute(style, "default-outline-level")) is not None:
                return max(whole(outline, 0), 0)
            if attribute(style, "name") == "Title":
                return 1
        return 0

    def list_of(self, name: str | None) -> str | None:
        """The list that a paragraph style numbers its paragraphs by."""
        for style in self.chain("paragraph", name):
            if (found := attribute(style, "list-style-name")) is not None:
                return found or None
        return None

    def says(self, family: str, name: str | None, key: str, value: str, holder: str = "text-properties") -> bool | None:
        """Whether a style, or the nearest one above it that says anything of it, gives a property this value."""
        for style in self.chain(family, name):
            for properties in children(style, holder):
                if (said := attribute(properties, key)) is not None:
                    return said == value
        return None

    def is_shown(self, family: str, name: str | None) -> bool:
        """Whether a table is shown."""
        return self.says(family, name, "display", "false", f"{family}-properties") is not True


class Counting:
    """How far each list has counted."""

    def __init__(self, styles: Styles) -> None:
        """Begin with none."""
        self._styles = styles
        self._counts: dict[str, list[int | None]] = {}
        self._of_style: dict[str, str] = {}
        self._of_id: dict[str, str] = {}
        self._new = count(1)

    def series(self, element: Element, style: str) -> str:
        """The series that a list belongs to: a new one, or one that it says it continues."""
        before = self._of_id.get(attribute(element, "continue-list") or "")
        if before is None and attribute(element, "continue-numbering") == "true":
            before = self._of_style.get(style)
        series = before or f"{style} {next(self._new)}"
        self._of_style[style] = series
        if (own := attribute(element, "id")) is not None:
            self._of_id[own] = series
        return series

    def mark(self, series: str, style: str, depth: int, item: Element | None = None) -> Mark | None:
        """Count an item and give what is printed before it; `depth` is from 0."""
        levels = self._styles.lists.get(style, {})
        level = levels.get(depth + 1)
        if level is None or depth >= _LEVELS:
            return None
        if local(level).endswith("-bullet"):
            bullet = attribute(level, "bullet-char") or "•"
            return Mark("•" if ord(bullet[0]) in _PRIVATE else bullet, series, depth)
        if local(level).endswith("-image"):
            return Mark("•", series, depth)
        self._count(series, depth, levels, None if item is None else attribute(item, "start-value"))
        return self._printed(series, depth, levels)

    def _count(self, series: str, depth: int, levels: dict[int, Element], start: str | None) -> None:
        counts = self._counts.setdefault(series, [None] * _LEVELS)
        for at in range(depth + 1):
            if counts[at] is None:
                counts[at] = _start(levels.get(at + 1)) - (at == depth)
        counts[depth] = (counts[depth] or 0) + 1 if start is None else whole(start, 1)
        counts[depth + 1 :] = [None] * (_LEVELS - depth - 1)

    def _printed(self, series: str, depth: int, levels: dict[int, Element]) -> Mark | None:
        level = levels[depth + 1]
        if not attribute(level, "num-format"):
            return None
        shown = min(max(whole(attribute(level, "display-levels"), 1), 1), depth + 1)
        places = [
            at for at in range(depth + 1 - shown, depth + 1) if attribute(levels.get(at + 1, level), "num-format")
        ]
        counts = self._counts[series]
        numbers = [
            _numeral(counts[at] or 0, attribute(levels.get(at + 1, level), "num-format") or "1") for at in places
        ]
        printed = f"{attribute(level, 'num-prefix') or ''}{'.'.join(numbers)}{attribute(level, 'num-suffix') or ''}"
        return Mark(printed.strip(), series, depth, len(places) == depth + 1)


def _start(level: Element | None) -> int:
    return 1 if level is None else whole(attribute(level, "start-value"), 1)


def _numeral(number: int, form: str) -> str:
    if form in {"a", "A", "i", "I"}:
        numeral = letters(number) if form.lower() == "a" else roman(number)
        return numeral.upper() if form.isupper() else numeral
    return str(number)


def printed_number(paragraph: Element) -> str | None:
    """The number that a program wrote down as it printed it."""
    found = child(paragraph, "number")
    return None if found is None else text_of(found).strip() or None


MOST_REPEATED = 16_384
_PASSED_OVER = frozenset(
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
_THROUGH = frozenset({"section", "index-body", "bibliography", "numbered-paragraph", "text-box", "note-body", "a"})
_IN_ROWS = frozenset({"table-header-rows", "table-rows", "table-row-group"})
_CELLS = frozenset({"table-cell", "covered-table-cell"})


@dataclass(slots=True)
class Words:
    """What a paragraph holds: its text, and the notes and frames anchored in it."""

    pieces: list[str] = field(default_factory=list)
    notes: list[Element] = field(default_factory=list)
    frames: list[Element] = field(default_factory=list)
    plain: bool = False


class TextReader:
    """Goes through the content of a file, or a part of it, in its order."""

    def __init__(self, styles: Styles) -> None:
        """Take the styles that the paragraphs refer to."""
        self.styles = self._styles = styles
        self._counting = Counting(styles)
        self.comments = self.listings = 0

    def notes(self) -> list[str]:
        """Say what is not in the text."""
        comments = self.comments
        said = [f"{comments:,} comment{'s' if comments > 1 else ''} left out"] if comments else []
        return [*said, *(["the table of contents left out"] if self.listings else [])]

    def blocks(self, parent: Element) -> Iterator[Line | Rows | Note]:
        """Yield what a body, a section, a cell, a frame or a note holds."""
        return self.blocks_among(parent.iterchildren("*"))

    def blocks_among(self, items: Iterable[Element]) -> Iterator[Line | Rows | Note]:
        """Yield what some elements are or hold."""
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
            elif (name in _THROUGH or name in _FRAMES) and attribute(item, "display") != "none":
                yield from self.blocks(item)

    def _paragraph(self, paragraph: Element, mark: Mark | None) -> Iterator[Line | Rows | Note]:
        """Yield a paragraph, then the frames anchored in it and the notes that it refers to."""
        style = attribute(paragraph, "style-name")
        words = Words()
        bold = self._styles.says("paragraph", style, "font-weight", "bold") is True
        if not self._styles.says("paragraph", style, "display", "none"):
            self._inside(paragraph, words, bold=bold)
        text = "".join(words.pieces)
        yield Line(text, self._level(paragraph, style) if text.strip() else 0, mark, not words.plain)
        for frame in words.frames:
            yield from self.blocks(frame)
        for note in words.notes:
            citation, body = child(note, "note-citation"), child(note, "note-body")
            label = "" if citation is None else attribute(citation, "label") or text_of(citation)
            if body is not None:
                yield Note(label, flat(self.blocks(body)), last=attribute(note, "note-class") == "endnote")

    def _level(self, paragraph: Element, style: str | None) -> int:
        if local(paragraph) == "h":
            return max(whole(attribute(paragraph, "outline-level"), 1), 1)
        return self._styles.level(style)

    def _own_mark(self, paragraph: Element) -> Mark | None:
        """The number of a heading, or of a paragraph that its style numbers."""
        if (printed := printed_number(paragraph)) is not None:
            return Mark(printed, "outline", whole=True)
        if local(paragraph) == "h":
            if attribute(paragraph, "is-list-header") == "true" or not text_of(paragraph).strip():
                return None
            return self._counting.mark("outline", "", max(whole(attribute(paragraph, "outline-level"), 1), 1) - 1)
        return None

    def _inside(self, element: Element, words: Words, *, bold: bool) -> None:
        self._put(element.text, words, bold=bold)
        for item in element.iterchildren("*"):
            self._item(item, local(item), words, bold=bold)
            self._put(item.tail, words, bold=bold)

    def _item(self, item: Element, name: str, words: Words, *, bold: bool) -> None:
        if name in _AS_SPACE:
            words.pieces.append(" ")
        elif name == "note":
            words.notes.append(item)
        elif name in _FRAMES:
            words.frames.append(item)
        elif name == "annotation":
            self.comments += 1
        elif name not in _PASSED_OVER:
            style = attribute(item, "style-name") if name == "span" else None
            if style is None or not self._styles.says("text", style, "display", "none"):
                said = self._styles.says("text", style, "font-weight", "bold")
                self._inside(item, words, bold=bold if said is None else said)

    def _put(self, text: str | None, words: Words, *, bold: bool) -> None:
        if text:
            words.pieces.append(text)
            words.plain = words.plain or (not bold and not text.isspace())

    def _list(self, element: Element, above: tuple[str, str] | None, depth: int) -> Iterator[Line | Rows | Note]:
        """Yield the items of a list; the first paragraph of each has its mark."""
        own = attribute(element, "style-name") or (above[1] if above else self._style_inside(element))
        series = above[0] if above and own == above[1] else self._counting.series(element, own)
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

    def _item_mark(self, series: str, style: str, depth: int, item: Element) -> Mark | None:
        printed = printed_number(item)
        mark = self._counting.mark(series, style, depth, item)
        return Mark(printed, series, depth, mark is None or mark.whole) if printed else mark

    def _style_inside(self, element: Element) -> str:
        """The list style that the first paragraph of a list has by its own style."""
        first = next((part for part in element.iter("{*}p", "{*}h")), None)
        return "" if first is None else self._styles.list_of(attribute(first, "style-name")) or ""

    def _table(self, table: Element) -> Iterator[Line | Rows | Note]:
        """Yield a table, and what cannot stand in a row after it; one of a single column is only a frame."""
        rows = list(rows_of(table))
        if all(len(list(cells_of(row))) <= 1 for row, _ in rows):
            for row, _ in rows:
                for cell in cells_of(row):
                    yield from self.blocks(cell)
            return
        after: list[Rows | Note] = []
        cells = [self._row(row, after) for row, _ in rows]
        yield Rows(cells, [*(marked for _, marked in rows), False].index(False))
        yield from after

    def _row(self, row: Element, after: list[Rows | Note]) -> list[str | None]:
        texts: list[str | None] = []
        reaches = 0
        for cell in cells_of(row):
            if local(cell) == "covered-table-cell":
                times = min(whole(attribute(cell, "number-columns-repeated"), 1), MOST_REPEATED)
                texts += [None if at < reaches else "" for at in range(times)]
                reaches -= times
                continue
            pieces = list(self.blocks(cell))
            texts.append(flat(pieces))
            after += [piece for piece in pieces if not isinstance(piece, Line)]
            reaches = whole(attribute(cell, "number-columns-spanned"), 1) - 1
        return texts


def rows_of(table: Element, *, header: bool = False) -> Iterator[tuple[Element, bool]]:
    """Yield the rows of a table, and whether they are marked as headers."""
    for item in table.iterchildren("*"):
        name = local(item)
        if name == "table-row":
            yield item, header
        elif name in _IN_ROWS:
            yield from rows_of(item, header=header or name == "table-header-rows")


def cells_of(row: Element) -> Iterator[Element]:
    """Yield the cells of a row, also those that a merged one covers."""
    return (cell for cell in row.iterchildren("*") if local(cell) in _CELLS)
