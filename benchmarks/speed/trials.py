"""Run the systems at one size, each step in a separate process with a time limit."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console

    from benchmarks.speed.material import Material
    from benchmarks.speed.systems import System

ROOT = Path(__file__).resolve().parents[2]
_TOLD = 2_000


class _GaveUpError(Exception):
    """The reason why a step has no result."""


@dataclass(slots=True)
class Trial:
    """The progress of one system at one size; `problem` says why it stopped."""

    system: System
    given: float
    """Seconds that it may take for everything."""
    taken: float = 0
    build: dict[str, float] = field(default_factory=dict)
    rounds: list[dict[str, float]] = field(default_factory=list)
    found: list[list[int]] = field(default_factory=list)
    """The passages returned for each question, by number, in the last round."""
    problem: str = ""

    def figures(self) -> dict[str, float]:
        """Return the figures of the build, and the medians of the rounds: seconds, milliseconds and megabytes."""
        medians = {name: float(np.median([one[name] for one in self.rounds])) for name in (self.rounds or [{}])[0]}
        return {f"build_{name}": value for name, value in self.build.items()} | medians

    def in_common(self, other: Trial) -> float | None:
        """Return the share of another system's passages that this one returns too; it would reveal a wrong set-up."""
        pairs = list(zip(self.found, other.found, strict=False))
        return float(np.mean([len({*mine} & {*theirs}) / len(theirs) for mine, theirs in pairs])) if pairs else None


class Trials:
    """All systems at one size: each builds, then each answers, in some rounds with different orders."""

    def __init__(self, material: Material, folder: Path, console: Console) -> None:
        """Set the material, the folder of the indexes, and where progress is reported."""
        self._material = material
        self._folder = folder
        self._console = console
        self._random = random.Random(0)
        self._built: dict[str, dict[str, float]] = {}

    def run(self, systems: Sequence[System], rounds: int, limit: float) -> list[Trial]:
        """Run all systems, and delete the indexes."""
        trials = [Trial(system, limit) for system in systems]
        shutil.rmtree(self._folder, ignore_errors=True)
        try:
            for trial in self._shuffled(trials):
                self._step(trial, "build")
            for number in range(1, rounds + 1):
                for trial in self._shuffled(trials):
                    self._step(trial, f"round {number} of {rounds}")
        finally:
            shutil.rmtree(self._folder, ignore_errors=True)
        return trials

    def _shuffled(self, trials: Sequence[Trial]) -> Iterator[Trial]:
        order = self._random.sample(range(len(trials)), len(trials))
        return (trials[place] for place in order if not trials[place].problem)

    def _step(self, trial: Trial, what: str) -> None:
        try:
            told = self._build(trial) if what == "build" else self._answer(trial)
        except _GaveUpError as reason:
            trial.problem = told = str(reason)
        self._console.print(f"{trial.system.name}, {what}: {told}", markup=False)

    def _build(self, trial: Trial) -> str:
        """Build once for all systems with the same index."""
        if missing := trial.system.missing():
            raise _GaveUpError(f"not installed: {', '.join(missing)}")
        index = self._folder / trial.system.builder
        if trial.system.builder not in self._built:
            index.mkdir(parents=True)
            self._built[trial.system.builder] = {}
            found = self._process(trial, "build", trial.system.builder)
            self._built[trial.system.builder] = found | {"disk_mb": _on_disk(index)}
        trial.build = self._built[trial.system.builder]
        if not trial.build:
            raise _GaveUpError("its index could not be built")
        return f"{trial.build['seconds']:.1f} s, {trial.build['disk_mb']:,.0f} MB"

    def _answer(self, trial: Trial) -> str:
        outcome = self._process(trial, "ask", trial.system.module)
        trial.found, milliseconds = outcome.pop("found"), outcome.pop("milliseconds")
        p50, p95 = np.percentile(milliseconds, (50, 95)).tolist()
        trial.rounds.append(outcome | {"p50_ms": p50, "p95_ms": p95, "questions": len(milliseconds)})
        return f"p50 {p50:.1f} ms, first answer after {outcome['first_answer_s']:.2f} s"

    def _process(self, trial: Trial, what: str, module: str) -> dict[str, Any]:
        outcome, errors = self._folder / "outcome.json", self._folder / "errors.txt"
        command: list[str | Path] = [sys.executable, "-m", "benchmarks.speed.worker", what, module]
        command += [self._material.folder, self._folder / trial.system.builder, outcome]
        started = time.monotonic()
        try:
            with errors.open("w") as told:
                subprocess.run(
                    command, cwd=ROOT, stdout=told, stderr=told, check=True, timeout=max(1, trial.given - trial.taken)
                )
        except subprocess.TimeoutExpired:
            raise _GaveUpError(f"took longer than the {trial.given:.0f} s that each is given") from None
        except subprocess.CalledProcessError as error:
            self._console.print(errors.read_text("utf-8", "replace")[-_TOLD:], markup=False)
            raise _GaveUpError(f"failed with exit status {error.returncode}") from None
        finally:
            trial.taken += time.monotonic() - started
        found: dict[str, Any] = json.loads(outcome.read_text("utf-8"))
        if "first_answer_at" in found:  # by the clock that all processes share
            found["first_answer_s"] = found.pop("first_answer_at") - started
        return found


def _on_disk(folder: Path) -> float:
    """Return the size of the files on disk, in megabytes."""
    return sum(path.stat().st_blocks * 512 for path in folder.rglob("*") if path.is_file()) / 1e6
