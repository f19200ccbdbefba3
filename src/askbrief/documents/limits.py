"""Limits on reading: time and memory of one file, and how zip and XML files from strangers are opened safely."""

from __future__ import annotations

import io
import lzma
import zipfile
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self, TypeAlias

from lxml import etree

from askbrief.errors import ParsingError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from askbrief.settings import Settings


@dataclass(frozen=True, slots=True)
class ParsingLimits:
    """What reading one file may take: seconds, MiB of memory, and characters of text that come of it.

    `ocr` are the languages, such as "eng+deu", in which Tesseract is to read pages without text; None where it is not.
    """

    seconds: float = 120
    mib: int = 2048
    characters: int = 10_000_000
    ocr: str | None = None

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """As the settings have them."""
        return cls(settings.read_seconds, settings.read_mib, settings.max_document_chars, settings.ocr)


MOST_MEMBERS = 10_000
MOST_UNPACKED_MIB = 512
_ENCRYPTED = 0x1
_MIB = 1024 * 1024


def open_zip(data: bytes) -> zipfile.ZipFile:
    """Open a zip file whose members, unpacked, are few enough and small enough; nothing is unpacked yet.

    Raises:
        ParsingError: it is none, it is encrypted, or it is a bomb.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise ParsingError(f"is damaged, or not what its suffix says ({error}): save it anew") from error
    if len(members) > MOST_MEMBERS:
        raise ParsingError(f"holds {len(members):,} files; the limit is {MOST_MEMBERS:,}: divide it")
    unpacked = sum(member.file_size for member in members) / _MIB
    if unpacked > MOST_UNPACKED_MIB:
        raise ParsingError(f"is {unpacked:,.0f} MiB unpacked; the limit is {MOST_UNPACKED_MIB}: unpack it here instead")
    if any(member.flag_bits & _ENCRYPTED for member in members):
        raise ParsingError("is encrypted: save it without a password")
    return archive


def member_bytes(archive: zipfile.ZipFile, member: str | zipfile.ZipInfo) -> bytes:
    """Read a member, by its name or as the archive lists it.

    Raises:
        ParsingError: it is not there, or it is damaged.
    """
    name = member if isinstance(member, str) else member.filename
    try:
        return archive.read(member)
    except KeyError as error:
        raise ParsingError(f"is not whole ({name} is missing in it): save it anew") from error
    except (
        zipfile.BadZipFile,
        EOFError,
        ValueError,
        OSError,
        NotImplementedError,
        RuntimeError,
        zlib.error,
        lzma.LZMAError,
    ) as error:
        raise ParsingError(f"is damaged ({name}: {error}): save it anew") from error


Element: TypeAlias = etree._Element  # noqa: SLF001 - what lxml calls the type of its elements


def parse_xml(data: bytes, what: str) -> Element:
    """Parse an XML file.

    Args:
        data: its bytes.
        what: what it is, for the error.

    Raises:
        ParsingError: it is not well formed, or it defines entities of its own.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise ParsingError(f"is damaged ({what}: {_reason(error)}): save it anew") from error
    _refuse_entities(root, what)
    return root


def iterate_xml(data: bytes, what: str, name: str) -> Iterator[Element]:
    """Parse an XML file that may be long, and yield its elements of a name, each of which is gone with the next.

    Raises:
        ParsingError: it is not well formed, or it defines entities of its own.
    """
    events = etree.iterparse(
        io.BytesIO(data),
        events=("end",),
        tag=f"{{*}}{name}",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
    )
    first = True
    try:
        for _, element in events:
            if first:
                _refuse_entities(element, what)
                first = False
            yield element
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
    except etree.XMLSyntaxError as error:
        raise ParsingError(f"is damaged ({what}: {_reason(error)}): save it anew") from error


def _reason(error: Exception) -> str:
    return getattr(error, "msg", None) or str(error)


def _refuse_entities(element: Element, what: str) -> None:
    internal = element.getroottree().docinfo.internalDTD
    if internal is not None and any(True for _ in internal.iterentities()):  # type: ignore[attr-defined]  # lxml-stubs lacks it
        raise ParsingError(f"defines entities of its own ({what}), which are not read: save it anew")
