"""Web pages: the article with its headings, lists and tables, and what the page says of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from askbrief.patterns import pattern
from askbrief.reading.composing import Composer
from askbrief.reading.extract import Extract
from askbrief.reading.web import article, webpages
from askbrief.reading.web.charsets import decode_as
from askbrief.reading.web.hypertext import compose, parsed, without_hidden

if TYPE_CHECKING:
    from lxml.html import HtmlElement as Element

_META_WITHIN = 4096
_CHARSET = pattern(
    r"""(?i)<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w:.-]+)|<\?xml[^>]{0,100}?encoding=["']([\w:.-]+)"""
)
_LEAST_OF_ALL = 0.1
_SHORT = 250


def read(data: bytes) -> Extract:
    """Read a .html, .htm or .xhtml file."""
    return page(decode_as(data, charset(data)))


def charset(data: bytes) -> str | None:
    """The encoding that a page states in its first lines."""
    found = _CHARSET.search(data[:_META_WITHIN].decode("latin-1"))
    label = (found.group(1) or found.group(2)) if found else None
    return "utf-8" if label and label.lower().startswith(("utf-16", "utf-32", "ucs")) else label


def page(text: str, url: str | None = None) -> Extract:
    """Read the article of a page, or all of a page that has none.

    Args:
        text: its source.
        url: its address, where the page does not state one.
    """
    body = _body(text)
    if body is None:
        return Extract("", ())
    metadata = webpages.metadata(body.getroottree().getroot(), url)
    without_hidden(body)
    characters = sum(len(piece) for said in body.itertext() for piece in said.split())
    composer = Composer()
    compose(article.around_removed(body), composer)
    whole = _body(text) if composer.characters < max(_SHORT, _LEAST_OF_ALL * characters) else None
    if whole is not None:
        without_hidden(whole)
        composer = Composer()
        compose(whole, composer)
    return composer.extract(metadata)


def _body(text: str) -> Element | None:
    root = parsed(text)
    body = None if root is None else root.find("body")
    return root if body is None else body
