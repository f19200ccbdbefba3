"""Waiting for documents to change, for whoever keeps an index fresh: the command line and the bot."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from askbrief.errors import SeedsError, in_words

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

SETTLE_MS = 3_000
"""Files have settled when nothing has changed for so long."""
_LONGEST_WAIT_MS = 60_000
_LOOK_MS = 1_000


def settled(seeds: Path, *, settle_ms: int = SETTLE_MS) -> Iterator[None]:
    """Yield once the watch has begun, and then each time that files below seeds/ have changed and settled.

    The first time is for what changed before. A folder that goes is told of too, whenever it goes, and it is watched
    again when it comes back. Ctrl-C comes through.

    Raises:
        SeedsError: the folder cannot be watched.
    """
    import watchfiles

    try:
        while True:
            seen = watched = _identity(seeds)
            looks = watchfiles.watch(
                seeds, debounce=_LONGEST_WAIT_MS, step=settle_ms, rust_timeout=_LOOK_MS, yield_on_timeout=True
            )
            for number, changes in enumerate(looks):
                if changes or not number:
                    seen = _identity(seeds)
                    yield
                # Begin anew: the system tells of what is in a folder, not of its own end, nor of its coming back.
                if changes or _identity(seeds) != watched:
                    break
            if seen is not None and _identity(seeds) is None:
                yield
            while _identity(seeds) is None:
                time.sleep(_LOOK_MS / 1000)
    except (OSError, RuntimeError) as error:
        raise SeedsError(f"{seeds} cannot be watched: {in_words(error)}; start me again") from error


async def settled_async(seeds: Path, *, settle_ms: int = SETTLE_MS) -> AsyncIterator[None]:
    """Yield each time that files below seeds/ have changed and settled.

    Raises:
        OSError, RuntimeError: the folder cannot be watched (any more).
    """
    import watchfiles

    async for _ in watchfiles.awatch(seeds, debounce=_LONGEST_WAIT_MS, step=settle_ms):
        yield


def _identity(seeds: Path) -> tuple[int, int] | None:
    try:
        status = seeds.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
