"""What this machine offers: processors, worker threads, the kind of processor, and file hashes."""

from __future__ import annotations

import hashlib
import os
import platform
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING

import archspec.cpu

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


@cache
def processor() -> str:
    """Its kind and its instructions, as part of a file name: icelake-1f0c2e9a."""
    host = archspec.cpu.host()
    instructions = hashlib.sha256(" ".join(sorted(host.features)).encode()).hexdigest()[:8]
    return f"{host.name}-{instructions}"


def saturates() -> bool:
    """Whether its products of 8-bit numbers can overflow while they are added up, so that weights get 7 bits only.

    That is so on x86 without the instructions for it (Intel calls them VNNI).
    """
    is_x86 = platform.machine().lower() in {"x86_64", "amd64"}
    return is_x86 and not {"avx512_vnni", "avx_vnni"} & set(archspec.cpu.host().features)
