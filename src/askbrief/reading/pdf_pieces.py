"""What stands on a page of a PDF, as PDFium sees it: pieces of lines with their places, sizes and weights.

The only module that speaks to PDFium about text. Places are in points as a reader sees the page: x from the left, y from
the top, of the baseline.
"""

from __future__ import annotations

import ctypes
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pypdfium2.raw as pdfium

if TYPE_CHECKING:
    from collections.abc import Iterator

UNREADABLE = "\ufffd"
_ASCENT, _DESCENT = 0.75, 0.22
_WIDE_GAP = 1.3
"""Glyphs further apart than so many times their size stand in different columns or cells."""
_NEW_BASELINE = 0.12
_BOLD_WEIGHT = 600
_BOLD_NAMES = ("bold", "black", "heavy", "semibold", "demi", "cmbx", "-bd", "medi")
_HYPHENATED = 0x02
"""How PDFium gives a hyphen at the end of a line, where the word goes on."""
_BREAKS = frozenset({0x0A, 0x0D})
_SPACES = frozenset({0x09, 0x20, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000})
_NOTHING = frozenset({0x200B, 0x2060, 0xFEFF})
_BULLETS = frozenset({0xF0B7, 0xF0A7, 0xF0D8, 0xF0FC, 0xF076, 0xF0A8, 0xF06E})
_LIGATURES = {0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xFB05: "st", 0xFB06: "st"}
_TEX_LIGATURES = {0x0B: "ff", 0x0C: "fi", 0x0E: "ffi", 0x0F: "ffl", 0x21B5: "ff"}
"""TeX's own encoding, which PDFium takes for control characters where a file doesn't say; 0x0D is a line end."""


@dataclass(frozen=True, slots=True)
class Style:
    """How some text is set: its size in points, its weight, and the way it runs, in degrees."""

    size: float
    bold: bool = False
    angle: int = 0
    tex: bool = False


@dataclass(slots=True)
class Piece:
    """Glyphs on one baseline without a wide gap between them, in their reading order.

    `x0`, `x1` and `y` are turned so that the text runs to the right. `text` keeps the space that it ends with.
    """

    text: str
    x0: float
    x1: float
    y: float
    style: Style

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
class _Pen:
    """The piece that is being put together."""

    style: Style
    text: list[str] = field(default_factory=list)
    x0: float = 0.0
    x1: float = 0.0
    y: float = 0.0
    closed: bool = False

    def begin(self, x0: float, x1: float, y: float) -> None:
        self.x0, self.x1, self.y = x0, x1, y

    def takes(self, x0: float, x1: float, y: float) -> bool:
        """Whether a glyph stands on the same baseline and near the others."""
        size = self.style.size
        return not self.closed and abs(y - self.y) <= _NEW_BASELINE * size and max(x0 - self.x1, self.x0 - x1) <= _WIDE_GAP * size

    def piece(self) -> Piece | None:
        text = "".join(self.text)
        return Piece(text, self.x0, self.x1, self.y, self.style) if text.strip() else None


