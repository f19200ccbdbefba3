"""How much one person and one guild may ask in a minute."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from typing import TYPE_CHECKING

from bot.errors import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable

_MINUTE = 60.0
_MOST_REMEMBERED = 10_000


class Allowance:
    """A token bucket for each of many keys: `per_minute` at once, then one each time a token has come back."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        """Start with full buckets."""
        self._per_minute = per_minute
        self._clock = clock
        self._buckets: OrderedDict[int, tuple[float, float]] = OrderedDict()

    def take(self, key: int) -> float:
        """Take one token, and give 0; or take none, and give the seconds until there is one."""
        now = self._clock()
        tokens, since = self._buckets.pop(key, (float(self._per_minute), now))
        tokens = min(self._per_minute, tokens + (now - since) * self._per_minute / _MINUTE)
        wait = 0.0 if tokens >= 1 else (1 - tokens) * _MINUTE / self._per_minute
        self._buckets[key] = (tokens if wait else tokens - 1, now)
        if len(self._buckets) > _MOST_REMEMBERED:
            self._buckets.popitem(last=False)
        return wait


class Cooldowns:
    """The allowances of persons and guilds."""

    def __init__(self, person_per_minute: int, guild_per_minute: int) -> None:
        """Start with full buckets."""
        self._persons = Allowance(person_per_minute)
        self._guilds = Allowance(guild_per_minute)

    def check(self, person: int, guild: int | None) -> None:
        """Count one question.

        Raises:
            Refusal: that was too many; it says for how long.
        """
        if wait := self._persons.take(person):
            raise Refusal("error-cooling-person", seconds=math.ceil(wait))
        if guild is not None and (wait := self._guilds.take(guild)):
            raise Refusal("error-cooling-guild", seconds=math.ceil(wait))
