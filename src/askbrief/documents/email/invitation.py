"""Calendars and invitations (.ics): each event with its time, place, people and description."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from askbrief.documents.builder import DocumentBuilder
from askbrief.documents.text import decode
from askbrief.errors import ParsingError
from askbrief.records import Metadata

if TYPE_CHECKING:
    from collections.abc import Iterator

    from askbrief.documents.builder import ParsedText

_ENTRIES = ("VEVENT", "VTODO", "VJOURNAL")
_MAX_ENTRIES = 20_000
_DAMAGED = (ValueError, KeyError, IndexError, TypeError, AttributeError, OverflowError, RecursionError)
"""What icalendar raises for damaged files."""


def parse(data: bytes) -> ParsedText:
    """Parse a calendar; ParsingError if it is none, or damaged."""
    from icalendar import Calendar

    text = decode(data)
    try:
        calendars = Calendar.from_ical(text, multiple=True)
        entries = [entry for calendar in calendars for entry in calendar.walk() if entry.name in _ENTRIES]
    except _DAMAGED as error:
        raise ParsingError(f"is damaged, or no calendar ({str(error)[:100]}): save it again") from error
    if len(entries) > _MAX_ENTRIES:
        raise ParsingError(f"holds {len(entries):,} events; the limit is {_MAX_ENTRIES:,}: divide it")
    builder, unread = DocumentBuilder(), 0
    for entry in entries:
        unread += bool(getattr(entry, "errors", None))
        _add(builder, entry)
    if len(entries) == 1:
        organizer = _person(_get(entries[0], "ORGANIZER"))
        metadata = Metadata(title=_text(entries[0], "SUMMARY") or None, author=(organizer,) if organizer else ())
    else:
        metadata = Metadata(title=next(filter(None, (_text(one, "X-WR-CALNAME") for one in calendars)), None))
    notes = [f"{unread:,} event{'s have' if unread > 1 else ' has'} a field that cannot be read"] if unread else []
    return builder.build(metadata, notes=notes)


def _add(builder: DocumentBuilder, entry: Any) -> None:  # noqa: ANN401 - icalendar has no types for its components
    builder.heading(_text(entry, "SUMMARY") or "Event")
    fields = [f"{name}: {value}" for name, value in _fields(entry) if value]
    builder.paragraph("; ".join(fields))
    for paragraph in _text(entry, "DESCRIPTION").split("\n\n"):
        builder.paragraph(paragraph, keep_lines=True)


def _fields(entry: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401
    yield "What", _text(entry, "SUMMARY")
    yield "When", " to ".join(filter(None, (_time(entry, "DTSTART"), _time(entry, "DTEND"))))
    yield "Due", _time(entry, "DUE")
    yield "Where", _text(entry, "LOCATION")
    yield "Organizer", _person(_get(entry, "ORGANIZER"))
    attendees = _get(entry, "ATTENDEE") or []
    yield "Attendees", ", ".join(map(_person, attendees if isinstance(attendees, list) else [attendees]))
    rule = _get(entry, "RRULE")
    if rule is not None and hasattr(rule, "items"):
        yield "Repeats", ", ".join(f"{name.lower()} {_joined(value)}" for name, value in rule.items())
    status = _text(entry, "STATUS")
    yield "Status", status.lower() if status != "CONFIRMED" else ""
    yield "Link", _text(entry, "URL")


def _get(entry: Any, name: str) -> Any:  # noqa: ANN401
    """Return a property, or None where it is missing or cannot be read, which the report says."""
    value = entry.get(name)
    return None if type(value).__name__ == "vBroken" else value


def _joined(value: Any) -> str:  # noqa: ANN401
    values = value if isinstance(value, list) else [value]
    return " ".join(one.date().isoformat() if isinstance(one, dt.datetime) else str(one).lower() for one in values)


def _text(entry: Any, name: str) -> str:  # noqa: ANN401
    value = _get(entry, name)
    first = value[0] if isinstance(value, list) and value else value
    return str(first).strip() if first is not None else ""


def _time(entry: Any, name: str) -> str:  # noqa: ANN401
    """Return a day or a time, with its zone; "" where none can be read."""
    stated = getattr(_get(entry, name), "dt", None)
    if isinstance(stated, dt.datetime):
        zone = entry[name].params.get("TZID") if hasattr(entry[name], "params") else None
        named = f" {zone}" if zone else " UTC" if stated.utcoffset() == dt.timedelta() else ""
        return f"{stated:%Y-%m-%d %H:%M}{named}"
    return stated.isoformat() if isinstance(stated, dt.date) else ""


def _person(value: Any) -> str:  # noqa: ANN401
    if value is None:
        return ""
    name = value.params.get("CN") if hasattr(value, "params") else None
    return " ".join(str(name or value).removeprefix("mailto:").removeprefix("MAILTO:").split())
