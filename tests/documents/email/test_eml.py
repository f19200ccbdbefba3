"""Mails: the body as text; subject, sender and date as metadata; attachments as nested files."""

from __future__ import annotations

from contextlib import suppress
from email.message import EmailMessage
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from askbrief.documents import email
from askbrief.errors import ParsingError
from tests.documents.damage import damaged
from tests.documents.wholeness import assert_whole

if TYPE_CHECKING:
    from askbrief.documents.builder import ParsedText

DOCUMENTS = Path(__file__).parents[2] / "samples" / "eml"


def message_with(text: str = "The bridge is closed.", **headers: str) -> EmailMessage:
    message = EmailMessage()
    for name, value in ({"Subject": "Bridge", "From": "Ann <ann@herald.example>"} | headers).items():
        message[name] = value
    message.set_content(text)
    return message


def paragraphs(data: bytes) -> list[str]:
    parsed = email.parse(data)
    assert_whole(parsed)
    return [parsed.text[block.start : block.end] for block in parsed.blocks]


def test_subject_sender_and_date_are_metadata_and_not_text() -> None:
    parsed = email.parse(message_with(Date="Tue, 05 Jul 2022 23:30:00 -0400").as_bytes())
    assert parsed.text == "The bridge is closed."
    assert parsed.metadata.title == "Bridge"
    assert parsed.metadata.author == ("Ann",)
    assert parsed.metadata.date == "2022-07-05"


@pytest.mark.parametrize(
    ("header", "title"),
    [
        (b"Subject: =?utf-8?B?UsOpc3Vtw6k=?= of it", "Résumé of it"),
        (b"Subject: =?iso-8859-1?Q?caf=E9?= =?iso-8859-1?Q?_noir?=", "café noir"),
        ("Subject: Résumé".encode(), "Résumé"),
        ("Subject: Résumé".encode("cp1252"), "Résumé"),
        (b"Subject: folded\r\n  over lines", "folded over lines"),
        (b"Subject: =?x-unheard-of?Q?caf=C3=A9?=", "café"),
        (b"Subject: =?utf-8?B?broken", "=?utf-8?B?broken"),
        (b"X-Other: none", None),
    ],
)
def test_a_subject_is_decoded_however_it_was_written(header: bytes, title: str | None) -> None:
    assert email.parse(header + b"\r\n\r\nText.").metadata.title == title


@pytest.mark.parametrize(
    ("sender", "author"),
    [
        ("Ann Reporter <ann@herald.example>", ("Ann Reporter",)),
        ("ann@herald.example", ("ann@herald.example",)),
        ("=?utf-8?q?Zo=C3=AB=2C_Ann?= <ann@herald.example>, Bob <b@herald.example>", ("Zoë, Ann", "Bob")),
        ("", ()),
    ],
)
def test_the_author_is_the_sender(sender: str, author: tuple[str, ...]) -> None:
    assert email.parse(f"From: {sender}\n\nText.".encode()).metadata.author == author


@pytest.mark.parametrize("date", ["INVALID", "", "Tue, 99 Jul 2022 10:00:00 +0000", "Tue, 05 Jul 99999 10:00:00 +0000"])
def test_an_invalid_date_is_left_out(date: str) -> None:
    assert email.parse(f"Date: {date}\n\nText.".encode()).metadata.date is None


def test_plain_text_is_preferred_to_html_with_the_same_text() -> None:
    message = message_with("The bridge is closed.\n\nUntil August.")
    message.add_alternative("<p>The <b>bridge</b> is closed.</p><p>Until August.</p>", subtype="html")
    assert paragraphs(message.as_bytes()) == ["The bridge is closed.", "Until August."]


def test_html_is_preferred_to_plain_text_without_substance() -> None:
    message = message_with("See the HTML part.")
    page = "<h1>Bridge</h1><table><tr><th>Year<th>Cars<tr><td>2022<td>900</table><p>The bridge is closed.</p>"
    message.add_alternative(page, subtype="html")
    assert paragraphs(message.as_bytes()) == ["Bridge", "Year: 2022; Cars: 900", "The bridge is closed."]


def test_an_html_body_is_parsed_completely_with_its_quotes() -> None:
    page = """<style>p {}</style><div style='display:none'>Preview</div>Short.<blockquote>Old words.</blockquote>
    <footer>Sent</footer>"""
    message = message_with()
    message.set_content(page, subtype="html")
    assert paragraphs(message.as_bytes()) == ["Short.", "Old words.", "Sent"]


