"""The web application: pages, JSON API and health checks over one library."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from fastapi import FastAPI
from fastapi.exception_handlers import http_exception_handler
from starlette.exceptions import HTTPException

from askbrief.service.build_process import BuildProcess
from askbrief.service.hot_reload import HotReload
from askbrief.web import access, api, health, listings, pages
from askbrief.web.access import Access, KeepingLinks
from askbrief.web.document_page import Shelf
from askbrief.web.errors import error_page
from askbrief.web.health import Counting, Metrics
from askbrief.web.limits import Limits, WorkerThreads
from askbrief.web.rendering import Renderer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request
    from starlette.responses import Response

    from askbrief.inference.encoder import Encoder
    from askbrief.settings import Settings

_FOR_PROGRAMS = ("/api/", "/healthz", "/readyz", "/metrics", "/openapi.json")


def add_pages(app: FastAPI) -> None:
    """Add the pages and their static files; an address that leads nowhere gets a page too, outside the API."""
    app.state.renderer = Renderer()
    app.state.shelf = Shelf()
    app.state.build_process = BuildProcess(app.state.settings)
    app.include_router(pages.router)
    app.include_router(listings.router)

    async def nowhere(request: Request, error: Exception) -> Response:
        if isinstance(error, HTTPException) and request.url.path.startswith(_FOR_PROGRAMS):
            return await http_exception_handler(request, error)
        return error_page(request, error)

    app.add_exception_handler(404, nowhere)
    app.add_exception_handler(405, nowhere)


def create_app(settings: Settings, *, encoder: Encoder | None = None) -> FastAPI:
    """Make the application; the index is opened when it starts, and let go when it ends.

    `app.state.serving` is the library that serves, `app.state.settings` the settings.

    Raises:
        SettingsError: the secret that signs links and logins cannot be read or made.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with HotReload(settings, encoder) as app.state.serving, WorkerThreads(settings) as app.state.work:
            yield
            app.state.build_process.stop()

    app = FastAPI(title="askbrief", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.settings = settings
    _install_programs_side(app, settings)
    add_pages(app)
    return app


def _install_programs_side(app: FastAPI, settings: Settings) -> None:
    """Add who may see what, the API, health and figures."""
    state = app.state
    state.access, state.limits, state.metrics = Access(settings), Limits(settings), Metrics()
    state.metrics.watch("pending", "Requests worked on or waiting", lambda: state.work.pending)
    app.include_router(health.router)
    app.include_router(access.router)
    app.mount(api.PREFIX, api.api(state))
    app.add_middleware(KeepingLinks, settings=settings, access=state.access)
    app.add_middleware(Counting, metrics=state.metrics)
