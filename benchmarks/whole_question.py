"""Measure a whole question at any size of index: time, stages, memory, first answer, many clients, a scope.

    python -m benchmarks.whole_question SET... [--sizes 1000 100000] [--out FILE] [--markdown FILE] [--plot FILE]

`benchmarks.made` creates the indexes and caches them in a folder; encoding is simulated. The questions are those of the
sets, one at a time, with warm caches, in a separate process for each size, with a ledger on disk.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import numpy as np

import askbrief.answering.pipeline
import askbrief.storage.embedded.engine
from askbrief.citations.resolving import Citations
from askbrief.core.runtime import processors
from askbrief.errors import AskbriefError
from askbrief.inference.loading import open_encoder
from askbrief.library import Library
from askbrief.records import Scope
from askbrief.service.worker_pool import WorkerPool
from askbrief.settings import Settings, load_settings
from benchmarks.made import COLLECTIONS, MadeEncoder, Real, made_index
from benchmarks.memory import resident

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from askbrief.records import Answer

STAGES: dict[str, tuple[Any, str]] = {
    "encoding (stood in for)": (MadeEncoder, "encode_query"),
    "parsing the question": (askbrief.answering.pipeline, "parse_question"),
    "the first ranking": (askbrief.storage.embedded.engine.EmbeddedEngine, "first"),
    "the close look at the candidates": (askbrief.answering.pipeline, "rank"),
    "near-duplicates": (askbrief.answering.pipeline, "group_duplicates"),
    "the ledger": (Citations, "remember"),
    "marking": (askbrief.answering.pipeline, "best_sentence"),
    "the answer in the sentence": (askbrief.answering.pipeline, "find_answer"),
    "verdict": (askbrief.answering.pipeline, "verdict_signals"),
    "figures": (askbrief.answering.pipeline, "find_figures"),
}
TARGETS_MS = {1_000: 10, 100_000: 20, 1_000_000: 60}
"""Goals for the median, in milliseconds; the 95th percentile may be twice that."""
WAYS = {"one": 1, "threads": 16, "processes": 16}
"""The clients: one; sixteen with a library in this process; sixteen with a worker process for each processor."""
TURNS, WARMING, FRESH = 3, 50, 5
SCOPES = {
    "half": Scope(collections=frozenset(f"{number:02d}" for number in range(COLLECTIONS // 2))),
    "a hundredth": Scope(collections=frozenset({"00"})),
}


# ------------------------------------------------------------------------------------------------ measuring


def measured(index: Path, real: Real, count: int) -> dict[str, Any]:
    """Measure all figures of one index. No question is asked twice if its keys have to be new to the ledger."""
    before = resident()
    with _warm(index, real) as (library, askers):
        opened = resident()
        asked, others = real.questions[WARMING : WARMING + count], real.questions[WARMING + count :]
        seconds = [_seconds(library.ask, question) for question in asked]
        manifest = library.status()
        found = {
            "passages": manifest.passages,
            "documents": manifest.documents,
            "terms": manifest.terms,
            "index_mb": sum(path.stat().st_size for path in library.reference.folder.iterdir()) / 1e6,
            "ms": _percentiles(seconds),
            "scopes": _scopes(library, asked),
            "askers": _askers(library, askers, others[: len(WAYS) * TURNS * count]),
            "memory_mb": {
                "anonymous": resident()["anonymous"] - before["anonymous"],
                "anonymous_once_opened": opened["anonymous"] - before["anonymous"],
                "mapped": resident()["mapped"],
                "an asker": max(resident(process)["anonymous"] for process in askers.processes),
            },
        }
    with _warm(index, real) as (library, _):
        return found | {"stages": _stages(library, asked)}


@contextmanager
def _warm(index: Path, real: Real) -> Iterator[tuple[Library, WorkerPool]]:
    """Yield a library and worker processes, all warmed up, with a separate ledger on the same disk."""
    settings, encoder = Settings(reader=False), MadeEncoder(real)
    with (
        tempfile.TemporaryDirectory(dir=index.parent) as state,
        Library.open(index, state=state, encoder=encoder, settings=settings) as library,
        WorkerPool(settings, processors(), state=Path(state), encoder=encoder) as askers,
    ):
        for question in real.questions[:WARMING]:
            library.ask(question)
            for _ in range(processors()):  # in turn
                askers.ask(library, question)
        yield library, askers


def _seconds(action: Callable[..., object], *arguments: object) -> float:
    started = time.perf_counter()
    action(*arguments)
    return time.perf_counter() - started


def _percentiles(seconds: Sequence[float]) -> dict[str, float]:
    return {"p50": float(np.percentile(seconds, 50) * 1000), "p95": float(np.percentile(seconds, 95) * 1000)}


def _scopes(library: Library, asked: Sequence[str]) -> dict[str, dict[str, float]]:
    """Measure the cost of a scope: each question with and without it, in turn, after a warm-up in every scope."""
    found = {}
    for name, scope in SCOPES.items():
        library.ask(asked[0], 5, scope)
        pairs = [(_seconds(library.ask, one), _seconds(library.ask, one, 5, scope)) for one in asked]
        without, within = (_percentiles(some) for some in zip(*pairs, strict=True))
        found[name] = within | {"ratio": within["p50"] / without["p50"]}
    return found


def _stages(library: Library, asked: Sequence[str]) -> dict[str, dict[str, float]]:
    rows = []
    for question in asked:
        spent: dict[str, float] = defaultdict(float)
        with _timed(spent):
            whole = _seconds(library.ask, question)
        spent["the rest"] = whole - sum(spent.values())
        rows.append(spent)
    return {label: _percentiles([row[label] for row in rows]) for label in (*STAGES, "the rest")}


@contextmanager
def _timed(spent: dict[str, float]) -> Iterator[None]:
    """Add up the time spent in each stage."""

    def wrapped(label: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - whatever the function takes and gives
            started = time.perf_counter()
            try:
                return function(*arguments, **named)
            finally:
                spent[label] += time.perf_counter() - started

        return call

    patches = [
        patch.object(where, name, wrapped(label, getattr(where, name))) for label, (where, name) in STAGES.items()
    ]
    for one in patches:
        one.start()
    try:
        yield
    finally:
        for one in patches:
            one.stop()


def _askers(library: Library, askers: WorkerPool, questions: Sequence[str]) -> dict[str, Any]:
    """Measure the answers a second of one client and of many at once, in turn, and count the failures."""
    failed = 0

    def ask(question: str, *, by: Callable[[str], Answer]) -> None:
        nonlocal failed
        try:
            by(question)
        except AskbriefError:
            failed += 1

    answering: list[Callable[[str], Answer]] = [library.ask, library.ask, partial(askers.ask, library)]
    rates: dict[str, list[float]] = {way: [] for way in WAYS}
    for turn in range(TURNS):
        for place, ((way, count), by) in enumerate(zip(WAYS.items(), answering, strict=True)):
            part = questions[turn * len(WAYS) + place :: len(WAYS) * TURNS]
            with ThreadPoolExecutor(count) as threads:
                seconds = _seconds(lambda: list(threads.map(partial(ask, by=by), part)))  # noqa: B023 - waited for
            rates[way].append(len(part) / seconds)
    medians = {way: float(np.median(found)) for way, found in rates.items()}
    ratios = {way: medians[way] / medians["one"] for way in WAYS}
    return {"per_second": medians, "ratios": ratios, "failed": failed}


def first_answer(index: Path, cache: Path) -> dict[str, float]:
    """Open an index and answer once in this new process; return the milliseconds since its start, and their parts."""
    started = time.perf_counter()
    encoder = MadeEncoder(Real.of([], _no_encoder(), cache))
    made = time.perf_counter()
    with Library.open(index, encoder=encoder, settings=Settings(reader=False)) as library:
        opened = time.perf_counter()
        library.ask("How many people live in the capital?")
    return {"stand_in": made - started, "open": opened - made, "ask": time.perf_counter() - opened}


def _no_encoder() -> Any:  # noqa: ANN401 - never used: the cache is there
    return None


def _fresh(index: Path, cache: Path) -> dict[str, float]:
    """Return the median of some processes, without the preparation of the simulated encoder."""
    rows = []
    for _ in range(FRESH):
        command = [sys.executable, "-m", "benchmarks.whole_question", "--first", str(index), "--cache", str(cache)]
        started = time.perf_counter()
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        whole = time.perf_counter() - started
        parts: dict[str, float] = json.loads(done.stdout)
        rows.append({"whole": whole - parts.pop("stand_in"), **parts})
    return {name: float(np.median([row[name] for row in rows])) * 1000 for name in rows[0]}


# -------------------------------------------------------------------------------------------------- showing


def markdown(results: Sequence[dict[str, Any]]) -> str:
    """Format the figures as tables: whole questions by size, then the stages at the median."""
    heading = (
        "| passages | p50 ms | p95 ms | scope of half | of 1% | 16, threads | 16, processes | failed | memory "
        "| a process | mapped | first answer |"
    )
    lines = [heading, f"{'|---:' * heading.count(' |')}|"]
    lines += [
        f"| {row['passages']:,} | {row['ms']['p50']:.1f} | {row['ms']['p95']:.1f} "
        f"| x{row['scopes']['half']['ratio']:.2f} | x{row['scopes']['a hundredth']['ratio']:.2f} "
        f"| x{row['askers']['ratios']['threads']:.2f} | x{row['askers']['ratios']['processes']:.2f} "
        f"| {row['askers']['failed']} | {row['memory_mb']['anonymous']:,.0f} MB "
        f"| {row['memory_mb']['an asker']:,.0f} MB | {row['memory_mb']['mapped']:,.0f} MB "
        f"| {row['first_answer_ms']['whole'] / 1000:.2f} s |"
        for row in results
    ]
    lines += ["", "| stage, p50 ms | " + " | ".join(f"{row['passages']:,}" for row in results) + " |"]
    lines += ["|---|" + "---:|" * len(results)]
    lines += [
        f"| {label} | " + " | ".join(f"{row['stages'][label]['p50']:.1f}" for row in results) + " |"
        for label in results[0]["stages"]
    ]
    return "\n".join(lines) + "\n"


def plot(results: Sequence[dict[str, Any]], path: Path) -> None:
    """Plot the cost of a question against the size of the index, with the goals."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import FixedLocator, NullLocator

    sizes = [row["passages"] for row in results]
    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.subplots()
    axes.plot(sizes, [row["ms"]["p50"] for row in results], "o-", color="#1f6f8b", label="median")
    axes.plot(sizes, [row["ms"]["p95"] for row in results], "o--", color="#1f6f8b", alpha=0.6, label="95th percentile")
    axes.plot(list(TARGETS_MS), list(TARGETS_MS.values()), "_", color="#b5443a", ms=18, label="held to, median")
    axes.set(xscale="log", yscale="log", xlabel="passages in the index", ylabel="a whole question, ms")
    for axis, marks in ((axes.xaxis, sizes), (axes.yaxis, (5, 10, 20, 30, 40, 50, 60, 80, 100))):
        axis.set_major_locator(FixedLocator(marks))
        axis.set_major_formatter("{x:,.0f}")
        axis.set_minor_locator(NullLocator())
    axes.grid(visible=True, which="major", alpha=0.3)
    axes.legend(frameon=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=150)


