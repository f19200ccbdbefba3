"""SIGKILL of builds at any moment, and of a process that shows keys."""

from __future__ import annotations

import json
import re
import shutil
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from askbrief.errors import AskbriefError
from benchmarks.torture.corpus import QUESTIONS
from benchmarks.torture.count import Count
from benchmarks.torture.place import Place, healed
from benchmarks.torture.process import Running, killing_itself, run, run_and_kill

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from random import Random

    from benchmarks.torture.place import Expected, Moments
    from benchmarks.torture.process import Ended

_STEPS = re.compile(r"^steps (\d+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of build to kill: its start, the index in use meanwhile, and its result."""

    fault: str
    start: Path | None
    old: Expected | None
    wanted: Expected


def kill_builds(root: Path, moments: Moments, chance: Random, trials: int) -> Iterator[Count]:
    """Kill first builds, builds of changes and clean-ups: half at one of their steps, half after a random time."""
    old, new = moments.old, moments.new
    littered = _littered(root / "littered", old)
    first = _Kind("killed in a first build", None, None, new)
    changes = _Kind("killed in a build of changes", old.index, old, new)
    clean_up = _Kind("killed in a clean-up", littered, old, old)
    yield _killed(first, moments.place(root / "first", 1), chance, trials * 3 // 10)
    yield _killed(changes, moments.place(root / "changes", 1), chance, trials * 4 // 10)
    yield _killed(clean_up, moments.place(root / "clean-up", 0), chance, trials * 3 // 10)


def _littered(index: Path, old: Expected) -> Path:
    """Create an index with the remains of killed builds and old generations."""
    shutil.copytree(old.index, index)
    for name in ("building-77-1a2b", "generations/000000-0badcafe", "generations/000000-half"):
        shutil.copytree(Place(old.index.parent).serving, index / name)
    (index / "generations/000000-half/manifest.json").unlink()
    (index / "building-77-1a2b.current").write_text("000009-deadbeef\n")
    return index


def _killed(kind: _Kind, place: Place, chance: Random, trials: int) -> Count:
    count = Count(kind.fault)
    steps, seconds = _length(kind, place)
    for trial in range(trials):
        _begin(kind, place)
        if trial % 2:
            step = chance.randint(1, steps)
            where = f"at step {step} of {steps}"
            ended = run(killing_itself(place.build, str(place.index), step))
        else:
            after = chance.uniform(0, 1.1 * seconds)
            where = f"after {after:.4f} s of {seconds:.4f}"
            ended = run_and_kill(place.build, after)
        _count_killed(count, kind, place, ended, where)
    return count


def _begin(kind: _Kind, place: Place) -> None:
    shutil.rmtree(place.index, ignore_errors=True)
    if kind.start is not None:
        place.put(kind.start)


def _length(kind: _Kind, place: Place) -> tuple[int, float]:
    """Return the number of steps and the seconds of such a build."""
    _begin(kind, place)
    steps = int(_STEPS.findall(run(killing_itself(place.build, str(place.index), -1)).out)[0])
    _begin(kind, place)
    began = time.monotonic()
    run(place.build)
    return steps, time.monotonic() - began


def _count_killed(count: Count, kind: _Kind, place: Place, ended: Ended, where: str) -> None:
    count.trials += 1
    if ended.orphans:
        count.lose(f"{where}: a process of the build was left running")
    looked = run(place.look)
    rights = {expected.says for expected in (kind.old, kind.wanted) if expected}
    count.look(looked, rights, where, may_say=kind.old is None and "there is no index" in looked.err)
    count.lose_unless_healed(healed(place, kind.wanted), where)


# ------------------------------------------------------------------------------------------------- the ledger


def kill_askers(root: Path, moments: Moments, chance: Random, trials: int) -> Count:
    """Kill a process that asks without pause; every printed key must resolve, also in an index without the passage."""
    count = Count("killed while showing keys")
    place = Place(root / "askers")
    for trial in range(trials):
        place.put(moments.old.index)
        if trial % 10 == 0:
            shutil.rmtree(place.state, ignore_errors=True)
        asking = Running(_asking(place, trial))
        time.sleep(chance.uniform(0.02, 0.25))
        asking.kill()
        shown = dict(json.loads(line) for line in asking.lines())
        asking.ended()
        place.put(moments.new.index)
        count.trials += 1
        _count_resolved(count, place, shown, f"trial {trial}")
    return count


def _asking(place: Place, trial: int) -> Callable[[], int]:
    def ask() -> int:
        with place.library() as library:
            while True:
                for number in range(len(QUESTIONS)):
                    question = QUESTIONS[(number + trial) % len(QUESTIONS)]
                    for hit in library.ask(question, top=3 + trial % 9).hits:
                        sys.stdout.write(f"{json.dumps([hit.key, hit.quote])}\n")
                    sys.stdout.flush()

    return ask


def _count_resolved(count: Count, place: Place, shown: dict[str, str], where: str) -> None:
    def resolve() -> int:
        try:
            with place.library() as library:
                for key, quote in shown.items():
                    if library.cite(key).quote != quote:
                        sys.stderr.write(f"{key} has another quote\n")
                        return 3
        except AskbriefError as error:
            sys.stderr.write(f"askbrief: {error}\n")
            return 2
        sys.stdout.write("all")
        return 0

    count.look(run(resolve), {"all"}, f"{where}, {len(shown)} keys", may_say=False)
