"""The bot's logs, as its settings want them."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from askbrief import logs

if TYPE_CHECKING:
    from bot.settings import BotSettings


def set_up(settings: BotSettings) -> None:
    """Send all logs, also those of discord.py and Python's warnings, one way."""
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    logs.set_up(level=level, as_json=settings.log_format == "json")
    logging.captureWarnings(capture=True)
