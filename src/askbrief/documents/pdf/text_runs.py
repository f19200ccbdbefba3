"""The text runs of a PDF page: glyphs on one baseline with their position, size and weight, read through PDFium.

Positions are in points on the page as it is seen: x from the left, y of the baseline from the top.
"""

from __future__ import annotations

import ctypes
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pypdfium2.raw as pdfium

from askbrief.core.text import pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

UNREADABLE = "\ufffd"
_ASCENT, _DESCENT = 0.75, 0.22
_WIDE_GAP = 1.3  # glyphs further apart than this multiple of their size stand in different columns or cells
_NEW_BASELINE = 0.12
_BOLD_WEIGHT = 600
_BOLD_NAMES = ("bold", "black", "heavy", "semibold", "demi", "cmbx", "-bd", "medi")
_HYPHENATED = 0x02  # PDFium's code for a hyphen at the end of a line that divides a word
_BREAKS = frozenset({0x0A, 0x0D})
_SPACES = frozenset({0x09, 0x20, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000})
_LETTERS = frozenset((*range(0x41, 0x5B), *range(0x61, 0x7B)))
_OTHERS = (
    {0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xFB05: "st", 0xFB06: "st"}
    | dict.fromkeys((0x200B, 0x2060, 0xFEFF), "")
    | dict.fromkeys((0xF0B7, 0xF0A7, 0xF0D8, 0xF0FC, 0xF076, 0xF0A8, 0xF06E), "•")
)
"""Ligatures; characters without width; the bullets of the Symbol and Wingdings fonts."""
_CONTROLS, _PRIVATE = (range(0x20), range(0x7F, 0xA0)), (range(0xD800, 0xF900), range(0xF0000, 0xFFFFFFFF))
_WITHOUT_MEANING = (*_CONTROLS, *_PRIVATE, range(-(1 << 31), 0))  # _PRIVATE includes the surrogates
_TEX_LIGATURES = {0x0B: "ff", 0x0C: "fi", 0x0E: "ffi", 0x0F: "ffl", 0x21B5: "ff"}
"""TeX's own encoding, which PDFium misreads if the file does not declare it; 0x0D is a line break."""
_LOST_LIGATURE = pattern("(?<=[a-z])\ufffd(?=[bcdfghjkmnpqrstvwxz])")
"""PDFium returns neither TeX's ffi nor its ffl; before these letters it can only be ffi, as in "difficulties"."""


@dataclass(frozen=True, slots=True)
class TextStyle:
    """The size of some text in points, its weight, and its direction in degrees."""

    size: float
    bold: bool = False
    angle: int = 0
    tex: bool = False


_NO_STYLE = TextStyle(0.0)


@dataclass(slots=True)
class TextRun:
    """Glyphs on one baseline without a wide gap between them, in reading order.

    `x0`, `x1` and `y` are turned so that the text runs to the right. `text` includes the space at its end.
    """

    text: str
    x0: float
    x1: float
    y: float
    style: TextStyle

    @property
    def size(self) -> float:
        return self.style.size

    @property
    def top(self) -> float:
        return self.y - _ASCENT * self.style.size

    @property
    def bottom(self) -> float:
        return self.y + _DESCENT * self.style.size


@dataclass(slots=True)
class _RunBuilder:
    style: TextStyle
    text: list[str] = field(default_factory=list)
    x0: float = 0.0
    x1: float = 0.0
    y: float = 0.0
    closed: bool = False

    @property
    def is_between_words(self) -> bool:
        return self.closed or not self.text or self.text[-1] == " "

    def pause(self, code: int) -> None:
        """Add a space, or end the run at a line break."""
        if code in _BREAKS:
            self.closed = True
        else:
            self.text.append(" ")

    def extend(self, position: tuple[float, float, float]) -> None:
        self.x0 = min(self.x0, position[0])
        self.x1 = max(self.x1, position[1])

    def accepts(self, position: tuple[float, float, float]) -> bool:
        """Return whether a glyph stands on the same baseline and near the others."""
        x0, x1, y = position
        near = max(x0 - self.x1, self.x0 - x1) <= _WIDE_GAP * self.style.size
        return not self.closed and near and abs(y - self.y) <= _NEW_BASELINE * self.style.size

    def run(self) -> TextRun | None:
        text = "".join(self.text)
        if self.style.tex and UNREADABLE in text:
            text = _LOST_LIGATURE.sub("ffi", text)
        return TextRun(text, self.x0, self.x1, self.y, self.style) if text.strip() else None


