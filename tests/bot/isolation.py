"""Guilds with rules over documents whose every word tells where it is from, and a reader of all that is sent.

What may be seen is worked out here once more, from the rules as they are written down, and not by the bot's own code.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import discord
import simcord

from bot.access_rules import AccessRule, RuleTarget
from tests.bot.isolation_archive import DOCS, EVERY, FILES_OF, under_any

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.app import AskbriefBot
    from tests.bot.conftest import BotWorkspace
    from tests.bot.isolation_archive import Archive, Letters

PERSONS = ("ann", "ben", "cleo", "mara")
MARA = 3
CHANNELS, ROLES = 2, 2


@dataclass(frozen=True)
class GuildPlan:
    """A guild: what it may see at the most (None: it is not served), its rules, and each person's roles (None: absent).

    A rule is a collection and a place among: the channels, the roles, everyone.
    """

    ceiling: frozenset[str] | None
    is_open: bool
    rules: tuple[tuple[str, int], ...]
    members: tuple[frozenset[int] | None, ...]


@dataclass
class Action:
    """What a person did: what they typed, and what the answer may be about where that is less than they may see."""

    typed: tuple[str, ...] = ()
    narrow: Letters | None = None
    allowed: Letters | None = None
    """In place of what the person may see: what a manager is told about their guild."""


@dataclass
class Participant:
    """A person in a channel of a guild, or (where `guild` is None) in direct messages."""

    person: int
    guild: int | None
    channel: Any
    user: Any
    member: Any = None

    async def slash(self, name: str, /, **options: Any) -> Any:
        if self.member is None:
            return await self.user.slash(name, **options)
        return await self.member.slash(self.channel, name, **options)

    async def complete(self, name: str, option: str, typed: str, **filled: Any) -> Any:
        if self.member is None:
            return await self.user.autocomplete(name, option, typed, **filled)
        return await self.member.autocomplete(self.channel, name, option, typed, **filled)

    async def say(self, bot: AskbriefBot, words: str, **more: Any) -> None:
        if self.member is None:
            await self.user.send_dm(words)
        else:
            assert bot.user is not None
            await self.member.send(self.channel, f"{bot.user.mention} {words}", **more)

    async def click(self, message: Any, custom_id: str) -> Any:
        return await (self.member or self.user).click(message, custom_id=custom_id)


class Leak(AssertionError):
    """Something was sent to somebody who may not see it."""


@dataclass
class World:
    """The guilds of a plan around a bot; `check` reads all that was sent since it was last called."""

    env: simcord.Env
    bot: AskbriefBot
    archive: Archive
    plans: tuple[GuildPlan, ...]
    guilds: list[Any] = field(default_factory=list)
    channels: list[list[Any]] = field(default_factory=list)
    targets: list[list[tuple[RuleTarget, int]]] = field(default_factory=list)
    members: list[dict[int, Any]] = field(default_factory=list)
    users: list[Any] = field(default_factory=list)
    roles: dict[tuple[int, int], set[int]] = field(default_factory=dict)
    rules: list[set[tuple[str, int]]] = field(default_factory=list)
    is_open: list[bool] = field(default_factory=list)
    rebuilt: bool = False
    clock: float = 0.0
    narrowed: dict[str, Letters | None] = field(default_factory=dict)
    tally: Counter[str] = field(default_factory=Counter)
    _read_up_to: int = 0
    _messages: dict[int, str] = field(default_factory=dict)

    # ------------------------------------------------------------------------------------------ the scene

    @classmethod
    @asynccontextmanager
    async def open(
        cls, workspace: BotWorkspace, archive: Archive, plans: tuple[GuildPlan, ...]
    ) -> AsyncIterator[World]:
        limits = {_guild_id(place): one.ceiling for place, one in enumerate(plans) if one.ceiling is not None}
        unlimited = all(one.ceiling == frozenset({"*"}) for one in plans)
        bot = workspace.bot(guilds=None if unlimited else limits, person_per_minute=10_000, guild_per_minute=10_000)
        try:
            async with simcord.run(bot, settle_timeout=90, check_errors=False) as env:
                world = cls(env, bot, archive, plans)
                bot.audience.clock = lambda: world.clock
                world.users = [env.create_user(name) for name in PERSONS]
                for place in range(len(plans)):
                    world.settle(place)
                yield world
                foreseen = discord.app_commands.MissingPermissions  # people try what only managers may
                assert [error for error in env.errors if not isinstance(error, foreseen)] == []
        finally:
            await bot.close()

    def settle(self, place: int) -> None:
        plan, env = self.plans[place], self.env
        guild = env.create_guild(name=f"Guild {place}", id=_guild_id(place))
        channels = [guild.create_text_channel(f"channel-{number}") for number in range(CHANNELS)]
        roles = [guild.create_role(f"role-{number}") for number in range(ROLES)]
        managers = guild.create_role("managers", permissions=discord.Permissions(manage_guild=True))
        self.guilds.append(guild)
        self.channels.append(channels)
        self.targets.append(
            [
                *((RuleTarget.CHANNEL, channel.id) for channel in channels),
                *((RuleTarget.ROLE, role.id) for role in roles),
                (RuleTarget.ROLE, guild.id),
            ]
        )
        self.members.append({MARA: guild.add_member(self.users[MARA], roles=[managers])})
        self.roles[place, MARA] = set()
        for person, held in enumerate(plan.members):
            if held is not None:
                has = [roles[number] for number in held]
                self.members[place][person] = guild.add_member(self.users[person], roles=has)
                self.roles[place, person] = {role.id for role in has}
        self.rules.append(set())
        self.is_open.append(True)
        for name, target in plan.rules:
            self.toggle_rule(place, name, target)
        self.set_open(place, is_open=plan.is_open)
        for name in ("access", "index"):  # shown to everybody, as a guild's managers can
            command = env.backend.find_command(name, None)
            assert command is not None
            guild.set_command_permissions(int(command["id"]), {guild.default_role: True})

    def toggle_rule(self, place: int, name: str, target: int) -> None:
        rule = AccessRule(_guild_id(place), name, *self.targets[place][target])
        if (name, target) in self.rules[place]:
            self.bot.access.revoke(rule)
            self.rules[place].remove((name, target))
        else:
            self.bot.access.allow(rule)
            self.rules[place].add((name, target))
            self.is_open[place] = False

    def set_open(self, place: int, *, is_open: bool) -> None:
        (self.bot.access.open if is_open else self.bot.access.close)(_guild_id(place))
        self.is_open[place] = is_open

    def toggle_role(self, place: int, person: int, number: int) -> None:
        held, role = self.roles[place, person], self.targets[place][CHANNELS + number][1]
        if role in held:
            self.env.backend.remove_member_role(_guild_id(place), self.users[person].id, role)
        else:
            self.env.backend.add_member_role(_guild_id(place), self.users[person].id, role)
        held ^= {role}
        self.clock += 61

    # --------------------------------------------------------------------------------- who may see what

    def ceiling(self, place: int) -> Letters:
        return under_any(self.plans[place].ceiling or ())

    def _given(self, place: int, targets: set[int]) -> Letters:
        if self.is_open[place]:
            return self.ceiling(place)
        ids = {*targets, _guild_id(place)}
        names = {name for name, target in self.rules[place] if self.targets[place][target][1] in ids}
        return under_any(names) & self.ceiling(place)

    def public(self, channel: int) -> Letters:
        """What may stand where all who read a channel see it."""
        here = self.env.backend.get_channel(channel)
        for place, channels in enumerate(self.channels):
            for known in channels:
                if known.id in {here.id, here.parent_id}:
                    return self._given(place, {known.id})
        person = next(p for p, user in enumerate(self.users) if user.id in here.recipient_ids)
        return self.direct(person)

    def direct(self, person: int) -> Letters:
        theirs = [self._given(place, held) for (place, whose), held in self.roles.items() if whose == person]
        return frozenset().union(*theirs)

    def private(self, seat: Participant) -> Letters:
        """What somebody may see alone."""
        if seat.guild is None:
            return self.direct(seat.person)
        channel = self.env.backend.get_channel(seat.channel.id)
        here = channel.parent_id if seat.channel.is_thread else channel.id
        assert here is not None
        return self._given(seat.guild, {here, *self.roles[seat.guild, seat.person]})

    # -------------------------------------------------------------------------------- what was sent to whom

    def messages(self, seat: Participant) -> list[Any]:
        """The bot's messages that a person sees at their place."""
        assert self.bot.user is not None
        stored = self.env.backend.messages.get(seat.channel.id, {}).values()
        return [one for one in stored if one.author_id == self.bot.user.id and one.visible_to(seat.user.id)]

    def check(self, seat: Participant, did: Action) -> None:
        """Find what was sent since to somebody who may not see it.

        Raises:
            Leak: that was sent.
        """
        alone = self.private(seat) if did.allowed is None else did.allowed
        for request in self.env.http_requests[self._read_up_to :]:
            if request.json is not None and not request.path.startswith("/applications/"):
                channel = re.match(r"/channels/(\d+)/", request.path)
                allowed = self.public(int(channel[1])) if channel else alone
                self._check_words(json.dumps(request.json), allowed, did, request.path)
        self._read_up_to = len(self.env.http_requests)
        for message in [m for some in self.env.backend.messages.values() for m in some.values()]:
            if message.author_id == self.bot.user.id:  # type: ignore[union-attr]
                self._check_message(message, alone, did)

    def _check_message(self, message: Any, alone: Letters, did: Action) -> None:
        files = [self.env.backend.cdn.get(one["url"]) or b"" for one in message.attachments]
        shown_text = json.dumps([message.content, message.components, *(file.decode() for file in files)])
        if self._messages.get(message.id) == shown_text:
            return
        self._messages[message.id] = shown_text
        self.tally["attachments"] += len(files)
        allowed = alone if message.is_ephemeral else self.public(message.channel_id)
        self._check_words(shown_text, allowed, did, f"message in {message.channel_id}")
        narrow = did.narrow if did.narrow is not None else EVERY
        self._check_counts(shown_text, allowed, narrow)
        for exchange in re.findall(r"ab:(?:more|nearest|share|discuss|up|down):([a-z0-9]+)", shown_text):
            self.narrowed.setdefault(exchange, did.narrow)

    def _check_words(self, shown_text: str, allowed: Letters, did: Action, where: str) -> None:
        shown_text = shown_text.lower()
        for typed in did.typed:
            shown_text = shown_text.replace(typed.lower(), "")
        letters = set(re.findall(r"leak([a-t])\d", shown_text))
        vaults = set(re.findall(r"vault([a-d])", shown_text))
        named = {part for letter in allowed for part in re.findall(r"vault([a-d])", DOCS[letter].collection)}
        self.tally["telling"] += bool(letters)
        if not (letters <= allowed and vaults <= named):
            raise Leak(
                f"{where}: documents {sorted(letters - allowed)}, collections {sorted(vaults - named)}: {shown_text}"
            )

    def _check_counts(self, shown_text: str, allowed: Letters, narrow: Letters) -> None:
        """The numbers of documents, passages, years and changed files are those of the scope."""
        passages = self.archive.passages_rebuilt if self.rebuilt else self.archive.passages
        covered = allowed & narrow & passages.keys()
        want = (len(covered), sum(passages[letter] for letter in covered))
        for found in re.findall(r"(\d+) documents?, (\d+) passages?", shown_text):
            self._same(tuple(map(int, found)), want, "counts", shown_text)
        for found in re.findall(r"and (\d+) more documents?", shown_text):
            self._same(int(found), len(covered) - 3, "rest", shown_text)
        years = sorted(DOCS[letter].year for letter in covered)
        for first, last in re.findall(r"They are dated (\d+)(?: to (\d+))?", shown_text):
            self._same((int(first), int(last or first)), (years[0], years[-1]), "years", shown_text)
        for heading, number in re.findall(r"\*\*(Added|Changed|Removed)\*\* \((\d+)\)", shown_text):
            files = [letter for letter in allowed if DOCS[letter].fate == FILES_OF[heading]]
            self._same(int(number), len(files), "files", shown_text)

    def _same(self, found: object, want: object, what: str, shown_text: str) -> None:
        self.tally[what] += 1
        if found != want:
            raise Leak(f"{what}: {found} instead of {want}: {shown_text}")


def _guild_id(place: int) -> int:
    return (place + 1) * 10**17
