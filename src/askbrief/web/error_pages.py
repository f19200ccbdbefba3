"""What went wrong, as a page: a sentence for the person, an id that the log has too, and never a traceback."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

import structlog
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from askbrief.errors import AskbriefError, CitationUnknown, InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from starlette.requests import Request
    from starlette.responses import Response

_UNAUTHORISED, _FORBIDDEN, _NOT_FOUND, _INVALID, _FAILED, _UNAVAILABLE = 401, 403, 404, 400, 500, 503
_SAID = {
    _INVALID: ("That cannot be used", "Something in the address or the form cannot be used."),
    _UNAUTHORISED: ("Please sign in", "This page is for people with a token, or with a link that still holds."),
    _FORBIDDEN: ("Not for you", "You may not see this page."),
    _NOT_FOUND: ("Not here", "There is no such page, or it is not one that you may see."),
    405: ("Not like this", "This page cannot be called like that."),
    429: ("Too many questions", "Wait a moment, then try again."),
    _FAILED: ("Something went wrong", "It is in the log under this id."),
    _UNAVAILABLE: ("Not available now", "It is in the log under this id."),
}


class PageRoute(APIRoute):
    """A route whose failures are pages; what it gives can be asked for by its headers alone, as link previews do."""

    def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - whatever a route takes
        """Take what a route takes."""
        super().__init__(*arguments, **options)
        if self.methods and "GET" in self.methods:
            self.methods.add("HEAD")

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap the handler."""
        handle = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            try:
                return await handle(request)
            except Exception as error:  # noqa: BLE001 - the edge: whatever it is becomes a page with an id
                return failure(request, error)

        return guarded


def failure(request: Request, error: Exception) -> Response:
    """The page of a failure."""
    status, message, name = _told(request, error)
    title, usual = _SAID.get(status, _SAID[_INVALID if status < _FAILED else _FAILED])
    page: Response = request.app.state.renderer.page(
        request,
        "failure.html",
        status=status,
        title=title,
        message=message or usual,
        id=name,
        sign_in=status == _UNAUTHORISED,
        goal=str(request.url.path) + (f"?{request.url.query}" if request.url.query else ""),
        posts=status == _UNAUTHORISED,
    )
    page.headers.update(getattr(error, "headers", None) or {})
    return page


def _told(request: Request, error: Exception) -> tuple[int, str, str]:
    """The status, what is said to the person, and the id in the log."""
    match error:
        case CitationUnknown():
            return _NOT_FOUND, str(error), ""
        case InputError() | RequestValidationError():
            return _INVALID, str(error) if isinstance(error, InputError) else "", ""
        case HTTPException():
            usual = error.detail == _phrase(error.status_code)
            return error.status_code, "" if usual else error.detail, ""
    name = secrets.token_hex(4)
    known = isinstance(error, AskbriefError)
    structlog.get_logger().error(
        "page failed", id=name, path=request.url.path, error=str(error), exc_info=None if known else error
    )
    return (_UNAVAILABLE if known else _FAILED), "", name


def _phrase(status: int) -> str:
    return HTTPException(status).detail
