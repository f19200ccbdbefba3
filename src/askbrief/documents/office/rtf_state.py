"""Tokens of RTF and the state they change: groups, code pages, paragraphs, tables and notes."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from askbrief.core.lazy_regex import pattern
from askbrief.documents.office.flow import Line, Mark, Note, Rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_TOKEN = re.compile(
    r"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\(.)|([{}])|[\r\n\0]+|([^\\{}\r\n\0]+)|\\", re.DOTALL
)
_CHARSETS = {
    0: "cp1252", 77: "mac_roman", 128: "cp932", 129: "cp949", 130: "johab", 134: "gbk", 136: "cp950", 161: "cp1253",
    162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874",
    238: "cp1250", 254: "cp437", 255: "cp850",
}  # fmt: skip
_PAGES = {"mac": "mac_roman", "pc": "cp437", "pca": "cp850", "ansi": "cp1252"}
_SYMBOL = 2
_DEFAULT_CHARSET = 1


class Kind(Enum):
    """What a sign is."""

    WORD = "word"
    BYTES = "bytes"
    OPEN = "{"
    CLOSE = "}"


class Sign(NamedTuple):
    """A control word with its number, bytes of text, or the beginning or end of a group."""

    kind: Kind
    word: str = ""
    number: int | None = None
    content: bytes = b""


def signs(data: bytes) -> Iterator[Sign]:
    """Yield the signs of a file; binary content is passed over."""
    text = data.decode("latin-1")
    at = 0
    while match := _TOKEN.match(text, at):
        at = match.end()
        word, number, byte, symbol, brace, plain = match.groups()
        if word == "bin":
            at += min(max(int(number or 0), 0), len(text))
        elif word:
            yield Sign(Kind.WORD, word, None if number is None else int(number))
        elif byte:
            yield Sign(Kind.BYTES, content=bytes.fromhex(byte))
        elif symbol:
            yield Sign(Kind.BYTES, content=symbol.encode("latin-1")) if symbol in "\\{}" else Sign(Kind.WORD, symbol)
        elif brace:
            yield Sign(Kind(brace))
        elif plain:
            yield Sign(Kind.BYTES, content=plain.encode("latin-1"))


@dataclass(slots=True)
class Pages:
    """Which code page the bytes are of: the font's, where it says one, else the file's."""

    file: str = "cp1252"
    fonts: dict[int, int] = field(default_factory=dict)

    def take(self, word: str, number: int | None) -> bool:
        """Take what a control word says of the file; give whether it was about that."""
        if word in _PAGES:
            self.file = _PAGES[word]
        elif word == "ansicpg":
            try:
                self.file = codecs.lookup(f"cp{number}" if number != 65001 else "utf-8").name  # noqa: PLR2004 - its number
            except LookupError:
                return True
        else:
            return False
        return True

    def decoded(self, content: bytes, font: int | None) -> str:
        """The characters that bytes are; what is none becomes the mark for that."""
        charset = self.fonts.get(-1 if font is None else font, _DEFAULT_CHARSET)
        if charset == _SYMBOL:
            return "".join(chr(byte) if byte < 0x80 else "•" for byte in content)  # noqa: PLR2004 - ASCII
        return content.decode(_CHARSETS.get(charset, self.file), errors="replace")


def whole_characters(text: str) -> str:
    """Two halves of a character, which RTF writes one by one, made one."""
    if not any("\ud800" <= character <= "\udfff" for character in text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


_COUNTED = pattern(r"\(?\d+(?:\.\d+)*[.):]?")
_NEAR = 30


@dataclass(slots=True)
class State:
    """What a group takes over from the one around it, and gives up at its end."""

    place: str = "text"
    font: int | None = None
    after_unicode: int = 1
    hidden: bool = False
    deleted: bool = False
    bold: bool = False

    def copy(self) -> State:
        """What a new group begins with."""
        return State(self.place, self.font, self.after_unicode, self.hidden, self.deleted, self.bold)


@dataclass(slots=True)
class Shape:
    """What a paragraph is, as its control words say; `\\pard` begins anew."""

    style: int | None = None
    level: int | None = None
    depth: int = 0
    series: str = ""
    in_table: bool = False


@dataclass(slots=True)
class _Table:
    cells: list[tuple[list[str], list[int]]] = field(default_factory=list)
    headers: int = 0


class Story:
    """A run of paragraphs: the document's, or those of a note or a text box."""

    def __init__(self) -> None:
        """Begin with none."""
        self.pieces: list[Line | Rows | Note] = []
        self.shape = Shape()
        self.mark: str | None = None
        self.edges: list[int] = []
        self.header = False
        self._words: list[str] = []
        self._plain = False
        self._cell: list[str] = []
        self._row: list[str] = []
        self._table = _Table()
        self._after: list[Line | Rows | Note] = []

    def add(self, text: str, *, bold: bool) -> None:
        """Add letters to the paragraph."""
        self._words.append(text)
        self._plain = self._plain or (not bold and not text.isspace())

    @property
    def is_empty(self) -> bool:
        """Whether the paragraph has no letters yet."""
        return not self._words

    def forget(self) -> None:
        """Leave the paragraph out."""
        self._words, self._plain, self.mark = [], False, None

    def later(self, pieces: Sequence[Line | Rows | Note]) -> None:
        """Take what is anchored in the paragraph and comes after it."""
        self._after += pieces

    def end_paragraph(self, level: int) -> None:
        """End the paragraph; in a table it is a part of a cell."""
        text = whole_characters("".join(self._words))
        line = Line(text, level if text.strip() else 0, self._made_mark(), not self._plain)
        self.forget()
        if self.shape.in_table:
            self._cell.append(line.printed)
            return
        self.end_table()
        self.pieces += [line, *self._after]
        self._after = []

    def end_cell(self) -> None:
        """End a cell."""
        self.shape.in_table = True
        self.end_paragraph(0)
        self._row.append(" ".join(self._cell))
        self._cell = []

    def end_row(self) -> None:
        """End a row."""
        if self._row:
            self._table.cells.append((self._row, self.edges))
            self._table.headers += self.header and self._table.headers == len(self._table.cells) - 1
        self._row = []

    def end_table(self) -> None:
        """End a table, where there is one."""
        self.end_row()
        if self._table.cells:
            self.pieces.append(Rows(_aligned(self._table.cells), self._table.headers))
            self.pieces += self._after
            self._after = []
        self._table = _Table()

    def ended(self, level: int) -> list[Line | Rows | Note]:
        """End it, and give all that it holds."""
        if self._words:
            self.end_paragraph(level)
        if self._cell:
            self.end_cell()
        self.end_table()
        return self.pieces + self._after

    def _made_mark(self) -> Mark | None:
        printed = " ".join((self.mark or "").split())
        if not printed:
            return None
        if len(printed) == 1 and not printed.isdigit() and not printed.isupper():
            printed = printed if printed in "-–—*" else "•"
        depth = self.shape.depth
        whole = bool(_COUNTED.fullmatch(printed)) and printed.strip(".").count(".") == depth
        return Mark(printed, self.shape.series or "list", depth, whole)


def _aligned(rows: Sequence[tuple[list[str], list[int]]]) -> list[list[str | None]]:
    """The rows with their cells in columns: a cell that reaches over several is followed by as many places."""
    if len({len(cells) for cells, _ in rows}) == 1 or any(len(cells) != len(edges) for cells, edges in rows):
        return [list(cells) for cells, _ in rows]
    borders: list[int] = []
    for edge in sorted({edge for _, edges in rows for edge in edges}):
        if not borders or edge - borders[-1] > _NEAR:
            borders.append(edge)
    aligned: list[list[str | None]] = []
    for cells, edges in rows:
        row: list[str | None] = []
        for cell, edge in zip(cells, edges, strict=True):
            until = sum(border <= edge + _NEAR for border in borders)
            row += [cell, *[None] * max(until - len(row) - 1, 0)]
        aligned.append(row)
    return aligned
