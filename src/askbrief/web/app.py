"""The application: pages, API and health over one library that serves."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from fastapi import FastAPI

from askbrief.web.serving import Serving
from askbrief.web.site import add_pages

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from askbrief.ranking.encoder import Encoder
    from askbrief.settings import Settings


def create_app(settings: Settings, *, encoder: Encoder | None = None) -> FastAPI:
    """Make the application; the index is opened when it starts, and let go when it ends.

    `app.state.serving` is the library that serves, `app.state.settings` the settings.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with Serving(settings, encoder) as app.state.serving:
            yield

    app = FastAPI(title="askbrief", lifespan=lifespan, docs_url=None, redoc_url=None)
    app.state.settings = settings
    add_pages(app)
    return app
