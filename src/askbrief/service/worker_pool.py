"""Questions answered by several processes over the same mapped index: threads would wait for Python's one lock.

Each process is asked over a pipe of its own, one question at a time. It ends when its pipe does, so that none is left
behind by a process that was killed either.
"""

from __future__ import annotations

import signal
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import get_context
from queue import SimpleQueue
from typing import TYPE_CHECKING, Self

from threadpoolctl import threadpool_limits

from askbrief.errors import AskingError
from askbrief.inference.loading import ready_encoder
from askbrief.library import Library
from askbrief.records import EVERYTHING, Method

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.connection import Connection
    from multiprocessing.context import SpawnProcess
    from pathlib import Path

    from askbrief.inference.encoder import Encoder
    from askbrief.records import Answer, Scope
    from askbrief.settings import Settings
    from askbrief.storage.embedded.generation import GenerationReference

_TRIES = 3
_PATIENCE = 5.0
"""Seconds that a process has to end by itself once it is asked no more."""


class Askers:
    """Some processes that answer as `Library.ask` does. Threads may share them."""

    def __init__(
        self, settings: Settings, count: int, *, state: Path | None = None, encoder: Encoder | None = None
    ) -> None:
        """Start the processes; they load the model by themselves, and the first questions wait for that.

        Args:
            settings: of the library.
            count: how many processes; more than there are processors answer no faster.
            state: where the keys that are shown are remembered; None to remember nothing.
            encoder: by default, the model of the settings; another one must bear pickling.
        """
        setup = _Setup(settings, state, encoder)
        self._all = [_Asker(setup) for _ in range(count)]
        self._free: SimpleQueue[_Asker | None] = SimpleQueue()
        for asker in self._all:
            asker.start()
            self._free.put(asker)

    def ask(
        self,
        library: Library,
        question: str,
        top: int = 5,
        scope: Scope = EVERYTHING,
        *,
        method: Method = Method.HYBRID,
    ) -> Answer:
        """Find the passages that answer a question, as `Library.ask` does.

        Args:
            library: whose generation answers; it stays open meanwhile.
            question: in words.
            top: how many passages at the most.
            scope: what may be searched; applied before anything is ranked.
            method: how to rank, for comparisons.

        Raises:
            AskingError: the process that was asked ended each time, or all of them have been closed.
            AskbriefError: as there.
        """
        with self._turn() as asker:
            return asker.ask(_Question(library.reference, question, top, scope, method))

    @contextmanager
    def _turn(self) -> Iterator[_Asker]:
        """Wait for one that is free; they take turns, so that none keeps an old generation for long."""
        asker = self._free.get()
        try:
            if asker is None:
                raise AskingError("the processes that answer questions have been closed")
            yield asker
        finally:
            self._free.put(asker)

    @property
    def processes(self) -> list[int]:
        """The ids of the processes that are running."""
        return [asker.pid for asker in self._all if asker.pid is not None]

    def close(self) -> None:
        """Let the questions finish that are being answered, and end the processes."""
        for _ in self._all:
            self._free.get()
        self._free.put(None)  # for whoever comes too late
        for asker in self._all:
            asker.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@dataclass(frozen=True, slots=True)
class _Setup:
    """What a process is told when it starts."""

    settings: Settings
    state: Path | None
    encoder: Encoder | None


@dataclass(frozen=True, slots=True)
class _Question:
    """What a process is asked: of which generation, and the arguments of `Library.ask`."""

    generation: GenerationReference
    question: str
    top: int
    scope: Scope
    method: Method


class _Asker:
    """A process that answers, as it is seen from the one that asks; when it has ended, another takes its place."""

    def __init__(self, setup: _Setup) -> None:
        self._setup = setup
        self._running: tuple[SpawnProcess, Connection] | None = None

    @property
    def pid(self) -> int | None:
        return self._running[0].pid if self._running else None

    def start(self) -> Connection:
        """Start the process, if it isn't running, and give the pipe to it."""
        if self._running is None:
            context = get_context("spawn")  # who asks has threads, with which a fork would break
            ours, theirs = context.Pipe()
            with theirs:
                process = context.Process(target=_serve, args=(theirs, self._setup), name="asker", daemon=True)
                process.start()
            self._running = process, ours
        return self._running[1]

    def ask(self, question: _Question) -> Answer:
        """Ask, and ask again where the process has ended: it was killed, perhaps for the memory of another one."""
        for _ in range(_TRIES):
            try:
                pipe = self.start()
                pipe.send(question)
                outcome: Answer | Exception = pipe.recv()
            except (EOFError, OSError):
                self.close()
                continue
            except BaseException:
                self.close()  # or the answer that is not waited for would be that to the next question
                raise
            if isinstance(outcome, Exception):
                raise outcome
            return outcome
        raise AskingError(
            f"the process that answers ended {_TRIES} times: ask again, and look for why in the system's log"
        )

    def close(self) -> None:
        """Ask no more; the process then ends."""
        if self._running is not None:
            process, pipe = self._running
            self._running = None
            pipe.close()
            process.join(_PATIENCE)
            process.kill()
            process.join()
            process.close()


# ------------------------------------------------------------------------------------- in the other process


def _serve(pipe: Connection, setup: _Setup) -> None:
    """Answer until nobody asks any more; Ctrl-C is for who asks, and only ends the pipe.

    Products take one thread: the threads of several processes would wait for each other, at the full cost of waiting.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answering = _Answering(setup)
    with threadpool_limits(1, "blas"), suppress(EOFError, OSError):
        while True:
            pipe.send(answering.outcome(pipe.recv()))


class _Answering:
    """A library over the generation that was asked for last."""

    def __init__(self, setup: _Setup) -> None:
        self._setup = setup
        self._encoder = setup.encoder
        self._library: Library | None = None

    def outcome(self, asked: _Question) -> Answer | Exception:
        try:
            return self._opened(asked).ask(asked.question, asked.top, asked.scope, method=asked.method)
        except Exception as error:  # noqa: BLE001 - it is raised again where the question comes from
            return error

    def _opened(self, asked: _Question) -> Library:
        if self._library is not None and self._library.reference == asked.generation:
            return self._library
        self._encoder = self._encoder or ready_encoder(self._setup.settings)
        setup = self._setup
        library = Library.open_reference(
            asked.generation, state=setup.state, encoder=self._encoder, settings=setup.settings
        )
        if self._library is not None:
            self._library.close()
        self._library = library
        return library
