"""Links to citations on the web page: permanent addresses, and signed rights for those who need not log in."""

from __future__ import annotations

import datetime as dt
import os
import secrets
import stat
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self

from itsdangerous import BadData, URLSafeSerializer

from askbrief.citations.styles import permalink
from askbrief.errors import SettingsError, in_words
from askbrief.records import Metadata, Scope

if TYPE_CHECKING:
    from pathlib import Path

    from askbrief.settings import Settings

_BYTES = 32
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def signing_secret(state: Path) -> str:
    """Read the secret, or make it where there is none; of several processes that make it, one does.

    Raises:
        SettingsError: it cannot be read or made, or others can read it.
    """
    path = state / "web.secret"
    try:
        if not path.exists():
            _make(path)
        if path.stat().st_mode & _OTHERS:
            raise SettingsError(f"others than its owner can reach {path}: chmod 600 it, or delete it to make a new one")
        secret = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"the secret for links in {path} cannot be read or made ({in_words(error)}): mend its rights, or set "
            "ASKBRIEF_STATE_DIR to a folder that can be written"
        ) from error
    if len(secret) < _BYTES:
        raise SettingsError(f"{path} holds no secret: delete it, and a new one is made")
    return secret


def _make(path: Path) -> None:
    """Write it beside its place and link it there whole, unless another process was first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="ascii") as file:
        file.write(f"{secrets.token_urlsafe(_BYTES)}\n")
    try:
        with suppress(FileExistsError):
            os.link(beside, path)
    finally:
        beside.unlink()


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
