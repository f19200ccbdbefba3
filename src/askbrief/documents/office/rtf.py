"""Rich Text Format files (.rtf)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from askbrief.documents.builder import DocumentBuilder
from askbrief.documents.office import add_blocks
from askbrief.documents.office.ooxml import cleaned_metadata
from askbrief.documents.office.rtf_text import parse_rtf
from askbrief.errors import ParsingError

if TYPE_CHECKING:
    from askbrief.documents.builder import ParsedText

_OLE = b"\xd0\xcf\x11\xe0"


def parse(data: bytes) -> ParsedText:
    if data.startswith(_OLE):
        raise ParsingError("is a binary Word file whatever its suffix says: save it as .docx")
    if not data.lstrip(b"\xef\xbb\xbf \t\r\n\0").startswith(b"{\\rtf"):
        raise ParsingError("is not RTF whatever its suffix says: save it again")
    content = parse_rtf(data)
    builder = DocumentBuilder()
    add_blocks(builder, content.blocks)
    title, author, date, keywords = map(content.info.get, ("title", "author", "date", "keywords"))
    return builder.build(cleaned_metadata(title, author, date, keywords), notes=content.notes)
