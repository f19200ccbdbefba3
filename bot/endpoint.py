"""Where Discord is: another address of its API than the real one, for a simulated Discord on this machine."""

from __future__ import annotations

import discord
import yarl
from discord.gateway import DiscordWebSocket


def use_api(base: str) -> None:
    """Send all requests to this address, and connect to the gateway beside it.

    Args:
        base: of the API with its version, such as http://127.0.0.1:8080/api/v10; checked by the settings.
    """
    url = yarl.URL(base.rstrip("/"))
    discord.http.Route.BASE = str(url)
    DiscordWebSocket.DEFAULT_GATEWAY = url.with_scheme("ws").with_path("/gateway")
