"""E-books: the chapters in the order of the spine, and what the package says of the book."""

from __future__ import annotations

import io
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest

from askbrief.documents.html import epub
from askbrief.errors import ParsingError
from askbrief.records import BlockKind
from tests.documents.damage import damaged
from tests.documents.wholeness import assert_whole

BOOK = Path(__file__).parents[2] / "samples" / "other" / "test.epub"
CONTAINER = '<container><rootfiles><rootfile full-path="OEBPS/content.opf"/></rootfiles></container>'
DC = 'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:opf="http://www.idpf.org/2007/opf"'
METADATA = """<dc:title>A Book of  Bridges</dc:title><dc:creator opf:role="aut">Ann Author</dc:creator>
<dc:creator id="c2">Bob Writer</dc:creator><dc:creator opf:role="ill">Cy Painter</dc:creator>
<dc:creator id="c4">Di Translator</dc:creator><meta refines="#c4" property="role">trl</meta>
<dc:publisher>Herald Press</dc:publisher><dc:date opf:event="modification">2023-01-01</dc:date>
<dc:date>2022-07-05T00:00:00Z</dc:date><dc:rights>CC BY 4.0</dc:rights><dc:subject>Bridges</dc:subject>
<dc:identifier>urn:isbn:1</dc:identifier><dc:source>https://herald.example/book</dc:source>"""
ITEMS = """<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
<item id="two" href="text/two%20b.xhtml" media-type="application/xhtml+xml"/>
<item id="one" href="text/one.xhtml" media-type="application/xhtml+xml"/>
<item id="gone" href="text/gone.xhtml" media-type="application/xhtml+xml"/>
<item id="out" href="../../../etc/passwd" media-type="application/xhtml+xml"/>
<item id="picture" href="cover.svg" media-type="image/svg+xml"/>"""


def chapter(body: str) -> str:
    return f"""<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml">
    <head><title/><style>p {{}}</style></head><body>{body}</body></html>"""


def book(spine: str = "nav one two", *, package: str = "", **more: str) -> bytes:
    references = "".join(f'<itemref idref="{name}"/>' for name in spine.split())
    opf = package or (
        f'<package xmlns="http://www.idpf.org/2007/opf"><metadata {DC}>{METADATA}</metadata>'
        f"<manifest>{ITEMS}</manifest><spine>{references}</spine></package>"
    )
    members = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": CONTAINER,
        "OEBPS/content.opf": opf,
        "OEBPS/nav.xhtml": chapter("<nav><ol><li>One</li></ol></nav>"),
        "OEBPS/text/one.xhtml": chapter("<h1>One</h1><p>The first&#160;bridge &mdash; of wood.</p>"),
        "OEBPS/text/two b.xhtml": chapter("<h1>Two</h1><h2>Stone</h2><p>The second.</p>"),
        **{name.replace("__", "/"): content for name, content in more.items()},
    }
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return made.getvalue()


def test_chapters_come_in_the_order_of_the_spine_without_the_table_of_contents() -> None:
    parsed = epub.parse(book())
    assert_whole(parsed)
    assert parsed.text == "One\n\nThe first bridge — of wood.\n\nTwo\n\nStone\n\nThe second."
    assert [block.level for block in parsed.blocks if block.kind is BlockKind.HEADING] == [1, 1, 2]
    assert epub.parse(book("two one")).text.startswith("Two")
    assert parsed.pages == ()


def test_numbers_of_notes_and_of_printed_pages_are_no_words_of_a_sentence() -> None:
    text = """<p>It is <span epub:type="pagebreak">12</span>old<a epub:type="noteref" href="#n">3</a>, 10<sup>6</sup>
    years<sup><a href="#m">*</a></sup>.</p><aside epub:type="footnote" id="n">3 So they say.</aside>"""
    assert epub.parse(book("one", **{"OEBPS/text/one.xhtml": chapter(text)})).text == (
        "It is old, 10^6 years.\n\n3 So they say."
    )


