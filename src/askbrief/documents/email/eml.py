"""Mails (.eml): what was written, as text; subject, sender and day as metadata; attachments as files of their own."""

from __future__ import annotations

import mimetypes
from typing import TYPE_CHECKING

from askbrief.core.lazy_regex import pattern
from askbrief.documents import email
from askbrief.documents.builder import DocumentBuilder, NestedFile
from askbrief.documents.html.dom import compose, parse_html, remove_hidden
from askbrief.documents.limits import UniqueNames, safe_name
from askbrief.documents.text import plain
from askbrief.errors import ParsingError
from askbrief.records import Metadata

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message

    from askbrief.documents.builder import ParsedText

_QUOTE = pattern(r"^(?:>[ ]?)+")
_SUBSTANCE = 0.5
_SIGNATURES = {"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"}
_SEALED = {"application/pgp-encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime"}
_LONGEST_SUBJECT = 80


def parse(data: bytes) -> ParsedText:
    """Read a .eml file.

    Raises:
        ParsingError: it is damaged, or a part of its text is none.
    """
    message = email.parsed(data)
    mail = _Mail()
    mail.take(message)
    if mail.unreadable and not mail.builder.characters and not mail.parts:
        raise mail.unreadable[0]
    metadata = Metadata(
        title=email.header(message, "subject") or None,
        author=email.people(message),
        date=email.date(message),
    )
    notes = [*mail.notes, *(f"a part of its text {error}" for error in mail.unreadable)]
    return mail.builder.build(metadata, nested_files=mail.parts, notes=notes)


class _Mail:
    """What the parts of a mail give, as they are gone through in order."""

    def __init__(self) -> None:
        self.builder = DocumentBuilder()
        self.parts: list[NestedFile] = []
        self.notes: list[str] = []
        self.unreadable: list[ParsingError] = []
        self._names = UniqueNames()

    def take(self, part: Message) -> None:
        """Take a part, and those within it, for what it is."""
        kind = part.get_content_type()
        if kind == "multipart/alternative" and part.is_multipart():
            self._alternatives(part)
        elif kind == "multipart/encrypted" or kind in _SEALED:
            self.notes.append("its text is encrypted: save it decrypted")
        elif part.get_content_maintype() == "multipart" and part.is_multipart():
            for inner in email.inner(part):
                if kind != "multipart/related" or inner.get_content_maintype() != "image":
                    self.take(inner)
        elif kind == "message/rfc822" and part.is_multipart():
            self._message(part)
        elif kind in {"application/ms-tnef", "application/vnd.ms-tnef"}:
            self.notes.append(
                f"{_file_name(part) or 'winmail.dat'} (Outlook's own packing) is not read: save what is in it"
            )
        elif _is_body(part):
            compose_text(self._text(part), self.builder, html=kind == "text/html", flowed=_is_flowed(part))
        elif kind not in _SIGNATURES:
            self._attachment(part)

    def _alternatives(self, part: Message) -> None:
        """Take one of the texts, which say the same; what else is among them are attachments."""
        bodies = [inner for inner in email.walk(part) if _is_body(inner)]
        plain_texts, pages = (
            "\n\n".join(self._text(inner) for inner in bodies if inner.get_content_subtype() == subtype)
            for subtype in ("plain", "html")
        )
        compose_body(plain_texts, pages, self.builder, flowed=any(map(_is_flowed, bodies)))
        for inner in email.walk(part):
            if inner not in bodies and inner.get_content_maintype() != "multipart":
                self.take(inner)

    def _text(self, part: Message) -> str:
        try:
            return email.text(part)
        except ParsingError as error:
            self.unreadable.append(error)
            return ""

    def _message(self, part: Message) -> None:
        inner = email.inner(part)[0]
        subject = safe_name(email.header(inner, "subject"))[:_LONGEST_SUBJECT].strip()
        try:
            content = inner.as_bytes()
        except (*email.DAMAGED, RecursionError):
            self.notes.append(f"a message in it ({subject or 'without a subject'}) is damaged and not read")
            return
        self.parts.append(NestedFile(self._names.of(f"{subject or 'message'}.eml"), content))

    def _attachment(self, part: Message) -> None:
        """A file; but pictures that stand in the text are none."""
        name = _file_name(part)
        if part.get_content_disposition() != "attachment" and (
            part.get_content_maintype() == "image" or part["Content-ID"] or not name
        ):
            return
        suffix = mimetypes.MimeTypes().guess_extension(part.get_content_type()) or ""  # the same on every machine
        self.parts.append(NestedFile(self._names.of(name, suffix), email.content(part)))


def compose_body(plain_text: str, page: str, builder: DocumentBuilder, *, flowed: bool = False) -> None:
    """Add the plain text of a mail where it says about as much as the page that was sent with it; else the page."""
    as_page = DocumentBuilder()
    compose_text(page, as_page, html=True)
    if len(plain_text.strip()) < _SUBSTANCE * as_page.characters:
        compose_text(page, builder, html=True)
    else:
        compose_text(plain_text, builder, flowed=flowed)


def compose_text(text: str, builder: DocumentBuilder, *, html: bool = False, flowed: bool = False) -> None:
    """Add the body of a mail, all of it: no heading is guessed in plain text, no article looked for in a page."""
    if html:
        page = parse_html(text)
        if page is not None:
            remove_hidden(page)
            compose(page, builder)
        return
    text = "\n".join(_unquoted(text.splitlines(), flowed=flowed))
    for block in plain.blocks(text):
        builder.paragraph(text[block.start : block.end])


def _unquoted(lines: list[str], *, flowed: bool) -> Iterator[str]:
    """The lines without the marks of a reply, which begin and end paragraphs; broken lines joined (RFC 3676)."""
    depth, begun = 0, ""
    for line in lines:
        mark = _QUOTE.match(line)
        marks = mark.group().count(">") if mark else 0
        words = line[mark.end() :] if mark else line
        if marks != depth:
            yield begun
            yield ""
            depth, begun = marks, ""
        if flowed and words.endswith(" ") and words != "-- ":
            begun += words
            continue
        yield begun + words
        begun = ""
    yield begun


def _is_body(part: Message) -> bool:
    is_text = part.get_content_type() in {"text/plain", "text/html"} and not part.is_multipart()
    return is_text and part.get_content_disposition() != "attachment" and not _file_name(part)


def _is_flowed(part: Message) -> bool:
    return str(part.get_param("format") or "").lower() == "flowed"


def _file_name(part: Message) -> str:
    try:
        return email.in_words(part.get_filename() or "")
    except (ValueError, LookupError, TypeError):
        return ""
