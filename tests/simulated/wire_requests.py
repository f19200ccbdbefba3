"""The bot's requests as a served Discord reads and keeps them, and its refusals on order."""

from __future__ import annotations

import json
import math
import time
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from io import BytesIO
from typing import TYPE_CHECKING, Any

import discord
from aiohttp import BodyPartReader, web
from simcord.http.router import parse_form

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class WireRequest:
    """One request of the bot, and what it was answered."""

    method: str
    path: str
    query: dict[str, str]
    body: Any
    files: list[tuple[str, bytes]]
    status: int
    answer: Any
    at: float = field(default_factory=time.monotonic)

    def matches(self, method: str, path: str) -> bool:
        """Whether it is of this method ("*" for any) and its path fits this pattern."""
        return method in ("*", self.method) and fnmatchcase(self.path, path)


@dataclass(slots=True)
class Refusal:
    """A failure on order; `used` counts how often it has struck."""

    method: str
    path: str
    status: int
    times: int | None
    retry_after: float
    is_global: bool
    body: Mapping[str, Any] | None
    used: int = 0

    def strikes(self, method: str, path: str) -> bool:
        left = self.times is None or self.used < self.times
        return left and self.method in ("*", method) and fnmatchcase(path, self.path)

    def answer(self) -> tuple[int, Any, dict[str, str]]:
        """Count one more, and give status, body and headers as Discord would."""
        self.used += 1
        if self.status != web.HTTPTooManyRequests.status_code:
            return self.status, self.body or {"message": f"{self.status}: refused", "code": 0}, {}
        limited = {"message": "You are being rate limited.", "retry_after": self.retry_after, "global": self.is_global}
        headers = {
            "Via": "1.1 google",  # without it discord.py takes the answer for one of Cloudflare's
            "Retry-After": str(math.ceil(self.retry_after)),
            "X-RateLimit-Limit": "5",
            "X-RateLimit-Remaining": "0",
            "X-RateLimit-Reset": f"{time.time() + self.retry_after:.3f}",
            "X-RateLimit-Reset-After": f"{self.retry_after:.3f}",
            "X-RateLimit-Bucket": "simulated",
            "X-RateLimit-Scope": "global" if self.is_global else "user",
            **({"X-RateLimit-Global": "true"} if self.is_global else {}),
        }
        return self.status, self.body or limited, headers


async def read(request: web.Request) -> tuple[Any, list[tuple[str, bytes]]]:
    """Give the JSON body and the files of a request, multipart or not."""
    if not request.content_type.startswith("multipart/"):
        text = await request.text()
        return (json.loads(text) if text else None), []
    form: list[dict[str, Any]] = []
    files: list[tuple[str, bytes]] = []
    async for part in await request.multipart():
        assert isinstance(part, BodyPartReader)
        data = bytes(await part.read())
        if part.filename is None:
            form.append({"name": part.name, "value": data.decode()})
        else:
            files.append((part.filename, data))
    return parse_form(form, [])[0], files


def uploads(body: Any, files: list[tuple[str, bytes]]) -> list[discord.File]:
    """Give the files as SimCord takes them, with the descriptions that the body has for them."""
    holder = body.get("data") or body if isinstance(body, dict) else {}
    told = {str(one["id"]): one.get("description") for one in holder.get("attachments") or ()}
    return [
        discord.File(BytesIO(data), filename=name, description=told.get(str(number)))
        for number, (name, data) in enumerate(files)
    ]
