"""The signs that RTF is written in: control words, groups, and bytes of one code page or another."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

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
