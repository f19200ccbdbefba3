"""Separate processes for trials, forked so that nothing is imported again, and their results."""

from __future__ import annotations

import os
import signal
import sys
import time
import traceback
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NOBODY = 65534
PATIENCE = 60.0
_UNFORESEEN = 70
_POLL_SECONDS = 0.002


@dataclass(frozen=True, slots=True)
class Ended:
    """The end of a process: its exit code, or minus the signal that killed it, and its output."""

    code: int
    out: str
    err: str
    hung: bool = False
    orphans: bool = False

    @property
    def killed(self) -> bool:
        return self.code == -signal.SIGKILL

    @property
    def one_line(self) -> bool:
        """Tell whether it printed one line, apart from progress, and exited with the code of an error."""
        before, said, line = self.err.partition("askbrief: ")
        return (
            self.code == 2  # noqa: PLR2004 - cli_common.ERROR
            and said != ""
            and line.count("\n") == 1
            and not line.startswith("unexpected ")
            and "Traceback" not in before
        )


class Running:
    """A forked process that runs one function."""

    def __init__(self, function: Callable[[], int], *, user: int | None = None) -> None:
        """Fork; the function's result is the exit code, and a new session contains whatever it starts.

        Args:
            function: what to run.
            user: the user to run as; by default that of this process.
        """
        self._out, self._err = (os.memfd_create(name) for name in ("out", "err"))
        sys.stdout.flush()
        sys.stderr.flush()
        self.pid = os.fork()
        if self.pid == 0:
            self._be(function, user)

    def _be(self, function: Callable[[], int], user: int | None) -> None:
        code = _UNFORESEEN
        try:
            os.setsid()
            os.dup2(self._out, 1)
            os.dup2(self._err, 2)
            sys.stdout, sys.stderr = (os.fdopen(os.dup(n), "w", encoding="utf-8", buffering=1) for n in (1, 2))
            if user is not None:
                os.setgroups([])
                os.setgid(user)
                os.setuid(user)
            code = function()
        except BaseException:  # noqa: BLE001 - a forked process must not return into its parent's code
            traceback.print_exc()
        finally:
            with suppress(OSError, ValueError):
                sys.stdout.flush()
                sys.stderr.flush()
            os._exit(code)

    def lines(self) -> list[str]:
        """Return the complete lines that it has written so far."""
        return _all(self._out).rpartition("\n")[0].splitlines()

    def kill(self) -> None:
        """SIGKILL the process, but not its children: they must end by themselves."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def ended(self, patience: float = PATIENCE) -> Ended:
        """Wait for the end; kill the process after the given seconds, and say so."""
        code = _waited(self.pid, patience)
        hung = code is None
        if hung:
            self.kill()
            code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        orphans = not _session_is_gone(self.pid)
        out, err = _all(self._out), _all(self._err)
        os.close(self._out)
        os.close(self._err)
        assert code is not None  # noqa: S101 - waited for, one way or the other
        return Ended(code, out, err, hung, orphans)


def run(function: Callable[[], int], *, user: int | None = None, patience: float = PATIENCE) -> Ended:
    """Run a function in a separate process until it ends."""
    return Running(function, user=user).ended(patience)


def run_and_kill(function: Callable[[], int], after: float) -> Ended:
    """Run a function in a separate process, and kill it after the given seconds if it has not ended."""
    running = Running(function)
    time.sleep(after)
    running.kill()
    return running.ended()


def killing_itself(function: Callable[[], int], below: str, step: int) -> Callable[[], int]:
    """Run the function in a process that kills itself before its n-th file operation below a folder."""

    def killed() -> int:
        seen = 0

        def count(_: str, arguments: tuple[object, ...]) -> None:
            nonlocal seen
            if any(isinstance(one, str | os.PathLike) and str(one).startswith(below) for one in arguments[:2]):
                seen += 1
                if seen == step:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(count)
        code = function()
        sys.stdout.write(f"steps {seen}\n")
        return code

    return killed


def _waited(pid: int, patience: float) -> int | None:
    for _ in _until(patience):
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
    return None


def _session_is_gone(pid: int, patience: float = 10.0) -> bool:
    """Tell whether everything that a process started has ended; kill the rest."""
    for _ in _until(patience):
        try:
            os.killpg(pid, 0)
        except ProcessLookupError:
            return True
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
    return False


def _until(seconds: float) -> Iterator[None]:
    deadline = time.monotonic() + seconds
    while True:
        yield
        if time.monotonic() > deadline:
            return
        time.sleep(_POLL_SECONDS)


def _all(descriptor: int) -> str:
    size = os.fstat(descriptor).st_size
    return os.pread(descriptor, size, 0).decode("utf-8", "replace")