class PageText:
    def __init__(self, page: Any, height: float) -> None:  # noqa: ANN401 - a handle of PDFium's
        self._text = pdfium.FPDFText_LoadPage(page)
        self._height = height
        self._styles: dict[int, TextStyle] = {}
        self._distinct: dict[TextStyle, TextStyle] = {}
        self._fonts: dict[int, tuple[bool, bool]] = {}
        self.count = max(pdfium.FPDFText_CountChars(self._text), 0) if self._text else 0

    def close(self) -> None:
        if self._text:
            pdfium.FPDFText_ClosePage(self._text)

    def runs(self) -> Iterator[TextRun]:
        """Yield the runs in the order of the file.

        PDFium inserts a space or a line break wherever a glyph does not follow the one before it. Within a word of
        Latin letters, therefore, only the positions of the first and the last glyph are needed.
        """
        text, boxes, current = self._text, _GlyphBox(self._text, self._height), _RunBuilder(_NO_STYLE)
        unicode_of = pdfium.FPDFText_GetUnicode
        letter = False
        for index in range(self.count):
            code = unicode_of(text, index)
            if letter and code in _LETTERS:
                current.text.append(chr(code))
                continue
            if letter:
                current.extend(boxes.of(index - 1, current.style.angle))
            letter = False
            if code in _SPACES or code in _BREAKS:
                current.pause(code)
                continue
            style = self._style(index) if current.is_between_words else current.style
            characters = _characters(code, tex=style.tex)
            if not characters:
                continue
            position = boxes.of(index, style.angle)
            if style is not current.style or not current.accepts(position):
                if (run := current.run()) is not None:
                    yield run
                style = self._style(index)
                current = _RunBuilder(style, [], *boxes.of(index, style.angle))
            current.text.append(characters)
            current.extend(position)
            letter = code in _LETTERS
        if letter:
            current.extend(boxes.of(self.count - 1, current.style.angle))
        if (run := current.run()) is not None:
            yield run

    def _style(self, index: int) -> TextStyle:
        """Return the style of a glyph, the same for all glyphs of one text object."""
        handle = pdfium.FPDFText_GetTextObject(self._text, index)
        address = ctypes.cast(handle, ctypes.c_void_p).value or -index - 1
        style = self._styles.get(address)
        if style is None:
            new = self._read_style(index, handle)
            style = self._styles[address] = self._distinct.setdefault(new, new)
        return style

    def _read_style(self, index: int, handle: Any) -> TextStyle:  # noqa: ANN401 - a handle of PDFium's
        matrix = pdfium.FS_MATRIX()
        pdfium.FPDFText_GetMatrix(self._text, index, matrix)
        size = pdfium.FPDFText_GetFontSize(self._text, index) * (math.hypot(matrix.c, matrix.d) or 1.0)
        if not 0.1 <= size <= 10_000:  # noqa: PLR2004 - points; NaN too
            size = 1.0
        angle = math.degrees(math.atan2(matrix.b, matrix.a)) if matrix.a or matrix.b else 0.0
        bold, tex = self._font(index, handle)
        return TextStyle(round(size, 1), bold, round(angle) % 360, tex)

    def _font(self, index: int, handle: Any) -> tuple[bool, bool]:  # noqa: ANN401 - a handle of PDFium's
        """Return whether a glyph's font is bold, and whether it is one of TeX's."""
        font = ctypes.cast(pdfium.FPDFTextObj_GetFont(handle), ctypes.c_void_p).value if handle else None
        if font is None or font not in self._fonts:
            name = self._font_name(index)
            weight = pdfium.FPDFText_GetFontWeight(self._text, index)
            bold = weight >= _BOLD_WEIGHT or any(part in name for part in _BOLD_NAMES)
            properties = bold, name.rpartition("+")[2].startswith("cm")
            if font is None:
                return properties
            self._fonts[font] = properties
        return self._fonts[font]

    def _font_name(self, index: int) -> str:
        buffer, flags = ctypes.create_string_buffer(128), ctypes.c_int()
        length = pdfium.FPDFText_GetFontInfo(self._text, index, buffer, 128, flags)
        return buffer.raw[: max(min(length, 128) - 1, 0)].decode(errors="replace").lower()


class _GlyphBox:
    def __init__(self, text: Any, height: float) -> None:  # noqa: ANN401 - a handle of PDFium's
        self._text, self._height = text, height
        self._box = pdfium.FS_RECTF()
        self._x, self._y = ctypes.c_double(), ctypes.c_double()

    def of(self, index: int, angle: int) -> tuple[float, float, float]:
        """Return the left and right edge and the baseline of a glyph, turned by the angle."""
        box = self._box
        pdfium.FPDFText_GetCharOrigin(self._text, index, self._x, self._y)
        pdfium.FPDFText_GetLooseCharBox(self._text, index, box)
        if angle == 90:  # noqa: PLR2004 - degrees
            return box.bottom, box.top, self._x.value
        if angle == 180:  # noqa: PLR2004
            return -box.right, -box.left, self._y.value
        if angle == 270:  # noqa: PLR2004
            return -box.top, -box.bottom, -self._x.value
        return box.left, box.right, self._height - self._y.value


def _characters(code: int, *, tex: bool) -> str:
    if code == _HYPHENATED:
        return "-"
    if tex and code in _TEX_LIGATURES:
        return _TEX_LIGATURES[code]
    if code in _OTHERS:
        return _OTHERS[code]
    return UNREADABLE if any(code in codes for codes in _WITHOUT_MEANING) else chr(code)
