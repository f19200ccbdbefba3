"""Bringing the index up to date from the page, in a process of its own, so that answers stay fast."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from askbrief.errors import BuildError, BuildInProgress, in_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from askbrief.settings import Settings


@dataclass(frozen=True, slots=True)
class Standing:
    """How a rebuild stands: for how many seconds it has been running, or what the last one said where it failed."""

    seconds: int | None = None
    failed: str = ""


class Rebuilding:
    """One rebuild at a time."""

    def __init__(self, settings: Settings, command: Sequence[str] | None = None) -> None:
        """Take the folders, the model and the limits from the settings; `command` is what builds."""
        self._command = list(command or [sys.executable, "-m", "askbrief", "build", "--quiet"])
        given = {f"ASKBRIEF_{name.upper()}": value for name, value in settings if value is not None}
        self._environment = {**os.environ, **{name: str(value) for name, value in given.items()}}
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._began = 0.0
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
                    env=self._environment,
                )
            except OSError as error:
                raise BuildError(f"the building process could not be started: {in_words(error)}") from error
            self._began, self._failed = time.monotonic(), ""
        threading.Thread(target=self._await, args=(self._process,), daemon=True).start()

    def _await(self, process: subprocess.Popen[str]) -> None:
        _, said = process.communicate()
        with self._lock:
            self._process = None
            if process.returncode:
                lines = said.strip().splitlines()
                self._failed = lines[-1] if lines else f"the building process ended with {process.returncode}"

    def standing(self) -> Standing:
        """How it stands now."""
        with self._lock:
            seconds = round(time.monotonic() - self._began) if self._process is not None else None
            return Standing(seconds, self._failed)
