"""The desk: many questions while the index is rebuilt, and what happens at the limits."""

from __future__ import annotations

import asyncio
import os
import threading
from contextlib import asynccontextmanager
from multiprocessing import active_children
from typing import TYPE_CHECKING, Any

import pytest

from askbrief import Library
from askbrief.errors import BuildError
from askbrief.records import Scope
from askbrief.service.build_process import BuildProcess, Step
from askbrief.storage.embedded.generation import current_name
from bot.discord_io.language import Refusal
from bot.search_service import SearchService
from tests.bot.conftest import text
from tests.fakes import InProcessBuilder

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from askbrief.records import Answer
    from askbrief.service.build_process import Builder
    from askbrief.service.scoping import Coverage
    from tests.bot.conftest import BotWorkspace

QUESTION = "Which edition of the harbour chart is in force?"
EVERYTHING = Scope()


def write_edition(workspace: BotWorkspace, number: int) -> None:
    """All documents of one edition say its number; there are as many of them as the number."""
    for place in range(number):
        workspace.write(f"chart-{place}.txt", f"Edition {number} of the harbour chart is in force at quay {place}.\n")


def edition_of(answer: Answer) -> set[str]:
    return {hit.quote.split()[1] for hit in answer.hits}


def generations(workspace: BotWorkspace) -> set[str]:
    return {path.name for path in (workspace.root / "index" / "generations").iterdir()}


@asynccontextmanager
async def opened(
    workspace: BotWorkspace, builder: Builder | None = None, **limits: Any
) -> AsyncIterator[SearchService]:
    search = SearchService(
        workspace.settings,
        builder or InProcessBuilder(workspace.settings, workspace.encoder),
        encoder=workspace.encoder,
        **limits,
    )
    await asyncio.to_thread(search.open)
    try:
        yield search
    finally:
        await asyncio.to_thread(search.close)


class Gate:
    """Searches that wait until they are let through."""

    def __init__(self) -> None:
        self.open = threading.Event()

    def __call__(self, library: Library) -> str:
        assert self.open.wait(30)
        return library.generation_name


@pytest.mark.parametrize("processes", ["0", "2"])
async def test_every_answer_is_of_one_generation_while_the_index_is_switched_again_and_again(
    bot_workspace: BotWorkspace, monkeypatch: pytest.MonkeyPatch, processes: str
) -> None:
    monkeypatch.setenv("ASKBRIEF_ASKERS", processes)
    write_edition(bot_workspace, 1)
    bot_workspace.build()
    answers: list[tuple[Answer, Coverage]] = []
    editions: dict[str, int] = {}
    async with opened(bot_workspace, threads=4, queue=100) as search:
        editions[search.status.generation] = 1
        done = asyncio.Event()

        async def keep_asking() -> None:
            while not done.is_set():
                answers.append(await search.ask(QUESTION, 9, EVERYTHING))

        askers = [asyncio.create_task(keep_asking()) for _ in range(12)]
        for number in range(2, 8):
            write_edition(bot_workspace, number)
            report = await search.rebuild(lambda _: None)
            editions[report.generation] = number
            last = await search.ask(QUESTION, 9, EVERYTHING)
            assert last[0].generation == report.generation
        done.set()
        await asyncio.gather(*askers)
        # The one that serves, the one before, and what each process was last asked about.
        assert len(generations(bot_workspace)) <= 2 + int(processes)
    for answer, coverage in answers:
        number = editions[answer.generation]
        assert edition_of(answer) == {str(number)}
        assert coverage.documents == number
    assert len({answer.generation for answer, _ in answers}) > 2
    assert not [process for process in active_children() if process.name == "worker"]
    bot_workspace.build()
    assert generations(bot_workspace) == {current_name(bot_workspace.settings.index_dir)}


async def test_who_reads_an_old_generation_finishes_with_it_and_then_it_is_swept(bot_workspace: BotWorkspace) -> None:
    write_edition(bot_workspace, 1)
    bot_workspace.build()
    gate = Gate()
    async with opened(bot_workspace) as search:
        first = search.status.generation
        reading = asyncio.create_task(search.read(gate))
        await asyncio.sleep(0)
        for number in (2, 3):
            write_edition(bot_workspace, number)
            await search.rebuild(lambda _: None)
        assert first in generations(bot_workspace)
        gate.open.set()
        assert await reading == first
        write_edition(bot_workspace, 4)
        await search.rebuild(lambda _: None)
        assert first not in generations(bot_workspace)


async def test_past_the_threads_and_the_queue_each_is_refused_and_then_all_are_answered_again(
    bot_workspace: BotWorkspace,
) -> None:
    write_edition(bot_workspace, 1)
    bot_workspace.build()
    gate = Gate()
    async with opened(bot_workspace, threads=2, queue=3) as search:
        waiting = [asyncio.create_task(search.read(gate)) for _ in range(5)]
        await asyncio.sleep(0)
        assert search.pending == 5
        for _ in range(20):
            with pytest.raises(Refusal, match="error-busy"):
                await search.ask(QUESTION, 3, EVERYTHING)
        assert (await search.coverage(EVERYTHING)).documents == 1
        gate.open.set()
        assert len(set(await asyncio.gather(*waiting))) == 1
        assert search.pending == 0
        assert (await search.ask(QUESTION, 3, EVERYTHING))[0].hits


