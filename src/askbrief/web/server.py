"""Run the server: check that it is not open to other machines, listen, log the address, and stop on a signal."""

from __future__ import annotations

import asyncio
import gc
import signal
import socket
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import structlog
import uvicorn

from askbrief.core import logs
from askbrief.errors import SettingsError, in_words
from askbrief.web.access import is_loopback, is_open
from askbrief.web.app import create_app

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fastapi import FastAPI

    from askbrief.settings import Settings

_SHUTDOWN_SECONDS = 20
_IDLE_SECONDS = 30
_MAX_CONNECTIONS = 512
log = structlog.get_logger("askbrief.web")


def serve(settings: Settings, host: str, port: int) -> None:
    """Serve until SIGTERM or Ctrl-C.

    Raises:
        SettingsError: other machines could reach it without access rules, or the port cannot be used.
        IndexUnusable: there is no index, or it cannot be opened.
        ModelError: the model cannot be used.
    """
    check_exposure(settings, host)
    with _listening(host, port) as listener:  # before the model is loaded, so that a port in use is reported at once
        logs.set_up(as_json=not sys.stderr.isatty())  # for people on a terminal
        asyncio.run(_serve(create_app(settings), listener))


def check_exposure(settings: Settings, host: str) -> None:
    """Refuse to listen for other machines without access rules, by a SettingsError that says what to set."""
    if not is_open(settings):
        return
    who = "set ASKBRIEF_WEB_TOKEN, or ASKBRIEF_WEB_PROXY_HEADER behind a proxy that logs people in (docs/api.md)"
    if not is_loopback(host):
        raise SettingsError(f"--host is {host!r}: others than this machine could read everything; {who}")
    if settings.url is not None and not is_loopback(urlsplit(settings.url).hostname or ""):
        raise SettingsError(f"ASKBRIEF_URL is {settings.url!r}: others could read everything through it; {who}")


def _listening(host: str, port: int) -> socket.socket:
    """Return a listening socket with an explicit TCP protocol: only then does asyncio set TCP_NODELAY (40 ms less)."""
    try:
        info = socket.getaddrinfo(host, port, proto=socket.IPPROTO_TCP, flags=socket.AI_PASSIVE)[0]
        listener = socket.socket(info[0], socket.SOCK_STREAM, socket.IPPROTO_TCP)
    except OSError as error:
        raise _cannot_listen(host, port, error) from error
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(info[4])
        listener.listen(_MAX_CONNECTIONS)
    except OSError as error:
        listener.close()
        raise _cannot_listen(host, port, error) from error
    return listener


def _cannot_listen(host: str, port: int, error: OSError) -> SettingsError:
    return SettingsError(f"cannot listen on {host} port {port}: {in_words(error)}; choose another")


async def _serve(app: FastAPI, listener: socket.socket) -> None:
    config = uvicorn.Config(
        app,
        lifespan="off",  # entered below, so that errors of the start are raised unchanged
        log_config=None,
        access_log=False,
        proxy_headers=False,  # access.py decides which headers to trust
        server_header=False,
        limit_concurrency=_MAX_CONNECTIONS,
        timeout_graceful_shutdown=_SHUTDOWN_SECONDS,
        timeout_keep_alive=_IDLE_SECONDS,
    )
    async with app.router.lifespan_context(app):
        gc.freeze()  # loaded modules and models are no garbage
        await _Server(config).serve(sockets=[listener])
    log.info("left")


class _Server(uvicorn.Server):
    """A uvicorn server that logs its address, and exits with code 0 on SIGTERM and SIGINT."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        for listener in sockets or ():
            log.info("ready", address=_address(listener))

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        yield


def _address(listener: socket.socket) -> str:
    host, port, *_ = listener.getsockname()
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
