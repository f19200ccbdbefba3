"""How much one person and one server may ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from askbrief.core.bounded import RateLimit
from bot.discord_io.language import Refusal
from bot.features.asking.pipeline import QuestionRateLimits
from tests.bot.conftest import text

if TYPE_CHECKING:
    from tests.bot.conftest import BotWorkspace


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize("per_minute", [1, 3, 7, 20, 120])
def test_as_many_as_allowed_at_once_and_the_next_after_the_time_that_was_named(per_minute: int) -> None:
    clock = Clock()
    rate_limit = RateLimit(per_minute, clock)
    assert [rate_limit.take(1) for _ in range(per_minute)] == [0.0] * per_minute
    wait = rate_limit.take(1)
    assert 0 < wait <= 60 / per_minute
    clock.now += wait * 0.99
    assert rate_limit.take(1) > 0
    clock.now += wait * 0.02
    assert rate_limit.take(1) == 0.0


def test_never_more_than_a_full_minute_is_saved_up() -> None:
    clock = Clock()
    rate_limit = RateLimit(2, clock)
    clock.now = 1e6
    assert [rate_limit.take(1) > 0 for _ in range(4)] == [False, False, True, True]


def test_over_any_hour_nobody_gets_more_than_the_allowance_and_one_bucket() -> None:
    clock = Clock()
    rate_limit = RateLimit(6, clock)
    granted = 0
    for _ in range(3_600):
        clock.now += 1
        granted += rate_limit.take(1) == 0.0
    assert 6 * 60 <= granted <= 6 * 60 + 6


def test_one_person_is_not_held_back_by_another() -> None:
    limits = QuestionRateLimits(person_per_minute=1, guild_per_minute=100)
    limits.check(1, 10)
    limits.check(2, 10)
    with pytest.raises(Refusal, match="error-cooling-person"):
        limits.check(1, 10)


def test_a_server_is_held_back_as_a_whole_and_direct_messages_are_not() -> None:
    limits = QuestionRateLimits(person_per_minute=10, guild_per_minute=2)
    limits.check(1, 10)
    limits.check(2, 10)
    with pytest.raises(Refusal, match="error-cooling-guild"):
        limits.check(3, 10)
    limits.check(3, 11)
    limits.check(4, None)


def test_the_seconds_that_are_told_are_never_too_few() -> None:
    limits = QuestionRateLimits(person_per_minute=25, guild_per_minute=100)  # a token comes back every 2.4 s
    for _ in range(25):
        limits.check(1, None)
    with pytest.raises(Refusal) as refused:
        limits.check(1, None)
    assert refused.value.values["seconds"] == 3


def test_who_asked_long_ago_is_forgotten_before_who_asked_just_now() -> None:
    rate_limit = RateLimit(1, Clock())
    for person in range(10_001):
        assert rate_limit.take(person) == 0.0
    assert rate_limit.take(10_000) > 0
    assert rate_limit.take(0) == 0.0


async def test_too_many_questions_are_refused_in_a_sentence_and_other_people_are_answered(
    bot_workspace: BotWorkspace,
) -> None:
    bot_workspace.write("harbour.txt", "The harbour opened in 1904.\n")
    bot_workspace.build()
    async with bot_workspace.open(person_per_minute=2) as server:
        for _ in range(2):
            assert "1904" in text(
                (await server.alice.slash(server.intel, "ask", question="When did the harbour open?")).response
            )
        refused = await server.alice.slash(server.intel, "ask", question="When did the harbour open?")
        assert "That is many questions at once; try again in" in text(refused.response)
        assert "id " in text(refused.response)
        assert "1904" in text(
            (await server.bob.slash(server.intel, "ask", question="When did the harbour open?")).response
        )


async def test_questions_count_alike_by_command_and_by_mention(bot_workspace: BotWorkspace) -> None:
    bot_workspace.write("harbour.txt", "The harbour opened in 1904.\n")
    bot_workspace.build()
    async with bot_workspace.open(guild_per_minute=1) as server:
        await server.alice.slash(server.intel, "ask", question="When did the harbour open?")
        await server.bob.send(server.lounge, f"{server.mention} When did the harbour open?")
        assert "Many questions come from this server at the moment" in text(server.lounge.last_message)
