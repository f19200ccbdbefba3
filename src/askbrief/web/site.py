"""The pages for people, put into an application."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi.exception_handlers import http_exception_handler
from starlette.exceptions import HTTPException

from askbrief.build_process import BuildProcess
from askbrief.web import listings, pages
from askbrief.web.failures import failure
from askbrief.web.rendering import Renderer
from askbrief.web.shelf import Shelf

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.requests import Request
    from starlette.responses import Response

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
        return failure(request, error)

    app.add_exception_handler(404, nowhere)
    app.add_exception_handler(405, nowhere)
