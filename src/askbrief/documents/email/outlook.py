"""Mails as Outlook saves them (.msg): an OLE file in which every property of the mail is a stream."""

from __future__ import annotations

import datetime as dt
import struct
from email.message import EmailMessage
from email.utils import formataddr
from typing import TYPE_CHECKING

from askbrief.documents import email
from askbrief.documents.builder import DocumentBuilder, NestedFile
from askbrief.documents.email import eml as mail
from askbrief.documents.html import declared_charset
from askbrief.documents.limits import UniqueNames, safe_name
from askbrief.documents.text import decode_as
from askbrief.errors import ParsingError
from askbrief.records import Metadata

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from askbrief.documents.builder import ParsedText

# Numbers of properties are those of [MS-OXPROPS].
_SUBJECT, _FROM, _SENDER, _FROM_ADDRESS, _HEADERS = 0x0037, 0x0042, 0x0C1A, 0x5D02, 0x007D
_BODY, _HTML, _RTF = 0x1000, 0x1013, 0x1009
_SUBMITTED, _DELIVERED = 0x0039, 0x0E06
_MESSAGE_CODEPAGE, _INTERNET_CODEPAGE = 0x3FFD, 0x3FDE
_DATA, _METHOD, _LONG_NAME, _SHORT_NAME, _EXTENSION = 0x3701, 0x3705, 0x3707, 0x3704, 0x3703
_MIME_TYPE, _CONTENT_ID = 0x370E, 0x3712
_UNICODE, _STRING, _BINARY = "001F", "001E", "0102"
_LINKED = {2, 3, 4, 7}
_CODEPAGES = {65001: "utf-8", 20127: "ascii", 1200: "utf-16-le", 20866: "koi8-r", 21866: "koi8-u", 54936: "gb18030"}
_CODEPAGES |= {50220: "iso2022_jp", 50221: "iso2022_jp", 51932: "euc_jp", 51949: "euc_kr"}
_CODEPAGES |= {28590 + number: f"iso8859-{number}" for number in (*range(1, 10), 13, 15)}
_HEADER_OF_MAIL, _HEADER_OF_INNER_MAIL, _HEADER_OF_ATTACHMENT = 32, 24, 8
_EPOCH, _TICKS = dt.datetime(1601, 1, 1, tzinfo=dt.UTC), 10
_INNER_MAIL = "__substg1.0_3701000D"
_LONGEST_SUBJECT = 80
_DEEPEST = 8
_DAMAGED = OSError, ValueError, LookupError, ArithmeticError, TypeError, AttributeError, struct.error, RecursionError
"""What olefile raises at files that are not as they should be."""


def parse(data: bytes) -> ParsedText:
    """Read a .msg file.

    Raises:
        ParsingError: it is damaged, or no mail.
    """
    found = _Storage(_streams(data), "", _HEADER_OF_MAIL)
    if not found.has_properties():
        raise ParsingError("is no mail of Outlook's: save it anew, as .msg or .eml")
    builder, names, parts = DocumentBuilder(), UniqueNames(), []
    notes = _body(found, builder)
    for attachment in found.inner("__attach_version1.0_#", _HEADER_OF_ATTACHMENT):
        part, note = _attachment(attachment, names)
        parts += [part] if part else []
        notes += [note] if note else []
    headers = email.parsed(found.text(_HEADERS).encode("utf-8", "replace"))
    metadata = Metadata(
        title=_one_line(found.text(_SUBJECT)) or None,
        author=email.people_in(_sender(found)) or email.people(headers),
        date=email.date(headers) or found.day(_SUBMITTED) or found.day(_DELIVERED),
    )
    return builder.build(metadata, nested_files=parts, notes=notes)


def _streams(data: bytes) -> Mapping[str, bytes]:
    """Every stream by its path."""
    import olefile

    try:
        with olefile.OleFileIO(data) as ole:
            if sum(map(ole.get_size, ole.listdir())) > len(data):
                raise ValueError("its streams are longer than the file")
            return {"/".join(path): ole.openstream(path).read() for path in ole.listdir()}
    except _DAMAGED as error:
        what = "its storages are nested without end" if isinstance(error, RecursionError) else error
        raise ParsingError(f"is damaged, or not what its suffix says ({what}): save it anew") from error


