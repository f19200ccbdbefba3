"""Zip archives: each member becomes a document of its own, under its path in the archive."""

from __future__ import annotations

import stat
from contextlib import suppress
from typing import TYPE_CHECKING

from askbrief.documents import limits
from askbrief.documents.builder import NestedFile, ParsedText
from askbrief.documents.limits import UniqueNames, member_path
from askbrief.errors import ParsingError

if TYPE_CHECKING:
    import zipfile

_UTF8_NAME = 0x800
_MAX_NOTES = 20
_IGNORED = {"__MACOSX", "Thumbs.db", "desktop.ini"}


def parse(data: bytes) -> ParsedText:
    """Parse a zip file; ParsingError if it is damaged, encrypted, or too large unpacked."""
    opened = limits.open_zip(data)
    names = UniqueNames()
    parts: list[NestedFile] = []
    notes: list[str] = []
    for member in opened.infolist():
        name = _name(member)
        path = member_path(name)
        parts_of_path = (path or "").split("/")
        if member.is_dir() or any(part.startswith((".", "~$")) or part in _IGNORED for part in parts_of_path):
            continue
        if path is None:
            notes.append(f"{name!r} is not read: its name leads out of the archive")
        elif stat.S_ISLNK(member.external_attr >> 16):
            notes.append(f"{path} is not read: it is a link")
        else:
            try:
                parts.append(NestedFile(names.unique(path), limits.member_bytes(opened, member)))
            except ParsingError as error:
                notes.append(f"{path}: {error}")
    if len(notes) > _MAX_NOTES:
        notes[_MAX_NOTES:] = [f"{len(notes) - _MAX_NOTES:,} more are not read for such reasons"]
    return ParsedText("", (), nested_files=tuple(parts), notes=tuple(notes))


def _name(member: zipfile.ZipInfo) -> str:
    """Return the name of a member; names that are not marked as UTF-8 may still be UTF-8."""
    name = member.orig_filename
    if member.flag_bits & _UTF8_NAME or name.isascii():
        return name
    with suppress(UnicodeError):
        return name.encode("cp437").decode()
    return name
