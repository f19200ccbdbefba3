"""This machine: processors, worker threads, the processor's type, the files of packages, and file hashes."""

from __future__ import annotations

import hashlib
import os
import platform
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib.util import find_spec
from pathlib import Path


def processors() -> int:
    """Return the number of processors that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        return os.cpu_count() or 1


def package_folder(name: str) -> Path | None:
    """Return the folder of an installed package, without importing it; None where it is not installed."""
    spec = find_spec(name)
    folders = spec.submodule_search_locations if spec is not None else None
    return Path(next(iter(folders))) if folders else None


@cache
def workers() -> ThreadPoolExecutor:
    """Return the pool with one thread for each processor, for work that releases the interpreter lock."""
    return ThreadPoolExecutor(processors(), thread_name_prefix="worker")


if hasattr(os, "register_at_fork"):  # not on every system
    # A forked child has no threads of its parent: waiting for the parent's pool would never end.
    os.register_at_fork(after_in_child=workers.cache_clear)


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@cache
def processor() -> str:
    """Return the processor's type and a hash of its instruction sets, as part of a file name: icelake-1f0c2e9a."""
    import archspec.cpu

    host = archspec.cpu.host()
    instructions = hashlib.sha256(" ".join(sorted(host.features)).encode()).hexdigest()[:8]
    return f"{host.name}-{instructions}"


def saturates() -> bool:
    """Return whether sums of 8-bit products can overflow on this processor, so that weights must have 7 bits.

    That is the case on x86 without VNNI instructions.
    """
    import archspec.cpu

    is_x86 = platform.machine().lower() in {"x86_64", "amd64"}
    return is_x86 and not {"avx512_vnni", "avx_vnni"} & set(archspec.cpu.host().features)
