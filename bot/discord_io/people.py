"""People: who asks, where, and what they may see there."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import discord

from bot.access_rules import Membership
from bot.discord_io.language import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from askbrief.records import Scope
    from bot.access_rules import AccessRules

_CACHE_SECONDS = 60.0
"""How long a person's roles are cached for direct messages; a role that was taken away still counts as long."""
_MAX_CONCURRENT = 5
_MAX_CACHED = 10_000


@dataclass(frozen=True, slots=True)
class Asker:
    """A person who asks, and the place where they ask.

    `conversation` is the thread or channel that messages go to; `channel` is the one that access rules apply to (for
    a thread, its parent channel). `guild` is None in direct messages. `may_write`: they may send messages there.
    """

    person: int
    name: str
    guild: int | None
    channel: int
    conversation: int
    roles: frozenset[int]
    own_locale: str
    common_locale: str
    is_manager: bool = False
    may_write: bool = True

    @classmethod
    def of_interaction(cls, interaction: discord.Interaction[Any]) -> Asker:
        channel, user = interaction.channel, interaction.user
        conversation = interaction.channel_id or 0
        own = str(interaction.locale)
        return cls(
            person=user.id,
            name=user.display_name,
            guild=interaction.guild_id,
            channel=_parent_channel(channel, conversation),
            conversation=conversation,
            roles=_roles(user),
            own_locale=own,
            common_locale=str(interaction.guild_locale or own),
            is_manager=interaction.guild_id is not None and interaction.permissions.manage_guild,
            may_write=interaction.guild_id is None or _may_write(interaction),
        )

    @classmethod
    def of_message(cls, message: discord.Message) -> Asker:
        locale = str(message.guild.preferred_locale) if message.guild else "en"
        return cls(
            person=message.author.id,
            name=message.author.display_name,
            guild=message.guild.id if message.guild else None,
            channel=_parent_channel(message.channel, message.channel.id),
            conversation=message.channel.id,
            roles=_roles(message.author),
            own_locale=locale,
            common_locale=locale,
        )


def _may_write(interaction: discord.Interaction[discord.Client]) -> bool:
    permissions = interaction.permissions
    in_thread = isinstance(interaction.channel, discord.Thread)
    return permissions.send_messages_in_threads if in_thread else permissions.send_messages


def _parent_channel(channel: object, conversation: int) -> int:
    return channel.parent_id if isinstance(channel, discord.Thread) else conversation


def _roles(user: discord.User | discord.Member) -> frozenset[int]:
    return frozenset(role.id for role in user.roles) if isinstance(user, discord.Member) else frozenset()


class Audience:
    """Finds the scope of a person or channel from the access rules and the person's current roles."""

    def __init__(
        self,
        access: AccessRules,
        guilds: Callable[[], Iterable[discord.Guild]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take the rules, the guilds of which the bot is a member, and a clock in seconds."""
        self._access = access
        self._guilds = guilds
        self.clock = clock
        self._memberships: dict[int, tuple[float, tuple[Membership, ...]]] = {}

    async def scope(self, asker: Asker, *, private: bool) -> Scope:
        """Return what this person alone (`private`) or every reader of the place may see; refuse unserved guilds."""
        if asker.guild is None:
            return self._access.direct_message_scope(await self._memberships_of(asker.person))
        if not self._access.serves(asker.guild):
            raise Refusal("error-not-served")
        if private:
            return self._access.member_scope(asker.guild, asker.channel, asker.roles)
        return self._access.channel_scope(asker.guild, asker.channel)

    async def _memberships_of(self, person: int) -> tuple[Membership, ...]:
        """Return the guilds that a person shares with the bot, from Discord or from the cache."""
        now = self.clock()
        since, cached = self._memberships.get(person, (0.0, ()))
        if person in self._memberships and now - since < _CACHE_SECONDS:
            return cached
        gate = asyncio.Semaphore(_MAX_CONCURRENT)

        async def membership(guild: discord.Guild) -> Membership | None:
            async with gate:
                try:
                    member = await guild.fetch_member(person)
                except (discord.NotFound, discord.Forbidden):
                    return None
            return Membership(guild.id, _roles(member))

        served = [guild for guild in self._guilds() if self._access.serves(guild.id)]
        memberships = tuple(filter(None, await asyncio.gather(*map(membership, served))))
        if len(self._memberships) >= _MAX_CACHED:
            self._memberships.clear()
        self._memberships[person] = (now, memberships)
        return memberships
