"""Links to citations: an address for each key, and a signed right to see it for those who need not log in.

https://askbrief.example.org/c/ttp-report-k7f3qa?t=eyJlIjoxNzY3…
                               └ the key ──────┘   └ what may be seen, and until when; signed
"""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self

from itsdangerous import BadData, URLSafeSerializer

from askbrief.citing.styles import permalink
from askbrief.records import Metadata, Scope
from askbrief.web.secret import signing_secret

if TYPE_CHECKING:
    from askbrief.settings import Settings

LONGEST_LINK = 512
"""As long as Discord takes for a button."""
_DAY = 86_400
_SALT = "askbrief.link"


@dataclass(frozen=True, slots=True)
class Right:
    """What the holder of a link may see, until when (in seconds since 1970)."""

    scope: Scope
    until: int


class Links:
    """Makes and checks links."""

    def __init__(self, url: str, secret: str, days: float) -> None:
        """Take the address of the page, the secret that signs, and for how long links open."""
        self._url = url
        self._rights = Rights(secret)
        self._seconds = int(days * _DAY)

    @classmethod
    def of(cls, settings: Settings) -> Self | None:
        """Those of the settings, or None where they name no address.

        Raises:
            SettingsError: the secret cannot be read or made.
        """
        if settings.url is None:
            return None
        return cls(settings.url, signing_secret(settings.state_dir), settings.link_days)

    def to(self, key: str, doc_id: str, scope: Scope) -> str | None:
        """The address of a citation for those who see a scope.

        Where the scope makes it longer than Discord takes, it is narrowed to the document; None if that doesn't help.
        """
        until = int(time.time()) + self._seconds
        for narrowed in (scope, *_of_document(doc_id, scope)):
            link = f"{permalink(self._url, key)}?t={self._rights.signed(Right(narrowed, until))}"
            if len(link) <= LONGEST_LINK:
                return link
        return None


def _of_document(doc_id: str, scope: Scope) -> tuple[Scope, ...]:
    """The part of a scope that is one document, if that is in it."""
    if not replace(scope, since=None, until=None).admits(doc_id, Metadata()):
        return ()
    return (replace(scope, collections=None, documents=frozenset({doc_id})),)


def signed_url(settings: Settings, key: str, doc_id: str, scope: Scope) -> str | None:
    """One link; who makes many keeps `Links`."""
    links = Links.of(settings)
    return links.to(key, doc_id, scope) if links else None


class Rights:
    """Rights as signed text that can stand in an address or a cookie."""

    def __init__(self, secret: str) -> None:
        """Take the secret that signs."""
        self._serializer = URLSafeSerializer(secret, salt=_SALT)

    def signed(self, right: Right) -> str:
        """Write a right down."""
        scope = right.scope
        fields = {
            "e": right.until,
            "c": None if scope.collections is None else sorted(scope.collections),
            "d": None if scope.documents is None else sorted(scope.documents),
            "s": scope.since and scope.since.isoformat(),
            "u": scope.until and scope.until.isoformat(),
        }
        return str(self._serializer.dumps({name: value for name, value in fields.items() if value is not None}))

    def read(self, text: str) -> Right | None:
        """Read a right; None where it is not ours, or has run out."""
        try:
            fields = self._serializer.loads(text)
            right = Right(_scope(fields), int(fields["e"]))
        except (BadData, KeyError, TypeError, ValueError):
            return None
        return right if time.time() < right.until else None


def _scope(fields: dict[str, Any]) -> Scope:
    collections, documents, since, until = (fields.get(name) for name in "cdsu")
    return Scope(
        None if collections is None else frozenset(collections),
        None if documents is None else frozenset(documents),
        dt.date.fromisoformat(since) if since else None,
        dt.date.fromisoformat(until) if until else None,
    )
