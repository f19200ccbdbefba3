"""What more than one room asks of the machine: how many processors, threads for them, what a file hashes to."""

from __future__ import annotations

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def processors() -> int:
    """How many processors this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        return os.cpu_count() or 1


@cache
def workers() -> ThreadPoolExecutor:
    """A thread for each processor, for work that leaves Python's lock alone and waits for none; one pool a process."""
    return ThreadPoolExecutor(processors(), thread_name_prefix="worker")


if hasattr(os, "register_at_fork"):  # not on every system
    # Threads stay behind in a fork: who used a pool that was taken along would wait for ever.
    os.register_at_fork(after_in_child=workers.cache_clear)


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
