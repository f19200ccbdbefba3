"""Who is reading, and what they may see: a bearer token, a reverse proxy's header, or a signed link of the bot's.

    nothing is set              this machine alone: everything; the Host header must name it, or ASKBRIEF_URL
    ASKBRIEF_WEB_TOKEN          as a bearer token, or in a login's cookie: everything
    ASKBRIEF_WEB_PROXY_HEADER   who the proxy says it is: what ASKBRIEF_WEB_PEOPLE gives them
    a link, or its cookie       what the link says, until it runs out

The first that applies decides.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from itsdangerous import BadData, URLSafeTimedSerializer
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection  # noqa: TC002 - FastAPI reads it

from askbrief.records import Scope
from askbrief.web.links import Right, Rights
from askbrief.web.secret import signing_secret

if TYPE_CHECKING:
    from askbrief.settings import Settings

LOGIN_COOKIE, LINK_COOKIE = "askbrief_login", "askbrief_link"
LINK_PARAMETER = "t"
LOGIN_SECONDS = 30 * 86_400
EVERYTHING = "*"
_STRANGER = (
    "log in, send the token as 'Authorization: Bearer …', or open a link that the bot made and that has not run out"
)


@dataclass(frozen=True, slots=True)
class Viewer:
    """A person or program at the page: what of the documents they may see, and whether they may see its workings."""

    scope: Scope
    is_admin: bool


OWNER = Viewer(Scope(), is_admin=True)


def viewer(request: HTTPConnection) -> Viewer:
    """Tell who is reading.

    Raises:
        HTTPException: 401, nobody we know; 403, the request was meant for another host.
    """
    access: Access = request.app.state.access
    return access.viewer(request)


class Access:
    """The rules of the settings."""

    def __init__(self, settings: Settings) -> None:
        """Read the secret, where there is something to sign.

        Raises:
            SettingsError: it cannot be read or made.
        """
        self._settings = settings
        token = settings.web_token
        self._token = token.get_secret_value().encode() if token is not None else None
        self.is_open = is_open(settings)
        secret = "" if self.is_open else signing_secret(settings.state_dir)
        self._rights = None if self.is_open else Rights(secret)
        salt = f"askbrief.login.{hashlib.sha256(self._token or b'').hexdigest()}"  # another token ends all logins
        self._logins = URLSafeTimedSerializer(secret, salt=salt)

    def viewer(self, request: HTTPConnection) -> Viewer:
        """Tell who is reading; see `viewer`."""
        if self.is_open:
            self._check_host(request)
            return OWNER
        if self._has_token(request):
            return OWNER
        found = self._of_person(self.person(request)) or self._of_link(request)
        if found is None:
            raise HTTPException(401, _STRANGER, {"WWW-Authenticate": "Bearer"})
        return found

    # ------------------------------------------------------------------------------------- this machine

    def _check_host(self, request: HTTPConnection) -> None:
        """A page elsewhere may have its own name lead to this machine; then the browser says that name."""
        name = _host(request.headers.get("host", ""))
        url = self._settings.url
        if not (is_loopback(name) or (url is not None and name == urlsplit(url).hostname)):
            raise HTTPException(403, "this page is for this machine alone: open it as http://127.0.0.1 or localhost")

    # ------------------------------------------------------------------------------------------- tokens

    def is_token(self, given: str) -> bool:
        """Whether this is the token; how long it takes says nothing."""
        return self._token is not None and hmac.compare_digest(given.encode(errors="replace"), self._token)

    def new_login(self) -> str:
        """What the cookie of somebody who has logged in says."""
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

    # ------------------------------------------------------------------------------------------- people

    def person(self, request: HTTPConnection) -> str | None:
        """Who the reverse proxy says it is; nobody, where something else than the proxy says so."""
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

    # -------------------------------------------------------------------------------------------- links

    def right(self, text: str | None) -> Right | None:
        """The right that a link gives, while it does."""
        return self._rights.read(text) if text and self._rights else None

    def _of_link(self, request: HTTPConnection) -> Viewer | None:
        for text in (request.query_params.get(LINK_PARAMETER), request.cookies.get(LINK_COOKIE)):
            if right := self.right(text):
                return Viewer(right.scope, is_admin=False)
        return None


def is_open(settings: Settings) -> bool:
    """Whether everybody on this machine may see everything, since nothing says how to tell people apart."""
    return settings.web_token is None and settings.web_proxy_header is None


def is_loopback(name: str) -> bool:
    """Whether a host name or address is this machine's own."""
    address = _address(name)
    return address.is_loopback if address else name.lower() == "localhost"


def _address(name: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(name)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _host(header: str) -> str:
    """The name in a Host header, in lower case and without the port."""
    try:
        return urlsplit(f"//{header}").hostname or ""
    except ValueError:
        return ""
