"""XML: prose with its headings where elements hold sentences, records of names and values where they hold fields."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from lxml import etree

from askbrief.core.text import pattern
from askbrief.documents import html
from askbrief.documents.builder import DocumentBuilder
from askbrief.documents.data import MAX_DEPTH, RecordWriter, named_values
from askbrief.documents.html.dom import compose, page_body, remove_hidden
from askbrief.documents.limits import parse_xml
from askbrief.errors import ParsingError
from askbrief.records import Form, Metadata

if TYPE_CHECKING:
    from collections.abc import Iterator

    from askbrief.documents.builder import ParsedText
    from askbrief.documents.data import Value
    from askbrief.documents.limits import Element

_TITLES = frozenset("title head heading header caption h1 h2 h3 h4 h5 h6 bridgehead".split())
_PROSE = frozenset("p para simpara formalpara ab l v li line lg quote blockquote note".split())
_SILENT_ATTRIBUTES = frozenset(
    "id class style lang space base xmlns href schemaLocation role rend type version".split()
)
_MARKUP = pattern(r"</?(?:p|br|div|a|b|i|em|strong|ul|ol|li|span|img|h[1-6]|table|blockquote)\b[^<>]*>")
_SENTENCE = pattern(r"\p{L}.{60,}")
_MAX_LEVEL = 6


def parse(data: bytes) -> ParsedText:
    """Parse an XML file; ParsingError if it is not well formed, defines entities, or is nested too deep."""
    root = parse_xml(data.lstrip(), "its XML")
    if _name(root) == "html":
        return html.parse(data)
    for element in root.iter(etree.Comment, etree.ProcessingInstruction):
        parent = element.getparent()
        if parent is not None:
            _remove(element, parent)
    builder = DocumentBuilder()
    writer = _XmlWriter(builder)
    writer.add(root, 1, 0)
    title = next((_words(child) for child in root if _name(child) in _TITLES and not len(child)), None)
    prose = writer.records == 0
    return builder.build(
        Metadata(title=title or None), form=Form.PROSE if prose else Form.RECORDS, notes=writer.notes()
    )


def _remove(element: Element, parent: Element) -> None:
    """Remove an element, but not the text after it."""
    before, tail = element.getprevious(), element.tail or ""
    if before is not None:
        before.tail = (before.tail or "") + tail
    else:
        parent.text = (parent.text or "") + tail
    parent.remove(element)


class _XmlWriter:
    def __init__(self, builder: DocumentBuilder) -> None:
        self._builder = builder
        self._fields = RecordWriter(builder)
        self.records = 0

    def notes(self) -> list[str]:
        return self._fields.notes()

    def add(self, element: Element, level: int, depth: int, number: str | None = None) -> None:
        """Add an element: a paragraph where it holds words, a record where it holds fields, else what is in it."""
        if depth > MAX_DEPTH:
            raise ParsingError(f"is nested deeper than {MAX_DEPTH} levels: save it as .html or .txt")
        if _is_text(element):
            self._paragraph(element, level)
        elif _is_record(element):
            self.records += 1
            self._fields.add({_name(element): _value(element)} if depth == 0 else _value(element), level, number, 1)
        else:
            self._section(element, level, depth)

    def _paragraph(self, element: Element, level: int) -> None:
        if _name(element) in _TITLES:
            self._builder.heading(_words(element), min(level, _MAX_LEVEL))
        else:
            self._builder.paragraph(_words(element))

    def _section(self, element: Element, level: int, depth: int) -> None:
        attributes = _attributes(element)
        if attributes:
            self._fields.add(attributes, level, None, 1)
        titled = any(_name(child) in _TITLES for child in element)
        index = 0
        for child in element:
            index += not (_is_text(child) and _name(child) in _TITLES)
            self.add(child, level + (titled and _name(child) not in _TITLES), depth + 1, str(index))


def _name(element: Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _words(element: Element) -> str:
    return " ".join("".join(map(str, element.itertext())).split())


def _is_text(element: Element) -> bool:
    """Return whether an element holds words of a sentence: text beside its elements, or a name for prose."""
    if _name(element) in _PROSE | _TITLES and not any(_name(child) in _PROSE for child in element):
        return True
    mixed = [element.text or "", *(child.tail or "" for child in element)]
    if len(element):
        return any(piece.strip() for piece in mixed)
    return (
        bool(_SENTENCE.search(element.text or "")) and not _MARKUP.search(element.text or "") and not _is_field(element)
    )


def _is_field(element: Element) -> bool:
    """Return whether an element stands among others that are short texts: it is a field of a record."""
    parent = element.getparent()
    return parent is not None and sum(len(child) == 0 for child in parent) > 1


def _is_record(element: Element) -> bool:
    """Return whether an element holds nothing but fields, and records in them, with no text between them."""
    if len(element) == 0:
        return bool((element.text or "").strip() or _attributes(element))
    leaves = all(len(child) == 0 for child in element)
    names = [_name(child) for child in element]
    prose = sum(name in _PROSE for name in names)
    return leaves and not prose and not (len(set(names)) == 1 and len(names) > 1 and bool(_attributes(element[0])))


def _value(element: Element) -> Value:
    """Return an element as a mapping of its attributes and children, or its text where it has nothing else."""
    text = _plain((element.text or "").strip())
    attributes = _attributes(element)
    if len(element) == 0:
        if not attributes:
            return text
        return f"{text} ({', '.join(f'{name}: {value}' for name, value in attributes.items())})" if text else attributes
    return named_values(chain(attributes.items(), _children(element)))


def _children(element: Element) -> Iterator[tuple[str, Value]]:
    for child in element:
        yield _name(child), _value(child)


def _attributes(element: Element) -> dict[str, Value]:
    return {
        name: str(value)
        for key, value in element.attrib.items()
        if (name := etree.QName(key).localname) not in _SILENT_ATTRIBUTES and str(value).strip()
    }


def _plain(text: str) -> str:
    """Return a text without the HTML that feeds write into it."""
    body = page_body(text) if _MARKUP.search(text) else None
    if body is None:
        return text
    remove_hidden(body)
    builder = DocumentBuilder()
    compose(body, builder)
    return builder.build().text
