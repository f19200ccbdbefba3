"""How much each of many may do in a minute."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

_MINUTE = 60.0
_MOST_REMEMBERED = 10_000


class RateLimit:
    """A token bucket for each of many keys: `per_minute` at once, then one each time a token has come back.

    Threads may share it.
    """

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        """Start with full buckets."""
        self._per_minute = per_minute
        self._clock = clock
        self._lock = threading.Lock()
        self._buckets: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()

    def take(self, key: Hashable) -> float:
        """Take one token, and give 0; or take none, and give the seconds until there is one."""
        with self._lock:
            return self._take(key, self._clock())

    def _take(self, key: Hashable, now: float) -> float:
        tokens, since = self._buckets.pop(key, (float(self._per_minute), now))
        tokens = min(self._per_minute, tokens + (now - since) * self._per_minute / _MINUTE)
        wait = 0.0 if tokens >= 1 else (1 - tokens) * _MINUTE / self._per_minute
        self._buckets[key] = (tokens if wait else tokens - 1, now)
        if len(self._buckets) > _MOST_REMEMBERED:
            self._buckets.popitem(last=False)
        return wait