def quoted_in(text: str) -> list[tuple[tuple[str, ...], str | None, str]]:
    """Return author, date and text of each message that a mail quotes."""
    files = email.parse(message_with(text).as_bytes()).nested_files
    parsed = [email.parse(file.content) for file in files]
    return [(one.metadata.author, one.metadata.date, one.text) for one in parsed]


@pytest.mark.parametrize(
    "attribution",
    [
        "On Mon, 3 Jun 2024 at 17:20, Bo Lind <bo@example.org> wrote:",
        "On Mon, Jun 03, 2024 at 05:20:11PM +0200, Bo Lind wrote:",
        "On 2024-06-03 17:20, Bo Lind\n<bo@example.org> wrote:",
        "Am Mo., 3. Juni 2024 um 17:20 Uhr schrieb Bo Lind <bo@example.org>:",
        "Am 03.06.2024 um 17:20 schrieb Bo Lind:",
        "Le lun. 3 juin 2024 à 17:20, Bo Lind <bo@example.org> a écrit :",
        "El lun, 3 jun 2024 a las 17:20, Bo Lind (<bo@example.org>) escribió:",
    ],
)
def test_a_quoted_reply_is_a_document_of_its_author_and_day(attribution: str) -> None:
    text = f"We send forty.\n\nAna\n\n{attribution}\n\n> Can you send sixty?\n>\n> Bo\n"
    assert paragraphs(message_with(text).as_bytes()) == ["We send forty.", "Ana"]
    assert quoted_in(text) == [(("Bo Lind",), "2024-06-03", "Can you send sixty?\n\nBo")]


@pytest.mark.parametrize(
    "header",
    [
        "---------- Forwarded message ---------\nFrom: Bo Lind <b@e>\nDate: Mon, Jun 3, 2024 at 5:20 PM\nSubject: x",
        "Begin forwarded message:\n\nFrom: Bo Lind <bo@example.org>\nSubject: x\nDate: 3 June 2024 at 17:20:00 CEST",
        "From: Bo Lind\nSent: Monday, June 3, 2024 5:20 PM\nTo: Ana\nSubject: x",
        "-----Ursprüngliche Nachricht-----\nVon: Bo Lind\nGesendet: Montag, 3. Juni 2024 17:20\nAn: Ana\nBetreff: x",
    ],
)
def test_a_forwarded_message_is_a_document_of_its_author_and_day(header: str) -> None:
    text = f"FYI\n\n{header}\n\nThe pumps are blue.\n"
    assert paragraphs(message_with(text).as_bytes()) == ["FYI"]
    assert quoted_in(text) == [(("Bo Lind",), "2024-06-03", "The pumps are blue.")]


def test_each_message_of_a_thread_is_its_own() -> None:
    thread = (
        "Third.\n\nOn Tue, 4 Jun 2024 at 10:00, Bo <b@example.org> wrote:\n> Second.\n>\n"
        "> On Mon, 3 Jun 2024 at 09:00, Cy <c@example.org> wrote:\n>> First.\n"
    )
    assert quoted_in(thread) == [(("Bo",), "2024-06-04", "Second."), (("Cy",), "2024-06-03", "First.")]


def test_quoted_lines_that_are_answered_stay_with_their_mark() -> None:
    text = "> How deep is the well?\nThirty-one metres.\n> Who dug it?\n> When?\nThe brothers, in 1958.\n"
    assert paragraphs(message_with(text).as_bytes()) == [
        "> How deep is the well?",
        "Thirty-one metres.",
        "> Who dug it?",
        "> When?",
        "The brothers, in 1958.",
    ]


def test_a_quotation_in_html_is_a_document_of_its_author_and_day() -> None:
    html = (
        "Content-Type: text/html\n\n<p>We send forty.</p><div class='gmail_quote'><div class='gmail_attr'>"
        "On Mon, 3 Jun 2024 at 17:20, Bo Lind &lt;<a>b@example.org</a>&gt; wrote:</div>"
        "<blockquote>Can you send sixty?</blockquote></div>"
    )
    parsed = email.parse(html.encode())
    assert parsed.text == "We send forty."
    (quoted,) = (email.parse(file.content) for file in parsed.nested_files)
    assert (quoted.metadata.author, quoted.metadata.date) == (("Bo Lind",), "2024-06-03")
    assert quoted.text == "Can you send sixty?"


