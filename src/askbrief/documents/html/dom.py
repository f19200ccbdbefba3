"""HTML parsed, and walked from top to bottom: headings, paragraphs, list items, rows of tables, code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree, html

from askbrief.core.lazy_regex import pattern
from askbrief.documents.builder import row
from askbrief.documents.html import tables
from askbrief.errors import ParsingError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lxml.html import HtmlElement as Element

    from askbrief.documents.builder import DocumentBuilder

_VOID = "area|base|br|col|embed|hr|img|input|link|meta|param|source|track|wbr"
# A parser of HTML takes <title/> for an open title, and everything after it for its words.
_SELF_CLOSED = pattern(rf"<(?!(?:{_VOID})\b)([a-zA-Z][\w:.-]*)((?:\s[^<>]*)?)/>")
# Where these are never closed, each holds all that follows; they say nothing about what is a block.
_FORMATTING = pattern(r"(?i)</?(?:font|b|i|u|s|strong|em|small|big|tt|strike|nobr|cite|code|ins|mark)(?:\s[^<>]*)?>")
_TOO_DEEP = "depth"
_HEADING = pattern(r"h[1-6]")
_HIDDEN_STYLE = pattern(r"(?i)(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden)")
_NEVER_READ = frozenset(
    "script style noscript template iframe object embed applet canvas svg audio video map datalist select option "
    "button input textarea dialog head title meta link base rp rt ix:header ix:hidden".split()
)
# Numbers of footnotes and of printed pages, which stand in sentences and are no words of them.
_MARKS = """
    .//sup[contains(concat(' ', @class, ' '), ' reference ')]
    | .//sup[string-length(normalize-space()) < 6][.//a[starts-with(@href, '#')] or parent::a[starts-with(@href, '#')]]
    | .//*[@role = 'doc-noteref' or @role = 'doc-pagebreak']
    | .//*[@*[name() = 'epub:type'] = 'noteref' or @*[name() = 'epub:type'] = 'pagebreak']
"""
BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details dir div dl dt fieldset figcaption figure footer "
    "form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol optgroup p pre search section summary "
    "table tbody td tfoot th thead tr ul".split()
)
_DEEPEST_HEADING = 6
_LEFT_OUT = "left-out"
_JOINER, _BREAK = "\ufeff", "\u200b"


def parsed(text: str) -> Element | None:
    """Parse a page; None where there is nothing in it.

    Raises:
        ParsingError: it is nested deeper than the parser goes, and would lose its end.
    """
    source = _SELF_CLOSED.sub(r"<\1\2></\1>", text) if "xhtml" in text[:2000] or text.startswith("<?xml") else text
    root, too_deep = _tree(source)
    if too_deep:
        root, too_deep = _tree(_FORMATTING.sub("", source))
    if too_deep:
        raise ParsingError("is nested deeper than 2,048 elements: save it anew")
    return root


def _tree(source: str) -> tuple[Element | None, bool]:
    """What the parser makes of a page, and whether it was too deep to be parsed to its end."""
    parser = html.HTMLParser(encoding="utf-8", huge_tree=True, no_network=True, remove_pis=True)
    try:
        root = html.document_fromstring(source.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        root = None
    return root, any(_TOO_DEEP in error.message.lower() for error in parser.error_log)


def without_hidden(root: Element) -> None:
    """Take out what a reader of the page does not see, in place."""
    drop(root, (element for element in root.iterdescendants() if _is_hidden(element)))


def without_marks(root: Element) -> None:
    """Take out the numbers that lead to footnotes, and those of the pages of a printed book, in place."""
    drop(root, root.xpath(_MARKS))


def drop(root: Element, elements: Iterable[Element]) -> None:
    """Take elements out of a tree, and leave the words after each where they are."""
    for element in list(elements):
        element.tag = _LEFT_OUT
    etree.strip_elements(root, _LEFT_OUT, with_tail=False)


def compose(root: Element, builder: DocumentBuilder) -> None:
    """Add what an element holds, in the order in which it stands there."""
    _Walk(builder).over(root)


def words(element: Element) -> str:
    """All words of an element, with a space wherever one block or line ends and another begins."""
    pieces: list[str] = []
    for event, node in etree.iterwalk(element, events=("start", "end", "comment")):
        apart = isinstance(node.tag, str) and (node.tag in BLOCKS or node.tag == "br")
        if event == "start":
            pieces += [" " if apart else "", node.text or "", _instead(node)]
        else:
            pieces += [" " if apart else "", (node.tail or "") if node is not element else ""]
    return " ".join("".join(pieces).split())


class _Walk:
    """Gathers the words of a line or paragraph until a block begins or ends."""

    def __init__(self, builder: DocumentBuilder) -> None:
        self._composer = builder
        self._words: list[str] = []
        self._heading = 0
        self._code = 0
        self._broken = False

    def over(self, root: Element) -> None:
        walk = etree.iterwalk(root, events=("start", "end", "comment"))
        for event, node in walk:
            if event == "start":
                if node.tag == "table" and self._table(node):
                    walk.skip_subtree()
                else:
                    self._begin(node)
                continue
            if event == "end":
                self._end(node)
            if node is not root and node.tail:
                self._say(node.tail)
        self._flush()

    def _begin(self, node: Element) -> None:
        if node.tag == "br":
            self._line()
        elif node.tag in BLOCKS:
            self._flush()
            self._heading = self._heading or level(node)
            self._code += node.tag == "pre"
        self._say(node.text or "")
        self._say(_instead(node))

    def _say(self, words: str) -> None:
        self._words.append(words)
        self._broken = self._broken and not words.strip()

    def _end(self, node: Element) -> None:
        if node.tag not in BLOCKS:
            return
        self._flush()
        if level(node):
            self._heading = 0
        self._code -= node.tag == "pre"

    def _line(self) -> None:
        """One line break is a space, as it may stand in an address; two are the end of a paragraph."""
        if self._broken and not self._code:
            self._flush()
        self._words.append("\n")
        self._broken = True

    def _flush(self) -> None:
        said = "".join(self._words).replace(_JOINER, "").strip(_BREAK)
        self._words.clear()
        self._broken = False
        if self._heading:
            self._composer.heading(said, self._heading)
        else:
            self._composer.paragraph(said, keep_lines=self._code > 0)

    def _table(self, table: Element) -> bool:
        """Whether it was a table of data; one that only places things on the page is walked like anything else."""
        found = tables.data(table, words)
        if found is None:
            return False
        self._flush()
        self._composer.paragraph(found.caption)
        for cells in found.rows:
            self._composer.paragraph(row(found.headers, cells))
        return True


def level(node: Element) -> int:
    """The depth of a heading, 0 where it is none."""
    if isinstance(node.tag, str) and _HEADING.fullmatch(node.tag):
        return int(node.tag[1])
    if node.get("role") != "heading":
        return 0
    given = node.get("aria-level") or ""
    return min(int(given), _DEEPEST_HEADING) if given.isdecimal() and int(given) else 2


def _instead(node: Element) -> str:
    """The words that stand for a formula or a small sign that is a picture."""
    if node.tag != "img":
        return ""
    kind = node.get("class") or ""
    return node.get("alt") or "" if "math" in kind or "emoji" in kind or "latex" in kind else ""


def _is_hidden(element: Element) -> bool:
    if not isinstance(element.tag, str):
        return False
    if element.tag in _NEVER_READ or element.get("hidden") is not None:
        return True
    if element.tag == "body":
        return False  # many a page shows itself by a script
    return element.get("aria-hidden") == "true" or bool(_HIDDEN_STYLE.search(element.get("style") or ""))