class _Storage:
    """The properties of a mail or of an attachment, which lie below a path."""

    def __init__(self, streams: Mapping[str, bytes], path: str, header: int, codepage: str | None = None) -> None:
        self._streams = streams
        self._path = path
        self._numbers = dict(_fixed(streams.get(f"{path}__properties_version1.0", b"")[header:]))
        self.codepage = self._codepage(_MESSAGE_CODEPAGE) or codepage

    def has_properties(self) -> bool:
        return f"{self._path}__properties_version1.0" in self._streams

    def bytes(self, number: int, kind: str = _BINARY) -> bytes:
        return self._streams.get(f"{self._path}__substg1.0_{number:04X}{kind}", b"")

    def text(self, number: int) -> str:
        wide = self.bytes(number, _UNICODE)
        if wide:
            return wide.decode("utf-16-le", "replace").replace("\0", "")
        encoding = (self._codepage(_INTERNET_CODEPAGE) if number == _BODY else None) or self.codepage
        try:
            return decode_as(self.bytes(number, _STRING).replace(b"\0", b""), encoding)
        except ParsingError:
            return ""

    def html(self) -> str:
        data = self.bytes(_HTML)
        if not data:
            return self.text(_HTML)
        try:
            return decode_as(data, self._codepage(_INTERNET_CODEPAGE) or declared_charset(data))
        except ParsingError:
            return ""

    def number(self, number: int) -> int:
        return int.from_bytes(self._numbers.get(number, b"")[:4], "little")

    def day(self, number: int) -> str | None:
        ticks = int.from_bytes(self._numbers.get(number, b""), "little")
        try:
            return (_EPOCH + dt.timedelta(microseconds=ticks // _TICKS)).date().isoformat() if ticks else None
        except OverflowError:
            return None

    def inner(self, prefix: str, header: int) -> Iterator[_Storage]:
        """The storages directly in this one whose names begin so, in order."""
        start = len(self._path)
        below = (path[start:].partition("/") for path in self._streams if path.startswith(self._path))
        for name in sorted({name for name, slash, _ in below if slash and name.startswith(prefix)}):
            yield _Storage(self._streams, f"{self._path}{name}/", header, self.codepage)

    def _codepage(self, number: int) -> str | None:
        page = self.number(number)
        return _CODEPAGES.get(page, f"cp{page}") if page else None


def _fixed(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The properties of a fixed size: sixteen bytes each, number and value among them."""
    for at in range(0, len(data) - 15, 16):
        yield int.from_bytes(data[at + 2 : at + 4], "little"), data[at + 8 : at + 16]


def _body(found: _Storage, builder: DocumentBuilder) -> list[str]:
    plain, page = found.text(_BODY), found.html()
    mail.compose_body(plain, page, builder)
    if not builder.characters and found.bytes(_RTF):
        try:
            mail.compose_body(_from_rtf(found.bytes(_RTF)), "", builder)
        except ParsingError as error:
            return [str(error)]
    return []


def _from_rtf(data: bytes) -> str:
    """The words of a body that is there only as compressed RTF.

    Raises:
        ParsingError: it cannot be unpacked.
    """
    from compressed_rtf import decompress
    from striprtf.striprtf import rtf_to_text

    try:
        return str(rtf_to_text(decompress(data).decode("latin-1"), errors="replace"))  # type: ignore[no-untyped-call]
    except Exception as error:  # the libraries raise whatever they come upon
        raise ParsingError(f"its text is in damaged RTF ({error}): save it as .eml") from error


def _sender(found: _Storage) -> str:
    return next(filter(None, (_one_line(found.text(number)) for number in (_FROM, _SENDER, _FROM_ADDRESS))), "")


def _attachment(found: _Storage, names: UniqueNames) -> tuple[NestedFile | None, str | None]:
    """A file attached, or a note that says why it is none."""
    inner = next(found.inner(_INNER_MAIL, _HEADER_OF_INNER_MAIL), None)
    if inner is not None:
        subject = safe_name(_one_line(inner.text(_SUBJECT)))[:_LONGEST_SUBJECT].strip()
        return NestedFile(names.of(f"{subject or 'message'}.eml"), _as_mail(inner).as_bytes()), None
    name = _one_line(found.text(_LONG_NAME) or found.text(_SHORT_NAME))
    if found.number(_METHOD) in _LINKED:
        return None, f"{name or 'an attachment'} is linked and not in the file"
    is_picture = found.text(_MIME_TYPE).lower().startswith("image/") and bool(found.text(_CONTENT_ID))
    content = found.bytes(_DATA)
    if is_picture or not content:
        return None, None
    return NestedFile(names.of(name, _one_line(found.text(_EXTENSION))), content), None


def _as_mail(found: _Storage, depth: int = 0) -> EmailMessage:
    """A mail within the mail in the form that others have, so that it can be read by itself."""
    message = EmailMessage()
    message["Subject"] = _one_line(found.text(_SUBJECT))
    message["From"] = formataddr((_one_line(found.text(_FROM) or found.text(_SENDER)), ""))
    day = found.day(_SUBMITTED) or found.day(_DELIVERED)
    if day:
        message["Date"] = dt.datetime.fromisoformat(day).replace(tzinfo=dt.UTC)
    plain, page = (text.encode("utf-8", "replace").decode() for text in (found.text(_BODY), found.html()))
    message.set_content(plain)
    if page:
        message.add_alternative(page, subtype="html")
    names = UniqueNames()
    for attachment in found.inner("__attach_version1.0_#", _HEADER_OF_ATTACHMENT):
        inner = next(attachment.inner(_INNER_MAIL, _HEADER_OF_INNER_MAIL), None)
        if inner is not None:
            if depth < _DEEPEST:
                message.add_attachment(_as_mail(inner, depth + 1))
            continue
        part, _ = _attachment(attachment, names)
        if part:
            message.add_attachment(part.content, "application", "octet-stream", filename=part.name)
    return message


def _one_line(text: str) -> str:
    return email.in_words(text.replace("\n", " ").replace("\r", " "))
