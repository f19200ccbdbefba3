"""What this machine's processor is: a compiled model is optimised for one kind, and is not carried to another."""

from __future__ import annotations

import hashlib
import platform
from functools import cache

import archspec.cpu


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
