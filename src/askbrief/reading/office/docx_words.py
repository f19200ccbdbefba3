"""The words of a paragraph of a Word file, as a person sees them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from askbrief.reading.office.ooxml import attribute, child, children, is_on, local, whole

if TYPE_CHECKING:
    from askbrief.reading.office.docx_styles import Styles
    from askbrief.reading.xml import Element

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
