"""Memory per key that stays bounded: a cache of recent values, and a rate limit. Threads may share both."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

Value = TypeVar("Value")
_MINUTE = 60.0
_MAX_KEYS = 10_000
"""Maximum number of keys that a rate limit remembers; a forgotten key starts with a full bucket."""


class LruCache(Generic[Value]):
    """A cache of the values used last. Two threads may compute the same value at once."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._values: OrderedDict[Hashable, Value] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, compute: Callable[[], Value]) -> Value:
        """Return the value of a key, computed if it is not in the cache."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key]
        value = compute()
        with self._lock:
            self._values[key] = value
            while len(self._values) > self._size:
                self._values.popitem(last=False)
        return value


class RateLimit:
    """A token bucket for each key: `per_minute` actions at once, then one whenever a token has come back."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        """Start with full buckets; `clock` returns seconds."""
        self._per_minute = per_minute
        self._clock = clock
        self._lock = threading.Lock()
        self._buckets: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()

    def take(self, key: Hashable) -> float:
        """Take one token and return 0; without one, return the seconds until there is one."""
        with self._lock:
            return self._take(key, self._clock())

    def _take(self, key: Hashable, now: float) -> float:
        tokens, since = self._buckets.pop(key, (float(self._per_minute), now))
        tokens = min(self._per_minute, tokens + (now - since) * self._per_minute / _MINUTE)
        wait = 0.0 if tokens >= 1 else (1 - tokens) * _MINUTE / self._per_minute
        self._buckets[key] = (tokens if wait else tokens - 1, now)
        if len(self._buckets) > _MAX_KEYS:
            self._buckets.popitem(last=False)
        return wait
