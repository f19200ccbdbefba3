"""`askbrief-bot`: start the bot, or sync its commands. What keeps it from starting is one line, and exit code 2."""

from __future__ import annotations

import asyncio
import gc
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
_WRONG_TOKEN = "Discord refuses DISCORD_TOKEN: copy the bot's token from the developer portal anew"  # noqa: S105

cli = typer.Typer(
    name="askbrief-bot",
    help=(
        "askbrief in Discord. Settings come from the environment or a .env file (see .env.example)."
        "\n\n\b\nExample:\n  DISCORD_TOKEN=... askbrief-bot"
    ),
    epilog="Exit codes: 0 left as told, 2 an error.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


class CannotStart(AskbriefError):
    """Something outside keeps the bot from starting."""


@cli.callback(invoke_without_command=True)
def start(context: typer.Context) -> None:
    """Start the bot, where no command is given."""
    if context.invoked_subcommand is None:
        asyncio.run(_run())


@cli.command()
def sync() -> None:
    """Register the commands with Discord, changed or not; a start does so only when they have changed.

    \b
    Example:
      askbrief-bot sync
    """
    asyncio.run(_sync())


async def _run() -> None:
    """Load everything, then be there until told to leave; told earlier, leave as soon as it is loaded."""
    told_to_leave = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told_to_leave.set)
    bot, token = await _made()
    async with bot:
        if not told_to_leave.is_set():
            await _stay(bot, token, told_to_leave)


async def _stay(bot: AskbriefBot, token: str, told_to_leave: asyncio.Event) -> None:
    connected = asyncio.create_task(_connected(bot, token))
    leaving = asyncio.create_task(told_to_leave.wait())
    await asyncio.wait({connected, leaving}, return_when=asyncio.FIRST_COMPLETED)
    if not leaving.done():
        leaving.cancel()
        await connected
        return
    await bot.leave()
    connected.cancel()  # it may be waiting for its next attempt to reach Discord
    await asyncio.gather(connected, return_exceptions=True)


async def _sync() -> None:
    bot, token = await _made(only_commands=True)
    async with bot:
        await _logged_in(bot, token)
    sys.stdout.write("askbrief-bot: the commands are registered\n")


async def _made(*, only_commands: bool = False) -> tuple[AskbriefBot, str]:
    """Read the settings, open the index, put the bot together; Discord is not asked yet."""
    from askbrief.settings import load_settings
    from bot import settings
    from bot.settings import BotSettings, use_api

    bot_settings = BotSettings.load()
    token = _token(bot_settings)
    settings.set_up(bot_settings)
    if bot_settings.discord_api is not None:
        use_api(bot_settings.discord_api)
    from bot.app import AskbriefBot
    from bot.errors import log

    bot = AskbriefBot(load_settings(), bot_settings, only_commands=only_commands)
    if not only_commands:
        log.debug("loading")
        await asyncio.to_thread(bot.desk.open)
        gc.freeze()  # torch's half a million objects stay: looking through them held all answers up for 0.3 s
    return bot, token


def _token(settings: BotSettings) -> str:
    token = settings.token.get_secret_value().strip() if settings.token is not None else ""
    if not token:
        raise SettingsError("DISCORD_TOKEN is not set: put the bot's token there, or into .env (see docs/discord.md)")
    return token


async def _logged_in(bot: AskbriefBot, token: str) -> None:
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


async def _connected(bot: AskbriefBot, token: str) -> None:
    import discord

    await _logged_in(bot, token)
    try:
        await bot.connect()
    except discord.PrivilegedIntentsRequired as error:
        raise CannotStart(
            "Discord refuses the intents: askbrief needs the default ones only; look at the bot's page in the portal"
        ) from error
    except discord.ConnectionClosed as error:  # with a code after which there is no coming back
        why = _WRONG_TOKEN if error.code == _AUTHENTICATION_FAILED else f"Discord closed the connection ({error.code})"
        raise CannotStart(why) from error


def main() -> int:
    """Run one command; every failure becomes one line on the error stream and an exit code."""
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
