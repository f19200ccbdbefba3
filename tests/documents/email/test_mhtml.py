"""Web pages saved as one file: the page itself, without what was saved with it."""

from __future__ import annotations

from contextlib import suppress
from email.message import EmailMessage

import pytest

from askbrief.documents.email import mhtml
from askbrief.errors import ParsingError
from tests.documents.damage import damaged
from tests.documents.wholeness import assert_whole

PROSE = "The committee met on Tuesday and agreed that the bridge should be repaired before the winter. " * 4


def saved(page: str, *, charset: str = "utf-8", address: str = "https://herald.example/bridge") -> bytes:
    """A page as Chrome saves it: a style before it, a picture after it, the page named as the start."""
    message = EmailMessage()
    message["From"] = "<Saved by Blink>"
    message["Snapshot-Content-Location"] = address
    message["Subject"] = "Bridge closed"
    message["MIME-Version"] = "1.0"
    message.set_type("multipart/related")
    message.set_boundary("between")
    message.set_param("type", "text/html")
    message.set_param("start", "<main@page>")
    for content, subtype, name in (("p {color: red}", "css", "<style>"), (page, "html", "<main@page>")):
        part = EmailMessage()
        part.set_content(content.encode(charset), "text", subtype, cte="quoted-printable")
        part["Content-ID"] = name
        part["Content-Location"] = address if subtype == "html" else "cid:css"
        message.attach(part)
    frame = EmailMessage()
    frame.set_content("<p>An advertisement in a frame.</p>", subtype="html")
    message.attach(frame)
    return message.as_bytes()


def test_the_page_named_as_the_start_is_read_with_its_address() -> None:
    parsed = mhtml.parse(saved(f"<title>Bridge closed</title><nav>News</nav><h1>Bridge closed</h1><p>{PROSE}</p>"))
    assert_whole(parsed)
    assert parsed.text == f"Bridge closed\n\n{PROSE.strip()}"
    assert parsed.metadata.title == "Bridge closed"
    assert parsed.metadata.url == "https://herald.example/bridge"


def test_the_address_that_the_page_states_counts_more() -> None:
    page = f'<link rel="canonical" href="https://herald.example/a"><p>{PROSE}</p>'
    assert mhtml.parse(saved(page)).metadata.url == "https://herald.example/a"


def test_an_address_on_somebodys_disk_is_none() -> None:
    assert mhtml.parse(saved(f"<p>{PROSE}</p>", address="file:///home/ann/page.html")).metadata.url is None


def test_the_charset_that_the_page_states_is_used_where_the_part_states_none() -> None:
    page = "<meta charset=windows-1252><p>Café – “naïve”</p>"
    assert mhtml.parse(saved(page, charset="cp1252")).text == "Café – “naïve”"


@pytest.mark.parametrize("data", [b"", b"no page at all", b"Content-Type: text/plain\n\nwords"])
def test_what_holds_no_page_is_refused(data: bytes) -> None:
    with pytest.raises(ParsingError, match="no web page"):
        mhtml.parse(data)


def test_damaged_pages_are_read_or_refused() -> None:
    for data in damaged(saved(f"<h1>Bridge closed</h1><p>{PROSE}</p>"), 200):
        with suppress(ParsingError):
            assert_whole(mhtml.parse(data))
