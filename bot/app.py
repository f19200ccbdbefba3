"""The bot: its parts put together, its life from start to leave, and one place that turns failures into sentences."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
from typing import TYPE_CHECKING, Any

import aiohttp
import discord
import structlog
from discord import app_commands
from discord.ext import commands, tasks

from askbrief.errors import JournalError, SettingsError, in_words
from askbrief.evaluation.journal import Journal
from askbrief.service.build_process import Builder, BuildProcess
from askbrief.service.links import Links
from bot import search_service as desks
from bot.access_rules import Access
from bot.discord_io import language
from bot.discord_io.cards import Colour, notice
from bot.discord_io.commands import CommandTranslator, sync_if_changed
from bot.discord_io.components import ActionButton, Actions, reply, respond
from bot.discord_io.people import Asker, Audience
from bot.errors import Refusal, log, new_id, report
from bot.features.asking.pipeline import Asking
from bot.limits import Cooldowns
from bot.metrics import HealthServer, Metrics
from bot.search_service import Desk

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from askbrief.inference.encoder import Encoder
    from askbrief.settings import Settings
    from bot.discord_io.language import Words
    from bot.settings import BotSettings

FEATURES = (
    "asking.commands",
    "citing.commands",
    "defining.commands",
    "browsing.commands",
    "feedback",
    "indexing.commands",
    "access",
)
_LEAVE_SECONDS = 30.0


class _Tree(app_commands.CommandTree["AskbriefBot"]):
    """Commands whose checks fail answer like all other failures."""

    async def on_error(self, interaction: Interaction, error: app_commands.AppCommandError) -> None:
        await interaction.client.tell(interaction, error, new_id())


class AskbriefBot(commands.Bot):
    """askbrief in Discord; the library behind it never hears of that."""

    def __init__(
        self,
        settings: Settings,
        bot_settings: BotSettings,
        *,
        builder: Builder | None = None,
        encoder: Encoder | None = None,
        only_commands: bool = False,
    ) -> None:
        """Put the parts together.

        Args:
            settings: of the library.
            bot_settings: of the bot.
            builder: by default, builds in a separate process.
            encoder: by default, the model of the settings.
            only_commands: to register the commands, changed or not, and do nothing else.

        Raises:
            AccessError: the access rules cannot be read.
            SettingsError: the secret that signs links cannot be read or made.
        """
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # it does not speak
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            intents=discord.Intents.default(),  # none of them privileged
            allowed_mentions=discord.AllowedMentions.none(),
            allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=False),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
            tree_cls=_Tree,
        )
        self.settings = settings
        self.bot_settings = bot_settings
        self.languages = language.load()
        self.desk = Desk(
            settings,
            builder or BuildProcess(settings),
            threads=bot_settings.search_threads,
            queue=bot_settings.search_queue,
            encoder=encoder,
        )
        self.access = Access(settings.state_dir, bot_settings.guilds)
        self.audience = Audience(self.access, lambda: self.guilds)
        self.journal = Journal(settings.state_dir, clock=discord.utils.utcnow)
        self.metrics = Metrics()
        cooldowns = Cooldowns(bot_settings.person_per_minute, bot_settings.guild_per_minute)
        self.links = Links.of(settings)
        self.asking = Asking(self.desk, self.audience, self.journal, cooldowns, self.metrics, self.links)
        self.actions = Actions()
        self.health = HealthServer(self.metrics, self.is_ready)
        self._only_commands = only_commands
        self._attending = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._leaving = False

    # ---------------------------------------------------------------------------------------------- life

    async def setup_hook(self) -> None:
        """Load all that an answer needs, before Discord hears that the bot is there."""
        if not self.desk.is_open and not self._only_commands:
            await asyncio.to_thread(self.desk.open)
        self.add_dynamic_items(ActionButton)
        for feature in FEATURES:
            await self.load_extension(f"bot.features.{feature}")
        await self.tree.set_translator(CommandTranslator(self.languages))
        await sync_if_changed(self.tree, self.settings.state_dir, always=self._only_commands)
        if not self._only_commands:
            await self._serve_figures()
            self.forget_daily.start()

    async def _serve_figures(self) -> None:
        self.metrics.watch("index_age_seconds", "Age of the index", lambda: desks.age(self.desk.status))
        self.metrics.watch("index_passages", "Passages in the index", lambda: self.desk.status.passages)
        self.metrics.watch("searches_pending", "Questions searched for or waiting", lambda: self.desk.pending)
        if self.bot_settings.health_port is None:
            return
        try:
            port = await self.health.start(self.bot_settings.health_port)
        except OSError as error:
            raise SettingsError(
                f"ASKBRIEF_HEALTH_PORT is {self.bot_settings.health_port}: {in_words(error)}; choose another port"
            ) from error
        log.info("health", address=f"http://127.0.0.1:{port}")

    @tasks.loop(hours=24)
    async def forget_daily(self) -> None:
        """Forget what was asked too long ago, at the start and then once a day."""
        before = discord.utils.utcnow() - dt.timedelta(days=self.bot_settings.keep_days)
        try:
            forgotten = await asyncio.to_thread(self.journal.forget, before)
        except JournalError as error:
            log.error("not-forgotten", error=str(error))
        else:
            log.info("forgotten", exchanges=forgotten)

    async def on_ready(self) -> None:
        """Say so; Discord sends this again after a lost connection."""
        log.info("ready", guilds=len(self.guilds), generation=self.desk.status.generation)

    async def on_message(self, message: discord.Message, /) -> None:
        """Messages are questions, not commands: the cog for asking listens for them."""

    async def leave(self) -> None:
        """Take no more questions, finish those that are being answered, and close."""
        self._leaving = True
        self.desk.stop_building()
        log.info("leaving", unfinished=self._attending)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), _LEAVE_SECONDS)
        await self.close()
        log.info("left", unfinished=self._attending)

    async def close(self) -> None:
        """Disconnect and let go of everything."""
        if self.is_closed():
            return
        self.forget_daily.cancel()
        await self.health.stop()
        await super().close()
        await asyncio.to_thread(self.desk.close)

    # -------------------------------------------------------------------------------------------- people

    def words(self, asker: Asker, *, private: bool) -> Words:
        """The language of an answer: the person's own, or the one that their guild has in common."""
        return language.best(self.languages, asker.own_locale if private else asker.common_locale)

    async def attend(self, source: Interaction | discord.Message, work: Coroutine[Any, Any, None]) -> None:
        """Do what a person asked for; whatever goes wrong reaches them as a sentence, and the log with the same id."""
        question_id = new_id()
        if self._leaving:
            work.close()
            work = _turned_away()
        self._attending += 1
        self._idle.clear()
        try:
            with structlog.contextvars.bound_contextvars(id=question_id):
                try:
                    await work
                except Exception as error:  # noqa: BLE001 - the edge: every failure becomes a sentence here
                    await self.tell(source, error, question_id)
        finally:
            self._attending -= 1
            if not self._attending:
                self._idle.set()

    async def tell(self, source: Interaction | discord.Message, error: Exception, error_id: str) -> None:
        """Tell a person what went wrong; if that fails too, the log has both."""
        self.metrics.failed(type(error).__name__)
        of = Asker.of_interaction(source) if isinstance(source, discord.Interaction) else Asker.of_message(source)
        sentence = report(error, self.words(of, private=True), error_id)
        if sentence is None:
            return
        card = notice(sentence, Colour.BAD)
        try:
            await (respond(source, card) if isinstance(source, discord.Interaction) else reply(source, card))
        except (discord.HTTPException, aiohttp.ClientError, OSError) as silent:
            log.warning("not-told", error_id=error_id, error=type(silent).__name__, code=getattr(silent, "code", None))


async def _turned_away() -> None:
    raise Refusal("error-leaving")


Interaction = discord.Interaction[AskbriefBot]
