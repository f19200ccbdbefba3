"""Archives: each member becomes a document of its own, under its path in the archive."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from askbrief.documents.builder import NestedFile, ParsedText
from askbrief.documents.chat import slack
from askbrief.documents.limits import UniqueNames, member_path
from askbrief.errors import ParsingError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_MAX_NOTES = 20
_IGNORED = {"__MACOSX", "Thumbs.db", "desktop.ini"}


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive: its name there, what unpacks it, and why it is not read, if so."""

    name: str
    unpack: Callable[[], bytes]
    obstacle: str | None = None


def parsed_members(members: Iterable[Member]) -> ParsedText:
    """Return the members as nested files, with notes on those that are not read; leftovers of systems are skipped."""
    names = UniqueNames()
    parts: list[NestedFile] = []
    notes: list[str] = []
    for member in members:
        path = member_path(member.name)
        parts_of_path = (path or "").split("/")
        if any(part.startswith((".", "~$")) or part in _IGNORED for part in parts_of_path):
            continue
        if path is None:
            notes.append(f"{member.name[:200]!r} is not read: its name leads out of the archive")
        elif member.obstacle:
            notes.append(f"{path} is not read: {member.obstacle}")
        else:
            try:
                parts.append(NestedFile(names.unique(path), member.unpack()))
            except ParsingError as error:
                notes.append(f"{path}: {error}")
    if len(notes) > _MAX_NOTES:
        notes[_MAX_NOTES:] = [f"{len(notes) - _MAX_NOTES:,} more are not read for such reasons"]
    files, more = slack.with_names(parts)
    return ParsedText("", (), nested_files=tuple(files), notes=(*notes, *more))
