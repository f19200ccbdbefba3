"""Addresses: of citations and documents on this page, and of the places in the originals."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from askbrief.core.lazy_regex import pattern

if TYPE_CHECKING:
    from collections.abc import Mapping

HERE = "here"
"""The fragment of the passage that a page is about."""
_WEB_PAGE = pattern(r"https?://[\p{L}\p{N}.-]+(?::\d{1,5})?(?:[/?#][^\s\p{Cc}\\<>\"]*)?")
_LONGEST_URL = 2_000
_WHOLE_WORDS = 8
_END_WORDS = 4


def citation_address(key: str, asked: Mapping[str, str] | None = None) -> str:
    """The permanent address of a citation, with the question that the reader came from."""
    return f"/c/{quote(key, safe='')}{_query(asked)}#{HERE}"


def document_address(doc_id: str, **values: str | int) -> str:
    """A document's address.

    >>> document_address("mail.eml/a b.pdf", find="x")
    '/d/mail.eml/a%20b.pdf?find=x'
    """
    return f"/d/{quote(doc_id)}{_query({name: str(value) for name, value in values.items() if value != ''})}"


def original_address(doc_id: str, page: int | None = None) -> str:
    """Where the file is given out, opened at a page."""
    return f"/original/{quote(doc_id)}{f'#page={page}' if page else ''}"


def _query(values: Mapping[str, str] | None) -> str:
    return f"?{urlencode(values)}" if values else ""


def web_page(url: str | None) -> str | None:
    """A document's own address, if it is that of a web page and nothing else."""
    return url if url and len(url) <= _LONGEST_URL and _WEB_PAGE.fullmatch(url) else None


def text_fragment(url: str, words: str) -> str:
    """The address of a web page, to be opened at some words of it; of many words their beginning and their end.

    >>> text_fragment("https://x.test/a#b", "well-known, really")
    'https://x.test/a#b:~:text=well%2Dknown%2C%20really'
    """
    split = words.split()
    if not split:
        return url
    if len(split) <= _WHOLE_WORDS and "\n" not in words.strip():
        directive = _encoded(split)
    else:
        directive = f"{_encoded(split[:_END_WORDS])},{_encoded(split[-_END_WORDS:])}"
    return f"{url}{'' if '#' in url else '#'}:~:text={directive}"


def _encoded(words: list[str]) -> str:
    return quote(" ".join(words), safe="").replace("-", "%2D")
