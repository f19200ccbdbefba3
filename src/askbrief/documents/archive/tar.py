"""Tar archives (.tar, .tgz, .tar.gz, .tar.bz2, .tar.xz), and single compressed files (.gz, .bz2, .xz)."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zlib
from functools import partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from askbrief.documents.archive import Member, parsed_members
from askbrief.documents.builder import NestedFile, ParsedText
from askbrief.documents.limits import MOST_MEMBERS, MOST_UNPACKED_MIB, not_as_named, safe_name
from askbrief.errors import ParsingError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_MIB = 1024 * 1024
_CHUNK = 4 * _MIB
_OPENERS: dict[bytes, Callable[[io.BytesIO], io.BufferedIOBase]] = {
    b"\x1f\x8b": lambda file: gzip.GzipFile(fileobj=file),
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ\x00": lzma.LZMAFile,
}
_TAR_MARK, _TAR_MARK_AT = b"ustar", 257
_TAR_SUFFIXES = {".tar", ".tgz", ".tbz2", ".txz"}
_DAMAGED = (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError, tarfile.TarError, OverflowError, UnicodeError)
"""What the standard library raises for damaged files."""


def parse(data: bytes, *, name: str = "") -> ParsedText:
    """Parse a tar file, compressed or not, or one compressed file, whose content has its `name` without the suffix.

    Raises ParsingError if it is damaged, or has too many members or too much in it.
    """
    unpacked = _decompressed(data)
    stem, suffix = PurePosixPath(name).stem, PurePosixPath(name).suffix.lower()
    is_tar = unpacked[_TAR_MARK_AT : _TAR_MARK_AT + len(_TAR_MARK)] == _TAR_MARK
    if is_tar or unpacked is data or suffix in _TAR_SUFFIXES or stem.lower().endswith(".tar"):
        return _parsed_tar(unpacked)
    return ParsedText("", (), nested_files=(NestedFile(safe_name(stem) or "content", unpacked),))


def _decompressed(data: bytes) -> bytes:
    """Return what is compressed, in steps, so that a bomb is noticed before it is unpacked."""
    opener = next((opener for mark, opener in _OPENERS.items() if data.startswith(mark)), None)
    if opener is None:
        return data
    pieces, size = [], 0
    try:
        with opener(io.BytesIO(data)) as stream:
            while piece := stream.read(_CHUNK):
                size += len(piece)
                if size > MOST_UNPACKED_MIB * _MIB:
                    raise ParsingError(f"is over {MOST_UNPACKED_MIB} MiB unpacked: unpack it here instead")
                pieces.append(piece)
    except _DAMAGED as error:
        raise not_as_named(error) from error
    return b"".join(pieces)


def _parsed_tar(data: bytes) -> ParsedText:
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as opened:
            return parsed_members(_members(opened))
    except _DAMAGED as error:
        raise not_as_named(error) from error


def _members(opened: tarfile.TarFile) -> Iterator[Member]:
    total = 0
    for index, entry in enumerate(opened):
        if index >= MOST_MEMBERS:
            raise ParsingError(f"holds over {MOST_MEMBERS:,} files: divide it")
        if entry.isdir():
            continue
        total += entry.size
        if total > MOST_UNPACKED_MIB * _MIB:
            raise ParsingError(f"is over {MOST_UNPACKED_MIB} MiB unpacked: unpack it here instead")
        obstacle = (
            None if entry.isreg() else "it is a link" if entry.issym() or entry.islnk() else "it is no ordinary file"
        )
        yield Member(entry.name, partial(_bytes, opened, entry), obstacle)


def _bytes(opened: tarfile.TarFile, entry: tarfile.TarInfo) -> bytes:
    try:
        file = opened.extractfile(entry)
        content = file.read() if file else b""
    except _DAMAGED as error:
        raise ParsingError(f"is damaged ({error}): save it again") from error
    if len(content) != entry.size:
        raise ParsingError("is cut off: save the archive again")
    return content
