"""Compare the speed of askbrief and its peers: build, size, memory, a hybrid question, the first answer.

    python -m benchmarks.speed SET... [--sizes 10000 100000] [--out FILE] [--markdown FILE]

Run it in the environment of benchmarks/quality.py (see benchmarks/requirements.txt). All systems get the same passages,
vectors and questions (`benchmarks.speed.material`); encoding is left out for all. Each builds once. Then follow some
rounds, each in another order: a process starts, answers once, and then answers all questions one at a time. Figures are
medians of the rounds. A system has `--limit` seconds for everything at a size; a row says so if it needed more.

build: from texts and vectors to files that can be opened. memory: of the whole process, its own pages and those of
files. first answer: from the start of the process, with the files in the page cache.
"""

from __future__ import annotations

import json
import os
import platform
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from benchmarks.speed.preparing import Cache
from benchmarks.speed.systems import SYSTEMS
from benchmarks.speed.trials import Trials
from benchmarks.timings import markdown, parser

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from benchmarks.speed.systems import System
    from benchmarks.speed.trials import Trial

COLUMNS = {
    "build, s": "build_seconds",
    "on disk, MB": "build_disk_mb",
    "build, peak MB": "build_peak_mb",
    "own memory, MB": "anonymous_mb",
    "files in memory, MB": "mapped_mb",
    "p50, ms": "p50_ms",
    "p95, ms": "p95_ms",
    "first answer, s": "first_answer_s",
}
_ROUNDED_FROM = 100


def tables(sizes: Sequence[tuple[int, Sequence[Trial]]], systems: Sequence[System]) -> str:
    """Format one table for each size, and one of the systems."""
    shown = []
    for passages, trials in sizes:
        shown += [f"{passages:,} passages:", "", markdown([_row(trial) for trial in trials]), ""]
    kinds = [{"system": one.name, "versions": _versions(one), "the hybrid": one.setup} for one in systems]
    return "\n".join([*shown, markdown(kinds)])


def _row(trial: Trial) -> dict[str, Any]:
    figures = trial.figures()
    row = {"system": trial.system.name} | {column: _rounded(figures.get(name)) for column, name in COLUMNS.items()}
    if trial.problem and trial.rounds:
        return row | {"problem": f"{trial.problem}, after {len(trial.rounds)} rounds"}
    return row | ({"problem": trial.problem} if trial.problem else {})


def _rounded(value: float | None) -> float | int | None:
    """Format a number with three digits, or all digits before the point."""
    if value is None:
        return None
    return round(value) if value >= _ROUNDED_FROM else float(f"{value:.3g}")


def _versions(system: System) -> str:
    return ", ".join(f"{package} {version}" for package, version in system.versions().items())


def as_json(sizes: Sequence[tuple[int, Sequence[Trial]]], options: argparse.Namespace) -> dict[str, Any]:
    """Return every figure of every round, and a description of the machine."""
    return {
        "cores": os.cpu_count(),
        "machine": platform.platform(),
        "python": platform.python_version(),
        "omp_num_threads": os.environ.get("OMP_NUM_THREADS"),
        "rounds": options.rounds,
        "limit_s": options.limit,
        "sizes": [{"passages": n, "systems": [_as_json(one, trials) for one in trials]} for n, trials in sizes],
    }


def _as_json(trial: Trial, trials: Sequence[Trial]) -> dict[str, Any]:
    return {
        "name": trial.system.name,
        "versions": trial.system.versions(),
        "hybrid": trial.system.setup,
        "figures": trial.figures(),
        "in_common_with_first": trial.in_common(trials[0]),
        **{name: value for name, value in asdict(trial).items() if name not in {"system", "given", "found"}},
    }


def parsed() -> argparse.Namespace:
    """Return the command line parser."""
    options_of = parser(__doc__)
    options_of.set_defaults(sizes=[10_000, 100_000])
    options_of.add_argument("--rounds", type=int, default=5)
    options_of.add_argument(
        "--limit", type=float, default=600, metavar="SECONDS", help="seconds for one system at one size"
    )
    options_of.add_argument("--system", action="append", metavar="NAME", help="only this system; repeatable")
    cache = Path(tempfile.gettempdir()) / f"askbrief-speed-{os.getuid()}"
    options_of.add_argument(
        "--cache", type=Path, default=cache, help="folder of the material and, temporarily, the indexes"
    )
    return options_of.parse_args()


def main() -> None:
    """Measure, print and write, size by size, so that no result is lost."""
    options, console = parsed(), Console(stderr=True, highlight=False)
    systems = [one for one in SYSTEMS if not options.system or one.name in options.system]
    if not systems:
        raise SystemExit(f"no system {options.system}: there are {', '.join(one.name for one in SYSTEMS)}")
    sizes: list[tuple[int, Sequence[Trial]]] = []
    for passages in options.sizes:
        console.rule(f"{passages:,} passages")
        material = Cache(options.cache, tuple(options.sets)).material(passages, options.questions)
        trials = Trials(material, options.cache / "indexes", console).run(systems, options.rounds, options.limit)
        sizes.append((passages, trials))
        if options.out:
            options.out.write_text(f"{json.dumps(as_json(sizes, options), indent=1)}\n", "utf-8")
        if options.markdown:
            options.markdown.write_text(f"{tables(sizes, systems)}\n", "utf-8")
    print(tables(sizes, systems))


if __name__ == "__main__":
    main()
