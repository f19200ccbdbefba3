"""The files within a file: the members of an archive, the attachments of a mail."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from askbrief.reading.names import Names, inside
from askbrief.reading.sidecars import SIDECAR, sidecar_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from askbrief.reading.extract import Part

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


def checked_name(name: str, names: Names) -> str | None:
    """The path of a part below the file that it is in, as nothing else there is called; None where it leaves the file.

    >>> names = Names()
    >>> checked_name("2022/a.txt", names), checked_name("2022\\\\a.txt", names), checked_name("../../etc/passwd", names)
    ('2022/a.txt', '2022/a (2).txt', None)
    """
    within = inside(name)
    if within is None:
        return None
    path = PurePosixPath(within)
    path = path.with_name(f"{path.stem[:_LONGEST_STEM]}{path.suffix}")
    return names.apart(str(path)) if len(str(path)) <= _LONGEST_PATH else None
