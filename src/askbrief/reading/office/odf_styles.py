"""What an OpenDocument file says once and its paragraphs refer to: styles, and how lists count."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from askbrief.reading.office.numerals import letters, roman
from askbrief.reading.office.ooxml import attribute, child, children, local, text_of, whole
from askbrief.reading.office.pieces import Mark

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from askbrief.reading.xml import Element

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
