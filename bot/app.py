"""The bot: its parts, its life from start to stop, and the one place that turns errors into sentences."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import secrets
from typing import TYPE_CHECKING, Any

import aiohttp
import discord
import structlog
from discord import app_commands
from discord.ext import commands, tasks

from askbrief.errors import JournalError, error_sentence
from askbrief.evaluation.journal import Journal
from askbrief.service.build_process import Builder, BuildProcess
from askbrief.service.links import Links
from bot.access_rules import AccessRules
from bot.discord_io import language
from bot.discord_io.cards import Colour, notice
from bot.discord_io.commands import CommandTranslator, sync_if_changed
from bot.discord_io.components import ActionButton, Actions, reply, respond
from bot.discord_io.language import Refusal, refuse
from bot.discord_io.markup import inert_line, inert_sentence
from bot.discord_io.people import Asker, Audience
from bot.metrics import BotMetrics, HealthServer
from bot.search_service import SearchService
from bot.staying import GatewayState, until_it_works

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from askbrief.inference.encoder import Encoder
    from askbrief.settings import Settings
    from bot.discord_io.language import Localization
    from bot.settings import BotSettings

FEATURES = ("asking.commands", "citing.commands", "defining", "browsing", "feedback", "indexing.commands", "access")
"""The modules below bot.features that are loaded as extensions."""
_LEAVE_SECONDS = 30.0
"""How long a stop waits for the questions that are being answered."""
_MAX_SENTENCE = 600
_FIRST_SYNC_SECONDS = 2.0
"""How long the start waits for the commands to be registered; after that they are registered beside the answers."""
_TOO_LATE = {10062, 40060}
"""Discord's error codes for an interaction that has expired and one that is already acknowledged."""
_MISSING_RIGHTS = {50001, 50013}
"""Discord's error codes for a missing access and a missing permission."""
log = structlog.get_logger("askbrief.bot")


class _Tree(app_commands.CommandTree["AskbriefBot"]):
    async def on_error(self, interaction: Interaction, error: app_commands.AppCommandError) -> None:
        await interaction.client.tell(interaction, error, new_id())


