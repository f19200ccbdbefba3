"""HTML: parsed, and walked from top to bottom for headings, paragraphs, list items, tables of data and code."""

from __future__ import annotations

from itertools import chain, takewhile, zip_longest
from typing import TYPE_CHECKING

from lxml import etree, html

from askbrief.core.text import pattern
from askbrief.documents.builder import row
from askbrief.documents.raised import raised_text
from askbrief.errors import ParsingError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lxml.html import HtmlElement as Element

    from askbrief.documents.builder import DocumentBuilder

_VOID = "area|base|br|col|embed|hr|img|input|link|meta|param|source|track|wbr"
_SELF_CLOSED = pattern(rf"<(?!(?:{_VOID})\b)([a-zA-Z][\w:.-]*)((?:\s[^<>]*)?)/>")
"""An HTML parser takes <title/> for an open title, and everything after it for its words."""
_FORMATTING = pattern(r"(?i)</?(?:font|b|i|u|s|strong|em|small|big|tt|strike|nobr|cite|code|ins|mark)(?:\s[^<>]*)?>")
"""If these are never closed, each holds all that follows; without them, the blocks are the same."""
_TOO_DEEP = "depth"
_HEADING = pattern(r"h[1-6]")
_HIDDEN_STYLE = pattern(r"(?i)(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden)")
_NEVER_TEXT = frozenset(
    "script style noscript template iframe object embed applet canvas svg audio video map datalist select option "
    "button input textarea dialog head title meta link base rp rt ix:header ix:hidden".split()
)
_MARKS = """
    .//sup[contains(concat(' ', @class, ' '), ' reference ')]
    | .//sup[string-length(normalize-space()) < 6][.//a[starts-with(@href, '#')] or parent::a[starts-with(@href, '#')]]
    | .//*[@role = 'doc-noteref' or @role = 'doc-pagebreak']
    | .//*[@*[name() = 'epub:type'] = 'noteref' or @*[name() = 'epub:type'] = 'pagebreak']
"""
"""Numbers of footnotes and of printed pages, which stand in sentences but do not belong to them."""
_WORDS_BEFORE = 8
"""Pieces of text before a raised one that decide what it is."""
BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details dir div dl dt fieldset figcaption figure footer "
    "form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol optgroup p pre search section summary "
    "table tbody td tfoot th thead tr ul".split()
)
_MAX_HEADING_LEVEL = 6
_LEFT_OUT = "left-out"
_JOINER, _BREAK = "\ufeff", "\u200b"
_IN_LAYOUT_TABLES = "h1 h2 h3 h4 table form pre".split()
_MAX_SPAN = 100
_MAX_CELLS = 500_000
_MAX_COLUMNS = 1_000
_MAX_CELL_CHARS = 1_000  # a table without headers is one of data only if no cell is longer
_MAX_REPEATED_CHARS = 1_000_000  # characters that cells spanning rows or columns may add; beyond, spans are ignored


def parse_html(text: str) -> Element | None:
    """Parse a page; None if it is empty, ParsingError if it is nested so deep that its end would be lost."""
    source = _SELF_CLOSED.sub(r"<\1\2></\1>", text) if "xhtml" in text[:2000] or text.startswith("<?xml") else text
    root, too_deep = _tree(source)
    if too_deep:
        root, too_deep = _tree(_FORMATTING.sub("", source))
    if too_deep:
        raise ParsingError("is nested deeper than 2,048 elements: save it again")
    return root


def page_body(text: str) -> Element | None:
    """Parse a page as `parse_html` does, and return its body, or its root where it has none."""
    root = parse_html(text)
    body = None if root is None else root.find("body")
    return root if body is None else body


