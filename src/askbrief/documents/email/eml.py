"""Mails (.eml): the body as text; subject, sender and date as metadata; attachments as nested files."""

from __future__ import annotations

import mimetypes
from typing import TYPE_CHECKING

from askbrief.documents import email
from askbrief.documents.builder import DocumentBuilder, NestedFile
from askbrief.documents.limits import UniqueNames
from askbrief.errors import ParsingError
from askbrief.records import Metadata

if TYPE_CHECKING:
    from email.message import Message

    from askbrief.documents.builder import ParsedText

_SIGNATURES = {"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"}
_ENCRYPTED = {"application/pgp-encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime"}


def parse(data: bytes) -> ParsedText:
    """Parse a .eml file; ParsingError if it is damaged, or the only part of its text is no text."""
    message = email.parsed(data)
    mail = _Mail()
    mail.add(message)
    if mail.unreadable and not mail.builder.characters and not mail.parts:
        raise mail.unreadable[0]
    metadata = Metadata(
        title=email.header(message, "subject") or None, author=email.senders(message), date=email.date(message)
    )
    notes = [*mail.notes, *(f"a part of its text {error}" for error in mail.unreadable)]
    return mail.builder.build(metadata, nested_files=mail.parts, notes=notes)


class _Mail:
    """The text, the attachments and the notes of a mail, collected from its parts in order."""

    def __init__(self) -> None:
        self.builder = DocumentBuilder()
        self.parts: list[NestedFile] = []
        self.notes: list[str] = []
        self.unreadable: list[ParsingError] = []
        self._names = UniqueNames()

    def add(self, part: Message) -> None:
        """Add a part and the parts inside it, by its content type."""
        kind = part.get_content_type()
        if kind == "multipart/alternative" and part.is_multipart():
            self._alternatives(part)
        elif kind == "multipart/encrypted" or kind in _ENCRYPTED:
            self.notes.append("its text is encrypted: save it decrypted")
        elif part.get_content_maintype() == "multipart" and part.is_multipart():
            for inner in email.inner(part):
                if kind != "multipart/related" or inner.get_content_maintype() != "image":
                    self.add(inner)
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
            email.add_html(self._text(part), self.builder)
        else:
            email.add_plain_text(self._text(part), self.builder, flowed=_is_flowed(part))

    def _alternatives(self, part: Message) -> None:
        """Add one of several versions of the same text; any other parts are attachments."""
        bodies = [inner for inner in email.walk(part) if _is_body(inner)]
        plain_texts, html_texts = (
            "\n\n".join(self._text(inner) for inner in bodies if inner.get_content_subtype() == subtype)
            for subtype in ("plain", "html")
        )
        email.add_body(plain_texts, html_texts, self.builder, flowed=any(map(_is_flowed, bodies)))
        for inner in email.walk(part):
            if inner not in bodies and inner.get_content_maintype() != "multipart":
                self.add(inner)

    def _text(self, part: Message) -> str:
        try:
            return email.text(part)
        except ParsingError as error:
            self.unreadable.append(error)
            return ""

    def _message(self, part: Message) -> None:
        inner = email.inner(part)[0]
        stem = email.file_stem(email.header(inner, "subject"))
        try:
            content = inner.as_bytes()
        except (*email.DAMAGED, RecursionError):
            self.notes.append(f"a message in it ({stem or 'without a subject'}) is damaged and not read")
            return
        self.parts.append(NestedFile(self._names.of(f"{stem or 'message'}.eml"), content))

    def _attachment(self, part: Message) -> None:
        """Add an attached file; pictures that are shown in the text are not attachments."""
        name = _file_name(part)
        if part.get_content_disposition() != "attachment" and (
            part.get_content_maintype() == "image" or part["Content-ID"] or not name
        ):
            return
        suffix = mimetypes.MimeTypes().guess_extension(part.get_content_type()) or ""  # the same on every machine
        self.parts.append(NestedFile(self._names.of(name, suffix), email.content(part)))


def _is_body(part: Message) -> bool:
    is_text = part.get_content_type() in {"text/plain", "text/html"} and not part.is_multipart()
    return is_text and part.get_content_disposition() != "attachment" and not _file_name(part)


def _is_flowed(part: Message) -> bool:
    return str(part.get_param("format") or "").lower() == "flowed"


def _file_name(part: Message) -> str:
    try:
        return email.header_text(part.get_filename() or "")
    except (ValueError, LookupError, TypeError):
        return ""
