"""From one passage to the next: of the answer that the reader came from, else of the document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from askbrief.web.views.links import citation_address

if TYPE_CHECKING:
    from collections.abc import Mapping

    from askbrief.records import Answer
    from askbrief.web.views.document import ReaderView


@dataclass(frozen=True, slots=True)
class Steps:
    """Where j and k lead. `number` of `count` is the hit that is shown; 0 where the passage is none of the hits."""

    before: str = ""
    after: str = ""
    number: int = 0
    count: int = 0
    back: str = ""


def steps(key: str, answer: Answer | None, page: ReaderView, carried: Mapping[str, str]) -> Steps:
    """The hits before and after a passage; without a question, the passages before and after it."""
    if answer is not None and answer.hits:
        keys = [hit.key for hit in answer.hits]
        place = keys.index(key) if key in keys else -1
        before = keys[place - 1] if place > 0 else ""
        after = keys[place + 1] if place + 1 < len(keys) else ""
        back = f"/?{urlencode(carried)}" if carried else ""
        return Steps(_to(before, carried), _to(after, carried), place + 1, len(keys), back)
    keys = [piece.key for line in page.lines for piece in line.pieces if piece.key]
    if key not in keys:
        return Steps(after=_to(keys[0], carried) if keys and not key else "")
    place = keys.index(key)
    return Steps(
        _to(keys[place - 1], carried) if place else "",
        _to(keys[place + 1], carried) if place + 1 < len(keys) else "",
    )


def _to(key: str, carried: Mapping[str, str]) -> str:
    return citation_address(key, carried) if key else ""
