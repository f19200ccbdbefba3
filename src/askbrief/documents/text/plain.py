"""Plain text files (.txt), with or without front matter."""

from __future__ import annotations

from askbrief.documents.builder import ParsedText
from askbrief.documents.metadata import front_matter
from askbrief.documents.text import decode, plain_blocks


def parse(data: bytes) -> ParsedText:
    text = decode(data)
    metadata, body = front_matter(text)
    return ParsedText(text, plain_blocks(text, body), metadata)
