"""Send 200 questions to the bot at once, in a simulated Discord over real sockets, and time every answer.

The bot is the real one, a separate process with the real model and an index over seeds/, and the clock is real. 200
members ask at the same moment, in eight channels of two servers, each with different words from the document. There are
three rounds, each with a newly started bot that has answered one question before:

default     the configured threads and queue; a question that finds the queue full is refused politely
long queue  a queue that holds every question
rebuilding  the same while `/index rebuild` adds a changed and longer file

Columns, times in seconds from the moment of the interaction:

p50, p95    until the answer was in the channel, of those answered
busy        until the polite refusal was in the channel, p95 of those refused
ack         until the bot's first response ("thinking"), the latest of all; Discord gives up after 3 s
loop        the slowest of the bot's health checks, ten times a second: how long its event loop was blocked
cpu         milliseconds of processor time that the bot used for each question (Linux only)

The simulated Discord runs on the same cores as the bot and takes its share of them; it has no network delay, and
never limits the rate. With --repeat the figures are medians, except for the failures, which are added up, and the
latest ack and loop.

Example, from the root of the repository:
  python -m benchmarks.bot_load --repeat 3 --json load.json
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import math
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import aiohttp
import numpy as np
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from benchmarks.bot_crowd import NOT_TIMED, PATIENCE, Asked, Crowd, Town
from tests.simulated.wire_process import BotProcess

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

SEEDS = Path(__file__).resolve().parents[1] / "seeds"
OPENINGS = ("What is said of {}?", "Who spoke of {}?", "Why {}?", "What do the sources say about {}?", "When {}?")
FEWEST_WORDS, MOST_WORDS = 4, 9
TIMES_LONGER = 5
"""Factor by which the changed file is longer, so that the build is still running when the last answer comes."""
A_PARAGRAPH = 5
WARM_UP = "what do the sources say?"
WORST: dict[str, Callable[[list[Any]], Any]] = {"failed": sum, "ack": max, "loop": max}


@dataclass(frozen=True, slots=True)
class Round:
    """How a bot is configured, and what runs at the same time."""

    name: str
    threads: int
    queue: int
    is_rebuilding: bool = False


@dataclass(frozen=True, slots=True)
class Figures:
    """The result of one round; times in seconds, NaN if there is nothing to time."""

    answered: int
    refused: int
    failed: int
    p50: float
    p95: float
    busy: float
    ack: float
    loop: float
    cpu: float
    discord_cpu: float
    """The same for the simulated Discord."""
    last: float
    """Seconds until the last answer."""
    build: float = NOT_TIMED
    """Seconds that the build took which ran at the same time."""
    during_build: int = 0
    """Number of answers before the build was done."""


def sentences(document: str) -> list[str]:
    """Split a text into sentences, roughly."""
    return [piece for piece in re.split(r"(?<=[.!?])\s+", document) if piece.strip()]


def make_questions(document: str, number: int, seed: int) -> list[str]:
    """Return distinct questions, each with some consecutive words from one of the sentences."""
    runs = []
    for sentence in sentences(document):
        words = re.findall(r"\w[\w'’-]*", sentence)
        sizes = range(FEWEST_WORDS, MOST_WORDS + 1)
        runs += [" ".join(words[at : at + size]) for size in sizes for at in range(len(words) - size + 1)]
    candidates = sorted({opening.format(run) for opening, run in itertools.product(OPENINGS, runs)})
    return Random(seed).sample(candidates, number)


def change(document: Path, seed: int) -> None:
    """Repeat the sentences of a text in other orders, so that every passage is new."""
    random, kept = Random(seed), sentences(document.read_text("utf-8"))
    orders = (random.sample(kept, len(kept)) for _ in range(TIMES_LONGER))
    paragraphs = (order[at : at + A_PARAGRAPH] for order in orders for at in range(0, len(order), A_PARAGRAPH))
    document.write_text("\n".join(map(" ".join, paragraphs)), "utf-8")


def percentile(values: Sequence[float], percent: int) -> float:
    """Return the smallest value that at least the given percentage of values do not exceed."""
    return float(np.percentile(values, percent, method="inverted_cdf")) if values else NOT_TIMED


# ------------------------------------------------------------------------------------------ one round


@dataclass(frozen=True, slots=True)
class Running:
    """A bot on a folder in a simulated Discord."""

    town: Town
    bot: BotProcess
    health: str
    """Return the address of its health check."""

    def cpu(self) -> tuple[float, float]:
        """Return the seconds of processor time so far, of the bot and of the simulated Discord."""
        stat = Path(f"/proc/{self.bot.process.pid}/stat")
        if not stat.exists():
            return NOT_TIMED, time.process_time()
        user, system = stat.read_text("utf-8").rpartition(")")[2].split()[11:13]  # see man 5 proc: utime, stime
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK"), time.process_time()


@asynccontextmanager
async def running(office: Path, plan: Round, members: int) -> AsyncIterator[Running]:
    """Start a bot, and warm it up with one question."""
    env = {
        **folders(office),
        "ASKBRIEF_SEARCH_THREADS": str(plan.threads),
        "ASKBRIEF_SEARCH_QUEUE": str(plan.queue),
        "ASKBRIEF_GUILD_PER_MINUTE": "1000000",
        "ASKBRIEF_HEALTH_PORT": "0",
    }
    async with Crowd() as world:
        town = Town.of(world, members)
        async with BotProcess(world, sys.executable, "-m", "bot", cwd=office, env=env) as bot:
            await bot.ready(PATIENCE)
            (health,) = re.findall(r"http://127\.0\.0\.1:\d+", bot.output)
            await world.until_answered(await town.ask([WARM_UP]))
            yield Running(town, bot, f"{health}/healthz")
        wrong = [line for line in bot.output.splitlines() if "Traceback" in line or "[error" in line]
        Console(stderr=True).print(*wrong[:5], sep="\n", end="\n" if wrong else "", markup=False)


async def play(office: Path, plan: Round, questions: Sequence[str], seed: int) -> Figures:
    """Play one round: ask everything at once, and wait for every answer."""
    async with running(office, plan, len(questions)) as on:
        town = on.town
        build = None
        if plan.is_rebuilding:
            change(next((office / "seeds").glob("*.txt")), seed)
            build = await town.rebuild()
        before = on.cpu()
        async with checked(on.health) as delays:
            tokens = await town.ask(questions)
            await town.world.until_answered(tokens)
        bot, world = (now - then for now, then in zip(on.cpu(), before, strict=True))
        built = await town.rebuilt(build) if build else NOT_TIMED
        asked = town.world.outcomes(tokens)
        return Figures(
            **counted(asked),
            loop=max(delays),
            cpu=1000 * bot / len(questions),
            discord_cpu=1000 * world / len(questions),
            build=built - town.world.asked[build].at if build else NOT_TIMED,
            during_build=sum(one.outcome == "answered" and (one.shown or built) < built for one in asked),
        )


@asynccontextmanager
async def checked(health: str) -> AsyncIterator[list[float]]:
    """Request the bot's health check ten times a second, and yield the times of the responses."""
    delays: list[float] = []

    async def check(session: aiohttp.ClientSession) -> None:
        while True:
            asked = time.monotonic()
            async with session.get(health) as page:
                await page.read()
            delays.append(time.monotonic() - asked)
            await asyncio.sleep(0.1)

    async with aiohttp.ClientSession() as session:
        checking = asyncio.create_task(check(session))
        yield delays
        checking.cancel()
        await asyncio.gather(checking, return_exceptions=True)