async def test_a_search_that_fails_makes_room_for_the_next(bot_workspace: BotWorkspace) -> None:
    write_edition(bot_workspace, 1)
    bot_workspace.build()

    def fail(_: Library) -> None:
        raise RuntimeError("broken")

    async with opened(bot_workspace, threads=1, queue=0) as search:
        for _ in range(3):
            with pytest.raises(RuntimeError, match="broken"):
                await search.read(fail)
        assert search.pending == 0


async def test_a_build_from_the_command_line_is_noticed(bot_workspace: BotWorkspace) -> None:
    write_edition(bot_workspace, 1)
    bot_workspace.build()
    async with bot_workspace.open() as server:
        write_edition(bot_workspace, 2)
        bot_workspace.build()
        await server.alice.slash(server.intel, "ask", question=QUESTION)
        answered = await server.alice.slash(server.intel, "ask", question=QUESTION)
        assert "Edition __2__" in text(answered.response)
        assert "Edition __1__" not in text(answered.response)


async def test_an_index_that_another_model_has_built_is_not_taken_over(bot_workspace: BotWorkspace) -> None:
    from askbrief import build
    from tests.fakes import HashEncoder

    write_edition(bot_workspace, 1)
    bot_workspace.build()
    async with bot_workspace.open() as server:
        build(bot_workspace.settings.seeds_dir, bot_workspace.settings.index_dir, encoder=HashEncoder("other@2"))
        for _ in range(3):
            answered = await server.alice.slash(server.intel, "ask", question=QUESTION)
            assert "Edition __1__" in text(answered.response)


async def test_a_pointer_that_cannot_be_read_fails_no_question(bot_workspace: BotWorkspace) -> None:
    write_edition(bot_workspace, 1)
    bot_workspace.build()
    async with opened(bot_workspace) as search:
        (bot_workspace.settings.index_dir / "CURRENT").write_bytes(b"\xff\xfe")
        assert edition_of((await search.ask(QUESTION, 3, EVERYTHING))[0]) == {"1"}


async def test_a_failed_build_leaves_the_old_index_serving(bot_workspace: BotWorkspace) -> None:
    write_edition(bot_workspace, 1)
    bot_workspace.build()
    builder = InProcessBuilder(bot_workspace.settings, bot_workspace.encoder)
    async with opened(bot_workspace, builder) as search:
        write_edition(bot_workspace, 2)
        builder.fail = "the disk is full"
        with pytest.raises(BuildError, match="the disk is full"):
            await search.rebuild(lambda _: None)
        assert not search.is_building
        assert edition_of((await search.ask(QUESTION, 9, EVERYTHING))[0]) == {"1"}
        builder.fail = None
        await search.rebuild(lambda _: None)
        assert edition_of((await search.ask(QUESTION, 9, EVERYTHING))[0]) == {"2"}


async def test_builds_that_are_asked_for_at_once_come_one_after_the_other(bot_workspace: BotWorkspace) -> None:
    write_edition(bot_workspace, 1)
    bot_workspace.build()
    builder = InProcessBuilder(bot_workspace.settings, bot_workspace.encoder)
    running: list[int] = []
    builder.before = lambda: running.append(len(running))
    async with opened(bot_workspace, builder) as search:
        write_edition(bot_workspace, 2)
        reports = await asyncio.gather(*(search.rebuild(lambda _: None) for _ in range(3)))
        assert running == [0, 1, 2]
        assert [report.up_to_date for report in reports] == [False, True, True]


async def test_closing_ends_a_build_that_is_running_and_the_index_stays_usable(seed_workspace: BotWorkspace) -> None:
    for place in range(40):
        seed_workspace.write(f"chart-{place}.txt", f"Quay {place} has a depth of {place + 2} metres at low tide. " * 40)
    builder = BuildProcess(seed_workspace.settings)
    search = SearchService(seed_workspace.settings, builder, encoder=seed_workspace.encoder)
    await asyncio.to_thread(search.open)
    began = asyncio.Event()
    pids: list[int | None] = []

    def on_step(_: Step) -> None:
        pids.append(builder.pid)
        began.set()

    building = asyncio.create_task(search.rebuild(on_step))
    await asyncio.wait_for(began.wait(), 120)
    assert search.is_building
    assert (await search.ask("how many TTP fighters are in Afghanistan?", 3, EVERYTHING))[0].hits
    await asyncio.to_thread(search.close)
    with pytest.raises(BuildError, match="shutting down"):
        await building
    assert pids[0] is not None
    with pytest.raises(ProcessLookupError):
        os.kill(pids[0], 0)
    with Library.open(seed_workspace.settings.index_dir, encoder=seed_workspace.encoder) as library:
        assert len(library.sources()) == 1
    assert seed_workspace.build().documents == 41
    assert not list(seed_workspace.settings.index_dir.glob("building-*"))


async def test_who_asks_a_desk_that_is_closed_is_told_so(bot_workspace: BotWorkspace) -> None:
    write_edition(bot_workspace, 1)
    bot_workspace.build()
    gate = Gate()
    async with opened(bot_workspace) as search:
        last = asyncio.create_task(search.read(gate))
        await asyncio.sleep(0)
        closing = asyncio.create_task(asyncio.to_thread(search.close))
        while search.is_open:  # noqa: ASYNC110 - another thread closes it
            await asyncio.sleep(0)
        for refused in (search.ask(QUESTION, 3, EVERYTHING), search.coverage(EVERYTHING)):
            with pytest.raises(Refusal, match="error-leaving"):
                await refused
        gate.open.set()
        assert await last == current_name(bot_workspace.settings.index_dir)
        await closing
