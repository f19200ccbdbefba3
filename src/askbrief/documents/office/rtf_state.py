"""The tokens of Rich Text Format, and the state that they change: groups, code pages, paragraphs and tables."""

from __future__ import annotations

import codecs
import re
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from askbrief.core.text import pattern
from askbrief.documents.office import ListMark, OfficeParagraph, OfficeTable, ParagraphContent

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from askbrief.documents.office import OfficeBlock

_TOKEN = re.compile(
    r"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\(.)|([{}])|[\r\n\0]+|([^\\{}\r\n\0]+)|\\", re.DOTALL
)
_CHARSETS = {
    0: "cp1252", 77: "mac_roman", 128: "cp932", 129: "cp949", 130: "johab", 134: "gbk", 136: "cp950", 161: "cp1253",
    162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874",
    238: "cp1250", 254: "cp437", 255: "cp850",
}  # fmt: skip
_PAGES = {"mac": "mac_roman", "pc": "cp437", "pca": "cp850", "ansi": "cp1252"}
_SYMBOL_CHARSET, _DEFAULT_CHARSET = 2, 1
_UTF8_PAGE = 65001


class RtfToken(NamedTuple):
    """A control word with its number, the brace that begins or ends a group, or bytes of text, which have no word."""

    word: str = ""
    number: int | None = None
    content: bytes = b""


def rtf_tokens(data: bytes) -> Iterator[RtfToken]:
    """Yield the tokens of a file without binary content, which is skipped."""
    text = data.decode("latin-1")
    at = 0
    while match := _TOKEN.match(text, at):
        at = match.end()
        word, number, byte, symbol, brace, plain = match.groups()
        if word == "bin":
            at += min(max(int(number or 0), 0), len(text))
        elif word:
            yield RtfToken(word, None if number is None else int(number))
        elif byte:
            yield RtfToken(content=bytes.fromhex(byte))
        elif symbol and symbol in "\\{}":
            yield RtfToken(content=symbol.encode("latin-1"))
        elif symbol or brace:
            yield RtfToken(symbol or brace)
        elif plain:
            yield RtfToken(content=plain.encode("latin-1"))


@dataclass(slots=True)
class RtfCodePages:
    """The encodings of text: that of the font where it has one, else that of the file."""

    file: str = "cp1252"
    fonts: dict[int, int] = field(default_factory=dict)

    def take(self, word: str, number: int | None) -> bool:
        """Take a control word; return whether it sets the encoding of the file."""
        if word in _PAGES:
            self.file = _PAGES[word]
        elif word == "ansicpg":
            with suppress(LookupError):
                self.file = codecs.lookup("utf-8" if number == _UTF8_PAGE else f"cp{number}").name
        else:
            return False
        return True

    def decode(self, content: bytes, font: int | None) -> str:
        """Decode bytes in a font; a byte that is no character becomes U+FFFD."""
        charset = self.fonts.get(-1 if font is None else font, _DEFAULT_CHARSET)
        if charset == _SYMBOL_CHARSET:
            return "".join(chr(byte) if byte < 0x80 else "•" for byte in content)  # noqa: PLR2004 - ASCII
        return content.decode(_CHARSETS.get(charset, self.file), errors="replace")


def _with_pairs_joined(text: str) -> str:
    """Join the halves of surrogate pairs, which RTF writes one by one."""
    if not any("\ud800" <= character <= "\udfff" for character in text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


_LIST_NUMBER = pattern(r"\(?\d+(?:\.\d+)*[.):]?")
_SAME_BORDER = 30  # cell borders within this distance, in twips (1/20 point), belong to the same column


@dataclass(slots=True)
class RtfGroup:
    """The state that a group inherits from the one around it; `place` says where its text goes."""

    place: str = "text"
    font: int | None = None
    after_unicode: int = 1
    hidden: bool = False
    deleted: bool = False
    bold: bool = False
    raised: bool = False


@dataclass(slots=True)
class RtfParagraphStyle:
    """The properties of a paragraph, which `\\pard` resets."""

    style: int | None = None
    level: int | None = None
    depth: int = 0
    series: str = ""
    in_table: bool = False


class RtfStory:
    """A sequence of paragraphs and tables: of the document, a note or a text box."""

    def __init__(self) -> None:
        self.blocks: list[OfficeBlock] = []
        self.style = RtfParagraphStyle()
        self.mark = ""
        self.edges: list[int] = []
        self.header = False
        self._content = ParagraphContent()
        self._cell: list[str] = []
        self._row: list[str] = []
        self._rows: list[tuple[list[str], list[int]]] = []
        self._headers = 0
        self._after: list[OfficeBlock] = []

    def add(self, text: str, *, bold: bool, raised: bool = False) -> None:
        self._content.add(text, bold=bold, raised=raised)

    @property
    def is_empty(self) -> bool:
        return not self._content.pieces

    def discard(self) -> None:
        self._content, self.mark = ParagraphContent(), ""

    def anchor(self, blocks: Sequence[OfficeBlock]) -> None:
        self._after += blocks

    def end_paragraph(self, level: int) -> None:
        """End the paragraph; in a table it becomes a part of the cell."""
        text = _with_pairs_joined(self._content.text)
        paragraph = OfficeParagraph(text, level if text.strip() else 0, self._list_mark(), self._content.bold)
        self.discard()
        if self.style.in_table:
            self._cell.append(paragraph.printed)
            return
        self.end_table()
        self.blocks += [paragraph, *self._after]
        self._after = []

    def end_cell(self) -> None:
        self.style.in_table = True
        self.end_paragraph(0)
        self._row.append(" ".join(self._cell))
        self._cell = []

    def end_row(self) -> None:
        if self._row:
            self._headers += self.header and self._headers == len(self._rows)
            self._rows.append((self._row, self.edges))
        self._row = []

    def end_table(self) -> None:
        self.end_row()
        if self._rows:
            self.blocks += [OfficeTable(_aligned(self._rows), self._headers), *self._after]
            self._rows, self._headers, self._after = [], 0, []

    def end(self, level: int) -> list[OfficeBlock]:
        if not self.is_empty:
            self.end_paragraph(level)
        if self._cell:
            self.end_cell()
        self.end_table()
        return self.blocks + self._after

    def _list_mark(self) -> ListMark | None:
        printed = " ".join(self.mark.split())
        if not printed:
            return None
        if len(printed) == 1 and not printed.isdigit() and not printed.isupper():
            printed = printed if printed in "-–—*" else "•"
        depth = self.style.depth
        complete = bool(_LIST_NUMBER.fullmatch(printed)) and printed.strip(".").count(".") == depth
        return ListMark(printed, self.style.series or "list", depth, complete)


def _aligned(rows: Sequence[tuple[list[str], list[int]]]) -> list[list[str | None]]:
    """Align cells to columns by their right borders; None follows a cell for each further column that it spans."""
    if len({len(cells) for cells, _ in rows}) == 1 or any(len(cells) != len(edges) for cells, edges in rows):
        return [list(cells) for cells, _ in rows]
    borders: list[int] = []
    for edge in sorted({edge for _, edges in rows for edge in edges}):
        if not borders or edge - borders[-1] > _SAME_BORDER:
            borders.append(edge)
    aligned: list[list[str | None]] = []
    for cells, edges in rows:
        row: list[str | None] = []
        for cell, edge in zip(cells, edges, strict=True):
            until = sum(border <= edge + _SAME_BORDER for border in borders)
            row += [cell, *[None] * max(until - len(row) - 1, 0)]
        aligned.append(row)
    return aligned
