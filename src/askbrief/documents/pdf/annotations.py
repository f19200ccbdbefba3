"""What stands on the pages of a PDF beside the printed text: values of form fields, comments, and typed notes."""

from __future__ import annotations

import ctypes
from contextlib import suppress
from typing import TYPE_CHECKING

import pypdfium2
import pypdfium2.raw as pdfium

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_MAX_OF_PAGE = 2_000
_MAX_BYTES = 64 * 1024
_SILENT = {pdfium.FPDF_ANNOT_LINK, pdfium.FPDF_ANNOT_POPUP, pdfium.FPDF_ANNOT_WIDGET}
_TYPED = {pdfium.FPDF_ANNOT_FREETEXT}
_HIDDEN = 0x02  # the flag of an annotation that is not shown
_BUTTONS = {pdfium.FPDF_FORMFIELD_CHECKBOX, pdfium.FPDF_FORMFIELD_RADIOBUTTON}


def has_form(document: pypdfium2.PdfDocument) -> bool:
    return bool(document.get_formtype() in {pdfium.FORMTYPE_ACRO_FORM, pdfium.FORMTYPE_XFA_FOREGROUND})


def asides_of(document: pypdfium2.PdfDocument, index: int) -> list[tuple[str, str]]:
    """Return a label and the words for each filled field and each comment of a page, in the order of the file."""
    found: list[tuple[str, str]] = []
    with suppress(pypdfium2.PdfiumError, UnicodeDecodeError):
        page = document[index]
        try:
            found += _annotations(document, page, index + 1)
        finally:
            page.close()
    return found


def _annotations(document: pypdfium2.PdfDocument, page: pypdfium2.PdfPage, number: int) -> Iterator[tuple[str, str]]:
    for index in range(min(pdfium.FPDFPage_GetAnnotCount(page), _MAX_OF_PAGE)):
        annotation = pdfium.FPDFPage_GetAnnot(page, index)
        if not annotation:
            continue
        try:
            kind = pdfium.FPDFAnnot_GetSubtype(annotation)
            if pdfium.FPDFAnnot_GetFlags(annotation) & _HIDDEN:
                continue
            if kind == pdfium.FPDF_ANNOT_WIDGET and document.formenv is not None:
                yield from _field(document.formenv.raw, annotation, number)
            elif kind not in _SILENT:
                author, words = _text(annotation, b"T"), _text(annotation, b"Contents")
                what = "Typed" if kind in _TYPED else "Comment"
                if words:
                    yield f"{what} on page {number}{f' by {author}' if author else ''}", words
        finally:
            pdfium.FPDFPage_CloseAnnot(annotation)


def _field(form: object, annotation: object, number: int) -> Iterator[tuple[str, str]]:
    """Yield the name and the value of a form field, unless it is empty or a button that is not chosen."""
    kind = pdfium.FPDFAnnot_GetFormFieldType(form, annotation)
    if kind in {pdfium.FPDF_FORMFIELD_PUSHBUTTON, pdfium.FPDF_FORMFIELD_SIGNATURE}:
        return
    name, known, value = (
        _string(lambda buffer, size, read=read: read(form, annotation, buffer, size))
        for read in (
            pdfium.FPDFAnnot_GetFormFieldName,
            pdfium.FPDFAnnot_GetFormFieldAlternateName,
            pdfium.FPDFAnnot_GetFormFieldValue,
        )
    )
    if kind in _BUTTONS:
        value = (
            (value if value not in {"", "Off", "On", "Yes", "1"} else "yes")
            if pdfium.FPDFAnnot_IsChecked(form, annotation)
            else ""
        )
    if value:
        yield f"Form field on page {number}, {known or name or 'without a name'}", value


def _text(annotation: object, key: bytes) -> str:
    return _string(lambda buffer, size: pdfium.FPDFAnnot_GetStringValue(annotation, key, buffer, size))


def _string(read: Callable[..., int]) -> str:
    """Return a string that PDFium writes in UTF-16 into a buffer; "" for none, or one that is too long."""
    size = read(None, 0)
    if not 2 < size <= _MAX_BYTES:  # noqa: PLR2004 - the zero at the end
        return ""
    buffer = (ctypes.c_ushort * (size // 2 + 1))()
    read(buffer, size)
    words = bytes(buffer)[: size - 2].decode("utf-16-le", "replace")
    return " ".join("".join(sign if sign.isprintable() else " " for sign in words).split())
