"""Web pages: the article with its headings, lists and tables, and what the page says of itself."""

from __future__ import annotations

import copy

from askbrief.patterns import pattern
from askbrief.reading import article, webpages
from askbrief.reading.charsets import decode_as
from askbrief.reading.composing import Composer
from askbrief.reading.extract import Extract
from askbrief.reading.hypertext import compose, parsed, without_hidden

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
    root = parsed(text)
    if root is None:
        return Extract("", ())
    metadata = webpages.metadata(root, url)
    body = root.find("body")
    body = root if body is None else body
    without_hidden(body)
    whole = copy.deepcopy(body)
    found, everything = Composer(), Composer()
    compose(article.around_removed(body), found)
    compose(whole, everything)
    is_article = found.characters >= max(_SHORT, _LEAST_OF_ALL * everything.characters)
    return (found if is_article else everything).extract(metadata)
