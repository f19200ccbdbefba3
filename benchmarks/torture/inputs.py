"""Bad input at every door, counted: made by hypothesis, or by atheris from what the code does with it."""

from __future__ import annotations

import time
import traceback
from typing import TYPE_CHECKING, Any

import sklearn.metrics  # noqa: F401 - imported before the clock runs
from hypothesis import HealthCheck, Phase, given, seed, settings

from askbrief.errors import AskbriefError
from benchmarks.torture.count import Count
from benchmarks.torture.doors import House
from benchmarks.torture.process import run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from benchmarks.torture.doors import Door

LONGEST_SECONDS = 5.0
_PATIENCE = 1800.0
_MOST_CHARS = 300


def bad_input(root: Path, examples: int, chosen: int) -> Iterator[Count]:
    """Let so many examples in at every door, a fifth where that takes long, each door in a process of its own."""
    for number, door in enumerate(House(root / "doors").doors()):
        yield _at_door(root / f"door-{number}", number, examples // 5 if door.slow else examples, chosen)


def _at_door(root: Path, number: int, examples: int, chosen: int) -> Count:
    door = House(root).doors()[number]
    count = Count(f"input: {door.name}")

    def let_in() -> int:
        with (root / "last").open("w", encoding="utf-8") as last:
            _enter_all(door, examples, chosen, count, last)
        for name in ("trials", "opened", "right", "said", "wrong", "shown", "hung"):
            print(name, getattr(count, name))
        for note in count.notes:
            print("note", note.replace("\n", "\\n"))
        return 0

    ended = run(let_in, patience=_PATIENCE)
    for line in ended.out.splitlines():
        name, _, value = line.partition(" ")
        if name == "note":
            count.note(value)
        else:
            setattr(count, name, int(value))
    if ended.code:
        count.broke(ended, f"after {(root / 'last').read_text(encoding='utf-8', errors='replace')[-_MOST_CHARS:]}")
    return count


def _enter_all(door: Door, examples: int, chosen: int, count: Count, last: Any) -> None:  # noqa: ANN401 - a text file
    @seed(chosen)
    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        phases=[Phase.generate],  # every example is counted, none is tried again smaller
        suppress_health_check=list(HealthCheck),
    )
    @given(door.comes)
    def enter(value: object) -> None:
        last.seek(0)
        last.truncate()
        last.write(ascii(value))
        last.flush()
        count_entry(door, value, count)

    enter()


def count_entry(door: Door, value: object, count: Count) -> None:
    """Let one value in, and count how that ended."""
    count.trials += 1
    began = time.process_time()  # of the clock on the wall, a busy machine takes any share
    try:
        door.enter(value)
    except AskbriefError:
        count.said += 1
    except Exception as error:  # noqa: BLE001 - whatever it is, it is counted
        count.shown += 1
        where = traceback.extract_tb(error.__traceback__)[-1]
        count.note(f"{ascii(value)[:_MOST_CHARS]}: {type(error).__name__}: {error} ({where.name}, line {where.lineno})")
    else:
        count.opened += 1
        count.right += 1
    if (seconds := time.process_time() - began) > LONGEST_SECONDS:
        count.hung += 1
        count.note(f"{ascii(value)[:_MOST_CHARS]}: {seconds:.1f} s")
