"""Zip archives: each member is a document of its own, under its path in the archive."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

from askbrief.documents import limits
from askbrief.documents.builder import NestedFile, ParsedText
from askbrief.documents.limits import UniqueNames, member_path
from askbrief.errors import ParsingError

if TYPE_CHECKING:
    import zipfile

_UTF8_NAME = 0x800
_MOST_NOTES = 20
_NEVER_READ = {"__MACOSX", "Thumbs.db", "desktop.ini"}


def parse(data: bytes) -> ParsedText:
    """Read a .zip file.

    Raises:
        ParsingError: it is damaged, encrypted, or too large unpacked.
    """
    opened = limits.open_zip(data)
    names = UniqueNames()
    parts: list[NestedFile] = []
    notes: list[str] = []
    for member in opened.infolist():
        name = _name(member)
        path = member_path(name)
        if member.is_dir() or (path is not None and _is_passed_over(path)):
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
    if len(notes) > _MOST_NOTES:
        notes[_MOST_NOTES:] = [f"{len(notes) - _MOST_NOTES:,} more are not read for such reasons"]
    return ParsedText("", (), nested_files=tuple(parts), notes=tuple(notes))


def _name(member: zipfile.ZipInfo) -> str:
    """A member's name; one that is not marked as UTF-8 may be in it all the same."""
    name = member.orig_filename
    if member.flag_bits & _UTF8_NAME or name.isascii():
        return name
    try:
        return name.encode("cp437").decode()
    except UnicodeError:
        return name


def _is_passed_over(path: str) -> bool:
    return any(part.startswith((".", "~$")) or part in _NEVER_READ for part in path.split("/"))
