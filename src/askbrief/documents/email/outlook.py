"""Outlook mails (.msg): an OLE file in which each property of the mail is a stream."""

from __future__ import annotations

import datetime as dt
import struct
from contextlib import suppress
from email.message import EmailMessage
from email.utils import formataddr
from typing import TYPE_CHECKING

from askbrief.documents import email
from askbrief.documents.builder import DocumentBuilder, NestedFile
from askbrief.documents.html import declared_charset
from askbrief.documents.limits import UniqueNames
from askbrief.documents.office import OfficeParagraph, add_blocks
from askbrief.documents.office.rtf import parse_rtf
from askbrief.documents.text import decode_as
from askbrief.errors import ParsingError
from askbrief.records import Metadata

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from askbrief.documents.builder import ParsedText
    from askbrief.documents.email.quotes import QuotedMessage

# The numbers of properties are in [MS-OXPROPS].
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
_MAX_DEPTH = 8  # maximum number of mails inside each other
_DAMAGED = OSError, ValueError, LookupError, ArithmeticError, TypeError, AttributeError, struct.error, RecursionError
"""What olefile raises for damaged files."""


def parse(data: bytes) -> ParsedText:
    """Parse a .msg file; ParsingError if it is damaged, or no mail."""
    streams = _streams(data)
    storage = _Storage(streams, "", _HEADER_OF_MAIL)
    if "__properties_version1.0" not in streams:
        raise ParsingError("is no Outlook mail: save it again, as .msg or .eml")
    builder, names, parts = DocumentBuilder(), UniqueNames(), []
    notes, quoted = _add_body(storage, builder)
    for attachment in storage.nested("__attach_version1.0_#", _HEADER_OF_ATTACHMENT):
        part, note = _attachment(attachment, names)
        parts += [part] if part else []
        notes += [note] if note else []
    sender = next(filter(None, (_one_line(storage.text(number)) for number in (_FROM, _SENDER, _FROM_ADDRESS))), "")
    headers = email.parsed(storage.text(_HEADERS).encode("utf-8", "replace"))
    metadata = Metadata(
        title=_one_line(storage.text(_SUBJECT)) or None,
        author=email.people_in(sender) or email.senders(headers),
        date=email.date(headers) or storage.day(_SUBMITTED) or storage.day(_DELIVERED),
    )
    files, more = email.quoted_files(quoted, metadata.title or "", names)
    return builder.build(metadata, nested_files=[*parts, *files], notes=[*notes, *more])


def _streams(data: bytes) -> Mapping[str, bytes]:
    import olefile

    try:
        with olefile.OleFileIO(data) as ole:
            if sum(map(ole.get_size, ole.listdir())) > len(data):
                raise ValueError("its streams are longer than the file")
            return {"/".join(path): ole.openstream(path).read() for path in ole.listdir()}
    except _DAMAGED as error:
        what = "its storages are nested without end" if isinstance(error, RecursionError) else error
        raise ParsingError(f"is damaged, or not what its suffix says ({what}): save it again") from error


