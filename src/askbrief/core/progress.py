"""Progress of long work: the interface, and a bar on a terminal or a line every 30 s in a log."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Protocol

from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as RichProgress
from rich.text import Text

if TYPE_CHECKING:
    from typing import Self

    from rich.console import Console
    from rich.progress import Task


class Progress(Protocol):
    """Receives the progress of a build."""

    def stage(self, name: str, total: int) -> None:
        """Begin a stage with a number of steps."""

    def advance(self, steps: int = 1) -> None:
        """Report that more steps are done."""


class Silent:
    """Progress that is not shown."""

    def stage(self, name: str, total: int) -> None:
        """Do nothing."""

    def advance(self, steps: int = 1) -> None:
        """Do nothing."""


_SECONDS_BETWEEN_LINES = 30


class _Rate(TextColumn):
    def __init__(self) -> None:
        super().__init__("")

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:,.0f}/s" if task.speed else "", style="dim")


class ProgressBar:
    """A bar with rate and time left on a terminal; in a log, a line every 30 s."""

    def __init__(self, console: Console) -> None:
        description, rate = TextColumn("{task.description:>14}"), _Rate()
        columns = (description, BarColumn(), MofNCompleteColumn(), rate, TimeRemainingColumn())
        self._console = console
        self._bars = RichProgress(*columns, console=console, speed_estimate_period=120, disable=not console.is_terminal)
        self._task: TaskID | None = None
        self._printed = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bars.tasks:
            self._bars.stop()

    def stage(self, name: str, total: int) -> None:
        self._bars.start()
        self._printed = time.monotonic()
        self._task = self._bars.add_task(name, total=total) if total else None

    def advance(self, steps: int = 1) -> None:
        if self._task is None:
            return
        self._bars.advance(self._task, steps)
        if not self._console.is_terminal and time.monotonic() - self._printed > _SECONDS_BETWEEN_LINES:
            self._printed = time.monotonic()
            task = self._bars.tasks[-1]
            rate = task.completed / (task.elapsed or 1)
            left = f"{rate:,.1f}/s, {(task.remaining or 0) / rate / 60:,.0f} min left"
            self._console.print(f"{task.description}: {task.completed:,.0f} of {task.total:,.0f}, {left}")
