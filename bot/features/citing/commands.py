"""Citing: the commands and buttons for citation keys and for passages in context."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

import discord
from discord import app_commands
from discord.ext import commands

from askbrief.citations.locators import parse_place
from askbrief.errors import CitationUnknown, InputError
from askbrief.records import Style
from bot.discord_io.cards import link_maker, notice
from bot.discord_io.commands import matching_choices
from bot.discord_io.components import post, respond, update
from bot.discord_io.language import Refusal
from bot.discord_io.markup import inert_line
from bot.discord_io.people import Asker
from bot.features.citing import cards

if TYPE_CHECKING:
    from collections.abc import Callable

    from askbrief.library import Library
    from askbrief.records import Citation, Scope
    from bot.app import AskbriefBot, Interaction
    from bot.discord_io.cards import Card, LinkMaker
    from bot.discord_io.commands import Choices

Result = TypeVar("Result")
_MAX_NAME = 60


class CitingCog(commands.Cog):
    """Citation keys."""

    def __init__(self, bot: AskbriefBot) -> None:
        """Register the buttons."""
        self.bot = bot
        bot.actions.add(cite=self.menu, style=self.restyle, post=self.post, around=self.around)

    # ----------------------------------------------------------------------------------------- commands

    @app_commands.command(name="cite", description="Resolve a citation key: does the quote still stand?")
    @app_commands.describe(key="A key (ttp-report-k7f3qa) or a place (report.pdf p. 12)", style="How to write it")
    @app_commands.choices(style=[app_commands.Choice(name=one.capitalize(), value=one) for one in cards.STYLES])
    async def cite(self, interaction: Interaction, key: str, style: str | None = None) -> None:
        """Show the status of a quote; with a style, show the citation for copying."""
        await self.bot.attend(interaction, self._cite(interaction, key, style))

    async def _cite(self, interaction: Interaction, key: str, style: str | None) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        asker, citation, link = await self._resolved(interaction, await self._located(interaction, key))
        words = self.bot.words(asker, private=True)
        if style is None:
            await respond(interaction, cards.resolved_card(citation, words, link))
        else:
            await respond(interaction, self._menu(citation, Style(style), asker, link))

    @app_commands.command(name="passage", description="Show a passage with the text before and after it")
    @app_commands.describe(key="A key (ttp-report-k7f3qa) or a place (report.pdf p. 12)")
    async def passage(self, interaction: Interaction, key: str) -> None:
        """Show a passage between its neighbours."""
        await self.bot.attend(interaction, self._passage(interaction, key))

    async def _passage(self, interaction: Interaction, where: str) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._show_around(interaction, await self._located(interaction, where))

    @cite.autocomplete("key")
    @passage.autocomplete("key")
    async def _keys(self, interaction: Interaction, typed: str) -> Choices:
        """Offer the keys that were shown recently, within the person's scope."""
        try:
            scope = await self.bot.audience.scope(Asker.of_interaction(interaction), private=True)
            keys = await asyncio.to_thread(self.bot.journal.recent_keys)
            return await self.bot.search.read(lambda library: matching_choices(typed, _labelled(library, keys, scope)))
        except Refusal:
            return []

    # ------------------------------------------------------------------------------------------ buttons

    async def menu(self, interaction: Interaction, key: str) -> None:
        """Open the private menu."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        asker, citation, link = await self._resolved(interaction, key)
        await respond(interaction, self._menu(citation, Style.MARKDOWN, asker, link))

    async def restyle(self, interaction: Interaction, argument: str) -> None:
        """Show the citation in another style, in place."""
        style, _, key = argument.partition(":")
        await interaction.response.defer()
        asker, citation, link = await self._resolved(interaction, key)
        await update(interaction, self._menu(citation, Style(style), asker, link))

    async def post(self, interaction: Interaction, key: str) -> None:
        """Post the quote in the channel, if everybody there may see it."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        asker = Asker.of_interaction(interaction)
        channel = interaction.channel
        if asker.guild is None or not isinstance(channel, discord.abc.Messageable):
            raise Refusal("error-server-only")
        if not asker.may_write:
            raise Refusal("error-may-not-write")
        scope = await self.bot.audience.scope(asker, private=False)
        try:
            citation = await self.bot.search.read(lambda library: library.cite(key, scope))
        except CitationUnknown:
            raise Refusal("error-not-for-channel") from None
        by = inert_line(asker.name, _MAX_NAME)
        words, link = self.bot.words(asker, private=False), link_maker(self.bot.links, scope)
        await post(channel, cards.posted_card(citation, words, by=by, link=link))
        await respond(interaction, notice(self.bot.words(asker, private=True)("posted")))

    async def around(self, interaction: Interaction, key: str) -> None:
        """Show the passage between its neighbours, privately."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._show_around(interaction, key)

    async def _show_around(self, interaction: Interaction, key: str) -> None:
        asker = Asker.of_interaction(interaction)
        scope = await self.bot.audience.scope(asker, private=True)
        surroundings = await self._read(key, lambda library: library.read_around(key, scope))
        link = link_maker(self.bot.links, scope)
        await respond(interaction, cards.around_card(surroundings, self.bot.words(asker, private=True), link))

    async def _located(self, interaction: Interaction, where: str) -> str:
        """Return the key that is meant; for a place such as "report.pdf p. 12", that of its first passage."""
        if parse_place(where) is None:
            return where
        asker = Asker.of_interaction(interaction)
        scope = await self.bot.audience.scope(asker, private=True)
        try:
            return (await self.bot.search.read(lambda library: library.locate(where, scope)))[0]
        except (CitationUnknown, InputError):
            raise Refusal("error-unknown-place", place=where) from None

    async def _resolved(self, interaction: Interaction, key: str) -> tuple[Asker, Citation, LinkMaker]:
        asker = Asker.of_interaction(interaction)
        scope = await self.bot.audience.scope(asker, private=True)
        citation = await self._read(key, lambda library: library.cite(key, scope))
        return asker, citation, link_maker(self.bot.links, scope)

    async def _read(self, key: str, look_up: Callable[[Library], Result]) -> Result:
        try:
            return await self.bot.search.read(look_up)
        except InputError:
            raise Refusal("error-malformed-key", key=key) from None
        except CitationUnknown:
            raise Refusal("error-unknown-key", key=key) from None

    def _menu(self, citation: Citation, style: Style, asker: Asker, link: LinkMaker) -> Card:
        words, url = self.bot.words(asker, private=True), self.bot.settings.url
        return cards.menu_card(citation, style, words, postable=asker.guild is not None, link=link, url=url)


def _labelled(library: Library, keys: list[str], scope: Scope) -> list[tuple[str, str]]:
    citations = ((key, library.recall(key, scope)) for key in keys)
    return [(f"{key} · {citation.title}", key) for key, citation in citations if citation is not None]


async def setup(bot: AskbriefBot) -> None:
    """Add the cog."""
    await bot.add_cog(CitingCog(bot))
