"""/access: a server's managers decide which channels and roles see which collections."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from discord import app_commands
from simcord.backend.errors import SetupError

from askbrief.records import Scope
from bot.access_rules import NOTHING, AccessRule, RuleTarget
from tests.bot.conftest import simcord_permissions, text

if TYPE_CHECKING:
    from tests.bot.conftest import Office, Town

CLOSED, OPEN = "This server is **closed**", "This server is **open**"
EVERY = ["allow", "revoke", "list", "open", "close"]


def some(*names: str) -> Scope:
    return Scope(collections=frozenset(names))


@pytest.fixture
def archive(small_office: Office) -> Office:
    """Documents at the top, in a collection, in one below it, and in another."""
    for name in ("top.txt", "un/charter.txt", "un/2022/report.txt", "press/dawn.txt"):
        small_office.write(name, f"Ships carry cargo to the harbour, says {name}. It is a busy place.")
    small_office.build()
    return small_office


async def said(town: Town, command: str, member: Any = None, **options: Any) -> str:
    """What a command answers, which only the one who used it sees."""
    result = await (member or town.mara).slash(town.intel, f"access {command}", **options)
    assert result.ephemeral
    return text(result.response)


async def offered(town: Town, member: Any, typed: str = "", command: str = "allow") -> list[str]:
    choices = await member.autocomplete(town.intel, f"access {command}", "collection", typed)
    return [choice["value"] for choice in choices]


async def asks(member: Any, channel: Any) -> str:
    result = await member.slash(channel, "ask", question="which ships carry cargo to the harbour?", top=5)
    return text(result.response)


# -------------------------------------------------------------------------------------------- managing


async def test_the_first_gift_closes_the_server_and_says_so(archive: Office) -> None:
    async with archive.open() as town:
        assert OPEN in await said(town, "list")
        assert "4 documents" in await asks(town.alice, town.lounge)
        answer = await said(town, "allow", collection="un", channel=town.intel)
        assert f"Given: **un** → {town.intel.mention}. This server is closed: all else is hidden." in answer
        listed = await said(town, "list")
        assert CLOSED in listed
        assert f"- **un** → {town.intel.mention}" in listed
        assert "2 documents" in await asks(town.alice, town.intel)
        assert "nothing here that you may search" in await asks(town.alice, town.lounge)


async def test_a_collection_can_be_given_to_a_role_to_everyone_and_all_at_once(archive: Office) -> None:
    async with archive.open() as town:
        analysts = town.guild.create_role("Analysts")
        assert analysts.mention in await said(town, "allow", collection="press", role=analysts)
        assert "→ everyone" in await said(town, "allow", collection=".", role=town.guild.default_role)
        assert "every collection" in await said(town, "allow", collection="*", channel=town.lounge)
        listed = await said(town, "list")
        assert "- **documents in no collection** → everyone" in listed
        assert f"- **press** → {analysts.mention}" in listed
        assert f"- **every collection** → {town.lounge.mention}" in listed
        access, guild = town.bot.access, town.guild.id
        assert access.member_scope(guild, town.intel.id, [analysts.id]) == some("", "press")
        assert access.channel_scope(guild, town.lounge.id) == Scope()


async def test_a_gift_taken_back_is_gone_and_the_server_stays_closed(archive: Office) -> None:
    async with archive.open() as town:
        await said(town, "allow", collection="un", channel=town.intel)
        assert f"Taken back: **un** → {town.intel.mention}." in await said(
            town, "revoke", collection="un", channel=town.intel
        )
        assert "There was no such rule" in await said(town, "revoke", collection="un", channel=town.intel)
        listed = await said(town, "list")
        assert CLOSED in listed
        assert "→" not in listed
        assert "nothing here that you may search" in await asks(town.alice, town.intel)


async def test_a_gift_of_a_collection_that_is_gone_can_be_taken_back(archive: Office) -> None:
    async with archive.open() as town:
        rule = AccessRule(town.guild.id, "dissolved", RuleTarget.CHANNEL, town.intel.id)
        town.bot.access.allow(rule)
        assert "Taken back" in await said(town, "revoke", collection="dissolved", channel=town.intel)
        assert town.bot.access.rules(town.guild.id) == []


async def test_opening_shows_everything_again_and_closing_goes_back_to_the_rules(archive: Office) -> None:
    async with archive.open() as town:
        await said(town, "allow", collection="un", channel=town.intel)
        assert "This server is open" in await said(town, "open")
        assert "4 documents" in await asks(town.alice, town.lounge)
        await said(town, "close")
        assert "2 documents" in await asks(town.alice, town.intel)
        assert "nothing here that you may search" in await asks(town.alice, town.lounge)


async def test_what_was_decided_outlives_a_restart(archive: Office) -> None:
    async with archive.open() as town:
        await said(town, "allow", collection="un/2022", channel=town.intel)
        again = archive.bot()
        await town.env.restart_bot(again)
        town.bot = again
        assert f"- **un/2022** → {town.intel.mention}" in await said(town, "list")
        assert "1 document," in await asks(town.alice, town.intel)


async def test_a_rule_for_a_channel_holds_in_its_threads(archive: Office) -> None:
    async with archive.open() as town:
        await said(town, "allow", collection="un", channel=town.intel)
        posted = await town.alice.slash(town.intel, "ask", question="which ships carry cargo to the harbour?")
        assert posted.response is not None
        await town.alice.click(posted.response, label="Discuss")
        (thread,) = town.intel.threads
        await town.bob.send(thread, f"{town.mention} which ships carry cargo to the harbour?")
        assert "2 documents" in text(thread.last_message)


# -------------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize("command", EVERY)
async def test_discord_shows_the_commands_to_managers_only(archive: Office, command: str) -> None:
    async with archive.open() as town:
        assert f"access {command}" in town.mara.available_commands(town.intel)
        assert f"access {command}" not in town.alice.available_commands(town.intel)
        with pytest.raises(SetupError, match="not visible"):
            await town.alice.slash(town.intel, f"access {command}")


@pytest.mark.parametrize("command", EVERY)
async def test_who_does_not_manage_is_refused_also_where_the_server_shows_them_the_command(
    archive: Office, command: str
) -> None:
    async with archive.open() as town:
        show_to_everyone(town)
        wanted: dict[str, Any] = {"collection": "un", "channel": town.intel} if command in {"allow", "revoke"} else {}
        town.bot.access.allow(AccessRule(town.guild.id, "un", RuleTarget.CHANNEL, town.intel.id))
        before = (town.bot.access.rules(town.guild.id), town.bot.access.is_open(town.guild.id))
        answer = await said(town, command, town.alice, **wanted)
        assert "Only those who may manage this server can do this." in answer
        assert (town.bot.access.rules(town.guild.id), town.bot.access.is_open(town.guild.id)) == before
        assert "→" not in answer
        assert all(isinstance(error, app_commands.MissingPermissions) for error in town.env.errors)


async def test_names_of_collections_are_offered_to_managers_only(archive: Office) -> None:
    async with archive.open() as town:
        show_to_everyone(town)
        for command in ("allow", "revoke"):
            assert await offered(town, town.mara, command=command) == ["*", ".", "press", "un", "un/2022"]
            assert await offered(town, town.mara, "pres", command) == ["press"]
            assert await offered(town, town.alice, command=command) == []
            assert await offered(town, town.alice, "un", command) == []


async def test_one_target_is_named_a_channel_or_a_role(archive: Office) -> None:
    async with archive.open() as town:
        both = {"channel": town.intel, "role": town.guild.default_role}
        for command in ("allow", "revoke"):
            for targets in ({}, both):
                assert "Name a channel or a role" in await said(town, command, collection="un", **targets)
        assert town.bot.access.rules(town.guild.id) == []
        assert town.bot.access.is_open(town.guild.id)


async def test_a_collection_that_is_not_there_is_not_given(archive: Office) -> None:
    async with archive.open() as town:
        for name in ("secret", "UN", "u", "un/2022/report.txt", "../un"):
            answer = await said(town, "allow", collection=name, channel=town.intel)
            assert "There is no collection" in answer
        assert town.bot.access.is_open(town.guild.id)


async def test_a_name_is_understood_with_slashes_around_it(archive: Office) -> None:
    async with archive.open() as town:
        await said(town, "allow", collection=" un/2022/ ", channel=town.intel)
        assert town.bot.access.channel_scope(town.guild.id, town.intel.id) == some("un/2022")


# --------------------------------------------------------------------------------------------- ceilings

GUILD = 10**17


async def test_a_server_gives_out_no_more_than_its_operator_allows(archive: Office) -> None:
    async with archive.open(guilds={GUILD: frozenset({"un/2022"})}) as town:
        limited(town)
        assert await offered(town, town.mara) == ["*", ".", "un", "un/2022"]
        for name in ("press", "secret"):
            answer = await said(town, "allow", collection=name, channel=town.intel)
            assert f'There is no collection "{name}"' in answer
        await said(town, "allow", collection="un", channel=town.intel)
        await said(town, "allow", collection="*", channel=town.intel)
        assert town.bot.access.channel_scope(GUILD, town.intel.id) == some("un/2022")
        assert "1 document," in await asks(town.alice, town.intel)


async def test_a_server_that_is_not_served_can_decide_nothing_and_sees_nothing(archive: Office) -> None:
    async with archive.open(guilds={GUILD: frozenset({"*"})}) as town:
        for command in EVERY:
            wanted: dict[str, Any] = (
                {"collection": "un", "channel": town.intel} if command in {"allow", "revoke"} else {}
            )
            assert "not among those that I serve" in await said(town, command, **wanted)
        assert await offered(town, town.mara) == ["*", "."]
        assert "not among those that I serve" in await asks(town.alice, town.intel)
        assert town.bot.access.channel_scope(town.guild.id, town.intel.id) == NOTHING
        assert town.bot.access.rules(town.guild.id) == []


def show_to_everyone(town: Town) -> None:
    """As a server's own settings can, whatever the bot asked for."""
    command = town.env.backend.find_command("access", None)
    assert command is not None
    town.guild.set_command_permissions(int(command["id"]), {town.guild.default_role: True})


def limited(town: Town) -> None:
    """Move the town to the server whose number the operator has written down."""
    town.guild = town.env.create_guild(name="Limited", id=GUILD)
    town.intel = town.guild.create_text_channel("intel")
    managers = town.guild.create_role("Managers", permissions=simcord_permissions())
    town.mara = town.guild.add_member(town.mara.user, roles=[managers])
    town.alice = town.guild.add_member(town.alice.user)
