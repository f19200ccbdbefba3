"""The web application: pages, JSON API and health checks over one library."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from fastapi import FastAPI
from fastapi.exception_handlers import http_exception_handler
from starlette.exceptions import HTTPException

from askbrief.service.build_process import BuildProcess
from askbrief.service.hot_reload import HotReload
from askbrief.web import access, api, health, pages
from askbrief.web.access import LinkCookies, WebAccess
from askbrief.web.document_page import DocumentCache
from askbrief.web.errors import error_page
from askbrief.web.health import RequestCounter, WebMetrics
from askbrief.web.limits import RequestLimits, WorkerThreads
from askbrief.web.rendering import Renderer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request
    from starlette.responses import Response

    from askbrief.inference.encoder import Encoder
    from askbrief.settings import Settings

_PROGRAM_PATHS = ("/api/", "/healthz", "/readyz", "/metrics", "/openapi.json")


def add_pages(app: FastAPI) -> None:
    """Add the pages and their static files; unknown addresses outside the API get an error page."""
    app.state.renderer = Renderer()
    app.state.documents = DocumentCache()
    app.state.build_process = BuildProcess(app.state.settings)
    app.include_router(pages.router)

    async def unknown_address(request: Request, error: Exception) -> Response:
        if isinstance(error, HTTPException) and request.url.path.startswith(_PROGRAM_PATHS):
            return await http_exception_handler(request, error)
        return error_page(request, error)

    app.add_exception_handler(404, unknown_address)
    app.add_exception_handler(405, unknown_address)


def create_app(settings: Settings, *, encoder: Encoder | None = None) -> FastAPI:
    """Return the application; it opens the index when it starts and closes it when it ends.

    Raises:
        SettingsError: the secret that signs links and logins cannot be read or created.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with HotReload(settings, encoder) as app.state.serving, WorkerThreads(settings) as app.state.work:
            yield
            app.state.build_process.stop()

    app = FastAPI(title="askbrief", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.settings = settings
    _add_api(app, settings)
    add_pages(app)
    return app


def _add_api(app: FastAPI, settings: Settings) -> None:
    """Add access rules, limits, the API, health checks and metrics."""
    state = app.state
    state.access, state.limits, state.metrics = WebAccess(settings), RequestLimits(settings), WebMetrics()
    state.metrics.watch("pending", "Requests worked on or waiting", lambda: state.work.pending)
    app.include_router(health.router)
    app.include_router(access.router)
    app.mount(api.PREFIX, api.api(state))
    app.add_middleware(LinkCookies, settings=settings, access=state.access)
    app.add_middleware(RequestCounter, metrics=state.metrics)
