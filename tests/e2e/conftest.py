"""The bot as a person starts it: folders, settings, a process, and a served Discord with a team in it."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import aiohttp
import discord
import pytest

from tests.bot.conftest import text
from tests.conftest import ROOT, SEED
from tests.e2e.shell import Shell
from tests.simulated.wire_process import BotProcess

if TYPE_CHECKING:
    from pathlib import Path

    from simcord import ChannelHandle, MemberActor
    from simcord.results import InteractionResult

    from tests.simulated.wire import WireDiscord

START = (sys.executable, "-m", "bot")
COMMAND_LINE = (sys.executable, "-m", "askbrief")


@dataclass
class Premises:
    """A folder with seeds/ and the index of them, and what the bot is told by the environment."""

    root: Path
    settings: dict[str, str] = field(default_factory=dict)

    @classmethod
    def furnish(cls, root: Path, index: Path | None = None) -> Premises:
        """Put the seed there, and a copy of its index if there is one."""
        (root / "seeds").mkdir()
        shutil.copy(ROOT / "seeds" / SEED, root / "seeds" / SEED)
        if index is not None:
            shutil.copytree(index, root / "index")
        folders = {f"ASKBRIEF_{name.upper()}_DIR": str(root / name) for name in ("seeds", "index", "state")}
        return cls(root, folders)

    def write(self, name: str, content: str) -> None:
        path = self.root / "seeds" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")

    def environment(self, **settings: str | None) -> dict[str, str | None]:
        """These settings, and none that the person who runs the tests has."""
        foreign = {name: None for name in os.environ if name.startswith("ASKBRIEF_")}
        return {**foreign, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'src'}", **self.settings, **settings}

    def bot(self, world: WireDiscord, *arguments: str, token: str | None = None, **settings: str | None) -> BotProcess:
        """`askbrief-bot`, started in this folder; a setting that is None is not in the environment."""
        served = {"ASKBRIEF_DISCORD_API": world.api}
        environment = self.environment(**{**served, **settings})
        return BotProcess(world, *START, *arguments, cwd=self.root, env=environment, token=token)

    def run(self, world: WireDiscord, *arguments: str) -> BotProcess:
        """`askbrief`, the command line, in the same folders."""
        return BotProcess(world, *COMMAND_LINE, *arguments, cwd=self.root, env=self.environment(DISCORD_TOKEN=None))


class Team:
    """A server: #intel and #lounge, #desk for news of the bot, Mara who manages it, Alice and Bob who ask."""

    def __init__(self, world: WireDiscord) -> None:
        self.world = world
        self.guild = world.create_guild(name="Analysts")
        self.intel = self.guild.create_text_channel("intel")
        self.desk = self.guild.create_text_channel("desk")
        managers = self.guild.create_role("Managers", permissions=discord.Permissions(manage_guild=True))
        self.mara = self.guild.add_member(world.create_user("mara"), roles=[managers])
        self.alice = self.guild.add_member(world.create_user("alice"))
        self.bob = self.guild.add_member(world.create_user("bob"))

    async def told(self, channel: ChannelHandle, words: str) -> str:
        """Wait until the bot has said these words in a channel, and give all of that message."""

        def said() -> str:
            return next((all_of_it for one in self.world.said(channel) if words in (all_of_it := text(one))), "")

        return await self.world.wait_for(said, what=f"{words!r} in #{channel.name}")

    async def shown(self, result: InteractionResult, words: str) -> str:
        """Wait until the answer to an interaction says these words, and give all of it."""

        def said() -> str:
            all_of_it = text(result.response) if result.response else ""
            return all_of_it if words in all_of_it else ""

        return await self.world.wait_for(said, what=f"{words!r} in the answer")


async def ask(member: MemberActor, channel: ChannelHandle, question: str, **options: Any) -> str:
    """Use /ask, and give all that the answer says."""
    return text((await member.slash(channel, "ask", question=question, **options)).response)


def log_lines(output: str) -> list[dict[str, Any]]:
    """What was logged as JSON; every line must be that."""
    return [json.loads(line) for line in output.splitlines()]


async def health_address(bot: BotProcess) -> str:
    """Where /healthz and /metrics are, as the log says."""
    await bot.wrote("http://127.0.0.1:")
    found = re.search(r"http://127\.0\.0\.1:\d+", bot.output)
    assert found is not None
    return found[0]


async def figures(address: str) -> dict[str, float]:
    """What /metrics says, by name and labels."""
    async with aiohttp.ClientSession() as client, client.get(f"{address}/metrics") as page:
        lines = (await page.text()).splitlines()
    return {name: float(value) for name, _, value in (one.rpartition(" ") for one in lines if one[0] != "#")}


@pytest.fixture
def premises(tmp_path: Path, seed_index: Path) -> Premises:
    """The real seed, indexed with the real model."""
    return Premises.furnish(tmp_path, seed_index)


@pytest.fixture
def shell(
    seed_index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Shell:
    """A place with the seed and its index; ASKBRIEF_* point at it."""
    shutil.copytree(seed_index, tmp_path / "index")
    (tmp_path / "seeds").mkdir()
    shutil.copy2(ROOT / "seeds" / SEED, tmp_path / "seeds")
    for name in ("seeds", "index", "state"):
        monkeypatch.setenv(f"ASKBRIEF_{name.upper()}_DIR", str(tmp_path / name))
    monkeypatch.setenv("COLUMNS", "80")
    return Shell(tmp_path, capsys)