def test_a_mailbox_gives_each_mail_under_its_own_sender_and_day() -> None:
    mailbox = (
        b"From a@e.org Thu Jun  6 10:00:00 2024\nFrom: Ulla <u@e.org>\nDate: Thu, 06 Jun 2024 10:00:00 +0200\n"
        b"Subject: Paint\n\nThe door is blue.\n>From here on, too.\n\nFrom nobody in particular.\n\n"
        b"From b@e.org Fri Jun  7 10:00:00 2024\nFrom: Otto <o@e.org>\nDate: Fri, 07 Jun 2024 10:00:00 +0200\n"
        b"Subject: Re: Paint\n\nThe window is green.\n"
    )
    mails = email.parse(mailbox).nested_files
    assert [file.name for file in mails] == ["1 Paint.eml", "2 Re: Paint.eml"]
    first, second = (email.parse(file.content) for file in mails)
    assert (second.metadata.author, second.metadata.date) == (("Otto",), "2024-06-07")
    assert "From here on, too." in first.text
    assert "From nobody in particular." in first.text


def test_the_mark_of_a_picture_is_no_text() -> None:
    assert paragraphs(message_with("Open at seven.\n[cid:image001.png@01D]\n").as_bytes()) == ["Open at seven."]


def test_signatures_are_included() -> None:
    assert paragraphs(message_with("Agreed.\n\n-- \nAnn\nThe Herald\n").as_bytes()) == ["Agreed.", "Ann", "The Herald"]


def test_wrapped_lines_are_one_paragraph() -> None:
    wrapped = (
        "The bridge over the river at the old mill is closed from today\nuntil August, and buses go by the ring road."
    )
    assert paragraphs(message_with(wrapped).as_bytes()) == [wrapped.replace("\n", " ")]
    flowed = b"Content-Type: text/plain; format=flowed\n\nShort \nlines \nflow.\nBut not here.\n"
    assert paragraphs(flowed) == ["Short lines flow.", "But not here."]


@pytest.mark.parametrize(
    ("charset", "encoding"),
    [("utf-8", "utf-8"), ("iso-8859-1", "cp1252"), ("us-ascii", "utf-8"), ("x-none", "utf-8"), ("koi8-r", "koi8-r")],
)
def test_the_charset_is_the_stated_one_or_one_that_fits(charset: str, encoding: str) -> None:
    text = "Мост закрыт до августа." if encoding == "koi8-r" else "Café – “naïve”."
    data = f"Content-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: 8bit\n\n".encode() + text.encode(
        encoding
    )
    assert paragraphs(data) == [text]


def test_attachments_are_nested_files_with_unique_names() -> None:
    message = message_with()
    message.add_attachment(b"one", "application", "pdf", filename="report.pdf")
    message.add_attachment(b"two", "application", "pdf", filename="../../Report.pdf")
    message.add_attachment(b"three", "application", "pdf", filename="Bericht – Brücke.pdf")
    message.add_attachment("notes", filename="notes.txt")
    message.add_attachment(b"five", "application", "pdf")
    parsed = email.parse(message.as_bytes())
    assert_whole(parsed)
    names = ["report.pdf", "Report (2).pdf", "Bericht – Brücke.pdf", "notes.txt", "attachment.pdf"]
    assert [part.name for part in parsed.nested_files] == names
    assert [part.content for part in parsed.nested_files[:3]] == [b"one", b"two", b"three"]
    assert parsed.text == "The bridge is closed."


def test_pictures_in_the_text_and_signatures_are_no_attachments() -> None:
    message = message_with()
    message.add_related(b"png", "image", "png", cid="<a@b>", filename="logo.png")
    message.make_mixed()
    message.add_attachment(b"sig", "application", "pgp-signature", filename="signature.asc")
    assert email.parse(message.as_bytes()).nested_files == ()


def test_messages_inside_are_nested_files_named_after_their_subjects() -> None:
    message = message_with()
    message.add_attachment(message_with("Inner words.", Subject="Re: a/b <c>"))
    message.add_attachment(message_with("More words.", Subject="Re: a/b <c>"))
    parsed = email.parse(message.as_bytes())
    assert_whole(parsed)
    assert [part.name for part in parsed.nested_files] == ["Re: a b <c>.eml", "Re: a b <c> (2).eml"]
    assert [paragraphs(part.content) for part in parsed.nested_files] == [["Inner words."], ["More words."]]
    assert parsed.text == "The bridge is closed."


