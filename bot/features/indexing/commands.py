"""Indexing: managers rebuild the index and add or remove documents; seeds/ can be watched for changes."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

import discord
import structlog
from discord import app_commands
from discord.ext import commands

from askbrief.errors import AskbriefError, SeedsError, in_words
from askbrief.ingest.sources import SETTLE_MS, watch_async
from askbrief.records import Metadata
from askbrief.service.scoping import visible_report
from bot.discord_io.cards import notice
from bot.discord_io.commands import (
    chosen_document,
    collections_of,
    document_choices,
    document_token,
    name_choices,
)
from bot.discord_io.components import post, respond, think, update
from bot.discord_io.features import ManagersOnly, attended
from bot.discord_io.language import Refusal, best_match
from bot.features.indexing import cards
from bot.features.indexing.uploads import Uploads, checked_collection

if TYPE_CHECKING:
    from askbrief.records import BuildReport, Source
    from askbrief.service.build_process import Step
    from bot.app import AskbriefBot, Interaction
    from bot.discord_io.cards import Card
    from bot.discord_io.commands import Choices
    from bot.discord_io.language import Localization
    from bot.discord_io.people import Asker
    from bot.features.indexing.uploads import Upload

log = structlog.get_logger("askbrief.bot")


@app_commands.guild_only()
@app_commands.default_permissions(manage_guild=True)
class IndexingCog(
    ManagersOnly, commands.GroupCog, group_name="index", group_description="Rebuild the index, add and remove documents"
):
    """The commands and buttons for the index of a server's managers."""

    def __init__(self, bot: AskbriefBot) -> None:
        super().__init__(bot)
        self.uploads = Uploads(bot.settings)
        self.watch_task: asyncio.Task[None] | None = None
        bot.actions.add(
            add=self.confirm_add, discard=self.cancel_add, remove=self.confirm_remove, keep=self.cancel_remove
        )

    async def cog_load(self) -> None:
        if self.bot.bot_settings.watch:
            self.watch_task = asyncio.create_task(self.watch())

    async def cog_unload(self) -> None:
        if self.watch_task is not None:
            self.watch_task.cancel()
            with suppress(asyncio.CancelledError):
                await self.watch_task

    # ----------------------------------------------------------------------------------------- commands

    @app_commands.command(name="rebuild", description="Bring the index up to date with the documents")
    @attended
    async def rebuild(self, interaction: Interaction) -> None:
        _, guild, words = self.manager(interaction)
        await think(interaction)
        await self._build_and_report(interaction, guild, words)

    @app_commands.command(name="add", description="Add an attached file to the documents")
    @app_commands.describe(file="The document", collection="In this collection; a new name makes a new one")
    @attended
    async def add(self, interaction: Interaction, file: discord.Attachment, collection: str | None = None) -> None:
        """Check and preview an attachment; a second click adds it."""
        asker, guild, words = self.manager(interaction)
        await think(interaction)
        doc_id = self.uploads.doc_id(file.filename, checked_collection(collection or ""), file.size)
        self._check_ceiling(guild, doc_id)
        content = await file.read()
        upload, parsed = await asyncio.to_thread(
            lambda: self.uploads.store(content, doc_id, person=asker.person, guild=guild)
        )
        card = cards.preview_card(upload.upload_id, doc_id, parsed, replaces=self.uploads.exists(doc_id), words=words)
        await respond(interaction, card)

    @app_commands.command(name="remove", description="Take a document out of the index")
    @app_commands.describe(document="Which document")
    @attended
    async def remove(self, interaction: Interaction, document: str) -> None:
        _, guild, words = self.manager(interaction)
        await think(interaction)
        source = chosen_document(document, await self._sources(guild))
        await respond(interaction, cards.removal_card(document_token(source.doc_id), source.path, source.title, words))

    @add.autocomplete("collection")
    async def _collections(self, interaction: Interaction, typed: str) -> Choices:
        return name_choices(typed, collections_of(await self._offered(interaction)))

    @remove.autocomplete("document")
    async def _documents(self, interaction: Interaction, typed: str) -> Choices:
        return document_choices(typed, await self._offered(interaction))

    # ------------------------------------------------------------------------------------------ buttons

    async def confirm_add(self, interaction: Interaction, upload_id: str) -> None:
        asker, guild, words = self.manager(interaction)
        upload = self._own_upload(upload_id, asker)
        self._check_ceiling(guild, upload.doc_id)
        await update(interaction, notice(words("added-building")))
        await asyncio.to_thread(self.uploads.add, upload)
        await self._build_and_report(interaction, guild, words)

    async def cancel_add(self, interaction: Interaction, upload_id: str) -> None:
        asker, _, words = self.manager(interaction)
        self.uploads.discard(self._own_upload(upload_id, asker))
        await update(interaction, notice(words("add-discarded")))

    async def confirm_remove(self, interaction: Interaction, token: str) -> None:
        _, guild, words = self.manager(interaction)
        source = chosen_document(token, await self._sources(guild))
        await update(interaction, notice(words("removed-building")))
        await asyncio.to_thread(self.uploads.remove, source.path)
        await self._build_and_report(interaction, guild, words)

    async def cancel_remove(self, interaction: Interaction, _: str) -> None:
        _asker, _guild, words = self.manager(interaction)
        await update(interaction, notice(words("remove-cancelled")))

    # ----------------------------------------------------------------------------------------- building

    async def _build_and_report(self, interaction: Interaction, guild: int, words: Localization) -> None:
        """Rebuild; the message shows each step, then the report."""
        steps: asyncio.Queue[Step | None] = asyncio.Queue()
        await update(interaction, cards.progress_card("starting", 0, 0, words))
        progress = asyncio.create_task(self._show_steps(interaction, steps, words))
        try:
            card = await self._report_card(await self._rebuilt(steps), guild, words)
        except AskbriefError as error:
            card = cards.failure_card(str(error), words)
            await self._notify_admins(error)
        finally:
            steps.put_nowait(None)
            await progress
        await self._finish(interaction, card)

    async def _rebuilt(self, steps: asyncio.Queue[Step | None] | None = None) -> BuildReport:
        try:
            report = await self.bot.search.rebuild(steps.put_nowait if steps else lambda _: None)
        except AskbriefError as error:
            self.bot.metrics.built("failed")
            log.error("build-failed", error=str(error))  # noqa: TRY400 - the message is complete
            raise
        self.bot.metrics.built("done")
        log.info("built", generation=report.generation, documents=report.documents, failed=len(report.failed))
        return report

    async def _show_steps(
        self, interaction: Interaction, steps: asyncio.Queue[Step | None], words: Localization
    ) -> None:
        """Show the newest step each time Discord has accepted the previous one."""
        while (step := await steps.get()) is not None:
            while not steps.empty():
                newer = steps.get_nowait()
                if newer is None:
                    return
                step = newer
            with suppress(discord.HTTPException):  # only the report matters
                await update(interaction, cards.progress_card(step.stage, step.done, step.total, words))

    async def _finish(self, interaction: Interaction, card: Card) -> None:
        """Show the report; after 15 minutes Discord no longer accepts the edit, so it goes by direct message."""
        try:
            await update(interaction, card)
        except discord.HTTPException as error:
            log.info("report-by-message", code=error.code)
            await post(interaction.user, card)

    async def _report_card(self, report: BuildReport, guild: int, words: Localization) -> Card:
        scope = self.bot.access.ceiling(guild)
        return cards.report_card(visible_report(report, scope, await self.bot.search.coverage(scope)), words)

    async def watch(self) -> None:
        """Rebuild whenever files have changed and settled, also while the bot was not running; until it stops."""
        await self.bot.wait_until_ready()
        seeds = self.bot.settings.seeds_dir
        try:
            if await self.bot.search.changes():
                await self._rebuild_automatically()
            async for _ in watch_async(seeds, settle_ms=SETTLE_MS):
                await self._rebuild_automatically()
        except (OSError, RuntimeError, SeedsError) as error:
            log.error("watch-ended", error=str(error))  # noqa: TRY400 - the message is complete
            await self._notify_admins(SeedsError(f"{seeds} cannot be watched: {in_words(error)}; start me again"))

    async def _rebuild_automatically(self) -> None:
        try:
            before = self.bot.search.status.generation
            report = await self._rebuilt()
            if report.generation != before and (report.failed or not report.up_to_date):
                await self._notify_admins(report)
        except AskbriefError as error:
            await self._notify_admins(error)
        except Refusal as refusal:
            log.info("not-rebuilt", error=refusal.message)
        except Exception:
            log.exception("not-rebuilt")  # watching continues

    async def _notify_admins(self, news: BuildReport | AskbriefError) -> None:
        """Post a report or a failure in the admin channel, if there is one, within the ceiling of its server."""
        channel = self.bot.get_channel(self.bot.bot_settings.admin_channel or 0)
        if not isinstance(channel, discord.TextChannel | discord.Thread):
            return
        words = best_match(self.bot.languages, str(channel.guild.preferred_locale))
        if isinstance(news, AskbriefError):
            card = cards.failure_card(str(news), words)
        else:
            card = await self._report_card(news, channel.guild.id, words)
        try:
            await post(channel, card)
        except discord.HTTPException as error:
            log.warning("admins-not-told", code=error.code)

    def _own_upload(self, upload_id: str, asker: Asker) -> Upload:
        """Return an upload, or refuse one that is gone or is not from this manager in this server."""
        upload = self.uploads.find(upload_id)
        if (upload.person, upload.guild) != (asker.person, asker.guild):
            raise Refusal("error-not-yours")
        return upload

    def _check_ceiling(self, guild: int, doc_id: str) -> None:
        """Refuse a document in a collection that the operator does not let this server see."""
        if not self.bot.access.ceiling(guild).admits(doc_id, Metadata()):
            raise Refusal("error-unknown-collection", name=doc_id.rpartition("/")[0])

    async def _sources(self, guild: int) -> list[Source]:
        ceiling = self.bot.access.ceiling(guild)
        return await self.bot.search.read(lambda library: library.sources(ceiling))

    async def _offered(self, interaction: Interaction) -> list[Source]:
        """Return the sources to choose from; none for people who do not manage the server."""
        try:
            _, guild, _ = self.manager(interaction)
            return await self._sources(guild)
        except Refusal:
            return []


async def setup(bot: AskbriefBot) -> None:
    await bot.add_cog(IndexingCog(bot))
