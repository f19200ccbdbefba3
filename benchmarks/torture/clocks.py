"""Clocks that go backwards, and edits that keep size and time of a file."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from typing import TYPE_CHECKING

from benchmarks.torture.corpus import QUESTIONS
from benchmarks.torture.count import Count
from benchmarks.torture.place import Place, healed
from benchmarks.torture.process import run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from benchmarks.torture.place import Moments

_AWAY = (dt.timedelta(days=-20_000), dt.timedelta(days=-400), dt.timedelta(hours=-1), dt.timedelta(days=400))
_TIMES_NS = (0, 1, 10**18, 2**32 * 10**9)


def turn_clocks(root: Path, moments: Moments, every: int = 1) -> Iterator[Count]:
    """Build and ask under wrong clocks, or every n-th of them, and over files with wrong times."""
    yield _wrong_clock(root / "clock", moments, every)
    yield _wrong_times(root / "times", moments, every)
    yield _unseen_edits(root / "unseen", moments, every)


def _wrong_clock(root: Path, moments: Moments, every: int) -> Count:
    count, place, new = Count("clock wrong, forwards or back"), moments.place(root, 1), moments.new
    for away in _AWAY[::every]:
        place.put(moments.old.index)
        where = f"the clock is {away} off"
        count.trials += 1
        built = run(_under(away, place.build))
        count.lose_unless_healed(healed(place, new, built), where)
        count.look(run(_under(away, place.look)), {new.says}, where, may_say=False)
        for command in (("status",), ("sources",), ("ask", QUESTIONS[0])):
            for ended in (run(_under(away, place.command(*command))), run(place.command(*command))):
                count.lose(f"{where}: {command[0]}: {ended.err}" if ended.code else None)
    return count


def _under(away: dt.timedelta, function: Callable[[], int]) -> Callable[[], int]:
    """Run the function in a process with a shifted clock."""

    class Clock(dt.datetime):
        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> Clock:
            return super().now(tz) + away

    def under() -> int:
        vars(dt)["datetime"] = Clock
        return function()

    return under


def _wrong_times(root: Path, moments: Moments, every: int) -> Count:
    count, place, new = Count("documents with times past or to come"), moments.place(root, 1), moments.new
    for time in _TIMES_NS[::every]:
        place.put(moments.old.index)
        for path in place.seeds.rglob("*"):
            os.utime(path, ns=(time, time))
        count.trials += 1
        built = run(place.build)
        count.lose_unless_healed(healed(place, new, built), f"times of {time} ns")
        count.look(run(place.look), {new.says}, f"times of {time} ns", may_say=False)
    return count


def _unseen_edits(root: Path, moments: Moments, every: int) -> Count:
    """Change letters of a document, keeping size and time: the next build must notice it."""
    count, place = Count("edits that keep size and time"), moments.place(root, 0)
    run(place.build)
    documents = sorted(path for path in place.seeds.rglob("*.txt") if path.stat().st_size > 1)
    for path in documents[:10:every]:
        status = path.stat()
        path.write_text(path.read_text(encoding="utf-8").replace("counted", "recknod").replace("denied", "DENIED"))
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
        count.trials += 1
        built = run(place.build)
        count.look(run(place.look), _says_clean(root / f"clean-{path.stem}", place), path.name, may_say=False)
        count.lose(f"{path.name}: {built.err}" if built.code else None)
    return count


def _says_clean(root: Path, place: Place) -> set[str]:
    """Return the answers of a new index of the current documents."""
    anew = Place(root)
    shutil.copytree(place.seeds, anew.seeds)
    run(anew.build)
    return {run(anew.look).out}
