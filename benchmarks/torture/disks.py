"""Full disks, at every possible size, and read-only folders."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from askbrief.errors import AskbriefError
from askbrief.evaluation.journal import Journal
from benchmarks.torture.corpus import QUESTIONS, write_corpus
from benchmarks.torture.count import Count
from benchmarks.torture.place import Place, healed
from benchmarks.torture.process import NOBODY, run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path
    from random import Random

    from benchmarks.torture.place import Expected, Moments
    from benchmarks.torture.process import Ended

_BLOCK = 4096
_PLENTY = "size=256m"


def can_mount(root: Path) -> bool:
    """Tell whether this process may mount file systems."""
    try:
        with _mounted(root / "may-i", "-t", "tmpfs", "-o", _PLENTY, "tmpfs"):
            return True
    except subprocess.CalledProcessError:
        return False


def fill_disks(root: Path, moments: Moments, chance: Random, trials: int, *, mounting: bool) -> Iterator[Count]:
    """Build, ask and write a journal on disks with little space."""
    yield _short_files(root / "short", moments, chance, trials)
    if mounting:
        yield _full_disks(root / "full", moments, chance, trials)
        yield _full_states(Place(root / "full-state"), moments.old, chance, trials)


# ------------------------------------------------------------------------------------------------ builds


def _short_files(root: Path, moments: Moments, chance: Random, trials: int) -> Count:
    """Limit the size of each file, which needs no permission and looks like a full disk to most writes."""
    count, place = Count("no file may grow beyond a size"), moments.place(root, 1)
    largest = max(path.stat().st_size for path in moments.new.index.rglob("*"))
    for _ in range(trials):
        most = chance.randint(1, largest - 1)
        place.put(moments.old.index)
        ended, where = run(_limited(place.build, most)), f"{most} of {largest} bytes"
        _count_starved(count, place, ended, moments, where)
        count.lose_unless_healed(healed(place, moments.new), where)
    return count


def _limited(function: Callable[[], int], most: int) -> Callable[[], int]:
    def limited() -> int:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # so that writing fails instead of killing the process
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
        return function()

    return limited


def _full_disks(root: Path, moments: Moments, chance: Random, trials: int) -> Count:
    """Build on a separate file system with few free blocks, from none to more than a build needs."""
    count, place, new = Count("disk full in a build"), moments.place(root, 1), moments.new
    blocks = 2 * sum(path.stat().st_size // _BLOCK + 1 for path in new.index.rglob("*"))
    for trial in range(trials):
        free = chance.randint(0, blocks) if trial else 0
        with _mounted(place.index, "-t", "tmpfs", "-o", _PLENTY, "tmpfs"):
            shutil.copytree(moments.old.index, place.index, dirs_exist_ok=True)
            _leave_free(place.index, free)
            ended, where = run(place.build), f"{free} blocks free of {blocks}"
            _count_starved(count, place, ended, moments, where)
            (place.index / "filler").unlink()
            count.lose_unless_healed(healed(place, new), where)
    return count


def _count_starved(count: Count, place: Place, ended: Ended, moments: Moments, where: str) -> None:
    """Check that a build without space says what to do, and that the old index stays in use."""
    count.trials += 1
    count.end(ended, where)
    if ended.one_line and "Make room" not in ended.err:
        count.lose(f"{where}: it says not what to do: {ended.err}")
    rights = {moments.old.says} if ended.code else {moments.new.says}
    count.look(run(place.look), rights, where, may_say=False)


def _leave_free(folder: Path, blocks: int) -> None:
    """Fill a file system until only the given number of blocks is free."""
    status = os.statvfs(folder)
    with (folder / "filler").open("wb") as filler:
        os.posix_fallocate(filler.fileno(), 0, max(0, status.f_bavail * status.f_frsize - blocks * _BLOCK) or 1)


# ------------------------------------------------------------------------------------------------- state


def _full_states(place: Place, old: Expected, chance: Random, trials: int) -> Count:
    """Use ledger and journal on a full disk: answers are given and say so, stored rows stay."""
    count = Count("disk full under the state")
    place.put(old.index)
    for trial in range(trials):
        free = chance.randint(0, 40) if trial else 0
        with _mounted(place.state, "-t", "tmpfs", "-o", _PLENTY, "tmpfs"):
            shown = _keys(run(_ask_and_keep(place, 0)))
            _leave_free(place.state, free)
            where = f"{free} blocks free"
            for question in range(1, len(QUESTIONS)):
                ended = run(_ask_and_keep(place, question))
                count.trials += 1
                if ended.code:
                    count.broke(ended, where)
                    continue
                count.opened += 1
                count.right += 1
                count.said += bool(ended.err)
                shown |= _keys(ended)
            resolved = run(_resolving(place, shown))
            count.lose(None if resolved.code == 0 else f"{where}: {resolved.err}")
            (place.state / "filler").unlink()
            again = run(_ask_and_keep(place, 1))
            count.lose(f"{where}: with room again: {again.err}" if again.code or again.err else None)
    return count


def _ask_and_keep(place: Place, question: int) -> Callable[[], int]:
    """Ask, record the exchange, and print the stored keys; each failure to store is one line."""

    def ask() -> int:
        with place.library() as library:
            answer = library.ask(QUESTIONS[question], top=20)
        if not answer.hits:
            return 3
        for note in answer.notes:
            sys.stderr.write(f"{note}\n")
        if not answer.notes:
            sys.stdout.write("\n".join(hit.key for hit in answer.hits))
        try:
            Journal(place.state).record(answer, person="p", conversation="c", question=answer.question)
        except AskbriefError as error:
            sys.stderr.write(f"{error}\n")
        return 0

    return ask


def _keys(ended: Ended) -> set[str]:
    return set(ended.out.split())


def _resolving(place: Place, keys: set[str]) -> Callable[[], int]:
    """Resolve keys from the ledger."""

    def resolve() -> int:
        with place.library() as library:
            for key in sorted(keys):
                library.cite(key)
        Journal(place.state).exchanges()
        return 0

    return resolve


# ---------------------------------------------------------------------------------------------- read-only


def lock_folders(root: Path, moments: Moments, *, mounting: bool) -> Iterator[Count]:
    """Ask, cite and build where nothing may be written: by permissions, and on a read-only file system."""
    if os.geteuid() == 0:
        yield _locked("index and state of another user", root / "by-rights", moments, user=NOBODY)
    if mounting:
        yield _locked("read-only file system", root / "by-mount", moments, user=None)


def _locked(fault: str, root: Path, moments: Moments, *, user: int | None) -> Count:
    count, place, old = Count(fault), moments.place(root, 0), moments.old
    place.put(old.index)
    keys = _keys(run(_ask_and_keep(place, 0)))
    with _read_only(place, user):
        count.look(run(place.look, user=user), {old.says}, "look", may_say=False)
        count.look(run(_resolving(place, keys), user=user), {""}, "cite", may_say=False)
        for command in (("ask", QUESTIONS[1]), ("sources",), ("status",), ("check",), ("cite", min(keys))):
            count.end(ended := run(place.command(*command), user=user), " ".join(command))
            count.lose(f"{command}: {ended.err}" if ended.code else None)
            count.opened += 1
            count.right += ended.code == 0
        count.end(run(place.build, user=user), "build without a change")
        write_corpus(place.seeds, moments.seed, 1)
        count.end(run(place.build, user=user), "build")
        count.look(run(place.look, user=user), {old.says}, "look after the build", may_say=False)
    count.trials += 10
    count.lose_unless_healed(healed(place, moments.new), "with rights again")
    return count


@contextmanager
def _read_only(place: Place, user: int | None) -> Iterator[None]:
    if user is not None:
        yield
        return
    with _bound(place.index), _bound(place.state):
        yield


def _bound(folder: Path) -> AbstractContextManager[None]:
    return _mounted(folder, "--bind", "-o", "ro", str(folder))


@contextmanager
def _mounted(folder: Path, *what: str) -> Iterator[None]:
    """Mount something on a folder, temporarily."""
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", *what, str(folder)], check=True, capture_output=True)  # noqa: S607 - wherever it is
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True, capture_output=True)  # noqa: S607
