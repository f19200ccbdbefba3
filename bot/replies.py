"""Sending cards: as the answer to an interaction, to a message, or into a channel."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import discord

from bot.views import edited, rendered

if TYPE_CHECKING:
    from bot.cards.layout import Card

    Interaction = discord.Interaction[Any]

_DEFERRED = discord.InteractionResponseType.deferred_channel_message
_ANSWERED = "answered"


async def respond(interaction: Interaction, card: Card, *, private: bool = True) -> discord.Message | None:
    """Answer an interaction: in place of the "thinking" that was promised, or with a message of its own.

    Gives the message, unless Discord does not tell which it became.
    """
    if not interaction.response.is_done():
        sent = await interaction.response.send_message(**rendered(card), ephemeral=private)
        return sent.resource if isinstance(sent.resource, discord.Message) else None
    if interaction.response.type is _DEFERRED and not interaction.extras.get(_ANSWERED):
        interaction.extras[_ANSWERED] = True
        return await interaction.edit_original_response(**edited(card))
    return await interaction.followup.send(**rendered(card), ephemeral=True, wait=True)


async def update(interaction: Interaction, card: Card, *, private: bool = True) -> None:
    """Put a card in the place of the one whose button was pressed, or of the last answer to a command.

    What is `private` never takes the place of what others read: then it becomes a message of its own.
    """
    if private and _is_read_by_others(interaction):
        await respond(interaction, card)
    elif not interaction.response.is_done():
        await interaction.response.edit_message(**edited(card))
    else:
        interaction.extras[_ANSWERED] = True
        await interaction.edit_original_response(**edited(card))


def _is_read_by_others(interaction: Interaction) -> bool:
    """Whether the message whose button was pressed stands in a channel; a command has none."""
    message = interaction.message
    return interaction.guild_id is not None and message is not None and not message.flags.ephemeral


async def reply(to: discord.Message | discord.PartialMessage, card: Card) -> discord.Message:
    """Answer a message; also where it has been deleted meanwhile."""
    reference = discord.MessageReference(
        message_id=to.id, channel_id=to.channel.id, guild_id=to.guild.id if to.guild else None, fail_if_not_exists=False
    )
    return await to.channel.send(**rendered(card), reference=reference, mention_author=False)


async def post(channel: discord.abc.Messageable, card: Card) -> discord.Message:
    """Put a card into a channel."""
    return await channel.send(**rendered(card))


async def say_typing(channel: discord.abc.Messageable) -> None:
    """Show that an answer is on its way; if that may not be shown, the answer comes all the same."""
    with suppress(discord.HTTPException):
        await channel.typing()
