"""Messages as mail has them (RFC 5322, MIME): their headers and their parts decoded, however they were written."""

from __future__ import annotations

import codecs
from email import message_from_bytes
from email.errors import HeaderParseError, MessageError
from email.header import decode_header
from email.utils import getaddresses, parsedate_to_datetime
from typing import TYPE_CHECKING

from askbrief.core.lazy_regex import pattern
from askbrief.documents.text import decode, decode_as
from askbrief.errors import ParsingError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message

DAMAGED = (MessageError, ValueError, LookupError, TypeError, AttributeError)
"""What the standard library raises at messages that are not as they should be, read or written out."""
_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_UNPRINTABLE = pattern(r"[\p{C}\ufffd\s]+")
_MOST_PARTS = 2_000
_LONGEST_HEADER = 10_000


def parsed(data: bytes) -> Message:
    """Parse a message.

    Raises:
        ParsingError: its parts are nested too deep, or too many.
    """
    if data.startswith(_MARKS):
        data = decode(data).encode()
    try:
        message = message_from_bytes(data.lstrip(b"\r\n"))
        parts = list(walk(message))
    except RecursionError as error:
        raise ParsingError("is nested too deep (parts within parts within parts): save its parts one by one") from error
    except DAMAGED as error:
        raise ParsingError(f"is damaged ({error}): save it anew") from error
    if len(parts) > _MOST_PARTS:
        raise ParsingError(f"has {len(parts):,} parts; the limit is {_MOST_PARTS:,}: save them one by one")
    if any(len(value) > _LONGEST_HEADER for part in parts for name, value in part.raw_items() if _is_of_content(name)):
        raise ParsingError(f"has a Content header of over {_LONGEST_HEADER:,} characters: save it anew")
    return message


def _is_of_content(name: str) -> bool:
    """Whether a header has parameters, which the standard library takes apart in the square of their number."""
    return name.lower().startswith("content-")


def walk(message: Message) -> Iterator[Message]:
    """The message and all its parts in order; a message within it is one part."""
    yield message
    if message.get_content_maintype() == "multipart" and message.is_multipart():
        for part in inner(message):
            yield from walk(part)


def inner(message: Message) -> list[Message]:
    """The parts directly in a message."""
    payload = message.get_payload()
    return [part for part in payload if not isinstance(part, str)] if isinstance(payload, list) else []


def content(part: Message) -> bytes:
    """What a part holds, without its transfer encoding."""
    try:
        payload = part.get_payload(decode=True)
    except (ValueError, LookupError, AssertionError):
        payload = None
    if isinstance(payload, bytes):
        return payload
    text = part.get_payload()
    return text.encode("utf-8", "surrogateescape") if isinstance(text, str) else b""


def text(part: Message) -> str:
    """What a part of text says, by the charset that it states or whatever it is in.

    Raises:
        ParsingError: it is no text.
    """
    try:
        charset = part.get_content_charset()
    except (ValueError, LookupError):
        charset = None
    return decode_as(content(part), charset)


def header(message: Message, name: str) -> str:
    """A header in words, "" where there is none."""
    raw = next((value for key, value in message.raw_items() if key.lower() == name.lower()), "")
    return in_words(str(raw)[:_LONGEST_HEADER])


def in_words(raw: str) -> str:
    """Decode a header's encoded words, and bytes that should not be in one.

    >>> in_words("=?utf-8?q?R=C3=A9sum=C3=A9?= of it")
    'Résumé of it'
    """
    try:
        pieces = decode_header(_unescaped(raw))
    except (HeaderParseError, ValueError, LookupError):
        pieces = [(raw, None)]
    said = "".join(piece if isinstance(piece, str) else _decoded(piece, charset) for piece, charset in pieces)
    return _UNPRINTABLE.sub(" ", said).strip()


def people(message: Message, name: str = "From") -> tuple[str, ...]:
    """The names in a header of addresses; the address where there is no name."""
    return people_in(str(next((value for key, value in message.raw_items() if key.lower() == name.lower()), "")))


def people_in(raw: str) -> tuple[str, ...]:
    """The names of those whose addresses are given.

    >>> people_in('"Mallori Harrell" <mallori@example.org>, bob@example.org')
    ('Mallori Harrell', 'bob@example.org')
    """
    raw = _unescaped(raw[:_LONGEST_HEADER])
    pairs = getaddresses([raw]) if "@" in raw or "<" in raw else []
    found = [in_words(name) or in_words(address) for name, address in pairs if name or address]
    return tuple(dict.fromkeys(filter(None, found or [in_words(raw)])))


def date(message: Message) -> str | None:
    """The day that its Date names, where it was sent; None where it names none."""
    try:
        return parsedate_to_datetime(header(message, "date")).date().isoformat()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _unescaped(raw: str) -> str:
    """Bytes of a header that are not ASCII come as half characters; they are decoded as text is."""
    try:
        return _decoded(raw.encode("ascii", "surrogateescape"), None)
    except UnicodeEncodeError:
        return raw


def _decoded(data: bytes, charset: str | None) -> str:
    try:
        return decode_as(data, charset)
    except ParsingError:
        return data.decode("cp1252", "replace")
