"""The gateway of the served Discord: one WebSocket a bot, and the logins that outlive it."""

from __future__ import annotations

import asyncio
import json
import secrets
from functools import partial
from typing import TYPE_CHECKING, Any

import discord
from aiohttp import WSMsgType, web
from simcord import intents as simulated_intents
from simcord.backend import serializers
from simcord.gateway import FakeGateway, FakeWebSocket

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from simcord.backend import Backend

DISPATCH, HEARTBEAT, IDENTIFY, RESUME, RECONNECT = 0, 1, 2, 6, 7
REQUEST_MEMBERS, INVALID_SESSION, HELLO, HEARTBEAT_ACK = 8, 9, 10, 11
NOT_AUTHENTICATED, AUTHENTICATION_FAILED, DISALLOWED_INTENTS = 4003, 4004, 4014
SAID_GOODBYE = (1000, 1001)  # the codes with which a bot gives its login up


class _Socket:
    """One open connection; frames leave in the order in which they were put."""

    def __init__(self, request: web.Request, ws: web.WebSocketResponse) -> None:
        self.ws = ws
        self._request = request
        self._frames: asyncio.Queue[str] = asyncio.Queue()

    def put(self, frame: str) -> None:
        self._frames.put_nowait(frame)

    async def write(self) -> None:
        while True:
            await self.ws.send_str(await self._frames.get())

    def abort(self) -> None:
        """Cut the line without a closing frame, as a lost network does."""
        if self._request.transport is not None:
            self._request.transport.abort()


class _Parsers:
    """What SimCord's gateway takes for the parsers of a client: any event goes into the login."""

    def __init__(self, login: Login) -> None:
        self._login = login

    def __getitem__(self, event: str) -> Callable[[Mapping[str, Any]], None]:
        return partial(self._login.push, event)

    def get(self, event: str) -> Callable[[Mapping[str, Any]], None]:
        return self[event]


class Login:
    """What Discord remembers of one IDENTIFY: the intents, and every event sent since."""

    def __init__(self, backend: Backend, intents: discord.Intents, upload_limit: int) -> None:
        self.id = secrets.token_hex(16)
        self.intents = intents
        self.parsers = _Parsers(self)
        self.socket: _Socket | None = None
        self._upload_limit = upload_limit
        self._frames: list[str] = []
        self.gateway = FakeGateway(backend, self)  # shapes and withholds events by the intents
        self.commands = FakeWebSocket(backend, self.gateway)

    def push(self, event: str, data: Mapping[str, Any]) -> None:
        """Number an event, keep it for RESUME, and send it if somebody listens."""
        if event == "INTERACTION_CREATE":
            data = {**data, "attachment_size_limit": self._upload_limit}
        frame = json.dumps({"op": DISPATCH, "t": event, "s": len(self._frames) + 1, "d": data})
        self._frames.append(frame)
        if self.socket is not None:
            self.socket.put(frame)

    def resume(self, socket: _Socket, seen: int) -> None:
        """Send what the bot missed after event number `seen`."""
        for frame in self._frames[seen:]:
            socket.put(frame)
        self.socket = socket
        self.push("RESUMED", {"_trace": []})


