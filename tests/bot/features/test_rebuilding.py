"""Rebuilding by the people who manage a server: its progress, its report, and its failures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from askbrief.records import BuildReport, Problem
from bot.discord_io import language
from bot.features.indexing import cards
from tests.bot.conftest import HARBOUR, QUESTION, text
from tests.fakes import InProcessBuilder

if TYPE_CHECKING:
    from tests.bot.conftest import BotWorkspace, SimulatedServer


def edits(server: SimulatedServer) -> list[str]:
    """What was put in the place of answers, in order, as text."""
    return [
        str(entry.json) for entry in server.env.http_requests if entry.method == "PATCH" and "@original" in entry.path
    ]


async def test_a_rebuild_tells_its_progress_and_then_what_it_did(mill_workspace: BotWorkspace) -> None:
    async with mill_workspace.open() as server:
        mill_workspace.write("ports/larkmouth.txt", HARBOUR)
        mill_workspace.write("rubbish.txt", b"\x7fELF\0\0\0\0")
        mill_workspace.write("mill.txt", "The mill at Oxbow was closed in 1932.\n")
        result = await server.mara.slash(server.intel, "index rebuild")
        report = text(result.response)
        assert result.ephemeral
        assert "The index is rebuilt" in report
        assert report.index("**Added** (1)\n- ports/larkmouth.txt") < report.index("**Changed** (1)\n- mill.txt")
        assert "**Failed** (1)\n- rubbish.txt: is not text \\(it holds NUL bytes\\)" in report
        shown = edits(server)
        assert len(shown) >= 3
        assert "Starting" in shown[0]
        assert all("Rebuilding the index" in step for step in shown[:-1])
        assert "The index is rebuilt" in shown[-1]
        assert "1904" in text((await server.alice.slash(server.intel, "ask", question=QUESTION)).response)


async def test_a_rebuild_with_nothing_to_do_says_so(mill_workspace: BotWorkspace) -> None:
    async with mill_workspace.open() as server:
        assert "The index is up to date" in text((await server.mara.slash(server.intel, "index rebuild")).response)


async def test_what_was_removed_from_the_folder_is_in_the_report(mill_workspace: BotWorkspace) -> None:
    mill_workspace.write("ports/larkmouth.txt", HARBOUR)
    mill_workspace.build()
    async with mill_workspace.open() as server:
        (mill_workspace.root / "seeds" / "ports" / "larkmouth.txt").unlink()
        report = text((await server.mara.slash(server.intel, "index rebuild")).response)
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
        shown_text = "\n".join(block.markdown for block in card.blocks)
        for title in ("added", "changed", "removed", "empty", "failed", "warnings"):
            assert f"**{words(f'files-{title}')}** (50)" in shown_text
        assert "000001-01234567" in shown_text


async def test_a_report_of_many_files_with_odd_names_reaches_the_manager(mill_workspace: BotWorkspace) -> None:
    async with mill_workspace.open() as server:
        for number in range(12):
            name = f"{'_*[a]~' * 12}{'𝔘' * 20}-{number:02}"
            mill_workspace.write(f"good/{name}.txt", f"Note {number}.\n")
            mill_workspace.write(f"bad/{name}.txt", b"\x7fELF\0\0\0\0")
            mill_workspace.write(f"none/{name}.txt", "\n")
            mill_workspace.write(f"odd/{name}.txt", "Words.\n")
            mill_workspace.write(f"odd/{name}.txt.meta.yaml", "*" * 40 + ": [")
        report = text((await server.mara.slash(server.intel, "index rebuild")).response)
        assert "The index is rebuilt" in report
        assert "**Failed** (24)" in report
        assert "**No text in** (12)" in report


async def test_a_failed_build_leaves_the_old_index_and_tells_the_admin_channel(mill_workspace: BotWorkspace) -> None:
    builder = InProcessBuilder(mill_workspace.settings, mill_workspace.encoder)
    builder.fail = "the index in /srv could not be written: no space left on device"
    async with mill_workspace.open(builder=builder) as server:
        admins = server.guild.create_text_channel("admins")
        object.__setattr__(server.bot.bot_settings, "admin_channel", admins.id)
        mill_workspace.write("ports/larkmouth.txt", HARBOUR)
        failed = text((await server.mara.slash(server.intel, "index rebuild")).response)
        assert "The index could not be rebuilt; the old one keeps serving" in failed
        assert "no space left on device" in failed
        assert text(admins.last_message) == failed
        answered = await server.alice.slash(server.intel, "ask", question="When was the mill at Oxbow closed?")
        assert "1931" in text(answered.response)
        builder.fail = None
        assert "The index is rebuilt" in text((await server.mara.slash(server.intel, "index rebuild")).response)


async def test_an_admin_channel_that_cannot_be_written_to_costs_nobody_their_report(
    mill_workspace: BotWorkspace,
) -> None:
    builder = InProcessBuilder(mill_workspace.settings, mill_workspace.encoder)
    builder.fail = "the disk is full"
    async with mill_workspace.open(builder=builder) as server:
        object.__setattr__(server.bot.bot_settings, "admin_channel", server.lounge.id)
        server.env.inject_error("POST", f"/channels/{server.lounge.id}/messages", status=403, code=50013)
        assert "The disk is full" in text((await server.mara.slash(server.intel, "index rebuild")).response)


async def test_after_a_quarter_of_an_hour_the_report_comes_by_direct_message(mill_workspace: BotWorkspace) -> None:
    builder = InProcessBuilder(mill_workspace.settings, mill_workspace.encoder)
    async with mill_workspace.open(builder=builder) as server:
        expired = {"method": "PATCH", "path": "/webhooks/*/messages/@original", "status": 401, "code": 50027}
        builder.before = lambda: server.env.backend.faults.append(
            {**expired, "message": "Invalid Webhook Token", "times": None}
        )
        mill_workspace.write("ports/larkmouth.txt", HARBOUR)
        await server.mara.slash(server.intel, "index rebuild")
        direct = [text(message) for message in server.mara.user.dm_channel.history()]
        assert len(direct) == 1
        assert "The index is rebuilt" in direct[0]
        assert "ports/larkmouth.txt" in direct[0]


async def test_an_edit_that_discord_refuses_once_does_not_stop_the_build(mill_workspace: BotWorkspace) -> None:
    builder = InProcessBuilder(mill_workspace.settings, mill_workspace.encoder)
    async with mill_workspace.open(builder=builder) as server:
        once = {"method": "PATCH", "path": "/webhooks/*/messages/@original", "status": 400, "code": 0}
        builder.before = lambda: server.env.backend.faults.append({**once, "message": "no", "times": 1})
        assert "The index is up to date" in text((await server.mara.slash(server.intel, "index rebuild")).response)
