"""The counts of one kind of fault."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container

    from benchmarks.torture.process import Ended

_MOST_NOTES = 20


@dataclass
class Count:
    """A kind of fault, the number of trials, and their results.

    Attributes:
        fault: in words.
        trials: number of trials.
        opened: how often the index opened completely.
        right: how often it then returned everything that an undamaged index returns.
        said: how often the error was reported in one line, with the exit code of an error.
        lost: how often a promise was broken, or the next build did not restore it; must be 0.
        wrong: how often an answer was wrong; must be 0.
        shown: how often a person saw a traceback or a process died; must be 0.
        hung: how often something did not end; must be 0.
        notes: what went wrong, with the moment or place.
    """

    fault: str
    trials: int = 0
    opened: int = 0
    right: int = 0
    said: int = 0
    lost: int = 0
    wrong: int = 0
    shown: int = 0
    hung: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def bad(self) -> int:
        """Return the sum of the counts that must be 0."""
        return self.lost + self.wrong + self.shown + self.hung

    def look(self, ended: Ended, rights: Container[str], where: str, *, may_say: bool = True) -> None:
        """Count the result of looking at an index after a fault.

        Args:
            ended: a process that looked at it: see `Place.look`.
            rights: the right results.
            where: the trial, for the notes.
            may_say: whether it may refuse; otherwise a refusal is a loss.
        """
        if ended.code == 0:
            self.opened += 1
            if ended.out in rights:
                self.right += 1
            else:
                self.wrong += 1
                self.note(f"{where}: says something else")
        elif ended.one_line:
            self.said += 1
            if not may_say:
                self.lose(f"{where}: {ended.err}")
        else:
            self.broke(ended, where)

    def broke(self, ended: Ended, where: str) -> None:
        """Count a process that showed a traceback, died or hung."""
        if ended.hung:
            self.hung += 1
        else:
            self.shown += 1
        last = ended.err.strip().splitlines()[-1:] or ["nothing on the error stream"]
        self.note(f"{where}: exit code {ended.code}{', hung' * ended.hung}: {last[0]}")

    def end(self, ended: Ended, where: str) -> None:
        """Count a command that must do its work or report an error in one line."""
        if ended.orphans:
            self.lose(f"{where}: a process was left running")
        if ended.one_line:
            self.said += 1
        elif ended.code != 0:
            self.broke(ended, where)

    def lose(self, note: str | None) -> None:
        """Count a loss, if there is one to note."""
        if note is not None:
            self.lost += 1
            self.note(note)

    def lose_unless_healed(self, difference: str | None, where: str) -> None:
        """Count a loss where `place.healed` found one."""
        self.lose(difference and f"{where}: {difference}")

    def note(self, note: str) -> None:
        """Add a note, up to a maximum number."""
        if len(self.notes) < _MOST_NOTES:
            self.notes.append(note)