def main() -> None:
    """Create the indexes, measure each in a separate process, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="*", type=Path, metavar="SET")
    parser.add_argument("--sizes", nargs="+", type=int, default=[1_000, 10_000])
    parser.add_argument("--questions", type=int, default=300)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / f"askbrief-made-{os.getuid()}")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--markdown", type=Path)
    parser.add_argument("--plot", type=Path)
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--first", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--cache", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.first:
        print(json.dumps(first_answer(options.first, options.cache)))
        return
    if options.one:
        real = Real.of([], _no_encoder(), options.cache)
        print(json.dumps(measured(options.one, real, options.questions)))
        return
    results = _all_sizes(options)
    table = markdown(results)
    print(table)
    if options.out:
        options.out.write_text(json.dumps({"cores": os.cpu_count(), "sizes": results}, indent=1), "utf-8")
    if options.markdown:
        options.markdown.write_text(table, "utf-8")
    if options.plot:
        plot(results, options.plot)


def _all_sizes(options: argparse.Namespace) -> list[dict[str, Any]]:
    options.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    cache = options.folder / "real.npz"
    encoder = _no_encoder() if cache.exists() else open_encoder(load_settings(), building=True)
    real = Real.of(options.sets, encoder, cache)
    results = []
    for size in options.sizes:
        index = made_index(options.folder, size, options.sets, real)
        for path in index.rglob("*.*"):  # into the page cache
            with path.open("rb") as file:
                shutil.copyfileobj(file, _Nowhere(), 1 << 22)
        command = [sys.executable, "-m", "benchmarks.whole_question", "--one", str(index), "--cache", str(cache)]
        command += ["--questions", str(options.questions)]
        found = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
        results.append(found | {"first_answer_ms": _fresh(index, cache)})
    return results


class _Nowhere:
    """A sink for data that is only read."""

    def write(self, data: bytes) -> int:
        """Take it."""
        return len(data)


if __name__ == "__main__":
    main()
