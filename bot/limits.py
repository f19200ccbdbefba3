"""How much one person and one guild may ask in a minute."""

from __future__ import annotations

import math

from askbrief.core.bounded import RateLimit
from bot.errors import Refusal


class Cooldowns:
    """The allowances of persons and guilds."""

    def __init__(self, person_per_minute: int, guild_per_minute: int) -> None:
        """Start with full buckets."""
        self._persons = RateLimit(person_per_minute)
        self._guilds = RateLimit(guild_per_minute)

    def check(self, person: int, guild: int | None) -> None:
        """Count one question.

        Raises:
            Refusal: that was too many; it says for how long.
        """
        if wait := self._persons.take(person):
            raise Refusal("error-cooling-person", seconds=math.ceil(wait))
        if guild is not None and (wait := self._guilds.take(guild)):
            raise Refusal("error-cooling-guild", seconds=math.ceil(wait))
