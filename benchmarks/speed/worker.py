"""A separate process that builds an index, or opens one, answers at once, and then answers all questions.

Arguments: `build` or `ask`, a module of this package, the folders of material and index, a file for JSON.
"""

from __future__ import annotations

import importlib
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.memory import peak, resident
from benchmarks.speed.material import Material

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.speed.material import Ask, Vector

WARMING, WARMING_SECONDS = 10, 3
ASKING_SECONDS, FEWEST = 30, 10
"""Limits for slow systems: seconds of asking, and the minimum number of questions."""


def built(module: Any, material: Material, index: Path) -> dict[str, float]:  # noqa: ANN401 - a module of this package
    """Build; return the elapsed time, the processor time, and the peak resident memory."""
    started, busy = time.perf_counter(), time.process_time()
    module.build(material, index)
    seconds, busy = time.perf_counter() - started, time.process_time() - busy
    return {"seconds": seconds, "cpu_seconds": busy, "peak_mb": peak()}


def asked(module: Any, material: Material, index: Path) -> dict[str, Any]:  # noqa: ANN401 - likewise
    """Answer once right after the start of this process, then answer all questions one at a time."""
    with tempfile.TemporaryDirectory(dir=index.parent) as state:
        questions = material.questions()
        ask: Ask = module.open_index(material, index, Path(state))
        ask(*questions[-1])
        first = time.monotonic()
        _answers(ask, questions[:WARMING], WARMING_SECONDS, 0)
        found, milliseconds = _answers(ask, questions, ASKING_SECONDS, FEWEST)
        memory = {f"{kind}_mb": megabytes for kind, megabytes in resident().items()}
        return {
            "first_answer_at": first,
            "milliseconds": milliseconds,
            "found": [material.numbers(texts) for texts in found],
            **memory,
        }


def _answers(
    ask: Ask, questions: Sequence[tuple[str, Vector]], seconds: float, fewest: int
) -> tuple[list[Sequence[str]], list[float]]:
    """Return the passages for each question and the milliseconds; fewer questions if the time is up."""
    found: list[Sequence[str]] = []
    milliseconds: list[float] = []
    until = time.monotonic() + seconds
    for question, vector in questions:
        if len(found) >= fewest and time.monotonic() > until:
            break
        started = time.perf_counter()
        texts = ask(question, vector)
        milliseconds.append((time.perf_counter() - started) * 1000)
        found.append(texts)
    return found, milliseconds


def main() -> None:
    """Write the result."""
    what, name, material, index, path = sys.argv[1:]
    module = importlib.import_module(f"benchmarks.speed.{name}")
    outcome = {"build": built, "ask": asked}[what](module, Material(Path(material)), Path(index))
    Path(path).write_text(json.dumps(outcome), encoding="utf-8")


if __name__ == "__main__":
    main()
