"""Bodies of requests that Discord takes, for tests to spoil."""

from __future__ import annotations

from typing import Any

from tests.simulated import limits

QUIET: dict[str, list[str]] = {"parse": []}
V2 = limits.COMPONENTS_V2
MESSAGES = "/channels/1/messages"
CALLBACK = "/interactions/1/token/callback"
COMMANDS = "/applications/1/commands"


def text(content: str = "words") -> dict[str, Any]:
    return {"type": 10, "content": content}


def button(**keys: Any) -> dict[str, Any]:
    return {"type": 2, "style": 1, "label": "Press", "custom_id": "press", **keys}


def row(*components: dict[str, Any]) -> dict[str, Any]:
    return {"type": 1, "components": list(components)}


def layout(*components: dict[str, Any], **keys: Any) -> dict[str, Any]:
    return {"components": list(components), "flags": V2, "allowed_mentions": QUIET, **keys}


def said(content: str = "words", **keys: Any) -> dict[str, Any]:
    return {"content": content, "allowed_mentions": QUIET, **keys}
