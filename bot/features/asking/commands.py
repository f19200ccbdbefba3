"""Asking: the ways to ask a question, and the buttons for pages, sharing and discussing an answer."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

import discord
import structlog
from discord import app_commands
from discord.ext import commands

from askbrief.errors import JournalError
from askbrief.records import Verdict
from bot.discord_io.cards import notice
from bot.discord_io.commands import source_choices
from bot.discord_io.components import post, reply, respond, think, update
from bot.discord_io.features import Feature, attended
from bot.discord_io.language import Refusal, refuse
from bot.discord_io.markup import clean, cut_to_fit
from bot.discord_io.people import Asker
from bot.features.asking.pipeline import PAGE_SIZE, CardReply, QuestionOptions, QuestionPipeline, QuestionRateLimits

if TYPE_CHECKING:
    from askbrief.evaluation.journal import Exchange
    from bot.app import AskbriefBot, Interaction
    from bot.discord_io.commands import Choices

_MAX_THREAD_NAME = 90
_MAX_CLAIM = 1_500
_MAX_PAGE_SIZE = 5
_WRITTEN = (discord.MessageType.default, discord.MessageType.reply)
"""The types of messages that people write themselves."""
log = structlog.get_logger("askbrief.bot")


class AskingCog(Feature):
    """Questions and answers."""

    def __init__(self, bot: AskbriefBot) -> None:
        super().__init__(bot)
        limits = QuestionRateLimits(bot.bot_settings.person_per_minute, bot.bot_settings.guild_per_minute)
        self.pipeline = QuestionPipeline(bot.search, bot.audience, bot.journal, limits, bot.metrics, bot.links)
        bot.actions.add(more=self.more, nearest=self.nearest, share=self.share, discuss=self.discuss)
        self.menu = app_commands.ContextMenu(name="Find sources", callback=self.find_sources)
        bot.tree.add_command(self.menu)

    async def cog_unload(self) -> None:
        self.bot.tree.remove_command(self.menu.name, type=self.menu.type)

    # ----------------------------------------------------------------------------------------- commands

    @app_commands.command(name="ask", description="Find the passages that answer a question, quoted exactly")
    @app_commands.describe(
        question="What you want to know, in words",
        source="Only this collection or document",
        since="Only documents dated 2022, 2022-07 or 2022-07-05, or later",
        until="Only documents dated then or earlier",
        top="How many passages at once (1 to 5)",
        private="Show the answer to me alone",
    )
    @attended
    async def ask(  # noqa: PLR0917 - one for each option
        self,
        interaction: Interaction,
        question: str,
        source: str | None = None,
        since: str | None = None,
        until: str | None = None,
        top: app_commands.Range[int, 1, _MAX_PAGE_SIZE] = PAGE_SIZE,
        private: bool = False,  # noqa: FBT001, FBT002 - an option of the command
    ) -> None:
        await self._ask(interaction, QuestionOptions(question, source, since, until, top, private))

    async def _ask(self, interaction: Interaction, options: QuestionOptions, via: str = "slash") -> None:
        await interaction.response.defer(ephemeral=options.private, thinking=True)
        asker = Asker.of_interaction(interaction)
        previous = None if options.target else await self._previous(asker, options, reference=None)
        words = self.bot.words(asker, private=options.private)
        answer = await self.pipeline.ask(asker, options, words, previous=previous, via=via)
        await self._record_message(answer, await respond(interaction, answer.card))
        if not options.private and answer.verdict is not Verdict.STRONG and await self._sees_more(asker):
            await respond(interaction, notice(self.bot.words(asker, private=True)("more-seen")))

    async def _sees_more(self, asker: Asker) -> bool:
        """Say whether the person may see sources that may not be shown in the channel."""
        audience = self.bot.audience
        return await audience.scope(asker, private=True) != await audience.scope(asker, private=False)

    @ask.autocomplete("source")
    async def _sources(self, interaction: Interaction, typed: str) -> Choices:
        return await self.choices(
            interaction,
            lambda library, scope: source_choices(typed, library.sources(scope)),
            private=bool(interaction.namespace.private),
        )

    @attended
    async def find_sources(self, interaction: Interaction, message: discord.Message) -> None:
        """Show the passages that support or contradict a message, privately."""
        claim = _without_mentions(message)
        if not any(letter.isalnum() for letter in claim):
            raise Refusal("error-no-words")
        limit = min(_MAX_CLAIM, self.bot.settings.max_question_chars)
        options = QuestionOptions(claim[:limit], private=True, target=message.id)
        await self._ask(interaction, options, via="context-menu")

    # ----------------------------------------------------------------------------------------- messages

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Answer direct messages, mentions, and replies to answers."""
        if message.author.bot or self.bot.user is None or message.type not in _WRITTEN:
            return
        direct = message.guild is None
        if direct or self.bot.user in message.mentions:
            await self.bot.attend(message, self._answer(message, "direct" if direct else "mention"))
        elif not message.content and await self._replies_to_answer(message):
            await self.bot.attend(message, refuse("error-cannot-read"))

    async def _answer(self, message: discord.Message, via: str) -> None:
        question = _without_mentions(message)
        if not question:  # Discord hides the text of a reply to a command's answer, even if it mentions the bot
            raise Refusal("error-cannot-read" if message.reference and not message.content else "error-no-question")
        asker = Asker.of_message(message)
        options = QuestionOptions(question)
        reference = message.reference.message_id if message.reference else None
        previous = await self._previous(asker, options, reference)
        with suppress(discord.HTTPException):  # only a sign that an answer is being prepared
            await message.channel.typing()
        words = self.bot.words(asker, private=False)
        via = "reply" if reference and previous else via
        answer = await self.pipeline.ask(asker, options, words, previous=previous, via=via)
        await self._record_message(answer, await reply(message, answer.card))

    async def _replies_to_answer(self, message: discord.Message) -> bool:
        if message.reference is None or message.reference.message_id is None:
            return False
        exchange = await asyncio.to_thread(self.bot.journal.at_message, str(message.reference.message_id))
        return exchange is not None and exchange.conversation == str(message.channel.id)

    async def _previous(self, asker: Asker, options: QuestionOptions, reference: int | None) -> Exchange | None:
        """Return the exchange that a question may follow up: the one it replies to, or the last of its thread."""
        try:
            candidates = await asyncio.to_thread(self._candidates, asker, reference)
        except JournalError as error:  # the question is answered without it
            log.error("not-followed", error=str(error))  # noqa: TRY400 - the message is complete
            return None
        return next((one for one in candidates if one and _may_follow(one, asker, options)), None)

    def _candidates(self, asker: Asker, reference: int | None) -> list[Exchange | None]:
        """Return the exchanges that a question may refer to, the likeliest first."""
        journal, here = self.bot.journal, str(asker.conversation)
        if reference is not None:
            return [journal.at_message(str(reference))]
        if asker.guild is None:
            return [*journal.latest(here)]
        if asker.conversation != asker.channel:  # a thread has the id of the message that it was started from
            return [*journal.latest(here), journal.at_message(here)]
        return []

    # ------------------------------------------------------------------------------------------ buttons

    async def more(self, interaction: Interaction, argument: str) -> None:
        """Show another page: in place for the person who asked, privately for others."""
        exchange_id, _, first = argument.partition(":")
        asker = Asker.of_interaction(interaction)
        exchange = await self._exchange(exchange_id, asker)
        is_own = str(asker.person) == exchange.person
        await (interaction.response.defer() if is_own else think(interaction))
        private = bool(exchange.context.get("private")) or not is_own
        words = self.bot.words(asker, private=private)
        card = await self.pipeline.again(
            exchange, asker, words, private=private, first=int(first or 0), in_place=is_own
        )
        await (update(interaction, card, private=private) if is_own else respond(interaction, card))

    async def nearest(self, interaction: Interaction, argument: str) -> None:
        """Show the nearest passages to a question without an answer, privately; further pages in place."""
        exchange_id, is_page, first = argument.partition(":")
        await (interaction.response.defer() if is_page else think(interaction))
        asker = Asker.of_interaction(interaction)
        exchange, words = await self._exchange(exchange_id, asker), self.bot.words(asker, private=True)
        card = await self.pipeline.again(exchange, asker, words, private=True, first=int(first or 0), nearest=True)
        await (update(interaction, card) if is_page else respond(interaction, card))

    async def share(self, interaction: Interaction, argument: str) -> None:
        """Post a private answer in the channel, within the scope of everybody there."""
        asker = Asker.of_interaction(interaction)
        exchange = await self._exchange(argument, asker)
        if str(asker.person) != exchange.person:
            raise Refusal("error-not-yours")
        if not asker.may_write:
            raise Refusal("error-may-not-write")
        await think(interaction)
        words = self.bot.words(asker, private=False)
        target = exchange.context.get("target")
        note = words("found-for" if target else "shared-by", who=asker.name)
        answer = await self.pipeline.share(exchange, asker, words, note=note)
        if answer.verdict is Verdict.NONE and exchange.verdict is not Verdict.NONE:
            raise Refusal("error-not-for-channel")
        channel = interaction.channel
        if not isinstance(channel, discord.TextChannel | discord.Thread | discord.VoiceChannel):
            raise Refusal("error-server-only")
        to = channel.get_partial_message(int(target)) if target else None
        await self._record_message(answer, await (reply(to, answer.card) if to else post(channel, answer.card)))
        await respond(interaction, notice(self.bot.words(asker, private=True)("shared")))

    async def discuss(self, interaction: Interaction, argument: str) -> None:
        asker = Asker.of_interaction(interaction)
        exchange = await self._exchange(argument, asker)
        await think(interaction)
        message = interaction.message
        if message is None or not isinstance(interaction.channel, discord.TextChannel):
            raise Refusal("error-thread-here")
        words = self.bot.words(asker, private=False)
        plain = " ".join(clean(exchange.question).split()).replace("@", "@\u200b")
        name = cut_to_fit(plain, _MAX_THREAD_NAME, str) or words("thread-name")
        thread = interaction.channel.get_thread(message.id)
        if thread is None:
            thread = await message.create_thread(name=name)
            await post(thread, notice(words("thread-intro")))
        await respond(interaction, notice(self.bot.words(asker, private=True)("thread-opened", thread=thread.mention)))

    async def _exchange(self, exchange_id: str, asker: Asker) -> Exchange:
        """Return the exchange of a button, or refuse one that is deleted, or neither their own nor public here."""
        exchange = await asyncio.to_thread(self.bot.journal.find, exchange_id)
        if exchange is None:
            raise Refusal("error-too-old")
        is_public = not exchange.context.get("private") and exchange.conversation == str(asker.conversation)
        if not is_public and exchange.person != str(asker.person):
            raise Refusal("error-not-yours")
        return exchange

    async def _record_message(self, answer: CardReply, message: discord.Message | None) -> None:
        if answer.exchange is not None and message is not None:
            await asyncio.to_thread(self.bot.journal.posted, answer.exchange.id, str(message.id))


def _without_mentions(message: discord.Message) -> str:
    text = message.content
    for user in message.mentions:
        text = text.replace(f"<@{user.id}>", " ").replace(f"<@!{user.id}>", " ")
    return " ".join(text.split())


def _may_follow(exchange: Exchange, asker: Asker, options: QuestionOptions) -> bool:
    """Allow a follow-up only where the question was asked; of a private one, only by its author and in private."""
    own = exchange.person == str(asker.person)
    if exchange.context.get("private") and not (own and options.private):
        return False
    return str(asker.conversation) in {exchange.conversation, exchange.message}


async def setup(bot: AskbriefBot) -> None:
    await bot.add_cog(AskingCog(bot))
