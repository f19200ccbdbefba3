"""Whether it lives, whether it can answer, and figures for Prometheus."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import PlainTextResponse
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.exceptions import HTTPException

from askbrief.errors import AskbriefError
from askbrief.web.access import Viewer, viewer

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from askbrief.service.hot_reload import HotReload

_FIGURES = "text/plain; version=0.0.4; charset=utf-8"
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
router = APIRouter(include_in_schema=False)


@router.get("/healthz")
async def lives() -> PlainTextResponse:
    """Say that the process answers at all."""
    return PlainTextResponse("alive\n")


@router.get("/readyz")
def is_ready(request: Request) -> PlainTextResponse:
    """Say whether questions can be answered."""
    serving: HotReload = request.app.state.serving
    try:
        with serving.newest() as library:
            library.check_readable()
    except AskbriefError:
        return PlainTextResponse("not ready\n", 503)
    return PlainTextResponse("ready\n")


@router.get("/metrics")
def figures(request: Request, who: Annotated[Viewer, Depends(viewer)]) -> PlainTextResponse:
    """Give the figures to those who may see the workings."""
    if not who.is_admin:
        raise HTTPException(404)
    metrics: Metrics = request.app.state.metrics
    return PlainTextResponse(generate_latest(metrics.registry).decode(), media_type=_FIGURES)


class Metrics:
    """What is counted; each application has its own registry."""

    def __init__(self) -> None:
        """Start from zero."""
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "askbrief_web_requests", "Requests answered", ["route", "status"], registry=self.registry
        )
        self._seconds = Histogram(
            "askbrief_web_seconds",
            "From request to the answer's first byte",
            ["route"],
            buckets=_BUCKETS,
            registry=self.registry,
        )

    def watch(self, name: str, about: str, value: Callable[[], float]) -> None:
        """A gauge that is read when somebody looks."""
        Gauge(f"askbrief_web_{name}", about, registry=self.registry).set_function(value)

    def answered(self, route: str, status: int, seconds: float) -> None:
        """Count a request."""
        self._requests.labels(route=route, status=str(status)).inc()
        self._seconds.labels(route=route).observe(seconds)


class Counting:
    """Counts what is answered, by route and never by what was asked."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        """Stand before an application."""
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.monotonic()

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                route = getattr(scope.get("route"), "path", "other")
                name = f"{scope.get('root_path', '')}{route}" if route != "other" else route
                self._metrics.answered(name, message["status"], time.monotonic() - started)
            await send(message)

        await self._app(scope, receive, sending)
