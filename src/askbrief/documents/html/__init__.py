"""Web pages: the main article with its headings, lists and tables, and the metadata of the page."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from lxml import etree

from askbrief.core.text import pattern
from askbrief.documents.builder import DocumentBuilder, ParsedText
from askbrief.documents.html.dom import compose, drop, page_body, remove_hidden, remove_marks, words
from askbrief.documents.html.metadata import page_metadata
from askbrief.documents.text import decode_as

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lxml.html import HtmlElement as Element

_META_WITHIN = 4096  # bytes at the start of a page in which it declares its encoding
_CHARSET = pattern(
    r"""(?i)<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w:.-]+)|<\?xml[^>]{0,100}?encoding=["']([\w:.-]+)"""
)
_MIN_ARTICLE_SHARE, _MIN_ARTICLE_CHARS = 0.1, 250  # if the article is shorter, all of the page is taken instead
_AROUND = frozenset("nav footer menu search".split())
_AROUND_ROLES = frozenset(
    "navigation banner contentinfo search complementary menu menubar toolbar dialog alertdialog".split()
)
_NAMED = frozenset("div section ul ol aside form table dl header details figure".split())
_NAMES = pattern(
    r"""(?xi)(?:^|[\s_-])(?:
        navs?|navbar|navigation|navbox|menu|submenu|menubar|breadcrumbs?|[a-z]*sidebar|side-bar|footer|site-header|masthead
        |cookies?|cookiebar|paywall|share(?!-price)|sharing|sharebar|addtoany|socials?|follow-us
        |related|recommended|recommendations|read-?more|more-(?:from|stories|news|on)|trending|most-(?:read|popular)
        |newsletter|subscribe|subscription|sign-?up|promos?|adverts?|advertisement|ads?|sponsored|outbrain|taboola
        |comments?|comment-?list|commentlist|respond|disqus|pagination|pager|prev-next|page-?nav|toc
        |(?:gdpr|consent)-(?:banner|bar|popup|notice|manager)|search-?(?:box|form|bar|modal|wrapper)
        |skip-?links?|sr-only|visually-hidden|screen-reader-text|printfooter|catlinks|noprint|popup|modal|overlay|toolbar|login
    )(?:$|[\s_-])"""
)
_NAMED_IN_LINES = frozenset("a span".split())  # within a line, only what is no part of the sentence is removed
_NAMES_IN_LINES = pattern(
    r"""(?xi)(?:^|\s)(?:
        mw-editsection|mw-jump-link|noprint|headerlink|sr-only|visually-hidden|screen-reader-text|skip-?(?:to-content|link)
    )(?:$|\s)"""
)
_NEGATED = pattern(r"(?i)\b(?:has|no|not|with|without|is|js)[-_]\S+")
_ARTICLES = (
    ("//main|//*[@role='main']", 0.5),
    ("//article|//*[@itemtype='http://schema.org/Article']", 0.75),
    ("//*[@itemprop='articleBody']", 0.95),
)
"""Markup of an article, and the share of the prose it must hold: a main may hold several articles."""
_HEADINGS = "h1 h2 h3 h4 h5 h6".split()
_MAX_PROSE_AROUND = 0.3
_MAX_LINKED = 0.7
_SENTENCE_CHARS = 40


def parse(data: bytes) -> ParsedText:
    return parse_page(decode_as(data, declared_charset(data)))


def declared_charset(data: bytes) -> str | None:
    """Return the encoding that a page declares in its first lines."""
    match = _CHARSET.search(data[:_META_WITHIN].decode("latin-1"))
    label = (match.group(1) or match.group(2)) if match else None
    return "utf-8" if label and label.lower().startswith(("utf-16", "utf-32", "ucs")) else label


def parse_page(text: str, url: str | None = None) -> ParsedText:
    """Parse the article of a page, or all of a page without one; `url` is its address if the page states none."""
    body = page_body(text)
    if body is None:
        return ParsedText("", ())
    described = page_metadata(body.getroottree().getroot(), url)
    remove_hidden(body)
    characters = sum(len(word) for piece in body.itertext() for word in piece.split())
    builder = DocumentBuilder()
    compose(_article(body), builder)
    too_short = builder.characters < max(_MIN_ARTICLE_CHARS, _MIN_ARTICLE_SHARE * characters)
    whole = page_body(text) if too_short else None
    if whole is not None:
        remove_hidden(whole)
        builder = DocumentBuilder()
        compose(whole, builder)
    return builder.build(described)


