"""The metadata that a web page states in JSON-LD, meta elements and markup; nothing is guessed from its text."""

from __future__ import annotations

import json
from contextlib import suppress
from itertools import chain
from typing import TYPE_CHECKING, Any

from askbrief.core.text import pattern
from askbrief.documents.html.dom import words
from askbrief.documents.metadata import iso_date
from askbrief.records import Metadata

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from lxml.html import HtmlElement as Element

_ARTICLE = pattern(
    r"Article$|^(?:BlogPosting|Report|WebPage|Book|CreativeWork|Thesis|Dataset|TechArticle|Legislation)$"
)
_TITLES = "citation_title og:title dc.title dcterms.title twitter:title".split()
_AUTHORS = "citation_author author article:author dc.creator dcterms.creator parsely-author sailthru.author".split()
_PUBLISHERS = "citation_journal_title og:site_name dc.publisher dcterms.publisher citation_publisher publisher".split()
_DATES = (
    "citation_publication_date citation_date article:published_time dcterms.issued dc.date.issued dcterms.date dc.date "
    "dcterms.created dc.date.created datepublished publication_date publish-date pubdate parsely-pub-date date"
).split()
_TIMES = (
    "//*[@itemprop='datePublished']|//time[@pubdate]|//time[contains(concat(' ', @class, ' '), ' published ')]"
    "|//time[contains(concat(' ', @class, ' '), ' dt-published ')]"
)
_SLASHED = pattern(r"^(\d{4})/(\d{1,2})(?:/(\d{1,2}))?$")
_COMPACT = pattern(r"^(\d{4})(\d\d)(\d\d)$")
_URL = pattern(r"(?i)^https?://\S+$")
_BY = pattern(r"(?i)^by\s+")
_INVISIBLE = "\u200b\ufeff \n\t"
_SITE_SEPARATORS = " -–—|·:»"
_MIN_TITLE_SHARE = 0.3
_MAX_CHARS = 500
_MAX_JSON_CHARS = 1_000_000
_MAX_JSON_DEPTH = 8
_MAX_AUTHORS = 200


def page_metadata(root: Element, url: str | None = None) -> Metadata:
    """Return the metadata, each from the first place that states it; `url` is the address if the page states none."""
    stated = _meta(root)
    linked = list(_linked_data(root))
    authors = [*_named(linked, "author"), *chain.from_iterable(stated.get(name, ()) for name in _AUTHORS)]
    publishers = [*_first(stated, _PUBLISHERS), *_named(linked, "publisher")]
    times = (time.get("datetime") or time.get("content") or words(time) for time in root.xpath(_TIMES))
    dates = chain(_texts(linked, "datePublished"), _first(stated, _DATES), times)
    addresses = [*_links(root, "canonical"), *stated.get("og:url", ())]
    return Metadata(
        title=_title(root, list(_first(stated, _TITLES)), _texts(linked, "headline"), publishers),
        author=tuple(dict.fromkeys(_BY.sub("", name) for name in authors if not _URL.match(name)))[:_MAX_AUTHORS],
        publisher=next((name for name in publishers if not _URL.match(name)), None),
        date=next(filter(None, map(_date, dates)), None),
        url=next(filter(_URL.match, addresses), url),
        licence=next(iter(_links(root, "license")), None),
    )


def _clean(value: object) -> str | None:
    if not isinstance(value, str):
        return None
    text = " ".join("".join(character for character in value if character.isprintable() or character.isspace()).split())
    return text if 0 < len(text) <= _MAX_CHARS and "\ufffd" not in text else None


def _meta(root: Element) -> Mapping[str, list[str]]:
    stated: dict[str, list[str]] = {}
    for element in root.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop")
        content = _clean(element.get("content"))
        if name and content:
            stated.setdefault(name.lower(), []).append(content)
    return stated


def _first(stated: Mapping[str, list[str]], names: Iterable[str]) -> Iterator[str]:
    return chain.from_iterable(stated.get(name, ()) for name in names)


def _links(root: Element, relation: str) -> list[str]:
    path = f"//*[self::link or self::a][contains(concat(' ', @rel, ' '), ' {relation} ')]/@href"
    return [address for address in map(_clean, map(str, root.xpath(path))) if address]


def _linked_data(root: Element) -> Iterator[Mapping[str, Any]]:
    """Yield every article that the page describes in JSON-LD; invalid JSON is ignored."""
    for script in root.xpath("//script[@type='application/ld+json']"):
        source = (script.text or "")[:_MAX_JSON_CHARS]
        with suppress(ValueError, RecursionError):
            yield from _described(json.loads(source, strict=False))


def _described(value: object, depth: int = 0) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, list) and depth < _MAX_JSON_DEPTH:
        for item in value:
            yield from _described(item, depth + 1)
    elif isinstance(value, dict) and depth < _MAX_JSON_DEPTH:
        stated = value.get("@type")
        types = stated if isinstance(stated, list) else [stated]
        if any(isinstance(one, str) and _ARTICLE.search(one) for one in types):
            yield value
        yield from _described(value.get("@graph"), depth + 1)


def _texts(linked: Iterable[Mapping[str, Any]], name: str) -> list[str]:
    return [text for text in (_clean(item.get(name)) for item in linked) if text]


def _named(linked: Iterable[Mapping[str, Any]], role: str) -> list[str]:
    """Return the names of people or organisations, from the first article that has some."""
    for item in linked:
        stated = item.get(role)
        people = stated if isinstance(stated, list) else [stated]
        names = [_clean(person.get("name") if isinstance(person, dict) else person) for person in people]
        if any(names):
            return [name for name in names if name]
    return []


def _title(root: Element, stated: list[str], headlines: list[str], publishers: list[str]) -> str | None:
    """Return the stated title, without the name of the site if the page's heading or publisher reveal it.

    A headline of JSON-LD comes last: encyclopedias describe the subject there.
    """
    element = root.find(".//title")
    window_title = _clean(element.text_content()) if element is not None else None
    headings = [text for text in (_clean(words(heading)) for heading in root.iter("h1")) if text]
    title = next(iter([*stated, *filter(None, [window_title]), *headlines, *headings]), None)
    if title is None:
        return None
    for known in (*headings, *headlines, *(title.removesuffix(name).rstrip(_SITE_SEPARATORS) for name in publishers)):
        shorter = known.strip(_INVISIBLE)
        if len(shorter) >= _MIN_TITLE_SHARE * len(title) and title.startswith(shorter):
            return shorter
    return title


def _date(text: str) -> str | None:
    """Return a date written as in ISO 8601, with slashes, or without separators; None if it is none of these."""
    text = text.strip()
    slashed = _SLASHED.match(text) or _COMPACT.match(text)
    if slashed:
        text = "-".join(part.zfill(2) for part in slashed.groups() if part)
    with suppress(ValueError, OverflowError):
        return iso_date(text)
    return None