def test_a_damaged_message_inside_is_noted_and_the_rest_is_parsed() -> None:
    message = message_with()
    message.add_attachment(message_with("Inner words.", From="frank@example.com"))
    data = message.as_bytes().replace(b"From: frank@example.com", b"From: frank@example.com\x0bTo: bob@example.com")
    parsed = email.parse(data)
    assert parsed.notes == ("a message in it (Bridge) is damaged and not read",)
    assert parsed.text == "The bridge is closed."


def test_encrypted_and_packed_parts_are_noted() -> None:
    message = message_with()
    message.add_attachment(b"x", "application", "ms-tnef", filename="winmail.dat")
    assert email.parse(message.as_bytes()).notes[0].startswith("winmail.dat (a format of Outlook) is not read")
    encrypted = b"Content-Type: application/pkcs7-mime; name=smime.p7m\nContent-Transfer-Encoding: base64\n\nAAAA\n"
    assert email.parse(encrypted).notes == ("its text is encrypted: save it decrypted",)


def test_a_part_that_is_no_text_does_not_affect_the_others() -> None:
    message = message_with()
    message.make_mixed()
    noise = EmailMessage()
    noise.set_content(bytes(range(256)) * 8, "text", "plain")
    del noise["Content-Disposition"]
    message.attach(noise)
    parsed = email.parse(message.as_bytes())
    assert parsed.text == "The bridge is closed."
    assert parsed.notes[0].startswith("a part of its text is not text")


@pytest.mark.parametrize("name", sorted(path.name for path in DOCUMENTS.glob("*.eml")))
def test_real_mails_are_parsed(name: str) -> None:
    assert_whole(email.parse((DOCUMENTS / name).read_bytes()))


def test_real_mails_give_their_text_metadata_and_attachments() -> None:
    def read(name: str) -> ParsedText:
        return email.parse((DOCUMENTS / name).read_bytes())

    assert read("empty.eml").text == ""
    assert read("test-invalid-date.eml").metadata.date is None
    assert read("fake-email-utf-16.eml").text == read("fake-email-b64.eml").text == read("fake-email.eml").text
    assert "Roses are red" in read("fake-email.eml").text
    attached = read("fake-email-attachment.eml")
    assert [(part.name, part.content) for part in attached.nested_files] == [
        ("fake-attachment.txt", b"Hey this is a fake attachment!")
    ]
    digest = read("mime-multipart-digest.eml")
    assert [part.name for part in digest.nested_files] == [
        "First Message.eml",
        "Second Message.eml",
        "Third Message.eml",
    ]
    assert paragraphs(digest.nested_files[1].content) == ["This is the second message in the digest."]
    hebrew = read("email-no-utf8-2008-07-16.062410.eml")
    assert hebrew.metadata.title == "RE: שלום"
    assert "בהצלחה," in hebrew.text


def test_a_file_that_is_no_mail_is_refused() -> None:
    with pytest.raises(ParsingError):
        email.parse((DOCUMENTS.parent / "other" / "random.bin").read_bytes())


def test_very_deep_nesting_is_refused() -> None:
    nested = "".join(f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(20_000))
    with pytest.raises(ParsingError, match="nested too deep"):
        email.parse(nested.encode())


def test_too_many_parts_are_refused() -> None:
    many = (
        b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\nContent-Type: text/plain\n\nx\n" * 3000 + b"--b--\n"
    )
    with pytest.raises(ParsingError, match="3,001 parts; the limit is 2,000"):
        email.parse(many)


def test_a_header_with_too_many_parameters_is_refused() -> None:
    with pytest.raises(ParsingError, match="a Content header of over 10,000 characters"):
        email.parse(b"Content-Type: text/plain" + b"; a*0*=b" * 100_000 + b"\n\nText.")


def test_many_and_long_headers_are_ignored() -> None:
    headers = b"X-Bomb: " + b"=?utf-8?Q?=41?= " * 20_000 + b"\n" + b"X: y\n" * 50_000
    subject = b"Subject: " + b"=?utf-8?Q?=41?= " * 50_000 + b"\n"
    assert paragraphs(headers + subject + b"\nText here.\n") == ["Text here."]


@pytest.mark.parametrize("name", ["fake-email-attachment.eml", "mime-multipart-digest.eml", "family-day.eml"])
def test_damaged_mails_are_parsed_or_refused(name: str) -> None:
    for data in damaged((DOCUMENTS / name).read_bytes(), 75):
        with suppress(ParsingError):
            assert_whole(email.parse(data))
