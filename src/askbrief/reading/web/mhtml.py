"""Web pages saved as one file (.mhtml, .mht): the page itself, without the pictures and styles saved with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from askbrief.errors import ReadingError
from askbrief.patterns import pattern
from askbrief.reading.mail import messages
from askbrief.reading.web import html
from askbrief.reading.web.charsets import decode_as

if TYPE_CHECKING:
    from email.message import Message

    from askbrief.reading.extract import Extract

_PAGES = {"text/html", "application/xhtml+xml"}
_ADDRESS = pattern(r"(?i)^https?://\S+$")


def read(data: bytes) -> Extract:
    """Read a .mhtml or .mht file.

    Raises:
        ReadingError: there is no page in it.
    """
    message = messages.parsed(data)
    page = _main(message)
    if page is None:
        raise ReadingError("holds no web page: save it anew, as .html or .mhtml")
    content = messages.content(page)
    address = messages.header(page, "Content-Location") or messages.header(message, "Snapshot-Content-Location")
    label = page.get_content_charset() if _has_charset(page) else html.charset(content)
    return html.page(decode_as(content, label), address if _ADDRESS.match(address) else None)


def _main(message: Message) -> Message | None:
    """The part that is named as the start; else the first page in the file."""
    pages = [part for part in messages.walk(message) if part.get_content_type() in _PAGES]
    start = message.get_param("start")
    named = [page for page in pages if start and str(page["Content-ID"] or "").strip() == str(start).strip()]
    return next(iter([*named, *pages]), None)


def _has_charset(page: Message) -> bool:
    return page.get_param("charset") is not None
