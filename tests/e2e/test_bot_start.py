"""`askbrief-bot` from start to end: what keeps it from starting, what a start does, and how it leaves."""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING

import aiohttp
import pytest

from tests.bot.conftest import text
from tests.conftest import TTP_QUESTION
from tests.e2e.conftest import Premises, Team, ask, figures, health_address
from tests.simulated.wire import WireDiscord

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from tests.simulated.recording import Recorder
    from tests.simulated.wire_process import BotProcess
    from tests.simulated.wire_requests import Refusal

DISALLOWED_INTENTS = 4014
STRONG_ANSWER = "3,000 to 4,000 fighters"
NOBODY_THERE = "http://127.0.0.1:9/api/v10"


@pytest.fixture
async def world() -> AsyncIterator[WireDiscord]:
    async with WireDiscord() as served:
        yield served


@pytest.fixture(autouse=True)
def checked(world: WireDiscord, api_requests: Recorder) -> Iterator[None]:
    """All that the bot sends is held against Discord's own description."""
    yield
    world.hand_over(api_requests.record)


@pytest.fixture
def team(world: WireDiscord) -> Team:
    return Team(world)


@pytest.fixture
def bare(tmp_path: Path) -> Premises:
    """Documents, and no index of them."""
    return Premises.furnish(tmp_path)


async def one_line(process: BotProcess) -> str:
    """What a bot that could not start says; it must be one line, with exit code 2, and without the token."""
    async with process as bot:
        assert await bot.wait() == 2
    assert bot.output.startswith("askbrief-bot: ")
    assert bot.output.count("\n") == 1
    assert "Traceback" not in bot.output
    return bot.output


# ------------------------------------------------------------------------------ what keeps it from starting


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"DISCORD_TOKEN": None}, "DISCORD_TOKEN is not set"),
        ({"DISCORD_TOKEN": "  "}, "DISCORD_TOKEN is not set"),
        ({"ASKBRIEF_DISCORD_API": "http://example.org/api/v10"}, "ASKBRIEF_DISCORD_API: only an http address of this"),
        ({"ASKBRIEF_HEALTH_PORT": "none"}, "ASKBRIEF_HEALTH_PORT: input should be a valid integer"),
        ({"ASKBRIEF_MAX_RESULTS": "0"}, "ASKBRIEF_MAX_RESULTS is '0'"),
    ],
)
async def test_a_setting_that_is_missing_or_wrong_is_named(
    world: WireDiscord, bare: Premises, settings: dict[str, str | None], words: str
) -> None:
    assert words in await one_line(bare.bot(world, **settings))
    assert world.requests == []


async def test_a_discord_that_cannot_be_reached_is_said_so(world: WireDiscord, bare: Premises) -> None:
    assert "Discord cannot be reached" in await one_line(bare.bot(world, "sync", ASKBRIEF_DISCORD_API=NOBODY_THERE))


async def test_commands_that_discord_refuses_are_said_so(world: WireDiscord, bare: Premises) -> None:
    world.refuse("PUT", "/applications/*/commands", status=403, body={"code": 50001, "message": "Missing Access"})
    assert "403 Forbidden (error code: 50001): Missing Access" in await one_line(bare.bot(world, "sync"))


async def test_a_wrong_token_is_said_so_and_not_shown(world: WireDiscord, premises: Premises) -> None:
    said = await one_line(premises.bot(world, token="wrong.token.indeed"))  # noqa: S106
    assert "Discord refuses DISCORD_TOKEN" in said
    assert "wrong.token" not in said


async def test_a_missing_index_is_said_so_before_discord_is_asked(world: WireDiscord, bare: Premises) -> None:
    assert "askbrief build" in await one_line(bare.bot(world))
    assert world.requests == []


async def test_a_health_port_that_is_taken_is_said_so(world: WireDiscord, premises: Premises) -> None:
    taken = world.api.split("/")[2].rpartition(":")[2]
    async with premises.bot(world, ASKBRIEF_HEALTH_PORT=taken) as bot:
        assert await bot.wait() == 2
    said = bot.output.splitlines()[-1]
    assert said.startswith(f"askbrief-bot: ASKBRIEF_HEALTH_PORT is {taken}: ")
    assert "in use" in said
    assert "Traceback" not in bot.output


