"""Pictures (.png, .jpg, .tiff and others): their words, where OCR is enabled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from askbrief.documents.builder import DocumentBuilder
from askbrief.documents.ocr import ocr_obstacle, recognised_image
from askbrief.errors import ParsingError

if TYPE_CHECKING:
    from askbrief.documents.builder import ParsedText

_MARKS = (b"\x89PNG", b"\xff\xd8\xff", b"II*\0", b"MM\0*", b"BM", b"GIF8", b"RIFF")


def parse(data: bytes, *, ocr: str | None = None) -> ParsedText:
    """Recognise the words in a picture; ParsingError if OCR is disabled or cannot be used, or it is no picture.

    `ocr` names the languages, such as "eng+deu"; None disables it.
    """
    if not data.startswith(_MARKS):
        raise ParsingError("is damaged, or no picture: save it again")
    if ocr is None:
        raise ParsingError("is a picture: words in it are read only with OCR (set ASKBRIEF_OCR)")
    obstacle = ocr_obstacle(ocr)
    if obstacle:
        raise ParsingError(f"is a picture, and OCR is not possible: {obstacle}")
    blocks = recognised_image(data, ocr)
    if not blocks:
        raise ParsingError("is a picture in which OCR found no words")
    builder = DocumentBuilder()
    for lines in blocks:
        builder.paragraph("\n".join(lines))
    return builder.build(notes=["its words were read by OCR"])
