"""Feedback: votes on an answer, and the form that asks what was wrong."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import discord
from discord import ui

from askbrief.errors import InputError
from askbrief.evaluation.journal import COMMENT_CHARS, Reason, Vote
from bot.discord_io.cards import notice
from bot.discord_io.components import respond
from bot.discord_io.features import Feature
from bot.discord_io.language import Refusal
from bot.discord_io.people import Asker

if TYPE_CHECKING:
    from bot.app import AskbriefBot, Interaction
    from bot.discord_io.language import Localization

_FORM_SECONDS = 3_600.0
"""Lifetime of an open form; Discord does not report that one was dismissed."""


class FeedbackCog(Feature):
    """Votes on answers."""

    def __init__(self, bot: AskbriefBot) -> None:
        super().__init__(bot)
        bot.actions.add(up=self.up, down=self.down)

    async def up(self, interaction: Interaction, exchange: str) -> None:
        await self.vote(interaction, exchange, Vote.UP)
        await self.thank(interaction)

    async def down(self, interaction: Interaction, exchange: str) -> None:
        """Record a vote against an answer, and ask what was wrong."""
        await self.vote(interaction, exchange, Vote.DOWN)
        words = self.bot.words(Asker.of_interaction(interaction), private=True)
        await interaction.response.send_modal(FeedbackForm(self, exchange, words))

    async def vote(
        self, interaction: Interaction, exchange: str, vote: Vote, reason: Reason | None = None, comment: str = ""
    ) -> None:
        """Record a vote, of which a person's last counts; refuse one on an answer that the journal has deleted."""
        try:
            await asyncio.to_thread(self.bot.journal.vote, exchange, str(interaction.user.id), vote, reason, comment)
        except InputError:
            raise Refusal("error-too-old") from None

    async def thank(self, interaction: Interaction) -> None:
        words = self.bot.words(Asker.of_interaction(interaction), private=True)
        await respond(interaction, notice(words("thanks")))


class FeedbackForm(ui.Modal):
    """A form that asks for the reason of a vote against an answer."""

    def __init__(self, cog: FeedbackCog, exchange: str, words: Localization) -> None:
        super().__init__(title=words("feedback-title"), timeout=_FORM_SECONDS)
        self._cog = cog
        self._exchange = exchange
        options = [discord.SelectOption(label=words(f"reason-{reason}"), value=reason) for reason in Reason]
        self._reason: ui.Select[Any] = ui.Select(custom_id="reason", options=options)
        self._comment: ui.TextInput[Any] = ui.TextInput(
            custom_id="comment",
            style=discord.TextStyle.paragraph,
            required=False,
            max_length=COMMENT_CHARS,
            placeholder=words("feedback-comment-hint"),
        )
        self.add_item(ui.Label(text=words("feedback-reason"), component=self._reason))
        self.add_item(ui.Label(text=words("feedback-comment"), component=self._comment))

    async def on_submit(self, interaction: Interaction, /) -> None:  # type: ignore[override]
        await interaction.client.attend(interaction, self._record(interaction))

    async def _record(self, interaction: Interaction) -> None:
        reason = Reason(self._reason.values[0])
        await self._cog.vote(interaction, self._exchange, Vote.DOWN, reason, self._comment.value)
        await self._cog.thank(interaction)


async def setup(bot: AskbriefBot) -> None:
    await bot.add_cog(FeedbackCog(bot))
