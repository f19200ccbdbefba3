"""What goes wrong, as a status and a sentence: application/problem+json (RFC 9457)."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

import structlog
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from askbrief.errors import (
    AskbriefError,
    AskingError,
    BuildError,
    CitationUnknown,
    IndexUnusable,
    InputError,
    LedgerError,
    ModelError,
)
from askbrief.web.schemas import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fastapi import FastAPI, Request

_MEDIA_TYPE = "application/problem+json"
_UNAVAILABLE = "askbrief cannot answer for now: try again later; its keeper finds the reason in the log"
_UNFORESEEN = "something went wrong that nobody foresaw: its keeper finds the reason in the log"
_LONGEST_DETAIL = 500
log = structlog.get_logger("askbrief.web")


class ProblemResponse(JSONResponse):
    """A problem as JSON."""

    media_type = _MEDIA_TYPE


def problem(
    status: int, detail: str, headers: Mapping[str, str] | None = None, errors: tuple[str, ...] = ()
) -> ProblemResponse:
    """Say what went wrong."""
    said = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail[:_LONGEST_DETAIL], errors=list(errors))
    content = said.model_dump(exclude_defaults=not errors, exclude=None if errors else {"errors"})
    return ProblemResponse({"type": said.type, **content}, status, dict(headers or {}) | {"Cache-Control": "no-store"})


def status_of(error: AskbriefError) -> tuple[int, str]:
    """The status and the sentence for a failure of the library.

    What is about people's input is told them; what speaks of this machine is for the log.
    """
    match error:
        case CitationUnknown():
            return 404, str(error)
        case InputError():
            return 400, str(error)
        case BuildError():
            return 409, str(error)
        case IndexUnusable() | ModelError() | AskingError() | LedgerError():
            return 503, _UNAVAILABLE
        case _:
            return 500, _UNFORESEEN


def install(app: FastAPI) -> None:
    """Let every failure in an application become a problem."""
    app.add_exception_handler(AskbriefError, _of_library)
    app.add_exception_handler(RequestValidationError, _of_parameters)
    app.add_exception_handler(HTTPException, _of_http)
    app.add_exception_handler(Exception, _unforeseen)


def _of_library(_: Request, error: Exception) -> ProblemResponse:
    status, detail = status_of(error) if isinstance(error, AskbriefError) else (500, _UNFORESEEN)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        log.error("failed", error=type(error).__name__, message=str(error))
    return problem(status, detail, {"Retry-After": "5"} if status == HTTPStatus.SERVICE_UNAVAILABLE else None)


def _of_parameters(_: Request, error: Exception) -> ProblemResponse:
    found = error.errors() if isinstance(error, RequestValidationError) else []
    errors = tuple(f"{'.'.join(map(str, one['loc'][1:]))}: {one['msg'].lower()}" for one in found)
    return problem(422, errors[0] if errors else "a parameter cannot be used", errors=errors)


def _of_http(_: Request, error: Exception) -> ProblemResponse:
    if not isinstance(error, HTTPException):
        return problem(500, _UNFORESEEN)
    return problem(error.status_code, error.detail, error.headers)


def _unforeseen(_: Request, error: Exception) -> ProblemResponse:
    log.error("failed", error=type(error).__name__, exc_info=error)
    return problem(500, _UNFORESEEN)
