"""The application: pages, API and health over one library that serves."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from fastapi import FastAPI

from askbrief.serving import Serving
from askbrief.web import api, health, login
from askbrief.web.access import Access
from askbrief.web.health import Counting, Metrics
from askbrief.web.limits import Limits, Work
from askbrief.web.login import KeepingLinks
from askbrief.web.site import add_pages

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from askbrief.ranking.encoder import Encoder
    from askbrief.settings import Settings


def create_app(settings: Settings, *, encoder: Encoder | None = None) -> FastAPI:
    """Make the application; the index is opened when it starts, and let go when it ends.

    `app.state.serving` is the library that serves, `app.state.settings` the settings.

    Raises:
        SettingsError: the secret that signs links and logins cannot be read or made.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with Serving(settings, encoder) as app.state.serving, Work(settings) as app.state.work:
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
    app.include_router(login.router)
    app.mount(api.PREFIX, api.api(state))
    app.add_middleware(KeepingLinks, settings=settings, access=state.access)
    app.add_middleware(Counting, metrics=state.metrics)
