"""Cards as discord.py components, and sending them: as a response, as a reply, or into a channel."""

from __future__ import annotations

import io
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import discord
from discord import ui

from bot.discord_io.cards import Button, Card, Divider, Look, Row, Section, Text
from bot.errors import Refusal

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Coroutine

    from bot.app import AskbriefBot

    Interaction = discord.Interaction[Any]

_STYLES = {
    Look.QUIET: discord.ButtonStyle.secondary,
    Look.MAIN: discord.ButtonStyle.primary,
    Look.GOOD: discord.ButtonStyle.success,
    Look.DANGER: discord.ButtonStyle.danger,
}


class ActionButton(ui.DynamicItem[ui.Button[Any]], template=r"ab:(?P<name>[a-z]+)(?::(?P<argument>.+))?"):
    """Any button of the bot: its custom id names an action and gives its argument, and nothing else is remembered."""

    def __init__(self, button: ui.Button[Any], name: str = "", argument: str = "") -> None:
        """Wrap a button."""
        super().__init__(button)
        self.name = name
        self.argument = argument

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str]
    ) -> ActionButton:
        """Know a button again by its custom id."""
        del interaction
        assert isinstance(item, ui.Button)  # noqa: S101 - the template is only for buttons
        return cls(item, match["name"], match["argument"] or "")

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Do what the button says."""
        await interaction.client.actions.run(self.name, interaction, self.argument)


class Actions:
    """What buttons do, by name; cogs add theirs."""

    def __init__(self) -> None:
        """Begin without any."""
        self._handlers: dict[str, Callable[[discord.Interaction[AskbriefBot], str], Coroutine[Any, Any, None]]] = {}

    def add(self, **handlers: Callable[[discord.Interaction[AskbriefBot], str], Coroutine[Any, Any, None]]) -> None:
        """Add handlers under their names; each gets the interaction and the button's argument."""
        self._handlers.update(handlers)

    async def run(self, name: str, interaction: discord.Interaction[AskbriefBot], argument: str) -> None:
        """Run one; whatever goes wrong reaches the person."""
        handler = self._handlers.get(name, _no_longer_known)
        await interaction.client.attend(interaction, handler(interaction, argument))


async def _no_longer_known(_: discord.Interaction[AskbriefBot], __: str) -> None:
    raise Refusal("error-old-button")


def rendered(card: Card) -> dict[str, Any]:
    """A card as the keyword arguments of a send: the view, and the file if it has one."""
    view = ui.LayoutView(timeout=None)
    container: ui.Container[Any] = ui.Container(accent_colour=int(card.colour))
    for block in card.blocks:
        container.add_item(_item(block))
    if card.file is not None:
        container.add_item(ui.File(f"attachment://{card.file[0]}"))
    view.add_item(container)
    return {"view": view, "files": files(card)} if card.file is not None else {"view": view}


def edited(card: Card) -> dict[str, Any]:
    """A card as the keyword arguments of an edit: files of the old one go."""
    values = rendered(card)
    return {"view": values["view"], "attachments": values.get("files", [])}


def files(card: Card) -> list[discord.File]:
    """The file of a card, ready to be sent."""
    if card.file is None:
        return []
    name, text = card.file
    return [discord.File(io.BytesIO(text.encode()), name)]


def _item(block: Text | Section | Divider | Row) -> ui.Item[Any]:
    match block:
        case Text(markdown):
            return ui.TextDisplay(markdown)
        case Section(markdown, button):
            return ui.Section(markdown, accessory=_button(button))
        case Divider():
            return ui.Separator()
        case Row(buttons):
            return ui.ActionRow(*map(_button, buttons))


def _button(button: Button) -> ui.Item[Any]:
    if button.url:
        return ui.Button(label=button.label, url=button.url)
    return ActionButton(
        ui.Button(
            label=button.label or None,
            emoji=button.emoji or None,
            custom_id=button.action,
            style=_STYLES[button.look],
        )
    )


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
