"""Limits on requests (how many, how long), and caching by the client (etags)."""

from __future__ import annotations

import asyncio
import hashlib
import math
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Self, TypeVar

from starlette.exceptions import HTTPException
from starlette.requests import Request  # noqa: TC002 - FastAPI reads it

from askbrief import __version__
from askbrief.core.bounded import RateLimit
from askbrief.core.runtime import processors

if TYPE_CHECKING:
    from collections.abc import Callable

    from askbrief.records import Scope
    from askbrief.settings import Settings
    from askbrief.web.access import WebAccess

Result = TypeVar("Result")
_QUEUE = 64
"""Maximum number of requests that wait for a thread; with 32 at once, none was refused."""
_LOGINS_PER_MINUTE = 10


class RequestLimits:
    """The rate limits of all clients."""

    def __init__(self, settings: Settings) -> None:
        self._requests = RateLimit(settings.web_per_minute) if settings.web_per_minute else None
        self._logins = RateLimit(_LOGINS_PER_MINUTE)

    def count(self, request: Request, *, login: bool = False) -> None:
        """Count a request.

        Raises:
            HTTPException: 429, too many; `Retry-After` says how long to wait.
        """
        limit = self._logins if login else self._requests
        wait = limit.take(_client(request)) if limit else 0
        if wait:
            seconds = math.ceil(wait)
            detail = f"too many requests: try again in {seconds} s"
            raise HTTPException(429, detail, {"Retry-After": str(seconds)})


def limited(request: Request) -> None:
    """Count a request of a client (a FastAPI dependency); see `RequestLimits.count`."""
    limits: RequestLimits = request.app.state.limits
    limits.count(request)


def _client(request: Request) -> str:
    """Return whose request it is: the person whom the proxy names, else the address it comes from."""
    access: WebAccess = request.app.state.access
    return access.person(request) or (request.client.host if request.client else "")


class WorkerThreads:
    """A bounded number of threads for work that would block the event loop. For one event loop."""

    def __init__(self, settings: Settings) -> None:
        threads = max(processors(), settings.askers) + 1  # one more for quick requests
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="web")
        self._most = threads + _QUEUE
        self._seconds = settings.web_seconds
        self.pending = 0

    async def run(self, function: Callable[[], Result]) -> Result:
        """Run a function in a thread.

        Raises:
            HTTPException: 503, too many requests wait already, or this one takes too long; its thread then runs on.
        """
        if self.pending >= self._most:
            raise HTTPException(503, "too many are asking at once: try again in a moment", {"Retry-After": "1"})
        loop = asyncio.get_running_loop()
        running = self._threads.submit(function)
        self.pending += 1
        running.add_done_callback(lambda _: loop.call_soon_threadsafe(self._done))
        try:
            return await asyncio.wait_for(asyncio.wrap_future(running), self._seconds)
        except TimeoutError:
            detail = f"that takes more than {self._seconds:g} s (ASKBRIEF_WEB_SECONDS): try again, or ask for less"
            raise HTTPException(503, detail, {"Retry-After": "5"}) from None

    def _done(self) -> None:
        self.pending -= 1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._threads.shutdown(wait=True, cancel_futures=True)


def etag(request: Request, settings: Settings, generation: str, scope: Scope) -> str:
    """Return the etag of a response without computing the response."""
    visible = [None if names is None else sorted(names) for names in (scope.collections, scope.documents)]
    asked = request.url.path, sorted(request.query_params.multi_items())
    parts = (__version__, settings.model_dump_json(exclude={"web_token"}), *asked, visible, scope.since, scope.until)
    return f'"{generation}-{hashlib.sha256(repr(parts).encode(errors="replace")).hexdigest()[:24]}"'


def client_has(request: Request, tag: str) -> bool:
    """Return whether the client has the response with this etag."""
    given = (part.strip().removeprefix("W/") for part in request.headers.get("if-none-match", "").split(","))
    return tag in given


def cache_headers(settings: Settings, tag: str | None = None) -> dict[str, str]:
    """Return headers that let this client alone cache a response and revalidate it; without a tag, not cache it."""
    varies = ["Authorization", "Cookie", *([settings.web_proxy_header] if settings.web_proxy_header else [])]
    caching = {"ETag": tag, "Cache-Control": "private, no-cache"} if tag else {"Cache-Control": "private, no-store"}
    return {**caching, "Vary": ", ".join(varies)}
