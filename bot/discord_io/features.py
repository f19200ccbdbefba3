"""Features: the base of the cogs that hold commands and buttons, and the decorator of their commands."""

from __future__ import annotations

import inspect
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

import discord
from discord import app_commands
from discord.ext import commands
from discord.utils import resolve_annotation

from bot.discord_io.components import think
from bot.discord_io.language import Refusal
from bot.discord_io.people import Asker

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from askbrief.library import Library
    from askbrief.records import Scope
    from bot.app import AskbriefBot, Interaction
    from bot.discord_io.commands import Choices
    from bot.discord_io.language import Localization

FeatureT = TypeVar("FeatureT", bound="Feature")
Options = ParamSpec("Options")


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
