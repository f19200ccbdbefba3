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
from bot.errors import Refusal
from bot.search_service import Desk
from tests.bot.conftest import text
from tests.fakes import InProcessBuilder

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from askbrief.records import Answer
    from askbrief.service.build_process import Builder
    from bot.coverage import Coverage
    from tests.bot.conftest import Office

QUESTION = "Which edition of the harbour chart is in force?"
EVERYTHING = Scope()


def write_edition(office: Office, number: int) -> None:
    """All documents of one edition say its number; there are as many of them as the number."""
    for place in range(number):
        office.write(f"chart-{place}.txt", f"Edition {number} of the harbour chart is in force at quay {place}.\n")


def edition_of(answer: Answer) -> set[str]:
    return {hit.quote.split()[1] for hit in answer.hits}


def generations(office: Office) -> set[str]:
    return {path.name for path in (office.root / "index" / "generations").iterdir()}


@asynccontextmanager
async def opened(office: Office, builder: Builder | None = None, **limits: Any) -> AsyncIterator[Desk]:
    desk = Desk(
        office.settings, builder or InProcessBuilder(office.settings, office.encoder), encoder=office.encoder, **limits
    )
    await asyncio.to_thread(desk.open)
    try:
        yield desk
    finally:
        await asyncio.to_thread(desk.close)


class Gate:
    """Searches that wait until they are let through."""

    def __init__(self) -> None:
        self.open = threading.Event()

    def __call__(self, library: Library) -> str:
        assert self.open.wait(30)
        return library.generation_name


@pytest.mark.parametrize("processes", ["0", "2"])
async def test_every_answer_is_of_one_generation_while_the_index_is_switched_again_and_again(
    small_office: Office, monkeypatch: pytest.MonkeyPatch, processes: str
) -> None:
    monkeypatch.setenv("ASKBRIEF_ASKERS", processes)
    write_edition(small_office, 1)
    small_office.build()
    answers: list[tuple[Answer, Coverage]] = []
    editions: dict[str, int] = {}
    async with opened(small_office, threads=4, queue=100) as desk:
        editions[desk.status.generation] = 1
        done = asyncio.Event()

        async def keep_asking() -> None:
            while not done.is_set():
                answers.append(await desk.ask(QUESTION, 9, EVERYTHING))

        askers = [asyncio.create_task(keep_asking()) for _ in range(12)]
        for number in range(2, 8):
            write_edition(small_office, number)
            report = await desk.rebuild(lambda _: None)
            editions[report.generation] = number
            last = await desk.ask(QUESTION, 9, EVERYTHING)
            assert last[0].generation == report.generation
        done.set()
        await asyncio.gather(*askers)
        # The one that serves, the one before, and what each process was last asked about.
        assert len(generations(small_office)) <= 2 + int(processes)
    for answer, coverage in answers:
        number = editions[answer.generation]
        assert edition_of(answer) == {str(number)}
        assert coverage.documents == number
    assert len({answer.generation for answer, _ in answers}) > 2
    assert not [process for process in active_children() if process.name == "worker"]
    small_office.build()
    assert generations(small_office) == {current_name(small_office.settings.index_dir)}


async def test_who_reads_an_old_generation_finishes_with_it_and_then_it_is_swept(small_office: Office) -> None:
    write_edition(small_office, 1)
    small_office.build()
    gate = Gate()
    async with opened(small_office) as desk:
        first = desk.status.generation
        reading = asyncio.create_task(desk.read(gate))
        await asyncio.sleep(0)
        for number in (2, 3):
            write_edition(small_office, number)
            await desk.rebuild(lambda _: None)
        assert first in generations(small_office)
        gate.open.set()
        assert await reading == first
        write_edition(small_office, 4)
        await desk.rebuild(lambda _: None)
        assert first not in generations(small_office)


async def test_past_the_threads_and_the_queue_each_is_refused_and_then_all_are_answered_again(
    small_office: Office,
) -> None:
    write_edition(small_office, 1)
    small_office.build()
    gate = Gate()
    async with opened(small_office, threads=2, queue=3) as desk:
        waiting = [asyncio.create_task(desk.read(gate)) for _ in range(5)]
        await asyncio.sleep(0)
        assert desk.pending == 5
        for _ in range(20):
            with pytest.raises(Refusal, match="error-busy"):
                await desk.ask(QUESTION, 3, EVERYTHING)
        assert (await desk.coverage(EVERYTHING)).documents == 1
        gate.open.set()
        assert len(set(await asyncio.gather(*waiting))) == 1
        assert desk.pending == 0
        assert (await desk.ask(QUESTION, 3, EVERYTHING))[0].hits


async def test_a_search_that_fails_makes_room_for_the_next(small_office: Office) -> None:
    write_edition(small_office, 1)
    small_office.build()

    def fail(_: Library) -> None:
        raise RuntimeError("broken")

    async with opened(small_office, threads=1, queue=0) as desk:
        for _ in range(3):
            with pytest.raises(RuntimeError, match="broken"):
                await desk.read(fail)
        assert desk.pending == 0


