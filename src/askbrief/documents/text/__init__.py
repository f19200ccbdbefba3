"""Text formats, and what they share: decoding of bytes, division into lines, blocks of plain text."""

from __future__ import annotations

import codecs
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

import regex
from charset_normalizer import from_bytes

from askbrief.core.text import pattern
from askbrief.errors import ParsingError
from askbrief.records import Block, BlockKind, Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from charset_normalizer import CharsetMatch

_BYTE_ORDER_MARKS = {  # the UTF-32 mark begins with the UTF-16 mark, so it is tried first
    codecs.BOM_UTF32_LE: "utf-32", codecs.BOM_UTF32_BE: "utf-32", codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16",
}  # fmt: skip
_MAX_CONTROL_SHARE = 0.01
# Without a byte order mark, any short text of even length is also valid UTF-16, in Chinese characters.
_NEVER_GUESSED = ["utf_16", "utf_16_le", "utf_16_be", "utf_32", "utf_32_le", "utf_32_be"]
_WESTERN = "cp1252"
_MIN_ASCII_PER_OTHER_BYTE = 50
_NON_ASCII = regex.compile(rb"[\x80-\xff]+")
_MAX_WESTERN_RUN = 2
_ESCAPED = regex.compile("[\udc80-\udcff]")
_NON_ASCII_TEXT = regex.compile(r"[^\x00-\x7f]+")
_PRINTED = regex.compile(r"[\p{L}\p{M}\p{N}\p{P}\p{S}\p{Z}\t\r\n]+")
_MIN_RIGHT_PER_WRONG, _MIN_ASCII_PER_OTHER_BYTE_OF_UTF_8 = 4, 10
_LEAST_NULS, _LEAST_NUL_SHARE = 2, 0.01
_MAX_STRAY_NULS, _MIN_PRINTED = 0.02, 0.98
_USUAL_SIGNS = frozenset("éèêëàâäáåãöóòôøõüúùûíìîïçñßæœÉÈÀÂÄÁÅÖÓÔØÜÚÇÑŒÆ’‘“”„–—•…«»€£°§¡¿ºª\xa0")
_CAPITAL_WITHIN = regex.compile(r"(?<=\p{Ll})[^\P{Lu}A-Z]")
_USUAL, _UNUSUAL = 0.9, 0.5
_CHAOS_MARGIN, _COHERENCE_MARGIN = 0.01, 0.02


def decode(data: bytes) -> str:
    """Decode UTF-8, UTF-16 or UTF-32, or a detected legacy encoding; ParsingError if none fits.

    >>> decode("café".encode("cp1252"))
    'café'
    """
    return decode_with_notes(data)[0]


def decode_with_notes(data: bytes) -> tuple[str, tuple[str, ...]]:
    r"""Decode as `decode` does, and return notes on bytes that do not fit.

    A file that is UTF-8 but for a few bytes stays UTF-8: those bytes are read as Windows-1252.

    >>> decode_with_notes("À côté, déjà: ".encode() + b"caf\xe9")
    ('À côté, déjà: café', ('1 byte is not UTF-8, as the rest is, and was read as Windows-1252',))
    """
    text, notes = _decode(data)
    if "\0" in text:
        raise ParsingError("is not text (it holds NUL bytes): it is binary, save it in another format")
    controls = sum(character < " " and character not in "\t\n\r\f\v\x1b" for character in text)
    if controls > _MAX_CONTROL_SHARE * len(text):
        raise ParsingError("is not text (too many control characters): convert it to UTF-8 text")
    return text, notes


def _decode(data: bytes) -> tuple[str, tuple[str, ...]]:
    for mark, encoding in _BYTE_ORDER_MARKS.items():
        if data.startswith(mark):
            if encoding == "utf-8-sig":
                return _utf_8(data[len(mark) :])
            try:
                return data.decode(encoding), ()
            except UnicodeDecodeError as error:
                raise ParsingError(f"begins as {encoding} but byte {error.start} is not: save it as UTF-8") from error
    if b"\0" in data:
        wide = _utf_16_without_mark(data)
        if wide is None:
            raise ParsingError("is not text (it holds NUL bytes): it is binary, save it in another format")
        return wide, ()
    with suppress(UnicodeDecodeError):
        return data.decode("utf-8"), ()
    return _utf_8(data) if _is_mostly_utf_8(data) else (_legacy(data), ())


