"""JSON (.json, .jsonl, .ndjson): records as paragraphs, and the exports of chats as conversations."""

from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING

from askbrief.documents.builder import DocumentBuilder
from askbrief.documents.chat import conversation
from askbrief.documents.chat.exports import messages_in
from askbrief.documents.data import RecordWriter, named_values
from askbrief.documents.text import decode, plain_blocks
from askbrief.errors import ParsingError
from askbrief.records import Form, Metadata

if TYPE_CHECKING:
    from collections.abc import Iterable

    from askbrief.documents.builder import ParsedText
    from askbrief.documents.data import Value

_MAX_INVALID, _MAX_TITLE_CHARS = 10, 200
_TITLES = ("title", "name", "channel")


def parse(data: bytes) -> ParsedText:
    """Parse JSON, or a value a line; a text that is no JSON is read as plain text, with a note.

    Raises ParsingError if it is no text, or nested too deep.
    """
    text = decode(data).lstrip("\ufeff")
    try:
        value, notes = _loaded(text), list[str]()
    except ValueError as error:
        lines, notes = _lines(text)
        if lines is None:
            return _as_text(text, f"is not valid JSON ({_reason(error)}): read as plain text")
        value = lines
    found = messages_in(value)
    if found is not None:
        return conversation(found.messages, found.title, notes=[*notes, *found.notes])
    builder = DocumentBuilder()
    writer = RecordWriter(builder)
    try:
        writer.add(value)
    except RecursionError as error:
        raise ParsingError("is nested too deep: write it flatter") from error
    return builder.build(Metadata(title=_title(value)), form=Form.RECORDS, notes=[*notes, *writer.notes()])


def _title(value: Value) -> str | None:
    stated = [value.get(name) for name in _TITLES] if isinstance(value, dict) else []
    words = next((" ".join(one.split()) for one in stated if isinstance(one, str)), "")
    return words[:_MAX_TITLE_CHARS] or None


def _loaded(text: str) -> Value:
    """Return a value; numbers are text, written as in the file. ValueError if it is no JSON."""
    try:
        return (
            json.loads(
                text, strict=False, parse_int=str, parse_float=str, parse_constant=str, object_pairs_hook=_mapping
            )
            if text.strip()
            else ""
        )
    except RecursionError as error:
        raise ParsingError("is nested too deep: write it flatter") from error


def _mapping(pairs: Iterable[tuple[str, object]]) -> dict[str, object]:
    """Return a mapping without empty values; a name that is given twice keeps both."""
    return named_values((name, _as_text_value(value)) for name, value in pairs)


def _as_text_value(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return [_as_text_value(one) for one in value]
    return "" if value is None else value


def _lines(text: str) -> tuple[Value | None, list[str]]:
    """Return the values of a file with one a line, and a note on the lines that are none; None if most are none."""
    values: list[Value] = []
    invalid: list[int] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            values.append(_loaded(line))
        except ValueError:
            invalid.append(number)
    if len(invalid) >= len(values):
        return None, []
    if not invalid:
        return values, []
    named = ", ".join(map(str, islice(invalid, _MAX_INVALID))) + ("…" if len(invalid) > _MAX_INVALID else "")
    return values, [
        f"{len(invalid):,} line{'s are' if len(invalid) > 1 else ' is'} not valid JSON and left out: {named}"
    ]


def _as_text(text: str, note: str) -> ParsedText:
    builder = DocumentBuilder()
    for block in plain_blocks(text):
        builder.code(text[block.start : block.end])
    return builder.build(notes=[note])


def _reason(error: ValueError) -> str:
    return f"line {error.lineno}: {error.msg}" if isinstance(error, json.JSONDecodeError) else str(error)
