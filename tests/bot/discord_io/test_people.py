"""Who asks, and what they may see in direct messages: by the roles they have now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bot.access_rules import AccessRule, RuleTarget
from tests.bot.conftest import text

if TYPE_CHECKING:
    from tests.bot.conftest import BotWorkspace, SimulatedServer

QUESTION = "which ships carry cargo to the harbour?"
NOTHING_HERE = "nothing here that you may search"


@pytest.fixture
def archive(bot_workspace: BotWorkspace) -> BotWorkspace:
    for name in ("un/charter.txt", "press/dawn.txt", "press/times.txt"):
        bot_workspace.write(name, f"Ships carry cargo to the harbour, says {name}. It is a busy place.")
    bot_workspace.build()
    return bot_workspace


class Roles:
    """A closed server where analysts have press, and a clock that the bot looks at."""

    def __init__(self, server: SimulatedServer) -> None:
        self.server, self.clock = server, 0.0
        self.analysts = server.guild.create_role("Analysts")
        server.bot.access.allow(AccessRule(server.guild.id, "press", RuleTarget.ROLE, self.analysts.id))
        server.bot.audience.clock = lambda: self.clock

    def give(self, member: Any) -> None:
        self.server.env.backend.add_member_role(self.server.guild.id, member.id, self.analysts.id)

    def take(self, member: Any) -> None:
        self.server.env.backend.remove_member_role(self.server.guild.id, member.id, self.analysts.id)

    async def answer(self, member: Any) -> str:
        await member.send_dm(QUESTION)
        return text(member.user.dm_channel.last_message)

    def asked_discord(self) -> int:
        return sum("/members/" in request.path for request in self.server.env.http_requests)


async def test_direct_messages_have_what_a_persons_roles_give(archive: BotWorkspace) -> None:
    async with archive.open() as server:
        roles = Roles(server)
        roles.give(server.alice)
        assert "2 documents" in await roles.answer(server.alice)
        assert NOTHING_HERE in await roles.answer(server.bob)


async def test_every_way_to_ask_in_direct_messages_has_the_same_scope(archive: BotWorkspace) -> None:
    async with archive.open() as server:
        roles = Roles(server)
        roles.give(server.alice)
        alice, bob = server.alice.user, server.bob.user
        assert "2 documents" in text((await alice.slash("ask", question=QUESTION)).response)
        assert "2 documents" in text((await alice.slash("sources")).response)
        assert "2 documents" in text((await alice.slash("status")).response)
        assert len(await alice.autocomplete("ask", "source", "")) == 3
        assert [one["name"] for one in await alice.autocomplete("sources", "collection", "")] == ["press"]
        assert NOTHING_HERE in text((await bob.slash("ask", question=QUESTION)).response)
        assert NOTHING_HERE in text((await bob.slash("sources")).response)
        assert "0 documents" in text((await bob.slash("status")).response)
        assert await bob.autocomplete("ask", "source", "") == []


async def test_a_person_who_lost_the_role_loses_access_after_a_minute_at_most(archive: BotWorkspace) -> None:
    async with archive.open() as server:
        roles = Roles(server)
        roles.give(server.alice)
        assert "2 documents" in await roles.answer(server.alice)
        roles.take(server.alice)
        roles.clock += 59
        assert "2 documents" in await roles.answer(server.alice)
        roles.clock += 1
        assert NOTHING_HERE in await roles.answer(server.alice)


async def test_a_person_who_was_given_the_role_gains_access_after_a_minute_at_most(archive: BotWorkspace) -> None:
    async with archive.open() as server:
        roles = Roles(server)
        assert NOTHING_HERE in await roles.answer(server.alice)
        roles.give(server.alice)
        roles.clock += 60
        assert "2 documents" in await roles.answer(server.alice)


async def test_a_changed_rule_counts_at_once(archive: BotWorkspace) -> None:
    async with archive.open() as server:
        roles = Roles(server)
        roles.give(server.alice)
        assert "2 documents" in await roles.answer(server.alice)
        server.bot.access.revoke(AccessRule(server.guild.id, "press", RuleTarget.ROLE, roles.analysts.id))
        assert NOTHING_HERE in await roles.answer(server.alice)


async def test_discord_is_asked_once_a_minute_for_a_persons_roles(archive: BotWorkspace) -> None:
    async with archive.open() as server:
        roles = Roles(server)
        for _ in range(3):
            await roles.answer(server.alice)
        assert roles.asked_discord() == 1


async def test_who_shares_no_server_with_the_bot_sees_nothing(archive: BotWorkspace) -> None:
    async with archive.open() as server:
        roles = Roles(server)
        server.bot.access.open(server.guild.id)
        roles.give(server.alice)
        server.guild.remove_member(server.alice)
        assert NOTHING_HERE in await roles.answer(server.alice)


async def test_who_left_the_last_shared_server_loses_access_after_a_minute_at_most(archive: BotWorkspace) -> None:
    async with archive.open() as server:
        roles = Roles(server)
        roles.give(server.alice)
        assert "2 documents" in await roles.answer(server.alice)
        server.guild.remove_member(server.alice)
        roles.clock += 60
        assert NOTHING_HERE in await roles.answer(server.alice)


async def test_what_several_servers_give_is_added_up(archive: BotWorkspace) -> None:
    async with archive.open() as server:
        roles = Roles(server)
        roles.give(server.alice)
        other = server.env.create_guild(name="Other")
        other.add_member(server.alice.user)
        server.bot.access.allow(AccessRule(other.id, "un", RuleTarget.ROLE, other.id))
        assert "3 documents" in await roles.answer(server.alice)
        assert NOTHING_HERE in await roles.answer(server.bob)


async def test_where_discord_does_not_tell_a_persons_roles_they_see_nothing(archive: BotWorkspace) -> None:
    async with archive.open() as server:
        roles = Roles(server)
        server.bot.access.open(server.guild.id)
        server.env.inject_error("GET", "/guilds/*/members/*", status=500)
        failed = await roles.answer(server.alice)
        assert "Discord did not accept my answer" in failed
        assert "press" not in failed
        assert "3 documents" in await roles.answer(server.alice)  # and nothing of the failure is remembered


@pytest.mark.parametrize("status", [403, 404, 500])
async def test_nothing_is_offered_or_listed_where_the_roles_cannot_be_had(archive: BotWorkspace, status: int) -> None:
    async with archive.open() as server:
        Roles(server)
        server.bot.access.open(server.guild.id)
        server.env.inject_error("GET", "/guilds/*/members/*", status=status, times=None)
        alice = server.alice.user
        assert await alice.autocomplete("ask", "source", "") == []
        assert await alice.autocomplete("sources", "collection", "") == []
        assert "press" not in text((await alice.slash("sources")).response)
        server.env.errors  # noqa: B018 - a failed completion is told to nobody


async def test_roles_in_a_server_that_is_not_served_give_nothing(archive: BotWorkspace) -> None:
    async with archive.open(guilds={10**17: frozenset({"*"})}) as server:
        roles = Roles(server)
        roles.give(server.alice)
        assert NOTHING_HERE in await roles.answer(server.alice)
        assert roles.asked_discord() == 0


# --------------------------------------------------------------------------------------- in a server


async def test_in_a_server_a_role_counts_at_once_and_only_in_private(archive: BotWorkspace) -> None:
    async with archive.open() as server:
        roles = Roles(server)
        roles.give(server.alice)
        public = await server.alice.slash(server.intel, "ask", question=QUESTION)
        private = await server.alice.slash(server.intel, "ask", question=QUESTION, private=True)
        assert NOTHING_HERE in text(public.response)
        assert "2 documents" in text(private.response)
        assert any("Your roles let you see more than this channel" in text(one) for one in public.followups)
        roles.take(server.alice)
        private = await server.alice.slash(server.intel, "ask", question=QUESTION, private=True)
        assert NOTHING_HERE in text(private.response)


async def test_a_mention_is_answered_with_what_the_channel_may_see_whoever_asks(archive: BotWorkspace) -> None:
    async with archive.open() as server:
        roles = Roles(server)
        roles.give(server.alice)
        server.bot.access.allow(AccessRule(server.guild.id, "un", RuleTarget.CHANNEL, server.intel.id))
        for member in (server.alice, server.bob):
            await member.send(server.intel, f"{server.mention} {QUESTION}")
            assert "1 document," in text(server.intel.last_message)


async def test_managing_a_server_shows_no_documents_by_itself(archive: BotWorkspace) -> None:
    async with archive.open() as server:
        Roles(server)
        private = await server.mara.slash(server.intel, "ask", question=QUESTION, private=True)
        assert NOTHING_HERE in text(private.response)
