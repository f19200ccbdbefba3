"""Build in a separate process, so that answers stay fast; `python -m askbrief.service.build_process` is that process.

The settings go in on standard input, as JSON without secrets: a build needs none, and a command line is visible to all.
The process writes one JSON object a line: {"stage", "done", "total"} for each step, then {"report"} or {"error"}.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, Protocol

from pydantic import TypeAdapter, ValidationError

from askbrief.errors import AskbriefError, BuildError, BuildInProgress, SettingsError, in_words
from askbrief.records import BuildReport
from askbrief.settings import Settings, secret_fields

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


_COMMAND = (sys.executable, "-m", "askbrief.service.build_process")
_STOPPED = "shutting down: nothing was built, and the index is as it was"
_QUARTERS = 4
_SECONDS_BETWEEN_STEPS = 30
"""A long stage reports a step this often, even within a quarter."""
_NICENESS = 10
"""The build gives way to the processes that answer questions."""
_ERROR_BYTES, _ERROR_CHARACTERS = 4096, 300
"""How much of the end of the error stream is read, and of its last line shown."""


@dataclass(frozen=True, slots=True)
class Step:
    """The progress of a build: `done` of `total` steps in a stage."""

    stage: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class BuildState:
    """A build that runs, or why the last one failed."""

    seconds: int | None = None  # since it began; None if none runs
    progress: str = ""
    failed: str = ""


class Builder(Protocol):
    """Brings the index up to date."""

    def build(self, on_step: Callable[[Step], None]) -> BuildReport:
        """Build and return the report; blocks. `on_step` is called at least at each quarter of a stage.

        Raises:
            AskbriefError: the build failed; the old index keeps serving.
        """

    def stop(self) -> None:
        """End a running build, and refuse further ones."""


class BuildProcess:
    """Run builds in a child process, one at a time: `build` waits for the report, `start` does not."""

    def __init__(self, settings: Settings, command: Sequence[str] = _COMMAND) -> None:
        self._given = settings_json(settings)
        self._command = list(command)
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._stopped = False
        self._began = self._stage_began = 0.0
        self._progress = self._failed = ""

    @property
    def pid(self) -> int | None:
        """The process that builds now, or None."""
        with self._lock:
            return self._process.pid if self._process is not None else None

    def build(self, on_step: Callable[[Step], None]) -> BuildReport:
        """Build; see `Builder`."""
        return self._follow(*self._launch(), on_step)

    def start(self) -> None:
        """Begin a build and return at once; `state` reports its progress.

        Raises:
            BuildInProgress: a build of this object is running.
            BuildError: the process cannot be started.
        """
        threading.Thread(target=self._follow_quietly, args=self._launch(), daemon=True).start()

    def state(self) -> BuildState:
        """Return the progress of the current build, or how the last one ended."""
        with self._lock:
            seconds = round(time.monotonic() - self._began) if self._process is not None else None
            return BuildState(seconds, self._progress if self._process is not None else "", self._failed)

    def stop(self) -> None:
        """End a running build, and refuse further ones; what it has encoded is kept for the next one."""
        with self._lock:
            self._stopped = True
            if self._process is not None:
                self._process.terminate()

    def _launch(self) -> tuple[subprocess.Popen[str], IO[bytes]]:
        """Start the child; return it and the file that takes its error stream."""
        with self._lock:  # so that no process starts after `stop`
            if self._stopped:
                raise BuildError(_STOPPED)
            if self._process is not None:
                raise BuildInProgress("the index is being rebuilt already: wait until it is done")
            try:
                self._process, errors = _popen(self._command, self._given)
            except OSError as error:
                why = f"the building process could not be started: {in_words(error)}"
                raise BuildError(f"{why}; the index is as it was") from error
            self._began = self._stage_began = time.monotonic()
            self._progress = self._failed = ""
            return self._process, errors

    def _follow_quietly(self, process: subprocess.Popen[str], errors: IO[bytes]) -> None:
        with suppress(BuildError):  # `state` reports it
            self._follow(process, errors, lambda _: None)

    def _follow(
        self, process: subprocess.Popen[str], errors: IO[bytes], on_step: Callable[[Step], None]
    ) -> BuildReport:
        """Read a process's messages until it ends, and return its report or raise its error."""
        failed = ""
        try:
            with errors:
                return self._outcome(process, errors, on_step)
        except BuildError as error:
            failed = str(error)
            raise
        finally:
            with self._lock:
                self._process, self._failed = None, failed

    def _outcome(
        self, process: subprocess.Popen[str], errors: IO[bytes], on_step: Callable[[Step], None]
    ) -> BuildReport:
        outcome: BuildReport | BuildError | None = None
        with process:
            for line in process.stdout or ():
                message = _message(line)
                if isinstance(message, Step):
                    self._note(message)
                    on_step(message)
                else:
                    outcome = message or outcome
        if isinstance(outcome, BuildReport):
            return outcome
        raise outcome or BuildError(_STOPPED if self._stopped else _broke_off(process.returncode, errors))

    def _note(self, step: Step) -> None:
        """Store a step in words, with the minutes that its stage still needs at the speed so far."""
        with self._lock:
            now = time.monotonic()
            if not step.done:
                self._stage_began = now
            self._progress = f"{step.stage}: {step.done:,} of {step.total:,}" if step.total else step.stage
            if 0 < step.done < step.total:
                left = (now - self._stage_began) / step.done * (step.total - step.done)
                self._progress += f", {left / 60:,.0f} min left"


