"""Settings of the bot from the environment or `.env`, beside those of the library; its logs and Discord's address."""

from __future__ import annotations

import ipaddress
import logging
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

import discord
import yarl
from discord.gateway import DiscordWebSocket
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from pydantic_settings import SettingsError as MalformedValue

from askbrief.core import logs
from askbrief.errors import SettingsError

EVERYTHING = "*"
"""In place of a collection's name: all of them, also those to come."""
_FORMS = {"guilds": ', such as {"123456789012345678": ["*"]}'}


class BotSettings(BaseSettings):
    """The settings of one run of the bot; immutable."""

    model_config = SettingsConfigDict(env_prefix="ASKBRIEF_", env_file=".env", extra="ignore", frozen=True)

    token: Annotated[SecretStr | None, Field(validation_alias="DISCORD_TOKEN")] = None
    guilds: dict[int, frozenset[str]] | None = None
    """The guilds that are served, and what their admins may give out at the most; None serves any guild everything."""

    admin_channel: int | None = None
    """Where failed builds, and rebuilds nobody asked for, are reported."""

    watch: bool = False
    """Rebuild when files in seeds/ have changed and settled."""

    search_threads: Annotated[int, Field(ge=1, le=64)] = 2
    search_queue: Annotated[int, Field(ge=0)] = 32
    """Questions that may wait for a thread; the next ones are told that the bot is busy."""

    person_per_minute: Annotated[int, Field(ge=1)] = 20
    guild_per_minute: Annotated[int, Field(ge=1)] = 120

    keep_days: Annotated[int, Field(ge=1)] = 365
    """Questions and votes are forgotten after this many days; citation keys never."""

    health_port: Annotated[int | None, Field(ge=0, le=65_535)] = None
    """Serve /healthz and /metrics on this port of 127.0.0.1."""

    log_format: Literal["console", "json"] = "console"
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    discord_api: str | None = None
    """Another address of Discord's API, such as a simulated one; loopback only."""

    @field_validator("discord_api")
    @classmethod
    def _on_this_machine(cls, value: str | None) -> str | None:
        if value is not None and not _is_loopback(value):
            raise ValueError("only an http address of this machine is accepted, such as http://127.0.0.1:8080/api/v10")
        return value

    @classmethod
    def load(cls, **overrides: object) -> Self:
        """Read the settings.

        Raises:
            SettingsError: naming the variable and what it should be; never the value of a secret.
        """
        try:
            return cls(**overrides)  # type: ignore[arg-type]
        except MalformedValue as error:
            field = next((name for name in cls.model_fields if f'"{name}"' in str(error)), "")
            raise SettingsError(f"ASKBRIEF_{field.upper()}: should be JSON{_FORMS.get(field, '')}") from None
        except ValidationError as error:
            first = error.errors()[0]
            name = str(first["loc"][0])
            name = name if name == "DISCORD_TOKEN" else f"ASKBRIEF_{name.upper()}"
            raise SettingsError(f"{name}: {first['msg'].removeprefix('Value error, ').lower()}") from None


def _is_loopback(url: str) -> bool:
    try:
        parts = urlsplit(url)
        usable = parts.scheme == "http" and parts.port != 0
        return usable and ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False


def use_api(base: str) -> None:
    """Send all requests to this address, and connect to the gateway beside it.

    Args:
        base: of the API with its version, such as http://127.0.0.1:8080/api/v10; checked by the settings.
    """
    url = yarl.URL(base.rstrip("/"))
    discord.http.Route.BASE = str(url)
    DiscordWebSocket.DEFAULT_GATEWAY = url.with_scheme("ws").with_path("/gateway")


def set_up(settings: BotSettings) -> None:
    """Send all logs, also those of discord.py and Python's warnings, one way."""
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    logs.set_up(level=level, as_json=settings.log_format == "json")
    logging.captureWarnings(capture=True)
