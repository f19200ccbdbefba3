"""Who asks, and what they may see in direct messages: by the roles they have now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bot.access_rules import AccessRule, RuleTarget
from tests.bot.conftest import text

if TYPE_CHECKING:
    from tests.bot.conftest import Office, Town

QUESTION = "which ships carry cargo to the harbour?"
NOTHING_HERE = "nothing here that you may search"


@pytest.fixture
def archive(small_office: Office) -> Office:
    for name in ("un/charter.txt", "press/dawn.txt", "press/times.txt"):
        small_office.write(name, f"Ships carry cargo to the harbour, says {name}. It is a busy place.")
    small_office.build()
    return small_office


class Roles:
    """A closed server where analysts have press, and a clock that the bot looks at."""

    def __init__(self, town: Town) -> None:
        self.town, self.clock = town, 0.0
        self.analysts = town.guild.create_role("Analysts")
        town.bot.access.allow(AccessRule(town.guild.id, "press", RuleTarget.ROLE, self.analysts.id))
        town.bot.audience.clock = lambda: self.clock

    def give(self, member: Any) -> None:
        self.town.env.backend.add_member_role(self.town.guild.id, member.id, self.analysts.id)

    def take(self, member: Any) -> None:
        self.town.env.backend.remove_member_role(self.town.guild.id, member.id, self.analysts.id)

    async def answer(self, member: Any) -> str:
        await member.send_dm(QUESTION)
        return text(member.user.dm_channel.last_message)

    def asked_discord(self) -> int:
        return sum("/members/" in request.path for request in self.town.env.http_requests)


async def test_direct_messages_have_what_a_persons_roles_give(archive: Office) -> None:
    async with archive.open() as town:
        roles = Roles(town)
        roles.give(town.alice)
        assert "2 documents" in await roles.answer(town.alice)
        assert NOTHING_HERE in await roles.answer(town.bob)


async def test_every_way_to_ask_in_direct_messages_has_the_same_scope(archive: Office) -> None:
    async with archive.open() as town:
        roles = Roles(town)
        roles.give(town.alice)
        alice, bob = town.alice.user, town.bob.user
        assert "2 documents" in text((await alice.slash("ask", question=QUESTION)).response)
        assert "2 documents" in text((await alice.slash("sources")).response)
        assert "2 documents" in text((await alice.slash("status")).response)
        assert len(await alice.autocomplete("ask", "source", "")) == 3
        assert [one["name"] for one in await alice.autocomplete("sources", "collection", "")] == ["press"]
        assert NOTHING_HERE in text((await bob.slash("ask", question=QUESTION)).response)
        assert NOTHING_HERE in text((await bob.slash("sources")).response)
        assert "0 documents" in text((await bob.slash("status")).response)
        assert await bob.autocomplete("ask", "source", "") == []


async def test_a_person_who_lost_the_role_loses_access_after_a_minute_at_most(archive: Office) -> None:
    async with archive.open() as town:
        roles = Roles(town)
        roles.give(town.alice)
        assert "2 documents" in await roles.answer(town.alice)
        roles.take(town.alice)
        roles.clock += 59
        assert "2 documents" in await roles.answer(town.alice)
        roles.clock += 1
        assert NOTHING_HERE in await roles.answer(town.alice)


async def test_a_person_who_was_given_the_role_gains_access_after_a_minute_at_most(archive: Office) -> None:
    async with archive.open() as town:
        roles = Roles(town)
        assert NOTHING_HERE in await roles.answer(town.alice)
        roles.give(town.alice)
        roles.clock += 60
        assert "2 documents" in await roles.answer(town.alice)


async def test_a_changed_rule_counts_at_once(archive: Office) -> None:
    async with archive.open() as town:
        roles = Roles(town)
        roles.give(town.alice)
        assert "2 documents" in await roles.answer(town.alice)
        town.bot.access.revoke(AccessRule(town.guild.id, "press", RuleTarget.ROLE, roles.analysts.id))
        assert NOTHING_HERE in await roles.answer(town.alice)


async def test_discord_is_asked_once_a_minute_for_a_persons_roles(archive: Office) -> None:
    async with archive.open() as town:
        roles = Roles(town)
        for _ in range(3):
            await roles.answer(town.alice)
        assert roles.asked_discord() == 1


async def test_who_shares_no_server_with_the_bot_sees_nothing(archive: Office) -> None:
    async with archive.open() as town:
        roles = Roles(town)
        town.bot.access.open(town.guild.id)
        roles.give(town.alice)
        town.guild.remove_member(town.alice)
        assert NOTHING_HERE in await roles.answer(town.alice)


async def test_who_left_the_last_shared_server_loses_access_after_a_minute_at_most(archive: Office) -> None:
    async with archive.open() as town:
        roles = Roles(town)
        roles.give(town.alice)
        assert "2 documents" in await roles.answer(town.alice)
        town.guild.remove_member(town.alice)
        roles.clock += 60
        assert NOTHING_HERE in await roles.answer(town.alice)


async def test_what_several_servers_give_is_added_up(archive: Office) -> None:
    async with archive.open() as town:
        roles = Roles(town)
        roles.give(town.alice)
        other = town.env.create_guild(name="Other")
        other.add_member(town.alice.user)
        town.bot.access.allow(AccessRule(other.id, "un", RuleTarget.ROLE, other.id))
        assert "3 documents" in await roles.answer(town.alice)
        assert NOTHING_HERE in await roles.answer(town.bob)


async def test_where_discord_does_not_tell_a_persons_roles_they_see_nothing(archive: Office) -> None:
    async with archive.open() as town:
        roles = Roles(town)
        town.bot.access.open(town.guild.id)
        town.env.inject_error("GET", "/guilds/*/members/*", status=500)
        failed = await roles.answer(town.alice)
        assert "Discord did not take my answer" in failed
        assert "press" not in failed
        assert "3 documents" in await roles.answer(town.alice)  # and nothing of the failure is remembered


@pytest.mark.parametrize("status", [403, 404, 500])
async def test_nothing_is_offered_or_listed_where_the_roles_cannot_be_had(archive: Office, status: int) -> None:
    async with archive.open() as town:
        Roles(town)
        town.bot.access.open(town.guild.id)
        town.env.inject_error("GET", "/guilds/*/members/*", status=status, times=None)
        alice = town.alice.user
        assert await alice.autocomplete("ask", "source", "") == []
        assert await alice.autocomplete("sources", "collection", "") == []
        assert "press" not in text((await alice.slash("sources")).response)
        town.env.errors  # noqa: B018 - a failed completion is told to nobody


async def test_roles_in_a_server_that_is_not_served_give_nothing(archive: Office) -> None:
    async with archive.open(guilds={10**17: frozenset({"*"})}) as town:
        roles = Roles(town)
        roles.give(town.alice)
        assert NOTHING_HERE in await roles.answer(town.alice)
        assert roles.asked_discord() == 0


# --------------------------------------------------------------------------------------- in a server


async def test_in_a_server_a_role_counts_at_once_and_only_in_private(archive: Office) -> None:
    async with archive.open() as town:
        roles = Roles(town)
        roles.give(town.alice)
        public = await town.alice.slash(town.intel, "ask", question=QUESTION)
        private = await town.alice.slash(town.intel, "ask", question=QUESTION, private=True)
        assert NOTHING_HERE in text(public.response)
        assert "2 documents" in text(private.response)
        assert any("your roles let you see more than this channel" in text(one) for one in public.followups)
        roles.take(town.alice)
        private = await town.alice.slash(town.intel, "ask", question=QUESTION, private=True)
        assert NOTHING_HERE in text(private.response)


async def test_a_mention_is_answered_with_what_the_channel_may_see_whoever_asks(archive: Office) -> None:
    async with archive.open() as town:
        roles = Roles(town)
        roles.give(town.alice)
        town.bot.access.allow(AccessRule(town.guild.id, "un", RuleTarget.CHANNEL, town.intel.id))
        for member in (town.alice, town.bob):
            await member.send(town.intel, f"{town.mention} {QUESTION}")
            assert "1 document," in text(town.intel.last_message)


async def test_managing_a_server_shows_no_documents_by_itself(archive: Office) -> None:
    async with archive.open() as town:
        Roles(town)
        private = await town.mara.slash(town.intel, "ask", question=QUESTION, private=True)
        assert NOTHING_HERE in text(private.response)
