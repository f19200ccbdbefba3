"""Bytes -> text, without ever putting a replacement character into a quote."""

from __future__ import annotations

import codecs

from charset_normalizer import from_bytes

from askbrief.errors import ReadingError

# Longest first: the UTF-32 mark begins with the UTF-16 one.
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MOST_CONTROLS = 0.01


def decode(data: bytes) -> str:
    """Decode UTF-8, UTF-16 or UTF-32 by its mark, or a legacy encoding found by charset-normalizer.

    Raises:
        ReadingError: the bytes are no text, or text in an encoding that cannot be told.

    >>> decode("café".encode("cp1252"))
    'café'
    """
    text = _decode(data)
    if "\0" in text:
        raise ReadingError("is not text (it holds NUL bytes): binary, or UTF-16 without a byte order mark")
    controls = sum(character < " " and character not in "\t\n\r\f\v\x1b" for character in text)
    if controls > _MOST_CONTROLS * len(text):
        raise ReadingError("is not text (too many control characters): convert it to UTF-8 text")
    return text


def _decode(data: bytes) -> str:
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError as error:
                raise ReadingError(f"begins as {encoding} but byte {error.start} is not: save it as UTF-8") from error
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    if b"\0" in data:
        raise ReadingError("is not text (it holds NUL bytes): binary, or UTF-16 without a byte order mark")
    best = from_bytes(data).best()
    if best is None:
        raise ReadingError("is not text in any encoding that could be recognised: save it as UTF-8")
    return str(best)
