"""Paragraphs of a Word file: their styles, list numbers and visible content."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from askbrief.documents.office import ListMark, ParagraphContent, numeral
from askbrief.documents.office.ooxml import attribute, child, children, integer, is_on, local, value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from askbrief.documents.limits import Element

_HEADING = re.compile(r"heading (\d)")
_BODY_TEXT = 9
_LEVELS = 9
_NUMERALS = {"lowerLetter": "a", "upperLetter": "A", "lowerRoman": "i", "upperRoman": "I"}
_PLACEHOLDER = re.compile(r"%(\d)")
_BULLETS = "•◦▪■□○●–—-‒‣→➢✓*"


class DocxStyles:
    """The styles of a file and their inheritance; the names of Word's built-in styles are English in every language."""

    def __init__(self, root: Element | None) -> None:
        styles = [] if root is None else list(children(root, "style"))
        self._by_id = {attribute(style, "styleId") or "": style for style in styles}
        defaults = [style for style in styles if (attribute(style, "default") or "0") in {"1", "true", "on"}]
        self._default = {attribute(style, "type"): attribute(style, "styleId") for style in defaults}

    def chain(self, style_id: str | None, kind: str = "paragraph") -> Iterator[Element]:
        """Yield a style (the default style for None), its parent, and so on."""
        style_id = style_id or self._default.get(kind)
        seen: set[str] = set()
        while style_id and style_id in self._by_id and style_id not in seen:
            seen.add(style_id)
            yield self._by_id[style_id]
            style_id = value(self._by_id[style_id], "basedOn")

    def names(self, style_id: str | None) -> list[str]:
        return [(value(style, "name") or "").lower() for style in self.chain(style_id)]

    def level(self, properties: Element | None) -> int:
        """Return the level of a heading, from 1; 0 for any other paragraph."""
        style_id = value(properties, "pStyle")
        for holder in (properties, *(child(style, "pPr") for style in self.chain(style_id))):
            outline = value(holder, "outlineLvl")
            if outline is not None:
                return 0 if (level := integer(outline, _BODY_TEXT)) >= _BODY_TEXT or level < 0 else level + 1
        for name in self.names(style_id):
            if match := _HEADING.match(name):
                return int(match.group(1))
            if name == "title":
                return 1
        return 0

    def has(self, properties: Element | None, switch: str, style: str = "rStyle", kind: str = "character") -> bool:
        """Return whether a switch such as "b" (bold) is on, in the properties of a run or paragraph or in its style."""
        if child(properties, switch) is not None:
            return is_on(properties, switch)
        if kind == "character" and value(properties, style) is None:
            return False
        for element in self.chain(value(properties, style), kind):
            if child(element, "rPr", switch) is not None:
                return is_on(element, "rPr", switch)
        return False

    def numbering(self, properties: Element | None) -> tuple[str, int | None, str | None] | None:
        """Return the id of a paragraph's list, its depth if given, and the id of the style that names the list."""
        style_id = value(properties, "pStyle")
        own = child(properties, "numPr")
        list_id = value(own, "numId")
        depth = value(own, "ilvl")
        if list_id is not None:
            return (list_id, integer(depth, 0), None)
        for style in self.chain(style_id):
            if (list_id := value(style, "pPr", "numPr", "numId")) is not None:
                depth = depth or value(style, "pPr", "numPr", "ilvl")
                return (list_id, None if depth is None else integer(depth, 0), attribute(style, "styleId"))
        return None


