"""Outlook mails: body, sender, date and attachments."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from compressed_rtf import compress

from askbrief.documents import email
from askbrief.documents.email import outlook
from askbrief.errors import ParsingError
from askbrief.records import BlockKind
from tests.documents.damage import damaged
from tests.documents.msg_files import compound
from tests.documents.msg_files import mail as mail_streams
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
    parsed = outlook.parse(compound(mail_streams(properties, *attachments)))
    assert_whole(parsed)
    return parsed


def test_a_real_mail_gives_text_subject_sender_and_date() -> None:
    parsed = outlook.parse(REAL.read_bytes())
    assert_whole(parsed)
    assert parsed.text == "This is the body of the test email message"
    assert parsed.metadata.title == "Test Email Message"
    assert parsed.metadata.author == ("M. C. Kurtuluş",)
    assert parsed.metadata.date == "2024-12-22"


def test_a_mail_gives_text_subject_sender_and_date() -> None:
    parsed = read(subject="Bridge – closed", sender="Ann Reporter", sent=WHEN, body="Closed.\r\n\r\n> Why?\r\n")
    assert parsed.text == "Closed.\n\n> Why?"
    about = parsed.metadata
    assert (about.title, about.author, about.date) == ("Bridge – closed", ("Ann Reporter",), "2022-07-05")


def test_the_date_is_local_to_the_sender_where_the_headers_state_it() -> None:
    headers = "From: Ann <ann@herald.example>\r\nDate: Mon, 04 Jul 2022 23:30:00 -0400\r\n"
    about = read(headers=headers, sent=WHEN, body="Closed.").metadata
    assert about.date == "2022-07-04"
    assert about.author == ("Ann",)


@pytest.mark.parametrize(
    ("codepage", "number", "text"),
    [
        ("cp1251", 1251, "Мост закрыт."),
        ("cp1252", 1252, "Café – “naïve”."),
        ("utf-8", 65001, "Café – мост."),
        ("cp1252", 9999, "Café."),
    ],
)
def test_single_byte_text_is_decoded_with_its_code_page_or_one_that_fits(codepage: str, number: int, text: str) -> None:
    properties = {SUBJECT: text, BODY: text, INTERNET_CODEPAGE: number, CODEPAGE: number}
    parsed = outlook.parse(compound(mail_streams(properties, wide=False, codepage=codepage)))
    assert parsed.text == text
    assert parsed.metadata.title == text


def test_a_mail_without_plain_text_gives_its_html_text() -> None:
    page = "<style>p {}</style><p>Café is closed.</p><p>Until August.</p>".encode("cp1252")
    assert read(html=page, internet_codepage=1252).text == "Café is closed.\n\nUntil August."


@pytest.mark.parametrize(
    ("rtf", "text"),
    [
        (rb"{\rtf1\ansi\ansicpg1252 Caf\'e9 is closed.\par Until August.\par}", "Café is closed.\n\nUntil August."),
        (rb"{\rtf1\ansi\ansicpg1251 \'cc\'ee\'f1\'f2\par}", "Мост"),
        (rb"{\rtf1\ansi{\fonttbl{\f0\fcharset128 MS Gothic;}}\f0 \'93\'fa\'96\'7b\par}", "日本"),
        (rb"{\rtf1\ansi Good \u-10179?\u-8704? news\par}", "Good 😀 news"),
        (rb"{\rtf1\ansi Shown {\v hidden}words.\par}", "Shown words."),
        (rb"{\rtf1\ansi{\b Bridge}\par Closed.\par}", "Bridge\n\nClosed."),
        (
            rb"{\rtf1\ansi\trowd\cellx9\intbl Name\cell Cars\cell\row\intbl A|B\cell 300\cell\row\pard End\par}",
            "Name: A|B; Cars: 300\n\nEnd",
        ),
        (
            (
                rb"{\rtf1\ansi\fromtext\pard The bridge over the river at the old mill is closed from today\par "
                rb"until August, and buses go by the ring road.\par \par > Why?\par}"
            ),
            (
                "The bridge over the river at the old mill is closed from today until August, and buses go by the "
                "ring road.\n\n> Why?"
            ),
        ),
        (
            (
                rb"{\rtf1\ansi\fromhtml1{\*\htmltag50 <body>}{\*\htmltag64 <p>}\htmlrtf {\htmlrtf0 Closed"
                rb"{\*\htmltag84 &nbsp;}\htmlrtf \'a0\htmlrtf0 now.\htmlrtf\par}\htmlrtf0 {\*\htmltag72 </p>}}"
            ),
            "Closed now.",
        ),
    ],
)
def test_a_mail_with_an_rtf_body_alone_gives_its_text(rtf: bytes, text: str) -> None:
    parsed = read(rtf=compress(rtf, compressed=True))
    assert parsed.text == text
    assert {block.kind for block in parsed.blocks} == {BlockKind.PARAGRAPH}, "no heading is inferred in a mail"


def test_a_damaged_rtf_body_is_noted() -> None:
    parsed = read(rtf=b"\x10\0\0\0broken")
    assert parsed.text == ""
    assert parsed.notes[0].startswith("its text is in damaged RTF")


def test_attachments_are_nested_files_and_pictures_in_the_text_are_not() -> None:
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


def test_a_mail_inside_is_a_nested_file_with_its_attachments() -> None:
    deepest = mail_streams({SUBJECT: "Deepest", BODY: "Deep."}, header=24)
    inner = mail_streams(
        {SUBJECT: "Re: a/b", SENDER: "Bob", BODY: "Inner – words.", SENT: WHEN},
        {LONG_NAME: "notes.txt", DATA: b"notes", METHOD: 1},
        {DATA: deepest, METHOD: 5},
        header=24,
    )
    parsed = read({DATA: inner, METHOD: 5}, body="Outer.")
    assert [part.name for part in parsed.nested_files] == ["Re: a b.eml"]
    within = email.parse(parsed.nested_files[0].content)
    assert within.text == "Inner – words."
    assert (within.metadata.title, within.metadata.author, within.metadata.date) == ("Re: a/b", ("Bob",), "2022-07-05")
    assert [part.name for part in within.nested_files] == ["notes.txt", "Deepest.eml"]
    assert within.nested_files[0].content == b"notes"
    assert email.parse(within.nested_files[1].content).text == "Deep."


@pytest.mark.parametrize("data", [b"", b"no mail", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)])
def test_a_file_of_another_kind_is_refused(data: bytes) -> None:
    with pytest.raises(ParsingError):
        outlook.parse(data)


def test_an_ole_file_of_another_kind_is_refused_by_name() -> None:
    with pytest.raises(ParsingError, match="no Outlook mail"):
        outlook.parse((REAL.parent / "simple.doc").read_bytes())


def test_sectors_of_enormous_size_are_refused() -> None:
    data = bytearray(REAL.read_bytes())
    data[32:34] = b"\x00\x06"  # small sectors of two to the power of this
    with pytest.raises(ParsingError, match="is damaged"):
        outlook.parse(bytes(data))


def test_a_stream_longer_than_the_file_is_refused() -> None:
    data = REAL.read_bytes()
    at = data.index("__substg1.0_0037001F".encode("utf-16-le")) + 120  # where a directory entry has the stream's size
    assert int.from_bytes(data[at : at + 4], "little") < len(data)
    with pytest.raises(ParsingError, match="its streams are longer than the file"):
        outlook.parse(data[:at] + b"\x00\xff\xff\xff" + data[at + 4 :])


def test_damaged_mails_are_parsed_or_refused() -> None:
    inner = mail_streams({SUBJECT: "Inner", BODY: "Inner words."}, header=24)
    whole = compound(mail_streams({SUBJECT: "Bridge", BODY: "Closed."}, {DATA: inner, METHOD: 5}))
    for data in (*damaged(whole, 100), *damaged(REAL.read_bytes(), 100)):
        with suppress(ParsingError):
            assert_whole(outlook.parse(data))