class Gateway:
    """Serves /gateway; knows nothing of REST.

    A test may set `closes_with` to a close code that every IDENTIFY gets, `is_away` for no connection at all, and
    clear `admits` to keep READY back until it is set again.
    """

    def __init__(
        self,
        backend: Backend,
        *,
        url: str,
        token: str,
        approved: discord.Intents | None,
        upload_limit: int,
        changed: Callable[[], Awaitable[None]],
    ) -> None:
        self.connected = asyncio.Event()
        self.closes_with: int | None = None
        self.is_away = False
        self.admits = asyncio.Event()
        self.admits.set()
        self.identified = 0
        self.resumed = 0
        self._backend = backend
        self._url = url
        self._token = token
        self._approved = approved
        self._upload_limit = upload_limit
        self._changed = changed
        self._logins: dict[str, Login] = {}

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Talk to one bot until either side hangs up."""
        if self.is_away:
            return web.Response(status=503)
        ws = web.WebSocketResponse(max_msg_size=0)
        await ws.prepare(request)
        socket = _Socket(request, ws)
        socket.put(json.dumps({"op": HELLO, "s": None, "t": None, "d": {"heartbeat_interval": 41_250}}))
        writer = asyncio.create_task(socket.write())
        try:
            async for message in ws:
                if message.type is WSMsgType.TEXT:
                    await self._receive(socket, json.loads(message.data))
        finally:
            writer.cancel()
            await asyncio.gather(writer, return_exceptions=True)
            await self._lose(socket, ws.close_code)
        return ws

    async def cut(self, *, resumable: bool = True, politely: bool = False) -> None:
        """Drop every connection, or ask each bot to come back (op 7); forget the logins unless `resumable`."""
        live = [login for login in self._logins.values() if login.socket is not None]
        if not resumable:
            self._forget(*self._logins.values())
        for login in live:
            socket, login.socket = login.socket, None
            if socket is not None and politely:
                socket.put(json.dumps({"op": RECONNECT, "s": None, "t": None, "d": None}))
            elif socket is not None:
                socket.abort()
        await self._tell()

    async def _receive(self, socket: _Socket, frame: dict[str, Any]) -> None:
        op: int = frame["op"]
        data: Any = frame.get("d")
        login = self._login_of(socket)
        if op == HEARTBEAT:
            socket.put(json.dumps({"op": HEARTBEAT_ACK, "s": None, "t": None, "d": None}))
        elif op in (IDENTIFY, RESUME) and data["token"] != self._token:
            await socket.ws.close(code=AUTHENTICATION_FAILED, message=b"Authentication failed.")
        elif op == IDENTIFY:
            await self._identify(socket, data)
        elif op == RESUME:
            await self._resume(socket, data)
        elif login is None:
            await socket.ws.close(code=NOT_AUTHENTICATED, message=b"Not authenticated.")
        elif op == REQUEST_MEMBERS:
            asked = {"query": None, "limit": 0, **data, "guild_id": int(data["guild_id"])}
            await login.commands.request_chunks(**asked)

    async def _identify(self, socket: _Socket, data: dict[str, Any]) -> None:
        await self.admits.wait()
        if self.closes_with is not None:
            await socket.ws.close(code=self.closes_with)
            return
        intents = discord.Intents._from_value(data["intents"])
        if self._approved is not None and simulated_intents.missing_privileged_intents(intents, self._approved):
            await socket.ws.close(code=DISALLOWED_INTENTS, message=b"Disallowed intent(s).")
            return
        login = Login(self._backend, intents, self._upload_limit)
        login.socket = socket
        self._logins[login.id] = login
        guilds = list(self._backend.guilds.values())
        login.push("READY", self._ready(login, [guild.id for guild in guilds]))
        for guild in guilds:
            login.gateway.feed("GUILD_CREATE", serializers.guild_create_payload(self._backend, guild))
        self._backend.subscribers.append(login.gateway.feed)
        self.identified += 1
        await self._tell()

    def _ready(self, login: Login, guilds: list[int]) -> dict[str, Any]:
        return {
            "v": 10,
            "user": dict(serializers.user_payload(self._backend.bot_user)),
            "guilds": [{"id": str(guild), "unavailable": True} for guild in guilds],
            "session_id": login.id,
            "resume_gateway_url": self._url,
            "shard": [0, 1],
            "application": {"id": str(self._backend.application_id), "flags": 0},
        }

    async def _resume(self, socket: _Socket, data: dict[str, Any]) -> None:
        login = self._logins.get(data["session_id"] or "")
        if login is None:
            socket.put(json.dumps({"op": INVALID_SESSION, "s": None, "t": None, "d": False}))
            return
        login.resume(socket, data["seq"])
        self.resumed += 1
        await self._tell()

    async def _lose(self, socket: _Socket, code: int | None) -> None:
        login = self._login_of(socket)
        if login is None:
            return
        login.socket = None
        if code in SAID_GOODBYE:
            self._forget(login)
        await self._tell()

    def _forget(self, *logins: Login) -> None:
        for login in logins:
            del self._logins[login.id]
            self._backend.subscribers.remove(login.gateway.feed)

    def _login_of(self, socket: _Socket) -> Login | None:
        return next((login for login in self._logins.values() if login.socket is socket), None)

    async def _tell(self) -> None:
        if any(login.socket is not None for login in self._logins.values()):
            self.connected.set()
        else:
            self.connected.clear()
        await self._changed()
