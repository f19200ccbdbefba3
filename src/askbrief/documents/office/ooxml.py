"""Office Open XML packages (.docx, .xlsx, .pptx): a zip file of XML parts that refer to each other.

Elements and attributes are identified by their local names, because the two variants of the standard (transitional,
which most programs write, and strict) differ only in their namespaces.
"""

from __future__ import annotations

import posixpath
import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

from askbrief.documents import limits
from askbrief.documents.metadata import iso_date
from askbrief.errors import ParsingError
from askbrief.records import Metadata

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from askbrief.documents.limits import Element

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # begins the old binary formats, and encrypted files of the current ones
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")  # the name of the OLE stream that holds an encrypted package
_NOT_AUTHORS = re.compile(
    r"(?i)(?:word|powerpoint|excel|microsoft|python-(?:docx|pptx)|openpyxl|xlsxwriter|docx|"
    r"(?:un-?named|unknown)(?: author)?|user|admin|administrator|owner|author)"
)
_NOT_TITLES = re.compile(
    r"(?i)(?:word document|powerpoint presentation|pptx? presentation|presentation|document|untitled|title|slide 1|"
    r"microsoft (?:word|powerpoint|excel)\b.*|(?:document|presentation|book|sheet) ?\d+(?:\.\w{3,4})?)"
)
_FIRST_PLAUSIBLE_YEAR = "1981"
_FALSE = ("0", "false", "off", "none")


class OoxmlRelation(NamedTuple):
    """A reference from one part to another: the last segment of its type, and the name of the target part."""

    kind: str
    target: str


class OoxmlPackage:
    def __init__(self, data: bytes) -> None:
        """Open the package; ParsingError if it is no zip file, is encrypted, or is too large unpacked."""
        if data.startswith(OLE):
            raise ParsingError(
                "is encrypted: save it without a password"
                if ENCRYPTED in data
                else "is in the old binary format whatever its suffix says: save it in the current format"
            )
        self._archive = limits.open_zip(data)
        self._names = {name.lower(): name for name in reversed(self._archive.namelist())}

    def has(self, part: str) -> bool:
        return part.lower() in self._names

    def part(self, name: str) -> Element:
        """Parse a part; ParsingError if it is missing or damaged."""
        return limits.parse_xml(self.content(name), name)

    def content(self, name: str) -> bytes:
        """Return the bytes of a part; part names are compared without regard to case."""
        return limits.member_bytes(self._archive, self._names.get(name.lower(), name))

    def main(self, root: str, what: str) -> tuple[str, Element]:
        """Return the name and the root element of the main part; ParsingError, naming `what`, if it is another."""
        names = [relation.target for relation in self.relations("").values() if relation.kind == "officeDocument"]
        if not names:
            raise ParsingError(f"is not {what} (it names no main part): save it again")
        element = self.part(names[0])
        if local(element) != root:
            raise ParsingError(f"is not {what} (its main part is a {local(element)}): give it the matching suffix")
        return names[0], element

    def relations(self, part: str) -> Mapping[str, OoxmlRelation]:
        """Return the references of a part by their ids, without those that lead outside the file."""
        folder, _, name = part.rpartition("/")
        source = posixpath.join(folder, "_rels", f"{name}.rels")
        if not self.has(source):
            return {}
        return {
            attribute(item, "Id") or "": OoxmlRelation(
                (attribute(item, "Type") or "").rpartition("/")[2],
                posixpath.normpath(posixpath.join("/", folder, unquote(attribute(item, "Target") or ""))).lstrip("/"),
            )
            for item in self.part(source).iterchildren("*")
            if attribute(item, "TargetMode") != "External"
        }

    def related(self, part: str, kind: str) -> Element | None:
        """Parse the first part of a kind that a part refers to; None where there is none."""
        for relation in self.relations(part).values():
            if relation.kind == kind and self.has(relation.target):
                return self.part(relation.target)
        return None

    def metadata(self) -> Metadata:
        """Return title, author, date and keywords, as far as people entered them.

        The date is that of the last change, because it identifies the version that is cited; the creation date is often
        that of a template or of last year's report.
        """
        core = self.related("", "core-properties")
        if core is None:
            return Metadata()
        fields = {local(item): text_of(item) for item in core.iterchildren("*")}
        date = fields.get("modified") or fields.get("created")
        return cleaned_metadata(fields.get("title"), fields.get("creator"), date, fields.get("keywords"))


def cleaned_metadata(title: str | None, authors: str | None, date: str | None, keywords: str | None) -> Metadata:
    """Return the metadata that people entered, without default titles, programs as authors, and dates before 1981.

    Authors are separated by semicolons, keywords by commas or semicolons. A program without a clock writes such dates.

    >>> cleaned_metadata("Document1", "A. Analyst; python-docx", "1980-01-01", "un; ttp").as_mapping()
    {'author': ['A. Analyst'], 'tags': ['un', 'ttp']}
    """
    title = " ".join((title or "").split())
    names = (" ".join(name.split()) for name in (authors or "").split(";"))
    try:
        day = iso_date((date or "").strip())
    except ValueError:
        day = None
    return Metadata(
        title=None if not title or _NOT_TITLES.fullmatch(title) else title,
        author=tuple(name for name in names if name and not _NOT_AUTHORS.fullmatch(name)),
        date=None if day is None or day < _FIRST_PLAUSIBLE_YEAR else day,
        tags=tuple(filter(None, (" ".join(tag.split()) for tag in re.split(r"[,;]", keywords or "")))),
    )


@cache
def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def local(element: Element) -> str:
    """Return the name of an element without its namespace; "" for a comment."""
    return _local(element.tag) if isinstance(element.tag, str) else ""


def text_of(element: Element) -> str:
    return "".join(str(piece) for piece in element.itertext("*"))


def attribute(element: Element, name: str) -> str | None:
    """Return the value of an attribute by its local name, or None."""
    for key, value in element.items():
        if _local(str(key)) == name:
            return str(value)
    return None


def relation_id(element: Element) -> str:
    """Return the id of the relation to which an element refers, or ""; the element's own `id` has no namespace."""
    return next((str(text) for key, text in element.items() if str(key).endswith("}id")), "")


def child(element: Element | None, *path: str) -> Element | None:
    """Return the first child of a name, its first child of the next name, and so on; None where one is missing."""
    for name in path:
        element = None if element is None else next(children(element, name), None)
    return element


def children(element: Element, name: str) -> Iterator[Element]:
    yield from element.iterchildren(f"{{*}}{name}")


def value(element: Element | None, *path: str) -> str | None:
    """Return the `val` attribute of the child at a path, or None."""
    found = child(element, *path)
    return None if found is None else attribute(found, "val")


def is_on(element: Element | None, *path: str) -> bool:
    """Return whether the switch at a path exists and is not turned off."""
    found = child(element, *path)
    return found is not None and (attribute(found, "val") or "1").lower() not in _FALSE


def integer(text: str | None, default: int, most: int = 2**31) -> int:
    """Parse an integer; return the default where it is none, or larger than `most` in absolute value."""
    try:
        number = int(text or "")
    except ValueError:
        return default
    return number if -most <= number <= most else default
