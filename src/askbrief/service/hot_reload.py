"""The library that serves, for many at once; who is reading an older generation finishes with it."""

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
from askbrief.service.worker_pool import Askers
from askbrief.storage.engines import current_generation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from askbrief.inference.encoder import Encoder
    from askbrief.records import Answer, Scope
    from askbrief.settings import Settings

_TRIED_AGAIN_AFTER = 60.0
"""Seconds after which a generation that could not be opened is tried again."""
_log = logging.getLogger(__name__)


@dataclass(eq=False)
class _Opened:
    """An opened library and how many are reading it."""

    library: Library
    readers: int = 0
    retired: bool = False


class HotReload:
    """Gives the library to those who read it, and opens it anew when another generation does. Threads may share it."""

    def __init__(self, settings: Settings, encoder: Encoder | None = None) -> None:
        """Load the model and open the index.

        Raises:
            IndexUnusable: there is no index, or it cannot be opened.
            ModelError: the model cannot be used.
        """
        self._settings = settings
        self._encoder = encoder or (open_encoder if settings.askers else ready_encoder)(settings)
        self._counting, self._renewing = threading.Lock(), threading.Lock()
        self._refused: tuple[str | None, float] = None, 0.0
        self._closed = False
        self._opened = _Opened(self._open())
        self._askers = (
            Askers(settings, settings.askers, state=settings.state_dir, encoder=encoder) if settings.askers else None
        )

    @contextmanager
    def lease(self) -> Iterator[Library]:
        """Give the library that serves, which stays open for as long as it is read."""
        with self._counting:
            opened = self._opened
            opened.readers += 1
        try:
            yield opened.library
        finally:
            with self._counting:
                opened.readers -= 1
                _close_when_unread(opened)

    @contextmanager
    def newest(self) -> Iterator[Library]:
        """Open the newest generation first, where it can be; while one thread does, others read the one before."""
        if not self._renewing.locked():
            try:
                self.renew()
            except AskbriefError as error:
                _log.warning("the index before keeps serving: %s", error)
        with self.lease() as library:
            yield library

    def ask(self, library: Library, question: str, top: int = 5, scope: Scope = EVERYTHING) -> Answer:
        """Ask a library that was given: in this process, or in one of those that answer (ASKBRIEF_ASKERS)."""
        ask = Library.ask if self._askers is None else self._askers.ask
        return ask(library, question, top, scope)

    @property
    def is_behind(self) -> bool:
        """Whether another generation serves by now; not if it could not be opened a moment ago.

        Raises:
            IndexDamaged: what says which one serves cannot be read.
        """
        return self._awaited() is not None

    def renew(self) -> bool:
        """Serve the newest generation, if this is behind; say whether it was.

        Raises:
            IndexUnusable, ModelError: it cannot be opened; the one before keeps serving.
        """
        with self._renewing:
            newest = self._awaited()
            if newest is None or self._closed:
                return False
            try:
                opened = _Opened(self._open())
            except AskbriefError:
                self._refused = newest, time.monotonic()
                raise
            with self._counting:
                before, self._opened = self._opened, opened
                _retire(before)
        return True

    def close(self) -> None:
        """Let go of the index, once nobody reads it."""
        if self._askers is not None:
            self._askers.close()
        with self._renewing, self._counting:
            self._closed = True
            _retire(self._opened)

    def _awaited(self) -> str | None:
        """The name of the generation that should serve and does not; None while it is not to be tried again."""
        newest = current_generation(self._settings.index_dir)
        if newest == self._opened.library.generation_name:
            return None
        refused, since = self._refused
        return newest if newest != refused or time.monotonic() - since > _TRIED_AGAIN_AFTER else None

    def _open(self) -> Library:
        settings = self._settings
        return Library.open(settings.index_dir, state=settings.state_dir, encoder=self._encoder, settings=settings)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _retire(opened: _Opened) -> None:
    opened.retired = True
    _close_when_unread(opened)


def _close_when_unread(opened: _Opened) -> None:
    if opened.retired and not opened.readers:
        opened.library.close()
