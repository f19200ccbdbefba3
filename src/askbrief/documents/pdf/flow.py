"""What stands on a page of a PDF, as PDFium sees it: pieces of lines with their places, sizes and weights.

The only module that speaks to PDFium about text. Places are in points as a reader sees the page: x from the left, y of
the baseline from the top.
"""

from __future__ import annotations

import ctypes
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pypdfium2.raw as pdfium

from askbrief.core.lazy_regex import pattern

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
_LETTERS = frozenset((*range(0x41, 0x5B), *range(0x61, 0x7B)))
_OTHERS = (
    {0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xFB05: "st", 0xFB06: "st"}
    | dict.fromkeys((0x200B, 0x2060, 0xFEFF), "")
    | dict.fromkeys((0xF0B7, 0xF0A7, 0xF0D8, 0xF0FC, 0xF076, 0xF0A8, 0xF06E), "•")
)
"""Ligatures; what has no width; the bullets of the Symbol and Wingdings fonts."""
_WITHOUT_MEANING = (
    range(0x20),
    range(0x7F, 0xA0),
    range(0xD800, 0xF900),
    range(0xF0000, 0xFFFFFFFF),
    range(-(1 << 31), 0),
)
"""Controls, halves of characters, private use."""
_TEX_LIGATURES = {0x0B: "ff", 0x0C: "fi", 0x0E: "ffi", 0x0F: "ffl", 0x21B5: "ff"}
"""TeX's own encoding, which PDFium takes for something else where a file doesn't say; 0x0D is a line end."""
_LOST_LIGATURE = pattern("(?<=[a-z])\ufffd(?=[bcdfghjkmnpqrstvwxz])")
"""PDFium gives neither TeX's ffi nor its ffl; before these letters it can only be ffi, as in difficulties."""


@dataclass(frozen=True, slots=True)
class Style:
    """How some text is set: its size in points, its weight, and the way it runs, in degrees."""

    size: float
    bold: bool = False
    angle: int = 0
    tex: bool = False


_NO_STYLE = Style(0.0)


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

    @property
    def is_between_words(self) -> bool:
        return self.closed or not self.text or self.text[-1] == " "

    def begin(self, place: tuple[float, float, float]) -> None:
        self.x0, self.x1, self.y = place

    def pause(self, code: int) -> None:
        """A space, or the end of a line."""
        if code in _BREAKS:
            self.closed = True
        else:
            self.text.append(" ")

    def reach(self, place: tuple[float, float, float]) -> None:
        """Grow so far that a glyph is within."""
        self.x0 = min(self.x0, place[0])
        self.x1 = max(self.x1, place[1])

    def takes(self, place: tuple[float, float, float]) -> bool:
        """Whether a glyph stands on the same baseline and near the others."""
        x0, x1, y = place
        size = self.style.size
        return (
            not self.closed
            and abs(y - self.y) <= _NEW_BASELINE * size
            and max(x0 - self.x1, self.x0 - x1) <= _WIDE_GAP * size
        )

    def piece(self) -> Piece | None:
        text = "".join(self.text)
        if self.style.tex and UNREADABLE in text:
            text = _LOST_LIGATURE.sub("ffi", text)
        return Piece(text, self.x0, self.x1, self.y, self.style) if text.strip() else None


