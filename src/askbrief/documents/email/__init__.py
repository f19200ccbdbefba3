"""Mails (.eml): the body as text; subject, sender and date as metadata; attachments as nested files.

The parsers of other mails share the headers, parts (RFC 5322, MIME) and bodies.
"""

from __future__ import annotations

import codecs
import datetime as dt
import mimetypes
from contextlib import suppress
from email import message_from_bytes
from email.errors import HeaderParseError, MessageError
from email.header import decode_header
from email.message import EmailMessage
from email.utils import format_datetime, formataddr, getaddresses, parsedate_to_datetime
from typing import TYPE_CHECKING

from askbrief.core.text import pattern
from askbrief.documents.builder import DocumentBuilder, NestedFile, ParsedText
from askbrief.documents.email.mailbox import messages_in
from askbrief.documents.email.quotes import QuotedMessage, attributed, split
from askbrief.documents.html.dom import compose, drop, parse_html, remove_hidden
from askbrief.documents.limits import UniqueNames, safe_name
from askbrief.documents.text import decode, decode_as, plain_blocks
from askbrief.errors import ParsingError
from askbrief.records import Metadata

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from email.message import Message

    from lxml.html import HtmlElement

_SIGNATURES = {"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"}
_ENCRYPTED = {"application/pgp-encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime"}
_DAMAGED = (MessageError, ValueError, LookupError, TypeError, AttributeError)
"""What the standard library raises for damaged messages, when it parses them or writes them out."""
_BYTE_ORDER_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_UNPRINTABLE = pattern(r"[\p{C}\ufffd\s]+")
_MAX_PARTS = 2_000
_MAX_MESSAGES, _MAX_QUOTED = 10_000, 200
_MAX_HEADER_BYTES = 64 * 1024
_MAX_HEADER_CHARS = 10_000
_MAX_SUBJECT_CHARS = 80


def parse(data: bytes) -> ParsedText:
    """Parse a .eml file; ParsingError if it is damaged, or the only part of its text is no text."""
    messages = messages_in(data)
    if len(messages) > 1:
        return _mailbox(messages)
    message = parsed(messages[0])
    mail = _Mail()
    mail.add(message)
    if mail.unreadable and not mail.builder.characters and not mail.parts:
        raise mail.unreadable[0]
    metadata = Metadata(title=header(message, "subject") or None, author=senders(message), date=date(message))
    notes = [*mail.notes, *(f"a part of its text {error}" for error in mail.unreadable)]
    quoted, more = quoted_files(mail.quoted, metadata.title or "", mail.names)
    return mail.builder.build(metadata, nested_files=[*mail.parts, *quoted], notes=[*notes, *more])


def _mailbox(messages: Sequence[bytes]) -> ParsedText:
    """Return the messages of a mailbox as files of their own, named after their subjects."""
    if len(messages) > _MAX_MESSAGES:
        raise ParsingError(f"holds {len(messages):,} messages; the limit is {_MAX_MESSAGES:,}: divide it")
    names, files = UniqueNames(), []
    width = len(str(len(messages)))
    for number, data in enumerate(messages, 1):
        try:
            subject = header(message_from_bytes(data[:_MAX_HEADER_BYTES]), "subject")
        except _DAMAGED:
            subject = ""
        name = file_stem(subject) or "message"
        files.append(NestedFile(names.of(f"{number:0{width}} {name}.eml"), data))
    return ParsedText("", (), nested_files=tuple(files))


def quoted_files(
    quoted: Sequence[QuotedMessage], subject: str, names: UniqueNames
) -> tuple[list[NestedFile], list[str]]:
    """Return quoted and forwarded messages as mails of their own, under their authors and days, and a note on them."""
    files = []
    for one in quoted[:_MAX_QUOTED]:
        if not one.text.strip():
            continue
        message = EmailMessage()
        message["Subject"] = header_text(one.subject or subject)
        message["From"] = formataddr(
            ("", one.author) if "@" in one.author and one.author.isascii() else (header_text(one.author), "")
        )
        if one.date:
            message["Date"] = format_datetime(dt.datetime.fromisoformat(f"{one.date}T12:00:00+00:00"))
        message.set_content(one.text.encode("utf-8", "replace").decode(), cte="base64")
        stem = file_stem(f"quoted from {one.author}{f' {one.date}' if one.date else ''}")
        files.append(NestedFile(names.of(f"{stem}.eml"), message.as_bytes()))
    undated = sum(not one.date for one in quoted[:_MAX_QUOTED] if one.text.strip())
    notes = [f"{undated} quoted message{'s' if undated > 1 else ''} without a date that can be read"] if undated else []
    return files, notes


