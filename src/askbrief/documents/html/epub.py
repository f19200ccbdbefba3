"""E-books (.epub): the chapters in the order of the spine, and what the package says of the book."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING
from urllib.parse import unquote

from askbrief.core.lazy_regex import pattern
from askbrief.documents import limits
from askbrief.documents.builder import DocumentBuilder
from askbrief.documents.html.dom import compose, parsed, without_hidden, without_marks
from askbrief.documents.html.webpage import charset
from askbrief.documents.limits import parse_xml as parsed_xml
from askbrief.documents.metadata import iso_date
from askbrief.documents.text import decode_as
from askbrief.errors import ParsingError
from askbrief.records import Metadata

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Iterator, Mapping

    from lxml.etree import _Element as Element

    from askbrief.documents.builder import ParsedText

_CONTAINER, _ENCRYPTION = "META-INF/container.xml", "META-INF/encryption.xml"
_PAGES = {"application/xhtml+xml", "text/html", "application/x-dtbook+xml", "text/x-oeb1-document"}
_FONT_OBFUSCATION = {"http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC"}
_ADDRESS = pattern(r"(?i)^https?://\S+$")
_PUBLISHED = {"", "publication", "original-publication", "issued"}


def parse(data: bytes) -> ParsedText:
    """Read a .epub file.

    Raises:
        ParsingError: it is no e-book, it is protected, or none of its chapters can be read.
    """
    book = limits.open_zip(data)
    names = set(book.namelist())
    _refuse_protected(book, names)
    where = _package_name(book)
    package = parsed_xml(limits.member_bytes(book, where), "its package document")
    builder = DocumentBuilder()
    left_out: list[str] = []
    for name in _spine(package, posixpath.dirname(where), left_out):
        try:
            _chapter(limits.member_bytes(book, name), builder)
        except ParsingError as error:
            left_out.append(f"{name} is left out: it {error}")
    if left_out and not builder.characters:
        raise ParsingError(f"has no chapter that can be read ({left_out[0]}): save it anew")
    return builder.build(_metadata(package), notes=left_out)


def _refuse_protected(book: zipfile.ZipFile, names: set[str]) -> None:
    """Refuse a book whose chapters are encrypted; fonts may be, as most that are bought are."""
    if _ENCRYPTION not in names:
        return
    root = parsed_xml(limits.member_bytes(book, _ENCRYPTION), "its list of what is encrypted")
    methods = [method for method in _all(root, "EncryptionMethod") if _name(method.getparent()) == "EncryptedData"]
    ways = {method.get("Algorithm") for method in methods}
    if ways - _FONT_OBFUSCATION:
        raise ParsingError("is protected against copying (DRM): use a copy without protection")


def _package_name(book: zipfile.ZipFile) -> str:
    container = parsed_xml(limits.member_bytes(book, _CONTAINER), "its container")
    path = next((root.get("full-path") for root in _all(container, "rootfile") if root.get("full-path")), None)
    if path is None:
        raise ParsingError("is not whole (its container names no package document): save it anew")
    return posixpath.normpath(str(path))


def _spine(package: Element, folder: str, left_out: list[str]) -> Iterator[str]:
    """The names of the chapters in reading order, without the table of contents."""
    items = {item.get("id"): item for item in _all(package, "item")}
    seen = {_within(folder, entry) for entry in _all(package, "reference") if entry.get("type") == "toc"}
    for reference in _all(package, "itemref"):
        item = items.get(reference.get("idref"))
        if item is None or "nav" in (item.get("properties") or "").split():
            continue
        name = _within(folder, item)
        if item.get("media-type") not in _PAGES:
            left_out.append(f"{name} is no text ({item.get('media-type')})")
        elif name not in seen:
            seen.add(name)
            yield name


def _within(folder: str, entry: Element) -> str:
    """The name in the archive that an entry of the package refers to; one that leads out of it is no name there."""
    return posixpath.normpath(posixpath.join(folder, unquote((entry.get("href") or "").split("#")[0])))


def _chapter(content: bytes, builder: DocumentBuilder) -> None:
    root = parsed(decode_as(content, charset(content)))
    if root is None:
        return
    body = root.find("body")
    body = root if body is None else body
    without_hidden(body)
    without_marks(body)
    compose(body, builder)


def _metadata(package: Element) -> Metadata:
    said: dict[str, list[tuple[Element, str]]] = {}
    for element in package.iter():
        namespace = str(element.tag)
        if isinstance(element.tag, str) and namespace.startswith("{http://purl.org/dc/"):
            text = " ".join("".join(map(str, element.itertext())).split())
            said.setdefault(_name(element).lower(), []).append((element, text))
    first = {name: next((text for _, text in found if text), None) for name, found in said.items()}
    roles = {
        (meta.get("refines") or "").lstrip("#"): (meta.text or "").strip()
        for meta in _all(package, "meta")
        if meta.get("property") == "role"
    }
    writers = [text for person, text in said.get("creator", []) if text and _role(person, roles) == "aut"]
    addresses = [text for name in ("identifier", "source") for _, text in said.get(name, [])]
    return Metadata(
        title=first.get("title"),
        author=tuple(dict.fromkeys(writers)),
        publisher=first.get("publisher"),
        date=_date(said.get("date", [])),
        url=next(filter(_ADDRESS.match, addresses), None),
        licence=first.get("rights"),
        tags=tuple(dict.fromkeys(text for _, text in said.get("subject", []) if text)),
    )


def _role(person: Element, refined: Mapping[str, str]) -> str:
    """What somebody did: said in the element (EPUB 2), or of it elsewhere (EPUB 3); else they wrote the book."""
    return _attribute(person, "role") or refined.get(person.get("id") or "") or "aut"


def _date(found: list[tuple[Element, str]]) -> str | None:
    for element, text in found:
        if _attribute(element, "event").lower() in _PUBLISHED:
            try:
                return iso_date(text)
            except (ValueError, OverflowError):
                continue
    return None


def _all(root: Element, name: str) -> Iterator[Element]:
    yield from root.iter(f"{{*}}{name}")


def _name(element: Element | None) -> str:
    return "" if element is None else str(element.tag).rpartition("}")[2]


def _attribute(element: Element, name: str) -> str:
    return next((str(value) for key, value in element.attrib.items() if str(key).rpartition("}")[2] == name), "")
