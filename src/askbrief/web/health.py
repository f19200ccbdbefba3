"""Health checks, and metrics for Prometheus."""

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

_METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
router = APIRouter(include_in_schema=False)


@router.get("/healthz")
async def healthz() -> PlainTextResponse:
    """Answer, as long as the process runs."""
    return PlainTextResponse("alive\n")


@router.get("/readyz")
def readyz(request: Request) -> PlainTextResponse:
    """Return 200 if questions can be answered, else 503."""
    serving: HotReload = request.app.state.serving
    try:
        with serving.newest() as library:
            library.check_readable()
    except AskbriefError:
        return PlainTextResponse("not ready\n", 503)
    return PlainTextResponse("ready\n")


@router.get("/metrics")
def metrics(request: Request, who: Annotated[Viewer, Depends(viewer)]) -> PlainTextResponse:
    """Return the metrics to admins."""
    if not who.is_admin:
        raise HTTPException(404)
    counted: WebMetrics = request.app.state.metrics
    return PlainTextResponse(generate_latest(counted.registry).decode(), media_type=_METRICS_TYPE)


class WebMetrics:
    """Counters and times of requests; each application has its own registry."""

    def __init__(self) -> None:
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
        """Add a gauge whose value is read when the metrics are."""
        Gauge(f"askbrief_web_{name}", about, registry=self.registry).set_function(value)

    def answered(self, route: str, status: int, seconds: float) -> None:
        """Count a request."""
        self._requests.labels(route=route, status=str(status)).inc()
        self._seconds.labels(route=route).observe(seconds)


class RequestCounter:
    """Middleware that counts responses by route, never by what was asked."""

    def __init__(self, app: ASGIApp, metrics: WebMetrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
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
