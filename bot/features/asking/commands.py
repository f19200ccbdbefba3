"""Asking: by command, mention, direct message, reply and context menu; paging, sharing and discussing answers."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import discord
import structlog
from discord import app_commands
from discord.ext import commands

from askbrief.errors import JournalError
from askbrief.records import Verdict
from bot.discord_io.cards import notice
from bot.discord_io.choices import source_choices
from bot.discord_io.components import post, reply, respond, say_typing, update
from bot.discord_io.markup import clean, fitted
from bot.discord_io.people import Asker
from bot.errors import Refusal
from bot.features.asking.pipeline import PAGE_SIZE, Reply, Wanted

if TYPE_CHECKING:
    from askbrief.evaluation.journal import Exchange
    from bot.app import AskbriefBot, Interaction

_LONGEST_THREAD_NAME = 90
_LONGEST_CLAIM = 1_500
_PAGE_MOST = 5
log = structlog.get_logger("askbrief.bot")


class AskingCog(commands.Cog):
    """Questions and answers."""

    def __init__(self, bot: AskbriefBot) -> None:
        """Add the buttons and the context menu."""
        self.bot = bot
        bot.actions.add(more=self.more, nearest=self.nearest, share=self.share, discuss=self.discuss)
        self.menu = app_commands.ContextMenu(name="Find sources", callback=self.find_sources)
        bot.tree.add_command(self.menu)

    async def cog_unload(self) -> None:
        """Take the context menu away with the cog."""
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
    async def ask(  # noqa: PLR0917 - one for each option
        self,
        interaction: Interaction,
        question: str,
        source: str | None = None,
        since: str | None = None,
        until: str | None = None,
        top: app_commands.Range[int, 1, _PAGE_MOST] = PAGE_SIZE,
        private: bool = False,  # noqa: FBT001, FBT002 - an option of the command
    ) -> None:
        """Answer in the channel, or privately."""
        wanted = Wanted(question, source, since, until, top, private)
        await self.bot.attend(interaction, self._ask(interaction, wanted))

    async def _ask(self, interaction: Interaction, wanted: Wanted, via: str = "slash") -> None:
        await interaction.response.defer(ephemeral=wanted.private, thinking=True)
        asker = Asker.of_interaction(interaction)
        previous = None if wanted.target else await self._previous(asker, wanted, reference=None)
        words = self.bot.words(asker, private=wanted.private)
        answered = await self.bot.asking.ask(asker, wanted, words, previous=previous, via=via)
        await self._posted(answered, await respond(interaction, answered.card))
        if not wanted.private and answered.verdict is not Verdict.STRONG and await self._sees_more(asker):
            await respond(interaction, notice(self.bot.words(asker, private=True)("more-seen")))

    async def _sees_more(self, asker: Asker) -> bool:
        """Whether a person alone may see what may not be shown in the channel."""
        audience = self.bot.audience
        return await audience.scope(asker, private=True) != await audience.scope(asker, private=False)

    @ask.autocomplete("source")
    async def _sources(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        asker = Asker.of_interaction(interaction)
        private = bool(interaction.namespace.private)
        try:
            scope = await self.bot.audience.scope(asker, private=private)
            found = await self.bot.desk.read(lambda library: source_choices(typed, library.sources(scope)))
        except Refusal:
            return []
        return [app_commands.Choice(name=label, value=value) for label, value in found]

    async def find_sources(self, interaction: Interaction, message: discord.Message) -> None:
        """Check a colleague's message: the passages, for the one who asks."""
        await self.bot.attend(interaction, self._find_sources(interaction, message))

    async def _find_sources(self, interaction: Interaction, message: discord.Message) -> None:
        claim = _without_mentions(message)
        if not any(letter.isalnum() for letter in claim):
            raise Refusal("error-no-words")
        most = min(_LONGEST_CLAIM, self.bot.settings.max_question_chars)
        wanted = Wanted(claim[:most], private=True, target=message.id)
        await self._ask(interaction, wanted, via="context-menu")

    # ----------------------------------------------------------------------------------------- messages

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Answer direct messages, mentions, and replies to answers."""
        if message.author.bot or self.bot.user is None or message.type not in _WRITTEN:
            return
        direct = message.guild is None
        if direct or self.bot.user in message.mentions:
            await self.bot.attend(message, self._answer(message, "direct" if direct else "mention"))
        elif not message.content and await self._is_ours(message):
            await self.bot.attend(message, _cannot_read())

    async def _answer(self, message: discord.Message, via: str) -> None:
        question = _without_mentions(message)
        if not question:  # of a reply to a command's answer Discord does not tell the words, even if it pings
            raise Refusal("error-cannot-read" if message.reference and not message.content else "error-no-question")
        asker = Asker.of_message(message)
        wanted = Wanted(question)
        reference = message.reference.message_id if message.reference else None
        previous = await self._previous(asker, wanted, reference)
        await say_typing(message.channel)
        words = self.bot.words(asker, private=False)
        answered = await self.bot.asking.ask(
            asker, wanted, words, previous=previous, via="reply" if reference and previous else via
        )
        await self._posted(answered, await reply(message, answered.card))

    async def _is_ours(self, message: discord.Message) -> bool:
        """Whether a message that cannot be read replies to an answer."""
        if message.reference is None or message.reference.message_id is None:
            return False
        found = await asyncio.to_thread(self.bot.journal.at_message, str(message.reference.message_id))
        return found is not None and found.conversation == str(message.channel.id)

    async def _previous(self, asker: Asker, wanted: Wanted, reference: int | None) -> Exchange | None:
        """The exchange that a question may follow up: the one it replies to, or the last of its thread."""
        try:
            candidates = await asyncio.to_thread(self._candidates, asker, reference)
        except JournalError as error:  # an answer is given all the same
            log.error("not-followed", error=str(error))  # noqa: TRY400 - the message says all
            return None
        return next((found for found in candidates if found and _may_follow(found, asker, wanted)), None)

    def _candidates(self, asker: Asker, reference: int | None) -> list[Exchange | None]:
        """The exchanges that a question may refer to, the likeliest first."""
        journal, here = self.bot.journal, str(asker.conversation)
        if reference is not None:
            return [journal.at_message(str(reference))]
        if asker.guild is None:
            return [*journal.latest(here)]
        if asker.conversation != asker.channel:  # a thread has the number of the message it was started from
            return [*journal.latest(here), journal.at_message(here)]
        return []

    # ------------------------------------------------------------------------------------------ buttons

    async def more(self, interaction: Interaction, argument: str) -> None:
        """Another page: in place for who asked, and privately for others."""
        exchange_id, _, first = argument.partition(":")
        asker = Asker.of_interaction(interaction)
        exchange = await self._exchange(exchange_id, asker)
        mine = str(asker.person) == exchange.person
        if mine:
            await interaction.response.defer()
        else:
            await interaction.response.defer(ephemeral=True, thinking=True)
        private = bool(exchange.context.get("private")) or not mine
        card = await self.bot.asking.again(
            exchange,
            asker,
            self.bot.words(asker, private=private),
            private=private,
            first=int(first or 0),
            in_place=mine,
        )
        await (update(interaction, card, private=private) if mine else respond(interaction, card))

    async def nearest(self, interaction: Interaction, argument: str) -> None:
        """The nearest passages to a question that the sources don't answer, privately; their pages in place."""
        exchange_id, is_page, first = argument.partition(":")
        if is_page:
            await interaction.response.defer()
        else:
            await interaction.response.defer(ephemeral=True, thinking=True)
        asker = Asker.of_interaction(interaction)
        card = await self.bot.asking.again(
            await self._exchange(exchange_id, asker),
            asker,
            self.bot.words(asker, private=True),
            private=True,
            first=int(first or 0),
            nearest=True,
        )
        await (update(interaction, card) if is_page else respond(interaction, card))

    async def share(self, interaction: Interaction, argument: str) -> None:
        """Post a private answer in the channel, with what everybody there may see."""
        asker = Asker.of_interaction(interaction)
        exchange = await self._exchange(argument, asker)
        if str(asker.person) != exchange.person:
            raise Refusal("error-not-yours")
        if not asker.may_write:
            raise Refusal("error-may-not-write")
        await interaction.response.defer(ephemeral=True, thinking=True)
        words = self.bot.words(asker, private=False)
        target = exchange.context.get("target")
        note = words("found-for" if target else "shared-by", who=asker.name)
        answered = await self.bot.asking.share(exchange, asker, words, note=note)
        if answered.verdict is Verdict.NONE and exchange.verdict is not Verdict.NONE:
            raise Refusal("error-not-for-channel")
        channel = self._channel(interaction)
        to_reply = channel.get_partial_message(int(target)) if target else None
        message = await (reply(to_reply, answered.card) if to_reply else post(channel, answered.card))
        await self._posted(answered, message)
        await respond(interaction, notice(self.bot.words(asker, private=True)("shared")))

    async def discuss(self, interaction: Interaction, argument: str) -> None:
        """Start a thread from an answer."""
        asker = Asker.of_interaction(interaction)
        exchange = await self._exchange(argument, asker)
        await interaction.response.defer(ephemeral=True, thinking=True)
        message = interaction.message
        if message is None or not isinstance(interaction.channel, discord.TextChannel):
            raise Refusal("error-thread-here")
        words = self.bot.words(asker, private=False)
        plain = " ".join(clean(exchange.question).split()).replace("@", "@\u200b")
        name = fitted(plain, _LONGEST_THREAD_NAME, str) or words("thread-name")
        thread = interaction.channel.get_thread(message.id)
        if thread is None:
            thread = await message.create_thread(name=name)
            await post(thread, notice(words("thread-intro")))
        await respond(interaction, notice(self.bot.words(asker, private=True)("thread-opened", thread=thread.mention)))

    @staticmethod
    def _channel(interaction: Interaction) -> discord.TextChannel | discord.Thread | discord.VoiceChannel:
        """The server's channel that somebody is in."""
        channel = interaction.channel
        if not isinstance(channel, discord.TextChannel | discord.Thread | discord.VoiceChannel):
            raise Refusal("error-server-only")
        return channel

    async def _exchange(self, exchange_id: str, asker: Asker) -> Exchange:
        """The exchange behind a button: one's own, or one that everybody here has read.

        Raises:
            Refusal: it is forgotten, or neither of the two.
        """
        found = await asyncio.to_thread(self.bot.journal.find, exchange_id)
        if found is None:
            raise Refusal("error-too-old")
        public = not found.context.get("private") and found.conversation == str(asker.conversation)
        if not public and found.person != str(asker.person):
            raise Refusal("error-not-yours")
        return found

    async def _posted(self, answered: Reply, message: discord.Message | None) -> None:
        if answered.exchange is not None and message is not None:
            await asyncio.to_thread(self.bot.journal.posted, answered.exchange.id, str(message.id))


_WRITTEN = (discord.MessageType.default, discord.MessageType.reply)


async def _cannot_read() -> None:
    raise Refusal("error-cannot-read")


def _without_mentions(message: discord.Message) -> str:
    """What a message says, without who is mentioned in it."""
    text = message.content
    for user in message.mentions:
        text = text.replace(f"<@{user.id}>", " ").replace(f"<@!{user.id}>", " ")
    return " ".join(text.split())


def _may_follow(exchange: Exchange, asker: Asker, wanted: Wanted) -> bool:
    """A question is heard only where it was asked, and a private one only by who asked it, in private again."""
    own = exchange.person == str(asker.person)
    if exchange.context.get("private") and not (own and wanted.private):
        return False
    return str(asker.conversation) in {exchange.conversation, exchange.message}


async def setup(bot: AskbriefBot) -> None:
    """Add the cog."""
    await bot.add_cog(AskingCog(bot))