def _article(body: Element) -> Element:
    """Remove, in place, what surrounds the article; return the element that holds it."""
    remove_marks(body)
    prose = _prose(body)
    most = _MAX_PROSE_AROUND * prose[body]
    first = _first_headings(body, _HEADINGS)
    titled = _first_headings(body, ("h1",))
    nodes = [node for node in body.iterdescendants("*") if prose.get(node, 0) <= most]
    drop(body, [node for node in nodes if _is_around(node, first.get(node), is_titled=node in titled)])
    root = _root(body, prose)
    if root is body:
        characters, linked = _lengths(body)
        lists = [node for node in body.iter("ul", "ol", "table") if 0 < linked[node] >= _MAX_LINKED * characters[node]]
        drop(body, [node for node in lists if len(list(islice(node.iter("a"), 2))) > 1])  # one may be a source
    return root


def _prose(body: Element) -> Mapping[Element, int]:
    """Return how many characters of prose each element holds: pieces as long as a sentence, outside links."""
    characters, linked = _lengths(body, shortest=_SENTENCE_CHARS)
    return {node: length - linked[node] for node, length in characters.items()}


def _lengths(body: Element, shortest: int = 0) -> tuple[Mapping[Element, int], Mapping[Element, int]]:
    """Return how many characters each element holds, in stripped pieces that count, and how many of them in links."""
    characters: dict[Element, int] = {}
    linked: dict[Element, int] = {}
    links = 0

    def counted(text: str | None) -> int:
        length = len((text or "").strip())
        return length if length >= shortest else 0

    for event, node in etree.iterwalk(body, events=("start", "end")):
        if event == "start":
            links += node.tag == "a"
            characters[node] = counted(node.text)
            linked[node] = characters[node] if links else 0
            continue
        links -= node.tag == "a"
        parent = node.getparent()
        if node is not body and parent is not None:
            tail = counted(node.tail)
            characters[parent] += characters[node] + tail
            linked[parent] += linked[node] + (tail if links else 0)
    return characters, linked


def _first_headings(body: Element, tags: Sequence[str]) -> Mapping[Element, Element]:
    first: dict[Element, Element] = {}
    for heading in body.iter(*tags):
        for ancestor in heading.iterancestors():
            if ancestor in first:
                break
            first[ancestor] = heading
    return first


def _is_around(element: Element, heading: Element | None, *, is_titled: bool) -> bool:
    """Return whether an element surrounds the article, by its tag, its role or its name."""
    tag = element.tag
    if tag in _NAMED_IN_LINES:
        return bool(_NAMES_IN_LINES.search(element.get("class") or ""))
    if tag in _AROUND or is_titled:
        return tag in _AROUND
    if tag == "header" and next(element.iterancestors("article", "main"), None) is None:  # that of the site
        return True
    return element.get("role") in _AROUND_ROLES or (tag in _NAMED and bool(_NAMES.search(_name(element, heading))))


def _name(element: Element, heading: Element | None) -> str:
    """Return the class and id of an element; an id generated from its heading has no meaning and is left out."""
    classes = _NEGATED.sub(" ", element.get("class") or "")
    own = element.get("id") or ""
    if element.tag == "section" or (own and heading is not None and _slug(own) == _slug(words(heading))):
        own = ""
    return f"{classes} {own}"


def _slug(text: str) -> str:
    return "".join(filter(str.isalnum, text.lower()))


def _root(body: Element, prose: Mapping[Element, int]) -> Element:
    """Return the innermost element, marked as the article, that holds most of the remaining prose; else the body."""
    root = body
    for path, share in _ARTICLES:
        within = [element for element in root.xpath(path.replace("//", ".//")) if prose.get(element, 0)]
        largest = max(within, key=lambda element: prose[element], default=root)
        if prose[largest] >= share * prose[root]:
            root = largest
    return root
