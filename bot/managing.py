"""Commands for those who manage a server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

if TYPE_CHECKING:
    from bot.app import Interaction


class ManagersOnly(commands.Cog):
    """A cog whose commands are refused to all others, also where Discord shows them."""

    async def interaction_check(self, interaction: Interaction, /) -> bool:  # type: ignore[override]
        """Check on our side too: Discord's own check can be overridden by a server's managers.

        What autocompletes decides by itself what it offers.
        """
        if interaction.type is discord.InteractionType.autocomplete:
            return True
        if not interaction.permissions.manage_guild:
            raise app_commands.MissingPermissions(["manage_guild"])
        return True