class DocxNumbering:
    """The lists of a file, and the current number on each of their levels."""

    def __init__(self, root: Element | None, styles: DocxStyles) -> None:
        items = [] if root is None else list(root.iterchildren("*"))
        self._styles = styles
        self._lists = {attribute(item, "numId") or "": item for item in items if local(item) == "num"}
        self._definitions = {
            attribute(item, "abstractNumId") or "": item for item in items if local(item) == "abstractNum"
        }
        self._counts: dict[str, list[int | None]] = {}
        self._started: set[str] = set()

    def mark(self, properties: Element | None) -> ListMark | None:
        """Count a paragraph and return the mark that is printed before it, or None."""
        numbering = self._styles.numbering(properties)
        if numbering is None or numbering[0] not in self._lists:
            return None
        list_id, depth, style_id = numbering
        definition_id = self._definition_of(list_id)
        levels = self._levels(list_id, definition_id)
        if depth is None:
            linked = (at for at, level in levels.items() if value(level, "pStyle") == style_id)
            depth = next(linked, 0)
        if depth not in levels:
            return None
        self._count(list_id, definition_id, depth, levels)
        return self._printed(definition_id, depth, levels)

    def _definition_of(self, list_id: str) -> str:
        """Return the id of the definition of a list, which may be that of the list of a style."""
        definition_id = value(self._lists[list_id], "abstractNumId") or ""
        link = value(self._definitions.get(definition_id), "numStyleLink")
        for style in self._styles.chain(link, "numbering") if link else ():
            linked = self._lists.get(value(style, "pPr", "numPr", "numId") or "")
            if linked is not None:
                return value(linked, "abstractNumId") or definition_id
        return definition_id

    def _levels(self, list_id: str, definition_id: str) -> dict[int, Element]:
        definition = self._definitions.get(definition_id)
        levels = {} if definition is None else {_depth(level): level for level in children(definition, "lvl")}
        for override in children(self._lists[list_id], "lvlOverride"):
            if (level := child(override, "lvl")) is not None:
                levels[_depth(override)] = level
        return {depth: level for depth, level in levels.items() if 0 <= depth < _LEVELS}

    def _count(self, list_id: str, definition_id: str, depth: int, levels: dict[int, Element]) -> None:
        """Count one item. Lists with the same definition share their counts, unless a list overrides its start."""
        counts = self._counts.setdefault(definition_id, [None] * _LEVELS)
        if list_id not in self._started:
            self._started.add(list_id)
            for override in children(self._lists[list_id], "lvlOverride"):
                start, at = value(override, "startOverride"), _depth(override)
                if start is not None and 0 <= at < _LEVELS:
                    counts[at] = integer(start, 1) - 1
        for at in range(depth + 1):
            if counts[at] is None:
                counts[at] = integer(value(levels.get(at), "start"), 1) - (at == depth)
        counts[depth] = (counts[depth] or 0) + 1
        for at in range(depth + 1, _LEVELS):
            restart = value(levels.get(at), "lvlRestart")
            if restart is None or integer(restart, 1) == depth + 1:
                counts[at] = None

    def _printed(self, definition_id: str, depth: int, levels: dict[int, Element]) -> ListMark | None:
        level = levels[depth]
        text = value(level, "lvlText") or ""
        form = value(level, "numFmt") or "decimal"
        if form == "bullet":
            return ListMark(text if text and text in _BULLETS else "•", definition_id, depth)
        decimal = is_on(level, "isLgl")

        def number(match: re.Match[str]) -> str:
            at = int(match.group(1)) - 1
            if not 0 <= at < _LEVELS:
                return ""
            own_form = "decimal" if decimal else value(levels.get(at), "numFmt") or "decimal"
            return _numeral(self._counts[definition_id][at] or 0, own_form)

        printed = _PLACEHOLDER.sub(number, text).strip()
        shown = {int(place) for place in _PLACEHOLDER.findall(text)}
        return ListMark(printed, definition_id, depth, shown == set(range(1, depth + 2))) if printed else None


def _depth(element: Element) -> int:
    return integer(attribute(element, "ilvl"), 0)


def _numeral(number: int, form: str) -> str:
    """Return a number as a list prints it; in digits for numerals of other scripts."""
    return {"decimalZero": f"{number:02}", "none": ""}.get(form, numeral(number, _NUMERALS.get(form, "1")))


_SKIPPED = frozenset(
    "del moveFrom rPr pPr sdtPr sdtEndPr instrText delText delInstrText rt rubyPr fldData lastRenderedPageBreak "
    "footnoteRef endnoteRef annotationRef oMathParaPr ctrlPr".split()
)
_AS_TEXT = {"tab": " ", "br": " ", "cr": " ", "ptab": " ", "noBreakHyphen": "-"}
_BEFORE = {"den": "/", "sup": "^"}
_SYMBOLS = {0xFC: "✓", 0xFB: "✗", 0xFE: "☑", 0xFD: "☒", 0xA8: "☐", 0xB7: "•", 0xE0: "→", 0xD8: "➢"}
_RAISED = 4
"""Half-points above the line from which a run is raised."""
_LAST_BYTE, _PRIVATE = 0xFF, range(0xE000, 0xF900)


