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
    from tests.bot.conftest import Office

DAY = 24 * 60 * 60
QUESTION = "when did the harbour open?"


@pytest.fixture
def harbour(small_office: Office) -> Office:
    """An office with one small document, built."""
    small_office.write("harbour.txt", "The harbour opened in 1904. It has three piers.")
    small_office.build()
    return small_office


def asked(office: Office) -> list[str]:
    return [exchange.question for exchange in Journal(office.settings.state_dir).exchanges()]


async def test_questions_are_forgotten_daily_after_their_time(harbour: Office) -> None:
    async with harbour.open(keep_days=30) as town:
        await town.alice.slash(town.intel, "ask", question=QUESTION)
        await town.env.advance_time(29 * DAY)
        assert asked(harbour) == [QUESTION]
        await town.env.advance_time(2 * DAY)
        assert asked(harbour) == []


async def test_a_damaged_journal_costs_no_answer(harbour: Office) -> None:
    state = harbour.settings.state_dir
    state.mkdir()
    (state / "journal.sqlite").write_text("this is no database, and it was never one, whatever its name says")
    async with harbour.open() as town:
        answered = (await town.alice.slash(town.intel, "ask", question=QUESTION)).response
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


async def test_leaving_breaks_off_a_rebuild_and_says_so(harbour: Office) -> None:
    builder = EndlessBuilder()
    async with harbour.open(builder=builder) as town:
        bot = town.bot
        builder.began = lambda: asyncio.run_coroutine_threadsafe(bot.leave(), bot.loop)
        report = (await town.mara.slash(town.intel, "index rebuild")).response
        assert "could not be rebuilt" in text(report)
        assert "Shutting down: nothing was built" in text(report)
        assert bot.is_closed()
