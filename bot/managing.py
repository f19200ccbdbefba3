"""Commands for those who manage a server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.errors import Refusal
from bot.people import Asker

if TYPE_CHECKING:
    from bot.app import AskbriefBot, Interaction
    from bot.language import Words


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
