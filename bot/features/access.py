"""Access: managers decide which channels and roles see which collections."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.access_rules import AccessRule, RuleTarget
from bot.discord_io.cards import Card, Colour, notice, with_names_cut
from bot.discord_io.commands import collections_of, matching_choices, own_labels
from bot.discord_io.components import respond, think
from bot.discord_io.features import ManagersOnly, attended
from bot.discord_io.language import Refusal
from bot.discord_io.markup import inert_line
from bot.discord_io.people import Asker
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

    @app_commands.command(
        name="allow", description="Grant a collection to a channel or a role; everything else is hidden"
    )
    @app_commands.describe(collection="Which collection", channel="Who reads this channel", role="Who has this role")
    @attended
    async def allow(
        self,
        interaction: Interaction,
        collection: str,
        channel: discord.TextChannel | discord.ForumChannel | None = None,
        role: discord.Role | None = None,
    ) -> None:
        rule, words = await self._rule(interaction, collection, channel, role)
        self.bot.access.allow(rule)
        await respond(interaction, notice(_written("access-allowed", rule, words)))

    @app_commands.command(name="revoke", description="Revoke a collection from a channel or a role")
    @app_commands.describe(collection="Which collection", channel="From this channel", role="From this role")
    @attended
    async def revoke(
        self,
        interaction: Interaction,
        collection: str,
        channel: discord.TextChannel | discord.ForumChannel | None = None,
        role: discord.Role | None = None,
    ) -> None:
        rule, words = await self._rule(interaction, collection, channel, role, must_exist=False)
        revoked = self.bot.access.revoke(rule)
        text = _written("access-revoked", rule, words) if revoked else words("access-no-rule")
        await respond(interaction, notice(text))

    @allow.autocomplete("collection")
    @revoke.autocomplete("collection")
    async def _collections(self, interaction: Interaction, typed: str) -> Choices:
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
    @attended
    async def list_rules(self, interaction: Interaction) -> None:
        _, guild, words = self.manager(interaction)
        access = self.bot.access
        await respond(interaction, rules_card(access.rules(guild), is_open=access.is_open(guild), words=words))

    @app_commands.command(name="close", description="Show only what was granted to a channel or role")
    @attended
    async def close(self, interaction: Interaction) -> None:
        _, guild, words = self.manager(interaction)
        self.bot.access.close(guild)
        await respond(interaction, notice(words("access-now-closed")))

    @app_commands.command(name="open", description="Show everybody here all documents of this server")
    @attended
    async def open(self, interaction: Interaction) -> None:
        _, guild, words = self.manager(interaction)
        self.bot.access.open(guild)
        await respond(interaction, notice(words("access-opened")))

    async def _grantable(self, guild: int) -> list[str]:
        ceiling = self.bot.access.ceiling(guild)
        return collections_of(await self.bot.search.read(lambda library: library.sources(ceiling)))

    async def _rule(
        self, interaction: Interaction, collection: str, *targets: _Target | None, must_exist: bool = True
    ) -> tuple[AccessRule, Localization]:
        """Return the rule and the language; refuse an unknown collection, and any but one target."""
        _, guild, words = self.manager(interaction)
        given = [target for target in targets if target is not None]
        if len(given) != 1:
            raise Refusal("error-target")
        await think(interaction)
        name = "" if collection == _NO_COLLECTION else collection.strip().strip("/")
        if must_exist and name not in {EVERYTHING, "", *await self._grantable(guild)}:
            raise Refusal("error-unknown-collection", name=collection)
        kind = RuleTarget.ROLE if isinstance(given[0], discord.Role) else RuleTarget.CHANNEL
        return AccessRule(guild, name, kind, given[0].id), words


def rules_card(rules: Sequence[AccessRule], *, is_open: bool, words: Localization) -> Card:
    head = [f"### {words('access-title')}", words("access-open" if is_open else "access-closed")]
    rest = len(rules) - _MAX_RULES
    more = [f"- {words('and-more', count=rest)}"] if rest > 0 else []
    shown = rules[:_MAX_RULES]
    text = with_names_cut(
        lambda longest: "\n".join(
            [*head, *(f"- {_written('access-rule', rule, words, longest)}" for rule in shown), *more]
        )
    )
    return notice(text, Colour.UNSURE if is_open else Colour.PLAIN)


def _written(message: str, rule: AccessRule, words: Localization, longest: int = _MAX_NAME) -> str:
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
    await bot.add_cog(AccessCog(bot))
