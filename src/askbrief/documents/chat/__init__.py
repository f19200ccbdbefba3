"""Conversations: who said what and when. A message is a paragraph with its speaker; a day is a section."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from askbrief.documents.builder import DocumentBuilder
from askbrief.records import Form, Metadata

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from askbrief.documents.builder import ParsedText


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """What somebody wrote in a chat, and at which time; `answers` is the speaker of the message that it replies to."""

    speaker: str
    time: dt.datetime | None
    text: str
    answers: str = ""


@dataclass(frozen=True, slots=True)
class Conversation:
    """The messages of a channel, its name, and notes on what is left out."""

    messages: Sequence[ChatMessage]
    title: str | None = None
    notes: Sequence[str] = ()


def conversation(messages: Iterable[ChatMessage], title: str | None, *, notes: Iterable[str] = ()) -> ParsedText:
    """Return a conversation as a document, in the order given; its date is that of all messages together."""
    builder = DocumentBuilder()
    days: list[str] = []
    for day, group in groupby(messages, _day):
        days.append(day)
        builder.heading(day, 2)
        for message in group:
            _add(builder, message)
    return builder.build(Metadata(title=title or None, date=_common(days)), form=Form.TIMES, notes=notes)


def _add(builder: DocumentBuilder, message: ChatMessage) -> None:
    number = message.time.strftime("%Y-%m-%d %H:%M") if message.time else None
    to = f" (to {message.answers})" if message.answers and message.answers != message.speaker else ""
    label = f"{message.speaker}{to}: " if message.speaker else ""
    for paragraph in message.text.split("\n\n"):
        if paragraph.strip():
            builder.paragraph(label + paragraph.strip(), number=number, keep_lines=True)


def _day(message: ChatMessage) -> str:
    return message.time.date().isoformat() if message.time else ""


def _common(days: Sequence[str]) -> str | None:
    """Return the day, the month or the year in which all messages were written.

    >>> _common(["2023-05-12", "2023-05-13"])
    '2023-05'
    """
    known = [day for day in days if day]
    for length in (10, 7, 4):
        if known and len({day[:length] for day in known}) == 1:
            return known[0][:length]
    return None
