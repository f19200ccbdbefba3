"""Settings of the bot, from the environment or `.env`; those of the library are separate."""

from __future__ import annotations

import ipaddress
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from pydantic_settings import SettingsError as MalformedValue

from askbrief.errors import SettingsError

EVERYTHING = "*"
"""In place of a collection's name: all collections, present and future."""
_EXAMPLES = {"guilds": ', such as {"123456789012345678": ["*"]}'}


class BotSettings(BaseSettings):
    """The settings of one run of the bot; immutable."""

    model_config = SettingsConfigDict(env_prefix="ASKBRIEF_", env_file=".env", extra="ignore", frozen=True)

    token: Annotated[SecretStr | None, Field(validation_alias="DISCORD_TOKEN")] = None
    guilds: dict[int, frozenset[str]] | None = None
    """The served guilds, each with the collections that it may see at most; None serves every guild everything."""

    admin_channel: int | None = None
    """The channel that gets reports of failed builds and of automatic rebuilds."""

    watch: bool = False
    """Rebuild when files in seeds/ have changed and then stayed the same for a moment."""

    search_threads: Annotated[int, Field(ge=1, le=64)] = 2
    search_queue: Annotated[int, Field(ge=0)] = 32
    """Questions that may wait for a thread; further ones are refused because the bot is busy."""

    person_per_minute: Annotated[int, Field(ge=1)] = 20
    guild_per_minute: Annotated[int, Field(ge=1)] = 120

    keep_days: Annotated[int, Field(ge=1)] = 365
    """Questions and votes are deleted after this many days; citation keys never."""

    health_port: Annotated[int | None, Field(ge=0, le=65_535)] = None
    """Serve /healthz and /metrics on this port of 127.0.0.1."""

    log_format: Literal["console", "json"] = "console"
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    discord_api: str | None = None
    """Another address of Discord's API, such as a simulation; loopback only."""

    @field_validator("discord_api")
    @classmethod
    def _check_loopback(cls, value: str | None) -> str | None:
        if value is not None and not _is_loopback(value):
            raise ValueError("only an http address of this machine is accepted, such as http://127.0.0.1:8080/api/v10")
        return value

    @classmethod
    def load(cls, **overrides: object) -> Self:
        """Read the settings.

        Raises:
            SettingsError: a value is wrong. It names the variable and what is expected, never a secret value.
        """
        try:
            return cls(**overrides)  # type: ignore[arg-type]
        except MalformedValue as error:
            field = next((name for name in cls.model_fields if f'"{name}"' in str(error)), "")
            raise SettingsError(f"ASKBRIEF_{field.upper()}: should be JSON{_EXAMPLES.get(field, '')}") from None
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
