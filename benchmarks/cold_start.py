"""Measure the time from process start to answer: `askbrief ask` on the seed, compiled and through PyTorch.

    python -m benchmarks.cold_start [--rounds 15] [--out FILE] [--markdown FILE]

The commands run in turn, round after round, as a person runs them, with Python's cached bytecode; the table has medians
over the rounds.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from askbrief.ingest.build import build
from askbrief.settings import load_settings
from benchmarks.timings import written

QUESTION = "how many TTP fighters are in Afghanistan?"


def commands(index: Path, state: Path) -> dict[str, tuple[list[str], dict[str, str]]]:
    """Return the commands to run, by name, with their settings."""
    askbrief = [sys.executable, "-m", "askbrief"]
    ask = [*askbrief, "ask", QUESTION, "--index", str(index), "--state", str(state)]
    return {
        "python -c pass": ([sys.executable, "-c", "pass"], {}),
        "python -c 'import numpy'": ([sys.executable, "-c", "import numpy"], {}),
        "askbrief --help": ([*askbrief, "--help"], {}),
        "askbrief ask": (ask, {}),
        "askbrief ask, without the reader": (ask, {"ASKBRIEF_READER": "off"}),
        "askbrief ask, through PyTorch": (ask, {"ASKBRIEF_COMPILED": "false"}),
    }


def main() -> None:
    """Measure, and write the table."""
    options_of = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options_of.add_argument("--rounds", type=int, default=15)
    options_of.add_argument("--out", type=Path)
    options_of.add_argument("--markdown", type=Path)
    options = options_of.parse_args()
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    with tempfile.TemporaryDirectory() as folder:
        index, state = Path(folder) / "index", Path(folder) / "state"
        build(load_settings().seeds_dir, index)
        some = commands(index, state)
        times: dict[str, list[float]] = {name: [] for name in some}
        for number in range(options.rounds + 1):  # the first round fills the caches of the system, and does not count
            for name, (command, settings) in some.items():
                started = time.perf_counter()
                subprocess.run(command, env={**environment, **settings}, capture_output=True, check=True)
                if number:
                    times[name].append(time.perf_counter() - started)
    slowest = np.array(list(times.values())[-1])
    rows = [
        {
            "command": name,
            "seconds": float(np.median(some)),
            "fastest": min(some),
            "times faster than through PyTorch": float(np.median(slowest / np.array(some))),
        }
        for name, some in times.items()
    ]
    written(rows, options)


if __name__ == "__main__":
    main()
