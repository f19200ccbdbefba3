"""7-Zip archives (.7z), with py7zr where it is installed (the extra `7z`)."""

from __future__ import annotations

import io
from functools import partial
from typing import TYPE_CHECKING

from askbrief.documents.archive import Member, parsed_members
from askbrief.documents.limits import MOST_MEMBERS, MOST_UNPACKED_MIB
from askbrief.errors import ParsingError

if TYPE_CHECKING:
    from askbrief.documents.builder import ParsedText

_MIB = 1024 * 1024


def parse(data: bytes) -> ParsedText:
    """Parse a .7z file; ParsingError if it is damaged, encrypted, or too large, or py7zr is not installed."""
    try:
        import py7zr
        from py7zr.io import BytesIOFactory
    except ImportError as error:
        advice = "unpack it, or pack it as .zip, or install py7zr (pip install 'askbrief[7z]')"
        raise ParsingError(f"is a 7-Zip archive: {advice}") from error
    try:
        with py7zr.SevenZipFile(io.BytesIO(data)) as archive:
            entries = [entry for entry in archive.files if not entry.is_directory]
            _check(archive.needs_password(), len(entries), sum(entry.uncompressed or 0 for entry in entries))
            factory = BytesIOFactory(MOST_UNPACKED_MIB * _MIB)
            archive.extractall(factory=factory)
            contents = factory.products
    except ParsingError:
        raise
    except Exception as error:  # the library raises errors of its own, of its decoders and of Python
        raise ParsingError(
            f"is damaged, or not what its suffix says ({error or type(error).__name__}): save it again"
        ) from error
    members = []
    for entry in entries:
        obstacle = "it is a link" if entry.is_symlink or entry.is_junction else None
        content = contents.get(entry.filename)
        members.append(Member(entry.filename, partial(content.read if content else bytes), obstacle))
    return parsed_members(members)


def _check(is_encrypted: bool, members: int, size: int) -> None:  # noqa: FBT001 - private
    if is_encrypted:
        raise ParsingError("is encrypted: save it without a password")
    if members > MOST_MEMBERS:
        raise ParsingError(f"holds {members:,} files; the limit is {MOST_MEMBERS:,}: divide it")
    if size > MOST_UNPACKED_MIB * _MIB:
        raise ParsingError(
            f"is {size / _MIB:,.0f} MiB unpacked; the limit is {MOST_UNPACKED_MIB}: unpack it here instead"
        )
