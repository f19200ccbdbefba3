"""Bytes whose encoding is stated with them, as in web pages and mails: it is tried first, and may be wrong."""

from __future__ import annotations

import codecs

from askbrief.reading.decoding import decode

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

    A few bytes that do not fit leave a U+FFFD each, which a `Composer` leaves out, counts and tells.

    Raises:
        ReadingError: as `decode` does.

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
