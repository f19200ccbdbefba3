"""Plain text files (.txt, or without a suffix), with or without front matter; chats exported by WhatsApp."""

from __future__ import annotations

from askbrief.documents.builder import ParsedText
from askbrief.documents.chat import conversation
from askbrief.documents.chat.whatsapp import conversation_in
from askbrief.documents.metadata import front_matter
from askbrief.documents.text import decode_with_notes, plain_blocks
from askbrief.documents.text.pages import parse_pages


def parse(data: bytes) -> ParsedText:
    text, notes = decode_with_notes(data)
    chat = conversation_in(text)
    if chat is not None:
        return conversation(chat.messages, None, notes=[*notes, *chat.notes])
    found = front_matter(text)
    pages = parse_pages(text[found.body :], found.metadata, (*notes, *found.notes))
    if pages is not None:
        return pages
    return ParsedText(text, plain_blocks(text, found.body), found.metadata, notes=(*notes, *found.notes))
