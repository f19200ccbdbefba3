"""Access: which channels and roles see which collections, for those who manage the server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.access_rules import Kind, Rule
from bot.discord_io.cards import notice
from bot.discord_io.choices import choices, collections_of, named
from bot.discord_io.components import respond
from bot.discord_io.people import Asker, ManagersOnly
from bot.errors import Refusal
from bot.features.browsing import cards
from bot.settings import EVERYTHING

if TYPE_CHECKING:
    from bot.app import AskbriefBot, Interaction
    from bot.discord_io.language import Words

_TOP = "."
"""Stands for the documents in no collection, whose name is empty, where Discord wants a value."""


@app_commands.guild_only()
@app_commands.default_permissions(manage_guild=True)
class AccessCog(
    ManagersOnly, commands.GroupCog, group_name="access", group_description="Who may see which collections"
):
    """The rules of a server."""

    def __init__(self, bot: AskbriefBot) -> None:
        """Keep the bot."""
        self.bot = bot

    @app_commands.command(name="allow", description="Give a collection to a channel or a role; all else is hidden")
    @app_commands.describe(collection="Which collection", channel="Who reads this channel", role="Who has this role")
    async def allow(
        self,
        interaction: Interaction,
        collection: str,
        channel: discord.TextChannel | discord.ForumChannel | None = None,
        role: discord.Role | None = None,
    ) -> None:
        """Add a rule."""
        await self.bot.attend(interaction, self._allow(interaction, collection, channel, role))

    async def _allow(
        self,
        interaction: Interaction,
        collection: str,
        channel: discord.abc.GuildChannel | None,
        role: discord.Role | None,
    ) -> None:
        rule, words = await self._rule(interaction, collection, channel, role)
        self.bot.access.allow(rule)
        await respond(interaction, notice(_said("access-allowed", rule, channel, role, words)))

    @app_commands.command(name="revoke", description="Take a collection back from a channel or a role")
    @app_commands.describe(collection="Which collection", channel="From this channel", role="From this role")
    async def revoke(
        self,
        interaction: Interaction,
        collection: str,
        channel: discord.TextChannel | discord.ForumChannel | None = None,
        role: discord.Role | None = None,
    ) -> None:
        """Take a rule back."""
        await self.bot.attend(interaction, self._revoke(interaction, collection, channel, role))

    async def _revoke(
        self,
        interaction: Interaction,
        collection: str,
        channel: discord.abc.GuildChannel | None,
        role: discord.Role | None,
    ) -> None:
        rule, words = await self._rule(interaction, collection, channel, role, must_exist=False)
        if self.bot.access.revoke(rule):
            await respond(interaction, notice(_said("access-revoked", rule, channel, role, words)))
        else:
            await respond(interaction, notice(words("access-no-rule")))

    @allow.autocomplete("collection")
    @revoke.autocomplete("collection")
    async def _collections(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """What this server may give out at the most."""
        asker = Asker.of_interaction(interaction)
        if asker.guild is None or not asker.is_manager:
            return []
        words = self.bot.words(asker, private=True)
        fixed = [(words("choice-everything"), EVERYTHING), (words("choice-top"), _TOP)]
        try:
            names = await self._known(asker.guild)
        except Refusal:
            return []
        found = choices(typed, [*fixed, *named(names)])
        return [app_commands.Choice(name=label, value=value) for label, value in found]

    @app_commands.command(name="list", description="Show who may see what")
    async def list_rules(self, interaction: Interaction) -> None:
        """List the rules."""
        await self.bot.attend(interaction, self._show(interaction))

    @app_commands.command(name="close", description="Show only what was given to a channel or role")
    async def close(self, interaction: Interaction) -> None:
        """Close the server."""
        await self.bot.attend(interaction, self._switch(interaction, is_open=False))

    @app_commands.command(name="open", description="Show everybody here all documents of this server")
    async def open(self, interaction: Interaction) -> None:
        """Open the server."""
        await self.bot.attend(interaction, self._switch(interaction, is_open=True))

    async def _show(self, interaction: Interaction) -> None:
        guild, words = self._here(interaction)
        access = self.bot.access
        await respond(interaction, cards.rules(access.rules(guild), is_open=access.is_open(guild), words=words))

    async def _switch(self, interaction: Interaction, *, is_open: bool) -> None:
        guild, words = self._here(interaction)
        if is_open:
            self.bot.access.open(guild)
        else:
            self.bot.access.close(guild)
        await respond(interaction, notice(words("access-opened" if is_open else "access-now-closed")))

    def _here(self, interaction: Interaction) -> tuple[int, Words]:
        asker, words = self.manager(interaction)
        return asker.guild or 0, words  # a manager is in a server

    async def _known(self, guild: int) -> list[str]:
        ceiling = self.bot.access.ceiling(guild)
        return collections_of(await self.bot.desk.read(lambda library: library.sources(ceiling)))

    async def _rule(
        self,
        interaction: Interaction,
        collection: str,
        channel: discord.abc.GuildChannel | None,
        role: discord.Role | None,
        *,
        must_exist: bool = True,
    ) -> tuple[Rule, Words]:
        guild, words = self._here(interaction)
        if (channel is None) == (role is None):
            raise Refusal("error-target")
        await interaction.response.defer(ephemeral=True, thinking=True)
        name = "" if collection == _TOP else collection.strip().strip("/")
        if must_exist and name not in {EVERYTHING, "", *await self._known(guild)}:
            raise Refusal("error-unknown-collection", name=collection)
        kind, target = (Kind.CHANNEL, channel.id) if channel is not None else (Kind.ROLE, role.id if role else 0)
        return Rule(guild, name, kind, target), words


def _said(
    message: str, rule: Rule, channel: discord.abc.GuildChannel | None, role: discord.Role | None, words: Words
) -> str:
    if role is not None and role.is_default():
        target = words("access-everyone")
    else:
        target = channel.mention if channel is not None else role.mention if role is not None else ""
    return words(message, collection=cards.collection_name(rule.collection, words), target=target)


async def setup(bot: AskbriefBot) -> None:
    """Add the cog."""
    await bot.add_cog(AccessCog(bot))
