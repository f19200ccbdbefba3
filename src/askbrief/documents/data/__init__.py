"""Structured data (JSON, XML, YAML, notebooks) as readable text: a record is a paragraph of names and values."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, TypeVar

from askbrief.core.text import pattern
from askbrief.documents.builder import row
from askbrief.errors import ParsingError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from askbrief.documents.builder import DocumentBuilder

Value: TypeAlias = "str | dict[str, Value] | list[Value]"
"""A value of JSON or XML: text, named values, or a list; numbers are text, written as in the file."""

Named = TypeVar("Named")
MAX_DEPTH = 60
_MAX_RECORD_CHARS = 600
_MAX_SHORT_CHARS = 200
_MAX_HEADING_LEVEL = 6
_TOKEN = pattern(r"\S{500,}")
_SPACED = pattern(r"[_\s]+")


def named_values(pairs: Iterable[tuple[str, Named]]) -> dict[str, Named]:
    """Return a mapping that keeps both values of a name that is given twice, the second under a numbered name.

    >>> named_values([("item", 1), ("item", 2)])
    {'item': 1, 'item (2)': 2}
    """
    values: dict[str, Named] = {}
    numbers: dict[str, int] = {}
    for name, value in pairs:
        free = name
        while free in values:
            numbers[name] = numbers.get(name, 1) + 1
            free = f"{name} ({numbers[name]})"
        values[free] = value
    return values


class RecordWriter:
    """Adds values to a document: records as paragraphs, long texts as paragraphs of their own, names as headings."""

    def __init__(self, builder: DocumentBuilder) -> None:
        self._builder = builder
        self._blobs = 0

    def notes(self) -> list[str]:
        if not self._blobs:
            return []
        return [f"{self._blobs:,} value{'s' if self._blobs > 1 else ''} without words (over 500 signs) left out"]

    def add(self, value: Value, level: int = 1, number: str | None = None, depth: int = 0) -> None:
        """Add a value below headings of a level; `number` is that of its record. ParsingError if nested too deep."""
        if depth > MAX_DEPTH:
            raise ParsingError(f"is nested deeper than {MAX_DEPTH} levels: write it flatter")
        if isinstance(value, str):
            self._text("", value, number)
        elif isinstance(value, dict):
            self._mapping(value, level, number, depth)
        else:
            self._list(value, level, number, depth)

    def _mapping(self, value: dict[str, Value], level: int, number: str | None, depth: int) -> None:
        leaves = list(_leaves(value, depth))
        whole = depth > 0 and not any(_is_long(leaf) for _, leaf in leaves)
        if whole and sum(len(name) + len(leaf) for name, leaf in leaves) <= _MAX_RECORD_CHARS:
            self._row(leaves, number)
            return
        own = [(name, one) for name, one in value.items() if isinstance(one, str)]
        self._row([(name, one) for name, one in own if not _is_long(one)], number)
        for name, one in own:
            if _is_long(one):
                self._text(name, one, number)
        for name, inner in value.items():
            if inner and not isinstance(inner, str):
                self._builder.heading(_SPACED.sub(" ", name), min(level, _MAX_HEADING_LEVEL))
                self.add(inner, level + 1, number, depth + 1)

    def _list(self, values: list[Value], level: int, number: str | None, depth: int) -> None:
        if all(isinstance(value, str) for value in values):
            texts = [value for value in values if isinstance(value, str)]
            if sum(map(len, texts)) <= _MAX_RECORD_CHARS and not any(map(_is_long, texts)):
                self._row([("", text) for text in texts], number)
                return
        for index, value in enumerate(values, 1):
            self.add(value, level, number if number and depth else str(index), depth + 1)

    def _row(self, fields: Sequence[tuple[str, str]], number: str | None) -> None:
        fields = [(name, value) for name, value in fields if self._has_words(value)]
        self._builder.paragraph(row([name for name, _ in fields], [value for _, value in fields]), number=number)

    def _text(self, name: str, value: str, number: str | None) -> None:
        if not self._has_words(value):
            return
        first = f"{name}: " if name else ""
        for paragraph in value.split("\n\n"):
            if paragraph.strip():
                self._builder.paragraph(first + paragraph, number=number, keep_lines="\n" in paragraph)
                first = ""

    def _has_words(self, value: str) -> bool:
        is_blob = bool(_TOKEN.search(value)) and len(value.split()) * 100 < len(value) and value.isascii()
        self._blobs += is_blob
        return not is_blob


def _is_long(value: str) -> bool:
    return len(value) > _MAX_SHORT_CHARS or "\n" in value.strip()


def _leaves(value: Value, depth: int, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield each text in a value with the names that lead to it."""
    if depth > MAX_DEPTH:
        raise ParsingError(f"is nested deeper than {MAX_DEPTH} levels: write it flatter")
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for name, one in value.items():
            yield from _leaves(one, depth + 1, f"{path} {name}".strip())
    else:
        texts = [one for one in value if isinstance(one, str)]
        if len(texts) == len(value):
            yield path, ", ".join(texts)
        else:
            for one in value:
                yield from _leaves(one, depth + 1, path)
