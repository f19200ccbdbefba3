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

    from tests.bot.conftest import Office, Town

HARBOUR = "The harbour of Larkmouth opened in 1904 and was dredged again in 1951.\n"


@asynccontextmanager
async def watching(town: Town, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[simcord.ChannelHandle]:
    """The watch with the real clock, since files change in real time; gives the channel where it tells the admins."""
    cog: Any = town.bot.get_cog("IndexingCog")
    monkeypatch.setattr(sys.modules[cog.__module__], "SETTLE_MS", 100)
    admins = town.guild.create_text_channel("admins")
    object.__setattr__(town.bot.bot_settings, "admin_channel", admins.id)
    watch = asyncio.create_task(cog.watch())
    try:
        yield admins
    finally:
        watch.cancel()
        with suppress(asyncio.CancelledError):
            await watch


async def told(admins: simcord.ChannelHandle, what: str, touch: Callable[[], None]) -> str:
    """What the admins are told that has `what` in it; files are touched until the watch, once it stands, sees it."""
    async with asyncio.timeout(90):
        while True:
            touch()
            await asyncio.sleep(1)
            for message in admins.history():
                if what in text(message):
                    return text(message)


async def test_files_that_change_are_built_in_and_the_admins_hear_of_it(
    built: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with built.open() as town:
        async with watching(town, monkeypatch) as admins:
            report = await told(admins, "larkmouth", lambda: built.write("ports/larkmouth.txt", HARBOUR))
        assert "The index is rebuilt" in report
        assert "**Added** (1)\n- ports/larkmouth.txt" in report
        assert "1904" in text(
            (await town.alice.slash(town.intel, "ask", question="When did the harbour open?")).response
        )


async def test_the_watch_goes_on_after_a_build_that_failed(built: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    builder = InProcessBuilder(built.settings, built.encoder)
    async with built.open(builder=builder) as town, watching(town, monkeypatch) as admins:
        numbers = iter(range(1_000))

        def touch() -> None:
            built.write("ports/larkmouth.txt", f"{HARBOUR}{next(numbers)}\n")

        builder.fail = "the disk is full"
        assert "the old one keeps serving" in await told(admins, "disk is full", touch)

        def break_down() -> None:
            builder.before = lambda: None
            raise RuntimeError("nobody foresaw this")

        builder.fail, builder.before = None, break_down
        assert "larkmouth" in await told(admins, "The index is rebuilt", touch)


async def test_a_folder_that_cannot_be_watched_is_told(built: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    async with built.open() as town:
        (built.root / "seeds").rename(built.root / "elsewhere")
        async with watching(town, monkeypatch) as admins:
            assert "start me again" in await told(admins, "cannot be watched", lambda: None)


async def test_a_bot_that_is_told_to_watch_does_and_leaves_cleanly(built: Office) -> None:
    bot = built.bot(watch=True)
    async with bot:
        await bot.load_extension("bot.features.indexing.commands")
        cog: Any = bot.get_cog("IndexingCog")
        assert cog.watch_task is not None
        await asyncio.sleep(0)
        assert not cog.watch_task.done()
    assert cog.watch_task.done()
