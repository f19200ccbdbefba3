"""What the tests of the bot need: a team's folders with a bot over them, and a simulated Discord around it."""

from __future__ import annotations

import shutil
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import simcord

from askbrief import build
from askbrief.settings import Settings
from bot.app import AskbriefBot
from bot.settings import BotSettings
from tests.conftest import ROOT, SEED
from tests.fakes import HashEncoder, InProcessBuilder

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from askbrief import BuildReport
    from askbrief.inference.encoder import Encoder

HARBOUR = "The harbour of Larkmouth opened in 1904.\n"
QUESTION = "When did the harbour of Larkmouth open?"


@dataclass
class BotWorkspace:
    """seeds/, index/ and state/ of a team, and the bot over them."""

    root: Path
    encoder: Encoder
    reader: bool = True
    """Off where the ranking of answers is not the point: the reader takes most of the time of a question."""

    @property
    def settings(self) -> Settings:
        root = self.root
        return Settings(
            seeds_dir=root / "seeds", index_dir=root / "index", state_dir=root / "state", reader=self.reader
        )

    def write(self, name: str, content: str | bytes) -> None:
        path = self.root / "seeds" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())

    def build(self) -> BuildReport:
        return build(self.settings.seeds_dir, self.settings.index_dir, encoder=self.encoder, settings=self.settings)

    def bot(self, *, builder: Any = None, **bot_settings: Any) -> AskbriefBot:
        """A new bot over these folders; with the hashing encoder it builds in this process."""
        if builder is None and isinstance(self.encoder, HashEncoder):
            builder = InProcessBuilder(self.settings, self.encoder)
        return AskbriefBot(self.settings, BotSettings(**bot_settings), builder=builder, encoder=self.encoder)

    @asynccontextmanager
    async def open(self, **bot_settings: Any) -> AsyncIterator[SimulatedServer]:
        """The bot in a simulated Discord, at a server with one channel, a manager and two members."""
        bot = self.bot(**bot_settings)
        try:
            async with simcord.run(bot, settle_timeout=90) as env:
                yield SimulatedServer(env, bot)
        finally:
            await bot.close()


class SimulatedServer:
    """A server as most teams have it: #intel and #lounge, Mara who manages it, Alice and Bob who ask."""

    def __init__(self, env: simcord.Env, bot: AskbriefBot) -> None:
        self.env = env
        self.bot = bot
        self.guild = env.create_guild(name="Analysts")
        self.intel = self.guild.create_text_channel("intel")
        self.lounge = self.guild.create_text_channel("lounge")
        managers = self.guild.create_role("Managers", permissions=manager_permissions())
        self.mara = self.guild.add_member(env.create_user("mara"), roles=[managers])
        self.alice = self.guild.add_member(env.create_user("alice"))
        self.bob = self.guild.add_member(env.create_user("bob"))

    @property
    def mention(self) -> str:
        assert self.bot.user is not None
        return self.bot.user.mention


def manager_permissions() -> Any:
    import discord

    return discord.Permissions(manage_guild=True)


def components(message: Any) -> list[dict[str, Any]]:
    """Every component of a message, at every level, as Discord was sent it."""
    raw = message.components
    top = [part if isinstance(part, dict) else part.to_dict() for part in raw]
    found: list[dict[str, Any]] = []
    while top:
        part = top.pop(0)
        found.append(part)
        top = [*part.get("components", []), *([part["accessory"]] if part.get("accessory") else []), *top]
    return found


def text(message: Any) -> str:
    """All that a message says, in order."""
    shown_text = [part["content"] for part in components(message) if part.get("type") == 10]
    return "\n".join([message.content, *shown_text] if message.content else shown_text)


def buttons(message: Any) -> dict[str, str]:
    """The custom id of each button by its label or emoji; of several alike, the first."""
    found: dict[str, str] = {}
    for part in components(message):
        if part.get("type") == 2 and part.get("custom_id"):
            found.setdefault(part.get("label") or part["emoji"]["name"], part["custom_id"])
    return found


@pytest.fixture
def seed_workspace(tmp_path: Path, seed_index: Path, encoder: Encoder) -> BotWorkspace:
    """The real seed, indexed with the real model."""
    (tmp_path / "seeds").mkdir()
    shutil.copy(ROOT / "seeds" / SEED, tmp_path / "seeds" / SEED)
    shutil.copytree(seed_index, tmp_path / "index")
    return BotWorkspace(tmp_path, encoder)


@pytest.fixture
def bot_workspace(tmp_path: Path) -> BotWorkspace:
    """Empty folders and the hashing encoder, where the model is not the point."""
    (tmp_path / "seeds").mkdir()
    return BotWorkspace(tmp_path, HashEncoder())


@pytest.fixture
def mill_workspace(bot_workspace: BotWorkspace) -> BotWorkspace:
    """A workspace with one document."""
    bot_workspace.write("mill.txt", "The mill at Oxbow was closed in 1931.\n")
    bot_workspace.build()
    return bot_workspace
