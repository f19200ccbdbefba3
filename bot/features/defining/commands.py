"""Defining: what a name stands for, for the person who asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from discord import app_commands
from discord.ext import commands

from bot.discord_io.cards import linking
from bot.discord_io.choices import choices, named
from bot.discord_io.components import respond
from bot.discord_io.people import Asker
from bot.errors import Refusal
from bot.features.defining.cards import definitions

if TYPE_CHECKING:
    from askbrief.library import Library
    from askbrief.records import Definition, Scope
    from bot.app import AskbriefBot, Interaction

log = structlog.get_logger("askbrief.bot")


class DefiningCog(commands.Cog):
    """Acronyms and other names."""

    def __init__(self, bot: AskbriefBot) -> None:
        """Take the bot."""
        self.bot = bot

    @app_commands.command(name="define", description="Say what an acronym or a name stands for, and where it is said")
    @app_commands.describe(name="An acronym or another name, such as TTP")
    async def define(self, interaction: Interaction, name: str) -> None:
        """Show each meaning with the passage that says so."""
        await self.bot.attend(interaction, self._define(interaction, name))

    async def _define(self, interaction: Interaction, name: str) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        asker = Asker.of_interaction(interaction)
        scope = await self.bot.audience.scope(asker, private=True)
        found, similar = await self.bot.desk.read(lambda library: _looked_up(library, name, scope))
        if not found and similar:
            raise Refusal("error-unknown-name-similar", name=name, similar=", ".join(similar))
        if not found:
            raise Refusal("error-unknown-name", name=name)
        for note in {note for one in found for note in one.notes}:
            log.warning("answer-note", note=note)
        link = linking(self.bot.links, scope)
        await respond(interaction, definitions(found, self.bot.words(asker, private=True), link))

    @define.autocomplete("name")
    async def _names(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """Names that are defined, as far as this person may see where."""
        try:
            scope = await self.bot.audience.scope(Asker.of_interaction(interaction), private=True)
            found = await self.bot.desk.read(lambda library: choices(typed, named(library.names(scope))))
        except Refusal:
            return []
        return [app_commands.Choice(name=label, value=value) for label, value in found]


def _looked_up(library: Library, name: str, scope: Scope) -> tuple[list[Definition], list[str]]:
    """What a name stands for, or names like it, all within a scope."""
    found = library.define(name, scope)
    return found, [] if found else library.names(scope, like=name)


async def setup(bot: AskbriefBot) -> None:
    """Add the cog."""
    await bot.add_cog(DefiningCog(bot))