class PageText:
    """The glyphs of one page."""

    def __init__(self, page: Any, height: float) -> None:  # noqa: ANN401 - a handle of PDFium's
        """Open the text of a page; close it with `close`."""
        self._text = pdfium.FPDFText_LoadPage(page)
        self._height = height
        self._styles: dict[int, Style] = {}
        self._alike: dict[Style, Style] = {}
        self._fonts: dict[int, tuple[bool, bool]] = {}
        self.count = max(pdfium.FPDFText_CountChars(self._text), 0) if self._text else 0

    def close(self) -> None:
        if self._text:
            pdfium.FPDFText_ClosePage(self._text)

    def pieces(self) -> Iterator[Piece]:
        """Yield the pieces in the order of the file.

        PDFium has put a space or a line end wherever a glyph is not beside the one before it; so within a word of Latin
        letters only the first and the last glyph are asked where they are.
        """
        text, at, pen = self._text, _Place(self._text, self._height), _Pen(_NO_STYLE)
        unicode_of = pdfium.FPDFText_GetUnicode
        letter = False
        for index in range(self.count):
            code = unicode_of(text, index)
            if letter and code in _LETTERS:
                pen.text.append(chr(code))
                continue
            if letter:
                pen.reach(at.of(index - 1, pen.style.angle))
            letter = False
            if code in _SPACES or code in _BREAKS:
                pen.pause(code)
                continue
            style = self._style(index) if pen.is_between_words else pen.style
            characters = _characters(code, tex=style.tex)
            if not characters:
                continue
            place = at.of(index, style.angle)
            if style is not pen.style or not pen.takes(place):
                if (piece := pen.piece()) is not None:
                    yield piece
                pen = _Pen(self._style(index))
                pen.begin(at.of(index, pen.style.angle))
            pen.text.append(characters)
            pen.reach(place)
            letter = code in _LETTERS
        if letter:
            pen.reach(at.of(self.count - 1, pen.style.angle))
        if (piece := pen.piece()) is not None:
            yield piece

    def _style(self, index: int) -> Style:
        """How a glyph is set; the glyphs of one text object are all set alike."""
        handle = pdfium.FPDFText_GetTextObject(self._text, index)
        address = ctypes.cast(handle, ctypes.c_void_p).value or -index - 1
        style = self._styles.get(address)
        if style is None:
            asked = self._asked_style(index, handle)
            style = self._styles[address] = self._alike.setdefault(asked, asked)
        return style

    def _asked_style(self, index: int, handle: Any) -> Style:  # noqa: ANN401 - a handle of PDFium's
        matrix = pdfium.FS_MATRIX()
        pdfium.FPDFText_GetMatrix(self._text, index, matrix)
        size = pdfium.FPDFText_GetFontSize(self._text, index) * (math.hypot(matrix.c, matrix.d) or 1.0)
        if not 0.1 <= size <= 10_000:  # noqa: PLR2004 - points; NaN too
            size = 1.0
        angle = math.degrees(math.atan2(matrix.b, matrix.a)) if matrix.a or matrix.b else 0.0
        bold, tex = self._font(index, handle)
        return Style(round(size, 1), bold, round(angle) % 360, tex)

    def _font(self, index: int, handle: Any) -> tuple[bool, bool]:  # noqa: ANN401 - a handle of PDFium's
        """Whether a glyph's font is bold, and whether it is one of TeX's."""
        font = ctypes.cast(pdfium.FPDFTextObj_GetFont(handle), ctypes.c_void_p).value if handle else None
        if font is None or font not in self._fonts:
            name = self._font_name(index)
            weight = pdfium.FPDFText_GetFontWeight(self._text, index)
            bold = weight >= _BOLD_WEIGHT or any(part in name for part in _BOLD_NAMES)
            found = bold, name.rpartition("+")[2].startswith("cm")
            if font is None:
                return found
            self._fonts[font] = found
        return self._fonts[font]

    def _font_name(self, index: int) -> str:
        buffer, flags = ctypes.create_string_buffer(128), ctypes.c_int()
        length = pdfium.FPDFText_GetFontInfo(self._text, index, buffer, 128, flags)
        return buffer.raw[: max(min(length, 128) - 1, 0)].decode(errors="replace").lower()


class _Place:
    """Asks where a glyph stands."""

    def __init__(self, text: Any, height: float) -> None:  # noqa: ANN401 - a handle of PDFium's
        self._text, self._height = text, height
        self._box = pdfium.FS_RECTF()
        self._x, self._y = ctypes.c_double(), ctypes.c_double()

    def of(self, index: int, angle: int) -> tuple[float, float, float]:
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
        return box.left, box.right, self._height - self._y.value


def _characters(code: int, *, tex: bool) -> str:
    """What a glyph's code stands for in text."""
    if code == _HYPHENATED:
        return "-"
    if tex and code in _TEX_LIGATURES:
        return _TEX_LIGATURES[code]
    if code in _OTHERS:
        return _OTHERS[code]
    return UNREADABLE if any(code in codes for codes in _WITHOUT_MEANING) else chr(code)
