"""A folder of typical and hostile files: built, reported, asked and cited, with the real model.

What they are and where they come from says `documents/README.md`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from askbrief import Library, build
from askbrief.citations.locators import locator
from askbrief.records import Scope
from tests.fakes import passages_of, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from askbrief.inference.encoder import Encoder
    from askbrief.records import BuildReport

DOCUMENTS = Path(__file__).parent / "samples"
EVERYTHING = Scope()
OTHER = Scope(collections=frozenset({"other"}))


@pytest.fixture(scope="session")
def built(encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, BuildReport]:
    """Build the whole folder with the real model."""
    index = tmp_path_factory.mktemp("documents") / "index"
    return index, build(DOCUMENTS, index, encoder=encoder)


@pytest.fixture
def library(built: tuple[Path, BuildReport], encoder: Encoder, tmp_path: Path) -> Iterator[Library]:
    """Open the folder's index, with a ledger."""
    with Library.open(built[0], encoder=encoder, state=tmp_path) as library:
        yield library


UNKNOWN = "rename it to .txt if it is text, else save it as .pdf, .docx or .html"


def test_every_file_is_read_or_named_with_what_can_be_done(built: tuple[Path, BuildReport]) -> None:
    report = built[1]
    assert {problem.path: problem.reason.partition(" (")[0] for problem in report.failed} == {
        "LICENSE.docling": f".docling files are not readable: {UNKNOWN}",
        "LICENSE.markitdown": f".markitdown files are not readable: {UNKNOWN}",
        "other/random.bin": f".bin files are not readable: {UNKNOWN}",
        "other/simple.doc": ".doc files are read with LibreOffice, which is not installed: save it as .docx",
        "pdf/password.pdf": "is encrypted with a password: save a copy without one",
    }
    assert report.empty == ("eml/empty.eml",)
    files = [path for path in DOCUMENTS.rglob("*") if path.is_file()]
    assert len(report.added) + len(report.failed) + len(report.empty) == len(files)


def test_every_passage_is_the_stored_text_at_its_offsets_and_without_characters_that_stand_for_none(
    library: Library,
) -> None:
    for source in library.sources():
        text = text_of(library, source.doc_id)
        assert "\ufffd" not in text
        for _, passage in passages_of(library, source.doc_id):
            assert text[passage.start : passage.end] == passage.text


@pytest.mark.parametrize(
    ("question", "doc_id", "place"),
    [
        ("is a dual encoder enough for dense passage retrieval?", "pdf/multi-column-2p.pdf", "p. 1"),
        ("what can you eat after swimming in the lake?", "docx/word_sample.docx", "Let’s eat"),
        ("when was Microsoft founded by Gates and Allen?", "html/test_wikipedia.html", "§ Microsoft"),
        ("what is in the second chapter?", "other/test.epub", "§ Chapter 2: More Content"),
        ("what is a nested shape?", "other/test.pptx", "slide 5"),
        ("which row has a Beta of 15 and a Gamma of 88?", "other/test.xlsx", "sheet Sheet1, rows "),
        ("佐藤太郎 住所", "other/test_mskanji.csv", "rows 1–4"),
        ("what will there be for the children at the family day?", "eml/family-day.eml", "¶ 1–8"),
        ("what is the body of the test email message?", "other/test_outlook_msg.msg", "¶ 1"),
        ("is this a fake attachment?", "eml/fake-email-attachment.eml/fake-attachment.txt", "¶ 1"),
    ],
)
def test_a_question_is_answered_from_the_right_file_with_the_place_people_would_give(
    library: Library, question: str, doc_id: str, place: str
) -> None:
    hit = library.ask(question).hits[0]
    assert hit.doc_id == doc_id
    assert place in hit.locator
    assert text_of(library, doc_id)[hit.start : hit.end] == hit.quote


def test_an_open_document_is_answered_from_as_its_word_file_is(library: Library) -> None:
    hit = library.ask("what are a few of my favorite things?", scope=OTHER).hits[0]
    assert hit.doc_id == "other/simple.odt"
    assert "§ These are a few of my favorite things:" in hit.locator


def test_a_memo_that_stands_in_two_files_is_cited_once(library: Library) -> None:
    hits = library.ask("what does the memo say?", scope=Scope(collections=frozenset({"pdf"}))).hits
    memos = [hit for hit in hits if "memo" in hit.doc_id]
    assert len({hit.quote for hit in memos}) == len(memos)


def test_every_locator_leads_back_to_its_passage(library: Library) -> None:
    """The locator under a quote can be typed after `askbrief cite`."""
    for source in library.sources():
        for _, passage in passages_of(library, source.doc_id)[::5]:
            where = f"{source.doc_id}, {locator(passage)}"
            quotes = [library.cite(key).quote for key in library.locate(where)]
            assert passage.text in quotes, where


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ("multi-column-2p.pdf p. 2", "ICT pretraining is computationally intensive"),
        ("test.pptx slide 3", "ColA: 1; ColB: 2"),
        ("test.xlsx sheet Sheet1, row 11", "Alpha: 71; Beta: 15; Gamma: 88; Delta: 32"),
        ("docx/word_sample.docx § Let's eat", "I like to eat leaves"),
        ("family day ¶ 2", "face painting"),
    ],
)
def test_a_passage_is_cited_by_its_place(library: Library, where: str, words: str) -> None:
    citations = [library.cite(key) for key in library.locate(where)]
    assert any(words in citation.quote for citation in citations)