# ------------------------------------------------------------------------------------ a start, and an end


async def test_a_life_from_the_env_file_to_sigterm_and_a_second_start(
    world: WireDiscord, team: Team, premises: Premises
) -> None:
    """Settings from .env; not ready before Discord is; SIGTERM finishes an answer; a second start syncs nothing."""
    dotenv = {**premises.settings, "ASKBRIEF_DISCORD_API": world.api, "ASKBRIEF_HEALTH_PORT": "0"}
    lines = [f"{name}={value}" for name, value in {**dotenv, "DISCORD_TOKEN": world.token}.items()]
    (premises.root / ".env").write_text("\n".join(lines), encoding="utf-8")
    untold: dict[str, str | None] = dict.fromkeys([*dotenv, "DISCORD_TOKEN"])
    world.gateway.admits.clear()
    async with premises.bot(world, **untold) as bot:
        await becomes_ready(world, bot)
        await leaves_with_the_answer(world, team, bot)
    assert world.token not in bot.output
    world.gateway.closes_with = DISALLOWED_INTENTS
    async with premises.bot(world, **untold) as again:
        assert await again.wait() == 2
    assert again.output.splitlines()[-1].startswith("askbrief-bot: Discord refuses the intents")
    assert again.output.count("askbrief-bot: ") == 1
    assert "Traceback" not in again.output
    assert len(world.requested("PUT", "/applications/*/commands")) == 1


async def becomes_ready(world: WireDiscord, bot: BotProcess) -> None:
    """It loads first, then tells Discord that it is there, and is ready when Discord says so."""
    address = await health_address(bot)
    assert (await figures(address))["askbrief_index_passages"] == 15
    async with aiohttp.ClientSession() as client:
        async with client.get(f"{address}/healthz") as page:
            assert (page.status, await page.text()) == (503, "not ready\n")
        assert " ready " not in bot.output
        world.gateway.admits.set()
        await bot.wrote(" ready ")
        async with client.get(f"{address}/healthz") as page:
            assert (page.status, await page.text()) == (200, "ready\n")


async def test_a_discord_that_is_away_at_the_start_is_waited_for(
    world: WireDiscord, team: Team, premises: Premises
) -> None:
    """Neither the login nor the registration of commands ends the bot; it answers before the commands are there."""
    logins = world.refuse("GET", "/users/@me", status=503)
    applications = world.refuse("GET", "/oauth2/applications/@me", status=503, times=None)
    syncs = world.refuse("PUT", "/applications/*/commands", status=503, times=None)
    async with premises.bot(world, ASKBRIEF_HEALTH_PORT="0") as bot:
        address = await health_address(bot)
        await bot.wrote("discord-away")
        async with aiohttp.ClientSession() as client:
            for path in ("healthz", "readyz"):
                async with client.get(f"{address}/{path}") as page:
                    assert page.status == 503
        applications.times = applications.used
        await bot.ready()
        asked = await team.alice.send(team.intel, f"{world.mention} {TTP_QUESTION}")
        assert STRONG_ANSWER in text(await world.reply_to(asked)).replace("__", "")
        assert (logins.used, syncs.used > 0) == (1, True)
        syncs.times = syncs.used
        await bot.wrote("commands-synced")
        assert bot.output.count("doing=logging in") + bot.output.count("doing='logging in'") == 1
    assert "Traceback" not in bot.output
    assert "Unclosed" not in bot.output


async def test_readiness_follows_a_lost_gateway_at_once(world: WireDiscord, premises: Premises) -> None:
    """/healthz still forgives it, since a connection is usually resumed in a moment."""
    async with premises.bot(world, ASKBRIEF_HEALTH_PORT="0") as bot:
        address = await health_address(bot)
        await bot.wrote(" ready ")
        world.gateway.is_away = True
        await world.cut_gateway()
        await bot.wrote("Attempting a reconnect")
        async with aiohttp.ClientSession() as client:
            async with client.get(f"{address}/readyz") as page:
                assert page.status == 503
            async with client.get(f"{address}/healthz") as page:
                assert page.status == 200


