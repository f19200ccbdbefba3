"""Web pages saved as one file (.mhtml, .mht), a mail by its format: the page, without its pictures and styles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from askbrief.core.text import pattern
from askbrief.documents import email, html
from askbrief.documents.text import decode_as
from askbrief.errors import ParsingError

if TYPE_CHECKING:
    from email.message import Message

    from askbrief.documents.builder import ParsedText

_PAGE_TYPES = {"text/html", "application/xhtml+xml"}
_URL = pattern(r"(?i)^https?://\S+$")


def parse(data: bytes) -> ParsedText:
    """Parse a .mhtml or .mht file; ParsingError if it holds no page."""
    message = email.parsed(data)
    page = _main_page(message)
    if page is None:
        raise ParsingError("holds no web page: save it again, as .html or .mhtml")
    content = email.content(page)
    url = email.header(page, "Content-Location") or email.header(message, "Snapshot-Content-Location")
    has_charset = page.get_param("charset") is not None
    label = page.get_content_charset() if has_charset else html.declared_charset(content)
    return html.parse_page(decode_as(content, label), url if _URL.match(url) else None)


def _main_page(message: Message) -> Message | None:
    """Return the part that is named as the start, else the first page of the file."""
    pages = [part for part in email.walk(message) if part.get_content_type() in _PAGE_TYPES]
    start = message.get_param("start")
    named = [page for page in pages if start and str(page["Content-ID"] or "").strip() == str(start).strip()]
    return next(iter([*named, *pages]), None)
