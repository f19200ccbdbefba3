"""Web pages: the main article with its headings, lists and tables, and the page's own metadata."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from lxml import etree

from askbrief.core.lazy_regex import pattern
from askbrief.documents.builder import DocumentBuilder, ParsedText
from askbrief.documents.html import metadata
from askbrief.documents.html.dom import compose, drop, parsed, without_hidden, without_marks, words
from askbrief.documents.text import decode_as

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lxml.html import HtmlElement as Element

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
# Within a line only what is no part of the sentence.
_NAMED_IN_LINES = frozenset("a span".split())
_NAMES_IN_LINES = pattern(
    r"""(?xi)(?:^|\s)(?:
        mw-editsection|mw-jump-link|noprint|headerlink|sr-only|visually-hidden|screen-reader-text|skip-?(?:to-content|link)
    )(?:$|\s)"""
)
_NEGATED = pattern(r"(?i)\b(?:has|no|not|with|without|is|js)[-_]\S+")
# The widest first; an article may be one of several in a main, and then it holds less of the whole.
_ARTICLES = (
    ("//main|//*[@role='main']", 0.5),
    ("//article|//*[@itemtype='http://schema.org/Article']", 0.75),
    ("//*[@itemprop='articleBody']", 0.95),
)
_HEADINGS = "h1 h2 h3 h4 h5 h6".split()
_MOST_PROSE_AROUND = 0.3
_MOST_LINKED = 0.7
_SENTENCE = 40


def around_removed(body: Element) -> Element:
    """Take out, in place, what is around the article; give the element that holds the article."""
    without_marks(body)
    prose = _prose(body)
    most = _MOST_PROSE_AROUND * prose[body]
    first = _first(body, _HEADINGS)
    titled = _first(body, ("h1",))
    nodes = [node for node in body.iterdescendants() if prose.get(node, 0) <= most]
    drop(body, [node for node in nodes if _is_around(node, first.get(node), is_titled=node in titled)])
    root = _root(body, prose)
    if root is body:
        characters, linked = _lengths(body)
        lists = [node for node in body.iter("ul", "ol", "table") if linked[node] > 0]
        drop(body, [node for node in lists if linked[node] >= _MOST_LINKED * characters[node] and _has_links(node)])
    return root


def _prose(body: Element) -> Mapping[Element, int]:
    """How many characters of running text each element holds: pieces as long as a sentence, outside of links."""
    held: dict[Element, int] = {}
    linked = 0
    for event, node in etree.iterwalk(body, events=("start", "end")):
        if event == "start":
            linked += node.tag == "a"
            held[node] = 0 if linked else _counted(node.text)
            continue
        linked -= node.tag == "a"
        parent = node.getparent()
        if node is not body and parent is not None:
            held[parent] += held[node] + (0 if linked else _counted(node.tail))
    return held


def _counted(text: str | None) -> int:
    long = len(text.strip()) if text else 0
    return long if long >= _SENTENCE else 0


def _lengths(body: Element) -> tuple[Mapping[Element, int], Mapping[Element, int]]:
    """How many characters each element holds, white space at the ends of its pieces apart, and how many in links."""
    characters: dict[Element, int] = {}
    linked: dict[Element, int] = {}
    inside = 0
    for event, node in etree.iterwalk(body, events=("start", "end")):
        if event == "start":
            inside += node.tag == "a"
            characters[node] = len((node.text or "").strip())
            linked[node] = characters[node] if inside else 0
            continue
        inside -= node.tag == "a"
        parent = node.getparent()
        if node is not body and parent is not None:
            tail = len((node.tail or "").strip())
            characters[parent] += characters[node] + tail
            linked[parent] += linked[node] + (tail if inside else 0)
    return characters, linked


def _first(body: Element, tags: Sequence[str]) -> Mapping[Element, Element]:
    """For each element that holds one, the first of its headings."""
    found: dict[Element, Element] = {}
    for heading in body.iter(*tags):
        for above in heading.iterancestors():
            if above in found:
                break
            found[above] = heading
    return found


def _is_around(element: Element, heading: Element | None, *, is_titled: bool) -> bool:
    tag = element.tag
    if not isinstance(tag, str):
        return False
    if tag in _AROUND:
        return True
    if tag in _NAMED_IN_LINES:
        return bool(_NAMES_IN_LINES.search(element.get("class") or ""))
    says_so = element.get("role") in _AROUND_ROLES or (tag in _NAMED and bool(_NAMES.search(_name(element, heading))))
    return not is_titled and (says_so or _heads_the_site(element))


def _heads_the_site(element: Element) -> bool:
    """Whether a header is not that of an article."""
    return element.tag == "header" and not any(above.tag in {"article", "main"} for above in element.iterancestors())


def _name(element: Element, heading: Element | None) -> str:
    """What the page calls an element; an id that is made from the words of its heading says nothing."""
    kind = _NEGATED.sub(" ", element.get("class") or "")
    own = element.get("id") or ""
    if element.tag == "section" or (own and heading is not None and _slug(own) == _slug(words(heading))):
        own = ""
    return f"{kind} {own}"


def _slug(text: str) -> str:
    return "".join(filter(str.isalnum, text.lower()))


def _root(body: Element, prose: Mapping[Element, int]) -> Element:
    """The innermost element, marked as the article, that holds most of the prose that is left; else the whole."""
    root = body
    for path, share in _ARTICLES:
        within = [element for element in root.xpath(path.replace("//", ".//")) if prose.get(element, 0)]
        largest = max(within, key=lambda element: prose[element], default=root)
        if prose[largest] >= share * prose[root]:
            root = largest
    return root


def _has_links(element: Element) -> bool:
    """Whether there are several: one alone may be a source."""
    return len(list(islice(element.iter("a"), 2))) > 1


_META_WITHIN = 4096
_CHARSET = pattern(
    r"""(?i)<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w:.-]+)|<\?xml[^>]{0,100}?encoding=["']([\w:.-]+)"""
)
_LEAST_OF_ALL = 0.1
_SHORT = 250


def parse(data: bytes) -> ParsedText:
    """Read a .html, .htm or .xhtml file."""
    return page(decode_as(data, charset(data)))


def charset(data: bytes) -> str | None:
    """The encoding that a page states in its first lines."""
    found = _CHARSET.search(data[:_META_WITHIN].decode("latin-1"))
    label = (found.group(1) or found.group(2)) if found else None
    return "utf-8" if label and label.lower().startswith(("utf-16", "utf-32", "ucs")) else label


def page(text: str, url: str | None = None) -> ParsedText:
    """Read the article of a page, or all of a page that has none.

    Args:
        text: its source.
        url: its address, where the page does not state one.
    """
    body = _body(text)
    if body is None:
        return ParsedText("", ())
    described = metadata.metadata(body.getroottree().getroot(), url)
    without_hidden(body)
    characters = sum(len(piece) for said in body.itertext() for piece in said.split())
    builder = DocumentBuilder()
    compose(around_removed(body), builder)
    whole = _body(text) if builder.characters < max(_SHORT, _LEAST_OF_ALL * characters) else None
    if whole is not None:
        without_hidden(whole)
        builder = DocumentBuilder()
        compose(whole, builder)
    return builder.build(described)


def _body(text: str) -> Element | None:
    root = parsed(text)
    body = None if root is None else root.find("body")
    return root if body is None else body
