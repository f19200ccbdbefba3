"""Reading a JSON body of which nothing is certain, and the two faults that any part of it can have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def unknown(thing: Mapping[str, Any], known: frozenset[str], at: str) -> Iterator[str]:
    yield from (f"{at}: unknown key {key!r}" for key in sorted(thing.keys() - known))


def too_long(thing: Mapping[str, Any], at: str, most: int) -> Iterator[str]:
    """Check the value whose key ends the place."""
    length = utf16_length(as_text(thing.get(at.rpartition("/")[2])))
    if length > most:
        yield f"{at}: {length} characters, at most {most}"


def utf16_length(text: str) -> int:
    """Count as Discord does where it is strictest: in UTF-16."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def as_dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def as_dicts(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list | tuple) else []


def as_text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def as_int(value: Any) -> int:
    return value if isinstance(value, int) else 0
