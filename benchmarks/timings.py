"""Helpers of the programs that measure times: medians, one table, one JSON file."""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

Argument = TypeVar("Argument")
Result = TypeVar("Result")


def timed(
    functions: Mapping[str, Callable[[Argument], Result]], arguments: Sequence[Argument], *, warm: int = 5
) -> dict[str, tuple[list[Result], float, float]]:
    """Call each function with each argument in turn, so that a busy moment affects all functions alike.

    Returns:
        By name: the results, and the median and the 95th percentile of the times in milliseconds; the first `warm`
        calls are not timed.
    """
    results: dict[str, list[Result]] = {name: [] for name in functions}
    times: dict[str, list[float]] = {name: [] for name in functions}
    for argument in [*arguments[:warm], *arguments]:
        for name, function in functions.items():
            started = time.perf_counter()
            results[name].append(function(argument))
            times[name].append((time.perf_counter() - started) * 1000)
    return {
        name: (results[name][warm:], float(np.median(some[warm:])), float(np.percentile(some[warm:], 95)))
        for name, some in times.items()
    }


def parser(description: str | None) -> argparse.ArgumentParser:
    """Return a parser with the options that these programs share."""
    made = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("sets", nargs="+", type=Path, metavar="SET")
    made.add_argument("--sizes", nargs="+", type=int, default=[10_000], metavar="PASSAGES")
    made.add_argument("--questions", type=int, default=100)
    made.add_argument("--out", type=Path, help="write the rows to this file, as JSON")
    made.add_argument("--markdown", type=Path, help="write the table to this file")
    return made


def written(rows: Sequence[Mapping[str, Any]], options: argparse.Namespace) -> None:
    """Print the rows as a table, and write them to the files of the options."""
    table = markdown(rows)
    print(table)
    if options.out:
        options.out.write_text(f"{json.dumps(list(rows), indent=1)}\n", encoding="utf-8")
    if options.markdown:
        options.markdown.write_text(f"{table}\n", encoding="utf-8")


def markdown(rows: Sequence[Mapping[str, Any]]) -> str:
    """Format a table with a column for each key; missing values are empty."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    cells = [[_cell(row.get(name)) for name in names] for row in rows]
    return "\n".join(_line(line) for line in [names, ["---"] * len(names), *cells])


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(value: object) -> str:
    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, int) else f"{value:.4g}" if isinstance(value, float) else str(value)