class PageText:
    """The glyphs of one page."""

    def __init__(self, page: Any, height: float) -> None:  # noqa: ANN401 - a handle of PDFium's
        """Open the text of a page; close it with `close`."""
        self._text = pdfium.FPDFText_LoadPage(page)
        self._height = height
        self._styles: dict[int, Style] = {}
        self.count = max(pdfium.FPDFText_CountChars(self._text), 0) if self._text else 0

    def close(self) -> None:
        if self._text:
            pdfium.FPDFText_ClosePage(self._text)

    def pieces(self) -> Iterator[Piece]:
        """Yield the pieces in the order of the file."""
        text, at, pen = self._text, _Place(self._text), _Pen(Style(0.0))
        unicode_of = pdfium.FPDFText_GetUnicode
        for index in range(self.count):
            code = unicode_of(text, index)
            if code in _SPACES:
                pen.text.append(" ")
                continue
            if code in _BREAKS:
                pen.closed = True
                continue
            style = self._style(index) if pen.closed or not pen.text or pen.text[-1] == " " else pen.style
            characters = _characters(code, tex=style.tex)
            if not characters:
                continue
            x0, x1, y = at.of(index, style.angle, self._height)
            if style != pen.style or not pen.takes(x0, x1, y):
                if (piece := pen.piece()) is not None:
                    yield piece
                pen = _Pen(self._style(index))
                x0, x1, y = at.of(index, pen.style.angle, self._height)
                pen.begin(x0, x1, y)
            pen.text.append(characters)
            pen.x0, pen.x1 = min(pen.x0, x0), max(pen.x1, x1)
        if (piece := pen.piece()) is not None:
            yield piece

    def _style(self, index: int) -> Style:
        """How a glyph is set; the glyphs of one text object are all set alike."""
        handle = pdfium.FPDFText_GetTextObject(self._text, index)
        address = ctypes.cast(handle, ctypes.c_void_p).value or -index - 1
        style = self._styles.get(address)
        if style is None:
            style = self._styles[address] = self._asked_style(index)
        return style

    def _asked_style(self, index: int) -> Style:
        matrix = pdfium.FS_MATRIX()
        pdfium.FPDFText_GetMatrix(self._text, index, matrix)
        size = pdfium.FPDFText_GetFontSize(self._text, index) * (math.hypot(matrix.c, matrix.d) or 1.0)
        if not 0.1 <= size <= 10_000:  # noqa: PLR2004 - points; NaN too
            size = 1.0
        angle = math.degrees(math.atan2(matrix.b, matrix.a)) if matrix.a or matrix.b else 0.0
        name = self._font_name(index)
        weight = pdfium.FPDFText_GetFontWeight(self._text, index)
        bold = weight >= _BOLD_WEIGHT or any(part in name for part in _BOLD_NAMES)
        return Style(round(size, 1), bold, round(angle) % 360, name.rpartition("+")[2].startswith("cm"))

    def _font_name(self, index: int) -> str:
        buffer, flags = ctypes.create_string_buffer(128), ctypes.c_int()
        length = pdfium.FPDFText_GetFontInfo(self._text, index, buffer, 128, flags)
        return buffer.raw[: max(min(length, 128) - 1, 0)].decode(errors="replace").lower()


class _Place:
    """Asks where a glyph stands."""

    def __init__(self, text: Any) -> None:  # noqa: ANN401 - a handle of PDFium's
        self._text = text
        self._box = pdfium.FS_RECTF()
        self._x, self._y = ctypes.c_double(), ctypes.c_double()

    def of(self, index: int, angle: int, height: float) -> tuple[float, float, float]:
        """Left and right edge and baseline, turned by the angle."""
        box = self._box
        pdfium.FPDFText_GetCharOrigin(self._text, index, self._x, self._y)
        pdfium.FPDFText_GetLooseCharBox(self._text, index, box)
        if angle == 90:  # noqa: PLR2004 - degrees
            return box.bottom, box.top, self._x.value
        if angle == 180:  # noqa: PLR2004
            return -box.right, -box.left, self._y.value
        if angle == 270:  # noqa: PLR2004
            return -box.top, -box.bottom, -self._x.value
        return box.left, box.right, height - self._y.value


def _characters(code: int, *, tex: bool) -> str:
    """What a glyph's code stands for in text."""
    if code == _HYPHENATED:
        return "-"
    if code in _LIGATURES:
        return _LIGATURES[code]
    if tex and code in _TEX_LIGATURES:
        return _TEX_LIGATURES[code]
    if code in _NOTHING:
        return ""
    if code in _BULLETS:
        return "•"
    if code < 0x20 or 0x7F <= code < 0xA0 or 0xD800 <= code < 0xE000 or 0xE000 <= code < 0xF900 or code > 0x10FFFF:  # noqa: PLR2004 - controls, halves, private use
        return UNREADABLE
    return chr(code)
