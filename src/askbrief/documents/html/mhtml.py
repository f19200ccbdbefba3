"""Web pages saved as one file (.mhtml, .mht): the page itself, without the pictures and styles saved with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from askbrief.core.lazy_regex import pattern
from askbrief.documents import email
from askbrief.documents.html import webpage
from askbrief.documents.text import decode_as
from askbrief.errors import ParsingError

if TYPE_CHECKING:
    from email.message import Message

    from askbrief.documents.builder import ParsedText

_PAGES = {"text/html", "application/xhtml+xml"}
_ADDRESS = pattern(r"(?i)^https?://\S+$")


def parse(data: bytes) -> ParsedText:
    """Read a .mhtml or .mht file.

    Raises:
        ParsingError: there is no page in it.
    """
    message = email.parsed(data)
    page = _main(message)
    if page is None:
        raise ParsingError("holds no web page: save it anew, as .html or .mhtml")
    content = email.content(page)
    address = email.header(page, "Content-Location") or email.header(message, "Snapshot-Content-Location")
    label = page.get_content_charset() if _has_charset(page) else webpage.charset(content)
    return webpage.page(decode_as(content, label), address if _ADDRESS.match(address) else None)


def _main(message: Message) -> Message | None:
    """The part that is named as the start; else the first page in the file."""
    pages = [part for part in email.walk(message) if part.get_content_type() in _PAGES]
    start = message.get_param("start")
    named = [page for page in pages if start and str(page["Content-ID"] or "").strip() == str(start).strip()]
    return next(iter([*named, *pages]), None)


def _has_charset(page: Message) -> bool:
    return page.get_param("charset") is not None
