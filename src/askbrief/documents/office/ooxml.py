"""Office Open XML (.docx, .xlsx, .pptx and their kin): a zip file of XML parts that name each other.

Elements and attributes are told by their local names, since the two variants of the standard (transitional, which
nearly everybody writes, and strict) differ in nothing but name spaces.
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

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_PROGRAMS = re.compile(
    r"(?i)(?:word|powerpoint|excel|microsoft|python-(?:docx|pptx)|openpyxl|xlsxwriter|docx|"
    r"(?:un-?named|unknown)(?: author)?|user|admin|administrator|owner|author)"
)
_NO_TITLES = re.compile(
    r"(?i)(?:word document|powerpoint presentation|pptx? presentation|presentation|document|untitled|title|slide 1|"
    r"microsoft (?:word|powerpoint|excel)\b.*|(?:document|presentation|book|sheet) ?\d+(?:\.\w{3,4})?)"
)
_FALSE = ("0", "false", "off", "none")


class Relation(NamedTuple):
    """What a part names: of which kind, and the part that it is."""

    kind: str
    target: str


class Package:
    """An opened file of the family.

    Raises:
        ParsingError: it is none, it is encrypted, or it is a bomb.
    """

    def __init__(self, data: bytes) -> None:
        """Open it; no part is read yet."""
        if data.startswith(_OLE):
            raise ParsingError(
                "is encrypted: save it without a password"
                if _ENCRYPTED in data
                else "is of the old binary kind whatever its suffix says: save it in today's format"
            )
        self._archive = limits.open_zip(data)
        self._names = {name.lower(): name for name in reversed(self._archive.namelist())}

    def has(self, part: str) -> bool:
        """Whether a part is there."""
        return part.lower() in self._names

    def part(self, name: str) -> Element:
        """Parse a part.

        Raises:
            ParsingError: it is not there, or it is damaged.
        """
        return limits.parse_xml(limits.member_bytes(self._archive, self._names.get(name.lower(), name)), name)

    def content(self, name: str) -> bytes:
        """Read a part as it is."""
        return limits.member_bytes(self._archive, self._names.get(name.lower(), name))

    def main(self, root: str, what: str) -> tuple[str, Element]:
        """Give the main part's name and its root element, which must have the name that is given.

        Raises:
            ParsingError: the package is of another kind.
        """
        names = [relation.target for relation in self.relations("").values() if relation.kind == "officeDocument"]
        if not names:
            raise ParsingError(f"is not {what} (it names no main part): save it anew")
        element = self.part(names[0])
        if local(element) != root:
            raise ParsingError(f"is not {what} (its main part is a {local(element)}): give it the suffix that it is")
        return names[0], element

    def relations(self, part: str) -> Mapping[str, Relation]:
        """Give the parts that a part names, by their ids; what lies outside the file is left out."""
        folder, _, name = part.rpartition("/")
        where = posixpath.join(folder, "_rels", f"{name}.rels")
        if not self.has(where):
            return {}
        return {
            attribute(item, "Id") or "": Relation(
                (attribute(item, "Type") or "").rpartition("/")[2],
                posixpath.normpath(posixpath.join("/", folder, unquote(attribute(item, "Target") or ""))).lstrip("/"),
            )
            for item in self.part(where).iterchildren("*")
            if attribute(item, "TargetMode") != "External"
        }

    def related(self, part: str, kind: str) -> Element | None:
        """Parse the first part of a kind that a part names; None where there is none."""
        for relation in self.relations(part).values():
            if relation.kind == kind and self.has(relation.target):
                return self.part(relation.target)
        return None

    def metadata(self) -> Metadata:
        """Title, author, date and keywords, as far as people gave them.

        The date is when the file was last saved, which is what a cited version is known by; when it was created is
        often the date of the template or of last year's report.
        """
        core = self.related("", "core-properties")
        if core is None:
            return Metadata()
        said = {local(item): text_of(item) for item in core.iterchildren("*")}
        return Metadata(
            title=given_title(said.get("title")),
            author=given_authors(said.get("creator")),
            date=given_date(said.get("modified") or said.get("created")),
            tags=given_tags(said.get("keywords")),
        )


def given_title(value: str | None) -> str | None:
    """A title that somebody gave; None for what programs put there."""
    title = " ".join((value or "").split())
    return None if not title or _NO_TITLES.fullmatch(title) else title


def given_authors(value: str | None) -> tuple[str, ...]:
    """The people named; programs and placeholders are nobody.

    >>> given_authors("A. Analyst; python-docx")
    ('A. Analyst',)
    """
    names = (" ".join(name.split()) for name in (value or "").split(";"))
    return tuple(name for name in names if name and not _PROGRAMS.fullmatch(name))


def given_date(value: str | None) -> str | None:
    """A day; None for none, or for one from a program without a clock."""
    try:
        day = iso_date((value or "").strip())
    except ValueError:
        return None
    return None if day is None or day < "1981" else day


def given_tags(value: str | None) -> tuple[str, ...]:
    """Keywords, which stand between commas or semicolons."""
    return tuple(filter(None, (" ".join(tag.split()) for tag in re.split(r"[,;]", value or ""))))


@cache
def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def local(element: Element) -> str:
    """An element's name without its name space; "" for a comment."""
    return _local(element.tag) if isinstance(element.tag, str) else ""


def text_of(element: Element) -> str:
    """All the letters in an element."""
    return "".join(str(piece) for piece in element.itertext("*"))


def attribute(element: Element, name: str) -> str | None:
    """An attribute by its local name."""
    for key, value in element.items():
        if _local(str(key)) == name:
            return str(value)
    return None


def child(element: Element | None, *path: str) -> Element | None:
    """The first child of a name, its first child of the next name, and so on; None where there is none."""
    for name in path:
        element = None if element is None else next(children(element, name), None)
    return element


def children(element: Element, name: str) -> Iterator[Element]:
    """Yield the children of a name."""
    yield from element.iterchildren(f"{{*}}{name}")


def value(element: Element | None, *path: str) -> str | None:
    """The `val` attribute of a child."""
    found = child(element, *path)
    return None if found is None else attribute(found, "val")


def is_on(element: Element | None, *path: str) -> bool:
    """Whether a switch is there and not turned off."""
    found = child(element, *path)
    return found is not None and (attribute(found, "val") or "1").lower() not in _FALSE


def whole(text: str | None, default: int, most: int = 2**31) -> int:
    """A whole number within bounds, or the default."""
    try:
        number = int(text or "")
    except ValueError:
        return default
    return number if -most <= number <= most else default
