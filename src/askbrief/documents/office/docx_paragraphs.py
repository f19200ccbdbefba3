"""Paragraphs of a Word file: their styles, list numbers and visible words."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from askbrief.documents.office.flow import Mark, letters, roman
from askbrief.documents.office.ooxml import attribute, child, children, is_on, local, value, whole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from askbrief.documents.limits import Element

_HEADING = re.compile(r"heading (\d)")
_BODY_TEXT = 9
_LEVELS = 9
_PLACE = re.compile(r"%(\d)")
_BULLETS = "•◦▪■□○●–—-‒‣→➢✓*"


class Styles:
    """The styles of a file: each says what it is based on. The names of Word's own are English in every language."""

    def __init__(self, root: Element | None) -> None:
        """Take word/styles.xml."""
        styles = [] if root is None else list(children(root, "style"))
        self._by_id = {attribute(style, "styleId") or "": style for style in styles}
        defaults = [style for style in styles if (attribute(style, "default") or "0") in {"1", "true", "on"}]
        self._default = {attribute(style, "type"): attribute(style, "styleId") for style in defaults}

    def chain(self, style_id: str | None, kind: str = "paragraph") -> Iterator[Element]:
        """Yield a style (the default one for None), the one that it is based on, and so on."""
        style_id = style_id or self._default.get(kind)
        seen: set[str] = set()
        while style_id and style_id in self._by_id and style_id not in seen:
            seen.add(style_id)
            yield self._by_id[style_id]
            style_id = value(self._by_id[style_id], "basedOn")

    def names(self, style_id: str | None) -> list[str]:
        """The names of a style and of those that it is based on."""
        return [(value(style, "name") or "").lower() for style in self.chain(style_id)]

    def level(self, properties: Element | None) -> int:
        """A paragraph's depth as a heading, from 1; 0 where it is none."""
        style_id = value(properties, "pStyle")
        for holder in (properties, *(child(style, "pPr") for style in self.chain(style_id))):
            outline = value(holder, "outlineLvl")
            if outline is not None:
                return 0 if (level := whole(outline, _BODY_TEXT)) >= _BODY_TEXT or level < 0 else level + 1
        for name in self.names(style_id):
            if match := _HEADING.match(name):
                return int(match.group(1))
            if name == "title":
                return 1
        return 0

    def has(self, properties: Element | None, switch: str, style: str = "rStyle", kind: str = "character") -> bool:
        """Whether letters are hidden, bold and so on, by themselves or by their style."""
        if (own := child(properties, switch)) is not None:
            return is_on(properties, switch) if own is not None else False
        if kind == "character" and value(properties, style) is None:
            return False
        for element in self.chain(value(properties, style), kind):
            if child(element, "rPr", switch) is not None:
                return is_on(element, "rPr", switch)
        return False

    def numbering(self, properties: Element | None) -> tuple[str, int | None, str | None] | None:
        """A paragraph's list, its depth in it where that is said, and the style that says so."""
        style_id = value(properties, "pStyle")
        own = child(properties, "numPr")
        list_id = value(own, "numId")
        depth = value(own, "ilvl")
        if list_id is not None:
            return (list_id, whole(depth, 0), None)
        for style in self.chain(style_id):
            if (list_id := value(style, "pPr", "numPr", "numId")) is not None:
                depth = depth or value(style, "pPr", "numPr", "ilvl")
                return (list_id, None if depth is None else whole(depth, 0), attribute(style, "styleId"))
        return None


