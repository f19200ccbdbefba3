"""Every failure as a sentence for a person, with an id that is in the log beside the rest."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import discord
import structlog
from discord import app_commands

from askbrief.errors import BuildError, CitationUnknown, InputError
from bot.discord_io.markup import inert_line, inert_sentence

if TYPE_CHECKING:
    from bot.discord_io.language import Words

UNKNOWN_INTERACTION, ALREADY_ACKNOWLEDGED = 10062, 40060
MISSING_ACCESS, MISSING_PERMISSION, CANNOT_DM = 50001, 50013, 50007
_LONGEST = 600

log = structlog.get_logger("askbrief.bot")


class Refusal(Exception):
    """Something that a person may not do or cannot do now; `message` is its name in the language files."""

    def __init__(self, message: str, **values: str | float) -> None:
        """Name the message and fill its places."""
        super().__init__(message)
        self.message = message
        self.values = values


def new_id() -> str:
    """A short id for one question or failure."""
    return secrets.token_hex(4)


def report(error: BaseException, words: Words, error_id: str) -> str | None:
    """Log an error, and say what the person is told.

    Returns:
        A sentence with the id, or None where nobody can be told: the interaction is gone.
    """
    error = _cause(error)
    sentence, foreseen = _sentence(error, words)
    if foreseen:
        log.info("refused", error_id=error_id, error=type(error).__name__, code=getattr(error, "code", None))
    else:
        log.error("failed", error_id=error_id, error=type(error).__name__, exc_info=error)
    if isinstance(error, discord.HTTPException) and error.code == UNKNOWN_INTERACTION:
        return None
    return words("error-id", sentence=sentence, id=error_id)


def _cause(error: BaseException) -> BaseException:
    """What lies under the wrapping of discord.py."""
    while isinstance(error, app_commands.CommandInvokeError | app_commands.TransformerError) and error.__cause__:
        error = error.__cause__
    return getattr(error, "original", error)


def _sentence(error: BaseException, words: Words) -> tuple[str, bool]:  # noqa: PLR0911 - one for each kind
    """What to say, and whether it was foreseen."""
    match error:
        case Refusal():
            values = {n: inert_line(v, 100) if isinstance(v, str) else v for n, v in error.values.items()}
            return words(error.message, **values), True
        case InputError() | CitationUnknown() | BuildError():  # the others speak of the machine, to its keeper
            return inert_sentence(str(error), _LONGEST), True
        case app_commands.MissingPermissions():
            return words("error-manager-only"), True
        case app_commands.NoPrivateMessage():
            return words("error-server-only"), True
        case discord.HTTPException(code=code) if code in {MISSING_ACCESS, MISSING_PERMISSION}:
            return words("error-discord-permission"), True
        case discord.HTTPException():
            return words("error-discord"), False
        case _:
            return words("error-unexpected"), False
