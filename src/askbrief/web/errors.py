"""Failures over HTTP: the API gives application/problem+json (RFC 9457), the page gives a page; never a traceback."""

from __future__ import annotations

import secrets
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import structlog
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from askbrief.errors import AskbriefError, ErrorKind, error_sentence

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping

    from fastapi import FastAPI, Request
    from starlette.responses import Response

_STATUS = {
    ErrorKind.INPUT: HTTPStatus.BAD_REQUEST,
    ErrorKind.UNKNOWN: HTTPStatus.NOT_FOUND,
    ErrorKind.REFUSED: HTTPStatus.CONFLICT,
    ErrorKind.UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
    ErrorKind.UNEXPECTED: HTTPStatus.INTERNAL_SERVER_ERROR,
}
_MAX_DETAIL_CHARS = 500
_RETRY_SECONDS = "5"
log = structlog.get_logger("askbrief.web")


class ProblemDetails(BaseModel):
    """What went wrong (RFC 9457): `detail` is the sentence for a person."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: list[str] = []


class ProblemResponse(JSONResponse):
    """A problem as JSON."""

    media_type = "application/problem+json"


def problem(
    status: int, detail: str, headers: Mapping[str, str] | None = None, errors: tuple[str, ...] = ()
) -> ProblemResponse:
    """Return the response that says what went wrong."""
    body = ProblemDetails(
        title=HTTPStatus(status).phrase, status=status, detail=detail[:_MAX_DETAIL_CHARS], errors=list(errors)
    )
    content = body.model_dump(exclude=None if errors else {"errors"})
    return ProblemResponse(content, status, {**(headers or {}), "Cache-Control": "no-store"})


def answer_with_problems(app: FastAPI) -> None:
    """Make every failure in an application a problem."""
    app.add_exception_handler(AskbriefError, _library_problem)
    app.add_exception_handler(RequestValidationError, _parameter_problem)
    app.add_exception_handler(HTTPException, _http_problem)
    app.add_exception_handler(Exception, _unexpected_problem)


def _library_problem(_: Request, error: Exception) -> ProblemResponse:
    failure = error_sentence(error)
    if not failure.is_about_the_request:
        log.error("failed", error=type(error).__name__, message=str(error))
    retry = {"Retry-After": _RETRY_SECONDS} if failure.kind is ErrorKind.UNAVAILABLE else None
    return problem(_STATUS[failure.kind], failure.text, retry)


def _parameter_problem(_: Request, error: Exception) -> ProblemResponse:
    rows = error.errors() if isinstance(error, RequestValidationError) else []
    errors = tuple(f"{'.'.join(map(str, row['loc'][1:]))}: {row['msg'].lower()}" for row in rows)
    return problem(422, errors[0] if errors else "a parameter cannot be used", errors=errors)


def _http_problem(request: Request, error: Exception) -> ProblemResponse:
    if not isinstance(error, HTTPException):
        return _unexpected_problem(request, error)
    return problem(error.status_code, error.detail, error.headers)


def _unexpected_problem(_: Request, error: Exception) -> ProblemResponse:
    log.error("failed", error=type(error).__name__, exc_info=error)
    return problem(500, error_sentence(error).text)


_TITLES = {
    400: ("That cannot be used", "Something in the address or the form cannot be used."),
    401: ("Please sign in", "This page is for people with a token, or with a link that still holds."),
    403: ("Not for you", "You may not see this page."),
    404: ("Not here", "There is no such page, or it is not one that you may see."),
    405: ("Not like this", "This page cannot be called like that."),
    429: ("Too many questions", "Wait a moment, then try again."),
    500: ("Something went wrong", "The reason is in the log under this id."),
    503: ("Not available now", "The reason is in the log under this id."),
}
"""The heading of each status, and the sentence where the failure has none of its own."""


class PageRoute(APIRoute):
    """A route whose failures are pages. GET routes answer HEAD too, which link previews use."""

    def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - whatever a route takes
        super().__init__(*arguments, **options)
        if self.methods and "GET" in self.methods:
            self.methods.add("HEAD")

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the route's handler, wrapped so that it answers failures with pages."""
        handle = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            try:
                return await handle(request)
            except Exception as error:  # noqa: BLE001 - the edge: whatever it is becomes a page with an id
                return error_page(request, error)

        return guarded


def error_page(request: Request, error: Exception) -> Response:
    """Return the page of a failure; log it under an id if it is not about the request."""
    status, message, error_id = _failure(request, error)
    title, usual = _TITLES.get(status, _TITLES[400 if status < HTTPStatus.INTERNAL_SERVER_ERROR else 500])
    page: Response = request.app.state.renderer.page(
        request,
        "failure.html",
        status=status,
        title=title,
        message=message or usual,
        id=error_id,
        sign_in=status == HTTPStatus.UNAUTHORIZED,
        goal=str(request.url.path) + (f"?{request.url.query}" if request.url.query else ""),
        posts=status == HTTPStatus.UNAUTHORIZED,
    )
    page.headers.update(getattr(error, "headers", None) or {})
    return page


def _failure(request: Request, error: Exception) -> tuple[int, str, str]:
    """Return the status, the sentence if the failure has one of its own, and the id in the log if it is there."""
    if isinstance(error, RequestValidationError):
        return HTTPStatus.BAD_REQUEST, "", ""
    if isinstance(error, HTTPException):
        is_usual = error.detail == HTTPStatus(error.status_code).phrase
        return error.status_code, "" if is_usual else error.detail, ""
    failure = error_sentence(error)
    if failure.is_about_the_request:
        return _STATUS[failure.kind], failure.text, ""
    error_id = secrets.token_hex(4)
    defect = error if failure.kind is ErrorKind.UNEXPECTED else None
    log.error("page failed", id=error_id, path=request.url.path, error=str(error), exc_info=defect)
    return _STATUS[failure.kind], "", error_id
