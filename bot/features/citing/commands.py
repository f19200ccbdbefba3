"""Citing: the commands and buttons for citation keys and for passages in context."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

import discord
from discord import app_commands

from askbrief.citations.locators import parse_place
from askbrief.errors import CitationUnknown, InputError
from askbrief.records import Style
from bot.discord_io.cards import link_maker, notice
from bot.discord_io.commands import matching_choices
from bot.discord_io.components import post, respond, think, update
from bot.discord_io.features import Feature, attended
from bot.discord_io.language import Refusal
from bot.discord_io.markup import inert_line
from bot.discord_io.people import Asker
from bot.features.citing import cards

if TYPE_CHECKING:
    from collections.abc import Callable

    from askbrief.library import Library
    from askbrief.records import Scope
    from bot.app import AskbriefBot, Interaction
    from bot.discord_io.cards import Card
    from bot.discord_io.commands import Choices
    from bot.discord_io.language import Localization

Result = TypeVar("Result")
_MAX_NAME = 60


class CitingCog(Feature):
    """Citation keys."""

    def __init__(self, bot: AskbriefBot) -> None:
        super().__init__(bot)
        bot.actions.add(cite=self.menu, style=self.restyle, post=self.post, around=self.around)

    @app_commands.command(name="cite", description="Resolve a citation key: does the quote still stand?")
    @app_commands.describe(key="A key (ttp-report-k7f3qa) or a place (report.pdf p. 12)", style="How to write it")
    @app_commands.choices(style=[app_commands.Choice(name=one.capitalize(), value=one) for one in cards.STYLES])
    @attended
    async def cite(self, interaction: Interaction, key: str, style: str | None = None) -> None:
        _, scope, words = await self.visitor(interaction)
        key = await self._located(key, scope)
        if style is not None:
            await respond(interaction, await self._menu(interaction, key, Style(style), scope, words))
            return
        citation = await self._read(key, lambda library: library.cite(key, scope))
        await respond(interaction, cards.resolved_card(citation, words, link_maker(self.bot.links, scope)))

    @app_commands.command(name="passage", description="Show a passage with the text before and after it")
    @app_commands.describe(key="A key (ttp-report-k7f3qa) or a place (report.pdf p. 12)")
    @attended
    async def passage(self, interaction: Interaction, key: str) -> None:
        await self.around(interaction, key)

    @cite.autocomplete("key")
    @passage.autocomplete("key")
    async def _keys(self, interaction: Interaction, typed: str) -> Choices:
        keys = await asyncio.to_thread(self.bot.journal.recent_keys)
        return await self.choices(
            interaction, lambda library, scope: matching_choices(typed, _labelled(library, keys, scope))
        )

    async def menu(self, interaction: Interaction, key: str) -> None:
        _, scope, words = await self.visitor(interaction)
        await respond(interaction, await self._menu(interaction, key, Style.MARKDOWN, scope, words))

    async def restyle(self, interaction: Interaction, argument: str) -> None:
        style, _, key = argument.partition(":")
        _, scope, words = await self.visitor(interaction, in_place=True)
        await update(interaction, await self._menu(interaction, key, Style(style), scope, words))

    async def post(self, interaction: Interaction, key: str) -> None:
        """Post the quote in the channel, if everybody there may see it."""
        await think(interaction)
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
        _, scope, words = await self.visitor(interaction)
        located = await self._located(key, scope)
        surroundings = await self._read(located, lambda library: library.read_around(located, scope))
        await respond(interaction, cards.around_card(surroundings, words, link_maker(self.bot.links, scope)))

    async def _located(self, where: str, scope: Scope) -> str:
        """Return the key that is meant; for a place such as "report.pdf p. 12", that of its first passage."""
        if parse_place(where) is None:
            return where
        try:
            return (await self.bot.search.read(lambda library: library.locate(where, scope)))[0]
        except (CitationUnknown, InputError):
            raise Refusal("error-unknown-place", place=where) from None

    async def _read(self, key: str, look_up: Callable[[Library], Result]) -> Result:
        try:
            return await self.bot.search.read(look_up)
        except InputError:
            raise Refusal("error-malformed-key", key=key) from None
        except CitationUnknown:
            raise Refusal("error-unknown-key", key=key) from None

    async def _menu(self, interaction: Interaction, key: str, style: Style, scope: Scope, words: Localization) -> Card:
        citation = await self._read(key, lambda library: library.cite(key, scope))
        in_guild, link = interaction.guild_id is not None, link_maker(self.bot.links, scope)
        return cards.menu_card(citation, style, words, postable=in_guild, link=link, url=self.bot.settings.url)


def _labelled(library: Library, keys: list[str], scope: Scope) -> list[tuple[str, str]]:
    citations = ((key, library.recall(key, scope)) for key in keys)
    return [(f"{key} · {citation.title}", key) for key, citation in citations if citation is not None]


async def setup(bot: AskbriefBot) -> None:
    await bot.add_cog(CitingCog(bot))
