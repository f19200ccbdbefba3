"""E-books (.epub): the chapters in the order of the spine, and the metadata of the package."""

from __future__ import annotations

import posixpath
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import unquote

from askbrief.core.text import pattern
from askbrief.documents.builder import DocumentBuilder
from askbrief.documents.html import declared_charset
from askbrief.documents.html.dom import compose, page_body, remove_hidden, remove_marks
from askbrief.documents.limits import member_bytes, open_zip, parse_xml
from askbrief.documents.metadata import iso_date
from askbrief.documents.text import decode_as
from askbrief.errors import ParsingError
from askbrief.records import Metadata

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Iterator

    from askbrief.documents.builder import ParsedText
    from askbrief.documents.limits import Element

_CONTAINER, _ENCRYPTION = "META-INF/container.xml", "META-INF/encryption.xml"
_CHAPTER_TYPES = {"application/xhtml+xml", "text/html", "application/x-dtbook+xml", "text/x-oeb1-document"}
_FONT_OBFUSCATION = {"http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC"}
_URL = pattern(r"(?i)^https?://\S+$")
_PUBLISHED = {"", "publication", "original-publication", "issued"}


def parse(data: bytes) -> ParsedText:
    """Parse a .epub file; ParsingError if it is no e-book, it is protected, or none of its chapters can be parsed."""
    book = open_zip(data)
    _refuse_protected(book)
    path = _package_path(book)
    package = parse_xml(member_bytes(book, path), "its package document")
    builder = DocumentBuilder()
    left_out: list[str] = []
    for name in _spine(package, posixpath.dirname(path), left_out):
        try:
            _add_chapter(member_bytes(book, name), builder)
        except ParsingError as error:
            left_out.append(f"{name} is left out: it {error}")
    if left_out and not builder.characters:
        raise ParsingError(f"has no chapter that can be read ({left_out[0]}): save it again")
    return builder.build(_metadata(package), notes=left_out)


def _refuse_protected(book: zipfile.ZipFile) -> None:
    """Refuse a book with encrypted chapters; encrypted fonts are usual in books from a shop."""
    if _ENCRYPTION not in book.namelist():
        return
    root = parse_xml(member_bytes(book, _ENCRYPTION), "its list of what is encrypted")
    methods = (method for data in _all(root, "EncryptedData") for method in data.iterfind("{*}EncryptionMethod"))
    if {method.get("Algorithm") for method in methods} - _FONT_OBFUSCATION:
        raise ParsingError("is protected against copying (DRM): use a copy without protection")


def _package_path(book: zipfile.ZipFile) -> str:
    container = parse_xml(member_bytes(book, _CONTAINER), "its container")
    path = next((root.get("full-path") for root in _all(container, "rootfile") if root.get("full-path")), None)
    if path is None:
        raise ParsingError("is not whole (its container names no package document): save it again")
    return posixpath.normpath(str(path))


def _spine(package: Element, folder: str, left_out: list[str]) -> Iterator[str]:
    """Yield the names of the chapters in reading order, without the table of contents."""
    items = {item.get("id"): item for item in _all(package, "item")}
    seen = {_member(folder, entry) for entry in _all(package, "reference") if entry.get("type") == "toc"}
    for reference in _all(package, "itemref"):
        item = items.get(reference.get("idref"))
        if item is None or "nav" in (item.get("properties") or "").split():
            continue
        name = _member(folder, item)
        if item.get("media-type") not in _CHAPTER_TYPES:
            left_out.append(f"{name} is no text ({item.get('media-type')})")
        elif name not in seen:
            seen.add(name)
            yield name


def _member(folder: str, entry: Element) -> str:
    """Return the name in the archive to which an entry refers; a path that leads out of it matches no member."""
    return posixpath.normpath(posixpath.join(folder, unquote((entry.get("href") or "").split("#")[0])))


def _add_chapter(content: bytes, builder: DocumentBuilder) -> None:
    body = page_body(decode_as(content, declared_charset(content)))
    if body is not None:
        remove_hidden(body)
        remove_marks(body)
        compose(body, builder)


def _metadata(package: Element) -> Metadata:
    stated: dict[str, list[tuple[Element, str]]] = {}
    for element in package.iter():
        if isinstance(element.tag, str) and element.tag.startswith("{http://purl.org/dc/"):
            text = " ".join("".join(map(str, element.itertext())).split())
            stated.setdefault(element.tag.rpartition("}")[2].lower(), []).append((element, text))
    first = {name: next((text for _, text in entries if text), None) for name, entries in stated.items()}
    roles = {
        (meta.get("refines") or "").lstrip("#"): (meta.text or "").strip()
        for meta in _all(package, "meta")
        if meta.get("property") == "role"
    }
    authors = [  # the role is stated in the element (EPUB 2) or in another (EPUB 3)
        text
        for person, text in stated.get("creator", [])
        if text and (_attribute(person, "role") or roles.get(person.get("id") or "") or "aut") == "aut"
    ]
    addresses = [text for name in ("identifier", "source") for _, text in stated.get(name, [])]
    return Metadata(
        title=first.get("title"),
        author=tuple(dict.fromkeys(authors)),
        publisher=first.get("publisher"),
        date=_date(stated.get("date", [])),
        url=next(filter(_URL.match, addresses), None),
        licence=first.get("rights"),
        tags=tuple(dict.fromkeys(text for _, text in stated.get("subject", []) if text)),
    )


def _date(entries: list[tuple[Element, str]]) -> str | None:
    for element, text in entries:
        if _attribute(element, "event").lower() in _PUBLISHED:
            with suppress(ValueError, OverflowError):
                return iso_date(text)
    return None


def _all(root: Element, name: str) -> Iterator[Element]:
    yield from root.iter(f"{{*}}{name}")


def _attribute(element: Element, name: str) -> str:
    return next((str(value) for key, value in element.attrib.items() if str(key).rpartition("}")[2] == name), "")