def test_the_package_says_who_wrote_what_and_when() -> None:
    said = epub.parse(book()).metadata
    assert said.title == "A Book of Bridges"
    assert said.author == ("Ann Author", "Bob Writer")
    assert said.publisher == "Herald Press"
    assert said.date == "2022-07-05"
    assert said.licence == "CC BY 4.0"
    assert said.url == "https://herald.example/book"
    assert said.tags == ("Bridges",)


def test_the_real_book_has_its_two_chapters() -> None:
    parsed = epub.parse(BOOK.read_bytes())
    assert parsed.metadata.title == "Test EPUB Document"
    assert parsed.metadata.author == ("Test Author",)
    assert parsed.text.startswith("Chapter 1: Test Content\n\nThis is a test paragraph with some formatting.")
    assert parsed.text.endswith("This is a blockquote for testing.")


def test_what_is_missing_or_no_text_is_told() -> None:
    parsed = epub.parse(book("one gone picture two"))
    assert parsed.text.endswith("The second.")
    assert len(parsed.notes) == 2
    assert "OEBPS/text/gone.xhtml" in parsed.notes[0]
    assert "OEBPS/cover.svg is no text" in parsed.notes[1]


def test_a_name_that_leads_out_of_the_book_leads_nowhere() -> None:
    parsed = epub.parse(book("one out"))
    assert "root:" not in parsed.text
    assert "etc/passwd is left out" in parsed.notes[0]


ENCRYPTED = """<encryption xmlns:enc="http://www.w3.org/2001/04/xmlenc#"><enc:EncryptedData>
<enc:EncryptionMethod Algorithm="{way}"/></enc:EncryptedData></encryption>"""


def test_a_protected_book_is_refused_by_name() -> None:
    sealed = ENCRYPTED.format(way="http://www.w3.org/2001/04/xmlenc#aes256-cbc")
    with pytest.raises(ParsingError, match=r"protected against copying \(DRM\)"):
        epub.parse(book(**{"META-INF__encryption.xml": sealed}))


def test_a_book_whose_fonts_alone_are_encrypted_is_read() -> None:
    fonts = ENCRYPTED.format(way="http://www.idpf.org/2008/embedding")
    assert epub.parse(book(**{"META-INF__encryption.xml": fonts})).text.startswith("One")


LAUGHS = """<!DOCTYPE package [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><package><metadata>&c;</metadata></package>"""


@pytest.mark.parametrize(
    ("package", "why"),
    [
        (LAUGHS, "defines entities of its own"),
        ('<!DOCTYPE p [<!ENTITY x SYSTEM "file:///etc/passwd">]><p>&x;</p>', "defines entities of its own"),
        ("<package><spine>", "is damaged"),
        ("<a>" * 100_000, "is damaged"),
    ],
)
def test_a_hostile_package_is_refused(package: str, why: str) -> None:
    with pytest.raises(ParsingError, match=why):
        epub.parse(book(package=package))


@pytest.mark.parametrize("data", [b"", b"PK", b"no book at all", b"PK\x05\x06" + bytes(18)])
def test_what_is_no_book_is_refused(data: bytes) -> None:
    with pytest.raises(ParsingError):
        epub.parse(data)


def test_damaged_books_are_read_or_refused() -> None:
    for data in damaged(BOOK.read_bytes(), 200):
        with suppress(ParsingError):
            assert_whole(epub.parse(data))


@pytest.mark.parametrize("name", ["OEBPS/text/one.xhtml", "OEBPS/content.opf", "META-INF/container.xml"])
def test_books_with_a_damaged_member_are_read_or_refused(name: str) -> None:
    with zipfile.ZipFile(io.BytesIO(book())) as whole:
        content = whole.read(name)
    for data in damaged(content, 60):
        with suppress(ParsingError):
            assert_whole(epub.parse(book(**{name: data.decode("latin-1")})))
