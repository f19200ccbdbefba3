"""Decoding: bytes give the intended text or a reason, and never replacement characters."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from askbrief.documents.text import decode, decode_as, decode_with_notes
from askbrief.errors import ParsingError

if TYPE_CHECKING:
    from pathlib import Path

ENGLISH = "The group’s budget – about 5 € a head – has “doubled” since May, the café owners’ union said. " * 20
FRENCH = "Le café est fermé à midi. Les élèves ont été très étonnés; « ça alors » – dit-il à sa mère."
POLISH = "Zażółć gęślą jaźń. Rząd ogłosił, że w przyszłym roku wzrosną podatki, a związki zapowiedziały protesty."
RUSSIAN = "Отчёт Совета Безопасности говорит, что группа насчитывает до четырёх тысяч бойцов."
JAPANESE = "日本語の文章です。これは試験のために書かれた文書であり、文字コードの判定を確かめます。"
KOREAN = "한국어 문서입니다. 이것은 시험입니다. 정부는 내년에 세금을 올릴 것이라고 발표했다."


@pytest.mark.parametrize("text", [FRENCH, JAPANESE, "an emoji 🙂 and a music sign 𝄞", ""])
@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (b"", "utf-8"),
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
    ],
)
def test_unicode_is_decoded_by_its_byte_order_mark_which_is_removed(text: str, mark: bytes, encoding: str) -> None:
    assert decode(mark + text.encode(encoding)) == text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (FRENCH, "cp1252"),
        (POLISH, "cp1250"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8-r"),
        (JAPANESE, "shift_jis"),
        (JAPANESE, "euc_jp"),
        (KOREAN, "euc_kr"),
        (f"The minister said: {JAPANESE}", "shift_jis"),
    ],
)
def test_text_in_a_legacy_encoding_is_decoded(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize(
    "text",
    [
        ENGLISH,
        ENGLISH.replace("–", "-").replace("€", "EUR"),
        "naïve",
        "Café",
        "20 °C",
        "Price: 5 €",
        "The price is £5 today.",
        "Señor Muñoz llegó.",
        "“Yes,” she said.",
        "Plain words. " * 3_000 + "The UN’s report.",
    ],
)
def test_western_text_with_few_accents_or_curly_quotes_is_windows_1252(text: str) -> None:
    assert decode(text.encode("cp1252")) == text


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"some\0text", "NUL"),
        (b"caf\xe9\0", "NUL"),
        (codecs.BOM_UTF16_LE + b"a\0\0\0", "NUL"),
        (b"\x01\x02\x03\x04", "control characters"),
        (codecs.BOM_UTF16_LE + b"A", "begins as utf-16 but byte 2"),
        (codecs.BOM_UTF16_LE + b"\x00\xd8", "begins as utf-16"),
        (codecs.BOM_UTF32_BE + b"\x00\x11\x00\x00", "begins as utf-32"),
        (b"PK\x03\x04\x14\x00\x00\x00\x00\x00\xa7V\x92Yoa\xab", "NUL"),
        (bytes(range(1, 256)), "encoding that could be recognised"),
    ],
)
def test_bytes_that_are_no_text_are_refused_with_the_reason(data: bytes, reason: str) -> None:
    with pytest.raises(ParsingError, match=reason):
        decode(data)


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.binary(max_size=200))
@example(b"\xff")
@example(b"\x80abc")
@example(b"\xff\xfe\xff")
@example(b"caf\xe9 \x81\x8d")
def test_random_bytes_give_text_without_replacement_characters_or_are_refused(data: bytes) -> None:
    assume("\ufffd".encode() not in data)
    try:
        text = decode(data)
    except ParsingError:
        return
    assert "\ufffd" not in text
    assert "\0" not in text
    text.encode()  # no lone surrogates either


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff")))
def test_any_text_in_utf_8_is_decoded_unchanged(text: str) -> None:
    assert decode(text.encode()) == text


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (FRENCH.encode() + b" caf\xe9", f"{FRENCH} café"),
        ((FRENCH * 20).encode() + b" 1\x80", f"{FRENCH * 20} 1€"),
        (codecs.BOM_UTF8 + b"caf\xe9", "café"),
        (RUSSIAN.encode() + b" \x93quoted\x94", f"{RUSSIAN} “quoted”"),
        (
            b"caf\xc3\xa9 and caf\xe9, both closed on Mondays in the winter",
            "café and café, both closed on Mondays in the winter",
        ),
    ],
)
def test_a_few_wrong_bytes_do_not_change_how_the_rest_of_utf_8_is_read_and_are_counted(data: bytes, text: str) -> None:
    decoded, (note,) = decode_with_notes(data)
    assert decoded == text
    assert "not UTF-8" in note


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", ["no mark", FRENCH, RUSSIAN, f"{POLISH}\r\n{POLISH}"])
def test_utf_16_without_a_mark_is_told_by_where_its_nul_bytes_are(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize("encoding", ["mac_roman", "cp850"])
@pytest.mark.parametrize(
    "text",
    [
        FRENCH.replace("« ", "").replace(" »", "").replace("–", "-"),
        "Die Straße nach Münster über die Höhe ist für März gesperrt.",
    ],
)
def test_western_text_of_old_machines_is_decoded(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize("label", ["iso-8859-1", "koi8-r", "shift_jis", "us-ascii", "windows-1251", "gbk"])
def test_valid_utf_8_wins_over_a_wrong_label(label: str) -> None:
    assert decode_as(FRENCH.encode(), label) == FRENCH


def test_a_label_that_fits_is_believed() -> None:
    assert decode_as(JAPANESE.encode("shift_jis"), "shift_jis") == JAPANESE
    assert decode_as(JAPANESE.encode("iso2022_jp"), "iso-2022-jp") == JAPANESE


def test_a_shared_utf_16_document_is_decoded(shared: Path) -> None:
    path = shared / "documents" / "other" / "fake-text-utf-16.txt"
    if not path.exists():
        pytest.skip(f"no {path}")
    text = decode(path.read_bytes())
    assert text.startswith("This is a test document to use for unit tests.")
    assert "Hamburgers are delicious" in text