async def test_a_build_from_the_command_line_is_noticed(small_office: Office) -> None:
    write_edition(small_office, 1)
    small_office.build()
    async with small_office.open() as town:
        write_edition(small_office, 2)
        small_office.build()
        await town.alice.slash(town.intel, "ask", question=QUESTION)
        answered = await town.alice.slash(town.intel, "ask", question=QUESTION)
        assert "Edition __2__" in text(answered.response)
        assert "Edition __1__" not in text(answered.response)


async def test_an_index_that_another_model_has_built_is_not_taken_over(small_office: Office) -> None:
    from askbrief import build
    from tests.fakes import HashEncoder

    write_edition(small_office, 1)
    small_office.build()
    async with small_office.open() as town:
        build(small_office.settings.seeds_dir, small_office.settings.index_dir, encoder=HashEncoder("other@2"))
        for _ in range(3):
            answered = await town.alice.slash(town.intel, "ask", question=QUESTION)
            assert "Edition __1__" in text(answered.response)


async def test_a_pointer_that_cannot_be_read_fails_no_question(small_office: Office) -> None:
    write_edition(small_office, 1)
    small_office.build()
    async with opened(small_office) as desk:
        (small_office.settings.index_dir / "CURRENT").write_bytes(b"\xff\xfe")
        assert edition_of((await desk.ask(QUESTION, 3, EVERYTHING))[0]) == {"1"}


async def test_a_failed_build_leaves_the_old_index_serving(small_office: Office) -> None:
    write_edition(small_office, 1)
    small_office.build()
    builder = InProcessBuilder(small_office.settings, small_office.encoder)
    async with opened(small_office, builder) as desk:
        write_edition(small_office, 2)
        builder.fail = "the disk is full"
        with pytest.raises(BuildError, match="the disk is full"):
            await desk.rebuild(lambda _: None)
        assert not desk.is_building
        assert edition_of((await desk.ask(QUESTION, 9, EVERYTHING))[0]) == {"1"}
        builder.fail = None
        await desk.rebuild(lambda _: None)
        assert edition_of((await desk.ask(QUESTION, 9, EVERYTHING))[0]) == {"2"}


async def test_builds_that_are_asked_for_at_once_come_one_after_the_other(small_office: Office) -> None:
    write_edition(small_office, 1)
    small_office.build()
    builder = InProcessBuilder(small_office.settings, small_office.encoder)
    running: list[int] = []
    builder.before = lambda: running.append(len(running))
    async with opened(small_office, builder) as desk:
        write_edition(small_office, 2)
        reports = await asyncio.gather(*(desk.rebuild(lambda _: None) for _ in range(3)))
        assert running == [0, 1, 2]
        assert [report.up_to_date for report in reports] == [False, True, True]


async def test_closing_ends_a_build_that_is_running_and_the_index_stays_usable(office: Office) -> None:
    for place in range(40):
        office.write(f"chart-{place}.txt", f"Quay {place} has a depth of {place + 2} metres at low tide. " * 40)
    builder = BuildProcess(office.settings)
    desk = Desk(office.settings, builder, encoder=office.encoder)
    await asyncio.to_thread(desk.open)
    began = asyncio.Event()
    pids: list[int | None] = []

    def on_step(_: Step) -> None:
        pids.append(builder.pid)
        began.set()

    building = asyncio.create_task(desk.rebuild(on_step))
    await asyncio.wait_for(began.wait(), 120)
    assert desk.is_building
    assert (await desk.ask("how many TTP fighters are in Afghanistan?", 3, EVERYTHING))[0].hits
    await asyncio.to_thread(desk.close)
    with pytest.raises(BuildError, match="shutting down"):
        await building
    assert pids[0] is not None
    with pytest.raises(ProcessLookupError):
        os.kill(pids[0], 0)
    with Library.open(office.settings.index_dir, encoder=office.encoder) as library:
        assert len(library.sources()) == 1
    assert office.build().documents == 41
    assert not list(office.settings.index_dir.glob("building-*"))


async def test_who_asks_a_desk_that_is_closed_is_told_so(small_office: Office) -> None:
    write_edition(small_office, 1)
    small_office.build()
    gate = Gate()
    async with opened(small_office) as desk:
        last = asyncio.create_task(desk.read(gate))
        await asyncio.sleep(0)
        closing = asyncio.create_task(asyncio.to_thread(desk.close))
        while desk.is_open:  # noqa: ASYNC110 - another thread closes it
            await asyncio.sleep(0)
        for refused in (desk.ask(QUESTION, 3, EVERYTHING), desk.coverage(EVERYTHING)):
            with pytest.raises(Refusal, match="error-leaving"):
                await refused
        gate.open.set()
        assert await last == current_name(small_office.settings.index_dir)
        await closing
