"""Bringing the index up to date from the page, in a process of its own, so that answers stay fast."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from askbrief.errors import BuildError, BuildInProgress, in_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from askbrief.settings import Settings


@dataclass(frozen=True, slots=True)
class Standing:
    """How a rebuild stands: for how many seconds it has been running and how far it is, or why the last one failed."""

    seconds: int | None = None
    progress: str = ""
    failed: str = ""


class Rebuilding:
    """One rebuild at a time."""

    def __init__(self, settings: Settings, command: Sequence[str] | None = None) -> None:
        """Take the folders, the model and the limits from the settings; `command` is what builds."""
        self._command = list(command or [sys.executable, "-m", "askbrief", "build", "--quiet"])
        given = {name: value for name, value in settings if isinstance(value, (str, int, float, Path))}
        own = {f"ASKBRIEF_{name.upper()}": str(given[name]) for name in given if not name.startswith("web_")}
        self.environment = {**os.environ, **own}
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._began = 0.0
        self._said: deque[str] = deque(maxlen=1)
        self._failed = ""

    def start(self) -> None:
        """Begin.

        Raises:
            BuildInProgress: one is running.
            BuildError: the process cannot be started.
        """
        with self._lock:
            if self._process is not None:
                raise BuildInProgress("the index is being rebuilt already: wait until it is done")
            try:
                self._process = subprocess.Popen(  # noqa: S603 - our own command
                    self._command,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.PIPE,
                    text=True,
                    encoding="utf-8",
                    errors="replace",
                    env=self.environment,
                )
            except OSError as error:
                raise BuildError(f"the building process could not be started: {in_words(error)}") from error
            self._began, self._failed = time.monotonic(), ""
            self._said.clear()
        threading.Thread(target=self._await, args=(self._process,), daemon=True).start()

    def _await(self, process: subprocess.Popen[str]) -> None:
        with process:
            self._said.extend(line for line in map(str.strip, process.stderr or ()) if line)
        with self._lock:
            self._process = None
            if process.returncode:
                self._failed = self._last_line() or f"the building process ended with {process.returncode}"

    def _last_line(self) -> str:
        return self._said[-1] if self._said else ""

    def stop(self) -> None:
        """Break a rebuild off; what it has encoded is kept for the next one."""
        with self._lock:
            if self._process is not None:
                self._process.terminate()

    def standing(self) -> Standing:
        """How it stands now."""
        with self._lock:
            seconds = round(time.monotonic() - self._began) if self._process is not None else None
            return Standing(seconds, self._last_line(), self._failed)
