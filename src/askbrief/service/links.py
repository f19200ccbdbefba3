"""Addresses of the web page: of citations, documents and originals, and links that open without logging in.

The page uses paths (`/c/KEY`); the bot uses whole URLs that carry a signed right.
"""

from __future__ import annotations

import datetime as dt
import os
import secrets
import stat
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote, urlencode

from itsdangerous import BadData, URLSafeSerializer

from askbrief.citations.styles import permalink
from askbrief.core.text import pattern
from askbrief.errors import SettingsError, in_words
from askbrief.records import Metadata, Scope

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from askbrief.settings import Settings

HERE = "here"
"""The fragment of the passage that a page is about."""
_WEB_PAGE = pattern(r"https?://[\p{L}\p{N}.-]+(?::\d{1,5})?(?:[/?#][^\s\p{Cc}\\<>\"]*)?")
_MAX_URL_CHARS = 2_000
_WHOLE_WORDS = 8
"""A text fragment with more words than this holds only the first and last few."""
_END_WORDS = 4


def citation_path(key: str, query: Mapping[str, str] | None = None) -> str:
    """Return the permanent path of a citation, with the question that the reader came from.

    >>> citation_path("größe-k7f3qa", {"q": "how large?"})
    '/c/gr%C3%B6%C3%9Fe-k7f3qa?q=how+large%3F#here'
    """
    return f"{permalink('', key)}{_query(query)}#{HERE}"


def document_path(doc_id: str, **values: str | int) -> str:
    """Return a document's path; empty values are left out.

    >>> document_path("mail.eml/a b.pdf", find="x")
    '/d/mail.eml/a%20b.pdf?find=x'
    """
    return f"/d/{quote(doc_id)}{_query({name: str(value) for name, value in values.items() if value != ''})}"


def original_path(doc_id: str, page: int | None = None) -> str:
    """Return the path of the file that a document was read from, opened at a page."""
    return f"/original/{quote(doc_id)}{f'#page={page}' if page else ''}"


def _query(values: Mapping[str, str] | None) -> str:
    return f"?{urlencode(values)}" if values else ""


def web_page(url: str | None) -> str | None:
    """Return a document's own address if it is that of a web page, and safe to link to."""
    return url if url and len(url) <= _MAX_URL_CHARS and _WEB_PAGE.fullmatch(url) else None


def text_fragment(url: str, words: str) -> str:
    """Return the address of a web page, opened at some of its words (URL fragment text directive, W3C).

    >>> text_fragment("https://x.test/a#b", "well-known, really")
    'https://x.test/a#b:~:text=well%2Dknown%2C%20really'
    """
    split = words.split()
    if not split:
        return url
    if len(split) <= _WHOLE_WORDS and "\n" not in words.strip():
        directive = _encoded(split)
    else:
        directive = f"{_encoded(split[:_END_WORDS])},{_encoded(split[-_END_WORDS:])}"
    return f"{url}{'' if '#' in url else '#'}:~:text={directive}"


def _encoded(words: list[str]) -> str:
    return quote(" ".join(words), safe="").replace("-", "%2D")


MAX_LINK_CHARS = 512
"""Discord's limit for the URL of a button."""
LINK_PARAMETER = "t"
"""The query parameter that holds a signed right."""
_DAY_SECONDS = 86_400
_SALT = "askbrief.link"


@dataclass(frozen=True, slots=True)
class LinkRight:
    """What the holder of a link may see, and until when (seconds since 1970)."""

    scope: Scope
    until: int


class LinkSigner:
    """Writes rights as signed text for an address or a cookie, and reads them."""

    def __init__(self, secret: str) -> None:
        self._serializer = URLSafeSerializer(secret, salt=_SALT)

    def sign(self, right: LinkRight) -> str:
        """Return a right as signed text."""
        scope = right.scope
        fields = {
            "e": right.until,
            "c": None if scope.collections is None else sorted(scope.collections),
            "d": None if scope.documents is None else sorted(scope.documents),
            "s": scope.since and scope.since.isoformat(),
            "u": scope.until and scope.until.isoformat(),
        }
        return str(self._serializer.dumps({name: value for name, value in fields.items() if value is not None}))

    def read(self, text: str) -> LinkRight | None:
        """Return the right in a signed text; None if the signature is wrong or the right has expired."""
        try:
            fields = self._serializer.loads(text)
            right = LinkRight(_scope(fields), int(fields["e"]))
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


class Links:
    """Makes links to citations that open without logging in."""

    def __init__(self, url: str, secret: str, days: float) -> None:
        self._url = url
        self._signer = LinkSigner(secret)
        self._seconds = int(days * _DAY_SECONDS)

    @classmethod
    def of(cls, settings: Settings) -> Self | None:
        """Return the links of the settings, or None if they have no ASKBRIEF_URL.

        Raises:
            SettingsError: the secret cannot be read or created.
        """
        if settings.url is None:
            return None
        return cls(settings.url, signing_secret(settings.state_dir), settings.link_days)

    def to(self, key: str, doc_id: str, scope: Scope) -> str | None:
        """Return the link to a citation for those who may see a scope.

        If that is longer than Discord accepts, the scope is narrowed to the document; None if it is still too long.
        """
        until = int(time.time()) + self._seconds
        for narrowed in (scope, *_of_document(doc_id, scope)):
            right = self._signer.sign(LinkRight(narrowed, until))
            link = f"{permalink(self._url, key)}?{LINK_PARAMETER}={right}"
            if len(link) <= MAX_LINK_CHARS:
                return link
        return None


def _of_document(doc_id: str, scope: Scope) -> tuple[Scope, ...]:
    """Return the part of a scope that is one document, if the scope admits it."""
    if not replace(scope, since=None, until=None).admits(doc_id, Metadata()):
        return ()
    return (replace(scope, collections=None, documents=frozenset({doc_id})),)


_SECRET_BYTES = 32
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def signing_secret(state: Path) -> str:
    """Return the secret that signs links and logins; create it on first use. Processes may race: one creates it.

    Raises:
        SettingsError: it cannot be read or created, or users other than its owner can read it.
    """
    path = state / "web.secret"
    try:
        if not path.exists():
            _create(path)
        if path.stat().st_mode & _OTHERS:
            raise SettingsError(f"others than its owner can reach {path}: chmod 600 it, or delete it to make a new one")
        secret = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"the secret for links in {path} cannot be read or created ({in_words(error)}): correct its permissions, "
            "or set ASKBRIEF_STATE_DIR to a folder that can be written"
        ) from error
    if len(secret) < _SECRET_BYTES:
        raise SettingsError(f"{path} holds no secret: delete it, and a new one is made")
    return secret


def _create(path: Path) -> None:
    """Write a new secret to a temporary file, then hard-link it into place unless another process was first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="ascii") as file:
        file.write(f"{secrets.token_urlsafe(_SECRET_BYTES)}\n")
    try:
        with suppress(FileExistsError):
            os.link(temporary, path)
    finally:
        temporary.unlink()
