"""Building when files have changed."""

from __future__ import annotations

import asyncio
import sys
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

from tests.bot.conftest import text
from tests.fakes import InProcessBuilder

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    import pytest
    import simcord

    from tests.bot.conftest import BotWorkspace, SimulatedServer

HARBOUR = "The harbour of Larkmouth opened in 1904 and was dredged again in 1951.\n"


@asynccontextmanager
async def watching(server: SimulatedServer, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[simcord.ChannelHandle]:
    """The watch with the real clock, since files change in real time; gives the channel where it tells the admins."""
    cog: Any = server.bot.get_cog("IndexingCog")
    monkeypatch.setattr(sys.modules[cog.__module__], "SETTLE_MS", 100)
    admins = server.guild.create_text_channel("admins")
    object.__setattr__(server.bot.bot_settings, "admin_channel", admins.id)
    watch = asyncio.create_task(cog.watch())
    try:
        yield admins
    finally:
        watch.cancel()
        with suppress(asyncio.CancelledError):
            await watch


async def admin_message(admins: simcord.ChannelHandle, what: str, touch: Callable[[], None]) -> str:
    """What the admins are told that has `what` in it; files are touched until the watch, once it stands, sees it."""
    async with asyncio.timeout(90):
        while True:
            touch()
            await asyncio.sleep(1)
            for message in admins.history():
                if what in text(message):
                    return text(message)


async def test_files_that_change_are_built_in_and_the_admins_hear_of_it(
    mill_workspace: BotWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with mill_workspace.open() as server:
        async with watching(server, monkeypatch) as admins:
            report = await admin_message(
                admins, "larkmouth", lambda: mill_workspace.write("ports/larkmouth.txt", HARBOUR)
            )
        assert "The index is rebuilt" in report
        assert "**Added** (1)\n- ports/larkmouth.txt" in report
        assert "1904" in text(
            (await server.alice.slash(server.intel, "ask", question="When did the harbour open?")).response
        )


async def test_the_watch_goes_on_after_a_build_that_failed(
    mill_workspace: BotWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    builder = InProcessBuilder(mill_workspace.settings, mill_workspace.encoder)
    async with mill_workspace.open(builder=builder) as server, watching(server, monkeypatch) as admins:
        numbers = iter(range(1_000))

        def touch() -> None:
            mill_workspace.write("ports/larkmouth.txt", f"{HARBOUR}{next(numbers)}\n")

        builder.fail = "the disk is full"
        assert "the old one keeps serving" in await admin_message(admins, "disk is full", touch)

        def break_down() -> None:
            builder.before = lambda: None
            raise RuntimeError("nobody foresaw this")

        builder.fail, builder.before = None, break_down
        assert "larkmouth" in await admin_message(admins, "The index is rebuilt", touch)


async def test_a_folder_that_cannot_be_watched_is_told(
    mill_workspace: BotWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with mill_workspace.open() as server:
        (mill_workspace.root / "seeds").rename(mill_workspace.root / "elsewhere")
        async with watching(server, monkeypatch) as admins:
            assert "start me again" in await admin_message(admins, "cannot be watched", lambda: None)


async def test_a_bot_that_is_told_to_watch_does_and_leaves_cleanly(mill_workspace: BotWorkspace) -> None:
    bot = mill_workspace.bot(watch=True)
    async with bot:
        await bot.load_extension("bot.features.indexing.commands")
        cog: Any = bot.get_cog("IndexingCog")
        assert cog.watch_task is not None
        await asyncio.sleep(0)
        assert not cog.watch_task.done()
    assert cog.watch_task.done()
