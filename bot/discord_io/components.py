"""Cards as discord.py components, and sending them: as a response, as a reply, or into a channel."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import discord
from discord import ui

from bot.discord_io.cards import Button, ButtonRow, Card, Divider, Section, Text
from bot.discord_io.language import refuse

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Coroutine

    Interaction = discord.Interaction[Any]
    Handler = Callable[[Interaction, str], Coroutine[Any, Any, None]]

_DEFERRED = discord.InteractionResponseType.deferred_channel_message
_ANSWERED = "answered"


class ActionButton(ui.DynamicItem[ui.Button[Any]], template=r"ab:(?P<name>[a-z]+)(?::(?P<argument>.+?))?(?: #\d+)?"):
    """Any button of the bot; its custom id holds the name and the argument of its action, so no state is kept.

    A number after the argument tells buttons of one card apart that do the same; see `_told_apart`.
    """

    def __init__(self, button: ui.Button[Any], name: str = "", argument: str = "") -> None:
        super().__init__(button)
        self.name = name
        self.argument = argument

    @classmethod
    async def from_custom_id(cls, interaction: Interaction, item: ui.Item[Any], match: re.Match[str]) -> ActionButton:
        del interaction
        assert isinstance(item, ui.Button)  # noqa: S101 - the template is only for buttons
        return cls(item, match["name"], match["argument"] or "")

    async def callback(self, interaction: Interaction) -> None:
        await interaction.client.actions.run(self.name, interaction, self.argument)


class Actions:
    """The actions of buttons, by name; cogs register theirs."""

    def __init__(self) -> None:
        self._handlers: dict[str, Handler] = {}

    def add(self, **handlers: Handler) -> None:
        """Register handlers by name; each gets the interaction and the button's argument."""
        self._handlers.update(handlers)

    async def run(self, name: str, interaction: Interaction, argument: str) -> None:
        """Run an action; the person is told about every failure."""
        handler = self._handlers.get(name)
        work = handler(interaction, argument) if handler else refuse("error-old-button")
        await interaction.client.attend(interaction, work)


def rendered(card: Card) -> dict[str, Any]:
    """Return a card as the keyword arguments of a send: the view, and the file if it has one."""
    view = ui.LayoutView(timeout=None)
    container: ui.Container[Any] = ui.Container(accent_colour=int(card.colour))
    for block in card.blocks:
        container.add_item(_item(block))
    values: dict[str, Any] = {"view": view}
    if card.file is not None:
        name, text = card.file
        container.add_item(ui.File(f"attachment://{name}"))
        values["files"] = [discord.File(io.BytesIO(text.encode()), name)]
    _told_apart(container)
    view.add_item(container)
    return values


def _told_apart(container: ui.Container[Any]) -> None:
    """Number the custom ids that occur twice; Discord refuses a message in which two are equal."""
    uses: dict[str, int] = {}
    for item in container.walk_children():
        if isinstance(item, ActionButton):
            uses[item.custom_id] = number = uses.get(item.custom_id, 0) + 1
            if number > 1:
                item.custom_id = f"{item.custom_id} #{number}"


def edited(card: Card) -> dict[str, Any]:
    """Return a card as the keyword arguments of an edit; files of the old card are removed."""
    values = rendered(card)
    return {"view": values["view"], "attachments": values.get("files", [])}


def _item(block: Text | Section | Divider | ButtonRow) -> ui.Item[Any]:
    match block:
        case Text(markdown):
            return ui.TextDisplay(markdown)
        case Section(markdown, button):
            return ui.Section(markdown, accessory=_button(button))
        case Divider():
            return ui.Separator()
        case ButtonRow(buttons):
            return ui.ActionRow(*map(_button, buttons))


def _button(button: Button) -> ui.Item[Any]:
    if button.url:
        return ui.Button(label=button.label, url=button.url)
    style = discord.ButtonStyle[button.look.value]
    label, emoji = button.label or None, button.emoji or None
    return ActionButton(ui.Button(label=label, emoji=emoji, custom_id=button.action, style=style))


async def think(interaction: Interaction) -> None:
    """Show that a private answer is being prepared; `respond` puts it in that place."""
    await interaction.response.defer(ephemeral=True, thinking=True)


async def respond(interaction: Interaction, card: Card, *, private: bool = True) -> discord.Message | None:
    """Answer an interaction in place of its "thinking" message, or in a new one; return it if Discord reports it."""
    if not interaction.response.is_done():
        sent = await interaction.response.send_message(**rendered(card), ephemeral=private)
        return sent.resource if isinstance(sent.resource, discord.Message) else None
    if interaction.response.type is _DEFERRED and not interaction.extras.get(_ANSWERED):
        interaction.extras[_ANSWERED] = True
        return await interaction.edit_original_response(**edited(card))
    return await interaction.followup.send(**rendered(card), ephemeral=True, wait=True)


async def update(interaction: Interaction, card: Card, *, private: bool = True) -> None:
    """Replace the card whose button was pressed, or the last answer to a command.

    A `private` card never replaces a message that others read: it is sent as a new message.
    """
    if private and _is_public(interaction):
        await respond(interaction, card)
    elif not interaction.response.is_done():
        await interaction.response.edit_message(**edited(card))
    else:
        interaction.extras[_ANSWERED] = True
        await interaction.edit_original_response(**edited(card))


def _is_public(interaction: Interaction) -> bool:
    """Say whether the message whose button was pressed is visible to others; a command has no message."""
    message = interaction.message
    return interaction.guild_id is not None and message is not None and not message.flags.ephemeral


async def reply(to: discord.Message | discord.PartialMessage, card: Card) -> discord.Message:
    """Reply to a message, even if it has been deleted since."""
    reference = discord.MessageReference(
        message_id=to.id, channel_id=to.channel.id, guild_id=to.guild.id if to.guild else None, fail_if_not_exists=False
    )
    return await to.channel.send(**rendered(card), reference=reference, mention_author=False)


async def post(channel: discord.abc.Messageable, card: Card) -> discord.Message:
    return await channel.send(**rendered(card))
