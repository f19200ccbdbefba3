"""Who asks, and where: Discord's members, channels and roles as the access rules see them."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.access_rules import Membership
from bot.errors import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from askbrief.records import Scope
    from bot.access_rules import Access
    from bot.app import AskbriefBot, Interaction
    from bot.discord_io.language import Words

_FRESH_SECONDS = 60.0
_AT_ONCE = 5
_MOST_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class Asker:
    """A person in a place.

    `channel` is what rules speak of: of a thread, the channel it is in. `conversation` is where messages go: the
    thread or channel itself. `guild` is None in direct messages. `may_write`: whether they may send messages there.
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
    def of_interaction(cls, interaction: discord.Interaction[discord.Client]) -> Asker:
        """Whoever used a command or pressed a button."""
        channel, user = interaction.channel, interaction.user
        conversation = interaction.channel_id or 0
        own = str(interaction.locale)
        return cls(
            person=user.id,
            name=user.display_name,
            guild=interaction.guild_id,
            channel=_ruled(channel, conversation),
            conversation=conversation,
            roles=_roles(user),
            own_locale=own,
            common_locale=str(interaction.guild_locale or own),
            is_manager=interaction.guild_id is not None and interaction.permissions.manage_guild,
            may_write=interaction.guild_id is None or _may_write(interaction),
        )

    @classmethod
    def of_message(cls, message: discord.Message) -> Asker:
        """Whoever wrote a message."""
        locale = str(message.guild.preferred_locale) if message.guild else "en"
        return cls(
            person=message.author.id,
            name=message.author.display_name,
            guild=message.guild.id if message.guild else None,
            channel=_ruled(message.channel, message.channel.id),
            conversation=message.channel.id,
            roles=_roles(message.author),
            own_locale=locale,
            common_locale=locale,
        )


def _may_write(interaction: discord.Interaction[discord.Client]) -> bool:
    permissions = interaction.permissions
    in_thread = isinstance(interaction.channel, discord.Thread)
    return permissions.send_messages_in_threads if in_thread else permissions.send_messages


def _ruled(channel: object, conversation: int) -> int:
    return channel.parent_id if isinstance(channel, discord.Thread) else conversation


def _roles(user: discord.User | discord.Member) -> frozenset[int]:
    return frozenset(role.id for role in user.roles) if isinstance(user, discord.Member) else frozenset()


class Audience:
    """What somebody may see at a place, by the rules and by the roles they have now."""

    def __init__(
        self,
        access: Access,
        guilds: Callable[[], Iterable[discord.Guild]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take the rules.

        Args:
            access: the rules.
            guilds: gives the guilds that the bot is in.
            clock: in seconds.
        """
        self._access = access
        self._guilds = guilds
        self._clock = clock
        self._memberships: dict[int, tuple[float, tuple[Membership, ...]]] = {}

    async def scope(self, asker: Asker, *, private: bool) -> Scope:
        """What may be shown: to this person alone, or to all who read where they are.

        Raises:
            Refusal: the guild is not served.
        """
        if asker.guild is None:
            return self._access.in_direct_messages(await self._memberships_of(asker.person))
        if not self._access.serves(asker.guild):
            raise Refusal("error-not-served")
        if private:
            return self._access.to_person(asker.guild, asker.channel, asker.roles)
        return self._access.in_channel(asker.guild, asker.channel)

    async def _memberships_of(self, person: int) -> tuple[Membership, ...]:
        """The guilds that a person shares with the bot; asked of Discord, and remembered for a minute."""
        now = self._clock()
        since, known = self._memberships.get(person, (0.0, ()))
        if person in self._memberships and now - since < _FRESH_SECONDS:
            return known
        gate = asyncio.Semaphore(_AT_ONCE)

        async def membership(guild: discord.Guild) -> Membership | None:
            async with gate:
                try:
                    member = await guild.fetch_member(person)
                except (discord.NotFound, discord.Forbidden):
                    return None
            return Membership(guild.id, _roles(member))

        served = [guild for guild in self._guilds() if self._access.serves(guild.id)]
        found = tuple(filter(None, await asyncio.gather(*map(membership, served))))
        if len(self._memberships) >= _MOST_REMEMBERED:
            self._memberships.clear()
        self._memberships[person] = (now, found)
        return found


class ManagersOnly(commands.Cog):
    """A cog whose commands are refused to all others, also where Discord shows them."""

    bot: AskbriefBot

    async def interaction_check(self, interaction: Interaction, /) -> bool:  # type: ignore[override]
        """Check on our side too: Discord's own check can be overridden by a server's managers.

        What autocompletes decides by itself what it offers.
        """
        if interaction.type is discord.InteractionType.autocomplete:
            return True
        if not interaction.permissions.manage_guild:
            raise app_commands.MissingPermissions(["manage_guild"])
        return True

    def manager(self, interaction: Interaction) -> tuple[Asker, Words]:
        """Who manages this server, checked at every button too.

        Raises:
            Refusal: they do not.
        """
        asker = Asker.of_interaction(interaction)
        if asker.guild is None:
            raise Refusal("error-server-only")
        if not asker.is_manager:
            raise Refusal("error-manager-only")
        if not self.bot.access.serves(asker.guild):
            raise Refusal("error-not-served")
        return asker, self.bot.words(asker, private=True)
