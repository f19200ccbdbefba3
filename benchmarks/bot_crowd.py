"""Simulate a Discord full of members who ask at the same moment, and record what happens to each question."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import discord
from rich.console import Console

from bot.discord_io import language
from tests.simulated.wire import WireDiscord

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simcord import ChannelHandle, MemberActor
    from simcord.backend.models import Interaction

    from tests.simulated.wire_requests import WireRequest

GUILDS, CHANNELS = 2, 4
PATIENCE = 120
NOT_TIMED = float("nan")
POLITE = ("error-busy", "error-cooling-person", "error-cooling-guild")
WORDS = language.load()[language.FALLBACK]


@dataclass(slots=True)
class Asked:
    """The course of one question; times are of the monotonic clock."""

    at: float
    acknowledged: float | None = None
    shown: float | None = None
    outcome: str = "failed"


class Crowd(WireDiscord):
    """A simulated Discord whose members do not wait for answers; it records when each of them asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: dict[str, Asked] = {}

    def _notify_dispatch_observers(self, interaction: Interaction) -> None:
        super()._notify_dispatch_observers(interaction)
        self.asked[interaction.token] = Asked(time.monotonic())

    async def _settle_internal(self, *, dispatch: str | None = None, **_: object) -> None:
        """Return at once."""

    async def until_answered(self, tokens: set[str]) -> None:
        """Return when each question has an answer, or when the time is up."""
        try:
            await self.wait_for(lambda: tokens <= self._completed, PATIENCE)
        except TimeoutError:
            Console(stderr=True).print(f"no answer to {len(tokens - self._completed)} questions")

    def outcomes(self, tokens: set[str]) -> list[Asked]:
        """Return what happened to these questions."""
        for request in self.requests:
            kind, _, token, *_ = request.path.strip("/").split("/") + [""] * 3
            if token in tokens and kind in {"interactions", "webhooks"}:
                _note(self.asked[token], request)
        return [self.asked[token] for token in tokens]


def _note(asked: Asked, request: WireRequest) -> None:
    if request.status >= 400:  # noqa: PLR2004 - so it was refused
        asked.outcome = "failed"
    elif request.path.endswith("/callback"):
        asked.acknowledged = request.at
    elif asked.shown is None:
        asked.shown, asked.outcome = request.at, outcome_of(request.body)


def outcome_of(card: dict[str, Any]) -> str:
    """Tell whether a card is an answer (it has vote buttons), a polite refusal, or another failure.

    >>> outcome_of({"components": [{"content": "I am busy with other questions; try again in a moment."}]})
    'refused'
    """
    said = _said(card)
    if '"ab:up:' in said:
        return "answered"
    return "refused" if any(WORDS(name, seconds=0).partition("0")[0] in said for name in POLITE) else "failed"


def _said(body: object) -> str:
    return json.dumps(body, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Town:
    """The members, each with a channel to ask in; the manager comes first."""

    world: Crowd
    people: list[tuple[MemberActor, ChannelHandle]]

    @classmethod
    def of(cls, world: Crowd, number: int) -> Town:
        """Create two servers with four channels each, a manager, and members spread over the channels."""
        guilds = [world.create_guild(name=f"Team {number}") for number in range(GUILDS)]
        rooms = [(guild, guild.create_text_channel(f"room-{room}")) for room in range(CHANNELS) for guild in guilds]
        managing = guilds[0].create_role("Managers", permissions=discord.Permissions(manage_guild=True))
        people = [(guilds[0].add_member(world.create_user("mara"), roles=[managing]), rooms[0][1])]
        for one, (guild, channel) in zip(range(number), itertools.cycle(rooms), strict=False):
            people.append((guild.add_member(world.create_user(f"member{one}")), channel))
        return cls(world, people)

    async def ask(self, questions: Sequence[str]) -> set[str]:
        """Let each member ask one question, all at once; return the tokens of their interactions."""
        before = set(self.world.asked)
        asking = zip(self.people[1:], questions, strict=False)
        await asyncio.gather(*(member.slash(room, "ask", question=question) for (member, room), question in asking))
        return set(self.world.asked) - before

    async def rebuild(self) -> str:
        """Let the manager rebuild, and return as soon as new passages are being encoded."""
        member, room = self.people[0]
        before = set(self.world.asked)
        await member.slash(room, "index rebuild")
        (token,) = set(self.world.asked) - before
        await self.world.wait_for(lambda: self._told(token, "stage-encoding"), PATIENCE, "the build's encoding")
        return token

    async def rebuilt(self, token: str) -> float:
        """Return when the report has been posted."""
        await self.world.wait_for(lambda: self._told(token, "build-done"), PATIENCE, "the build's report")
        return self._told(token, "build-done") or NOT_TIMED

    def _told(self, token: str, sentence: str) -> float | None:
        told = (request for request in self.world.requests if token in request.path)
        return next((request.at for request in told if WORDS(sentence) in _said(request.body)), None)
