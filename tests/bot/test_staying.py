"""Discord is away: the bot tries again for ever, says so rarely, and its health follows the gateway."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aiohttp
import discord
import pytest
import structlog
from structlog.testing import capture_logs

from bot.staying import FIRST_DELAY, GONE_SECONDS, LONGEST_DELAY, SILENT_SECONDS, GatewayState, until_it_works

if TYPE_CHECKING:
    from collections.abc import Iterator


class Time:
    """A clock that moves only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept.append(seconds)


class Reply:
    """As much of an HTTP response as discord.py's errors read."""

    def __init__(self, status: int) -> None:
        self.status, self.reason = status, "of the test"


def refusal(status: int) -> discord.HTTPException:
    response: Any = Reply(status)
    return discord.HTTPException(response, "of the test")


@pytest.fixture(autouse=True)
def default_logs() -> Iterator[None]:
    """Loggers that an earlier test has cached would not be captured."""
    structlog.reset_defaults()
    yield
    structlog.reset_defaults()


async def fail(times: int, error: Exception, time: Time) -> list[Any]:
    """Fail so often, then succeed; return what was logged."""
    left = iter(range(times))

    async def attempt() -> None:
        if next(left, None) is not None:
            raise error

    with capture_logs() as lines:
        await until_it_works("logging in", attempt, sleep=time.sleep, clock=time)
    return lines


@pytest.mark.parametrize(
    "error", [refusal(503), refusal(429), aiohttp.ClientError(), ConnectionResetError(), TimeoutError()]
)
async def test_what_may_pass_is_tried_again_with_growing_delays_up_to_a_minute(error: Exception) -> None:
    time = Time()
    await fail(200, error, time)
    assert len(time.slept) == 200
    assert time.slept[0] <= FIRST_DELAY
    assert all(0.75 * LONGEST_DELAY <= delay <= LONGEST_DELAY for delay in time.slept[6:])


async def test_it_is_said_at_once_and_then_at_most_once_a_minute() -> None:
    time = Time()
    lines = await fail(100, refusal(503), time)
    assert 1 < len(lines) <= time.now / LONGEST_DELAY + 1
    first = lines[0]
    assert (first["event"], first["log_level"], first["doing"]) == ("discord-away", "warning", "logging in")
    assert (first["error"], first["status"]) == ("HTTPException", 503)


@pytest.mark.parametrize("error", [refusal(401), refusal(403), discord.LoginFailure("no"), PermissionError("state")])
async def test_what_waiting_cannot_help_is_final(error: Exception) -> None:
    time = Time()
    with pytest.raises(type(error)):
        await fail(1, error, time)
    assert time.slept == []


def test_health_follows_the_gateway_and_forgives_a_short_loss() -> None:
    time = Time()
    gateway = GatewayState(time)
    assert not gateway.is_healthy
    gateway.connected()
    assert (gateway.is_up, gateway.is_healthy) == (True, True)
    gateway.lost()
    assert (gateway.is_up, gateway.is_healthy) == (False, True)
    time.now += GONE_SECONDS - 1
    gateway.lost()  # another failure to reconnect
    assert gateway.is_healthy
    time.now += 1
    assert not gateway.is_healthy
    gateway.connected()
    assert gateway.is_healthy


def test_a_connection_from_which_nothing_comes_is_unhealthy() -> None:
    time = Time()
    gateway = GatewayState(time)
    gateway.connected()
    time.now += SILENT_SECONDS - 1
    gateway.heard()
    time.now += SILENT_SECONDS - 1
    assert gateway.is_healthy
    time.now += 1
    assert (gateway.is_up, gateway.is_healthy) == (False, False)