class _Mail:
    """The text, the attachments and the notes of a mail, collected from its parts in order."""

    def __init__(self) -> None:
        self.builder = DocumentBuilder()
        self.parts: list[NestedFile] = []
        self.notes: list[str] = []
        self.unreadable: list[ParsingError] = []
        self.quoted: list[QuotedMessage] = []
        self.names = UniqueNames()

    def add(self, part: Message) -> None:
        """Add a part and the parts inside it, by its content type."""
        kind = part.get_content_type()
        if kind == "multipart/alternative" and part.is_multipart():
            self._alternatives(part)
        elif kind == "multipart/encrypted" or kind in _ENCRYPTED:
            self.notes.append("its text is encrypted: save it decrypted")
        elif part.get_content_maintype() == "multipart" and part.is_multipart():
            for below in inner(part):
                if kind != "multipart/related" or below.get_content_maintype() != "image":
                    self.add(below)
        elif kind == "message/rfc822" and part.is_multipart():
            self._message(part)
        elif kind in {"application/ms-tnef", "application/vnd.ms-tnef"}:
            name = _file_name(part) or "winmail.dat"
            self.notes.append(f"{name} (a format of Outlook) is not read: save the files that are in it")
        elif _is_body(part):
            self._body(part)
        elif kind not in _SIGNATURES:
            self._attachment(part)

    def _body(self, part: Message) -> None:
        if part.get_content_subtype() == "html":
            self.quoted += add_html(self._text(part), self.builder)
        else:
            self.quoted += add_plain_text(self._text(part), self.builder, flowed=_is_flowed(part))

    def _alternatives(self, part: Message) -> None:
        """Add one of several versions of the same text; any other parts are attachments."""
        bodies = [below for below in walk(part) if _is_body(below)]
        plain_texts, html_texts = (
            "\n\n".join(self._text(below) for below in bodies if below.get_content_subtype() == subtype)
            for subtype in ("plain", "html")
        )
        self.quoted += add_body(plain_texts, html_texts, self.builder, flowed=any(map(_is_flowed, bodies)))
        for below in walk(part):
            if below not in bodies and below.get_content_maintype() != "multipart":
                self.add(below)

    def _text(self, part: Message) -> str:
        try:
            return text(part)
        except ParsingError as error:
            self.unreadable.append(error)
            return ""

    def _message(self, part: Message) -> None:
        message = inner(part)[0]
        stem = file_stem(header(message, "subject"))
        try:
            data = message.as_bytes()
        except (*_DAMAGED, RecursionError):
            self.notes.append(f"a message in it ({stem or 'without a subject'}) is damaged and not read")
            return
        self.parts.append(NestedFile(self.names.of(f"{stem or 'message'}.eml"), data))

    def _attachment(self, part: Message) -> None:
        """Add an attached file; pictures that are shown in the text are not attachments."""
        name = _file_name(part)
        in_text = part.get_content_maintype() == "image" or part["Content-ID"] or not name
        if in_text and part.get_content_disposition() != "attachment":
            return
        suffix = mimetypes.MimeTypes().guess_extension(part.get_content_type()) or ""  # the same on every machine
        self.parts.append(NestedFile(self.names.of(name, suffix), content(part)))


def _is_body(part: Message) -> bool:
    is_text = part.get_content_type() in {"text/plain", "text/html"} and not part.is_multipart()
    return is_text and part.get_content_disposition() != "attachment" and not _file_name(part)


def _is_flowed(part: Message) -> bool:
    return str(part.get_param("format") or "").lower() == "flowed"


def _file_name(part: Message) -> str:
    with suppress(ValueError, LookupError, TypeError):
        return header_text(part.get_filename() or "")
    return ""