class DocxParagraphs:
    """Extracts the visible text of consecutive paragraphs; a field may begin in one and end in another."""

    def __init__(self, styles: DocxStyles) -> None:
        self._styles = styles
        self._fields: list[str] = []
        self._raised = False
        self.comments = 0

    def content(self, paragraph: Element) -> ParagraphContent:
        """Extract a paragraph: results of fields without their codes, insertions without deletions, nothing hidden."""
        self._fields = ["result"] * len(self._fields)  # a code that is never closed would hide the rest of the file
        content = ParagraphContent()
        properties = child(paragraph, "pPr")
        hidden = self._styles.has(properties, "vanish", "pStyle", "paragraph")
        bold = self._styles.has(properties, "b", "pStyle", "paragraph")
        self._inside(paragraph, content, hidden=hidden, bold=bold)
        return content

    def _inside(self, element: Element, content: ParagraphContent, *, hidden: bool, bold: bool) -> None:
        for item in element.iterchildren("*"):
            name = local(item)
            if name in _SKIPPED:
                continue
            if name == "t":
                if not hidden and "code" not in self._fields:
                    content.add(item.text or "", bold=bold, raised=self._raised)
            elif name == "r":
                self._run(item, content, hidden=hidden, bold=bold)
            elif not self._special(item, name, content, hidden=hidden, bold=bold):
                content.pieces += _BEFORE.get(name, "")
                self._inside(item, content, hidden=hidden, bold=bold)

    def _run(self, run: Element, content: ParagraphContent, *, hidden: bool, bold: bool) -> None:
        properties = child(run, "rPr")
        if properties is not None:
            if child(properties, "vanish") is not None or child(properties, "rStyle") is not None:
                hidden = self._styles.has(properties, "vanish") or (hidden and child(properties, "vanish") is None)
            own = child(properties, "b")
            bold = is_on(properties, "b") if own is not None else bold or self._styles.has(properties, "b")
        self._raised = self._is_raised(properties)
        self._inside(run, content, hidden=hidden, bold=bold)
        self._raised = False

    def _is_raised(self, properties: Element | None) -> bool:
        """Return whether a run is raised, by its alignment or by its position above the line, in half-points."""
        if properties is None:
            return False
        style_id = value(properties, "rStyle")
        styles = self._styles.chain(style_id, "character") if style_id else ()
        holders = [properties, *(child(style, "rPr") for style in styles)]
        aligned = next((found for holder in holders if (found := value(holder, "vertAlign")) is not None), None)
        if aligned is not None:
            return aligned == "superscript"
        return integer(next((found for holder in holders if (found := value(holder, "position"))), None), 0) >= _RAISED

    def _special(self, item: Element, name: str, content: ParagraphContent, *, hidden: bool, bold: bool) -> bool:
        """Handle an element that is neither text nor a container of text; return whether it was one."""
        if name in _AS_TEXT:
            content.pieces.append("" if hidden or "code" in self._fields else _AS_TEXT[name])
        elif name == "fldChar":
            self._field(attribute(item, "fldCharType"))
        elif name == "txbxContent":
            content.boxes += [] if hidden else [item]
        elif name in {"footnoteReference", "endnoteReference"}:
            content.notes += [] if hidden else [item]
        elif name == "commentReference":
            self.comments += 1
        elif name == "sym":
            content.pieces.append("" if hidden else _symbol(attribute(item, "char")))
        elif name == "AlternateContent":
            self._inside(alternative(item), content, hidden=hidden, bold=bold)
        elif name == "sdt":
            holder = child(item, "sdtContent")
            if holder is not None and not is_on(item, "sdtPr", "showingPlcHdr"):
                self._inside(holder, content, hidden=hidden, bold=bold)
        else:
            return False
        return True

    def _field(self, what: str | None) -> None:
        if what == "begin":
            self._fields.append("code")
        elif what == "separate" and self._fields:
            self._fields[-1] = "result"
        elif what == "end" and self._fields:
            self._fields.pop()


def alternative(element: Element) -> Element:
    """Return the newest of several versions of the same content for newer and older programs."""
    return next(children(element, "Choice"), next(children(element, "Fallback"), element))


def _symbol(code: str | None) -> str:
    """Return a character of a symbol font, or nothing where it is unknown."""
    try:
        number = int(code or "0", 16)
    except ValueError:
        return ""
    if number in _PRIVATE:
        return _SYMBOLS.get(number & _LAST_BYTE, "")
    return chr(number) if integer(str(number), 0, 0xFFFF) >= ord(" ") else ""
