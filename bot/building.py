"""Building in a process of its own, so that answers stay fast: `python -m bot.building` is that process.

It writes one JSON object a line: {"stage", "done", "total"} a few times, then {"report"} or {"error"}.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Protocol

from askbrief.errors import AskbriefError, BuildError, in_words
from askbrief.records import BuildReport, Problem
from askbrief.service import serialisation
from askbrief.settings import Settings, load_settings

if TYPE_CHECKING:
    from collections.abc import Callable

_LEAVING = "the bot is leaving: nothing was built, the index is as it was"
_QUARTERS = 4
_POLITE = 10
"""How far the building process stands back (nice) behind the answers."""


@dataclass(frozen=True, slots=True)
class Step:
    """How far a build is: `done` of `total` in a stage."""

    stage: str
    done: int
    total: int


class Builder(Protocol):
    """Brings the index up to date; blocking, to be called in a thread."""

    def build(self, on_step: Callable[[Step], None]) -> BuildReport:
        """Build, and say at each stage and each quarter of one how far it is.

        Raises:
            AskbriefError: the build failed; the old index serves.
        """

    def stop(self) -> None:
        """Break off a build that is running, if any."""


class ProcessBuilder:
    """Builds in a process of its own."""

    def __init__(self, settings: Settings) -> None:
        """Take the folders, the model and the limits from the settings."""
        self._settings = settings
        self._process: subprocess.Popen[str] | None = None
        self._stopped = False
        self._starting = threading.Lock()

    def build(self, on_step: Callable[[Step], None]) -> BuildReport:
        """Run the process and read what it writes."""
        outcome: dict[str, Any] = {}
        with self._started() as process:
            errors: list[str] = []
            drain = threading.Thread(target=lambda: errors.extend(process.stderr or ()), daemon=True)
            drain.start()
            for message in filter(None, map(_message, process.stdout or ())):
                if "stage" in message:
                    on_step(Step(**message))
                else:
                    outcome = message
            drain.join()
        if "report" in outcome:
            return report_from(outcome["report"])
        if "error" in outcome:
            raise BuildError(outcome["error"])
        raise BuildError(_LEAVING if self._stopped else _broke_off(process.returncode, errors))

    def stop(self) -> None:
        """End the process; what it has written is swept by the next build."""
        with self._starting:
            self._stopped = True
            if self._process is not None and self._process.poll() is None:
                self._process.terminate()

    def _started(self) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "bot.building", self._settings.model_dump_json()]
        with self._starting:  # so that none is started once we have been stopped
            if self._stopped:
                raise BuildError(_LEAVING)
            try:
                self._process = subprocess.Popen(  # noqa: S603 - our own module
                    command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
                )
            except OSError as error:
                raise BuildError(
                    f"the building process could not be started: {in_words(error)}; the index is as it was"
                ) from error
            return self._process


def _message(line: str) -> dict[str, Any] | None:
    """A line as what it tells; None for half a line, or one that something else has written."""
    try:
        message = json.loads(line)
    except ValueError:
        return None
    return message if isinstance(message, dict) else None


def _broke_off(code: int, errors: list[str]) -> str:
    """Why there was no report: the signal that ended the process, or the last it said."""
    if code < 0:
        why = f"ended by {signal.strsignal(-code) or 'a signal'} ({-code})"
    else:
        why = errors[-1].strip() if errors else f"exit code {code}"
    return f"the building process broke off ({why}); the index is as it was: build again"


def report_from(payload: dict[str, Any]) -> BuildReport:
    """The report that `payloads.build_report` wrote."""
    values = {field.name: payload[field.name] for field in fields(BuildReport)}
    for name, value in values.items():
        if isinstance(value, list):
            values[name] = tuple(Problem(**item) if isinstance(item, dict) else item for item in value)
    return BuildReport(**values)


class _Steps:
    """Progress that is written at each stage and at each quarter of it."""

    def __init__(self) -> None:
        self._stage, self._done, self._total, self._said = "", 0, 0, 0

    def stage(self, name: str, total: int) -> None:
        self._stage, self._done, self._total, self._said = name, 0, total, 0
        self._say()

    def advance(self, steps: int = 1) -> None:
        self._done += steps
        if self._done * _QUARTERS >= (self._said + 1) * self._total > 0 and self._done < self._total:
            self._said = self._done * _QUARTERS // self._total
            self._say()

    def _say(self) -> None:
        _write({"stage": self._stage, "done": self._done, "total": self._total})


def _write(message: dict[str, Any]) -> None:
    sys.stdout.write(f"{json.dumps(message)}\n")
    sys.stdout.flush()


def main(settings: Settings) -> int:
    """Build, and write what is going on."""
    from askbrief.ingest.build import build

    os.nice(_POLITE)
    try:
        report = build(settings.seeds_dir, settings.index_dir, settings=settings, progress=_Steps())
    except AskbriefError as error:
        _write({"error": str(error)})
        return 2
    _write({"report": serialisation.build_report(report)})
    return 0


if __name__ == "__main__":
    sys.exit(main(load_settings(**json.loads(sys.argv[1]))))