async def held_back(world: WireDiscord, team: Team) -> tuple[Refusal, asyncio.Task[str]]:
    """A question whose answer Discord turns away (429, and again each time it is tried) until told otherwise."""
    held = world.refuse("PATCH", "/webhooks/*", status=429, times=None, retry_after=3)
    asked = asyncio.create_task(ask(team.alice, team.intel, TTP_QUESTION))
    await world.wait_for(lambda: held.used)
    return held, asked


async def leaves_with_the_answer(world: WireDiscord, team: Team, bot: BotProcess) -> None:
    """Told to leave while an answer is held back: it is given, who asks meanwhile is told, and the bot is gone."""
    held, asked = await held_back(world, team)
    bot.process.send_signal(signal.SIGTERM)
    await bot.wrote("leaving")
    late = await team.bob.slash(team.intel, "ask", question=TTP_QUESTION)
    assert late.ephemeral
    assert "I am restarting" in text(late.response)
    mentioned = await team.bob.send(team.intel, f"{world.mention} {TTP_QUESTION}")
    assert "I am restarting" in text(await world.reply_to(mentioned))
    assert not asked.done()
    held.times = held.used
    assert STRONG_ANSWER in (await asked).replace("__", "")  # underlined, where it is in its passage alone
    assert await bot.wait() == 0
    assert not world.connected.is_set()


async def test_told_to_leave_while_it_loads_it_leaves(world: WireDiscord, premises: Premises) -> None:
    async with premises.bot(world, ASKBRIEF_LOG_LEVEL="debug") as bot:
        await bot.wrote("loading")
        bot.process.send_signal(signal.SIGTERM)
        assert await bot.wait() == 0
    assert world.requests == []


# ---------------------------------------------------------------------------------------------- watching


async def test_a_watching_bot_builds_new_files_in_and_reports_them(
    world: WireDiscord, team: Team, premises: Premises
) -> None:
    """After `askbrief-bot sync` a start syncs nothing; files are found once settled; SIGINT leaves like SIGTERM."""
    async with premises.bot(world, "sync") as syncing:
        assert await syncing.wait() == 0
    assert syncing.output.endswith("\naskbrief-bot: the commands are registered\n")
    watching = {"ASKBRIEF_WATCH": "true", "ASKBRIEF_ADMIN_CHANNEL": str(team.desk.id)}
    async with premises.bot(world, **watching) as bot:
        await bot.wrote(" ready ")
        question = "Who painted the lighthouse of Skerry Point?"
        assert "Ilse Brandt" not in await ask(team.alice, team.intel, question)
        premises.write("lighthouse.txt", "The lighthouse of Skerry Point was last painted by Ilse Brandt in 2019.\n")
        premises.write("broken.pdf", "No PDF.\n")
        report = await team.told(team.desk, "The index is rebuilt")
        assert "lighthouse.txt" in report
        assert "**Failed** (1)\n- broken.pdf: " in report
        assert "Ilse Brandt" in await ask(team.alice, team.intel, question)
        assert len(world.requested("PUT", "/applications/*/commands")) == 1
        await leaves_though_discord_is_away(world, team, bot)


async def leaves_though_discord_is_away(world: WireDiscord, team: Team, bot: BotProcess) -> None:
    """The gateway is gone, the bot waits to try again, an answer is held back: SIGINT still ends it in good order."""
    held, asked = await held_back(world, team)
    world.gateway.is_away = True
    await world.cut_gateway()
    await bot.wrote("Attempting a reconnect")
    bot.process.send_signal(signal.SIGINT)
    await bot.wrote("leaving")
    assert not asked.done()
    held.times = held.used
    assert STRONG_ANSWER in (await asked).replace("__", "")  # underlined, where it is in its passage alone
    assert await bot.wait() == 0
