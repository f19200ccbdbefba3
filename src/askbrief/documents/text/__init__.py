"""Text formats, and what they share: bytes decoded to text, and text divided into lines."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

import regex
from charset_normalizer import from_bytes

from askbrief.core.lazy_regex import pattern
from askbrief.errors import ParsingError
from askbrief.records import Span

if TYPE_CHECKING:
    from charset_normalizer import CharsetMatch

# Longest first: the UTF-32 mark begins with the UTF-16 one.
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MOST_CONTROLS = 0.01
# Never guessed: without its mark, any short text of even length is also UTF-16, in Chinese characters.
_NEVER_GUESSED = ["utf_16", "utf_16_le", "utf_16_be", "utf_32", "utf_32_le", "utf_32_be"]
_WESTERN = "cp1252"
_ASCII_BYTES_PER_ODD_ONE = 50
_ODD_BYTES = regex.compile(rb"[\x80-\xff]+")
_LONGEST_WESTERN_RUN = 2
_CHAOS_MARGIN, _COHERENCE_MARGIN = 0.01, 0.02


def decode(data: bytes) -> str:
    """Decode UTF-8, UTF-16 or UTF-32 by its mark, or a legacy encoding found by charset-normalizer.

    Raises:
        ParsingError: the bytes are no text, or text in an encoding that cannot be told.

    >>> decode("café".encode("cp1252"))
    'café'
    """
    text = _decode(data)
    if "\0" in text:
        raise ParsingError("is not text (it holds NUL bytes): binary, or UTF-16 without a byte order mark")
    controls = sum(character < " " and character not in "\t\n\r\f\v\x1b" for character in text)
    if controls > _MOST_CONTROLS * len(text):
        raise ParsingError("is not text (too many control characters): convert it to UTF-8 text")
    return text


def _decode(data: bytes) -> str:
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError as error:
                raise ParsingError(f"begins as {encoding} but byte {error.start} is not: save it as UTF-8") from error
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    if b"\0" in data:
        raise ParsingError("is not text (it holds NUL bytes): binary, or UTF-16 without a byte order mark")
    return _legacy(data)


def _legacy(data: bytes) -> str:
    """Guess the encoding; Windows-1252 where nothing speaks for another one."""
    if _is_nearly_ascii(data):
        try:
            return data.decode(_WESTERN)
        except UnicodeDecodeError:
            pass
    matches = from_bytes(data, cp_exclusion=_NEVER_GUESSED)
    best = matches.best()
    if best is None:
        raise ParsingError("is not text in any encoding that could be recognised: save it as UTF-8")
    return str(next((match for match in matches if _is_western(match, best)), best))


def _is_nearly_ascii(data: bytes) -> bool:
    """A few typographic marks and accents in much ASCII: too little to guess from, and nearly always Windows-1252."""
    runs = [len(run) for run in _ODD_BYTES.findall(data)]
    return sum(runs) <= max(1, len(data) // _ASCII_BYTES_PER_ODD_ONE) and max(runs) <= _LONGEST_WESTERN_RUN


def _is_western(match: CharsetMatch, best: CharsetMatch) -> bool:
    """Whether a match reads as Windows-1252 would, and no worse than the best one."""
    return (
        _WESTERN in (match.encoding, *match.could_be_from_charset)
        and match.chaos <= best.chaos + _CHAOS_MARGIN
        and match.coherence >= best.coherence - _COHERENCE_MARGIN
    )


_MOST_UNREADABLE = 0.001
_UNREADABLE = "\ufffd"
# What a label means to browsers (WHATWG Encoding Standard), where Python takes it more narrowly.
_WIDER = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
    "tis-620": "cp874",
}
# Codecs that Python counts among the text encodings and that no document is in, or that run for long.
_NEVER = {"utf-7", "unicode_escape", "raw_unicode_escape", "idna", "punycode", "undefined"}


def decode_as(data: bytes, label: str | None) -> str:
    r"""Decode by the encoding that is stated, or as `decode` finds where that does not fit.

    A few bytes that do not fit leave a U+FFFD each, which a `DocumentBuilder` leaves out, counts and tells.

    Raises:
        ParsingError: as `decode` does.

    >>> decode_as(b"caf\xe9", "iso-8859-1"), decode_as("café".encode(), "us-ascii")
    ('café', 'café')
    """
    encoding = known(label)
    if encoding is None or data.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return decode(data)
    if encoding == "cp1252":
        try:
            return data.decode("utf-8")  # hardly anything but UTF-8 is valid UTF-8, whatever is stated
        except UnicodeDecodeError:
            pass
    text = data.decode(encoding, "replace")
    if text.count(_UNREADABLE) <= 1 + _MOST_UNREADABLE * len(text):
        return text
    return decode(data)


def known(label: str | None) -> str | None:
    """The encoding that a label means, None where it means none.

    >>> known("x-unheard-of"), known(" UTF8 "), known("latin-1")
    (None, 'utf-8', 'cp1252')
    """
    try:
        codec = codecs.lookup((label or "").strip(" \t\r\n'\"").lower())
    except (LookupError, ValueError):
        return None
    is_text = getattr(codec, "_is_text_encoding", True)
    return _WIDER.get(codec.name, codec.name) if is_text and codec.name not in _NEVER else None


_LINE = pattern(r"[^\r\n]*(?:\r\n?|\n|\Z)")


def line_spans(text: str, start: int = 0) -> list[Span]:
    r"""Every line from `start` on, without its line end.

    >>> line_spans("a\r\n\nb")
    [Span(start=0, end=1), Span(start=3, end=3), Span(start=4, end=5)]
    """
    spans: list[Span] = []
    for match in _LINE.finditer(text, start):
        if match.end() == match.start() and match.start() == len(text) and spans:
            break
        spans.append(Span(match.start(), match.start() + len(match.group().rstrip("\r\n"))))
    return spans


def stripped(text: str, start: int, end: int) -> Span:
    """The span without white space at its ends; empty at `start` where there is nothing else."""
    piece = text[start:end]
    first = start + len(piece) - len(piece.lstrip())
    return Span(first, first + len(piece.strip())) if piece.strip() else Span(start, start)
