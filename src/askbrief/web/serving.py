"""The library that serves, opened anew when another generation does; who is reading the old one finishes with it."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from askbrief.askers import Askers
from askbrief.errors import IndexUnusable
from askbrief.indexing.generation import current_name
from askbrief.library import EVERYTHING, Library
from askbrief.ranking.encoders import open_encoder
from askbrief.ready import ready_encoder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from askbrief.ranking.encoder import Encoder
    from askbrief.records import Answer, Scope
    from askbrief.settings import Settings


@dataclass(eq=False)
class _Opened:
    """An opened library and how many are reading it."""

    library: Library
    readers: int = 0
    retired: bool = False


class Serving:
    """Gives the library of the newest generation to threads."""

    def __init__(self, settings: Settings, encoder: Encoder | None = None) -> None:
        """Load the model and open the index.

        Raises:
            IndexUnusable: there is no index, or it cannot be opened.
            ModelError: the model cannot be used.
        """
        self._settings = settings
        self._encoder = encoder or (open_encoder if settings.askers else ready_encoder)(settings)
        self._lock = threading.Lock()
        self._opened = _Opened(self._open())
        self._askers = (
            Askers(settings, settings.askers, state=settings.state_dir, encoder=encoder) if settings.askers else None
        )

    @contextmanager
    def library(self) -> Iterator[Library]:
        """Give the library that serves, which stays open for as long as it is read."""
        with self._lock:
            self._renew()
            opened = self._opened
            opened.readers += 1
        try:
            yield opened.library
        finally:
            with self._lock:
                opened.readers -= 1
                self._let_go(opened)

    def ask(self, library: Library, question: str, top: int = 5, scope: Scope = EVERYTHING) -> Answer:
        """Ask a library that `library` gave: in this process, or in one of those that answer (ASKBRIEF_ASKERS)."""
        ask = Library.ask if self._askers is None else self._askers.ask
        return ask(library, question, top, scope)

    def close(self) -> None:
        """Let go of the index, once nobody reads it."""
        if self._askers is not None:
            self._askers.close()
        with self._lock:
            self._retire(self._opened)

    def _open(self) -> Library:
        settings = self._settings
        return Library.open(settings.index_dir, state=settings.state_dir, encoder=self._encoder, settings=settings)

    def _renew(self) -> None:
        """Open the generation that serves now, if it is another one; one that cannot be opened leaves the old one."""
        try:
            if current_name(self._settings.index_dir) == self._opened.library.generation.name:
                return
            opened = _Opened(self._open())
        except IndexUnusable:
            return
        before, self._opened = self._opened, opened
        self._retire(before)

    def _retire(self, opened: _Opened) -> None:
        opened.retired = True
        self._let_go(opened)

    def _let_go(self, opened: _Opened) -> None:
        if opened.retired and not opened.readers:
            opened.library.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
