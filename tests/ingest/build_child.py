"""A build in a process of its own, to be killed or starved: python -m tests.ingest.build_child SEEDS INDEX ...

With KILL_AT=n it kills itself with SIGKILL at the n-th thing that it is about to do to a file or folder of the index
(opening, renaming, removing it); otherwise it prints how many such things there were. With MOST_BYTES=n no
file may grow beyond n bytes, which is how a full disk looks from inside. With BREAK_OFF_AT=.9 it sends itself the
signal BREAK_OFF_BY when so much is encoded.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
from typing import Any

from askbrief import AskbriefError, build
from askbrief.settings import Settings
from tests.fakes import HashEncoder


class BreakOff:
    """Progress that sends a signal to its own process when a share of the encoding is done; more than 1 is never."""

    def __init__(self, share: float, how: int) -> None:
        self._share, self._how = share, how
        self._name, self._done, self._total = "", 0, 0

    def stage(self, name: str, total: int) -> None:
        self._name, self._done, self._total = name, 0, total

    def advance(self, steps: int = 1) -> None:
        self._done += steps
        if self._name == "encoding" and self._done >= self._share * self._total:
            os.kill(os.getpid(), self._how)


def main() -> int:
    """Build, and say what happened in one line."""
    index = sys.argv[2]
    seen = 0
    kill_at = int(os.environ.get("KILL_AT", "0"))

    def count(_: str, arguments: tuple[Any, ...]) -> None:
        nonlocal seen
        if arguments and isinstance(arguments[0], str | os.PathLike) and str(arguments[0]).startswith(index):
            seen += 1
            if seen == kill_at:
                os.kill(os.getpid(), signal.SIGKILL)

    if most_bytes := int(os.environ.get("MOST_BYTES", "0")):
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # so that writing fails instead of killing
        resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))
    settings = Settings()
    sys.addaudithook(count)
    try:
        progress = BreakOff(float(os.environ.get("BREAK_OFF_AT", "2")), int(os.environ.get("BREAK_OFF_BY", "0")))
        build(sys.argv[1], index, encoder=HashEncoder(), settings=settings, progress=progress)
    except AskbriefError as error:
        sys.stdout.write(f"{type(error).__name__}: {error}\n")
        return 2
    sys.stdout.write(f"{seen}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
