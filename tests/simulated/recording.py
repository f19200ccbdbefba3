"""Every request that the bot sends in a test is checked, whichever test it is; findings fail the test.

Loaded by `pytest_plugins`. What goes through SimCord's stand-ins for discord.py's transports is seen by itself;
a server with real sockets calls `api_requests.record`.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, wraps
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.simulated import limits
from tests.simulated.validation import ApiDescription

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

_OUTPUT = "discord_api_requests"


@dataclass(frozen=True, slots=True)
class Request:
    """What the bot sent."""

    method: str
    path: str
    body: Any
    files: tuple[str, ...]


class Recorder:
    """Checks requests, and counts them over the whole run."""

    def __init__(self, file: Path) -> None:
        """Prepare.

        Args:
            file: openapi.json; without it only the limits are checked.
        """
        self._file = file
        self.requests: list[Request] = []
        """Those of the current test."""
        self.failures = 0
        """Findings that nobody had taken when their test was over."""
        self._findings: list[str] = []
        self._operations: set[str] = set()
        self._count = 0

    @cached_property
    def description(self) -> ApiDescription | None:
        """Discord's own description, where there is one."""
        return ApiDescription.from_file(self._file) if self._file.is_file() else None

    def record(self, method: str, path: str, body: Any = None, files: Sequence[str] = ()) -> None:
        """Check a request.

        Args:
            method: such as POST.
            path: relative to /api/v10.
            body: the JSON, or the `payload_json` of a form; None without one.
            files: the names of those that came with it.
        """
        self.requests.append(Request(method, path, body, tuple(files)))
        self._count += 1
        self._findings += limits.findings(method, path, body)
        if self.description is not None:
            self._findings += self.description.findings(method, path, body, files)
            self._operations.add(str(self.description.operation(method, path)))

    def take_findings(self) -> list[str]:
        """Give what was found since the last time; a test that takes it does not fail by it."""
        found, self._findings = self._findings, []
        return found

    def totals(self) -> dict[str, Any]:
        """What another process can add to its own."""
        return {"requests": self._count, "failures": self.failures, "operations": sorted(self._operations)}

    def add(self, totals: Mapping[str, Any]) -> None:
        """Count what another process has checked."""
        self._count += totals["requests"]
        self.failures += totals["failures"]
        self._operations |= set(totals["operations"])

    def summary(self) -> str | None:
        """One line about the whole run, if there was a request."""
        if not self._count:
            return None
        if not self._file.is_file():
            return (
                f"Discord API: {self._count:,} requests, {self.failures:,} findings; "
                "not validated against openapi.json: no shared folder (set ASKBRIEF_SHARED)"
            )
        return (
            f"Discord API: {self._count:,} requests validated against openapi.json "
            f"({len(self._operations)} operations), {self.failures:,} findings"
        )


_RECORDER = pytest.StashKey[Recorder]()


def pytest_configure(config: pytest.Config) -> None:
    """Begin to count."""
    beside = Path(__file__).resolve().parents[3] / "shared"
    shared = Path(os.environ.get("ASKBRIEF_SHARED", beside)).resolve()
    config.stash[_RECORDER] = Recorder(shared / "discord" / "openapi.json")


@pytest.fixture(scope="session", autouse=True)
def api_requests(pytestconfig: pytest.Config) -> Iterator[Recorder]:
    """Where all requests of the bot are recorded."""
    recorder = pytestconfig.stash[_RECORDER]
    with _listening(recorder):
        yield recorder


@pytest.fixture(autouse=True)
def api_findings(api_requests: Recorder) -> Iterator[None]:
    """Fail a test in which the bot sent what Discord would refuse, or what could ping."""
    api_requests.requests.clear()
    yield
    if found := api_requests.take_findings():
        api_requests.failures += len(found)
        pytest.fail("\n".join(["Discord would refuse, or somebody could be pinged:", *found]), pytrace=False)


@contextmanager
def _listening(recorder: Recorder) -> Iterator[None]:
    """Hear what discord.py sends through SimCord; its members have their own way to the same routes."""
    try:
        import_module("simcord.actors")  # takes `dispatch` out of the module before it is replaced there
        router = import_module("simcord.http.router")
    except ImportError:
        yield
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(router, "dispatch", _recorded(router.dispatch, recorder))
        yield


def _recorded(dispatch: Callable[..., Any], recorder: Recorder) -> Callable[..., Any]:
    @wraps(dispatch)
    def recorded(backend: Any, method: str, path: str, **options: Any) -> Any:
        files = [file.filename for file in options.get("files") or ()]
        recorder.record(method, path, options.get("json"), files)
        return dispatch(backend, method, path, **options)

    return recorded


# ------------------------------------------------------------------------------------- over all processes


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Leave the counts of a worker for the process that started it."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output[_OUTPUT] = session.config.stash[_RECORDER].totals()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Add the counts of a worker that has ended; one that crashed left none."""
    totals = getattr(node, "workeroutput", {}).get(_OUTPUT)
    if totals is not None:
        node.config.stash[_RECORDER].add(totals)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say how many requests there were."""
    line = config.stash[_RECORDER].summary()
    if line is not None:
        terminalreporter.write_line(line)
