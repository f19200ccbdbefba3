"""Names of files within a file: made safe to be part of a path, and told apart."""

from __future__ import annotations

from pathlib import PurePosixPath

from askbrief.patterns import pattern

_NOT_IN_A_NAME = pattern(r"[\p{C}\p{Zl}\p{Zp}\ufffd]+")
_DRIVE = pattern(r"^[A-Za-z]:")
_LONGEST = 120


class Names:
    r"""Gives each file a name of its own.

    >>> names = Names()
    >>> [names.of(name) for name in ("report.pdf", "report.pdf", "../etc/passwd", "", "a\rb.txt")]
    ['report.pdf', 'report (2).pdf', 'passwd', 'attachment', 'a b.txt']
    """

    def __init__(self) -> None:
        """Begin with no name taken."""
        self._taken: set[str] = set()

    def of(self, given: str, suffix: str = "") -> str:
        """The last part of a name given, with `suffix` where it has none."""
        name = safe(given.replace("\\", "/").rpartition("/")[2]) or "attachment"
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


def safe(name: str) -> str:
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
