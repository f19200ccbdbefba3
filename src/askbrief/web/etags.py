"""Answers that a client has already: the same question to the same generation within the same scope."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from askbrief import __version__

if TYPE_CHECKING:
    from starlette.requests import Request

    from askbrief.records import Scope
    from askbrief.settings import Settings


def etag(request: Request, settings: Settings, generation: str, scope: Scope) -> str:
    """Name what a request would be answered with, without answering it."""
    seen = [None if names is None else sorted(names) for names in (scope.collections, scope.documents)]
    parts = (
        __version__,
        settings.model_dump_json(exclude={"web_token"}),
        request.url.path,
        sorted(request.query_params.multi_items()),
        seen,
        scope.since,
        scope.until,
    )
    return f'"{generation}-{hashlib.sha256(repr(parts).encode(errors="replace")).hexdigest()[:24]}"'


def has_it(request: Request, tag: str) -> bool:
    """Whether the client says that it has this."""
    given = (part.strip().removeprefix("W/") for part in request.headers.get("if-none-match", "").split(","))
    return tag in given


def caching(settings: Settings, tag: str | None = None) -> dict[str, str]:
    """The headers for what only this client may keep, and must ask about each time; without a tag it is not kept."""
    varies = ["Authorization", "Cookie", *([settings.web_proxy_header] if settings.web_proxy_header else [])]
    kept = {"ETag": tag, "Cache-Control": "private, no-cache"} if tag else {"Cache-Control": "private, no-store"}
    return {**kept, "Vary": ", ".join(varies)}
