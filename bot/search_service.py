"""The desk between Discord's event loop and the library: threads of bounded number, and the index that serves.

The library is opened anew when another generation serves, in a thread, while the one before answers.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

import structlog

from askbrief.core.bounded import LruCache
from askbrief.errors import AskbriefError
from askbrief.ingest.sources import seed_changes
from askbrief.service.hot_reload import HotReload
from bot.coverage import Coverage
from bot.errors import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from askbrief.inference.encoder import Encoder
    from askbrief.library import Library
    from askbrief.records import Answer, BuildReport, Changes, IndexStatus, Scope
    from askbrief.service.build_process import Builder, Step
    from askbrief.settings import Settings

Result = TypeVar("Result")
_SCOPES = 256
"""So many scopes are counted once for each generation."""
log = structlog.get_logger("askbrief.bot")


class Desk:
    """Asks the library in threads, and keeps it at the newest generation. For one event loop."""

    def __init__(
        self, settings: Settings, builder: Builder, *, threads: int = 2, queue: int = 32, encoder: Encoder | None = None
    ) -> None:
        """Take the settings.

        Args:
            settings: of the library.
            builder: how the index is brought up to date.
            threads: how many questions are searched for at once; at least as many as there are processes that answer.
            queue: how many more may wait.
            encoder: by default, the model of the settings.
        """
        self._settings = settings
        self._builder = builder
        self._encoder = encoder
        threads = max(threads, settings.askers)
        self._most_pending = threads + queue
        self._pending = 0
        self._searching = ThreadPoolExecutor(threads, thread_name_prefix="search")
        self._keeping = ThreadPoolExecutor(1, thread_name_prefix="keep")  # opening an index, comparing files
        self._waiting = ThreadPoolExecutor(1, thread_name_prefix="build")  # for the building process
        self._building = asyncio.Lock()
        self._reload: asyncio.Task[None] | None = None
        self._serving: HotReload | None = None
        self._coverages: LruCache[Coverage] = LruCache(_SCOPES)

    def open(self) -> None:
        """Load the model, open the index and ask a first question, so that the first person need not wait.

        Raises:
            IndexUnusable: there is no index, or it cannot be opened.
            ModelError: the model cannot be used.
        """
        serving = HotReload(self._settings, self._encoder)
        with serving.lease() as library:
            library.check_readable()
        self._serving = serving

    def close(self) -> None:
        """Take no more questions, break off a build, let searches finish, and let go of the index."""
        serving, self._serving = self._serving, None
        self.stop_building()
        self._searching.shutdown(wait=True, cancel_futures=True)
        self._keeping.shutdown(wait=True, cancel_futures=True)
        self._waiting.shutdown(wait=True, cancel_futures=True)
        if serving is not None:
            serving.close()

    # ------------------------------------------------------------------------------------------ reading

    @property
    def status(self) -> IndexStatus:
        """What serves now."""
        with self._now_serving().lease() as library:
            return library.status()

    @property
    def is_open(self) -> bool:
        return self._serving is not None

    @property
    def pending(self) -> int:
        """How many questions are being searched for or wait."""
        return self._pending

    @property
    def is_building(self) -> bool:
        return self._building.locked()

    async def ask(self, question: str, top: int, scope: Scope) -> tuple[Answer, Coverage]:
        """Ask the library, and count what was searched.

        Raises:
            Refusal: too many questions wait already.
            InputError: the question cannot be used.
        """
        most = min(top, self._settings.max_results)
        ask = self._now_serving().ask
        return await self.read(lambda library: (ask(library, question, most, scope), self._covered(library, scope)))

    async def coverage(self, scope: Scope) -> Coverage:
        """Count what somebody may search; a build's report has it also when too many questions wait."""
        with self._now_serving().lease() as library:
            return await asyncio.get_running_loop().run_in_executor(self._keeping, self._covered, library, scope)

    async def read(self, question: Callable[[Library], Result]) -> Result:
        """Ask the library anything, in a thread, with one generation throughout.

        Raises:
            Refusal: too many questions wait already.
        """
        if self._pending >= self._most_pending:
            raise Refusal("error-busy")
        self._follow_others()
        self._pending += 1
        try:
            with self._now_serving().lease() as library:
                return await asyncio.get_running_loop().run_in_executor(self._searching, question, library)
        finally:
            self._pending -= 1

    def _now_serving(self) -> HotReload:
        if self._serving is None:
            raise Refusal("error-leaving")
        return self._serving

    def _covered(self, library: Library, scope: Scope) -> Coverage:
        """What somebody may search, counted once for each generation."""
        return self._coverages.get((library.generation_name, scope), lambda: _coverage(library, scope))

    # ------------------------------------------------------------------------------------------- keeping

    async def rebuild(self, on_step: Callable[[Step], None]) -> BuildReport:
        """Bring the index up to date with seeds/ in a process of its own, and serve it; one build at a time.

        Args:
            on_step: called on the event loop.

        Raises:
            BuildError, ModelError, SeedsError: it failed; the old index keeps serving.
        """
        loop = asyncio.get_running_loop()

        def say(step: Step) -> None:
            loop.call_soon_threadsafe(on_step, step)

        async with self._building:
            report = await loop.run_in_executor(self._waiting, self._builder.build, say)
            await self.refresh()
        return report

    def stop_building(self) -> None:
        """Break off a build that is running, and refuse further ones."""
        self._builder.stop()

    async def refresh(self) -> None:
        """Serve the newest generation, if it is not the one that serves."""
        renew = self._now_serving().renew
        if await asyncio.get_running_loop().run_in_executor(self._keeping, renew):
            log.info("serving", generation=self.status.generation)

    async def changes(self) -> Changes:
        """How seeds/ differs from what serves."""
        settings = self._settings

        def compared(library: Library) -> Changes:
            return seed_changes(settings.seeds_dir, library.source_rows(), max_file_mib=settings.max_file_mib)

        with self._now_serving().lease() as library:
            return await asyncio.get_running_loop().run_in_executor(self._keeping, compared, library)

    def _follow_others(self) -> None:
        """Somebody may have built from the command line: look, and switch while the old one answers."""
        if self._building.locked() or (self._reload is not None and not self._reload.done()):
            return
        with suppress(AskbriefError):  # unreadable for now: what serves keeps serving
            if self._now_serving().is_behind:
                self._reload = asyncio.create_task(self._refresh_quietly())

    async def _refresh_quietly(self) -> None:
        try:
            await self.refresh()
        except Refusal:
            log.info("not-refreshed", error="leaving")
        except AskbriefError as error:
            log.warning("not-refreshed", error=str(error))


def age(status: IndexStatus) -> float:
    """Seconds since an index was built."""
    return (dt.datetime.now(dt.UTC) - status.built_at).total_seconds()


def _coverage(library: Library, scope: Scope) -> Coverage:
    return Coverage.of(library.sources(scope), library.status().built_at)
