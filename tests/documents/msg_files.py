"""Mails of Outlook's, made for tests: a compound file (OLE) with a stream for each property."""

from __future__ import annotations

import datetime as dt
import struct
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_SECTOR, _SMALL_SECTOR, _LEAST_OF_LARGE = 512, 64, 4096
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENTRY = struct.Struct("<64sHBBIII16sI8s8sIII")


def storage(
    properties: Mapping[int, Any], header: int, codepage: str = "cp1252", *, wide: bool = True
) -> dict[str, Any]:
    """The streams of a mail or an attachment: texts, bytes, and what is of a fixed size."""
    streams: dict[str, Any] = {}
    fixed = bytes(header)
    for number, value in properties.items():
        if isinstance(value, str):
            kind, data = ("001F", value.encode("utf-16-le")) if wide else ("001E", value.encode(codepage))
            streams[f"__substg1.0_{number:04X}{kind}"] = data
        elif isinstance(value, bytes):
            streams[f"__substg1.0_{number:04X}0102"] = value
        elif isinstance(value, dict):
            streams[f"__substg1.0_{number:04X}000D"] = value
        elif isinstance(value, dt.datetime):
            ticks = (value - dt.datetime(1601, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(microseconds=1) * 10
            fixed += struct.pack("<HHIQ", 0x40, number, 6, ticks)
        elif isinstance(value, int):
            fixed += struct.pack("<HHIIi", 3, number, 6, value, 0)
    return streams | {"__properties_version1.0": fixed}


def mail(
    properties: Mapping[int, Any],
    *attachments: Mapping[int, Any],
    header: int = 32,
    codepage: str = "cp1252",
    wide: bool = True,
) -> dict[str, Any]:
    """A mail with attachments, as storages within storages."""
    made = storage(properties, header, codepage, wide=wide)
    for number, attachment in enumerate(attachments):
        made[f"__attach_version1.0_#{number:08X}"] = storage(attachment, 8, codepage, wide=wide)
    return made


class _Chains:
    """Contents cut into sectors, and for each sector which comes next."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.sectors: list[bytes] = []
        self.next: list[int] = []

    def place(self, data: bytes) -> int:
        """Add some content; give where it begins."""
        if not data:
            return _END
        first = len(self.sectors)
        pieces = [data[at : at + self.size].ljust(self.size, b"\0") for at in range(0, len(data), self.size)]
        self.sectors += pieces
        self.next += [*range(first + 1, first + len(pieces)), _END]
        return first


def compound(tree: Mapping[str, Any]) -> bytes:
    """The compound file that holds such storages and streams; small streams lie in the one of the root."""
    large, small = _Chains(_SECTOR), _Chains(_SMALL_SECTOR)
    entries: list[list[Any]] = [["Root Entry", 5, _FREE, _FREE, _END, 0]]  # name, kind, next, child, start, size

    def fill(parent: int, children: Mapping[str, Any]) -> None:
        before: int | None = None
        for name, value in children.items():
            at = len(entries)
            if isinstance(value, bytes):
                start = (small if len(value) < _LEAST_OF_LARGE else large).place(value)
                entries.append([name, 2, _FREE, _FREE, start, len(value)])
            else:
                entries.append([name, 1, _FREE, _FREE, 0, 0])
                fill(at, value)
            if before is None:
                entries[parent][3] = at
            else:
                entries[before][2] = at
            before = at

    fill(0, tree)
    in_root = b"".join(small.sectors)
    entries[0][4:] = [large.place(in_root), len(in_root)]
    small_table = _table(small.next)
    at_small_table = large.place(small_table)
    directory = large.place(b"".join(map(_entry, entries)))
    tables = 1
    while tables * _SECTOR // 4 < len(large.sectors) + tables:
        tables += 1
    first = len(large.sectors)
    numbers = [9, 6, 0, tables, directory, 0, _LEAST_OF_LARGE, at_small_table, len(small_table) // _SECTOR, _END, 0]
    head = struct.pack("<8s16sHHHHH6xIIIIIIIII", _MAGIC, b"", 0x3E, 3, 0xFFFE, *numbers)
    where = [*range(first, first + tables), *[_FREE] * (109 - tables)]
    return head + struct.pack("<109I", *where) + b"".join(large.sectors) + _table([*large.next, *[_FAT] * tables])


def _table(following: list[int]) -> bytes:
    data = struct.pack(f"<{len(following)}I", *following)
    return data + b"\xff" * (-len(data) % _SECTOR)


def _entry(entry: list[Any]) -> bytes:
    name, kind, after, child, start, size = entry
    data = name.encode("utf-16-le")
    return _ENTRY.pack(data, len(data) + 2, kind, 1, _FREE, after, child, b"", 0, b"", b"", start, size, 0)
