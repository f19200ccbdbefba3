"""People: who asks, where, what they may see there, and the base classes of the features that serve them."""

from __future__ import annotations

import asyncio
import inspect
import time
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

import discord
from discord import app_commands
from discord.ext import commands
from discord.utils import resolve_annotation

from bot.access_rules import Membership
from bot.discord_io.components import think
from bot.discord_io.language import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable

    from askbrief.library import Library
    from askbrief.records import Scope
    from bot.access_rules import AccessRules
    from bot.app import AskbriefBot, Interaction
    from bot.discord_io.commands import Choices
    from bot.discord_io.language import Localization

FeatureT = TypeVar("FeatureT", bound="Feature")
Options = ParamSpec("Options")
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


class Feature(commands.Cog):
    """A group of commands and buttons of the bot."""

    def __init__(self, bot: AskbriefBot) -> None:
        self.bot = bot

    async def visitor(self, interaction: Interaction, *, in_place: bool = False) -> tuple[Asker, Scope, Localization]:
        """Defer a private answer, or a change of the card `in_place`; return the person, their scope and language."""
        await (interaction.response.defer() if in_place else think(interaction))
        asker = Asker.of_interaction(interaction)
        return asker, await self.bot.audience.scope(asker, private=True), self.bot.words(asker, private=True)

    async def choices(
        self, interaction: Interaction, choose: Callable[[Library, Scope], Choices], *, private: bool = True
    ) -> Choices:
        """Return the choices of an option within the person's scope; none if their question would be refused."""
        try:
            scope = await self.bot.audience.scope(Asker.of_interaction(interaction), private=private)
            return await self.bot.search.read(lambda library: choose(library, scope))
        except Refusal:
            return []


def attended(
    handler: Callable[Concatenate[FeatureT, Interaction, Options], Coroutine[Any, Any, None]],
) -> Callable[Concatenate[FeatureT, Interaction, Options], Coroutine[Any, Any, None]]:
    """Let the bot attend to a command, so that each of its errors reaches the person as a sentence."""

    @wraps(handler)
    async def attend(
        self: FeatureT, interaction: Interaction, /, *args: Options.args, **options: Options.kwargs
    ) -> None:
        await self.bot.attend(interaction, handler(self, interaction, *args, **options))

    # discord.py would look up the annotations of the options in this module; those of `self, interaction` it ignores
    signature, names = inspect.signature(handler), handler.__globals__
    ignored, options = list(signature.parameters.values())[:2], list(signature.parameters.values())[2:]
    resolved = [one.replace(annotation=resolve_annotation(one.annotation, names, names, {})) for one in options]
    attend.__signature__ = signature.replace(parameters=[*ignored, *resolved])  # type: ignore[attr-defined]
    return attend


class ManagersOnly(Feature):
    """A feature whose commands are for server managers only, also where Discord shows them to others."""

    async def interaction_check(self, interaction: discord.Interaction[Any], /) -> bool:
        """Check the permission here too: a server's settings can override Discord's own check.

        Autocompletion is let through; it decides itself what it offers.
        """
        if interaction.type is discord.InteractionType.autocomplete:
            return True
        if not interaction.permissions.manage_guild:
            raise app_commands.MissingPermissions(["manage_guild"])
        return True

    def manager(self, interaction: Interaction) -> tuple[Asker, int, Localization]:
        """Return the manager, the guild and their language; refuse others, and guilds that are not served."""
        asker = Asker.of_interaction(interaction)
        if asker.guild is None:
            raise Refusal("error-server-only")
        if not asker.is_manager:
            raise Refusal("error-manager-only")
        if not self.bot.access.serves(asker.guild):
            raise Refusal("error-not-served")
        return asker, asker.guild, self.bot.words(asker, private=True)