def _utf_8(data: bytes) -> tuple[str, tuple[str, ...]]:
    """Decode UTF-8; bytes that are none are read as Windows-1252, or left out where they mean nothing there."""
    text = data.decode("utf-8", "surrogateescape")
    wrong = len(_ESCAPED.findall(text))
    if not wrong:
        return text, ()
    repaired = _ESCAPED.sub(lambda match: bytes([ord(match[0]) - 0xDC00]).decode(_WESTERN, "ignore"), text)
    many = f"{wrong:,} bytes are" if wrong > 1 else "1 byte is"
    verb = "were" if wrong > 1 else "was"
    return repaired, (f"{many} not UTF-8, as the rest is, and {verb} read as Windows-1252",)


def _is_mostly_utf_8(data: bytes) -> bool:
    """Return whether the bytes that are not ASCII are nearly all UTF-8; in other encodings they hardly ever are."""
    text = data.decode("utf-8", "surrogateescape")
    wrong = len(_ESCAPED.findall(text))
    right = sum(map(len, _NON_ASCII_TEXT.findall(text))) - wrong
    is_latin = sum(map(len, _NON_ASCII.findall(data))) * _MIN_ASCII_PER_OTHER_BYTE_OF_UTF_8 <= len(data)
    return right >= _MIN_RIGHT_PER_WRONG * wrong or (is_latin and right >= max(wrong, 1))


def _utf_16_without_mark(data: bytes) -> str | None:
    """Return the text if the NUL bytes are where UTF-16 has them: all at even places, or all at odd ones."""
    if len(data) % 2:
        return None
    even, odd = data[::2].count(0), data[1::2].count(0)
    if max(even, odd) < max(_LEAST_NULS, _LEAST_NUL_SHARE * len(data)):
        return None
    if min(even, odd) > _MAX_STRAY_NULS * max(even, odd):
        return None
    try:
        text = data.decode("utf-16-le" if odd > even else "utf-16-be")
    except UnicodeDecodeError:
        return None
    return text if sum(map(len, _PRINTED.findall(text))) >= _MIN_PRINTED * len(text) else None


def _old_western(data: bytes) -> str | None:
    """Return a Western text in Mac Roman or a code page of DOS; None if Windows-1252 gives a more usual text."""
    signs = sum(map(len, _NON_ASCII.findall(data)))
    shares = {name: _usual(data.decode(name, "replace"), signs) for name in (_WESTERN, "mac_roman", "cp850", "cp437")}
    best = max(shares, key=lambda name: shares[name])
    is_western = signs * _MIN_ASCII_PER_OTHER_BYTE_OF_UTF_8 <= len(data) * 2
    if best == _WESTERN or not is_western or shares[best] < _USUAL or shares[_WESTERN] > _UNUSUAL:
        return None
    return data.decode(best)


def _usual(text: str, signs: int) -> float:
    usual = sum(sign in _USUAL_SIGNS for sign in text if sign > "\x7f")
    return (usual - len(_CAPITAL_WITHIN.findall(text))) / max(signs, 1)


def _legacy(data: bytes) -> str:
    """Detect a legacy encoding; prefer Windows-1252 where it fits as well as the best match."""
    old = _old_western(data)
    if old is not None:
        return old
    if _is_nearly_ascii(data):
        with suppress(UnicodeDecodeError):
            return data.decode(_WESTERN)
    matches = from_bytes(data, cp_exclusion=_NEVER_GUESSED)
    best = matches.best()
    if best is None:
        raise ParsingError("is not text in any encoding that could be recognised: save it as UTF-8")
    return str(next((match for match in matches if _is_western(match, best)), best))