class Numbering:
    """The lists of a file, and how far each has counted."""

    def __init__(self, root: Element | None, styles: Styles) -> None:
        """Take word/numbering.xml."""
        items = [] if root is None else list(root.iterchildren("*"))
        self._styles = styles
        self._lists = {attribute(item, "numId") or "": item for item in items if local(item) == "num"}
        self._kinds = {attribute(item, "abstractNumId") or "": item for item in items if local(item) == "abstractNum"}
        self._counts: dict[str, list[int | None]] = {}
        self._begun: set[str] = set()

    def mark(self, properties: Element | None) -> Mark | None:
        """Count a paragraph and give what is printed before it; None where nothing is."""
        said = self._styles.numbering(properties)
        if said is None or said[0] not in self._lists:
            return None
        list_id, depth, style_id = said
        kind_id = self._kind_of(list_id)
        levels = self._levels(list_id, kind_id)
        if depth is None:
            linked = (at for at, level in levels.items() if value(level, "pStyle") == style_id)
            depth = next(linked, 0)
        if depth not in levels:
            return None
        self._count(list_id, kind_id, depth, levels)
        return self._printed(kind_id, depth, levels)

    def _kind_of(self, list_id: str) -> str:
        """The definition behind a list, also where it refers to a style whose list has it."""
        kind_id = value(self._lists[list_id], "abstractNumId") or ""
        link = value(self._kinds.get(kind_id), "numStyleLink")
        for style in self._styles.chain(link, "numbering") if link else ():
            linked = self._lists.get(value(style, "pPr", "numPr", "numId") or "")
            if linked is not None:
                return value(linked, "abstractNumId") or kind_id
        return kind_id

    def _levels(self, list_id: str, kind_id: str) -> dict[int, Element]:
        kind = self._kinds.get(kind_id)
        levels = {} if kind is None else {_depth(level): level for level in children(kind, "lvl")}
        for override in children(self._lists[list_id], "lvlOverride"):
            if (level := child(override, "lvl")) is not None:
                levels[_depth(override)] = level
        return {depth: level for depth, level in levels.items() if 0 <= depth < _LEVELS}

    def _count(self, list_id: str, kind_id: str, depth: int, levels: dict[int, Element]) -> None:
        """Lists of one definition go on counting where another stopped, unless they say that they start anew."""
        counts = self._counts.setdefault(kind_id, [None] * _LEVELS)
        if list_id not in self._begun:
            self._begun.add(list_id)
            for override in children(self._lists[list_id], "lvlOverride"):
                start, at = value(override, "startOverride"), _depth(override)
                if start is not None and 0 <= at < _LEVELS:
                    counts[at] = whole(start, 1) - 1
        for at in range(depth + 1):
            if counts[at] is None:
                counts[at] = whole(value(levels.get(at), "start"), 1) - (at == depth)
        counts[depth] = (counts[depth] or 0) + 1
        for at in range(depth + 1, _LEVELS):
            restart = value(levels.get(at), "lvlRestart")
            if restart is None or whole(restart, 1) == depth + 1:
                counts[at] = None

    def _printed(self, kind_id: str, depth: int, levels: dict[int, Element]) -> Mark | None:
        level = levels[depth]
        text = value(level, "lvlText") or ""
        form = value(level, "numFmt") or "decimal"
        if form == "bullet":
            return Mark(text if text and text in _BULLETS else "•", kind_id, depth)
        decimal = is_on(level, "isLgl")

        def number(match: re.Match[str]) -> str:
            at = int(match.group(1)) - 1
            if not 0 <= at < _LEVELS:
                return ""
            kind = "decimal" if decimal else value(levels.get(at), "numFmt") or "decimal"
            return _numeral(self._counts[kind_id][at] or 0, kind)

        printed = _PLACE.sub(number, text).strip()
        places = {int(place) for place in _PLACE.findall(text)}
        return Mark(printed, kind_id, depth, places == set(range(1, depth + 2))) if printed else None


def _depth(element: Element) -> int:
    return whole(attribute(element, "ilvl"), 0)


def _numeral(number: int, form: str) -> str:
    """A number as a list prints it; forms of other scripts are given in digits."""
    if form.endswith(("Letter", "Roman")):
        numeral = letters(number) if form.endswith("Letter") else roman(number)
        return numeral.upper() if form.startswith("upper") else numeral
    return {"decimalZero": f"{number:02}", "none": ""}.get(form, str(number))


_PASSED_OVER = frozenset(
    "del moveFrom rPr pPr sdtPr sdtEndPr instrText delText delInstrText rt rubyPr fldData lastRenderedPageBreak "
    "footnoteRef endnoteRef annotationRef oMathParaPr ctrlPr".split()
)
_AS_LETTERS = {"tab": " ", "br": " ", "cr": " ", "ptab": " ", "noBreakHyphen": "-"}
_BEFORE = {"den": "/", "sup": "^"}
_SYMBOLS = {0xFC: "✓", 0xFB: "✗", 0xFE: "☑", 0xFD: "☒", 0xA8: "☐", 0xB7: "•", 0xE0: "→", 0xD8: "➢"}
_LAST_BYTE, _PRIVATE = 0xFF, range(0xE000, 0xF900)


