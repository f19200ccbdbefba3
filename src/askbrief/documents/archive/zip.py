"""Zip archives (.zip)."""

from __future__ import annotations

import stat
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from askbrief.documents import limits
from askbrief.documents.archive import Member, parsed_members

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Iterator

    from askbrief.documents.builder import ParsedText

_UTF8_NAME = 0x800


def parse(data: bytes) -> ParsedText:
    """Parse a zip file; ParsingError if it is damaged, encrypted, or too large unpacked."""
    return parsed_members(_members(limits.open_zip(data)))


def _members(opened: zipfile.ZipFile) -> Iterator[Member]:
    for member in opened.infolist():
        is_link = stat.S_ISLNK(member.external_attr >> 16)
        if not member.is_dir():
            yield Member(
                _name(member), partial(limits.member_bytes, opened, member), "it is a link" if is_link else None
            )


def _name(member: zipfile.ZipInfo) -> str:
    """Return the name of a member; names that are not marked as UTF-8 may still be UTF-8."""
    name = member.orig_filename
    if member.flag_bits & _UTF8_NAME or name.isascii():
        return name
    with suppress(UnicodeError):
        return name.encode("cp437").decode()
    return name
