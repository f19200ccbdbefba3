"""A citation written out: for a message, for Markdown, as a footnote, or as CSL-JSON for reference managers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import regex

from askbrief.core.lazy_regex import pattern
from askbrief.records import Style

if TYPE_CHECKING:
    from collections.abc import Sequence

    from askbrief.records import Citation, Metadata

_MARKUP = pattern(r"([\\`*_{}\[\]<>#|~&])")
_LINE_MARK = pattern(r"(?mw)^(\s*(?:\d+(?=[.)]))?)([-+=:.)])")  # w: after a lone carriage return too


def permalink(url: str, key: str) -> str:
    """The address of a citation on the web page that is reached at `url`.

    >>> permalink("https://askbrief.example.org", "ttp-report-k7f3qa")
    'https://askbrief.example.org/c/ttp-report-k7f3qa'
    """
    return f"{url}/c/{quote(key, safe='')}"


def written(citation: Citation, style: Style, url: str | None = None) -> str:
    """Write a citation out, with the quote as it was shown; where there is a web page at `url`, with a link to it."""
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
    """Citations as a file of CSL-JSON."""
    return json.dumps([csl(citation) for citation in citations], ensure_ascii=False, indent=2)


def csl(citation: Citation) -> dict[str, Any]:
    """The citation as a CSL-JSON item (Citation Style Language 1.0.2); what the source does not say is left out."""
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
    """The text with Markdown's marks escaped, so that it shows as its own characters and nothing more.

    >>> escaped("*bold* [link](x)")
    '\\\\*bold\\\\* \\\\[link\\\\](x)'
    """
    return str(_LINE_MARK.sub(r"\1\\\2", _MARKUP.sub(r"\\\1", text))).replace("@", "@\u200b")


def credits_of(metadata: Metadata) -> list[str]:
    """Author, publisher and date, as far as they are known."""
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
