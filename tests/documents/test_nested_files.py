"""Files within files become documents of their own, below the path of the file that they are in."""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from askbrief.documents import registry
from askbrief.documents.builder import NestedFile, ParsedText
from askbrief.documents.limits import ParsingLimits, UniqueNames, unique_path
from askbrief.documents.sources import SeedFile, parse_file
from askbrief.errors import ParsingError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from askbrief.documents.builder import ParsedFile

    Read = Callable[..., ParsedFile]

TEXT = "The report says that attacks have risen by 42% since the year before."


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Read:
    """Read a made-up file that holds nothing but some others."""

    def reading(*parts: NestedFile, limits: ParsingLimits = ParsingLimits(), sidecar: str = "") -> ParsedFile:  # noqa: B008 - frozen
        box = ModuleType("box")
        box.parse = lambda _: ParsedText("", (), nested_files=parts)  # type: ignore[attr-defined]
        monkeypatch.setattr(registry, "import_module", lambda name: box if name.endswith("box") else real(name))
        monkeypatch.setattr(registry, "PARSERS", {**registry.PARSERS, ".box": "box"})
        (tmp_path / "a.box").touch()
        (tmp_path / "a.box.meta.yaml").write_text(sidecar)
        file = SeedFile("un/a.box", tmp_path / "a.box", "", sidecar=tmp_path / "a.box.meta.yaml")
        return parse_file(file, limits)

    real = importlib.import_module
    return reading


def part(name: str, text: str = TEXT) -> NestedFile:
    return NestedFile(name, text.encode())


def test_each_part_is_a_document_in_a_collection_of_the_file(read: Read) -> None:
    first, second = read(part("2022/report.txt"), part("note.md", "# A note\n\nText.")).documents
    assert (first.doc_id, first.title, first.collection) == ("un/a.box/2022/report.txt", "report", "un/a.box/2022")
    assert (second.doc_id, second.title) == ("un/a.box/note.md", "A note")


def test_a_part_that_cannot_be_read_is_named_and_the_others_are_read(read: Read) -> None:
    reading = read(part("old.doc"), part("b.txt"), part("picture.png"), part("c.txt", "\0"))
    assert [document.doc_id for document in reading.documents] == ["un/a.box/b.txt"]
    assert [(problem.path, problem.reason[:30]) for problem in reading.failed] == [
        ("un/a.box/old.doc", ".doc files are not readable: s"),
        ("un/a.box/picture.png", ".png files are not readable: s"),
        ("un/a.box/c.txt", "is not text (it holds NUL byte"),
    ]


def test_what_a_side_car_says_of_the_file_holds_for_its_parts_but_for_the_title(read: Read) -> None:
    reading = read(
        part("a.txt"),
        part("b.txt"),
        part("b.txt.meta.yaml", "date: 2023\ntitle: The second"),
        sidecar="title: All of it\ndate: 2022\npublisher: UN",
    )
    first, second = reading.documents
    assert (first.title, first.metadata.date, first.metadata.publisher) == ("a", "2022", "UN")
    assert (second.title, second.metadata.date, second.metadata.publisher) == ("The second", "2023", "UN")


def test_files_are_read_three_deep_and_no_deeper(read: Read) -> None:
    reading = read(NestedFile("b.box", b""))
    assert reading.documents == ()
    (problem,) = reading.failed
    assert problem.path == "un/a.box/b.box/b.box/b.box/b.box"
    assert problem.reason == "is more than 3 files deep in other files: unpack them"


def test_parts_beyond_the_limit_of_text_are_named_and_those_before_are_kept(read: Read) -> None:
    reading = read(
        part("a.txt"), part("b.txt"), part("c.txt", "Short."), limits=ParsingLimits(characters=len(TEXT) + 10)
    )
    assert [document.doc_id for document in reading.documents] == ["un/a.box/a.txt", "un/a.box/c.txt"]
    assert "138 characters of text with what was in it before; the limit is 79" in reading.failed[0].reason


@pytest.mark.parametrize("name", ["../a.txt", "/etc/passwd", "C:\\a.txt", "a/../../b.txt", "", "..", "\u202e"])
def test_a_name_that_leaves_the_file_is_no_name(read: Read, name: str) -> None:
    reading = read(part(name), part("b.txt"))
    assert [document.doc_id for document in reading.documents] == ["un/a.box/b.txt"]
    assert reading.failed[0].path == "un/a.box"
    assert "whose name is none" in reading.failed[0].reason


def test_of_two_with_one_name_the_second_gets_a_number(read: Read) -> None:
    reading = read(part("a.txt"), part("a.txt"), part("./a.txt"), part("x\\a.txt"))
    assert [document.doc_id.removeprefix("un/a.box/") for document in reading.documents] == [
        "a.txt",
        "a (2).txt",
        "a (3).txt",
        "x/a.txt",
    ]


def test_a_name_is_as_long_as_can_be_shown() -> None:
    name = unique_path(f"{'a' * 300}.pdf", UniqueNames())
    assert name is not None
    assert len(name) < 120
    assert name.endswith("a.pdf")
    assert unique_path("/".join(["folder"] * 200), UniqueNames()) is None


def test_a_file_alone_is_still_refused_as_a_whole(tmp_path: Path) -> None:
    (tmp_path / "c.txt").write_text(TEXT)
    with pytest.raises(ParsingError, match="has 69 characters of text; the limit is 10"):
        parse_file(SeedFile("c.txt", tmp_path / "c.txt", ""), ParsingLimits(characters=10))
