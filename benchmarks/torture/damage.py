"""Damaged files of an index: a bit flipped, truncated, emptied, swapped, missing, unreadable."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from benchmarks.torture.count import Count
from benchmarks.torture.place import Place, healed
from benchmarks.torture.process import NOBODY, run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path
    from random import Random

    from benchmarks.torture.place import Expected, Moments

_UNREAD = "build.lock"


def flip_bits(root: Path, moments: Moments, chance: Random, trials: int) -> Count:
    """Flip one bit of one file, every file in turn; each time, build again and compare with a clean build."""
    count, place, old = Count("one bit flipped"), moments.place(root / "bits", 0), moments.old
    names = _files(old.index)
    for trial in range(trials):
        place.put(old.index)
        path = place.index / names[trial % len(names)]
        data = bytearray(path.read_bytes())
        bit = chance.randrange(8 * len(data))
        data[bit // 8] ^= 1 << bit % 8
        _overwrite(path, bytes(data))
        _count_damaged(count, place, old, f"bit {bit} of {path.name}")
    return count


def spoil_files(root: Path, moments: Moments, every: int = 1) -> Iterator[Count]:
    """Damage every file of an index, or every n-th, as disks, copies and people do."""
    place, old, new = moments.place(root / "spoilt", 0), moments.old, moments.new
    others = Place(new.index.parent)
    for first, (what, spoil) in enumerate(_SPOILING.items()):
        count = Count(what)
        for name in _files(old.index)[first % every :: every]:
            place.put(old.index)
            path = place.index / name
            spoil(path, others.serving / path.name if path.parent == place.serving else new.index / path.name)
            _count_damaged(count, place, old, f"{what}: {path.name}")
        yield count
    if os.geteuid() == 0:
        yield _forbid(place, old, every)


def _forbid(place: Place, old: Expected, every: int) -> Count:
    """Remove the read permission of each file and folder, for a user who is not root."""
    count = Count("file or folder that may not be read")
    for name in ["", "generations", *_files(old.index)][::every]:
        place.put(old.index)
        path = place.index / name
        path.chmod(0)
        count.trials += 1
        count.look(run(place.look, user=NOBODY), {old.says}, f"forbidden: {name}")
        count.end(run(place.build, user=NOBODY), f"build, forbidden: {name}")
        path.chmod(0o755)
        count.lose_unless_healed(healed(place, old), f"forbidden: {name}")
    return count


def _files(index: Path) -> list[str]:
    """Return every file that is read when an index is opened, as a path below it."""
    return sorted(
        path.relative_to(index).as_posix() for path in index.rglob("*") if path.is_file() and path.name != _UNREAD
    )


def _count_damaged(count: Count, place: Place, old: Expected, where: str) -> None:
    count.trials += 1
    count.look(run(place.look), {old.says}, where)
    count.lose_unless_healed(healed(place, old), where)


# --------------------------------------------------------------------------------------------- what is done


def _overwrite(path: Path, data: bytes) -> None:
    """Write in place: the inode stays, the time changes, as with any write."""
    with path.open("r+b") as file:
        file.write(data)
        file.truncate()


def _overwrite_unseen(path: Path, data: bytes) -> None:
    """Write in place, then restore the time, like a copy that preserves times."""
    status = path.stat()
    _overwrite(path, data)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def _cut(path: Path, _: Path) -> None:
    _overwrite(path, path.read_bytes()[: path.stat().st_size // 2])


def _empty(path: Path, _: Path) -> None:
    _overwrite(path, b"")


def _zero(path: Path, _: Path) -> None:
    _overwrite_unseen(path, bytes(path.stat().st_size))


def _zero_the_end(path: Path, _: Path) -> None:
    data = path.read_bytes()
    _overwrite(path, data[: len(data) // 2] + bytes(len(data) - len(data) // 2))


def _lengthen(path: Path, _: Path) -> None:
    _overwrite(path, path.read_bytes() + b"\n{}garbage\0")


def _swap(path: Path, other: Path) -> None:
    path.unlink()
    shutil.copy2(other, path)


def _remove(path: Path, _: Path) -> None:
    path.unlink()


def _make_folder(path: Path, _: Path) -> None:
    path.unlink()
    path.mkdir()


def _make_circle(path: Path, _: Path) -> None:
    path.unlink()
    path.symlink_to(path.name)


_SPOILING: Mapping[str, Callable[[Path, Path], None]] = {
    "file cut in half": _cut,
    "file emptied": _empty,
    "file of zeros, size and time kept": _zero,
    "second half of a file zeros": _zero_the_end,
    "something after a file's end": _lengthen,
    "file of another generation": _swap,
    "file missing": _remove,
    "folder in place of a file": _make_folder,
    "link in a circle in place of a file": _make_circle,
}
