"""Opening zip files, which many formats are, without being burst by them."""

from __future__ import annotations

import io
import zipfile
import zlib

from askbrief.errors import ReadingError

MOST_MEMBERS = 10_000
MOST_UNPACKED_MIB = 512
_ENCRYPTED = 0x1
_MIB = 1024 * 1024


def opened(data: bytes) -> zipfile.ZipFile:
    """Open a zip file whose members, unpacked, are few enough and small enough; nothing is unpacked yet.

    Raises:
        ReadingError: it is none, it is encrypted, or it is a bomb.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise ReadingError(f"is damaged, or not what its suffix says ({error}): save it anew") from error
    if len(members) > MOST_MEMBERS:
        raise ReadingError(f"holds {len(members):,} files; the limit is {MOST_MEMBERS:,}: divide it")
    unpacked = sum(member.file_size for member in members) / _MIB
    if unpacked > MOST_UNPACKED_MIB:
        raise ReadingError(f"is {unpacked:,.0f} MiB unpacked; the limit is {MOST_UNPACKED_MIB}: unpack it here instead")
    if any(member.flag_bits & _ENCRYPTED for member in members):
        raise ReadingError("is encrypted: save it without a password")
    return archive


def content(archive: zipfile.ZipFile, name: str) -> bytes:
    """Read a member.

    Raises:
        ReadingError: it is not there, or it is damaged.
    """
    try:
        return archive.read(name)
    except KeyError as error:
        raise ReadingError(f"is not whole ({name} is missing in it): save it anew") from error
    except (
        zipfile.BadZipFile,
        EOFError,
        ValueError,
        OSError,
        NotImplementedError,
        RuntimeError,
        zlib.error,
    ) as error:
        raise ReadingError(f"is damaged ({name}: {error}): save it anew") from error
