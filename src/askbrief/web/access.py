"""Who sends a request and what they may see: token, proxy header or signed link; logging in and out."""

from __future__ import annotations

import hashlib
import hmac
import time
from dataclasses import dataclass
from http.cookies import SimpleCookie
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlencode, urlsplit

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse
from itsdangerous import BadData, URLSafeTimedSerializer
from starlette.datastructures import MutableHeaders, QueryParams
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection  # noqa: TC002 - FastAPI reads it

from askbrief.records import Scope
from askbrief.service.links import LINK_PARAMETER, LinkRight, LinkSigner, signing_secret

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Send
    from starlette.types import Scope as ConnectionScope

    from askbrief.settings import Settings
    from askbrief.web.limits import RequestLimits


LOGIN_COOKIE, LINK_COOKIE = "askbrief_login", "askbrief_link"
LOGIN_SECONDS = 30 * 86_400
EVERYTHING = "*"
_UNKNOWN_CLIENT = (
    "log in, send the token as 'Authorization: Bearer …', or open a link from the bot that has not expired"
)


@dataclass(frozen=True, slots=True)
class Viewer:
    """A person or program: which documents they may see, and whether they may see status and metrics."""

    scope: Scope
    is_admin: bool


OWNER = Viewer(Scope(), is_admin=True)


def viewer(request: HTTPConnection) -> Viewer:
    """Return who sends a request.

    Raises:
        HTTPException: 401, the client is unknown; 403, the request was meant for another host.
    """
    access: WebAccess = request.app.state.access
    return access.viewer(request)


class WebAccess:
    """Who may see what, by the settings."""

    def __init__(self, settings: Settings) -> None:
        """Read the secret that signs links and logins, if the settings restrict access.

        Raises:
            SettingsError: it cannot be read or created.
        """
        self._settings = settings
        token = settings.web_token
        self._token = token.get_secret_value().encode() if token is not None else None
        self.is_open = is_open(settings)
        secret = "" if self.is_open else signing_secret(settings.state_dir)
        self._signer = None if self.is_open else LinkSigner(secret)
        salt = f"askbrief.login.{hashlib.sha256(self._token or b'').hexdigest()}"  # another token ends all logins
        self._logins = URLSafeTimedSerializer(secret, salt=salt)

    def viewer(self, request: HTTPConnection) -> Viewer:
        """Return who sends a request; see the function `viewer`."""
        if self.is_open:
            self._check_host(request)
        if self.is_open or self._has_token(request):
            return OWNER
        viewer = self._of_person(self.person(request)) or self._of_link(request)
        if viewer is None:
            raise HTTPException(401, _UNKNOWN_CLIENT, {"WWW-Authenticate": "Bearer"})
        return viewer

    def _check_host(self, request: HTTPConnection) -> None:
        """Refuse a host name that is not this machine's: another site's name may resolve to it (DNS rebinding)."""
        name = _host(request.headers.get("host", ""))
        url = self._settings.url
        if not (is_loopback(name) or (url is not None and name == urlsplit(url).hostname)):
            raise HTTPException(403, "this page is for this machine alone: open it as http://127.0.0.1 or localhost")

    def is_token(self, given: str) -> bool:
        """Return whether this is the token, in constant time."""
        return self._token is not None and hmac.compare_digest(given.encode(errors="replace"), self._token)

    def new_login(self) -> str:
        """Return the value of the cookie of a logged-in browser."""
        return str(self._logins.dumps("in"))

    def _has_token(self, request: HTTPConnection) -> bool:
        if self._token is None:
            return False
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return self.is_token(given.strip())
        try:
            return bool(self._logins.loads(request.cookies.get(LOGIN_COOKIE, ""), max_age=LOGIN_SECONDS) == "in")
        except BadData:
            return False

    def person(self, request: HTTPConnection) -> str | None:
        """Return the person whom the reverse proxy names; None if the request does not come from the proxy."""
        header = self._settings.web_proxy_header
        peer = _address(request.client.host) if request.client else None
        if header is None or peer is None or not any(peer in network for network in self._settings.web_proxies):
            return None
        names = request.headers.getlist(header)
        return names[0].strip() or None if len(names) == 1 else None

    def _of_person(self, name: str | None) -> Viewer | None:
        if name is None:
            return None
        people = self._settings.web_people
        given = frozenset({EVERYTHING}) if people is None else people.get(name, people.get(EVERYTHING))
        if given is None:
            return None
        return Viewer(Scope() if EVERYTHING in given else Scope(collections=given), name in self._settings.web_admins)

    def right(self, text: str | None) -> LinkRight | None:
        """Return the right of a link; None if it has none or has expired."""
        return self._signer.read(text) if text and self._signer else None

    def _of_link(self, request: HTTPConnection) -> Viewer | None:
        for text in (request.query_params.get(LINK_PARAMETER), request.cookies.get(LINK_COOKIE)):
            if right := self.right(text):
                return Viewer(right.scope, is_admin=False)
        return None


def is_open(settings: Settings) -> bool:
    """Return whether access is unrestricted, because no setting says how to recognise people."""
    return settings.web_token is None and settings.web_proxy_header is None


def is_loopback(name: str) -> bool:
    """Return whether a host name or address is a loopback one."""
    address = _address(name)
    return address.is_loopback if address else name.lower() == "localhost"


def _address(name: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(name)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _host(header: str) -> str:
    """Return the name in a Host header, in lower case and without the port."""
    try:
        return urlsplit(f"//{header}").hostname or ""
    except ValueError:
        return ""


_MAX_FORM_BYTES = 4_096
router = APIRouter(include_in_schema=False)


@router.post("/login")
async def log_in(request: Request) -> RedirectResponse:
    """Check the form's `token` and redirect to its `next`; with a wrong token, back to the login page."""
    access: WebAccess = request.app.state.access
    limits: RequestLimits = request.app.state.limits
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
    """Delete the cookies."""
    response = RedirectResponse("/", 303)
    for name in (LOGIN_COOKIE, LINK_COOKIE):
        _set(response.headers, request.app.state.settings, name, "", 0)
    return response


async def _body(request: Request) -> bytes:
    """Return the form, or raise status 413 if it is larger than any form with a token."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > _MAX_FORM_BYTES:
            raise HTTPException(413, f"the form has more than {_MAX_FORM_BYTES:,} bytes")
    return body


def own_path(path: str) -> str:
    """Return a path if it is one of this site; an address elsewhere becomes the first page."""
    is_own = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if is_own else "/"


def _set(headers: MutableHeaders, settings: Settings, name: str, value: str, seconds: int) -> None:
    cookie: SimpleCookie = SimpleCookie({name: value})
    cookie[name].update({"path": "/", "max-age": str(seconds), "httponly": "1", "samesite": "Lax"})
    if (settings.url or "").startswith("https:"):
        cookie[name]["secure"] = "1"
    headers.append("Set-Cookie", cookie[name].OutputString())


class LinkCookies:
    """Middleware that puts the right of an opened link into a cookie, so that further pages open too."""

    def __init__(self, app: ASGIApp, settings: Settings, access: WebAccess) -> None:
        self._app = app
        self._settings = settings
        self._access = access

    async def __call__(self, scope: ConnectionScope, receive: Receive, send: Send) -> None:
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
