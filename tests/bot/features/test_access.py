"""/access: a server's managers decide which channels and roles see which collections."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from discord import app_commands
from simcord.backend.errors import SetupError

from askbrief.records import Scope
from bot.access_rules import NOTHING, AccessRule, RuleTarget
from tests.bot.conftest import manager_permissions, text

if TYPE_CHECKING:
    from tests.bot.conftest import BotWorkspace, SimulatedServer

CLOSED, OPEN = "This server is **closed**", "This server is **open**"
EVERY = ["allow", "revoke", "list", "open", "close"]


def some(*names: str) -> Scope:
    return Scope(collections=frozenset(names))


@pytest.fixture
def archive(bot_workspace: BotWorkspace) -> BotWorkspace:
    """Documents at the top, in a collection, in one below it, and in another."""
    for name in ("top.txt", "un/charter.txt", "un/2022/report.txt", "press/dawn.txt"):
        bot_workspace.write(name, f"Ships carry cargo to the harbour, says {name}. It is a busy place.")
    bot_workspace.build()
    return bot_workspace


async def shown_text(server: SimulatedServer, command: str, member: Any = None, **options: Any) -> str:
    """What a command answers, which only the one who used it sees."""
    result = await (member or server.mara).slash(server.intel, f"access {command}", **options)
    assert result.ephemeral
    return text(result.response)


async def offered(server: SimulatedServer, member: Any, typed: str = "", command: str = "allow") -> list[str]:
    choices = await member.autocomplete(server.intel, f"access {command}", "collection", typed)
    return [choice["value"] for choice in choices]


async def asks(member: Any, channel: Any) -> str:
    result = await member.slash(channel, "ask", question="which ships carry cargo to the harbour?", top=5)
    return text(result.response)


# -------------------------------------------------------------------------------------------- managing


async def test_the_first_gift_closes_the_server_and_says_so(archive: BotWorkspace) -> None:
    async with archive.open() as server:
        assert OPEN in await shown_text(server, "list")
        assert "4 documents" in await asks(server.alice, server.lounge)
        answer = await shown_text(server, "allow", collection="un", channel=server.intel)
        assert f"Granted: **un** → {server.intel.mention}. This server is closed: everything else is hidden." in answer
        listed = await shown_text(server, "list")
        assert CLOSED in listed
        assert f"- **un** → {server.intel.mention}" in listed
        assert "2 documents" in await asks(server.alice, server.intel)
        assert "nothing here that you may search" in await asks(server.alice, server.lounge)


async def test_a_collection_can_be_given_to_a_role_to_everyone_and_all_at_once(archive: BotWorkspace) -> None:
    async with archive.open() as server:
        analysts = server.guild.create_role("Analysts")
        assert analysts.mention in await shown_text(server, "allow", collection="press", role=analysts)
        assert "→ everyone" in await shown_text(server, "allow", collection=".", role=server.guild.default_role)
        assert "every collection" in await shown_text(server, "allow", collection="*", channel=server.lounge)
        listed = await shown_text(server, "list")
        assert "- **documents in no collection** → everyone" in listed
        assert f"- **press** → {analysts.mention}" in listed
        assert f"- **every collection** → {server.lounge.mention}" in listed
        access, guild = server.bot.access, server.guild.id
        assert access.member_scope(guild, server.intel.id, [analysts.id]) == some("", "press")
        assert access.channel_scope(guild, server.lounge.id) == Scope()


async def test_a_gift_taken_back_is_gone_and_the_server_stays_closed(archive: BotWorkspace) -> None:
    async with archive.open() as server:
        await shown_text(server, "allow", collection="un", channel=server.intel)
        assert f"Revoked: **un** → {server.intel.mention}." in await shown_text(
            server, "revoke", collection="un", channel=server.intel
        )
        assert "There was no such rule" in await shown_text(server, "revoke", collection="un", channel=server.intel)
        listed = await shown_text(server, "list")
        assert CLOSED in listed
        assert "→" not in listed
        assert "nothing here that you may search" in await asks(server.alice, server.intel)


async def test_a_gift_of_a_collection_that_is_gone_can_be_taken_back(archive: BotWorkspace) -> None:
    async with archive.open() as server:
        rule = AccessRule(server.guild.id, "dissolved", RuleTarget.CHANNEL, server.intel.id)
        server.bot.access.allow(rule)
        assert "Revoked" in await shown_text(server, "revoke", collection="dissolved", channel=server.intel)
        assert server.bot.access.rules(server.guild.id) == []


async def test_opening_shows_everything_again_and_closing_goes_back_to_the_rules(archive: BotWorkspace) -> None:
    async with archive.open() as server:
        await shown_text(server, "allow", collection="un", channel=server.intel)
        assert "This server is open" in await shown_text(server, "open")
        assert "4 documents" in await asks(server.alice, server.lounge)
        await shown_text(server, "close")
        assert "2 documents" in await asks(server.alice, server.intel)
        assert "nothing here that you may search" in await asks(server.alice, server.lounge)


async def test_what_was_decided_outlives_a_restart(archive: BotWorkspace) -> None:
    async with archive.open() as server:
        await shown_text(server, "allow", collection="un/2022", channel=server.intel)
        again = archive.bot()
        await server.env.restart_bot(again)
        server.bot = again
        assert f"- **un/2022** → {server.intel.mention}" in await shown_text(server, "list")
        assert "1 document," in await asks(server.alice, server.intel)


async def test_a_rule_for_a_channel_holds_in_its_threads(archive: BotWorkspace) -> None:
    async with archive.open() as server:
        await shown_text(server, "allow", collection="un", channel=server.intel)
        posted = await server.alice.slash(server.intel, "ask", question="which ships carry cargo to the harbour?")
        assert posted.response is not None
        await server.alice.click(posted.response, label="Discuss")
        (thread,) = server.intel.threads
        await server.bob.send(thread, f"{server.mention} which ships carry cargo to the harbour?")
        assert "2 documents" in text(thread.last_message)


# -------------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize("command", EVERY)
async def test_discord_shows_the_commands_to_managers_only(archive: BotWorkspace, command: str) -> None:
    async with archive.open() as server:
        assert f"access {command}" in server.mara.available_commands(server.intel)
        assert f"access {command}" not in server.alice.available_commands(server.intel)
        with pytest.raises(SetupError, match="not visible"):
            await server.alice.slash(server.intel, f"access {command}")


@pytest.mark.parametrize("command", EVERY)
async def test_who_does_not_manage_is_refused_also_where_the_server_shows_them_the_command(
    archive: BotWorkspace, command: str
) -> None:
    async with archive.open() as server:
        show_to_everyone(server)
        wanted: dict[str, Any] = {"collection": "un", "channel": server.intel} if command in {"allow", "revoke"} else {}
        server.bot.access.allow(AccessRule(server.guild.id, "un", RuleTarget.CHANNEL, server.intel.id))
        before = (server.bot.access.rules(server.guild.id), server.bot.access.is_open(server.guild.id))
        answer = await shown_text(server, command, server.alice, **wanted)
        assert "Only those who may manage this server can do this." in answer
        assert (server.bot.access.rules(server.guild.id), server.bot.access.is_open(server.guild.id)) == before
        assert "→" not in answer
        assert all(isinstance(error, app_commands.MissingPermissions) for error in server.env.errors)


async def test_names_of_collections_are_offered_to_managers_only(archive: BotWorkspace) -> None:
    async with archive.open() as server:
        show_to_everyone(server)
        for command in ("allow", "revoke"):
            assert await offered(server, server.mara, command=command) == ["*", ".", "press", "un", "un/2022"]
            assert await offered(server, server.mara, "pres", command) == ["press"]
            assert await offered(server, server.alice, command=command) == []
            assert await offered(server, server.alice, "un", command) == []


async def test_one_target_is_named_a_channel_or_a_role(archive: BotWorkspace) -> None:
    async with archive.open() as server:
        both = {"channel": server.intel, "role": server.guild.default_role}
        for command in ("allow", "revoke"):
            for targets in ({}, both):
                assert "Choose either a channel or a role" in await shown_text(
                    server, command, collection="un", **targets
                )
        assert server.bot.access.rules(server.guild.id) == []
        assert server.bot.access.is_open(server.guild.id)


async def test_a_collection_that_is_not_there_is_not_given(archive: BotWorkspace) -> None:
    async with archive.open() as server:
        for name in ("secret", "UN", "u", "un/2022/report.txt", "../un"):
            answer = await shown_text(server, "allow", collection=name, channel=server.intel)
            assert "There is no collection" in answer
        assert server.bot.access.is_open(server.guild.id)


async def test_a_name_is_understood_with_slashes_around_it(archive: BotWorkspace) -> None:
    async with archive.open() as server:
        await shown_text(server, "allow", collection=" un/2022/ ", channel=server.intel)
        assert server.bot.access.channel_scope(server.guild.id, server.intel.id) == some("un/2022")


# --------------------------------------------------------------------------------------------- ceilings

GUILD = 10**17


async def test_a_server_gives_out_no_more_than_its_operator_allows(archive: BotWorkspace) -> None:
    async with archive.open(guilds={GUILD: frozenset({"un/2022"})}) as server:
        limited(server)
        assert await offered(server, server.mara) == ["*", ".", "un", "un/2022"]
        for name in ("press", "secret"):
            answer = await shown_text(server, "allow", collection=name, channel=server.intel)
            assert f'There is no collection "{name}"' in answer
        await shown_text(server, "allow", collection="un", channel=server.intel)
        await shown_text(server, "allow", collection="*", channel=server.intel)
        assert server.bot.access.channel_scope(GUILD, server.intel.id) == some("un/2022")
        assert "1 document," in await asks(server.alice, server.intel)


async def test_a_server_that_is_not_served_can_decide_nothing_and_sees_nothing(archive: BotWorkspace) -> None:
    async with archive.open(guilds={GUILD: frozenset({"*"})}) as server:
        for command in EVERY:
            wanted: dict[str, Any] = (
                {"collection": "un", "channel": server.intel} if command in {"allow", "revoke"} else {}
            )
            assert "I am not set up for this server" in await shown_text(server, command, **wanted)
        assert await offered(server, server.mara) == ["*", "."]
        assert "I am not set up for this server" in await asks(server.alice, server.intel)
        assert server.bot.access.channel_scope(server.guild.id, server.intel.id) == NOTHING
        assert server.bot.access.rules(server.guild.id) == []


def show_to_everyone(server: SimulatedServer) -> None:
    """As a server's own settings can, whatever the bot asked for."""
    command = server.env.backend.find_command("access", None)
    assert command is not None
    server.guild.set_command_permissions(int(command["id"]), {server.guild.default_role: True})


def limited(server: SimulatedServer) -> None:
    """Move the people to the server whose number the operator has written down."""
    server.guild = server.env.create_guild(name="Limited", id=GUILD)
    server.intel = server.guild.create_text_channel("intel")
    managers = server.guild.create_role("Managers", permissions=manager_permissions())
    server.mara = server.guild.add_member(server.mara.user, roles=[managers])
    server.alice = server.guild.add_member(server.alice.user)