def parsed(data: bytes) -> Message:
    """Parse a message; ParsingError if it is damaged, has parts too deep or too many, or a header is too long."""
    if data.startswith(_BYTE_ORDER_MARKS):
        data = decode(data).encode()
    try:
        message = message_from_bytes(data.lstrip(b"\r\n"))
        parts = list(walk(message))
    except RecursionError as error:
        raise ParsingError("is nested too deep (parts within parts within parts): save its parts one by one") from error
    except _DAMAGED as error:
        raise ParsingError(f"is damaged ({error}): save it again") from error
    if len(parts) > _MAX_PARTS:
        raise ParsingError(f"has {len(parts):,} parts; the limit is {_MAX_PARTS:,}: save them one by one")
    headers = (value for part in parts for name, value in part.raw_items() if name.lower().startswith("content-"))
    if any(len(value) > _MAX_HEADER_CHARS for value in headers):  # their parameters take quadratic time to parse
        raise ParsingError(f"has a Content header of over {_MAX_HEADER_CHARS:,} characters: save it again")
    return message


def walk(message: Message) -> Iterator[Message]:
    """Yield the message and all its parts in order; a message inside it is a single part."""
    yield message
    if message.get_content_maintype() == "multipart" and message.is_multipart():
        for part in inner(message):
            yield from walk(part)


def inner(message: Message) -> list[Message]:
    payload = message.get_payload()
    return [part for part in payload if not isinstance(part, str)] if isinstance(payload, list) else []


def content(part: Message) -> bytes:
    """Return the bytes of a part, without its transfer encoding."""
    try:
        payload = part.get_payload(decode=True)
    except (ValueError, LookupError, AssertionError):
        payload = None
    if isinstance(payload, bytes):
        return payload
    text = part.get_payload()
    return text.encode("utf-8", "surrogateescape") if isinstance(text, str) else b""


def text(part: Message) -> str:
    """Return the text of a part, decoded with its stated charset or a detected one; ParsingError if it is no text."""
    try:
        charset = part.get_content_charset()
    except (ValueError, LookupError):
        charset = None
    return decode_as(content(part), charset)


def header(message: Message, name: str) -> str:
    """Return a header as text, "" where it is missing."""
    return header_text(_raw_header(message, name)[:_MAX_HEADER_CHARS])


def _raw_header(message: Message, name: str) -> str:
    return str(next((value for key, value in message.raw_items() if key.lower() == name.lower()), ""))


def header_text(raw: str) -> str:
    """Decode the encoded words of a header, and any bytes that are not ASCII; join its lines.

    >>> header_text("=?utf-8?q?R=C3=A9sum=C3=A9?= of it")
    'Résumé of it'
    """
    try:
        pieces = decode_header(_unescaped(raw))
    except (HeaderParseError, ValueError, LookupError):
        pieces = [(raw, None)]
    text = "".join(piece if isinstance(piece, str) else _decoded(piece, charset) for piece, charset in pieces)
    return _UNPRINTABLE.sub(" ", text).strip()


def file_stem(subject: str) -> str:
    """Return the name, without suffix, of the file of a message inside a mail; "" without a subject."""
    return safe_name(subject)[:_MAX_SUBJECT_CHARS].strip()


def senders(message: Message) -> tuple[str, ...]:
    """Return the names of the senders of a message; the address of one without a name."""
    return people_in(_raw_header(message, "From"))


def people_in(raw: str) -> tuple[str, ...]:
    """Return the names in a list of addresses.

    >>> people_in('"Mallori Harrell" <mallori@example.org>, bob@example.org')
    ('Mallori Harrell', 'bob@example.org')
    """
    raw = _unescaped(raw[:_MAX_HEADER_CHARS])
    pairs = getaddresses([raw]) if "@" in raw or "<" in raw else []
    names = [header_text(name) or header_text(address) for name, address in pairs if name or address]
    return tuple(dict.fromkeys(filter(None, names or [header_text(raw)])))


def date(message: Message) -> str | None:
    """Return the date on which a message was sent, in the time zone of the sender; None where none is stated."""
    with suppress(ValueError, TypeError, IndexError, OverflowError):
        return parsedate_to_datetime(header(message, "date")).date().isoformat()
    return None


def _unescaped(raw: str) -> str:
    """Decode bytes of a header that are not ASCII, which the standard library keeps as surrogates."""
    with suppress(UnicodeEncodeError):
        return _decoded(raw.encode("ascii", "surrogateescape"), None)
    return raw


