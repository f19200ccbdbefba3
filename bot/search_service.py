"""The search service: lets the bot's event loop use the library, in a bounded number of threads.

When another generation becomes current, the library is reopened in a thread while the old one still answers.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

import structlog

from askbrief.core.bounded import LruCache
from askbrief.errors import AskbriefError
from askbrief.ingest.sources import seed_changes
from askbrief.service.hot_reload import HotReload
from askbrief.service.scoping import Coverage, age_seconds
from bot.discord_io.language import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from askbrief.inference.encoder import Encoder
    from askbrief.library import Library
    from askbrief.records import Answer, BuildReport, Changes, IndexStatus, Scope
    from askbrief.service.build_process import Builder, Step
    from askbrief.settings import Settings

Result = TypeVar("Result")
_CACHED_SCOPES = 256
"""Scopes whose coverage is cached for each generation."""
log = structlog.get_logger("askbrief.bot")


class SearchService:
    """Runs calls to the library in threads and keeps it at the newest generation. For one event loop."""

    def __init__(
        self, settings: Settings, builder: Builder, *, threads: int = 2, queue: int = 32, encoder: Encoder | None = None
    ) -> None:
        """Prepare to search `threads` questions at once while `queue` more wait; `open` loads the library."""
        self._settings = settings
        self._builder = builder
        self._encoder = encoder
        threads = max(threads, settings.askers)
        self._max_pending = threads + queue
        self.pending = 0  # questions that are being searched or wait
        self._search_threads = ThreadPoolExecutor(threads, thread_name_prefix="search")
        self._upkeep_thread = ThreadPoolExecutor(1, thread_name_prefix="keep")  # opens indexes, compares files
        self._build_thread = ThreadPoolExecutor(1, thread_name_prefix="build")  # waits for the build process
        self._build_lock = asyncio.Lock()
        self._refresh_task: asyncio.Task[None] | None = None
        self._serving: HotReload | None = None
        self._coverages: LruCache[Coverage] = LruCache(_CACHED_SCOPES)

    def open(self) -> None:
        """Load the model, open the index and warm it up, so that the first question need not wait.

        Raises:
            IndexUnusable: there is no index, or it cannot be opened.
            ModelError: the model cannot be used.
        """
        serving = HotReload(self._settings, self._encoder)
        with serving.lease() as library:
            library.check_readable()
        self._serving = serving

    def close(self) -> None:
        """Accept no more questions, cancel a build, let searches finish and close the index."""
        serving, self._serving = self._serving, None
        self.stop_building()
        for threads in (self._search_threads, self._upkeep_thread, self._build_thread):
            threads.shutdown(wait=True, cancel_futures=True)
        if serving is not None:
            serving.close()

    @property
    def status(self) -> IndexStatus:
        """The generation that serves now, its age and its size."""
        with self._current().lease() as library:
            return library.status()

    @property
    def age(self) -> float:
        """Seconds since the index was built."""
        return age_seconds(self.status.built_at)

    @property
    def is_open(self) -> bool:
        return self._serving is not None

    @property
    def is_building(self) -> bool:
        return self._build_lock.locked()

    async def ask(self, question: str, top: int, scope: Scope) -> tuple[Answer, Coverage]:
        """Answer a question, and count what was searched.

        Raises:
            Refusal: too many questions wait already.
            InputError: the question cannot be used.
        """
        most = min(top, self._settings.max_results)
        ask = self._current().ask
        return await self.read(
            lambda library: (ask(library, question, most, scope), self._cached_coverage(library, scope))
        )

    async def coverage(self, scope: Scope) -> Coverage:
        """Count what a scope covers; unlike `read`, this works also when too many questions wait."""
        return await self._run(self._upkeep_thread, lambda library: self._cached_coverage(library, scope))

    async def read(self, query: Callable[[Library], Result]) -> Result:
        """Run a query of the library in a thread, on one generation; refuse it if too many wait already."""
        if self.pending >= self._max_pending:
            raise Refusal("error-busy")
        self._refresh_if_behind()
        self.pending += 1
        try:
            return await self._run(self._search_threads, query)
        finally:
            self.pending -= 1

    async def _run(self, threads: ThreadPoolExecutor, query: Callable[[Library], Result]) -> Result:
        with self._current().lease() as library:
            return await asyncio.get_running_loop().run_in_executor(threads, query, library)

    def _current(self) -> HotReload:
        if self._serving is None:
            raise Refusal("error-leaving")
        return self._serving

    def _cached_coverage(self, library: Library, scope: Scope) -> Coverage:
        return self._coverages.get((library.generation_name, scope), lambda: coverage_of(library, scope))

    async def rebuild(self, on_step: Callable[[Step], None]) -> BuildReport:
        """Bring the index up to date with seeds/ in a separate process, and serve it; one build at a time.

        `on_step` is called on the event loop for each step.

        Raises:
            BuildError, ModelError, SeedsError: it failed; the old index keeps serving.
        """
        loop = asyncio.get_running_loop()

        def report_step(step: Step) -> None:
            loop.call_soon_threadsafe(on_step, step)

        async with self._build_lock:
            report = await loop.run_in_executor(self._build_thread, self._builder.build, report_step)
            await self.refresh()
        return report

    def stop_building(self) -> None:
        """Cancel a build that is running, and refuse further ones."""
        self._builder.stop()

    async def refresh(self) -> None:
        """Serve the newest generation if it does not serve yet."""
        renew = self._current().renew
        if await asyncio.get_running_loop().run_in_executor(self._upkeep_thread, renew):
            log.info("serving", generation=self.status.generation)

    async def changes(self) -> Changes:
        """Compare seeds/ with the index that serves."""
        seeds, max_file_mib = self._settings.seeds_dir, self._settings.max_file_mib
        return await self._run(
            self._upkeep_thread,
            lambda library: seed_changes(seeds, library.source_rows(), max_file_mib=max_file_mib),
        )

    def _refresh_if_behind(self) -> None:
        """Switch to a generation that was built elsewhere, such as on the command line, while the old one answers."""
        if self._build_lock.locked() or (self._refresh_task is not None and not self._refresh_task.done()):
            return
        with suppress(AskbriefError):  # unreadable for the moment: the old generation keeps serving
            if self._current().is_behind:
                self._refresh_task = asyncio.create_task(self._refresh_quietly())

    async def _refresh_quietly(self) -> None:
        try:
            await self.refresh()
        except Refusal:
            log.info("not-refreshed", error="leaving")
        except AskbriefError as error:
            log.warning("not-refreshed", error=str(error))


def coverage_of(library: Library, scope: Scope) -> Coverage:
    """Count what a scope covers in one generation."""
    return Coverage.of(library.sources(scope), library.status().built_at)