@dataclass(slots=True)
class Words:
    """What a paragraph holds: its text, the notes that it refers to, the text boxes anchored in it."""

    pieces: list[str] = field(default_factory=list)
    notes: list[Element] = field(default_factory=list)
    boxes: list[Element] = field(default_factory=list)
    comments: int = 0
    plain: int = 0

    @property
    def text(self) -> str:
        return "".join(self.pieces)

    @property
    def bold(self) -> bool:
        """Whether all letters are bold."""
        return not self.plain and any(not piece.isspace() for piece in self.pieces)


class Reading:
    """Takes the words out of paragraph after paragraph; a field may begin in one and end in another."""

    def __init__(self, styles: Styles) -> None:
        """Begin outside of every field."""
        self._styles = styles
        self._fields: list[str] = []

    def words(self, paragraph: Element) -> Words:
        """Read a paragraph: a field's result and not its code, insertions and not deletions, nothing hidden."""
        self._fields = ["result"] * len(self._fields)  # a code ends with its paragraph, or hides the rest of the file
        words = Words()
        properties = child(paragraph, "pPr")
        hidden = self._styles.has(properties, "vanish", "pStyle", "paragraph")
        bold = self._styles.has(properties, "b", "pStyle", "paragraph")
        self._inside(paragraph, words, hidden=hidden, bold=bold)
        return words

    def _inside(self, element: Element, words: Words, *, hidden: bool, bold: bool) -> None:
        for item in element.iterchildren("*"):
            name = local(item)
            if name in _PASSED_OVER:
                continue
            if name == "t":
                if not hidden and "code" not in self._fields:
                    words.pieces.append(item.text or "")
                    words.plain += not bold and bool((item.text or "").strip())
            elif name == "r":
                self._run(item, words, hidden=hidden, bold=bold)
            elif not self._special(item, name, words, hidden=hidden, bold=bold):
                words.pieces += _BEFORE.get(name, "")
                self._inside(item, words, hidden=hidden, bold=bold)

    def _run(self, run: Element, words: Words, *, hidden: bool, bold: bool) -> None:
        properties = child(run, "rPr")
        if properties is not None:
            if child(properties, "vanish") is not None or child(properties, "rStyle") is not None:
                hidden = self._styles.has(properties, "vanish") or (hidden and child(properties, "vanish") is None)
            own = child(properties, "b")
            bold = is_on(properties, "b") if own is not None else bold or self._styles.has(properties, "b")
        self._inside(run, words, hidden=hidden, bold=bold)

    def _special(self, item: Element, name: str, words: Words, *, hidden: bool, bold: bool) -> bool:
        """Read what is no letter; give whether it was such."""
        if name in _AS_LETTERS:
            words.pieces.append("" if hidden or "code" in self._fields else _AS_LETTERS[name])
        elif name == "fldChar":
            self._field(attribute(item, "fldCharType"))
        elif name == "txbxContent":
            words.boxes += [] if hidden else [item]
        elif name in {"footnoteReference", "endnoteReference"}:
            words.notes += [] if hidden else [item]
        elif name == "commentReference":
            words.comments += 1
        elif name == "sym":
            words.pieces.append("" if hidden else _symbol(attribute(item, "char")))
        elif name == "AlternateContent":
            self._inside(alternative(item), words, hidden=hidden, bold=bold)
        elif name == "sdt":
            content = child(item, "sdtContent")
            if content is not None and not is_on(item, "sdtPr", "showingPlcHdr"):
                self._inside(content, words, hidden=hidden, bold=bold)
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
    """Of content that is there several times, for newer and older programs, the one for the newest."""
    return next(children(element, "Choice"), next(children(element, "Fallback"), element))


def _symbol(code: str | None) -> str:
    """A character of a symbol font, where it is a known one."""
    try:
        number = int(code or "0", 16)
    except ValueError:
        return ""
    if number in _PRIVATE:
        return _SYMBOLS.get(number & _LAST_BYTE, "")
    return chr(number) if whole(str(number), 0, 0xFFFF) >= ord(" ") else ""
