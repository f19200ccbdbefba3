"""Limits of parsing a file, and safe ways to open what strangers send: zip and XML files, and names of nested files.

The libraries are imported when they are used, because every process that parses files imports this module first.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Self, TypeAlias

from askbrief.core.text import pattern
from askbrief.errors import ParsingError

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Iterator

    from lxml import etree

    from askbrief.settings import Settings

    Element: TypeAlias = etree._Element  # noqa: SLF001 - lxml's type of elements

MOST_MEMBERS = 10_000
MOST_UNPACKED_MIB = 512
_ENCRYPTED = 0x1
_MIB = 1024 * 1024
_NOT_IN_A_NAME = pattern(r"[\p{C}\p{Zl}\p{Zp}\ufffd]+")
_DRIVE = pattern(r"^[A-Za-z]:")
_LONGEST_NAME, _LONGEST_STEM, _LONGEST_PATH = 120, 100, 400


@dataclass(frozen=True, slots=True)
class ParsingLimits:
    """What parsing one file may take: seconds, MiB of memory, and characters of text that result.

    `ocr` names the languages, such as "eng+deu", in which Tesseract reads pages without text; None disables it.
    `asides` is whether what stands beside the text is read too: comments, headers and footers, values of forms.
    """

    seconds: float = 120
    mib: int = 2048
    characters: int = 10_000_000
    ocr: str | None = None
    asides: bool = True

    @classmethod
    def of(cls, settings: Settings) -> Self:
        return cls(
            settings.read_seconds, settings.read_mib, settings.max_document_chars, settings.ocr, settings.read_asides
        )


def not_as_named(error: Exception) -> ParsingError:
    """Return the refusal of an archive that its library cannot open."""
    return ParsingError(f"is damaged, or not what its suffix says ({error}): save it again")


def open_zip(data: bytes) -> zipfile.ZipFile:
    """Open a zip file without unpacking it; ParsingError if it is none, is encrypted, or is a bomb."""
    import zipfile

    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise not_as_named(error) from error
    if len(members) > MOST_MEMBERS:
        raise ParsingError(f"holds {len(members):,} files; the limit is {MOST_MEMBERS:,}: divide it")
    unpacked = sum(member.file_size for member in members) / _MIB
    if unpacked > MOST_UNPACKED_MIB:
        raise ParsingError(f"is {unpacked:,.0f} MiB unpacked; the limit is {MOST_UNPACKED_MIB}: unpack it here instead")
    if any(member.flag_bits & _ENCRYPTED for member in members):
        raise ParsingError("is encrypted: save it without a password")
    return archive


def member_bytes(archive: zipfile.ZipFile, member: str | zipfile.ZipInfo) -> bytes:
    """Read a member, by its name or its entry in the archive; ParsingError if it is missing or damaged."""
    import lzma
    import zipfile
    import zlib

    name = member if isinstance(member, str) else member.filename
    damage = (zipfile.BadZipFile, EOFError, ValueError, OSError, RuntimeError, zlib.error, lzma.LZMAError)
    try:
        return archive.read(member)
    except KeyError as error:
        raise ParsingError(f"is not whole ({name} is missing in it): save it again") from error
    except damage as error:
        raise ParsingError(f"is damaged ({name}: {error}): save it again") from error


def parse_xml(data: bytes, what: str) -> Element:
    """Parse an XML file, named `what` in errors; ParsingError if it is not well formed or defines entities."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise ParsingError(f"is damaged ({what}: {_reason(error)}): save it again") from error
    _refuse_entities(root, what)
    return root


def iterate_xml(data: bytes, what: str, name: str) -> Iterator[Element]:
    """Yield each element with a local name from a long XML file; it is emptied when the next one is requested.

    Raises ParsingError as `parse_xml` does.
    """
    from lxml import etree

    options = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}
    events = etree.iterparse(io.BytesIO(data), events=("end",), tag=f"{{*}}{name}", **options)
    try:
        for index, (_, element) in enumerate(events):
            if not index:
                _refuse_entities(element, what)
            yield element
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
    except etree.XMLSyntaxError as error:
        raise ParsingError(f"is damaged ({what}: {_reason(error)}): save it again") from error


def _reason(error: Exception) -> str:
    return getattr(error, "msg", None) or str(error)


def _refuse_entities(element: Element, what: str) -> None:
    internal = element.getroottree().docinfo.internalDTD
    if internal is not None and any(True for _ in internal.iterentities()):  # type: ignore[attr-defined]  # lxml-stubs lacks it
        raise ParsingError(f"defines entities of its own ({what}), which are not read: save it again")


class UniqueNames:
    r"""Gives each nested file a name that no other file has.

    >>> names = UniqueNames()
    >>> [names.of(name) for name in ("report.pdf", "report.pdf", "../etc/passwd", "", "a\rb.txt")]
    ['report.pdf', 'report (2).pdf', 'passwd', 'attachment', 'a b.txt']
    """

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def of(self, given: str, suffix: str = "") -> str:
        name = safe_name(given.replace("\\", "/").rpartition("/")[2]) or "attachment"
        path = PurePosixPath(name)
        if not path.suffix and suffix:
            path = PurePosixPath(f"{name}{suffix}")
        return self.unique(f"{path.stem[:_LONGEST_NAME]}{path.suffix[:_LONGEST_NAME]}")

    def unique(self, name: str) -> str:
        """Return the name itself if it is free, else with a number; case is ignored."""
        path, free, number = PurePosixPath(name), name, 1
        while free.casefold() in self._taken:
            number += 1
            free = str(path.with_name(f"{path.stem} ({number}){path.suffix}"))
        self._taken.add(free.casefold())
        return free


def safe_name(name: str) -> str:
    """Return a name that is safe as one part of a path: without slashes, control characters and leading dots."""
    return " ".join(_NOT_IN_A_NAME.sub(" ", name.replace("/", " ").replace("\\", " ")).split()).lstrip(".").strip()


def member_path(name: str) -> str | None:
    r"""Return the path of an archive's member, with forward slashes; None if it would lead out of the archive.

    >>> member_path("briefs\\2022\\a.md"), member_path("../a.md"), member_path("C:/a.md"), member_path("/etc/passwd")
    ('briefs/2022/a.md', None, None, None)
    """
    path = name.replace("\\", "/")
    parts = [part for part in path.split("/") if part not in {"", "."}]
    if path.startswith("/") or _DRIVE.match(path) or ".." in parts or not parts:
        return None
    cleaned = [" ".join(_NOT_IN_A_NAME.sub(" ", part).split()) for part in parts]
    return "/".join(cleaned) if all(cleaned) else None


def unique_path(name: str, names: UniqueNames) -> str | None:
    """Return the path of a nested file below the file that holds it, unique there; None if it leaves that file.

    >>> names = UniqueNames()
    >>> unique_path("2022/a.txt", names), unique_path("2022\\\\a.txt", names), unique_path("../../etc/passwd", names)
    ('2022/a.txt', '2022/a (2).txt', None)
    """
    inside = member_path(name)
    if inside is None:
        return None
    path = PurePosixPath(inside)
    path = path.with_name(f"{path.stem[:_LONGEST_STEM]}{path.suffix}")
    return names.unique(str(path)) if len(str(path)) <= _LONGEST_PATH else None
