"""What holds for every format made of text and every archive, whole or damaged, small or a bomb."""

from __future__ import annotations

import gzip
import io
import json
import lzma
import tarfile
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from askbrief.documents import limits
from askbrief.documents.registry import PARSERS, parser_for
from askbrief.errors import ParsingError
from tests.conftest import ROOT
from tests.documents.format_samples import SAMPLES, seven_zip
from tests.documents.wholeness import LAUGHS, assert_whole, check_damaged

if TYPE_CHECKING:
    from askbrief.documents.builder import ParsedText

NEW = ("text.", "data.", "archive.", "email.invitation")


def parse(suffix: str, data: bytes) -> ParsedText:
    return parser_for(f"sample{suffix}")(data)


def test_every_such_parser_has_a_sample() -> None:
    known = {module for module in PARSERS.values() if module.startswith(NEW)} - {"text.markdown", "archive.zip"}
    assert known == {PARSERS[suffix] for suffix in SAMPLES} - {"email"}


@pytest.mark.parametrize("suffix", SAMPLES)
def test_a_sample_gives_its_words_and_no_note_of_loss(suffix: str) -> None:
    parsed = parse(suffix, SAMPLES[suffix])
    assert_whole(parsed)
    assert parsed.blocks or parsed.nested_files


@pytest.mark.parametrize("suffix", SAMPLES)
def test_a_damaged_sample_gives_text_that_is_whole_or_a_reason(suffix: str) -> None:
    check_damaged(lambda data: parse(suffix, data), SAMPLES[suffix], tries=60)


@pytest.mark.parametrize("suffix", [*SAMPLES, ".md", ".zip", ".doc", ".png"])
@pytest.mark.parametrize("data", [b"", b"\n", b"\0", b"PK\x03\x04", bytes(range(256)) * 4])
def test_no_file_of_any_content_crashes_a_parser(suffix: str, data: bytes) -> None:
    with suppress(ParsingError):
        assert_whole(parse(suffix, data))


@pytest.mark.parametrize(
    ("suffix", "data"),
    [
        (".json", b"[" * 100_000 + b"]" * 100_000),
        (".json", b'{"a":' * 5_000 + b"1" + b"}" * 5_000),
        (".json", b"[" * 900 + b'{"a": {"b": 1}}' + b"]" * 900),
        (".jsonl", b"[" * 100_000 + b"\n" + b"{}\n"),
        (".ipynb", b'{"cells":' + b"[" * 100_000),
        (".yaml", b"".join(b" " * depth + b"a:\n" for depth in range(1_500))),
        (".yaml", b"a: &a [x]\n" + b"b: [*a, *a, *a]\n" * 9),
        (".xml", f"<!DOCTYPE r [{LAUGHS}]><r>&j;</r>".encode()),
        (".xml", b"<a>" * 5_000 + b"x" + b"</a>" * 5_000),
        (".mbox", b"From a\nSubject: x\n\n" * 20_000),
        (".srt", b"00:00:01,000 --> 00:00:02,000\n" * 20_000),
        (".txt", b"[12/05/2023, 07:15:00] A: x\n" * 20_000),
        (".rst", b"=====\n" * 20_000),
        (".tex", b"\\section{" * 20_000),
        (".py", b'"""' * 20_001),
        (".ics", b"BEGIN:VCALENDAR\r\n" + b"BEGIN:VEVENT\r\n" * 3_000),
        (".md", b"<!-- " * 20_000),
        (".eml", b"Subject: x\n\n" + b"".join(b">" * d + b"On 1 May 2024, A <a@b.c> wrote:\n" for d in range(300))),
    ],
)
def test_a_bomb_is_read_in_time_or_refused(suffix: str, data: bytes) -> None:
    with suppress(ParsingError):
        assert_whole(parse(suffix, data))


def packed(compress: str) -> bytes:
    zeros = b"\0" * (8 * 1024 * 1024)
    if compress == ".gz":
        return gzip.compress(zeros)
    if compress == ".xz":
        return lzma.compress(zeros)
    if compress == ".7z":
        return seven_zip(("zeros.txt", zeros))
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:gz") as archive:
        entry = tarfile.TarInfo("zeros.txt")
        entry.size = len(zeros)
        archive.addfile(entry, io.BytesIO(zeros))
    return data.getvalue()


@pytest.mark.parametrize("suffix", [".gz", ".xz", ".7z", ".tgz"])
def test_a_compressed_bomb_is_refused(suffix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("tar", "seven_zip"):
        monkeypatch.setattr(f"askbrief.documents.archive.{name}.MOST_UNPACKED_MIB", 4)
    with pytest.raises(ParsingError, match="unpack it here instead"):
        parse(suffix, packed(suffix))


def test_an_archive_of_too_many_files_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert limits.MOST_MEMBERS > 2
    for name in ("tar", "seven_zip"):
        monkeypatch.setattr(f"askbrief.documents.archive.{name}.MOST_MEMBERS", 1)
    for suffix in (".tar", ".7z"):
        with pytest.raises(ParsingError, match="divide it"):
            parse(suffix, SAMPLES[suffix])


def test_the_page_on_formats_names_every_suffix() -> None:
    page = (ROOT / "docs" / "formats.md").read_text(encoding="utf-8")
    words = set(page.replace(",", " ").replace("`", " ").replace("(", " ").replace(")", " ").replace(":", " ").split())
    missing = [suffix for suffix in PARSERS if suffix not in words and f"{suffix}." not in words]
    assert missing == []


def test_numbers_of_json_are_those_of_the_file() -> None:
    parsed = parse(".json", json.dumps({"share": 0}).replace("0", "1.10").encode())
    assert parsed.text == "share: 1.10"
