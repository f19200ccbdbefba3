"""The command `askbrief-bot`: start the bot or register its commands. An error is one line and exit code 2."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
import sys
from typing import TYPE_CHECKING

import typer

from askbrief.errors import AskbriefError, SettingsError

if TYPE_CHECKING:
    from bot.app import AskbriefBot
    from bot.settings import BotSettings

ERROR, INTERRUPTED = 2, 130
_AUTHENTICATION_FAILED = 4004
_WRONG_TOKEN = "Discord refuses DISCORD_TOKEN: copy the bot's token from the developer portal again"  # noqa: S105

cli = typer.Typer(
    name="askbrief-bot",
    help=(
        "askbrief in Discord. Settings come from the environment or a .env file (see .env.example)."
        "\n\n\b\nExample:\n  DISCORD_TOKEN=... askbrief-bot"
    ),
    epilog="Exit codes: 0 stopped as requested, 2 an error.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


class CannotStart(AskbriefError):
    """Discord refuses what no waiting can change, such as the token; or `sync` cannot reach it."""


@cli.callback(invoke_without_command=True)
def start(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        asyncio.run(_run())


@cli.command()
def sync() -> None:
    """Register the commands with Discord even if they are unchanged; a start does so only after a change.

    \b
    Example:
      askbrief-bot sync
    """
    asyncio.run(_sync())


async def _run() -> None:
    """Load everything and serve until a signal; a signal during loading stops the bot once it is loaded."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    bot, token = await _create_bot()
    async with bot:
        if not stop.is_set():
            await _serve(bot, token, stop)


async def _serve(bot: AskbriefBot, token: str, stop: asyncio.Event) -> None:
    await bot.serve_health()
    connection = asyncio.create_task(_connect(bot, token))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({connection, stopping}, return_when=asyncio.FIRST_COMPLETED)
    if not stopping.done():
        stopping.cancel()
        await connection
        return
    await bot.leave()
    connection.cancel()  # it may be waiting for its next attempt to reach Discord
    await asyncio.gather(connection, return_exceptions=True)


async def _sync() -> None:
    bot, token = await _create_bot(only_commands=True)
    async with bot:
        await _log_in(bot, token)
    sys.stdout.write("askbrief-bot: the commands are registered\n")


async def _create_bot(*, only_commands: bool = False) -> tuple[AskbriefBot, str]:
    """Read the settings, create the bot and open the index, without contacting Discord."""
    from askbrief.settings import load_settings
    from bot.settings import BotSettings

    bot_settings = BotSettings.load()
    token = _token(bot_settings)
    set_up_logs(bot_settings)
    if bot_settings.discord_api is not None:
        use_api(bot_settings.discord_api)
    from bot.app import AskbriefBot, log

    bot = AskbriefBot(load_settings(), bot_settings, only_commands=only_commands)
    if not only_commands:
        log.debug("loading")
        await asyncio.to_thread(bot.search.open)
        gc.freeze()  # scanning torch's half a million lasting objects delayed all answers by 0.3 s
    return bot, token


def set_up_logs(settings: BotSettings) -> None:
    """Send all logs one way, also those of discord.py and Python's warnings."""
    from askbrief.core import logs

    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    logs.set_up(level=level, as_json=settings.log_format == "json")
    logging.captureWarnings(capture=True)


def use_api(base: str) -> None:
    """Send all requests to another address of Discord's API, and connect to the gateway on the same host.

    `base` has the API's version, such as http://127.0.0.1:8080/api/v10; the settings have checked it.
    """
    import discord
    import yarl
    from discord.gateway import DiscordWebSocket

    url = yarl.URL(base.rstrip("/"))
    discord.http.Route.BASE = str(url)
    DiscordWebSocket.DEFAULT_GATEWAY = url.with_scheme("ws").with_path("/gateway")


def _token(settings: BotSettings) -> str:
    token = settings.token.get_secret_value().strip() if settings.token is not None else ""
    if not token:
        raise SettingsError("DISCORD_TOKEN is not set: put the bot's token there, or into .env (see docs/discord.md)")
    return token


async def _log_in(bot: AskbriefBot, token: str) -> None:
    """Log in once."""
    import aiohttp
    import discord

    try:
        await bot.login(token)
    except discord.LoginFailure as error:
        raise CannotStart(_WRONG_TOKEN) from error
    except discord.HTTPException as error:
        raise CannotStart(f"Discord does not let the bot start: {error}") from error
    except (aiohttp.ClientError, ConnectionError, TimeoutError) as error:
        raise CannotStart(f"Discord cannot be reached ({type(error).__name__}): check the network") from error


async def _stay_logging_in(bot: AskbriefBot, token: str) -> None:
    """Log in, and try again for as long as Discord cannot be reached; only a refused token is final."""
    import discord

    from bot.staying import until_it_works

    async def attempt() -> None:
        try:
            await bot.login(token)
        except Exception:
            await bot.http.close()  # each attempt opens a session of its own
            bot.http.connector = discord.utils.MISSING  # closed together with the session
            raise

    try:
        await until_it_works("logging in", attempt)
    except discord.LoginFailure as error:
        raise CannotStart(_WRONG_TOKEN) from error
    except discord.HTTPException as error:
        raise CannotStart(f"Discord does not let the bot start: {error}") from error


async def _connect(bot: AskbriefBot, token: str) -> None:
    import discord

    await _stay_logging_in(bot, token)
    try:
        await bot.connect()
    except discord.PrivilegedIntentsRequired as error:
        raise CannotStart(
            "Discord refuses the intents: askbrief needs the default ones only; look at the bot's page in the portal"
        ) from error
    except discord.ConnectionClosed as error:  # with a code after which discord.py does not reconnect
        why = _WRONG_TOKEN if error.code == _AUTHENTICATION_FAILED else f"Discord closed the connection ({error.code})"
        raise CannotStart(why) from error


def main() -> int:
    """Run one command; report every failure as one line on standard error and an exit code."""
    try:
        code = cli(standalone_mode=False)
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED
    except typer.TyperException as error:
        return _fail(f"{error.format_message().rstrip('.')} (see: askbrief-bot --help)")
    except AskbriefError as error:
        return _fail(str(error))
    except Exception as error:
        if os.environ.get("ASKBRIEF_DEBUG"):
            raise
        return _fail(
            f"unexpected {type(error).__name__}: {error} (set ASKBRIEF_DEBUG=1 for the details, and report it)"
        )
    return code if isinstance(code, int) else 0


def _fail(message: str) -> int:
    sys.stderr.write(f"askbrief-bot: {' '.join(message.split())}\n")
    return ERROR


if __name__ == "__main__":
    sys.exit(main())
