"""Files within files: members of an archive and attachments of a mail, under names that are safe in a path."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from askbrief.core.lazy_regex import pattern
from askbrief.documents.metadata import SIDECAR, sidecar_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from askbrief.documents.builder import NestedFile

_NOT_IN_A_NAME = pattern(r"[\p{C}\p{Zl}\p{Zp}\ufffd]+")
_DRIVE = pattern(r"^[A-Za-z]:")
_LONGEST = 120


class UniqueNames:
    r"""Gives each file a name of its own.

    >>> names = UniqueNames()
    >>> [names.of(name) for name in ("report.pdf", "report.pdf", "../etc/passwd", "", "a\rb.txt")]
    ['report.pdf', 'report (2).pdf', 'passwd', 'attachment', 'a b.txt']
    """

    def __init__(self) -> None:
        """Begin with no name taken."""
        self._taken: set[str] = set()

    def of(self, given: str, suffix: str = "") -> str:
        """The last part of a name given, with `suffix` where it has none."""
        name = safe_name(given.replace("\\", "/").rpartition("/")[2]) or "attachment"
        path = PurePosixPath(name)
        if not path.suffix and suffix:
            path = PurePosixPath(f"{name}{suffix}")
        return self.apart(f"{path.stem[:_LONGEST]}{path.suffix[:_LONGEST]}")

    def apart(self, name: str) -> str:
        """The name itself where it is free, else with a number; upper and lower case count as the same."""
        path, free, number = PurePosixPath(name), name, 1
        while free.casefold() in self._taken:
            number += 1
            free = str(path.with_name(f"{path.stem} ({number}){path.suffix}"))
        self._taken.add(free.casefold())
        return free


def safe_name(name: str) -> str:
    """One part of a path: no controls, no half characters, no white space or dots alone at its ends."""
    return " ".join(_NOT_IN_A_NAME.sub(" ", name.replace("/", " ").replace("\\", " ")).split()).lstrip(".").strip()


def inside(name: str) -> str | None:
    r"""The path of a member of an archive, with forward slashes; None where it would lead out of it.

    >>> inside("briefs\\2022\\a.md"), inside("../a.md"), inside("C:/a.md"), inside("/etc/passwd")
    ('briefs/2022/a.md', None, None, None)
    """
    path = name.replace("\\", "/")
    parts = [part for part in path.split("/") if part not in {"", "."}]
    if path.startswith("/") or _DRIVE.match(path) or ".." in parts or not parts:
        return None
    cleaned = [" ".join(_NOT_IN_A_NAME.sub(" ", part).split()) for part in parts]
    return "/".join(cleaned) if all(cleaned) else None


_LONGEST_PATH = 400
_LONGEST_STEM = 100


class Folder:
    """The parts of a file, side-cars apart."""

    def __init__(self, parts: Sequence[NestedFile]) -> None:
        """Take them in their order."""
        self._sidecars = {part.name: part for part in parts if part.name.endswith(SIDECAR)}
        self.files = [part for part in parts if part.name not in self._sidecars]

    def sidecar_of(self, part: NestedFile) -> NestedFile | None:
        """What describes a part, if anything does."""
        return next((self._sidecars[name] for name in sidecar_names(part.name) if name in self._sidecars), None)


def checked_name(name: str, names: UniqueNames) -> str | None:
    """The path of a part below the file that it is in, as nothing else there is called; None where it leaves the file.

    >>> names = UniqueNames()
    >>> checked_name("2022/a.txt", names), checked_name("2022\\\\a.txt", names), checked_name("../../etc/passwd", names)
    ('2022/a.txt', '2022/a (2).txt', None)
    """
    within = inside(name)
    if within is None:
        return None
    path = PurePosixPath(within)
    path = path.with_name(f"{path.stem[:_LONGEST_STEM]}{path.suffix}")
    return names.apart(str(path)) if len(str(path)) <= _LONGEST_PATH else None
