"""Chats exported by WhatsApp, as text: each message after its time and its sender."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from typing import TYPE_CHECKING

from askbrief.core.text import pattern
from askbrief.documents.chat import ChatMessage, Conversation

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import regex

_LINE = pattern(
    r"[\u200e\u200f\ufeff]*\[?(?P<a>\d{1,4})[/.-](?P<b>\d{1,2})[/.-](?P<c>\d{2,4}),?\s+(?P<hour>\d{1,2})[:.](?P<minute>\d\d)"
    r"(?:[:.]\d\d)?(?:[\s\u202f]?(?P<half>[AaPp])\.?[\s\u202f]?[Mm]\.?)?(?:\]|\s+[-–])\s+(?P<rest>.*)$"
)
_SAID = pattern(r"[\u200e\u200f]*(?P<who>[^:]{1,60}):\s(?P<words>.*)$")
_PROBE_LINES, _LEAST = 10, 2
_MAX_MONTH, _NOON, _YEAR_DIGITS = 12, 12, 4


def conversation_in(text: str) -> Conversation | None:
    """Return the conversation in an exported chat; None if the text is none.

    Whether the day or the month comes first is told by a number over 12, else by the order of the messages, else the
    day comes first, which a note says.
    """
    lines = text.splitlines()
    probe = [line for line in lines[:_PROBE_LINES] if line.strip()]
    starts = sum(_LINE.match(line) is not None for line in probe)
    if starts < _LEAST or starts * 2 < len(probe) or not any(_said(line) for line in probe):
        return None
    entries = list(_entries(lines))
    day_first, is_certain = _order([match for match, _ in entries])
    messages, silent = [], 0
    for match, more in entries:
        said = _SAID.match(match["rest"])
        if said is None:
            silent += 1
            continue
        words = "\n".join([said["words"], *more]).strip(" \u200e\u200f")
        messages.append(ChatMessage(" ".join(said["who"].split()), _time(match, day_first=day_first), words))
    notes = [f"{silent:,} entries without a speaker (joined, encrypted) left out"] if silent else []
    notes += [] if is_certain else ["its dates are read as day/month; the file does not say"]
    return Conversation(messages, None, notes)


def _said(line: str) -> bool:
    match = _LINE.match(line)
    return match is not None and _SAID.match(match["rest"]) is not None


def _entries(lines: Sequence[str]) -> Iterator[tuple[regex.Match[str], list[str]]]:
    """Yield the first line of each message, matched, and the lines below it."""
    current: tuple[regex.Match[str], list[str]] | None = None
    for line in lines:
        match = _LINE.match(line)
        if match is not None:
            if current:
                yield current
            current = match, []
        elif current:
            current[1].append(line)
    if current:
        yield current


def _order(matches: Sequence[regex.Match[str]]) -> tuple[bool, bool]:
    """Return whether the day stands before the month, and whether that is certain."""
    if len(matches[0]["a"]) == _YEAR_DIGITS or any(int(match["a"]) > _MAX_MONTH for match in matches):
        return True, True
    if any(int(match["b"]) > _MAX_MONTH for match in matches):
        return False, True
    ordered = [_is_ordered([_time(match, day_first=first) for match in matches]) for first in (True, False)]
    return ordered != [False, True], ordered[0] != ordered[1]


def _is_ordered(times: Sequence[dt.datetime | None]) -> bool:
    known = [time for time in times if time is not None]
    return len(known) == len(times) and all(one <= other for one, other in pairwise(known))


def _time(match: regex.Match[str], *, day_first: bool) -> dt.datetime | None:
    first, second, third = (int(match[name]) for name in "abc")
    if len(match["a"]) == _YEAR_DIGITS:
        year, month, day = first, second, third
    else:
        day, month = (first, second) if day_first else (second, first)
        year = third if third > 99 else 2000 + third  # noqa: PLR2004 - two digits
    hour = (
        int(match["hour"]) % _NOON + (_NOON if match["half"] in {"p", "P"} else 0)
        if match["half"]
        else int(match["hour"])
    )
    try:
        return dt.datetime(year, month, day, hour, int(match["minute"]))  # noqa: DTZ001 - the file states no zone
    except ValueError:
        return None