class _Storage:
    """The properties of a mail or an attachment: the streams below a path."""

    def __init__(self, streams: Mapping[str, bytes], path: str, header: int, codepage: str | None = None) -> None:
        self._streams = streams
        self._path = path
        fixed = streams.get(f"{path}__properties_version1.0", b"")[header:]
        entries = (fixed[at : at + 16] for at in range(0, len(fixed) - 15, 16))
        self._numbers = {int.from_bytes(entry[2:4], "little"): entry[8:] for entry in entries}
        self.codepage = self._codepage(_MESSAGE_CODEPAGE) or codepage

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
        with suppress(OverflowError):
            return (_EPOCH + dt.timedelta(microseconds=ticks // _TICKS)).date().isoformat() if ticks else None
        return None

    def nested(self, prefix: str, header: int) -> Iterator[_Storage]:
        """Yield the storages directly in this one whose names begin with a prefix, in order."""
        start = len(self._path)
        below = (path[start:].partition("/") for path in self._streams if path.startswith(self._path))
        for name in sorted({name for name, slash, _ in below if slash and name.startswith(prefix)}):
            yield _Storage(self._streams, f"{self._path}{name}/", header, self.codepage)

    def _codepage(self, number: int) -> str | None:
        page = self.number(number)
        return _CODEPAGES.get(page, f"cp{page}") if page else None


def _add_body(storage: _Storage, builder: DocumentBuilder) -> tuple[list[str], list[QuotedMessage]]:
    """Add the body, from RTF only where there is neither plain text nor HTML; return notes, and what is quoted."""
    quoted = email.add_body(storage.text(_BODY), storage.html(), builder)
    compressed = storage.bytes(_RTF)
    if builder.characters or quoted or not compressed:
        return [], quoted
    try:
        content = parse_rtf(_decompressed(compressed))
    except ParsingError as error:
        return [str(error)], []
    if content.is_plain:
        lines = (block.printed for block in content.blocks if isinstance(block, OfficeParagraph))
        return content.notes, email.add_plain_text("\n".join(lines), builder)
    add_blocks(builder, content.blocks, infer_headings=False)
    return content.notes, []


def _decompressed(data: bytes) -> bytes:
    from compressed_rtf import decompress

    try:
        return bytes(decompress(data))
    except Exception as error:  # the library has no error of its own
        raise ParsingError(f"its text is in damaged RTF ({error}): save it as .eml") from error


def _attachment(storage: _Storage, names: UniqueNames) -> tuple[NestedFile | None, str | None]:
    """Return an attached file, or a note on why it is not read; neither for a picture in the text."""
    mail = next(storage.nested(_INNER_MAIL, _HEADER_OF_INNER_MAIL), None)
    if mail is not None:
        stem = email.file_stem(_one_line(mail.text(_SUBJECT)))
        return NestedFile(names.of(f"{stem or 'message'}.eml"), _as_message(mail).as_bytes()), None
    name = _one_line(storage.text(_LONG_NAME) or storage.text(_SHORT_NAME))
    if storage.number(_METHOD) in _LINKED:
        return None, f"{name or 'an attachment'} is linked and not in the file"
    is_picture = storage.text(_MIME_TYPE).lower().startswith("image/") and bool(storage.text(_CONTENT_ID))
    content = storage.bytes(_DATA)
    if is_picture or not content:
        return None, None
    return NestedFile(names.of(name, _one_line(storage.text(_EXTENSION))), content), None


def _as_message(storage: _Storage, depth: int = 0) -> EmailMessage:
    """Convert a mail inside the mail to a MIME message, so that it can be parsed as a file of its own."""
    message = EmailMessage()
    message["Subject"] = _one_line(storage.text(_SUBJECT))
    message["From"] = formataddr((_one_line(storage.text(_FROM) or storage.text(_SENDER)), ""))
    day = storage.day(_SUBMITTED) or storage.day(_DELIVERED)
    if day:
        message["Date"] = dt.datetime.fromisoformat(day).replace(tzinfo=dt.UTC)
    plain, html = (text.encode("utf-8", "replace").decode() for text in (storage.text(_BODY), storage.html()))
    message.set_content(plain)
    if html:
        message.add_alternative(html, subtype="html")
    names = UniqueNames()
    for attachment in storage.nested("__attach_version1.0_#", _HEADER_OF_ATTACHMENT):
        mail = next(attachment.nested(_INNER_MAIL, _HEADER_OF_INNER_MAIL), None)
        if mail is not None:
            if depth < _MAX_DEPTH:
                message.add_attachment(_as_message(mail, depth + 1))
            continue
        part, _ = _attachment(attachment, names)
        if part:
            message.add_attachment(part.content, "application", "octet-stream", filename=part.name)
    return message


def _one_line(text: str) -> str:
    return email.header_text(text.replace("\n", " ").replace("\r", " "))
