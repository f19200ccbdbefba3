"""The index: rebuilding, adding and removing documents, and watching seeds/ for those who keep files there."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from askbrief.errors import AskbriefError, SeedsError, in_words
from askbrief.ingest.sources import SETTLE_MS, watch_async
from askbrief.records import Metadata
from bot.coverage import visible_report
from bot.discord_io.cards import notice
from bot.discord_io.choices import choices, collections_of, document_choices, document_of, mark_of, named
from bot.discord_io.components import post, respond, update
from bot.discord_io.language import best
from bot.discord_io.people import ManagersOnly
from bot.errors import Refusal, log
from bot.features.indexing import cards
from bot.features.indexing.uploads import Uploads, collection_name

if TYPE_CHECKING:
    from askbrief.records import BuildReport, Scope, Source
    from askbrief.service.build_process import Step
    from bot.app import AskbriefBot, Interaction
    from bot.discord_io.cards import Card
    from bot.discord_io.language import Words
    from bot.discord_io.people import Asker


@app_commands.guild_only()
@app_commands.default_permissions(manage_guild=True)
class IndexingCog(
    ManagersOnly, commands.GroupCog, group_name="index", group_description="Rebuild the index, add and remove documents"
):
    """Building, for those who manage the server."""

    def __init__(self, bot: AskbriefBot) -> None:
        """Add the buttons."""
        self.bot = bot
        self.uploads = Uploads(bot.settings)
        self._watching: asyncio.Task[None] | None = None
        bot.actions.add(add=self.add_confirmed, discard=self.discarded, remove=self.remove_confirmed, keep=self.kept)

    async def cog_load(self) -> None:
        """Begin to watch, if told to."""
        if self.bot.bot_settings.watch:
            self._watching = asyncio.create_task(self._watch())

    async def cog_unload(self) -> None:
        """Watch no more."""
        if self._watching is not None:
            self._watching.cancel()
            with suppress(asyncio.CancelledError):
                await self._watching

    # ----------------------------------------------------------------------------------------- commands

    @app_commands.command(name="rebuild", description="Bring the index up to date with the documents")
    async def rebuild(self, interaction: Interaction) -> None:
        """Build, and say how far it is and what it did."""
        await self.bot.attend(interaction, self._rebuild(interaction))

    async def _rebuild(self, interaction: Interaction) -> None:
        asker, words = self.manager(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._build(interaction, asker, words)

    @app_commands.command(name="add", description="Add an attached file to the documents")
    @app_commands.describe(file="The document", collection="In this collection; a new name makes a new one")
    async def add(self, interaction: Interaction, file: discord.Attachment, collection: str | None = None) -> None:
        """Check and preview an attachment; a second click adds it."""
        await self.bot.attend(interaction, self._add(interaction, file, collection or ""))

    async def _add(self, interaction: Interaction, file: discord.Attachment, collection: str) -> None:
        asker, words = self.manager(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        doc_id = self.uploads.doc_id(file.filename, collection_name(collection), file.size)
        self._check_ceiling(asker, doc_id)
        content = await file.read()
        upload, reading = await asyncio.to_thread(
            lambda: self.uploads.keep(content, doc_id, person=asker.person, guild=asker.guild or 0)
        )
        card = cards.upload_preview(
            upload.upload_id, doc_id, reading, replaces=self.uploads.is_there(doc_id), words=words
        )
        await respond(interaction, card)

    @app_commands.command(name="remove", description="Take a document out of the index")
    @app_commands.describe(document="Which document")
    async def remove(self, interaction: Interaction, document: str) -> None:
        """Ask whether it shall really go."""
        await self.bot.attend(interaction, self._remove(interaction, document))

    async def _remove(self, interaction: Interaction, document: str) -> None:
        asker, words = self.manager(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        source = document_of(document, await self._listed(asker))
        await respond(interaction, cards.removal(mark_of(source.doc_id), source.path, source.title, words))

    @add.autocomplete("collection")
    async def _collections(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        found = choices(typed, named(collections_of(await self._offered(interaction))))
        return [app_commands.Choice(name=label, value=value) for label, value in found]

    @remove.autocomplete("document")
    async def _documents(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        found = document_choices(typed, await self._offered(interaction))
        return [app_commands.Choice(name=label, value=value) for label, value in found]

    # ------------------------------------------------------------------------------------------ buttons

    async def add_confirmed(self, interaction: Interaction, upload_id: str) -> None:
        """Add the file that waits, and build it in."""
        asker, words = self.manager(interaction)
        upload = self.uploads.find(upload_id)
        if (upload.person, upload.guild) != (asker.person, asker.guild):
            raise Refusal("error-not-yours")
        self._check_ceiling(asker, upload.doc_id)
        await update(interaction, notice(words("added-building")))
        await asyncio.to_thread(self.uploads.add, upload)
        await self._build(interaction, asker, words)

    async def discarded(self, interaction: Interaction, upload_id: str) -> None:
        """Let the file go."""
        asker, words = self.manager(interaction)
        upload = self.uploads.find(upload_id)
        if (upload.person, upload.guild) != (asker.person, asker.guild):
            raise Refusal("error-not-yours")
        self.uploads.discard(upload)
        await update(interaction, notice(words("add-discarded")))

    async def remove_confirmed(self, interaction: Interaction, mark: str) -> None:
        """Take the document out, and rebuild."""
        asker, words = self.manager(interaction)
        source = document_of(mark, await self._listed(asker))
        await update(interaction, notice(words("removed-building")))
        await asyncio.to_thread(self.uploads.remove, source.path)
        await self._build(interaction, asker, words)

    async def kept(self, interaction: Interaction, _: str) -> None:
        """Remove nothing."""
        _asker, words = self.manager(interaction)
        await update(interaction, notice(words("kept")))

    # ----------------------------------------------------------------------------------------- building

    async def _build(self, interaction: Interaction, asker: Asker, words: Words) -> None:
        """Build; each step takes the place of the message, the report comes last."""
        steps: asyncio.Queue[Step | None] = asyncio.Queue()
        await update(interaction, cards.progress("starting", 0, 0, words))
        telling = asyncio.create_task(self._tell_steps(interaction, steps, words))
        try:
            card = cards.build_report(await self._visible(await self._built(steps), asker), words)
        except AskbriefError as error:
            card = cards.build_failed(str(error), words)
            await self._tell_admins(error)
        finally:
            steps.put_nowait(None)
            await telling
        await self._finish(interaction, card)

    async def _built(self, steps: asyncio.Queue[Step | None] | None = None) -> BuildReport:
        try:
            report = await self.bot.desk.rebuild(steps.put_nowait if steps else lambda _: None)
        except AskbriefError as error:
            self.bot.metrics.built("failed")
            log.error("build-failed", error=str(error))
            raise
        self.bot.metrics.built("done")
        log.info("built", generation=report.generation, documents=report.documents, failed=len(report.failed))
        return report

    async def _tell_steps(self, interaction: Interaction, steps: asyncio.Queue[Step | None], words: Words) -> None:
        """Show the newest step whenever Discord is done with the one before."""
        while (step := await steps.get()) is not None:
            while not steps.empty():
                newer = steps.get_nowait()
                if newer is None:
                    return
                step = newer
            with suppress(discord.HTTPException):  # the report is what counts
                await update(interaction, cards.progress(step.stage, step.done, step.total, words))

    async def _finish(self, interaction: Interaction, card: Card) -> None:
        """Show the report; after a quarter of an hour Discord takes it by direct message only."""
        try:
            await update(interaction, card)
        except discord.HTTPException as error:
            log.info("report-by-message", code=error.code)
            await post(interaction.user, card)

    async def _visible(self, report: BuildReport, asker: Asker) -> BuildReport:
        scope = self.bot.access.ceiling(asker.guild or 0)
        return visible_report(report, scope, await self.bot.desk.coverage(scope))

    async def _watch(self) -> None:
        """Rebuild when files have changed and settled, also while the bot was away, for as long as it lives."""
        await self.bot.wait_until_ready()
        seeds = self.bot.settings.seeds_dir
        try:
            if await self.bot.desk.changes():
                await self._rebuild_unasked()
            async for _ in watch_async(seeds, settle_ms=SETTLE_MS):
                await self._rebuild_unasked()
        except (OSError, RuntimeError, SeedsError) as error:
            log.error("watch-ended", error=str(error))
            await self._tell_admins(SeedsError(f"{seeds} cannot be watched: {in_words(error)}; start me again"))

    async def _rebuild_unasked(self) -> None:
        try:
            before = self.bot.desk.status.generation
            report = await self._built()
            if report.generation != before and (report.failed or not report.up_to_date):
                await self._tell_admins(report)
        except AskbriefError as error:
            await self._tell_admins(error)
        except Refusal as refusal:
            log.info("not-rebuilt", error=refusal.message)
        except Exception:  # noqa: BLE001 - the edge: nobody else would hear of it
            log.exception("not-rebuilt")  # and the watch goes on

    async def _tell_admins(self, news: BuildReport | AskbriefError) -> None:
        """Post a report or a failure in the admin channel, if there is one, with what its server may see."""
        channel = self.bot.get_channel(self.bot.bot_settings.admin_channel or 0)
        if not isinstance(channel, discord.TextChannel | discord.Thread):
            return
        words = best(self.bot.languages, str(channel.guild.preferred_locale))
        if isinstance(news, AskbriefError):
            card = cards.build_failed(str(news), words)
        else:
            scope = self.bot.access.ceiling(channel.guild.id)
            card = cards.build_report(visible_report(news, scope, await self.bot.desk.coverage(scope)), words)
        try:
            await post(channel, card)
        except discord.HTTPException as error:
            log.warning("admins-not-told", code=error.code)

    # ------------------------------------------------------------------------------------------- checks

    def _check_ceiling(self, asker: Asker, doc_id: str) -> None:
        """A server adds only to what the operator lets it see."""
        if not self.bot.access.ceiling(asker.guild or 0).admits(doc_id, Metadata()):
            raise Refusal("error-unknown-collection", name=doc_id.rpartition("/")[0])

    async def _listed(self, asker: Asker) -> list[Source]:
        ceiling: Scope = self.bot.access.ceiling(asker.guild or 0)
        return await self.bot.desk.read(lambda library: library.sources(ceiling))

    async def _offered(self, interaction: Interaction) -> list[Source]:
        """What may be chosen from; nothing for those who do not manage the server."""
        try:
            asker, _ = self.manager(interaction)
            return await self._listed(asker)
        except Refusal:
            return []


async def setup(bot: AskbriefBot) -> None:
    """Add the cog."""
    await bot.add_cog(IndexingCog(bot))
