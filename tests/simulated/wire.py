"""SimCord's Discord, served on 127.0.0.1 for a bot that runs as a process of its own.

The world, its rules and its routes are SimCord's; here are only the sockets, the real clock, failures on order, and
waiting. Guilds, channels and members are built, and act, as in SimCord: `world.create_guild()`, `member.slash(...)`.
"""

from __future__ import annotations

import asyncio
import base64
import json
import secrets
from contextvars import ContextVar
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Self, TypeVar
from urllib.parse import quote, unquote

import discord
from aiohttp import web
from simcord._clock import Clock
from simcord.backend import Backend
from simcord.backend.cdn import CdnStore
from simcord.backend.errors import BackendError
from simcord.builders import ChannelHandle
from simcord.env import Env
from simcord.http.router import RouteNotImplemented, UnsupportedField, dispatch

from tests.simulated.wire_gateway import Gateway
from tests.simulated.wire_requests import Refusal, WireRequest, read, uploads

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType

    from simcord.backend.models import Interaction

T = TypeVar("T")
PREFIX = "/api/v10"
OPEN_TO_ALL = ("/gateway", "/interactions/*/*/callback", "/webhooks/*/*")  # no Authorization header is needed
UPLOAD_LIMIT = 10 * 1024 * 1024
BODY_LIMIT = 256 * 1024 * 1024  # of the server itself; what Discord refuses is refused before
_asked: ContextVar[Interaction | None] = ContextVar("asked", default=None)


class _WallClock(Clock):
    """The time it really is: the bot's process has no other."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class _WireCdn(CdnStore):
    """Attachments under addresses that this server answers."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self._base = base
        self.files: dict[str, tuple[bytes, str]] = {}

    def store_attachment(
        self, attachment_id: int, channel_id: int, filename: str, data: bytes, description: str | None
    ) -> dict[str, Any]:
        payload = super().store_attachment(attachment_id, channel_id, filename, data, description)
        path = f"/cdn/attachments/{channel_id}/{attachment_id}/{filename}"
        self.files[path] = data, payload["content_type"]
        payload["url"] = payload["proxy_url"] = self._base + quote(path)
        return payload


