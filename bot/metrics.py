"""Metrics for Prometheus and a health check, on a loopback port if one is configured."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from aiohttp import web
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from askbrief.errors import SettingsError, in_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from askbrief.records import Verdict
    from bot.staying import GatewayState

_TEXT = "text/plain; version=0.0.4; charset=utf-8"
_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class BotMetrics:
    """The bot's counters; each bot has its own registry."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._questions = Counter(
            "askbrief_questions", "Questions answered", ["via", "verdict"], registry=self.registry
        )
        self._errors = Counter("askbrief_errors", "Questions or actions that failed", ["kind"], registry=self.registry)
        self._builds = Counter("askbrief_builds", "Builds", ["outcome"], registry=self.registry)
        self._seconds = Histogram(
            "askbrief_search_seconds",
            "From question to card, waiting included",
            buckets=_BUCKETS,
            registry=self.registry,
        )

    def add_gauge(self, name: str, description: str, value: Callable[[], float]) -> None:
        """Add a gauge whose value is computed when the metrics are read."""
        Gauge(f"askbrief_{name}", description, registry=self.registry).set_function(value)

    @contextmanager
    def time_search(self) -> Iterator[None]:
        started = time.monotonic()
        yield
        self._seconds.observe(time.monotonic() - started)

    def answered(self, via: str, verdict: Verdict) -> None:
        self._questions.labels(via=via, verdict=str(verdict)).inc()

    def failed(self, kind: str) -> None:
        self._errors.labels(kind=kind).inc()

    def built(self, outcome: str) -> None:
        """Count a build: "done" or "failed"."""
        self._builds.labels(outcome=outcome).inc()


class HealthServer:
    """Serves /healthz, /readyz and /metrics on 127.0.0.1."""

    def __init__(self, metrics: BotMetrics, gateway: GatewayState) -> None:
        self._metrics = metrics
        self._gateway = gateway
        self._runner: web.AppRunner | None = None

    async def start(self, port: int) -> int:
        """Start to listen and return the port; port 0 picks a free one.

        Raises:
            SettingsError: the port cannot be used.
        """
        app = web.Application()
        app.router.add_get("/healthz", self._health)
        app.router.add_get("/readyz", self._ready)
        app.router.add_get("/metrics", self._metrics_page)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        try:
            await site.start()
        except OSError as error:
            await self.stop()
            raise SettingsError(f"ASKBRIEF_HEALTH_PORT is {port}: cannot listen there: {in_words(error)}") from error
        return int(self._runner.addresses[0][1])

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _health(self, _: web.Request) -> web.Response:
        return _state(is_good=self._gateway.is_healthy)

    async def _ready(self, _: web.Request) -> web.Response:
        return _state(is_good=self._gateway.is_up)

    async def _metrics_page(self, _: web.Request) -> web.Response:
        return web.Response(body=generate_latest(self._metrics.registry), headers={"Content-Type": _TEXT})


def _state(*, is_good: bool) -> web.Response:
    return web.Response(text="ready\n" if is_good else "not ready\n", status=200 if is_good else 503)
