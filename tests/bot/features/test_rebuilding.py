"""Rebuilding by the people who manage a server: its progress, its report, and its failures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from askbrief.records import BuildReport, Problem
from bot.discord_io import language
from bot.features.indexing import cards
from tests.bot.conftest import HARBOUR, QUESTION, text
from tests.fakes import InProcessBuilder

if TYPE_CHECKING:
    from tests.bot.conftest import Office, Town


def edits(town: Town) -> list[str]:
    """What was put in the place of answers, in order, as text."""
    return [
        str(entry.json) for entry in town.env.http_requests if entry.method == "PATCH" and "@original" in entry.path
    ]


async def test_a_rebuild_tells_its_progress_and_then_what_it_did(built: Office) -> None:
    async with built.open() as town:
        built.write("ports/larkmouth.txt", HARBOUR)
        built.write("rubbish.txt", b"\x7fELF\0\0\0\0")
        built.write("mill.txt", "The mill at Oxbow was closed in 1932.\n")
        result = await town.mara.slash(town.intel, "index rebuild")
        report = text(result.response)
        assert result.ephemeral
        assert "The index is rebuilt" in report
        assert report.index("**Added** (1)\n- ports/larkmouth.txt") < report.index("**Changed** (1)\n- mill.txt")
        assert "**Failed** (1)\n- rubbish.txt: is not text \\(it holds NUL bytes\\)" in report
        shown = edits(town)
        assert len(shown) >= 3
        assert "Starting" in shown[0]
        assert all("Rebuilding the index" in step for step in shown[:-1])
        assert "The index is rebuilt" in shown[-1]
        assert "1904" in text((await town.alice.slash(town.intel, "ask", question=QUESTION)).response)


async def test_a_rebuild_with_nothing_to_do_says_so(built: Office) -> None:
    async with built.open() as town:
        assert "The index is up to date" in text((await town.mara.slash(town.intel, "index rebuild")).response)


async def test_what_was_removed_from_the_folder_is_in_the_report(built: Office) -> None:
    built.write("ports/larkmouth.txt", HARBOUR)
    built.build()
    async with built.open() as town:
        (built.root / "seeds" / "ports" / "larkmouth.txt").unlink()
        report = text((await town.mara.slash(town.intel, "index rebuild")).response)
        assert "**Removed** (1)\n- ports/larkmouth.txt" in report


def test_the_longest_report_fits_into_a_message_and_counts_everything() -> None:
    names = tuple(f"{'_*[~' * 40}{number}.txt" for number in range(50))
    problems = tuple(Problem(name, "`|#*" * 100) for name in names)
    report = BuildReport(
        generation="000001-01234567",
        added=names,
        changed=names,
        removed=names,
        unchanged=(),
        empty=names,
        failed=problems,
        warnings=problems,
        documents=150,
        passages=10**6,
        encoded=10**6,
        rebuilt_because=None,
        seconds=1e4,
    )
    for words in language.load().values():
        card = cards.report_card(report, words)
        assert card.fits
        said = "\n".join(block.markdown for block in card.blocks)
        for title in ("added", "changed", "removed", "empty", "failed", "warnings"):
            assert f"**{words(f'files-{title}')}** (50)" in said
        assert "000001-01234567" in said


async def test_a_report_of_many_files_with_odd_names_reaches_the_manager(built: Office) -> None:
    async with built.open() as town:
        for number in range(12):
            name = f"{'_*[a]~' * 12}{'𝔘' * 20}-{number:02}"
            built.write(f"good/{name}.txt", f"Note {number}.\n")
            built.write(f"bad/{name}.txt", b"\x7fELF\0\0\0\0")
            built.write(f"none/{name}.txt", "\n")
            built.write(f"odd/{name}.txt", "Words.\n")
            built.write(f"odd/{name}.txt.meta.yaml", "*" * 40 + ": [")
        report = text((await town.mara.slash(town.intel, "index rebuild")).response)
        assert "The index is rebuilt" in report
        assert "**Failed** (24)" in report
        assert "**No text in** (12)" in report


async def test_a_failed_build_leaves_the_old_index_and_tells_the_admin_channel(built: Office) -> None:
    builder = InProcessBuilder(built.settings, built.encoder)
    builder.fail = "the index in /srv could not be written: no space left on device"
    async with built.open(builder=builder) as town:
        admins = town.guild.create_text_channel("admins")
        object.__setattr__(town.bot.bot_settings, "admin_channel", admins.id)
        built.write("ports/larkmouth.txt", HARBOUR)
        failed = text((await town.mara.slash(town.intel, "index rebuild")).response)
        assert "The index could not be rebuilt; the old one keeps serving" in failed
        assert "no space left on device" in failed
        assert text(admins.last_message) == failed
        answered = await town.alice.slash(town.intel, "ask", question="When was the mill at Oxbow closed?")
        assert "1931" in text(answered.response)
        builder.fail = None
        assert "The index is rebuilt" in text((await town.mara.slash(town.intel, "index rebuild")).response)


async def test_an_admin_channel_that_cannot_be_written_to_costs_nobody_their_report(built: Office) -> None:
    builder = InProcessBuilder(built.settings, built.encoder)
    builder.fail = "the disk is full"
    async with built.open(builder=builder) as town:
        object.__setattr__(town.bot.bot_settings, "admin_channel", town.lounge.id)
        town.env.inject_error("POST", f"/channels/{town.lounge.id}/messages", status=403, code=50013)
        assert "The disk is full" in text((await town.mara.slash(town.intel, "index rebuild")).response)


async def test_after_a_quarter_of_an_hour_the_report_comes_by_direct_message(built: Office) -> None:
    builder = InProcessBuilder(built.settings, built.encoder)
    async with built.open(builder=builder) as town:
        expired = {"method": "PATCH", "path": "/webhooks/*/messages/@original", "status": 401, "code": 50027}
        builder.before = lambda: town.env.backend.faults.append(
            {**expired, "message": "Invalid Webhook Token", "times": None}
        )
        built.write("ports/larkmouth.txt", HARBOUR)
        await town.mara.slash(town.intel, "index rebuild")
        direct = [text(message) for message in town.mara.user.dm_channel.history()]
        assert len(direct) == 1
        assert "The index is rebuilt" in direct[0]
        assert "ports/larkmouth.txt" in direct[0]


async def test_an_edit_that_discord_refuses_once_does_not_stop_the_build(built: Office) -> None:
    builder = InProcessBuilder(built.settings, built.encoder)
    async with built.open(builder=builder) as town:
        once = {"method": "PATCH", "path": "/webhooks/*/messages/@original", "status": 400, "code": 0}
        builder.before = lambda: town.env.backend.faults.append({**once, "message": "no", "times": 1})
        assert "The index is up to date" in text((await town.mara.slash(town.intel, "index rebuild")).response)
