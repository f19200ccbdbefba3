"""The secret that signs links and logins: made once, kept in the state folder, read by nobody else."""

from __future__ import annotations

import os
import secrets
import stat
from contextlib import suppress
from typing import TYPE_CHECKING

from askbrief.errors import SettingsError, in_words

if TYPE_CHECKING:
    from pathlib import Path

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
