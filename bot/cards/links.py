"""Addresses of citations on the web page, as far as there is one: made elsewhere, written here."""

from __future__ import annotations

from collections.abc import Callable

Link = Callable[[str, str], str | None]
"""From a key and the document it is in to the address at which those who read a card may open it."""


def no_link(_key: str, _doc_id: str) -> None:
    """Where there is no web page."""


def linked_key(key: str, address: str | None) -> str:
    """A key as it stands in a card: a link to its passage, where there is one."""
    return f"`{key}`" if address is None else f"[{key}](<{address}>)"