def counted(asked: Sequence[Asked]) -> dict[str, Any]:
    """Count and time the outcomes of the questions."""

    def took(outcome: str) -> list[float]:
        return [one.shown - one.at for one in asked if one.shown is not None and one.outcome == outcome]

    answered, refused = took("answered"), took("refused")
    return {
        "answered": len(answered),
        "refused": len(refused),
        "failed": len(asked) - len(answered) - len(refused),
        "p50": percentile(answered, 50),
        "p95": percentile(answered, 95),
        "busy": percentile(refused, 95),
        "ack": max((one.acknowledged or time.monotonic()) - one.at for one in asked),
        "last": max((one.shown or time.monotonic()) for one in asked) - min(one.at for one in asked),
    }


# ---------------------------------------------------------------------------------------- all of them


def folders(office: Path) -> dict[str, str]:
    """Return the environment variables that name the folders of a team."""
    return {f"ASKBRIEF_{name.upper()}_DIR": str(office / name) for name in ("seeds", "index", "state")}


def furnish(office: Path) -> str:
    """Copy seeds/, build its index, and return the text of its longest document."""
    shutil.copytree(SEEDS, office / "seeds")
    command = [sys.executable, "-m", "askbrief", "build"]
    subprocess.run(command, cwd=office, env={**os.environ, **folders(office)}, check=True, capture_output=True)
    return max((path.read_text("utf-8") for path in (office / "seeds").glob("*.txt")), key=len)


