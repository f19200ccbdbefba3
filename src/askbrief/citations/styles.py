"""Styles of a citation: plain text, Markdown, a footnote, or CSL-JSON for reference managers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import regex

from askbrief.core.text import pattern
from askbrief.records import Style

if TYPE_CHECKING:
    from collections.abc import Sequence

    from askbrief.records import Citation, Metadata

_MARKUP = pattern(r"([\\`*_{}\[\]<>#|~&])")
_LINE_MARK = pattern(r"(?mw)^(\s*(?:\d+(?=[.)]))?)([-+=:.)])")  # w: after a lone carriage return too


def permalink(url: str, key: str) -> str:
    """Return the address of a citation on the web page at `url`.

    >>> permalink("https://askbrief.example.org", "ttp-report-k7f3qa")
    'https://askbrief.example.org/c/ttp-report-k7f3qa'
    """
    return f"{url}/c/{quote(key, safe='')}"


def written(citation: Citation, style: Style, url: str | None = None) -> str:
    """Return a citation in a style, with the quote as it was shown; with a link if there is a web page at `url`."""
    link = None if url is None else permalink(url, citation.key)
    match style:
        case Style.PLAIN:
            return f"“{_one_line(citation.quote)}” — {_source(citation)} [{citation.key}]{f' {link}' if link else ''}"
        case Style.MARKDOWN:
            quoted = "\n".join(f"> {escaped(line.strip())}".rstrip() for line in citation.quote.splitlines())
            key = f"[`{citation.key}`](<{link}>)" if link else f"`{citation.key}`"
            return f"{quoted}\n>\n> — {_markdown_source(citation)} {key}"
        case Style.FOOTNOTE:
            key = f" [`{citation.key}`](<{link}>)" if link else ""
            return f"[^{citation.key}]: {_markdown_source(citation)}: “{escaped(_one_line(citation.quote))}”{key}"
        case Style.JSON:
            return csl_json([citation])


def csl_json(citations: Sequence[Citation]) -> str:
    """Return citations as a CSL-JSON file."""
    return json.dumps([csl(citation) for citation in citations], ensure_ascii=False, indent=2)


def csl(citation: Citation) -> dict[str, Any]:
    """Return a citation as a CSL-JSON item (Citation Style Language 1.0.2); empty fields are left out."""
    about = citation.metadata
    fields = {
        "id": citation.key,
        "type": "document",
        "title": citation.title,
        "author": [{"literal": name} for name in about.author],
        "publisher": about.publisher,
        "issued": {"date-parts": [[int(part) for part in about.date.split("-")]]} if about.date else None,
        "URL": about.url,
        "keyword": ", ".join(about.tags),
        "note": citation.locator,
        "custom": {
            "quote": citation.quote,
            "doc_id": citation.doc_id,
            "start": citation.start,
            "end": citation.end,
            "status": citation.status,
            "licence": about.licence,
        },
    }
    return {name: value for name, value in fields.items() if value}


def escaped(text: str) -> str:
    """Escape Markdown, so that the text shows as its own characters.

    >>> escaped("*bold* [link](x)")
    '\\\\*bold\\\\* \\\\[link\\\\](x)'
    """
    return str(_LINE_MARK.sub(r"\1\\\2", _MARKUP.sub(r"\\\1", text))).replace("@", "@\u200b")


def credits_of(metadata: Metadata) -> list[str]:
    """Return author, publisher and date, those that are known."""
    return [part for part in (", ".join(metadata.author), metadata.publisher, metadata.date) if part]


def _source(citation: Citation) -> str:
    link = [citation.metadata.url] if citation.metadata.url else []
    return ", ".join([_one_line(citation.title), *credits_of(citation.metadata), citation.locator, *link])


def _markdown_source(citation: Citation) -> str:
    title, url = escaped(_one_line(citation.title)), citation.metadata.url
    if url and regex.fullmatch(r"https?://[^\s<>()\\]+", url):
        title = f"[{title}](<{url.replace('@', '%40')}>)"
    return ", ".join([title, *map(escaped, credits_of(citation.metadata)), escaped(citation.locator)])


def _one_line(text: str) -> str:
    return " ".join(text.split())
