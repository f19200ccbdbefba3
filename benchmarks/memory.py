"""Report the memory of a process as the kernel counts it (Linux only), without further imports."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def resident(process: int | None = None) -> dict[str, float]:
    """Return the megabytes in memory: `anonymous`, own pages, and `mapped`, pages of files (Rss minus Anonymous)."""
    found = _megabytes(Path(f"/proc/{process or 'self'}/smaps_rollup").read_text("utf-8").splitlines()[1:])
    return {"anonymous": found["Anonymous"], "mapped": found["Rss"] - found["Anonymous"]}


def peak() -> float:
    """Return the peak megabytes in memory; getrusage would include the parent's from before this process started."""
    lines = Path("/proc/self/status").read_text("utf-8").splitlines()
    return _megabytes(line for line in lines if line.startswith("VmHWM"))["VmHWM"]


def _megabytes(lines: Iterable[str]) -> dict[str, float]:
    return {name: int(value.split()[0]) * 1024 / 1e6 for name, value in (line.split(":") for line in lines)}
