"""Access: managers decide which channels and roles see which collections."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.access_rules import AccessRule, RuleTarget
from bot.discord_io.cards import Card, Colour, Text, notice, with_names_cut
from bot.discord_io.commands import collections_of, matching_choices, own_labels
from bot.discord_io.components import respond
from bot.discord_io.language import Refusal
from bot.discord_io.markup import inert_line
from bot.discord_io.people import Asker, ManagersOnly
from bot.settings import EVERYTHING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.app import AskbriefBot, Interaction
    from bot.discord_io.commands import Choices
    from bot.discord_io.language import Localization

    _Target = discord.abc.GuildChannel | discord.Role

_NO_COLLECTION = "."
"""Stands for the documents in no collection; their collection is the empty name, which Discord does not accept."""
_MAX_RULES = 40
_MAX_NAME = 90


@app_commands.guild_only()
@app_commands.default_permissions(manage_guild=True)
class AccessCog(
    ManagersOnly, commands.GroupCog, group_name="access", group_description="Who may see which collections"
):
    """The access rules of a server."""

    bot: AskbriefBot

    def __init__(self, bot: AskbriefBot) -> None:
        """Take the bot."""
        self.bot = bot

    @app_commands.command(
        name="allow", description="Grant a collection to a channel or a role; everything else is hidden"
    )
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

    async def _allow(self, interaction: Interaction, collection: str, *targets: _Target | None) -> None:
        rule, words = await self._rule(interaction, collection, targets)
        self.bot.access.allow(rule)
        await respond(interaction, notice(_written("access-allowed", rule, words)))

    @app_commands.command(name="revoke", description="Revoke a collection from a channel or a role")
    @app_commands.describe(collection="Which collection", channel="From this channel", role="From this role")
    async def revoke(
        self,
        interaction: Interaction,
        collection: str,
        channel: discord.TextChannel | discord.ForumChannel | None = None,
        role: discord.Role | None = None,
    ) -> None:
        """Remove a rule."""
        await self.bot.attend(interaction, self._revoke(interaction, collection, channel, role))

    async def _revoke(self, interaction: Interaction, collection: str, *targets: _Target | None) -> None:
        rule, words = await self._rule(interaction, collection, targets, must_exist=False)
        revoked = self.bot.access.revoke(rule)
        text = _written("access-revoked", rule, words) if revoked else words("access-no-rule")
        await respond(interaction, notice(text))

    @allow.autocomplete("collection")
    @revoke.autocomplete("collection")
    async def _collections(self, interaction: Interaction, typed: str) -> Choices:
        """Offer the collections that this server may grant."""
        asker = Asker.of_interaction(interaction)
        if asker.guild is None or not asker.is_manager:
            return []
        words = self.bot.words(asker, private=True)
        fixed = [(words("choice-everything"), EVERYTHING), (words("choice-top"), _NO_COLLECTION)]
        try:
            names = await self._grantable(asker.guild)
        except Refusal:
            return []
        return matching_choices(typed, [*fixed, *own_labels(names)])

    @app_commands.command(name="list", description="Show who may see what")
    async def list_rules(self, interaction: Interaction) -> None:
        """List the rules."""
        await self.bot.attend(interaction, self._show(interaction))

    @app_commands.command(name="close", description="Show only what was granted to a channel or role")
    async def close(self, interaction: Interaction) -> None:
        """Close the server."""
        await self.bot.attend(interaction, self._switch(interaction, is_open=False))

    @app_commands.command(name="open", description="Show everybody here all documents of this server")
    async def open(self, interaction: Interaction) -> None:
        """Open the server."""
        await self.bot.attend(interaction, self._switch(interaction, is_open=True))

    async def _show(self, interaction: Interaction) -> None:
        guild, words = self._guild_and_words(interaction)
        access = self.bot.access
        await respond(interaction, rules_card(access.rules(guild), is_open=access.is_open(guild), words=words))

    async def _switch(self, interaction: Interaction, *, is_open: bool) -> None:
        guild, words = self._guild_and_words(interaction)
        if is_open:
            self.bot.access.open(guild)
        else:
            self.bot.access.close(guild)
        await respond(interaction, notice(words("access-opened" if is_open else "access-now-closed")))

    def _guild_and_words(self, interaction: Interaction) -> tuple[int, Localization]:
        asker, words = self.manager(interaction)
        return asker.guild or 0, words  # a manager is always in a server

    async def _grantable(self, guild: int) -> list[str]:
        ceiling = self.bot.access.ceiling(guild)
        return collections_of(await self.bot.search.read(lambda library: library.sources(ceiling)))

    async def _rule(
        self, interaction: Interaction, collection: str, targets: Sequence[_Target | None], *, must_exist: bool = True
    ) -> tuple[AccessRule, Localization]:
        """Return the rule for a collection and the one target that is given, and the manager's language.

        Raises:
            Refusal: there is no such collection, or not exactly one target.
        """
        guild, words = self._guild_and_words(interaction)
        given = [target for target in targets if target is not None]
        if len(given) != 1:
            raise Refusal("error-target")
        await interaction.response.defer(ephemeral=True, thinking=True)
        name = "" if collection == _NO_COLLECTION else collection.strip().strip("/")
        if must_exist and name not in {EVERYTHING, "", *await self._grantable(guild)}:
            raise Refusal("error-unknown-collection", name=collection)
        kind = RuleTarget.ROLE if isinstance(given[0], discord.Role) else RuleTarget.CHANNEL
        return AccessRule(guild, name, kind, given[0].id), words


def rules_card(rules: Sequence[AccessRule], *, is_open: bool, words: Localization) -> Card:
    """Return who may see what in a guild."""
    head = [f"### {words('access-title')}", words("access-open" if is_open else "access-closed")]
    rest = len(rules) - _MAX_RULES
    more = [f"- {words('and-more', count=rest)}"] if rest > 0 else []
    shown = rules[:_MAX_RULES]
    text = with_names_cut(
        lambda longest: "\n".join(
            [*head, *(f"- {_written('access-rule', rule, words, longest)}" for rule in shown), *more]
        )
    )
    return Card((Text(text),), Colour.UNSURE if is_open else Colour.PLAIN)


def _written(message: str, rule: AccessRule, words: Localization, longest: int = _MAX_NAME) -> str:
    """Write a message about a rule, with its collection and a mention of its target."""
    if rule.kind is RuleTarget.CHANNEL:
        target = f"<#{rule.target}>"
    elif rule.target == rule.guild:
        target = words("access-everyone")
    else:
        target = f"<@&{rule.target}>"
    return words(message, collection=collection_name(rule.collection, words, longest), target=target)


def collection_name(collection: str, words: Localization, longest: int = _MAX_NAME) -> str:
    """Write a collection's name; "every collection" and "no collection" are described in words."""
    if collection == EVERYTHING:
        return words("collection-everything")
    return f"**{inert_line(collection, longest)}**" if collection else words("collection-top")


async def setup(bot: AskbriefBot) -> None:
    """Add the cog."""
    await bot.add_cog(AccessCog(bot))