def _decoded(data: bytes, charset: str | None) -> str:
    try:
        return decode_as(data, charset)
    except ParsingError:
        return data.decode("cp1252", "replace")


_QUOTE = pattern(r"^(?:>[ ]?)+")
_PICTURE_MARK = pattern(r"\[cid:[^\]\s]{1,200}\]")
_QUOTATIONS = (
    "//blockquote[@type='cite' or contains(@class, 'gmail_quote') or contains(@class, 'yahoo_quoted')"
    " or contains(@class, 'protonmail_quote')]"
    " | //div[contains(@class, 'gmail_quote') or contains(@class, 'yahoo_quoted')"
    " or contains(@class, 'protonmail_quote')]"
)
_SUBSTANCE = 0.5  # a plain text shorter than this share of the HTML text only says that the mail is in HTML


def add_body(plain_text: str, html: str, builder: DocumentBuilder, *, flowed: bool = False) -> list[QuotedMessage]:
    """Add the plain text of a mail, or its HTML text where that says much more; return what is quoted in it."""
    from_html = DocumentBuilder()
    quoted = add_html(html, from_html)
    characters = from_html.characters + sum(len(one.text) for one in quoted)
    if len(plain_text.strip()) < _SUBSTANCE * characters:
        return add_html(html, builder)
    return add_plain_text(plain_text, builder, flowed=flowed)


def add_html(html: str, builder: DocumentBuilder) -> list[QuotedMessage]:
    """Add all that is visible in an HTML body; return the messages quoted in it.

    Unlike a web page, it has no navigation around an article.
    """
    root = parse_html(html)
    if root is None:
        return []
    remove_hidden(root)
    quoted = _quoted_in(root)
    own = DocumentBuilder()
    compose(root, own)
    text, more = split(own.build().text)
    if more:
        add_plain_text(text, builder)
    else:
        compose(root, builder)
    return [*quoted, *more]


def _quoted_in(root: HtmlElement) -> list[QuotedMessage]:
    """Take the quotations out of an HTML body; where the sender answers between them, they are marked instead."""
    elements = root.xpath(_QUOTATIONS)
    outermost = [one for one in elements if not any(other in elements for other in one.iterancestors())]
    if len(outermost) > 1:
        for one in outermost:
            one.text = f"> {one.text or ''}"
        return []
    quoted = []
    for one in outermost:
        inside = one.find_class("gmail_attr") or one.find_class("moz-cite-prefix")
        before = inside[0] if inside else one.getprevious()
        author, day = attributed(" ".join(before.text_content().split())) if before is not None else ("", None)
        if not author:
            one.text = f"> {one.text or ''}"
            continue
        drop(root, [element for element in (before, one) if element is not None])
        if inside:
            drop(one, inside)
        builder = DocumentBuilder()
        compose(one, builder)
        text, deeper = split(builder.build().text)
        quoted += [QuotedMessage(author, day, text), *deeper]
    return quoted


def add_plain_text(text: str, builder: DocumentBuilder, *, flowed: bool = False) -> list[QuotedMessage]:
    """Add a plain text body as paragraphs, no line of which becomes a heading; return the messages quoted in it.

    In a `flowed` text, a space at the end of a line continues the paragraph (RFC 3676). Quoted lines that the sender
    answers, or whose author is not stated, stay in the text, with their mark (">").
    """
    text, quoted = split(_PICTURE_MARK.sub("", text))
    for depth, lines in _by_depth(text.splitlines(), flowed=flowed):
        piece = "\n".join(lines)
        for block in plain_blocks(piece):
            builder.paragraph("> " * depth + piece[block.start : block.end])
    return quoted


def _by_depth(lines: list[str], *, flowed: bool) -> Iterator[tuple[int, list[str]]]:
    """Yield the lines without the marks of quoted ones, by the number of their marks; flowed lines are joined."""
    depth, start = 0, ""
    group: list[str] = []
    for line in lines:
        mark = _QUOTE.match(line)
        marks = mark.group().count(">") if mark else 0
        rest = line[mark.end() :] if mark else line
        if marks != depth:
            yield depth, [*group, start]
            depth, start, group = marks, "", []
        if flowed and rest.endswith(" ") and rest != "-- ":
            start += rest
            continue
        group.append(start + rest)
        start = ""
    yield depth, [*group, start]
