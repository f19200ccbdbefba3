"""The library of a long-running process: it follows new generations of the index, and readers finish on theirs."""

from __future__ import annotations

import logging
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from askbrief.errors import AskbriefError
from askbrief.inference.loading import open_encoder, ready_encoder
from askbrief.library import Library
from askbrief.records import EVERYTHING
from askbrief.service.worker_pool import WorkerPool
from askbrief.storage.engines import current_generation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from askbrief.inference.encoder import Encoder
    from askbrief.records import Answer, Scope
    from askbrief.settings import Settings

_RETRY_SECONDS = 60.0
"""Time until a generation that could not be opened is tried again."""
_log = logging.getLogger(__name__)


@dataclass(eq=False)
class _Opened:
    """An opened library and the number of its readers."""

    library: Library
    readers: int = 0
    retired: bool = False

    def close_when_unread(self) -> None:
        if self.retired and not self.readers:
            self.library.close()

    def retire(self) -> None:
        self.retired = True
        self.close_when_unread()


class HotReload:
    """Leases the library, and opens it again when there is a new generation. Threads may share it."""

    def __init__(self, settings: Settings, encoder: Encoder | None = None) -> None:
        """Load the model and open the index.

        Raises:
            IndexUnusable: there is no index, or it cannot be opened.
            ModelError: the model cannot be used.
        """
        self._settings = settings
        self._encoder = encoder or (open_encoder if settings.askers else ready_encoder)(settings)
        self._readers_lock, self._renew_lock = threading.Lock(), threading.Lock()
        self._failed: tuple[str | None, float] = None, 0.0
        self._closed = False
        self._opened = _Opened(self._open())
        self._workers: WorkerPool | None = None
        if settings.askers:
            self._workers = WorkerPool(settings, settings.askers, state=settings.state_dir, encoder=encoder)

    @contextmanager
    def lease(self) -> Iterator[Library]:
        """Yield the serving library; it stays open as long as it is read."""
        with self._readers_lock:
            opened = self._opened
            opened.readers += 1
        try:
            yield opened.library
        finally:
            with self._readers_lock:
                opened.readers -= 1
                opened.close_when_unread()

    @contextmanager
    def newest(self) -> Iterator[Library]:
        """Yield the library, renewed if it can be; while one thread renews it, the others read the old generation."""
        if not self._renew_lock.locked():
            try:
                self.renew()
            except AskbriefError as error:
                _log.warning("the old index keeps serving: %s", error)
        with self.lease() as library:
            yield library

    def ask(self, library: Library, question: str, top: int = 5, scope: Scope = EVERYTHING) -> Answer:
        """Ask a leased library, in this process or in a worker process (ASKBRIEF_ASKERS)."""
        ask = Library.ask if self._workers is None else self._workers.ask
        return ask(library, question, top, scope)

    @property
    def is_behind(self) -> bool:
        """Whether there is a newer generation to open; False for a while after it could not be opened.

        Raises:
            IndexDamaged: the file that names the newest generation cannot be read.
        """
        return self._pending() is not None

    def renew(self) -> bool:
        """Open the newest generation if it is not the one that serves, and return whether it was opened.

        Raises:
            IndexUnusable, ModelError: it cannot be opened; the old one keeps serving.
        """
        with self._renew_lock:
            newest = self._pending()
            if newest is None or self._closed:
                return False
            try:
                opened = _Opened(self._open())
            except AskbriefError:
                self._failed = newest, time.monotonic()
                raise
            with self._readers_lock:
                before, self._opened = self._opened, opened
                before.retire()
        return True

    def close(self) -> None:
        """Close the library as soon as nobody reads it."""
        if self._workers is not None:
            self._workers.close()
        with self._renew_lock, self._readers_lock:
            self._closed = True
            self._opened.retire()

    def _pending(self) -> str | None:
        """Return the name of the generation to open; None if it serves already, or failed a moment ago."""
        newest = current_generation(self._settings.index_dir)
        if newest == self._opened.library.generation_name:
            return None
        failed, since = self._failed
        return newest if newest != failed or time.monotonic() - since > _RETRY_SECONDS else None

    def _open(self) -> Library:
        settings = self._settings
        return Library.open(settings.index_dir, state=settings.state_dir, encoder=self._encoder, settings=settings)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
