"""Logging in with the token, and keeping the right of a link that was opened: two cookies."""

from __future__ import annotations

import time
from http.cookies import SimpleCookie
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlencode

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse
from starlette.datastructures import MutableHeaders, QueryParams
from starlette.exceptions import HTTPException

from askbrief.web.access import LINK_COOKIE, LINK_PARAMETER, LOGIN_COOKIE, LOGIN_SECONDS

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from askbrief.settings import Settings
    from askbrief.web.access import Access
    from askbrief.web.limits import Limits

_LARGEST_FORM = 4_096
router = APIRouter(include_in_schema=False)


@router.post("/login")
async def log_in(request: Request) -> RedirectResponse:
    """Take the form's `token` and go on to its `next`; with a wrong one, back to the page that asks for it."""
    access: Access = request.app.state.access
    limits: Limits = request.app.state.limits
    limits.count(request, login=True)
    form = parse_qs((await _body(request)).decode(errors="replace"))
    to = own_path(form.get("next", ["/"])[0])
    if not access.is_open and not access.is_token(form.get("token", [""])[0].strip()):
        return RedirectResponse(f"/login?{urlencode({'failed': 1, 'next': to})}", 303)
    response = RedirectResponse(to, 303)
    if not access.is_open:
        _set(response.headers, request.app.state.settings, LOGIN_COOKIE, access.new_login(), LOGIN_SECONDS)
    return response


@router.post("/logout")
async def log_out(request: Request) -> RedirectResponse:
    """Forget who is reading."""
    response = RedirectResponse("/", 303)
    for name in (LOGIN_COOKIE, LINK_COOKIE):
        _set(response.headers, request.app.state.settings, name, "", 0)
    return response


async def _body(request: Request) -> bytes:
    """The form, if it is no larger than a form with a token is."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > _LARGEST_FORM:
            raise HTTPException(413, f"the form has more than {_LARGEST_FORM:,} bytes")
    return body


def own_path(path: str) -> str:
    """A path of this page; an address elsewhere becomes the first page."""
    is_own = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if is_own else "/"


def _set(headers: MutableHeaders, settings: Settings, name: str, value: str, seconds: int) -> None:
    cookie: SimpleCookie = SimpleCookie({name: value})
    cookie[name].update({"path": "/", "max-age": str(seconds), "httponly": "1", "samesite": "Lax"})
    if (settings.url or "").startswith("https:"):
        cookie[name]["secure"] = "1"
    headers.append("Set-Cookie", cookie[name].OutputString())


class KeepingLinks:
    """Keeps the right of a link that is opened, so that its neighbours and the document open too."""

    def __init__(self, app: ASGIApp, settings: Settings, access: Access) -> None:
        """Stand before an application."""
        self._app = app
        self._settings = settings
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and add the cookie where a link opened something."""
        text = QueryParams(scope["query_string"]).get(LINK_PARAMETER) if scope["type"] == "http" else None
        right = self._access.right(text)
        if text is None or right is None:
            await self._app(scope, receive, send)
            return

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=message["headers"])
                _set(headers, self._settings, LINK_COOKIE, text, max(0, right.until - int(time.time())))
                headers["Referrer-Policy"] = "no-referrer"
                headers["Cache-Control"] = "private, no-store"
            await send(message)

        await self._app(scope, receive, sending)
