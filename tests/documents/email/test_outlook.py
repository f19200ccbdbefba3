"""Mails as Outlook saves them: what was written, by whom, when, and what was attached."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from compressed_rtf import compress

from askbrief.documents.email import eml as mail
from askbrief.documents.email import outlook
from askbrief.errors import ParsingError
from tests.documents.damage import damaged
from tests.documents.msg_files import compound
from tests.documents.msg_files import mail as made
from tests.documents.wholeness import assert_whole

if TYPE_CHECKING:
    from askbrief.documents.builder import ParsedText

REAL = Path(__file__).parents[2] / "samples" / "other" / "test_outlook_msg.msg"
SUBJECT, SENDER, BODY, HTML, RTF, HEADERS = 0x0037, 0x0C1A, 0x1000, 0x1013, 0x1009, 0x007D
SENT, CODEPAGE, INTERNET_CODEPAGE = 0x0039, 0x3FFD, 0x3FDE
DATA, METHOD, LONG_NAME, SHORT_NAME, MIME_TYPE, CONTENT_ID = 0x3701, 0x3705, 0x3707, 0x3704, 0x370E, 0x3712
WHEN = dt.datetime(2022, 7, 5, 12, tzinfo=dt.UTC)


def read(*attachments: dict[int, object], **texts: object) -> ParsedText:
    properties = {globals()[name.upper()]: value for name, value in texts.items()}
    parsed = outlook.parse(compound(made(properties, *attachments)))
    assert_whole(parsed)
    return parsed


def test_the_real_mail_says_who_wrote_what_and_when() -> None:
    parsed = outlook.parse(REAL.read_bytes())
    assert_whole(parsed)
    assert parsed.text == "This is the body of the test email message"
    assert parsed.metadata.title == "Test Email Message"
    assert parsed.metadata.author == ("M. C. Kurtuluş",)
    assert parsed.metadata.date == "2024-12-22"


def test_a_mail_is_its_text_and_what_is_said_of_it() -> None:
    parsed = read(subject="Bridge – closed", sender="Ann Reporter", sent=WHEN, body="Closed.\r\n\r\n> Why?\r\n")
    assert parsed.text == "Closed.\n\nWhy?"
    said = parsed.metadata
    assert (said.title, said.author, said.date) == ("Bridge – closed", ("Ann Reporter",), "2022-07-05")


def test_the_day_is_that_of_the_sender_where_the_headers_say_it() -> None:
    headers = "From: Ann <ann@herald.example>\r\nDate: Mon, 04 Jul 2022 23:30:00 -0400\r\n"
    said = read(headers=headers, sent=WHEN, body="Closed.").metadata
    assert said.date == "2022-07-04"
    assert said.author == ("Ann",)


@pytest.mark.parametrize(
    ("codepage", "number", "text"),
    [
        ("cp1251", 1251, "Мост закрыт."),
        ("cp1252", 1252, "Café – “naïve”."),
        ("utf-8", 65001, "Café – мост."),
        ("cp1252", 9999, "Café."),
    ],
)
def test_texts_of_one_byte_are_in_their_code_page_or_what_fits(codepage: str, number: int, text: str) -> None:
    properties = {SUBJECT: text, BODY: text, INTERNET_CODEPAGE: number, CODEPAGE: number}
    parsed = outlook.parse(compound(made(properties, wide=False, codepage=codepage)))
    assert parsed.text == text
    assert parsed.metadata.title == text


def test_a_mail_without_plain_text_is_its_page() -> None:
    page = "<style>p {}</style><p>Café is closed.</p><p>Until August.</p>".encode("cp1252")
    assert read(html=page, internet_codepage=1252).text == "Café is closed.\n\nUntil August."


def test_a_mail_that_is_rtf_alone_is_read() -> None:
    rtf = compress(rb"{\rtf1\ansi\ansicpg1252 Caf\'e9 is closed.\par Until August.\par}", compressed=True)
    assert read(rtf=rtf).text == "Café is closed.\n\nUntil August."
    broken = read(rtf=b"\x10\0\0\0broken")
    assert broken.text == ""
    assert broken.notes[0].startswith("its text is in damaged RTF")


def test_attachments_are_parts_and_pictures_in_the_text_are_none() -> None:
    parsed = read(
        {LONG_NAME: "report.pdf", DATA: b"one", METHOD: 1},
        {SHORT_NAME: "REPORT.PDF", DATA: b"two", METHOD: 1},
        {LONG_NAME: "logo.png", DATA: b"png", METHOD: 1, MIME_TYPE: "image/png", CONTENT_ID: "logo@x"},
        {LONG_NAME: "shared.docx", METHOD: 7},
        body="Closed.",
    )
    assert [(part.name, part.content) for part in parsed.nested_files] == [
        ("report.pdf", b"one"),
        ("REPORT (2).PDF", b"two"),
    ]
    assert parsed.notes == ("shared.docx is linked and not in the file",)


def test_a_mail_within_is_a_mail_of_its_own_with_its_attachments() -> None:
    deepest = made({SUBJECT: "Deepest", BODY: "Deep."}, header=24)
    inner = made(
        {SUBJECT: "Re: a/b", SENDER: "Bob", BODY: "Inner – words.", SENT: WHEN},
        {LONG_NAME: "notes.txt", DATA: b"notes", METHOD: 1},
        {DATA: deepest, METHOD: 5},
        header=24,
    )
    parsed = read({DATA: inner, METHOD: 5}, body="Outer.")
    assert [part.name for part in parsed.nested_files] == ["Re: a b.eml"]
    within = mail.parse(parsed.nested_files[0].content)
    assert within.text == "Inner – words."
    assert (within.metadata.title, within.metadata.author, within.metadata.date) == ("Re: a/b", ("Bob",), "2022-07-05")
    assert [part.name for part in within.nested_files] == ["notes.txt", "Deepest.eml"]
    assert within.nested_files[0].content == b"notes"
    assert mail.parse(within.nested_files[1].content).text == "Deep."


@pytest.mark.parametrize("data", [b"", b"no mail", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)])
def test_what_is_no_mail_is_refused(data: bytes) -> None:
    with pytest.raises(ParsingError):
        outlook.parse(data)


def test_an_ole_file_of_another_kind_is_refused_by_name() -> None:
    with pytest.raises(ParsingError, match="no mail of Outlook's"):
        outlook.parse((REAL.parent / "simple.doc").read_bytes())


def test_sectors_of_enormous_size_are_refused() -> None:
    data = bytearray(REAL.read_bytes())
    data[32:34] = b"\x00\x06"  # small sectors of two to the power of this
    with pytest.raises(ParsingError, match="is damaged"):
        outlook.parse(bytes(data))


def test_a_stream_that_says_it_is_longer_than_the_file_is_refused() -> None:
    data = REAL.read_bytes()
    at = data.index("__substg1.0_0037001F".encode("utf-16-le")) + 120  # where a directory entry has the stream's size
    assert int.from_bytes(data[at : at + 4], "little") < len(data)
    with pytest.raises(ParsingError, match="its streams are longer than the file"):
        outlook.parse(data[:at] + b"\x00\xff\xff\xff" + data[at + 4 :])


def test_damaged_mails_are_read_or_refused() -> None:
    inner = made({SUBJECT: "Inner", BODY: "Inner words."}, header=24)
    whole = compound(made({SUBJECT: "Bridge", BODY: "Closed."}, {DATA: inner, METHOD: 5}))
    for data in (*damaged(whole, 200), *damaged(REAL.read_bytes(), 200)):
        with suppress(ParsingError):
            assert_whole(outlook.parse(data))
