"""Text in a PDF that nobody sees on the page: printed invisibly, or under a box that was drawn over it."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pypdfium2.raw as pdfium

if TYPE_CHECKING:
    import pypdfium2

_MAX_OBJECTS = 20_000
_MAX_BOX_SHARE = 0.5  # of the page; a larger box is its background
_SCAN_SHARE = 0.5  # a picture as large makes invisible text the text layer of a scan
_MAX_SEGMENTS = 6
_OPAQUE = 255
_MIN_BOX = 3.0


@dataclass(frozen=True, slots=True)
class HiddenBox:
    """A part of the page, in points from its lower left corner, in which the text is not seen."""

    left: float
    bottom: float
    right: float
    top: float
    covered: bool = False

    def holds(self, x: float, y: float) -> bool:
        return self.left <= x <= self.right and self.bottom <= y <= self.top


def hidden_boxes(page: pypdfium2.PdfPage) -> list[HiddenBox]:
    """Return where text is invisible or covered; none on a scan, whose text layer is invisible by design."""
    count = pdfium.FPDFPage_CountObjects(page)
    if count > _MAX_OBJECTS:
        return []
    area = max(page.get_width() * page.get_height(), 1.0)
    texts: list[tuple[int, object]] = []
    boxes: list[tuple[int, HiddenBox]] = []
    invisible: list[HiddenBox] = []
    scan = False
    for index in range(count):
        item = pdfium.FPDFPage_GetObject(page, index)
        kind = pdfium.FPDFPageObj_GetType(item)
        if kind == pdfium.FPDF_PAGEOBJ_TEXT:
            if pdfium.FPDFTextObj_GetTextRenderMode(item) in {
                pdfium.FPDF_TEXTRENDERMODE_INVISIBLE,
                pdfium.FPDF_TEXTRENDERMODE_CLIP,
            }:
                invisible += filter(None, [_bounds(item)])
            else:
                texts.append((index, item))
        elif kind == pdfium.FPDF_PAGEOBJ_IMAGE and not scan:
            box = _bounds(item)
            scan = box is not None and (box.right - box.left) * (box.top - box.bottom) > _SCAN_SHARE * area
        elif kind == pdfium.FPDF_PAGEOBJ_PATH and texts and _is_opaque_box(item):
            box = _bounds(item)
            if box and (box.right - box.left) * (box.top - box.bottom) < _MAX_BOX_SHARE * area:
                boxes.append((index, box))
    covered = []
    for at, text in texts if boxes else ():
        own = _bounds(text)
        if own and any(index > at and _covers(box, own) for index, box in boxes):
            covered.append(HiddenBox(own.left, own.bottom, own.right, own.top, covered=True))
    return covered if scan else [*covered, *invisible]


def _is_opaque_box(item: object) -> bool:
    """Return whether a path is a filled rectangle through which nothing is seen."""
    if pdfium.FPDFPath_CountSegments(item) > _MAX_SEGMENTS or pdfium.FPDFPageObj_HasTransparency(item):
        return False
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    if not pdfium.FPDFPath_GetDrawMode(item, fill, stroke) or not fill.value:
        return False
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    pdfium.FPDFPageObj_GetFillColor(item, red, green, blue, alpha)
    return alpha.value == _OPAQUE


def _bounds(item: object) -> HiddenBox | None:
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    if not pdfium.FPDFPageObj_GetBounds(item, left, bottom, right, top):
        return None
    return HiddenBox(left.value, bottom.value, right.value, top.value)


def _covers(box: HiddenBox, text: HiddenBox) -> bool:
    middle = (text.bottom + text.top) / 2
    tall = box.top - box.bottom >= _MIN_BOX
    return tall and box.left <= text.left + 1 and box.right >= text.right - 1 and box.bottom <= middle <= box.top
