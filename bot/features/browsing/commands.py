"""Browsing: what is indexed, how fresh it is, and help."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from discord import app_commands
from discord.ext import commands

from askbrief.records import Scope
from bot.coverage import Coverage, visible_changes
from bot.discord_io.choices import choices, collections_of, named
from bot.discord_io.components import respond, update
from bot.discord_io.people import Asker
from bot.errors import Refusal
from bot.features.browsing import cards

if TYPE_CHECKING:
    from askbrief.records import Source
    from bot.app import AskbriefBot, Interaction
    from bot.discord_io.cards import Card


class BrowsingCog(commands.Cog):
    """Listings, for the person who asks."""

    def __init__(self, bot: AskbriefBot) -> None:
        """Add the buttons."""
        self.bot = bot
        bot.actions.add(sources=self.page)

    @app_commands.command(name="sources", description="List the documents that can be searched")
    @app_commands.describe(collection="Only this collection")
    async def sources(self, interaction: Interaction, collection: str | None = None) -> None:
        """List the sources, ten at a time."""
        await self.bot.attend(interaction, self._sources(interaction, collection))

    async def _sources(self, interaction: Interaction, collection: str | None) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        asker, _, listed = await self._visible(interaction)
        names = {name.casefold(): name for name in collections_of(listed)}
        if collection is not None and collection.strip().casefold() not in names:
            raise Refusal("error-unknown-collection", name=collection)
        chosen = names[collection.strip().casefold()] if collection is not None else None
        await respond(interaction, self._page(listed, 0, chosen, asker))

    @sources.autocomplete("collection")
    async def _collections(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        try:
            _, _, listed = await self._visible(interaction)
        except Refusal:
            return []
        found = choices(typed, named(collections_of(listed)))
        return [app_commands.Choice(name=label, value=value) for label, value in found]

    async def page(self, interaction: Interaction, argument: str) -> None:
        """Turn to another page, in place."""
        first, _, mark = argument.partition(":")
        await interaction.response.defer()
        asker, _, listed = await self._visible(interaction)
        try:
            chosen = cards.collection_with(mark or "-", collections_of(listed))
        except KeyError:
            raise Refusal("error-too-old") from None
        await update(interaction, self._page(listed, int(first), chosen, asker))

    async def _visible(self, interaction: Interaction) -> tuple[Asker, Scope, list[Source]]:
        asker = Asker.of_interaction(interaction)
        scope = await self.bot.audience.scope(asker, private=True)
        return asker, scope, await self.bot.desk.read(lambda library: library.sources(scope))

    def _page(self, listed: list[Source], first: int, collection: str | None, asker: Asker) -> Card:
        if collection is not None:
            within = Scope(collections=frozenset({collection}))
            listed = [source for source in listed if within.admits(source.doc_id, source.metadata)]
        return cards.sources(listed, first, collection, self.bot.words(asker, private=True))

    @app_commands.command(
        name="status", description="Say which index serves, how old it is, and what has changed since"
    )
    async def status(self, interaction: Interaction) -> None:
        """Show how the index stands, as far as this person may see it."""
        await self.bot.attend(interaction, self._status(interaction))

    async def _status(self, interaction: Interaction) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        asker, scope, listed = await self._visible(interaction)
        status = self.bot.desk.status
        standing = cards.Standing(
            status.generation,
            status.model,
            Coverage.of(listed, status.built_at),
            visible_changes(await self.bot.desk.changes(), scope),
            self.bot.desk.is_building,
        )
        await respond(interaction, cards.status(standing, self.bot.words(asker, private=True), dt.datetime.now(dt.UTC)))

    @app_commands.command(name="help", description="What I can do, with examples")
    async def help(self, interaction: Interaction) -> None:
        """Say what the bot can do."""
        asker = Asker.of_interaction(interaction)
        card = cards.help_card(self.bot.words(asker, private=True), admin=asker.is_manager)
        await self.bot.attend(interaction, _shown(interaction, card))


async def _shown(interaction: Interaction, card: Card) -> None:
    await respond(interaction, card)


async def setup(bot: AskbriefBot) -> None:
    """Add the cog."""
    await bot.add_cog(BrowsingCog(bot))
