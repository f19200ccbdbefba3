"""Building in a process of its own, and when files have changed."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

import pytest

from askbrief import Library
from askbrief.errors import BuildError
from askbrief.settings import Settings
from bot.building import ProcessBuilder, Step
from tests.bot.conftest import text
from tests.fakes import InProcessBuilder

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    import simcord

    from tests.bot.conftest import Office, Town

HARBOUR = "The harbour of Larkmouth opened in 1904 and was dredged again in 1951.\n"


@pytest.fixture
def built(small_office: Office) -> Office:
    """An office with one document."""
    small_office.write("mill.txt", "The mill at Oxbow was closed in 1931.\n")
    small_office.build()
    return small_office


class Killed:
    """Ends the building process with a signal when it tells its first step."""

    def __init__(self, number: signal.Signals) -> None:
        self.number = number
        self.pid = 0

    def of(self, builder: ProcessBuilder) -> Callable[[Step], None]:
        def on_step(_: Step) -> None:
            assert builder._process is not None
            self.pid = builder._process.pid
            os.kill(self.pid, self.number)

        return on_step


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def leftovers(office: Office) -> list[str]:
    return [path.name for path in (office.root / "index").glob("building-*")]


def test_another_process_builds_tells_each_stage_and_reports_with_the_reason_of_each_failure(office: Office) -> None:
    office.write("ports/larkmouth.txt", HARBOUR)
    office.write("rubbish.txt", b"\x7fELF\0\0\0\0")
    office.write("empty.md", "\n")
    steps: list[Step] = []
    report = ProcessBuilder(office.settings).build(steps.append)
    assert (report.added, report.empty) == (("ports/larkmouth.txt",), ("empty.md",))
    assert [(problem.path, problem.reason[:11]) for problem in report.failed] == [("rubbish.txt", "is not text")]
    assert (report.documents, report.encoded, len(report.unchanged)) == (2, 1, 1)
    assert [step.stage for step in steps if not step.done] == [
        "reading",
        "encoding",
        "counting terms",
        "learning names",
    ]
    assert all(0 <= step.done <= step.total for step in steps)
    with Library.open(office.settings.index_dir, encoder=office.encoder) as library:
        assert library.generation.name == report.generation
        assert "1904" in library.ask("When did the harbour of Larkmouth open?").hits[0].quote


def test_what_is_wrong_with_the_folders_is_one_sentence(tmp_path: Path) -> None:
    settings = Settings(seeds_dir=tmp_path / "nowhere", index_dir=tmp_path / "index", state_dir=tmp_path / "state")
    with pytest.raises(BuildError, match=r"the folder of source documents is not there: .*nowhere") as failed:
        ProcessBuilder(settings).build(lambda _: None)
    assert "\n" not in str(failed.value)


def test_a_process_that_is_killed_is_one_sentence_and_the_next_build_is_whole(office: Office) -> None:
    office.write("ports/larkmouth.txt", HARBOUR * 200)
    before = Library.open(office.settings.index_dir, encoder=office.encoder)
    builder, killed = ProcessBuilder(office.settings), Killed(signal.SIGKILL)
    with pytest.raises(BuildError, match=r"broke off \(ended by Killed \(9\)\); the index is as it was") as failed:
        builder.build(killed.of(builder))
    assert "\n" not in str(failed.value)
    assert not is_running(killed.pid)
    assert "Afghanistan" in before.ask("how many TTP fighters are in Afghanistan?").hits[0].quote
    before.close()
    assert office.build().added == ("ports/larkmouth.txt",)
    assert not leftovers(office)


def test_a_builder_that_was_stopped_ends_its_process_and_starts_no_other(office: Office) -> None:
    office.write("ports/larkmouth.txt", HARBOUR * 200)
    builder = ProcessBuilder(office.settings)
    with pytest.raises(BuildError, match="the bot is leaving"):
        builder.build(lambda _: builder.stop())
    assert builder._process is not None
    assert not is_running(builder._process.pid)
    with pytest.raises(BuildError, match="the bot is leaving: nothing was built"):
        builder.build(lambda _: None)


def test_a_process_that_cannot_be_started_is_a_sentence(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(BuildError, match=r"could not be started: no such file or directory"):
        ProcessBuilder(office.settings).build(lambda _: None)


@pytest.mark.parametrize(
    ("script", "outcome"),
    [
        ('print(\'{"stage": "reading", "do\', end=\'\')', r"broke off \(exit code 0\)"),
        ("print('a library says hello'); print(7)", r"broke off \(exit code 0\)"),
        ("import sys; sys.exit('Traceback\\nMemoryError: no memory')", r"broke off \(MemoryError: no memory\)"),
        ("print('{\"error\": \"the disk is full\"}'); print('late words')", "^the disk is full$"),
    ],
)
def test_whatever_the_process_writes_the_outcome_is_a_sentence(
    office: Office, monkeypatch: pytest.MonkeyPatch, script: str, outcome: str
) -> None:
    real = subprocess.Popen

    def instead(_: list[str], **options: object) -> object:
        return real([sys.executable, "-c", script], **options)  # type: ignore[call-overload]

    monkeypatch.setattr("bot.building.subprocess.Popen", instead)
    with pytest.raises(BuildError, match=outcome):
        ProcessBuilder(office.settings).build(lambda _: None)


# ------------------------------------------------------------------------------------------------- the watch


@asynccontextmanager
async def watching(town: Town, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[simcord.ChannelHandle]:
    """The watch with the real clock, since files change in real time; gives the channel where it tells the admins."""
    cog: Any = town.bot.get_cog("IndexingCog")
    monkeypatch.setattr(sys.modules[cog.__module__], "SETTLE_MS", 100)
    admins = town.guild.create_text_channel("admins")
    object.__setattr__(town.bot.bot_settings, "admin_channel", admins.id)
    watch = asyncio.create_task(cog._watch())
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
        await bot.load_extension("bot.features.indexing")
        cog: Any = bot.get_cog("IndexingCog")
        assert cog._watching is not None
        await asyncio.sleep(0)
        assert not cog._watching.done()
    assert cog._watching.done()
