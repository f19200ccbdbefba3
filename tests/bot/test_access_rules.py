"""The rules: who may see which collections, what a guild may give out, and what outlives a restart."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from askbrief.records import Scope
from bot.access_rules import NOTHING, AccessError, AccessRule, AccessRules, Membership, RuleTarget

if TYPE_CHECKING:
    from pathlib import Path

GUILD, ELSEWHERE = 10, 20
INTEL, LOUNGE = 101, 102
ANALYST, GUEST = 201, 202


def some(*names: str) -> Scope:
    return Scope(collections=frozenset(names))


def to_channel(collection: str, channel: int = INTEL, guild: int = GUILD) -> AccessRule:
    return AccessRule(guild, collection, RuleTarget.CHANNEL, channel)


def to_role(collection: str, role: int = ANALYST, guild: int = GUILD) -> AccessRule:
    return AccessRule(guild, collection, RuleTarget.ROLE, role)


def member(*roles: int, guild: int = GUILD) -> Membership:
    return Membership(guild, frozenset(roles))


@pytest.fixture
def access(tmp_path: Path) -> AccessRules:
    return AccessRules(tmp_path)


# -------------------------------------------------------------------------------------- open and closed


def test_a_new_guild_is_open_and_sees_everything(access: AccessRules) -> None:
    assert access.is_open(GUILD)
    assert access.channel_scope(GUILD, INTEL) == access.member_scope(GUILD, INTEL, []) == Scope()
    assert access.direct_message_scope([member()]) == Scope()


def test_the_first_rule_closes_the_guild_for_everybody_else(access: AccessRules) -> None:
    access.allow(to_channel("un"))
    assert not access.is_open(GUILD)
    assert access.channel_scope(GUILD, INTEL) == some("un")
    assert access.channel_scope(GUILD, LOUNGE) == NOTHING
    assert access.direct_message_scope([member(ANALYST)]) == NOTHING
    assert access.is_open(ELSEWHERE)


def test_a_guild_whose_last_rule_is_taken_back_stays_closed(access: AccessRules) -> None:
    access.allow(to_channel("un"))
    assert access.revoke(to_channel("un"))
    assert not access.is_open(GUILD)
    assert access.channel_scope(GUILD, INTEL) == NOTHING


def test_a_rule_is_taken_back_once_and_only_that_rule(access: AccessRules) -> None:
    for rule in (to_channel("un"), to_channel("press"), to_role("un")):
        access.allow(rule)
    assert access.revoke(to_channel("un"))
    assert not access.revoke(to_channel("un"))
    assert not access.revoke(to_channel("press", LOUNGE))
    assert access.rules(GUILD) == [to_channel("press"), to_role("un")]


def test_an_opened_guild_keeps_its_rules_for_when_it_is_closed_again(access: AccessRules) -> None:
    access.allow(to_channel("un"))
    access.open(GUILD)
    assert access.channel_scope(GUILD, LOUNGE) == Scope()
    access.close(GUILD)
    assert access.channel_scope(GUILD, INTEL) == some("un")
    assert access.channel_scope(GUILD, LOUNGE) == NOTHING


def test_a_guild_can_be_closed_before_there_are_rules(access: AccessRules) -> None:
    access.close(GUILD)
    assert access.member_scope(GUILD, INTEL, [ANALYST]) == NOTHING


# --------------------------------------------------------------------------------------- who is given what


def test_what_is_posted_follows_the_channel_alone_and_a_person_adds_their_roles(access: AccessRules) -> None:
    for rule in (to_channel("un"), to_role("press"), to_role("secret", GUEST)):
        access.allow(rule)
    assert access.channel_scope(GUILD, INTEL) == some("un")
    assert access.member_scope(GUILD, INTEL, [ANALYST]) == some("un", "press")
    assert access.member_scope(GUILD, LOUNGE, [ANALYST]) == some("press")
    assert access.member_scope(GUILD, LOUNGE, []) == NOTHING


def test_what_everyone_is_given_is_seen_in_every_channel_and_in_direct_messages(access: AccessRules) -> None:
    access.allow(to_role("un", GUILD))  # the role @everyone has the number of its guild
    assert access.channel_scope(GUILD, LOUNGE) == access.member_scope(GUILD, LOUNGE, []) == some("un")
    assert access.direct_message_scope([member()]) == some("un")


def test_every_collection_can_be_given_at_once(access: AccessRules) -> None:
    access.allow(to_role("*"))
    assert access.member_scope(GUILD, INTEL, [ANALYST]) == Scope()
    assert access.channel_scope(GUILD, INTEL) == NOTHING


def test_the_rules_of_one_guild_mean_nothing_in_another(access: AccessRules) -> None:
    access.allow(to_channel("un"))
    access.allow(to_role("un"))
    access.close(ELSEWHERE)
    assert access.member_scope(ELSEWHERE, INTEL, [ANALYST]) == NOTHING
    assert access.rules(ELSEWHERE) == []


def test_a_role_and_a_channel_of_the_same_number_are_not_confused(access: AccessRules) -> None:
    access.allow(AccessRule(GUILD, "un", RuleTarget.ROLE, INTEL))
    assert access.channel_scope(GUILD, INTEL) == NOTHING


def test_direct_messages_have_what_the_roles_of_all_shared_guilds_give_and_nothing_without_one(
    access: AccessRules,
) -> None:
    for rule in (to_channel("un"), to_role("press"), to_role("north", guild=ELSEWHERE)):
        access.allow(rule)
    assert access.direct_message_scope([]) == NOTHING
    assert access.direct_message_scope([member(ANALYST)]) == some("press")
    assert access.direct_message_scope([member(ANALYST), member(ANALYST, guild=ELSEWHERE)]) == some("press", "north")
    assert access.direct_message_scope([member(GUEST), member(GUEST, guild=ELSEWHERE)]) == NOTHING


# ------------------------------------------------------------------------------------------------ ceilings


@pytest.fixture
def limited(tmp_path: Path) -> AccessRules:
    return AccessRules(tmp_path, {GUILD: frozenset({"un/2022", "press"}), 30: frozenset(), 40: frozenset({"*"})})


def test_an_open_guild_sees_its_ceiling_and_no_more(limited: AccessRules) -> None:
    assert (
        limited.channel_scope(GUILD, INTEL) == limited.member_scope(GUILD, INTEL, [ANALYST]) == some("un/2022", "press")
    )
    assert limited.direct_message_scope([member()]) == some("un/2022", "press")
    assert limited.channel_scope(30, INTEL) == NOTHING
    assert limited.channel_scope(40, INTEL) == Scope()


def test_nobody_can_give_more_than_the_ceiling(limited: AccessRules) -> None:
    for name in ("un", "secret", "*"):
        limited.allow(to_channel(name))
        limited.allow(to_role(name))
    assert limited.channel_scope(GUILD, INTEL) == some("un/2022", "press")
    limited.revoke(to_channel("*"))
    assert limited.channel_scope(GUILD, INTEL) == some("un/2022")  # of un, what lies under the ceiling
    limited.revoke(to_channel("un"))
    assert limited.channel_scope(GUILD, INTEL) == NOTHING


def test_a_guild_that_is_not_served_sees_nothing_whatever_its_rules(limited: AccessRules) -> None:
    assert limited.serves(GUILD)
    assert not limited.serves(ELSEWHERE)
    assert limited.channel_scope(ELSEWHERE, INTEL) == NOTHING
    limited.allow(to_role("press", guild=ELSEWHERE))
    assert limited.member_scope(ELSEWHERE, INTEL, [ANALYST]) == NOTHING
    assert limited.direct_message_scope([member(ANALYST, guild=ELSEWHERE)]) == NOTHING


def test_a_lowered_ceiling_holds_for_rules_made_before(access: AccessRules, tmp_path: Path) -> None:
    access.allow(to_channel("secret"))
    access.allow(to_channel("un"))
    assert AccessRules(tmp_path, {GUILD: frozenset({"un"})}).channel_scope(GUILD, INTEL) == some("un")


# ------------------------------------------------------------------------------------------ what outlives


def test_rules_and_closed_guilds_outlive_a_restart(access: AccessRules, tmp_path: Path) -> None:
    access.allow(to_channel("un/2022"))
    access.allow(to_role(""))
    access.close(ELSEWHERE)
    access.allow(to_channel("un", guild=30))
    access.open(30)
    again = AccessRules(tmp_path)
    assert again.rules(GUILD) == [to_role(""), to_channel("un/2022")]
    assert [again.is_open(guild) for guild in (GUILD, ELSEWHERE, 30, 40)] == [False, False, True, True]
    assert again.member_scope(GUILD, INTEL, [ANALYST]) == some("", "un/2022")


def test_the_same_rule_twice_is_one_rule(access: AccessRules, tmp_path: Path) -> None:
    for _ in range(2):
        access.allow(to_channel("un"))
    assert len(access.rules(GUILD)) == len(AccessRules(tmp_path).rules(GUILD)) == 1


def _garbage(path: Path) -> None:
    path.write_bytes(b"this is no database at all" * 40)


def _folder(path: Path) -> None:
    path.mkdir()


def _other_tables(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE rules (something TEXT)")


def _unknown_kind(path: Path) -> None:
    AccessRules(path.parent).allow(to_channel("un"))
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE rules SET kind = 'planet'")


@pytest.mark.parametrize("spoil", [_garbage, _folder, _other_tables, _unknown_kind])
def test_rules_that_cannot_be_read_stop_the_bot_instead_of_showing_everything(tmp_path: Path, spoil: object) -> None:
    assert callable(spoil)
    spoil(tmp_path / "access.sqlite")
    with pytest.raises(AccessError, match=r"access rules in access\.sqlite cannot be read") as caught:
        AccessRules(tmp_path)
    assert "\n" not in str(caught.value)
    assert str(tmp_path) not in str(caught.value)


def test_a_rule_that_cannot_be_written_does_not_count(access: AccessRules, tmp_path: Path) -> None:
    access.allow(to_channel("un"))
    (tmp_path / "access.sqlite").rename(tmp_path / "aside")
    (tmp_path / "access.sqlite").mkdir()
    changes = (
        lambda: access.allow(to_channel("press")),
        lambda: access.revoke(to_channel("un")),
        lambda: access.open(GUILD),
        lambda: access.close(ELSEWHERE),
    )
    for change in changes:
        with pytest.raises(AccessError):
            change()
    assert access.rules(GUILD) == [to_channel("un")]
    assert access.channel_scope(GUILD, INTEL) == some("un")
    assert access.is_open(ELSEWHERE)


def test_a_rule_is_never_kept_without_closing_its_guild(access: AccessRules, tmp_path: Path) -> None:
    """Where closing fails, the rule is not there either, and the guild is not left open beside its rules."""
    with closing(sqlite3.connect(tmp_path / "access.sqlite")) as connection, connection:
        connection.execute("CREATE TRIGGER no BEFORE INSERT ON closed BEGIN SELECT RAISE(ABORT, 'disk full'); END")
    with pytest.raises(AccessError):
        access.allow(to_channel("un"))
    assert access.rules(GUILD) == AccessRules(tmp_path).rules(GUILD) == []


def test_a_state_folder_that_cannot_be_used_is_named_by_its_setting(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file where a folder should be")
    with pytest.raises(AccessError, match="ASKBRIEF_STATE_DIR"):
        AccessRules(tmp_path / "state")