def _is_nearly_ascii(data: bytes) -> bool:
    """Return whether non-ASCII bytes are too rare to detect an encoding; they are then nearly always Windows-1252."""
    runs = [len(run) for run in _NON_ASCII.findall(data)]
    return sum(runs) <= max(1, len(data) // _MIN_ASCII_PER_OTHER_BYTE) and max(runs) <= _MAX_WESTERN_RUN


def _is_western(match: CharsetMatch, best: CharsetMatch) -> bool:
    """Return whether a match decodes the same as Windows-1252, and about as well as the best match."""
    return (
        _WESTERN in (match.encoding, *match.could_be_from_charset)
        and match.chaos <= best.chaos + _CHAOS_MARGIN
        and match.coherence >= best.coherence - _COHERENCE_MARGIN
    )


_MAX_UNDECODABLE_SHARE = 0.001
_REPLACEMENT = "\ufffd"
_WEB_ENCODINGS = {  # what browsers use for a label (WHATWG Encoding Standard), where Python's encodings cover less
    "ascii": "cp1252", "iso8859-1": "cp1252", "iso8859-9": "cp1254", "gb2312": "gb18030", "gbk": "gb18030",
    "shift_jis": "cp932", "euc_kr": "cp949", "big5": "big5hkscs", "tis-620": "cp874",
}  # fmt: skip
_NEVER_UTF_8 = ("utf-16", "utf-32", "utf_16", "utf_32", "iso2022", "hz")
_EAST_ASIAN, _MIN_SIGNS = {"gb18030", "cp932", "cp949", "big5hkscs", "euc_jp"}, 8
"""In these, a few characters may happen to be valid UTF-8."""
# Codecs that Python lists as text encodings, but that no document uses, or that are slow.
_NOT_ENCODINGS = {"utf-7", "unicode_escape", "raw_unicode_escape", "idna", "punycode", "undefined"}


def decode_as(data: bytes, label: str | None) -> str:
    r"""Decode with the stated encoding, or as `decode` does where that does not fit.

    Up to 0.1% of undecodable bytes become U+FFFD, which `DocumentBuilder` leaves out, counts and reports. `label` names
    the encoding; it is None where none is stated. Raises ParsingError as `decode` does.

    >>> decode_as(b"caf\xe9", "iso-8859-1"), decode_as("café".encode(), "us-ascii")
    ('café', 'café')
    """
    encoding = encoding_of(label)
    if encoding is None or data.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return decode(data)
    if not encoding.startswith(_NEVER_UTF_8):
        signs = sum(map(len, _NON_ASCII.findall(data)))
        if encoding not in _EAST_ASIAN or signs >= _MIN_SIGNS:
            with suppress(UnicodeDecodeError):
                return data.decode("utf-8") if signs else data.decode(encoding)  # other text is hardly ever UTF-8
    text = data.decode(encoding, "replace")
    if text.count(_REPLACEMENT) <= 1 + _MAX_UNDECODABLE_SHARE * len(text):
        return text
    return decode(data)


def encoding_of(label: str | None) -> str | None:
    """Return the name of Python's codec for an encoding label, or None.

    >>> encoding_of("x-unheard-of"), encoding_of(" UTF8 "), encoding_of("latin-1")
    (None, 'utf-8', 'cp1252')
    """
    try:
        codec = codecs.lookup((label or "").strip(" \t\r\n'\"").lower())
    except (LookupError, ValueError):
        return None
    is_text = getattr(codec, "_is_text_encoding", True)
    return _WEB_ENCODINGS.get(codec.name, codec.name) if is_text and codec.name not in _NOT_ENCODINGS else None


_LINE = pattern(r"[^\r\n]*(?:\r\n?|\n|\Z)")


def line_spans(text: str, start: int = 0) -> list[Span]:
    r"""Return every line from `start` on, without its line end.

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
    """Return the span without white space at its ends; an empty one at `start` where nothing is left."""
    piece = text[start:end]
    first = start + len(piece) - len(piece.lstrip())
    return Span(first, first + len(piece.strip())) if piece.strip() else Span(start, start)


_WORD = pattern(r"\w")
_LIST_ITEM = pattern(r"\s*(?:[-*+•‣◦–]|\(?\d{1,3}[.)]|\(?[a-z][.)])\s")
_CLOSED = pattern(r"""[.!?:;,…。！？]["'”’»)\]]*$""")
_MAX_WRAPPED_WIDTH = 100
_MIN_WRAPPED_MEAN_WIDTH = 45
_MAX_HEADING_CHARS = 80
_MAX_HEADING_WORDS = 12
_MAX_HEADING_RUN = 2


def plain_blocks(text: str, start: int = 0) -> tuple[Block, ...]:
    r"""Find the paragraphs and headings of a plain text from `start` on.

    Blank lines divide paragraphs. Between them, each line is a paragraph unless the lines are hard-wrapped.

    >>> [(b.kind.value, b.start, b.end) for b in plain_blocks("Attacks\n\nThey rose by 42%.\n")]
    [('heading', 0, 7), ('paragraph', 9, 26)]
    """
    pieces = [piece for group in _groups(text, start) for piece in _paragraphs(text, group)]
    headings = _headings(text, pieces)
    kinds = ((BlockKind.HEADING, 1) if index in headings else (BlockKind.PARAGRAPH, 0) for index in range(len(pieces)))
    return tuple(Block(piece.span.start, piece.span.end, *kind) for piece, kind in zip(pieces, kinds, strict=True))


@dataclass(frozen=True, slots=True)
class _Piece:
    span: Span
    opens_group: bool


def _groups(text: str, start: int) -> Iterator[list[Span]]:
    lines = groupby(line_spans(text, start), lambda line: bool(_WORD.search(text, line.start, line.end)))
    for has_words, group in lines:
        if has_words:
            yield [stripped(text, line.start, line.end) for line in group]


def _paragraphs(text: str, group: Sequence[Span]) -> Iterator[_Piece]:
    """Join the lines of a hard-wrapped group; otherwise every line is a paragraph."""
    wrapped = _is_wrapped(text, group)
    first = group[0]
    for previous, line in pairwise(group):
        if not wrapped or _LIST_ITEM.match(text, line.start, line.end):
            yield _Piece(Span(first.start, previous.end), first is group[0])
            first = line
    yield _Piece(Span(first.start, group[-1].end), first is group[0])


def _is_wrapped(text: str, group: Sequence[Span]) -> bool:
    widths = [line.end - line.start for line in group[:-1]]
    if not widths or max(widths) > _MAX_WRAPPED_WIDTH or sum(widths) / len(widths) < _MIN_WRAPPED_MEAN_WIDTH:
        return False
    closed = sum(bool(_CLOSED.search(text[line.start : line.end])) for line in group[:-1])
    return closed < len(widths) / 2


def _headings(text: str, pieces: Sequence[_Piece]) -> set[int]:
    """Return the indexes of headings: one or two title-like lines above a paragraph.

    A longer run of title-like lines is a list or a table. Inside a group, a heading must follow a long line.
    """
    headings: set[int] = set()
    run: list[int] = []
    for index, piece in enumerate(pieces):
        if _is_title_like(text[piece.span.start : piece.span.end]):
            run.append(index)
            continue
        if 0 < len(run) <= _MAX_HEADING_RUN:
            above = pieces[run[0] - 1].span
            if pieces[run[0]].opens_group or above.end - above.start > _MAX_HEADING_CHARS:
                headings.update(run)
        run = []
    return headings


def _is_title_like(line: str) -> bool:
    if len(line) > _MAX_HEADING_CHARS or len(line.split()) > _MAX_HEADING_WORDS:
        return False
    if "\n" in line or "\r" in line or "://" in line or _CLOSED.search(line) or _LIST_ITEM.match(line):
        return False
    first_word = _WORD.search(line)
    return bool(first_word and not first_word.group().islower() and regex.search(r"\p{L}{2}", line))