def _tree(source: str) -> tuple[Element | None, bool]:
    """Return the root of a page, and whether it was too deep to be parsed to its end."""
    parser = html.HTMLParser(encoding="utf-8", huge_tree=True, no_network=True, remove_pis=True)
    try:
        root = html.document_fromstring(source.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        root = None
    return root, any(_TOO_DEEP in error.message.lower() for error in parser.error_log)


def remove_hidden(root: Element) -> None:
    """Remove, in place, what a person who sees the page does not see."""
    drop(root, (element for element in root.iterdescendants("*") if _is_hidden(element)))


def _is_hidden(element: Element) -> bool:
    if element.tag in _NEVER_TEXT or element.get("hidden") is not None:
        return True
    if element.tag == "body":
        return False  # many pages show themselves by a script
    return element.get("aria-hidden") == "true" or bool(_HIDDEN_STYLE.search(element.get("style") or ""))


def remove_marks(root: Element) -> None:
    """Remove, in place, the numbers that link to footnotes, and the page numbers of a printed book."""
    drop(root, root.xpath(_MARKS))


def drop(root: Element, elements: Iterable[Element]) -> None:
    """Remove elements from a tree, but not the text after them."""
    for element in list(elements):
        element.tag = _LEFT_OUT
    etree.strip_elements(root, _LEFT_OUT, with_tail=False)


def words(element: Element) -> str:
    """Return all text of an element, with a space at the boundaries of blocks and lines."""
    pieces: list[str] = []
    raised: list[int] = []
    for event, node in etree.iterwalk(element, events=("start", "end", "comment")):
        space = " " if isinstance(node.tag, str) and (node.tag in BLOCKS or node.tag == "br") else ""
        if event == "start":
            if node.tag == "sup":
                raised.append(len(pieces))
            pieces += [space, node.text or "", _picture_text(node)]
        else:
            if event == "end" and node.tag == "sup":
                at = raised.pop()
                pieces[at:] = [raised_text("".join(pieces[max(0, at - _WORDS_BEFORE) : at]), "".join(pieces[at:]))]
            pieces += [space, (node.tail or "") if node is not element else ""]
    return " ".join("".join(pieces).split())


def _picture_text(node: Element) -> str:
    """Return the text of a picture that stands for a formula or a sign."""
    if node.tag != "img":
        return ""
    classes = node.get("class") or ""
    return node.get("alt") or "" if "math" in classes or "emoji" in classes or "latex" in classes else ""


def compose(root: Element, builder: DocumentBuilder) -> None:
    """Add the content of an element to a document, in the order of the page."""
    _Walk(builder).over(root)


class _Walk:
    def __init__(self, builder: DocumentBuilder) -> None:
        self._builder = builder
        self._words: list[str] = []
        self._heading = 0
        self._code = 0
        self._after_break = False
        self._raised_from: int | None = None

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
                self._add(node.tail)
        self._flush()

    def _begin(self, node: Element) -> None:
        if node.tag == "br":
            self._line_break()
        elif node.tag in BLOCKS:
            self._flush()
            self._heading = self._heading or _heading_level(node)
            self._code += node.tag == "pre"
        elif node.tag == "sup" and self._raised_from is None:
            self._raised_from = len(self._words)
        self._add(node.text or "")
        self._add(_picture_text(node))

    def _add(self, text: str) -> None:
        self._words.append(text)
        self._after_break = self._after_break and not text.strip()

    def _end(self, node: Element) -> None:
        if node.tag in BLOCKS:
            self._flush()
            self._heading = 0 if _heading_level(node) else self._heading
            self._code -= node.tag == "pre"
        elif node.tag == "sup" and self._raised_from is not None:
            at, self._raised_from = self._raised_from, None
            self._words[at:] = [
                raised_text("".join(self._words[max(0, at - _WORDS_BEFORE) : at]), "".join(self._words[at:]))
            ]

    def _line_break(self) -> None:
        """Treat one line break as a space, as in an address, and two as the end of a paragraph."""
        if self._after_break and not self._code:
            self._flush()
        self._words.append("\n")
        self._after_break = True

    def _flush(self) -> None:
        self._raised_from = None
        text = "".join(self._words).replace(_JOINER, "").strip(_BREAK)
        self._words.clear()
        self._after_break = False
        if self._heading:
            self._builder.heading(text, self._heading)
        else:
            self._builder.paragraph(text, keep_lines=self._code > 0)

    def _table(self, element: Element) -> bool:
        rows = _data_rows(element)
        if rows is None:
            return False
        self._flush()
        for text in rows:
            self._builder.paragraph(text)
        return True


def _heading_level(node: Element) -> int:
    if isinstance(node.tag, str) and _HEADING.fullmatch(node.tag):
        return int(node.tag[1])
    if node.get("role") != "heading":
        return 0
    level = node.get("aria-level") or ""
    return min(int(level), _MAX_HEADING_LEVEL) if level.isdecimal() and int(level) else 2


def _data_rows(table: Element) -> list[str] | None:
    """Return the caption and the rows of a table of data; None if the table only arranges the page."""
    arranges = table.get("role") in {"presentation", "none"}
    if arranges or next(table.iterdescendants(*_IN_LAYOUT_TABLES), None) is not None:
        return None
    lines = [cells for line in table.iter("tr") if (cells := [cell for cell in line if cell.tag in {"td", "th"}])]
    if sum(map(len, lines)) > _MAX_CELLS or not (table.find(".//th") is not None or _is_grid(lines)):
        return None
    caption = table.find("caption")
    head = _header_rows(lines)
    grid = _grid(lines, head)
    headers = [" ".join(dict.fromkeys(filter(None, column))) for column in zip_longest(*grid[:head])]
    rows = grid[head:]
    if not head:
        rows = [_named_by_first(line, cells) for line, cells in zip(lines, rows, strict=True)]
    return ["" if caption is None else words(caption), *(row(headers, cells) for cells in rows)]


def _is_grid(lines: Sequence[Sequence[Element]]) -> bool:
    """Return whether a table without headers holds data: several rows and columns, and short cells."""
    if len(lines) < 2 or max(len(line) for line in lines) < 2:  # noqa: PLR2004 - one row or column arranges the page
        return False
    return all(len(cell.text_content()) <= _MAX_CELL_CHARS for cell in chain.from_iterable(lines))


def _header_rows(lines: Sequence[Sequence[Element]]) -> int:
    """Return how many rows at the top are headers, by their cells or because they stand in a thead."""

    def is_header(line: Sequence[Element]) -> bool:
        in_head = next(line[0].iterancestors("thead", "tbody", "tfoot", "table")).tag == "thead"
        return in_head or (len(line) > 1 and all(cell.tag == "th" for cell in line))  # a single one is a title

    count = sum(1 for _ in takewhile(is_header, lines))
    return count if count < len(lines) else 0


def _grid(lines: Sequence[Sequence[Element]], head: int) -> list[list[str]]:
    """Return the text of each row's cells, with a cell that spans rows repeated in each of them.

    A header that spans columns is repeated over each of them; a value stands in the first.
    """
    grid: list[list[str]] = []
    below: dict[int, tuple[str, int]] = {}
    repeated = 0
    for line in lines:
        cells: list[str] = []
        for cell in line:
            _add_from_above(cells, below)
            text, height = words(cell), _span(cell, "rowspan")
            width = min(_span(cell, "colspan"), max(1, _MAX_COLUMNS - len(cells)))
            copy = text if len(grid) < head else ""
            repeated += len(text) * (height - 1) + len(copy) * (width - 1)
            if repeated > _MAX_REPEATED_CHARS:
                return [[words(cell) for cell in line] for line in lines]
            if height > 1:
                below.update({len(cells) + at: (copy if at else text, height - 1) for at in range(width)})
            cells += [text, *[copy] * (width - 1)]
        _add_from_above(cells, below)
        grid.append(cells)
    return grid


def _add_from_above(cells: list[str], below: dict[int, tuple[str, int]]) -> None:
    while len(cells) in below:
        column = len(cells)
        text, rows_left = below.pop(column)
        cells.append(text)
        if rows_left > 1:
            below[column] = (text, rows_left - 1)


def _span(cell: Element, attribute: str) -> int:
    value = (cell.get(attribute) or "").strip()
    return max(1, min(int(value), _MAX_SPAN)) if value.isascii() and value.isdecimal() else 1


def _named_by_first(line: Sequence[Element], cells: list[str]) -> list[str]:
    """Return a row of one header and one value, as in a box of facts, as "header: value"."""
    if [cell.tag for cell in line] != ["th", "td"] or len(cells) != 2 or not all(cells):  # noqa: PLR2004
        return cells
    return [f"{cells[0].rstrip(' :')}: {cells[1]}"]
