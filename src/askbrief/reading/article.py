"""Where the article of a web page is: what stands around it is taken out, and nothing of the article is.

Pages say most of it themselves (main, article, nav, footer, the names of their classes). What a name says is not
believed of anything that holds a good part of the page's prose.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

from askbrief.patterns import pattern
from askbrief.reading.hypertext import drop, without_marks, words

if TYPE_CHECKING:
    from collections.abc import Mapping

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
_MOST_PROSE_AROUND = 0.3
_MOST_LINKED = 0.7
_SENTENCE = 40


def around_removed(body: Element) -> Element:
    """Take out, in place, what is around the article; give the element that holds the article."""
    without_marks(body)
    prose = _prose(body)
    most = _MOST_PROSE_AROUND * prose[body]
    drop(body, [node for node in body.iterdescendants() if prose.get(node, 0) <= most and _is_around(node)])
    root = _root(body, prose)
    if root is body:
        drop(body, [element for element in body.iter("ul", "ol", "table") if _is_links(element)])
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


def _is_around(element: Element) -> bool:
    tag = element.tag
    if not isinstance(tag, str):
        return False
    if tag in _AROUND:
        return True
    if tag in _NAMED_IN_LINES:
        return bool(_NAMES_IN_LINES.search(element.get("class") or ""))
    says_so = element.get("role") in _AROUND_ROLES or (tag in _NAMED and bool(_NAMES.search(_name(element))))
    return (says_so or _heads_the_site(element)) and element.find(".//h1") is None


def _heads_the_site(element: Element) -> bool:
    """Whether a header is not that of an article."""
    return element.tag == "header" and not any(above.tag in {"article", "main"} for above in element.iterancestors())


def _name(element: Element) -> str:
    """What the page calls an element; an id that is made from the words of its heading says nothing."""
    kind = _NEGATED.sub(" ", element.get("class") or "")
    own = element.get("id") or ""
    first = next(element.iter("h1", "h2", "h3", "h4", "h5", "h6"), None) if own else None
    if element.tag == "section" or (first is not None and _slug(own) == _slug(words(first))):
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


def _is_links(element: Element) -> bool:
    """Whether a list or table is one of links to other pages, and nothing else."""
    links = list(element.iter("a"))
    total = len(words(element))
    return len(links) > 1 and total > 0 and sum(len(words(link)) for link in links) >= _MOST_LINKED * total
