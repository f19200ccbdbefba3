"""The life of the bot beside its answers."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

import pytest

from askbrief.errors import BuildError
from askbrief.evaluation.journal import Journal
from askbrief.service.build_process import Step
from tests.bot.conftest import text

if TYPE_CHECKING:
    from collections.abc import Callable

    from askbrief import BuildReport
    from tests.bot.conftest import BotWorkspace

DAY = 24 * 60 * 60
QUESTION = "when did the harbour open?"


@pytest.fixture
def harbour(bot_workspace: BotWorkspace) -> BotWorkspace:
    """A workspace with one small document, built."""
    bot_workspace.write("harbour.txt", "The harbour opened in 1904. It has three piers.")
    bot_workspace.build()
    return bot_workspace


def recorded_questions(workspace: BotWorkspace) -> list[str]:
    return [exchange.question for exchange in Journal(workspace.settings.state_dir).exchanges()]


async def test_questions_are_forgotten_daily_after_their_time(harbour: BotWorkspace) -> None:
    async with harbour.open(keep_days=30) as server:
        await server.alice.slash(server.intel, "ask", question=QUESTION)
        await server.env.advance_time(29 * DAY)
        assert recorded_questions(harbour) == [QUESTION]
        await server.env.advance_time(2 * DAY)
        assert recorded_questions(harbour) == []


async def test_a_damaged_journal_costs_no_answer(harbour: BotWorkspace) -> None:
    state = harbour.settings.state_dir
    state.mkdir()
    (state / "journal.sqlite").write_text("this is no database, and it was never one, whatever its name says")
    async with harbour.open() as server:
        answered = (await server.alice.slash(server.intel, "ask", question=QUESTION)).response
        assert "The harbour opened in __1904__." in text(answered)


class EndlessBuilder:
    """A build that goes on until it is stopped; `began` is called when it has begun."""

    def __init__(self) -> None:
        self.began: Callable[[], object] = lambda: None
        self._stopped = threading.Event()

    def build(self, on_step: Callable[[Step], None]) -> BuildReport:
        on_step(Step("reading", 0, 1))
        self.began()
        self._stopped.wait()
        raise BuildError("shutting down: nothing was built, and the index is as it was")

    def stop(self) -> None:
        self._stopped.set()


async def test_leaving_breaks_off_a_rebuild_and_says_so(harbour: BotWorkspace) -> None:
    builder = EndlessBuilder()
    async with harbour.open(builder=builder) as server:
        bot = server.bot
        builder.began = lambda: asyncio.run_coroutine_threadsafe(bot.leave(), bot.loop)
        report = (await server.mara.slash(server.intel, "index rebuild")).response
        assert "could not be rebuilt" in text(report)
        assert "Shutting down: nothing was built" in text(report)
        assert bot.is_closed()