def settings_json(settings: Settings) -> str:
    """Return the settings as the JSON that the building process reads, without any secret."""
    return json.dumps(settings.model_dump(mode="json", exclude=set(secret_fields(Settings))))


def _popen(command: list[str], given: str) -> tuple[subprocess.Popen[str], IO[bytes]]:
    """Start a child without any ASKBRIEF_* variable: it gets its settings from standard input alone.

    Input and errors are files, not pipes: a child that reads nothing, or writes many errors, blocks nobody.
    """
    environment = {name: value for name, value in os.environ.items() if not name.upper().startswith("ASKBRIEF_")}
    with ExitStack() as stack:
        stdin = stack.enter_context(tempfile.TemporaryFile())
        errors = stack.enter_context(tempfile.TemporaryFile())
        stdin.write(given.encode())
        stdin.seek(0)
        process = subprocess.Popen(  # noqa: S603 - our own module
            command,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=errors,
            encoding="utf-8",
            errors="replace",
            env=environment,
        )
        stack.pop_all()
        stdin.close()
    return process, errors


def _message(line: str) -> Step | BuildReport | BuildError | None:
    """Parse a line; return None if it is incomplete or not one of ours."""
    try:
        message = json.loads(line)
    except (ValueError, RecursionError):
        return None
    match message:
        case {"stage": str(stage), "done": int(done), "total": int(total)}:
            return Step(stage, done, total)
        case {"error": str(error)}:
            return BuildError(error)
        case {"report": report}:
            return _report_from(report)
        case _:
            return None


def _report_from(payload: object) -> BuildReport | BuildError:
    try:
        return TypeAdapter(BuildReport).validate_python(payload)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "report"
        return BuildError(f"the building process wrote a report that cannot be used ({where}: {first['msg'].lower()})")


def _broke_off(code: int, errors: IO[bytes]) -> str:
    """Say why there was no report: the signal that ended the process, or its last error line."""
    if code < 0:
        why = f"ended by {signal.strsignal(-code) or 'a signal'} ({-code})"
    else:
        why = _last_line(errors) or f"exit code {code}"
    return f"the building process broke off ({why}); the index is as it was: build again"


def _last_line(errors: IO[bytes]) -> str:
    errors.seek(max(0, errors.seek(0, os.SEEK_END) - _ERROR_BYTES))
    lines = errors.read().decode(errors="replace").strip().splitlines()
    return lines[-1].strip()[:_ERROR_CHARACTERS] if lines else ""


# --------------------------------------------------------------------------------------------- the child


class _Steps:
    """Progress, written at each stage, at each quarter of it, and now and then between."""

    def __init__(self, write: Callable[[Mapping[str, Any]], None]) -> None:
        self._write = write
        self._stage, self._done, self._total, self._quarter, self._wrote = "", 0, 0, 0, 0.0

    def stage(self, name: str, total: int) -> None:
        self._stage, self._done, self._total, self._quarter = name, 0, total, 0
        self._report()

    def advance(self, steps: int = 1) -> None:
        self._done += steps
        if not 0 < self._done < self._total:
            return
        quarter = self._done * _QUARTERS // self._total
        if quarter > self._quarter or time.monotonic() - self._wrote > _SECONDS_BETWEEN_STEPS:
            self._quarter = quarter
            self._report()

    def _report(self) -> None:
        self._wrote = time.monotonic()
        self._write({"stage": self._stage, "done": self._done, "total": self._total})


def _settings_from(given: str) -> Settings:
    """Return the settings that `settings_json` wrote; neither variables (`_popen`) nor `.env` reach it.

    Raises:
        SettingsError: they are no JSON object, or a value cannot be used.
    """
    try:
        return Settings(**json.loads(given), _env_file=None)  # type: ignore[call-arg]
    except (ValueError, TypeError, RecursionError) as error:
        why = error.errors()[0]["msg"].lower() if isinstance(error, ValidationError) else in_words(error)
        raise SettingsError(f"the building process was given settings it cannot use: {why}") from None


def main() -> int:
    """Build with the settings on standard input, and write steps and the outcome."""
    channel = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # for what libraries and children print

    def write(message: Mapping[str, Any]) -> None:
        channel.write(f"{json.dumps(message)}\n")
        channel.flush()

    try:
        report = _built(_settings_from(sys.stdin.read()), _Steps(write))
    except AskbriefError as error:
        write({"error": str(error)})
        return 2
    write({"report": TypeAdapter(BuildReport).dump_python(report, mode="json")})
    return 0


def _built(settings: Settings, steps: _Steps) -> BuildReport:
    from askbrief.ingest.build import build

    os.nice(_NICENESS)
    return build(settings.seeds_dir, settings.index_dir, settings=settings, progress=steps)


if __name__ == "__main__":
    sys.exit(main())
