"""Worker processes that answer questions over one memory-mapped index; threads would wait for the interpreter lock.

Each process has its own pipe and answers one question at a time. It ends when its pipe is closed, so that no process
is left behind, even if the parent is killed.
"""

from __future__ import annotations

import signal
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import get_context
from queue import SimpleQueue
from typing import TYPE_CHECKING, Self

from threadpoolctl import threadpool_limits

from askbrief.errors import WorkerError
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
"""How often a question is tried when its process ends."""
_STOP_SECONDS = 5.0
"""Time for a process to end by itself before it is killed."""


class WorkerPool:
    """Processes that answer as `Library.ask` does. Threads may share the pool."""

    def __init__(
        self, settings: Settings, count: int, *, state: Path | None = None, encoder: Encoder | None = None
    ) -> None:
        """Start the processes; more than there are processors answer no faster. The first questions wait for the model.

        Without `state`, no citation keys are stored; `encoder` replaces the settings' model, and must be picklable.
        """
        setup = _Setup(settings, state, encoder)
        self._all = [_Worker(setup) for _ in range(count)]
        self._free: SimpleQueue[_Worker | None] = SimpleQueue()
        for worker in self._all:
            worker.start()
            self._free.put(worker)

    def ask(
        self,
        library: Library,
        question: str,
        top: int = 5,
        scope: Scope = EVERYTHING,
        *,
        method: Method = Method.HYBRID,
    ) -> Answer:
        """Answer as `Library.ask` does, with the generation of a library that the caller keeps open.

        Raises:
            WorkerError: the process ended at each try, or the pool is closed.
            AskbriefError: as `Library.ask`.
        """
        with self._turn() as worker:
            return worker.ask(_Question(library.reference, question, top, scope, method))

    @contextmanager
    def _turn(self) -> Iterator[_Worker]:
        """Wait for a free worker; workers take turns, so that none keeps an old generation open for long."""
        worker = self._free.get()
        try:
            if worker is None:
                raise WorkerError("the processes that answer questions have been closed")
            yield worker
        finally:
            self._free.put(worker)

    @property
    def processes(self) -> list[int]:
        """The ids of the running processes."""
        return [worker.pid for worker in self._all if worker.pid is not None]

    def close(self) -> None:
        """Wait for running questions, and end the processes."""
        for _ in self._all:
            self._free.get()
        self._free.put(None)  # for questions that come too late
        for worker in self._all:
            worker.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@dataclass(frozen=True, slots=True)
class _Setup:
    """What a process needs to start."""

    settings: Settings
    state: Path | None
    encoder: Encoder | None


@dataclass(frozen=True, slots=True)
class _Question:
    """A question to a process: the generation, and the arguments of `Library.ask`."""

    generation: GenerationReference
    question: str
    top: int
    scope: Scope
    method: Method


class _Worker:
    """A worker process, seen from the parent; when it has ended, the next question starts another."""

    def __init__(self, setup: _Setup) -> None:
        self._setup = setup
        self._running: tuple[SpawnProcess, Connection] | None = None

    @property
    def pid(self) -> int | None:
        return self._running[0].pid if self._running else None

    def start(self) -> Connection:
        """Start the process if it is not running, and return the pipe to it."""
        if self._running is None:
            context = get_context("spawn")  # a fork of a process with threads can deadlock
            ours, theirs = context.Pipe()
            with theirs:
                process = context.Process(target=_serve, args=(theirs, self._setup), name="worker", daemon=True)
                process.start()
            self._running = process, ours
        return self._running[1]

    def ask(self, question: _Question) -> Answer:
        """Ask, and try again if the process has ended: the system may have killed it for lack of memory."""
        for _ in range(_TRIES):
            try:
                pipe = self.start()
                pipe.send(question)
                outcome: Answer | Exception = pipe.recv()
            except (EOFError, OSError):
                self.close()
                continue
            except BaseException:
                self.close()  # else this answer would be taken for the next question's
                raise
            if isinstance(outcome, Exception):
                raise outcome
            return outcome
        raise WorkerError(
            f"the process that answers ended {_TRIES} times: ask again, and look for the reason in the system's log"
        )

    def close(self) -> None:
        """Close the pipe, which ends the process."""
        if self._running is not None:
            process, pipe = self._running
            self._running = None
            pipe.close()
            process.join(_STOP_SECONDS)
            process.kill()
            process.join()
            process.close()


# ------------------------------------------------------------------------------------- in the worker process


def _serve(pipe: Connection, setup: _Setup) -> None:
    """Answer until the pipe is closed. Ctrl-C is for the parent, which then closes the pipe.

    Matrix products use one thread: threads of several processes would only compete for the processors.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    library = _WorkerLibrary(setup)
    with threadpool_limits(1, "blas"), suppress(EOFError, OSError):
        while True:
            pipe.send(library.outcome(pipe.recv()))


class _WorkerLibrary:
    """The library of the generation of the last question."""

    def __init__(self, setup: _Setup) -> None:
        self._setup = setup
        self._encoder = setup.encoder
        self._library: Library | None = None

    def outcome(self, question: _Question) -> Answer | Exception:
        try:
            return self._opened(question).ask(question.question, question.top, question.scope, method=question.method)
        except Exception as error:  # noqa: BLE001 - raised again in the parent
            return error

    def _opened(self, question: _Question) -> Library:
        if self._library is not None and self._library.reference == question.generation:
            return self._library
        self._encoder = self._encoder or ready_encoder(self._setup.settings)
        library = Library.open_reference(
            question.generation, state=self._setup.state, encoder=self._encoder, settings=self._setup.settings
        )
        if self._library is not None:
            self._library.close()
        self._library = library
        return library
