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

    ParseBox = Callable[..., ParsedFile]

TEXT = "The report says that attacks have risen by 42% since the year before."


@pytest.fixture
def parse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ParseBox:
    """Parse a file that holds nothing but other files."""

    def parse_box(*files: NestedFile, limits: ParsingLimits = ParsingLimits(), sidecar: str = "") -> ParsedFile:  # noqa: B008 - frozen
        box = ModuleType("box")
        box.parse = lambda _: ParsedText("", (), nested_files=files)  # type: ignore[attr-defined]
        monkeypatch.setattr(registry, "import_module", lambda name: box if name.endswith("box") else real(name))
        monkeypatch.setattr(registry, "PARSERS", {**registry.PARSERS, ".box": "box"})
        (tmp_path / "a.box").touch()
        (tmp_path / "a.box.meta.yaml").write_text(sidecar)
        file = SeedFile("un/a.box", tmp_path / "a.box", "", sidecar=tmp_path / "a.box.meta.yaml")
        return parse_file(file, limits)

    real = importlib.import_module
    return parse_box


def nested(name: str, text: str = TEXT) -> NestedFile:
    return NestedFile(name, text.encode())


def test_each_nested_file_is_a_document_in_a_collection_of_the_outer_file(parse: ParseBox) -> None:
    first, second = parse(nested("2022/report.txt"), nested("note.md", "# A note\n\nText.")).documents
    assert (first.doc_id, first.title, first.collection) == ("un/a.box/2022/report.txt", "report", "un/a.box/2022")
    assert (second.doc_id, second.title) == ("un/a.box/note.md", "A note")


def test_a_nested_file_that_cannot_be_parsed_is_named_and_the_others_are_parsed(parse: ParseBox) -> None:
    parsed = parse(nested("old.pages"), nested("b.txt"), nested("talk.mp3"), nested("c.txt", "\0"))
    assert [document.doc_id for document in parsed.documents] == ["un/a.box/b.txt"]
    assert [(problem.path, problem.reason[:30]) for problem in parsed.failed] == [
        ("un/a.box/old.pages", ".pages files are not readable:"),
        ("un/a.box/talk.mp3", ".mp3 files are not readable: t"),
        ("un/a.box/c.txt", "is not text (it holds NUL byte"),
    ]


def test_the_side_car_of_a_file_holds_for_its_nested_files_apart_from_the_title(parse: ParseBox) -> None:
    parsed = parse(
        nested("a.txt"),
        nested("b.txt"),
        nested("b.txt.meta.yaml", "date: 2023\ntitle: The second"),
        sidecar="title: All of it\ndate: 2022\npublisher: UN",
    )
    first, second = parsed.documents
    assert (first.title, first.metadata.date, first.metadata.publisher) == ("a", "2022", "UN")
    assert (second.title, second.metadata.date, second.metadata.publisher) == ("The second", "2023", "UN")


def test_nested_files_are_parsed_three_deep_and_no_deeper(parse: ParseBox) -> None:
    parsed = parse(NestedFile("b.box", b""))
    assert parsed.documents == ()
    (problem,) = parsed.failed
    assert problem.path == "un/a.box/b.box/b.box/b.box/b.box"
    assert problem.reason == "is more than 3 files deep in other files: unpack them"


def test_nested_files_beyond_the_limit_of_text_are_named_and_the_others_stay(parse: ParseBox) -> None:
    parsed = parse(
        nested("a.txt"), nested("b.txt"), nested("c.txt", "Short."), limits=ParsingLimits(characters=len(TEXT) + 10)
    )
    assert [document.doc_id for document in parsed.documents] == ["un/a.box/a.txt", "un/a.box/c.txt"]
    assert "138 characters of text with what was in it before; the limit is 79" in parsed.failed[0].reason


@pytest.mark.parametrize("name", ["../a.txt", "/etc/passwd", "C:\\a.txt", "a/../../b.txt", "", "..", "\u202e"])
def test_a_path_that_leaves_the_outer_file_is_refused(parse: ParseBox, name: str) -> None:
    parsed = parse(nested(name), nested("b.txt"))
    assert [document.doc_id for document in parsed.documents] == ["un/a.box/b.txt"]
    assert parsed.failed[0].path == "un/a.box"
    assert "whose name is none" in parsed.failed[0].reason


def test_the_second_of_two_files_with_one_name_gets_a_number(parse: ParseBox) -> None:
    parsed = parse(nested("a.txt"), nested("a.txt"), nested("./a.txt"), nested("x\\a.txt"))
    assert [document.doc_id.removeprefix("un/a.box/") for document in parsed.documents] == [
        "a.txt",
        "a (2).txt",
        "a (3).txt",
        "x/a.txt",
    ]


def test_a_long_name_is_shortened_and_a_long_path_is_refused() -> None:
    name = unique_path(f"{'a' * 300}.pdf", UniqueNames())
    assert name is not None
    assert len(name) < 120
    assert name.endswith("a.pdf")
    assert unique_path("/".join(["folder"] * 200), UniqueNames()) is None


def test_a_single_file_beyond_the_limit_of_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "c.txt").write_text(TEXT)
    with pytest.raises(ParsingError, match="has 69 characters of text; the limit is 10"):
        parse_file(SeedFile("c.txt", tmp_path / "c.txt", ""), ParsingLimits(characters=10))