def measure(rounds: Sequence[Round], number: int, repeat: int, seed: int) -> dict[str, list[Figures]]:
    """Play every round several times, each on folders of its own."""
    results: dict[str, list[Figures]] = {plan.name: [] for plan in rounds}
    with tempfile.TemporaryDirectory() as temporary:
        model = Path(temporary) / "office"
        document = furnish(model)
        for turn, plan in itertools.product(range(repeat), rounds):
            office = Path(temporary) / f"{plan.name}-{turn}"
            shutil.copytree(model, office)
            questions = make_questions(document, number, seed + turn)
            results[plan.name].append(asyncio.run(play(office, plan, questions, seed + turn)))
    return results


def together(several: Sequence[Figures]) -> Figures:
    """Combine the figures of several runs: medians, the sum of the failures, the latest ack and loop."""
    columns = {field.name: [getattr(one, field.name) for one in several] for field in fields(Figures)}
    return Figures(**{name: WORST.get(name, statistics.median)(values) for name, values in columns.items()})


def shown_as_table(results: dict[str, Figures]) -> Table:
    """Format one line for each round, in 80 columns."""
    columns = ("answered", "refused", "failed", "p50", "p95", "busy", "ack", "loop", "cpu")
    table = Table(title="Questions at once, through the simulated Discord", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column("round", no_wrap=True)
    for name in columns:
        table.add_column(name, justify="right", no_wrap=True)
    for name, one in results.items():
        table.add_row(name, *(_cell(getattr(one, column)) for column in columns))
    return table


def _cell(value: float) -> str:
    if math.isnan(value):
        return "-"
    return str(value) if isinstance(value, int) else f"{value:.2f}"


def _as_json(one: Figures) -> dict[str, float | None]:
    return {name: None if math.isnan(value) else value for name, value in asdict(one).items()}


def machine() -> str:
    """Describe the machine."""
    info = Path("/proc/cpuinfo")
    found = re.search(r"model name\s*: (.+)", info.read_text("utf-8")) if info.exists() else None
    kind, load = found[1] if found else platform.machine(), os.getloadavg()[0]
    return f"{os.cpu_count()} cores, {kind}, Python {platform.python_version()}; load average before: {load:.1f}"


def main() -> int:
    """Measure, print the table, and fail if a question failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=int, default=200, help="questions asked at once (default: %(default)s)")
    parser.add_argument("--threads", type=int, default=2, help="search threads (default: %(default)s)")
    parser.add_argument("--queue", type=int, default=32, help="queue of the first round (default: %(default)s)")
    parser.add_argument("--repeat", type=int, default=1, help="runs of each round (default: %(default)s)")
    parser.add_argument(
        "--seed", type=int, default=0, help="seed for the words of the questions (default: %(default)s)"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures of every run to this file")
    options = parser.parse_args()
    rounds = (
        Round("default", options.threads, options.queue),
        Round("long queue", options.threads, options.questions),
        Round("rebuilding", options.threads, options.questions, is_rebuilding=True),
    )
    on = machine()
    runs = measure(rounds, options.questions, options.repeat, options.seed)
    summary = {name: together(several) for name, several in runs.items()}
    console = Console()
    console.print(shown_as_table(summary))
    build = summary["rebuilding"]
    console.print(f"The build took {build.build:.0f} s; {build.during_build} answers came meanwhile.\n{on}")
    if options.json is not None:
        every = {name: [_as_json(one) for one in several] for name, several in runs.items()}
        options.json.write_text(json.dumps({"machine": on, "runs": every}, indent=2) + "\n", "utf-8")
    return int(any(one.failed for one in summary.values()))


if __name__ == "__main__":
    sys.exit(main())
