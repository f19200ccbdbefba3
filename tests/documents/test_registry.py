"""A seed file with its side-car becomes a document, or a reason for none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from askbrief.documents import registry
from askbrief.documents.sources import parse_file, scan
from askbrief.errors import ParsingError
from askbrief.records import BlockKind
from tests.conftest import ROOT, SEED

if TYPE_CHECKING:
    from pathlib import Path

    from askbrief.records import Document

PARAGRAPH = "The report says that attacks have risen by 42% since the year before, and that nobody knows why."


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    folder = tmp_path / "seeds"
    folder.mkdir()
    return folder


def read(seeds: Path, doc_id: str) -> Document:
    (file,) = [file for file in scan(seeds, max_file_mib=1) if file.doc_id == doc_id]
    assert file.refusal is None
    (document,) = parse_file(file).documents
    return document


def test_the_title_of_the_seed_is_its_first_heading() -> None:
    document = read(ROOT / "seeds", SEED)
    assert document.title == "Emboldened, resurgent TTP"
    assert document.text == (ROOT / "seeds" / SEED).read_text(encoding="utf-8")
    assert document.collection == ""


@pytest.mark.parametrize(
    ("name", "text", "title"),
    [
        ("report.txt", f"---\ntitle: Given\n---\nHeading\n\n{PARAGRAPH}", "Given"),
        ("report.txt", f"Heading\n\n{PARAGRAPH}", "Heading"),
        ("report.md", "Some text.\n\n## Rise *in*\n   attacks\n", "Rise *in*"),
        ("report.md", "On two\nlines\n===\n\nText.", "On two lines"),
        ("un_report-2022.txt", PARAGRAPH, "un report 2022"),
        ("un/deep/annual report.v2.md", PARAGRAPH, "annual report.v2"),
        ("___.txt", PARAGRAPH, "___"),
    ],
)
def test_the_title_is_the_stated_one_else_the_first_heading_else_the_name_of_the_file(
    seeds: Path, name: str, text: str, title: str
) -> None:
    path = seeds / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    assert read(seeds, name).title == title


def test_a_sub_folder_is_the_collection(seeds: Path) -> None:
    (seeds / "un" / "reports").mkdir(parents=True)
    (seeds / "un" / "reports" / "a.txt").write_text(PARAGRAPH)
    assert read(seeds, "un/reports/a.txt").collection == "un/reports"


@pytest.mark.parametrize("name", ["a.txt", "a.TXT", "a.text", "a.md", "a.Markdown"])
def test_a_suffix_tells_the_format_in_any_case(seeds: Path, name: str) -> None:
    (seeds / name).write_text("# One\n\nText.")
    texts = {document.text[block.start : block.end] for document in [read(seeds, name)] for block in document.blocks}
    assert ("One" in texts) == name.lower().endswith(("md", "markdown"))


@pytest.mark.parametrize(
    ("doc_id", "advice"),
    [
        ("a.key", r"\.key files are not readable: export it as \.pptx"),
        ("talk.mp3", r"transcribe it, and add the transcript as \.srt"),
        ("a.xyz", r"\.xyz files are not readable: rename it to \.txt if it is text"),
    ],
)
def test_a_format_without_a_parser_is_refused_with_advice_that_fits(doc_id: str, advice: str) -> None:
    with pytest.raises(ParsingError, match=advice):
        registry.parser_for(doc_id)


@pytest.mark.parametrize("name", ["README", "server.log.1", "Minutes of 3.4."])
def test_a_file_without_a_suffix_is_read_if_it_is_text(seeds: Path, name: str) -> None:
    (seeds / name).write_text(PARAGRAPH)
    assert read(seeds, name).text == PARAGRAPH


def test_a_binary_file_without_a_suffix_is_refused(seeds: Path) -> None:
    (seeds / "blob").write_bytes(bytes(range(256)))
    with pytest.raises(ParsingError, match="is not text"):
        read(seeds, "blob")


@pytest.mark.parametrize(("name", "text"), [("note.txt", "Call Kabul"), ("note.md", "# Call Kabul")])
def test_the_words_of_a_note_of_one_line_are_a_paragraph(seeds: Path, name: str, text: str) -> None:
    (seeds / name).write_text(text)
    document = read(seeds, name)
    (block,) = document.blocks
    assert (block.kind, document.text[block.start : block.end]) == (BlockKind.PARAGRAPH, "Call Kabul")


@pytest.mark.parametrize("text", ["", "\n\n", "---\ntitle: x\n---\n"])
def test_a_file_without_text_has_no_blocks(seeds: Path, text: str) -> None:
    (seeds / "empty.txt").write_text(text)
    assert read(seeds, "empty.txt").blocks == ()


# ----------------------------------------------------------------------------------------------- side-cars


@pytest.mark.parametrize("sidecar", ["report.txt.meta.yaml", "report.meta.yaml"])
def test_a_sidecar_is_found_by_the_name_with_or_without_suffix(seeds: Path, sidecar: str) -> None:
    (seeds / "report.txt").write_text(PARAGRAPH)
    (seeds / sidecar).write_text("title: Given\ndate: 2022-07\n")
    document = read(seeds, "report.txt")
    assert (document.title, document.metadata.date) == ("Given", "2022-07")


def test_the_sidecar_with_the_whole_name_wins(seeds: Path) -> None:
    (seeds / "report.txt").write_text(PARAGRAPH)
    (seeds / "report.txt.meta.yaml").write_text("title: Exact")
    (seeds / "report.meta.yaml").write_text("title: Loose")
    assert read(seeds, "report.txt").title == "Exact"


def test_a_sidecar_wins_over_front_matter_field_by_field(seeds: Path) -> None:
    (seeds / "report.txt").write_text(f"---\ntitle: Own\nauthor: A. Khan\n---\n{PARAGRAPH}")
    (seeds / "report.meta.yaml").write_text("title: Given")
    document = read(seeds, "report.txt")
    assert (document.title, document.metadata.author) == ("Given", ("A. Khan",))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"title: x\nauthor: a: b", "is not valid YAML at line 2"),
        (b"just words", "should be lines of 'name: value'"),
        (b"date: soon", "date is 'soon': should be a date"),
        (b"title: \0", "is not text"),
        (b"\xff\xfea", "begins as utf-16"),
    ],
)
def test_a_broken_sidecar_refuses_its_document_and_is_named(seeds: Path, content: bytes, reason: str) -> None:
    (seeds / "report.txt").write_text(PARAGRAPH)
    (seeds / "report.meta.yaml").write_bytes(content)
    with pytest.raises(ParsingError, match=f"^side-car report.meta.yaml: {reason}"):
        read(seeds, "report.txt")


@pytest.mark.parametrize(
    ("name", "reason"), [("a.txt", "^cannot be read: no such file"), ("a.meta.yaml", "^side-car a.meta.yaml: cannot")]
)
def test_a_file_that_disappears_before_it_is_parsed_is_refused(seeds: Path, name: str, reason: str) -> None:
    (seeds / "a.txt").write_text(PARAGRAPH)
    (seeds / "a.meta.yaml").write_text("title: x")
    (file,) = scan(seeds, max_file_mib=1)
    (seeds / name).unlink()
    with pytest.raises(ParsingError, match=reason):
        parse_file(file)
