"""The files within a file: the members of an archive, the attachments of a mail."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from askbrief.patterns import pattern
from askbrief.reading.sidecars import SIDECAR, sidecar_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from askbrief.reading.extract import Part

_CONTROLS = pattern(r"[\p{Cc}\p{Cf}\p{Cs}]+")
_DRIVE = pattern(r"[A-Za-z]:")
_LONGEST_PATH = 400
_LONGEST_STEM = 100


class Folder:
    """The parts of a file, side-cars apart."""

    def __init__(self, parts: Sequence[Part]) -> None:
        """Take them in their order."""
        self._sidecars = {part.name: part for part in parts if part.name.endswith(SIDECAR)}
        self.files = [part for part in parts if part.name not in self._sidecars]

    def sidecar_of(self, part: Part) -> Part | None:
        """What describes a part, if anything does."""
        return next((self._sidecars[name] for name in sidecar_names(part.name) if name in self._sidecars), None)


def checked_name(name: str, taken: set[str]) -> str | None:
    """The path of a part below the file that it is in, as nothing else there is called; None where it leaves the file.

    >>> checked_name("2022\\\\a.txt", {"2022/a.txt"}), checked_name("../../etc/passwd", set())
    ('2022/a (2).txt', None)
    """
    path = PurePosixPath(_CONTROLS.sub("", name.replace("\\", "/")))
    parts = [part.strip() for part in path.parts]
    if path.is_absolute() or ".." in parts or not all(parts) or not parts or _DRIVE.match(parts[0]):
        return None
    path = PurePosixPath(*parts)
    path = path.with_name(f"{path.stem[:_LONGEST_STEM]}{path.suffix}")
    if len(str(path)) > _LONGEST_PATH:
        return None
    free, number = path, 1
    while str(free) in taken:
        number += 1
        free = path.with_name(f"{path.stem} ({number}){path.suffix}")
    return str(free)
