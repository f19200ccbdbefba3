"""Measure the API under many clients at once (32 connections, 30 seconds, loopback), and the library alone.

    python -m benchmarks.web_load [--connections 32] [--seconds 30] [--askers 0] [--out FILE] [--markdown FILE]

The server is the real one, a separate process with the real model, over an index of seeds/ or of --index. Each
connection asks one question after another, all different, so that no answer can be reused. The clients share the
server's cores. `library.ask alone` is the same questions, one at a time, in this process.

connections  number of clients at once
p50, p95     milliseconds from the question to the complete answer
cpu ms       processor time of the server, or of the library, for each answer (Linux only)
errors       requests without an answer, for any reason
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import numpy as np

from askbrief.ingest.build import build
from askbrief.library import Library
from askbrief.settings import Settings, load_settings
from benchmarks.bot_load import make_questions
from benchmarks.timings import written
from tests.fakes import text_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_QUESTIONS = 2_000
_OF_LIBRARY = 200
_WARMING = 5
_ALL_FOUND = 200


def main() -> None:
    """Measure, and write the table."""
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(index_dir=options.index or Path(folder) / "index", state_dir=Path(folder) / "state")
        if options.index is None:
            build(settings.seeds_dir, settings.index_dir, settings=settings)
        with Library.open(settings.index_dir, state=Path(folder) / "own", settings=settings) as library:
            text = "\n".join(text_of(library, source.doc_id) for source in library.sources()[:200])
            questions = make_questions(text, _QUESTIONS, seed=1)
            rows = [_of_library(library, questions)]
        with _server(settings, options.askers) as server:
            for count in (1, options.connections):
                figures = asyncio.run(_of_server(server, questions, count, options.seconds))
                rows.append({"what": "GET /api/v1/ask", **figures})
    written(rows, options)
    sys.exit(any(row["errors"] for row in rows))


def _options() -> argparse.Namespace:
    made = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--connections", type=int, default=32)
    made.add_argument("--seconds", type=float, default=30)
    made.add_argument("--askers", type=int, default=0, help="worker processes (ASKBRIEF_ASKERS)")
    made.add_argument("--index", type=Path, help="an index; by default, one of seeds/ is built")
    made.add_argument("--out", type=Path, help="write the rows to this file, as JSON")
    made.add_argument("--markdown", type=Path, help="write the table to this file")
    return made.parse_args()


def _of_library(library: Library, questions: Sequence[str]) -> dict[str, Any]:
    for question in questions[-_WARMING:]:
        library.ask(question)
    times, before = [], time.process_time()
    for question in questions[:_OF_LIBRARY]:
        started = time.perf_counter()
        library.ask(question)
        times.append(time.perf_counter() - started)
    return {"what": "library.ask alone", **_figures(1, times, 0, sum(times), time.process_time() - before)}


def _figures(connections: int, times: list[float], errors: int, seconds: float, cpu: float) -> dict[str, Any]:
    milliseconds = np.array(times) * 1_000
    return {
        "connections": connections,
        "answers": len(times),
        "a second": len(times) / seconds,
        "p50 ms": float(np.median(milliseconds)),
        "p95 ms": float(np.percentile(milliseconds, 95)),
        "longest ms": float(milliseconds.max()),
        "cpu ms": 1_000 * cpu / len(times),
        "errors": errors,
    }


@dataclass(frozen=True, slots=True)
class _Server:
    """A running server."""

    address: str
    pid: int

    def cpu(self) -> float:
        """Return the seconds of processor time of the server so far, without those of its worker processes."""
        stat = Path(f"/proc/{self.pid}/stat")
        if not stat.exists():
            return float("nan")
        user, system = stat.read_text(encoding="utf-8").rpartition(") ")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


@contextmanager
def _server(settings: Settings, askers: int) -> Iterator[_Server]:
    """Start the command, and yield it once it has printed its address."""
    folders = ["--index", str(settings.index_dir), "--state", str(settings.state_dir)]
    process = subprocess.Popen(
        [sys.executable, "-m", "askbrief", "serve", "--port", "0", *folders],
        env={**os.environ, "ASKBRIEF_WEB_PER_MINUTE": "0", "ASKBRIEF_ASKERS": str(askers)},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield _Server(_said_address(process), process.pid)
    finally:
        process.terminate()
        process.communicate()


def _said_address(process: subprocess.Popen[str]) -> str:
    for line in process.stderr or ():
        if '"address"' in line:
            return str(json.loads(line)["address"])
        sys.stderr.write(line)
    raise RuntimeError("the server did not start")


async def _of_server(server: _Server, questions: Sequence[str], connections: int, seconds: float) -> dict[str, Any]:
    """Ask over several connections at once until the time is up, and wait for pending answers."""
    times: list[float] = []
    errors = 0
    turn = itertools.cycle(questions)

    async def ask_on(client: httpx.AsyncClient, until: float) -> None:
        nonlocal errors
        while time.perf_counter() < until:
            started = time.perf_counter()
            try:
                response = await client.get("/api/v1/ask", params={"question": next(turn)})
                errors += response.status_code != _ALL_FOUND or not response.json()["hits"]
            except (httpx.HTTPError, ValueError, KeyError):
                errors += 1
            times.append(time.perf_counter() - started)

    limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
    async with httpx.AsyncClient(base_url=server.address, limits=limits, timeout=120) as client:
        await ask_on(client, time.perf_counter() + 1)
        times.clear()
        started, before = time.perf_counter(), server.cpu()
        await asyncio.gather(*(ask_on(client, started + seconds) for _ in range(connections)))
        return _figures(connections, times, errors, time.perf_counter() - started, server.cpu() - before)


if __name__ == "__main__":
    main()
