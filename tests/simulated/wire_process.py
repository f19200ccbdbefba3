"""A bot that runs as a process of its own against a served Discord."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from types import TracebackType

    from tests.simulated.wire import WireDiscord


class BotProcess:
    """Starts on entry, is stopped on exit; what it wrote comes along with any error of the block."""

    def __init__(
        self,
        world: WireDiscord,
        *command: str,
        cwd: Path | None = None,
        env: Mapping[str, str | None] | None = None,
        token: str | None = None,
    ) -> None:
        """Prepare a start.

        Args:
            world: the Discord it talks to; its address and token go into the environment.
            command: the program and its arguments.
            cwd: the folder to start in; the current one by default.
            env: variables beside those of this process; None takes one away.
            token: another token than the one that logs in.
        """
        self._world = world
        self._command = command
        self._cwd = cwd
        told: dict[str, str | None] = {
            **os.environ,
            "PYTHONUNBUFFERED": "1",
            "ASKBRIEF_DISCORD_API": world.api,
            "DISCORD_TOKEN": token or world.token,
            **(env or {}),
        }
        self._env = {name: value for name, value in told.items() if value is not None}
        self._output = bytearray()
        self._more = asyncio.Condition()
        self._identified = 0
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.Task[None] | None = None

    @property
    def process(self) -> asyncio.subprocess.Process:
        assert self._process is not None, "not started"
        return self._process

    @property
    def output(self) -> str:
        """What it has written so far, both streams together."""
        return self._output.decode(errors="replace")

    async def __aenter__(self) -> Self:
        self._identified = self._world.gateway.identified
        self._process = await asyncio.create_subprocess_exec(
            *self._command,
            cwd=self._cwd,
            env=self._env,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        self._reader = asyncio.create_task(self._read())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()
        if error is not None:
            error.add_note(f"--- the bot wrote:\n{self.output[-8_000:]}")

    async def ready(self, timeout: float = 60) -> None:  # noqa: ASYNC109
        """Return once it has identified itself, and is connected.

        Raises:
            AssertionError: it has ended before that.
            TimeoutError: neither happened in time.
        """
        gateway = self._world.gateway
        up = asyncio.create_task(
            self._world.wait_for(
                lambda: gateway.identified > self._identified and gateway.connected.is_set(), timeout, "a connection"
            )
        )
        down = asyncio.create_task(self.process.wait())
        done, pending = await asyncio.wait((up, down), return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()
        assert up in done, f"the bot ended with {self.process.returncode}"
        up.result()

    async def wrote(self, text: str, timeout: float = 60) -> None:  # noqa: ASYNC109
        """Return once `text` is in the output.

        Raises:
            TimeoutError: it is not in time.
        """
        async with asyncio.timeout(timeout), self._more:
            await self._more.wait_for(lambda: text in self.output)

    async def wait(self, timeout: float = 60) -> int:  # noqa: ASYNC109
        """Wait until it ends by itself, and return its exit status."""
        async with asyncio.timeout(timeout):
            status = await self.process.wait()
            if self._reader is not None:
                await self._reader
        return status

    async def stop(self, grace: float = 20) -> int:
        """Ask it to end (SIGTERM), and end it if it does not; return its exit status."""
        if self.process.returncode is None:
            self.process.terminate()
            try:
                await self.wait(grace)
            except TimeoutError:
                self.process.kill()
        return await self.wait()

    async def _read(self) -> None:
        stream = self.process.stdout
        assert stream is not None
        while chunk := await stream.read(65_536):
            self._output += chunk
            async with self._more:
                self._more.notify_all()
