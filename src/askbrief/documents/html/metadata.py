"""What a web page says of itself: in JSON-LD, in its meta elements, in its markup; nothing is guessed from its text."""

from __future__ import annotations

import json
from itertools import chain
from typing import TYPE_CHECKING, Any

from askbrief.core.lazy_regex import pattern
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
_ADDRESS = pattern(r"(?i)^https?://\S+$")
_BY = pattern(r"(?i)^by\s+")
_INVISIBLE = "\u200b\ufeff \n\t"
_BEFORE_SITE = " -–—|·:»"
_LEAST_OF_TITLE = 0.3
_LONGEST = 500
_MOST_JSON = 1_000_000
_DEEPEST_JSON = 8
_MOST_AUTHORS = 200


def metadata(root: Element, url: str | None = None) -> Metadata:
    """Read title, authors, publisher, date, address and licence, each from the first place that states it."""
    stated = _meta(root)
    linked = list(_linked_data(root))
    authors = [*_named(linked, "author"), *chain.from_iterable(stated.get(name, ()) for name in _AUTHORS)]
    publishers = [*_first(stated, _PUBLISHERS), *_named(linked, "publisher")]
    dates = [*_texts(linked, "datePublished"), *_first(stated, _DATES), *_times(root)]
    addresses = [*_links(root, "canonical"), *stated.get("og:url", ())]
    return Metadata(
        title=_title(root, list(_first(stated, _TITLES)), _texts(linked, "headline"), publishers),
        author=tuple(dict.fromkeys(_BY.sub("", name) for name in authors if not _ADDRESS.match(name)))[:_MOST_AUTHORS],
        publisher=next((name for name in publishers if not _ADDRESS.match(name)), None),
        date=next(filter(None, map(_date, dates)), None),
        url=next(filter(_ADDRESS.match, addresses), url),
        licence=next(iter(_links(root, "license")), None),
    )


def _clean(value: object) -> str | None:
    if not isinstance(value, str):
        return None
    text = " ".join("".join(character for character in value if character.isprintable() or character.isspace()).split())
    return text if 0 < len(text) <= _LONGEST and "\ufffd" not in text else None


def _meta(root: Element) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for element in root.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop")
        content = _clean(element.get("content"))
        if name and content:
            found.setdefault(name.lower(), []).append(content)
    return found


def _first(stated: Mapping[str, list[str]], names: Iterable[str]) -> Iterator[str]:
    return chain.from_iterable(stated.get(name, ()) for name in names)


def _links(root: Element, relation: str) -> list[str]:
    path = f"//*[self::link or self::a][contains(concat(' ', @rel, ' '), ' {relation} ')]/@href"
    return [address for address in map(_clean, map(str, root.xpath(path))) if address]


def _times(root: Element) -> Iterator[str]:
    for element in root.xpath(_TIMES):
        yield element.get("datetime") or element.get("content") or words(element)


def _linked_data(root: Element) -> Iterator[Mapping[str, Any]]:
    """Every article that the page describes in JSON-LD; what is no JSON is no description."""
    for script in root.xpath("//script[@type='application/ld+json']"):
        source = (script.text or "")[:_MOST_JSON]
        try:
            yield from _described(json.loads(source, strict=False))
        except (ValueError, RecursionError):
            continue


def _described(value: object, depth: int = 0) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, list) and depth < _DEEPEST_JSON:
        for item in value:
            yield from _described(item, depth + 1)
    elif isinstance(value, dict) and depth < _DEEPEST_JSON:
        kinds = value.get("@type")
        if any(
            isinstance(kind, str) and _ARTICLE.search(kind) for kind in (kinds if isinstance(kinds, list) else [kinds])
        ):
            yield value
        yield from _described(value.get("@graph"), depth + 1)


def _texts(linked: Iterable[Mapping[str, Any]], name: str) -> list[str]:
    return [text for text in (_clean(item.get(name)) for item in linked) if text]


def _named(linked: Iterable[Mapping[str, Any]], role: str) -> list[str]:
    """The names of people or organisations, from the first article that has some."""
    for item in linked:
        given = item.get(role)
        people = given if isinstance(given, list) else [given]
        names = [_clean(person.get("name") if isinstance(person, dict) else person) for person in people]
        if any(names):
            return [name for name in names if name]
    return []


def _title(root: Element, stated: list[str], headlines: list[str], publishers: list[str]) -> str | None:
    """The title that is stated, without the name of the site where the page's heading or the site's name show it.

    A headline of JSON-LD comes last: an encyclopedia says there what the thing is.
    """
    element = root.find(".//title")
    of_window = _clean(element.text_content()) if element is not None else None
    headings = [text for text in (_clean(words(heading)) for heading in root.iter("h1")) if text]
    title = next(iter([*stated, *filter(None, [of_window]), *headlines, *headings]), None)
    if title is None:
        return None
    for known in (*headings, *headlines, *(title.removesuffix(name).rstrip(_BEFORE_SITE) for name in publishers)):
        shorter = known.strip(_INVISIBLE)
        if len(shorter) >= _LEAST_OF_TITLE * len(title) and title.startswith(shorter):
            return shorter
    return title


def _date(text: str) -> str | None:
    """A date as it is written in metadata: ISO 8601, or with slashes, or without anything between."""
    text = text.strip()
    slashed = _SLASHED.match(text) or _COMPACT.match(text)
    if slashed:
        text = "-".join(part.zfill(2) for part in slashed.groups() if part)
    try:
        return iso_date(text)
    except (ValueError, OverflowError):
        return None
