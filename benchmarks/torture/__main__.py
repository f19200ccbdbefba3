"""Subject askbrief to kills, disk faults, wrong clocks, crowds and bad input, and count the results.

    python -m benchmarks.torture [--quick] [--no-mount] [--markdown] [--only KIND...] [--seed N] [--out FILE]

The real command line builds small real indexes, in separate processes, with an encoder that hashes words, so that a
build takes a fraction of a second. What an index returns after a fault is compared with what a clean build of the same
documents returns. Columns:

trials   number of trials
opened   the index opened completely, or a command did its work
right    it then returned exactly what an undamaged index returns
said     the error was reported: one line, exit code 2
lost     a promise was broken: the previous index is gone, the next build fails or differs from a clean one,
         files are left behind, a key that was shown does not resolve
wrong    the answer differs from that of an undamaged index
shown    a traceback was shown, or a process died
hung     something did not end

The last four must be 0; otherwise the exit code is 1. Full disks and read-only file systems are mounted, and
permissions removed, if the program may do so (as root); otherwise those rows are missing. Linux only.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from benchmarks.torture.clocks import turn_clocks
from benchmarks.torture.crowds import crowd
from benchmarks.torture.damage import flip_bits, spoil_files
from benchmarks.torture.disks import can_mount, fill_disks, lock_folders
from benchmarks.torture.inputs import bad_input
from benchmarks.torture.kills import kill_askers, kill_builds
from benchmarks.torture.patterns import PATTERNS, long_runs
from benchmarks.torture.place import Moments, stand_in, warm_up

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from benchmarks.torture.count import Count

COLUMNS = ("trials", "opened", "right", "said", "lost", "wrong", "shown", "hung")


def main() -> int:
    """Run all kinds of faults, or those of the options."""
    options = _options()
    stand_in()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="askbrief-torture-") as folder:
        root = Path(folder)
        root.chmod(0o755)  # other users look at it too
        warm_up(root / "warm")
        moments = Moments.make(root, options.seed)
        counts = list(_shown(_all(root, moments, options)))
    bad = sum(count.bad for count in counts)
    if options.out:
        report = {"seed": options.seed, "seconds": round(time.monotonic() - began), "counts": list(map(asdict, counts))}
        options.out.write_text(f"{json.dumps(report, indent=1)}\n", encoding="utf-8")
    if options.markdown:
        print("\n".join(_markdown(counts)))
    else:
        Console(width=100).print(_table(counts))
    return 1 if bad else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a few trials of each: a minute")
    parser.add_argument("--markdown", action="store_true", help="print the table of docs/reliability.md")
    parser.add_argument("--no-mount", action="store_true", help="mount nothing, even if this process could")
    parser.add_argument("--only", nargs="*", help="only these kinds, such as kills, disks or input", metavar="KIND")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, help="write the counts as JSON", metavar="FILE")
    return parser.parse_args()


@dataclass(frozen=True, slots=True)
class Size:
    """Number of trials of each kind."""

    kills: int
    askers: int
    disks: int
    bits: int
    every: int
    rebuilds: int
    examples: int
    run: int
    patterns: int


LONG = Size(500, 100, 100, 200, 1, 200, 500, 100_000, 1)
QUICK = Size(6, 2, 2, 8, 5, 2, 10, 2_000, 10)


def _all(root: Path, moments: Moments, options: argparse.Namespace) -> Iterator[Count]:
    """Yield every kind of fault, each with its own random numbers, so that it runs alone as among all."""
    seed, size = options.seed, QUICK if options.quick else LONG
    mounting = not options.no_mount and can_mount(root)

    def chance(of: str) -> Random:
        return Random(f"{seed}/{of}")

    kinds: Mapping[str, Callable[[], Iterable[Count]]] = {
        "kills": lambda: kill_builds(root / "kills", moments, chance("kills"), size.kills),
        "askers": lambda: [kill_askers(root / "askers", moments, chance("askers"), size.askers)],
        "disks": lambda: fill_disks(root / "disks", moments, chance("disks"), size.disks, mounting=mounting),
        "bits": lambda: [flip_bits(root / "bits", moments, chance("bits"), size.bits)],
        "files": lambda: spoil_files(root / "files", moments, size.every),
        "locked": lambda: lock_folders(root / "locked", moments, mounting=mounting),
        "clocks": lambda: turn_clocks(root / "clocks", moments, size.every),
        "crowd": lambda: [crowd(root / "crowd", size.rebuilds, seed)],
        "input": lambda: bad_input(root / "input", size.examples, seed),
        "runs": lambda: long_runs(root / "runs", size.run, PATTERNS[:: size.patterns]),
    }
    if unknown := sorted({*(options.only or ())} - set(kinds)):
        raise SystemExit(f"torture: there is no kind {', '.join(unknown)}; there are: {', '.join(kinds)}")
    for name, kind in kinds.items():
        if not options.only or name in options.only:
            yield from kind()


def _shown(counts: Iterable[Count]) -> Iterator[Count]:
    """Pass the counts on, and report each result and what went wrong."""
    for count in counts:
        figures = "  ".join(f"{name} {getattr(count, name)}" for name in COLUMNS)
        sys.stderr.write(f"{count.fault}: {figures}\n")
        for note in count.notes:
            sys.stderr.write(f"  {note.strip()}\n")
        yield count


def _markdown(counts: Iterable[Count]) -> Iterator[str]:
    yield "| fault | trials | opened | right | said | bad |"
    yield "|---|---:|---:|---:|---:|---:|"
    for one in counts:
        yield f"| {one.fault} | {one.trials:,} | {one.opened:,} | {one.right:,} | {one.said:,} | {one.bad} |"


def _table(counts: Sequence[Count]) -> Table:
    table = Table("fault", *COLUMNS, box=SIMPLE_HEAD)
    for column in table.columns[1:]:
        column.justify = "right"
    for count in counts:
        table.add_row(count.fault, *(str(getattr(count, name)) for name in COLUMNS))
    return table


if __name__ == "__main__":
    sys.exit(main())