class WireDiscord(Env):
    """A SimCord world without a client in it; bots come over http and WebSocket."""

    connected: asyncio.Event
    """Set while a bot is READY or has resumed."""

    def __init__(
        self,
        *,
        approved_intents: discord.Intents | None = None,
        upload_limit: int = UPLOAD_LIMIT,
        ack_seconds: float = 3,
        patience: float = 60,
    ) -> None:
        """Prepare an empty world; `async with` serves it.

        Args:
            approved_intents: what the portal allows; a bot that asks for more is closed with 4014. None allows all.
            upload_limit: bytes a file may have; interactions tell the bot.
            ack_seconds: how long an interaction waits for its first answer; Discord's number is 3.
            patience: how long the members wait for the final answer.
        """
        super().__init__(discord.Client(intents=discord.Intents(guilds=True)), approved_intents=approved_intents)
        self.backend = Backend(clock=_WallClock())
        self._message_states.add(self.bot._connection)
        owner = base64.urlsafe_b64encode(str(self.backend.bot_user.id).encode()).decode().rstrip("=")
        self.token = f"{owner}.{secrets.token_urlsafe(4)}.{secrets.token_urlsafe(28)}"
        self.upload_limit = upload_limit
        self.ack_seconds = ack_seconds
        self.patience = patience
        self.requests: list[WireRequest] = []
        self.gaps: list[str] = []
        self._handed_over = 0
        self._refusals: list[Refusal] = []
        self._completed: set[str] = set()
        self._change = asyncio.Condition()
        self._runner: web.AppRunner | None = None

    # ------------------------------------------------------------------ serving

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=BODY_LIMIT)
        app.router.add_get("/gateway", self._serve_gateway)
        app.router.add_get("/cdn/{path:.*}", self._serve_file)
        app.router.add_route("*", PREFIX + "/{path:.*}", self._serve_rest)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        address = f"127.0.0.1:{self._runner.addresses[0][1]}"
        self.api = f"http://{address}{PREFIX}"
        self.gateway_url = f"ws://{address}/gateway"
        self._cdn = self.backend.cdn = _WireCdn(f"http://{address}")
        self.gateway = Gateway(
            self.backend,
            url=self.gateway_url,
            token=self.token,
            approved=self.approved_intents,
            upload_limit=self.upload_limit,
            changed=self._tell,
        )
        self.connected = self.gateway.connected
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.gateway.cut(resumable=False)
        if self._runner is not None:
            await self._runner.cleanup()
        if self.gaps and error is None:
            raise AssertionError("the simulated Discord lacks what the bot asked for: " + "; ".join(self.gaps))

    async def _serve_gateway(self, request: web.Request) -> web.StreamResponse:
        return await self.gateway.serve(request)

    async def _serve_file(self, request: web.Request) -> web.Response:
        data, kind = self._cdn.files.get(request.path, (b"", ""))
        return web.Response(body=data, headers={"Content-Type": kind}) if kind else web.Response(status=404)

    async def _serve_rest(self, request: web.Request) -> web.Response:
        path = request.raw_path.partition("?")[0].removeprefix(PREFIX)
        body, files = await read(request)
        status, answer, headers = self._answer(request, path, body, files)
        self.requests.append(WireRequest(request.method, path, dict(request.query), body, files, status, answer))
        if status < web.HTTPBadRequest.status_code and request.method != "GET" and path.startswith("/webhooks/"):
            self._completed.add(path.split("/")[3])
        await self._tell()
        if answer is None:
            return web.Response(status=status, headers=headers)
        # exactly this type: with a charset discord.py reads the body as text
        headers["Content-Type"] = "application/json"
        return web.Response(status=status, body=json.dumps(answer).encode(), headers=headers)

    def _answer(
        self, request: web.Request, path: str, body: Any, files: list[tuple[str, bytes]]
    ) -> tuple[int, Any, dict[str, str]]:
        refusal = next((one for one in self._refusals if one.strikes(request.method, path)), None)
        if refusal is not None:
            return refusal.answer()
        known = request.headers.get("Authorization") == f"Bot {self.token}"
        if not known and not any(fnmatchcase(path, pattern) for pattern in OPEN_TO_ALL):
            return 401, {"message": "401: Unauthorized", "code": 0}, {}
        if any(len(data) > self.upload_limit for _, data in files):
            return 413, {"message": "Request entity too large", "code": 40005}, {}
        if path in ("/gateway", "/gateway/bot"):
            limit = {"total": 1000, "remaining": 999, "reset_after": 14_400_000, "max_concurrency": 1}
            return 200, {"url": self.gateway_url, "shards": 1, "session_start_limit": limit}, {}
        status, answer = self._dispatch(request, path, body, files)
        return status, answer, {}

    def _dispatch(self, request: web.Request, path: str, body: Any, files: list[tuple[str, bytes]]) -> tuple[int, Any]:
        """Ask SimCord's route table; what it cannot do is kept for the end, so that no bot can swallow it."""
        try:
            answer = dispatch(
                self.backend,
                request.method,
                path,
                json=body,
                params=dict(request.query),
                files=uploads(body, files),
                reason=unquote(request.headers.get("X-Audit-Log-Reason", "")) or None,
                message_content_access=self.approved_intents is None or self.approved_intents.message_content,
            )
        except (RouteNotImplemented, UnsupportedField) as gap:
            self.gaps.append(str(gap))
            return 501, {"message": str(gap), "code": 0}
        except BackendError as refused:
            return refused.status, refused.to_json()
        except Exception as error:  # noqa: BLE001 - a malformed body, or a fault of the simulation: shown at the end
            self.gaps.append(f"{request.method} {path}: {error!r}")
            return 501, {"message": repr(error), "code": 0}
        return (204, None) if answer is None else (200, answer)

    # ------------------------------------------------------------------ what a test orders and sees

    @property
    def mention(self) -> str:
        """The bot's, as members write it."""
        return f"<@{self.backend.bot_user.id}>"

    @property
    def commands(self) -> list[dict[str, Any]]:
        """Every command the bot has synced; those of one guild carry `guild_id`."""
        return [command for scope in self.backend.commands.values() for command in scope.values()]

    def refuse(
        self,
        method: str,
        path: str,
        *,
        status: int = 500,
        times: int | None = 1,
        retry_after: float = 0.25,
        is_global: bool = False,
        body: Mapping[str, Any] | None = None,
    ) -> Refusal:
        """Let the next matching requests fail before they reach the world.

        Args:
            method: or "*" for any.
            path: a pattern of fnmatch for what follows /api/v10; "*" also covers slashes.
            status: 429 brings a real rate limit's headers and body.
            times: how often; None until the end.
            retry_after: seconds, with 429.
            is_global: with 429, the limit of the whole bot.
            body: in place of the usual one, such as {"message": "Missing Access", "code": 50001}.
        """
        refusal = Refusal(method, path, status, times, retry_after, is_global, body)
        self._refusals.append(refusal)
        return refusal

    def requested(self, method: str, path: str) -> list[WireRequest]:
        """The requests so far of this method ("*" for any) whose path fits this pattern."""
        return [request for request in self.requests if request.matches(method, path)]

    def hand_over(self, record: Callable[[str, str, Any, list[str]], None]) -> None:
        """Give each request since the last time to a recorder: method, path, body, names of files."""
        for request in self.requests[self._handed_over :]:
            record(request.method, request.path, request.body, [name for name, _ in request.files])
        self._handed_over = len(self.requests)

    async def cut_gateway(self, *, resumable: bool = True, politely: bool = False) -> None:
        """Drop the bot's socket, or with `politely` ask it to reconnect; it must come back by itself.

        Unless `resumable`, its login is forgotten, and it must identify anew (discord.py waits 5 s before it does).
        """
        await self.gateway.cut(resumable=resumable, politely=politely)

    async def wait_for(
        self,
        predicate: Callable[[], T],
        timeout: float = 60,  # noqa: ASYNC109
        what: str = "what was waited for",
    ) -> T:
        """Return what `predicate` gives as soon as it is true; it is asked after every request and connection.

        Raises:
            TimeoutError: with the last things that crossed the wire.
        """
        try:
            async with asyncio.timeout(timeout), self._change:
                return await self._change.wait_for(predicate)
        except TimeoutError:
            last = "\n".join(self.transcript().splitlines()[-20:])
            raise TimeoutError(f"{what}: not within {timeout} s; the last that crossed the wire:\n{last}") from None

    def said(self, channel: ChannelHandle) -> list[discord.Message]:
        """The bot's messages in a channel that everybody there can see, oldest first."""
        return [message for message in channel.history() if message.author.id == self.backend.bot_user.id]

    async def reply_to(self, message: discord.Message, timeout: float = 60) -> discord.Message:  # noqa: ASYNC109
        """Wait for the bot's reply to a message that a member has sent."""
        channel = ChannelHandle(self, None, self.backend.get_channel(message.channel.id))

        def replies() -> list[discord.Message]:
            said = self.said(channel)
            return [one for one in said if one.reference is not None and one.reference.message_id == message.id]

        return (await self.wait_for(replies, timeout, "a reply"))[0]

    # ------------------------------------------------------------------ what SimCord calls

    def _begin_operation(self, label: str) -> None:
        """Allow members to act at the same time: there is no bot in this process whose work could be mixed up."""

    def _end_operation(self) -> None:
        pass

    def _notify_dispatch_observers(self, interaction: Interaction) -> None:
        interaction.initial_response_deadline = self.backend.iso_after(self.ack_seconds)
        _asked.set(interaction)
        super()._notify_dispatch_observers(interaction)

    async def _settle_internal(self, *, dispatch: str | None = None, **_: Any) -> None:
        """Wait until the bot has answered an interaction; after anything else there is nothing to wait for."""
        asked = _asked.get()
        if dispatch != "INTERACTION_CREATE" or asked is None:
            return
        await self.wait_for(lambda: asked.responded, self.ack_seconds + 0.5, "a first answer to the interaction")
        await self.wait_for(
            lambda: not asked.deferred or asked.token in self._completed, self.patience, "the deferred answer"
        )

    async def _tell(self) -> None:
        async with self._change:
            self._change.notify_all()
