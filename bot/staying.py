"""Staying up while Discord is not: trying again for ever, and knowing whether the gateway is there."""

from __future__ import annotations

import asyncio
import random
import socket
import time
from typing import TYPE_CHECKING

import aiohttp
import discord
import structlog

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

FIRST_DELAY = 1.0
LONGEST_DELAY = 60.0
"""Seconds between two attempts: the delay doubles from the first to the longest."""
GONE_SECONDS = 30.0
"""A gateway that was lost this long ago is unhealthy; a resumed connection usually takes a few seconds."""
SILENT_SECONDS = 90.0
"""So is one from which nothing came: Discord acknowledges a heartbeat every 41 seconds."""
_TOO_MANY = 429
_SERVER_ERROR = 500
log = structlog.get_logger("askbrief.bot")


def may_pass(error: BaseException) -> bool:
    """Say whether an error comes from the network or from Discord's state, so that waiting can help."""
    if isinstance(error, discord.HTTPException):
        return error.status == _TOO_MANY or error.status >= _SERVER_ERROR
    # not every OSError: a folder that cannot be written stays like that
    network = aiohttp.ClientError | ConnectionError | TimeoutError | socket.gaierror
    return isinstance(error, network | discord.RateLimited | discord.GatewayNotFound)


async def until_it_works(
    what: str,
    attempt: Callable[[], Awaitable[None]],
    *,
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Repeat an attempt until it succeeds, with growing delays, and log the reason at most once a minute.

    Raises:
        Exception: an error of the attempt that waiting cannot help, such as a token that Discord refuses.
    """
    delay, told = FIRST_DELAY, float("-inf")
    while True:
        try:
            await attempt()
        except Exception as error:
            if not may_pass(error):
                raise
            if clock() - told >= LONGEST_DELAY:
                told = clock()
                status = getattr(error, "status", None)
                log.warning("discord-away", doing=what, error=type(error).__name__, status=status)
            await sleep(delay * random.uniform(0.75, 1))  # bots that lost Discord together come back apart
            delay = min(2 * delay, LONGEST_DELAY)
        else:
            return


class GatewayState:
    """Whether the bot's connection to Discord's gateway is up, and since when it is not."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._is_up = False
        self._lost_at = float("-inf")
        self._heard_at: float | None = None

    def connected(self) -> None:
        self._is_up = True
        self.heard()

    def lost(self) -> None:
        """Note that the connection broke; a further failure to reconnect does not start the time again."""
        if self._is_up:
            self._is_up = False
            self._lost_at = self._clock()

    def heard(self) -> None:
        """Note that something came from Discord, such as an event or the acknowledgement of a heartbeat."""
        self._heard_at = self._clock()

    @property
    def silence(self) -> float:
        """Seconds since anything came from Discord; infinite if nothing ever did."""
        return float("inf") if self._heard_at is None else self._clock() - self._heard_at

    @property
    def is_up(self) -> bool:
        """Whether the bot hears from Discord now."""
        return self._is_up and self.silence < SILENT_SECONDS

    @property
    def is_healthy(self) -> bool:
        """Whether it is up, or was lost only a moment ago."""
        return self.is_up or (not self._is_up and self._clock() - self._lost_at < GONE_SECONDS)