class AskbriefBot(commands.Bot):
    """askbrief in Discord."""

    def __init__(
        self,
        settings: Settings,
        bot_settings: BotSettings,
        *,
        builder: Builder | None = None,
        encoder: Encoder | None = None,
        only_commands: bool = False,
    ) -> None:
        """Create the parts; `only_commands` registers the commands, changed or not, and does nothing else.

        By default, a separate process builds, and the encoder is the model of the settings.

        Raises:
            AccessError: the access rules cannot be read.
            SettingsError: the secret that signs links cannot be read or created.
        """
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # it has no voice
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            intents=discord.Intents.default(),  # none of them privileged
            allowed_mentions=discord.AllowedMentions.none(),
            allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=False),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
            tree_cls=_Tree,
            enable_debug_events=True,  # on_socket_raw_receive, which tells a silent connection from a live one
        )
        self.settings = settings
        self.bot_settings = bot_settings
        self.languages = language.load()
        self.search = SearchService(
            settings,
            builder or BuildProcess(settings),
            threads=bot_settings.search_threads,
            queue=bot_settings.search_queue,
            encoder=encoder,
        )
        self.access = AccessRules(settings.state_dir, bot_settings.guilds)
        self.audience = Audience(self.access, lambda: self.guilds)
        self.journal = Journal(settings.state_dir, clock=discord.utils.utcnow)
        self.metrics = BotMetrics()
        self.links = Links.of(settings)
        self.actions = Actions()
        self.gateway = GatewayState()
        self.health = HealthServer(self.metrics, self.gateway)
        self._only_commands = only_commands
        self._syncing: asyncio.Task[None] | None = None
        self._in_progress = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self.is_stopping = False
        self._add_gauges()

    # ----------------------------------------------------------------------------------- start and stop

    async def setup_hook(self) -> None:
        """Load everything that an answer needs, before the bot connects to Discord."""
        if not self.search.is_open and not self._only_commands:
            await asyncio.to_thread(self.search.open)
        self.add_dynamic_items(ActionButton)
        for feature in FEATURES:
            await self.load_extension(f"bot.features.{feature}")
        await self.tree.set_translator(CommandTranslator(self.languages))
        if self._only_commands:
            await sync_if_changed(self.tree, self.settings.state_dir, always=True)
            return
        self._syncing = asyncio.create_task(self._sync_commands())
        await asyncio.wait({self._syncing}, timeout=_FIRST_SYNC_SECONDS)
        self.forget_daily.start()

    async def _sync_commands(self) -> None:
        """Register changed commands, however long Discord takes; the commands known to it keep working meanwhile."""

        async def attempt() -> None:
            await sync_if_changed(self.tree, self.settings.state_dir)

        try:
            await until_it_works("registering the commands", attempt)
        except discord.HTTPException as error:
            log.error("commands-not-synced", status=error.status, code=error.code)  # noqa: TRY400 - it is complete

    async def serve_health(self) -> None:
        """Serve the health check and the metrics from before the bot has reached Discord.

        Raises:
            SettingsError: the port cannot be used.
        """
        if self.bot_settings.health_port is None:
            return
        port = await self.health.start(self.bot_settings.health_port)
        log.info("health", address=f"http://127.0.0.1:{port}")

    def _add_gauges(self) -> None:
        self.metrics.add_gauge("index_age_seconds", "Age of the index", lambda: self.search.age)
        self.metrics.add_gauge("index_passages", "Passages in the index", lambda: self.search.status.passages)
        self.metrics.add_gauge("searches_pending", "Questions searched for or waiting", lambda: self.search.pending)
        self.metrics.add_gauge("gateway_silence_seconds", "Since Discord last sent anything", self._silence)

    def _silence(self) -> float:
        return self.gateway.silence

    @tasks.loop(hours=24)
    async def forget_daily(self) -> None:
        """Delete questions and votes that are too old, at the start and then once a day."""
        before = discord.utils.utcnow() - dt.timedelta(days=self.bot_settings.keep_days)
        try:
            forgotten = await asyncio.to_thread(self.journal.forget, before)
        except JournalError as error:
            log.error("not-forgotten", error=str(error))  # noqa: TRY400 - the message is complete
        else:
            log.info("forgotten", exchanges=forgotten)

    async def on_ready(self) -> None:
        """Log that the bot is ready; Discord sends this event again after a lost connection."""
        self.gateway.connected()
        log.info("ready", guilds=len(self.guilds), generation=self.search.status.generation)

    async def on_resumed(self) -> None:
        """Note that the connection is back."""
        self.gateway.connected()

    async def on_disconnect(self) -> None:
        """Note that the connection is lost; discord.py tries again by itself."""
        self.gateway.lost()

    async def on_socket_raw_receive(self, message: str) -> None:
        """Note that Discord sent something."""
        del message
        self.gateway.heard()

    async def on_message(self, message: discord.Message, /) -> None:
        """Do nothing: messages are questions, which the cog for asking listens for, not commands."""

    async def leave(self) -> None:
        """Accept no more questions, finish those that are being answered, and close."""
        self.is_stopping = True
        self.search.stop_building()
        log.info("leaving", unfinished=self._in_progress)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), _LEAVE_SECONDS)
        await self.close()
        log.info("left", unfinished=self._in_progress)

    async def close(self) -> None:
        if self.is_closed():
            return
        self.forget_daily.cancel()
        if self._syncing is not None:
            self._syncing.cancel()
        await self.health.stop()
        await super().close()
        await asyncio.to_thread(self.search.close)

    # ----------------------------------------------------------------------------------- people and errors

    def words(self, asker: Asker, *, private: bool) -> Localization:
        """Return the language of an answer: the person's own if it is private, else the language of their guild."""
        return language.best_match(self.languages, asker.own_locale if private else asker.common_locale)

    async def attend(self, source: Interaction | discord.Message, work: Coroutine[Any, Any, None]) -> None:
        """Handle a person's request; they get each error as a sentence with an id, and the log has it under that id."""
        question_id = new_id()
        if self.is_stopping:
            work.close()
            work = refuse("error-leaving")
        self._in_progress += 1
        self._idle.clear()
        try:
            with structlog.contextvars.bound_contextvars(id=question_id):
                try:
                    await work
                except Exception as error:  # noqa: BLE001 - the outermost handler
                    await self.tell(source, error, question_id)
        finally:
            self._in_progress -= 1
            if not self._in_progress:
                self._idle.set()

    async def tell(self, source: Interaction | discord.Message, error: Exception, error_id: str) -> None:
        """Log an error and tell the person about it."""
        self.metrics.failed(type(error).__name__)
        asker = Asker.of_interaction(source) if isinstance(source, discord.Interaction) else Asker.of_message(source)
        sentence = report(error, self.words(asker, private=True), error_id)
        if sentence is None:
            return
        card = notice(sentence, Colour.BAD)
        try:
            await (respond(source, card) if isinstance(source, discord.Interaction) else reply(source, card))
        except (discord.HTTPException, aiohttp.ClientError, OSError) as failure:
            code = getattr(failure, "code", None)
            log.warning("not-told", error_id=error_id, error=type(failure).__name__, code=code)


def new_id() -> str:
    return secrets.token_hex(4)


def report(error: BaseException, words: Localization, error_id: str) -> str | None:
    """Log an error and return the sentence for the person; None if no answer can reach them."""
    error = _cause(error)
    sentence, is_expected = _sentence(error, words)
    if is_expected:
        log.info("refused", error_id=error_id, error=type(error).__name__, code=getattr(error, "code", None))
    else:
        log.error("failed", error_id=error_id, error=type(error).__name__, exc_info=error)
    if isinstance(error, discord.HTTPException) and error.code in _TOO_LATE:
        return None
    return words("error-id", sentence=sentence, id=error_id)


def _cause(error: BaseException) -> BaseException:
    """Return the error that discord.py has wrapped."""
    while isinstance(error, app_commands.CommandInvokeError | app_commands.TransformerError) and error.__cause__:
        error = error.__cause__
    return getattr(error, "original", error)


def _sentence(error: BaseException, words: Localization) -> tuple[str, bool]:  # noqa: PLR0911 - one for each kind
    """Return the sentence for an error, and whether the error is expected in normal use."""
    match error:
        case Refusal():
            values = {n: inert_line(v, 100) if isinstance(v, str) else v for n, v in error.values.items()}
            return words(error.message, **values), True
        case app_commands.MissingPermissions():
            return words("error-manager-only"), True
        case app_commands.NoPrivateMessage():
            return words("error-server-only"), True
        case discord.HTTPException(code=code) if code in _MISSING_RIGHTS:
            return words("error-discord-permission"), True
        case discord.HTTPException(code=code) if code in _TOO_LATE:
            return words("error-discord"), True
        case discord.HTTPException():
            return words("error-discord"), False
    sentence = error_sentence(error)
    if sentence.is_about_the_request:
        return inert_sentence(sentence.text, _MAX_SENTENCE), True
    return words("error-unexpected"), False


Interaction = discord.Interaction[AskbriefBot]
