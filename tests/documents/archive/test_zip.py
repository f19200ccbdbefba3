"""Zip archives: each member becomes a document of its own, under its path in the archive."""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from contextlib import suppress

import pytest

from askbrief.documents.archive import zip as archive
from askbrief.errors import ParsingError
from tests.documents.damage import damaged
from tests.documents.wholeness import assert_whole


def packed(*members: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", method) as writer:
        for name, content in members:
            writer.writestr(name, content)
    return data.getvalue()


def names(data: bytes) -> list[str]:
    parsed = archive.parse(data)
    assert_whole(parsed)
    return [file.name for file in parsed.nested_files]


def test_members_are_nested_files_in_order_with_their_content() -> None:
    parsed = archive.parse(packed(("briefs/b.md", b"bee"), ("a.txt", b"ay"), ("briefs/", b""), ("inner.zip", packed())))
    assert [(file.name, file.content) for file in parsed.nested_files[:2]] == [
        ("briefs/b.md", b"bee"),
        ("a.txt", b"ay"),
    ]
    assert len(parsed.nested_files) == 3
    assert parsed.text == ""
    assert parsed.notes == ()


@pytest.mark.parametrize(
    "name", ["../a.txt", "a/../../b.txt", "/etc/passwd", "C:\\a.txt", "..\\a.txt", "\\\\host\\a.txt"]
)
def test_a_name_that_leads_out_of_the_archive_is_refused_with_a_note(name: str) -> None:
    member = zipfile.ZipInfo("x")
    member.filename = name
    parsed = archive.parse(packed((member, b"x"), ("good.txt", b"y")))
    assert [file.name for file in parsed.nested_files] == ["good.txt"]
    assert "leads out of the archive" in parsed.notes[0]


def test_paths_are_normalised() -> None:
    member = zipfile.ZipInfo("x")
    member.filename = ".\\briefs\\.\\a.txt"
    assert names(packed((member, b"x"))) == ["briefs/a.txt"]


def test_hidden_files_and_system_files_are_ignored() -> None:
    data = packed(*((name, b"x") for name in (".git/config", "__MACOSX/._a.txt", "a/.DS_Store", "~$a.docx", "a.txt")))
    assert names(data) == ["a.txt"]
    assert archive.parse(data).notes == ()


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_members_with_the_same_name_get_unique_names() -> None:
    parsed = archive.parse(packed(("a.txt", b"1"), ("a.txt", b"2"), ("A.TXT", b"3")))
    assert [file.name for file in parsed.nested_files] == ["a.txt", "a (2).txt", "A (3).TXT"]
    assert [part.content for part in parsed.nested_files] == [b"1", b"2", b"3"]


@pytest.mark.parametrize(
    ("name", "encoding"), [("Brücke.txt", "cp437"), ("Brücke.txt", "utf-8"), ("мост.txt", "utf-8")]
)
def test_names_without_an_encoding_flag_are_decoded(name: str, encoding: str) -> None:
    placed = "x" * len(name.encode(encoding))
    data = packed((placed, b"content"), method=zipfile.ZIP_STORED).replace(placed.encode(), name.encode(encoding))
    assert names(data) == [name]


def test_a_link_is_noted_and_not_followed() -> None:
    link = zipfile.ZipInfo("a.txt")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    parsed = archive.parse(packed((link, b"/etc/passwd")))
    assert parsed.nested_files == ()
    assert parsed.notes == ("a.txt is not read: it is a link",)


def test_a_damaged_member_does_not_affect_the_others() -> None:
    data = packed(("bad.txt", b"first words"), ("good.txt", b"second"), method=zipfile.ZIP_STORED)
    parsed = archive.parse(data.replace(b"first", b"worst", 1))
    assert [file.name for file in parsed.nested_files] == ["good.txt"]
    assert parsed.notes[0].startswith("bad.txt: is damaged")


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = bytearray(packed(("a.txt", b"x" * 1000)))
    at = bomb.rindex(b"PK\x01\x02")
    bomb[at + 24 : at + 28] = (3 * 1024**3).to_bytes(4, "little")
    with pytest.raises(ParsingError, match="3,072 MiB unpacked"):
        archive.parse(bytes(bomb))


def test_a_false_size_is_reported_as_damage() -> None:
    lie = bytearray(packed(("a.txt", b"x" * 1_000_000)))
    for mark, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        at = lie.rindex(mark)
        lie[at + offset : at + offset + 4] = (10).to_bytes(4, "little")
    parsed = archive.parse(bytes(lie))
    assert parsed.nested_files == ()
    assert "is damaged" in parsed.notes[0]


def test_too_many_members_are_refused() -> None:
    with pytest.raises(ParsingError, match="holds 10,001 files"):
        archive.parse(packed(*((f"{number}", b"") for number in range(10_001)), method=zipfile.ZIP_STORED))


def test_an_archive_in_an_archive_is_a_nested_file() -> None:
    inner = packed(("a.txt", b"x"))
    for _ in range(5):
        inner = packed(("nested.zip", inner))
    assert names(inner) == ["nested.zip"]


def test_an_encrypted_archive_is_refused_by_name() -> None:
    encrypted = bytearray(packed(("a.txt", b"x")))
    for mark, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        encrypted[encrypted.rindex(mark) + offset] |= 1
    with pytest.raises(ParsingError, match="is encrypted"):
        archive.parse(bytes(encrypted))


@pytest.mark.parametrize("data", [b"", b"PK", b"no archive at all", zlib.compress(b"x")])
def test_a_file_of_another_kind_is_refused(data: bytes) -> None:
    with pytest.raises(ParsingError):
        archive.parse(data)


def test_damaged_archives_are_parsed_or_refused() -> None:
    whole = packed(("briefs/a.txt", b"words " * 50), ("b.txt", b"more words " * 50))
    for data in damaged(whole, 200):
        with suppress(ParsingError):
            assert_whole(archive.parse(data))
