"""Old words beside new ones: what was taken out, what was put in."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher

from askbrief.patterns import pattern
from askbrief.web.views.text import Piece, reflowed

_TOKEN = pattern(r"\s+|\p{N}+(?:[.,]\p{N}+)*|[\p{L}\p{M}\p{N}]+|[^\s\p{L}\p{M}\p{N}]")
REMOVED, ADDED = "removed", "added"


@dataclass(frozen=True, slots=True)
class Differences:
    """A quote as it was shown, and as it is, with what differs marked in both."""

    old: tuple[Piece, ...]
    new: tuple[Piece, ...]


def differences(old: str, new: str) -> Differences:
    """Compare two texts word by word (difflib).

    >>> found = differences("3,000 men", "4,000 men")
    >>> [piece.text for piece in found.old if piece.marks], [piece.text for piece in found.new if piece.marks]
    (['3,000'], ['4,000'])
    """
    before, now = (_TOKEN.findall(reflowed(text)) for text in (old, new))
    parts = SequenceMatcher(None, before, now, autojunk=False).get_opcodes()
    return Differences(
        tuple(_piece(before[a:b], tag == "equal", REMOVED) for tag, a, b, _, _ in parts if a < b),
        tuple(_piece(now[a:b], tag == "equal", ADDED) for tag, _, _, a, b in parts if a < b),
    )


def _piece(tokens: list[str], same: bool, mark: str) -> Piece:  # noqa: FBT001
    return Piece("".join(tokens), () if same else (mark,))
