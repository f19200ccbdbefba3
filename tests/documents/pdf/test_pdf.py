"""PDF: the text in reading order, on the pages on which it stands."""

from __future__ import annotations

import shutil
import stat
import subprocess
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
import regex

from askbrief.documents import pdf
from askbrief.errors import ParsingError
from askbrief.records import BlockKind, Document, Form
from tests.conftest import ROOT
from tests.documents.pdfs import Made

if TYPE_CHECKING:
    from pathlib import Path

    from askbrief.documents.builder import ParsedText

REAL = ROOT / "tests" / "samples" / "pdf"
READABLE = sorted(path.name for path in REAL.glob("*.pdf") if path.name != "password.pdf")


SENTENCES = (
    ("multi-column-2p", "the corresponding representations could be suboptimal."),
    (
        "multi-column-2p",
        "are learned from a small number of questions and passages by a simple dual-encoder framework.",
    ),
    (
        "multi-column-2p",
        "setting new state-of-the-art results on multiple open-domain QA datasets, it also suffers",
    ),
    (
        "multi-column-2p",
        "More specifically, we assume the extractive QA setting, in which the answer is restricted",
    ),
    ("a1977-backus-p21", "It also permits one to write recursive functions without a definition."),
    (
        "a1977-backus-p21",
        "Usually, in describing the function represented by a sequence, we shall give its overall effect",
    ),
    ("a1977-backus-p21", "to fetch the contents of a cell with a given name from a store (a sequence of cells)"),
    ("pdf-bad-color-space", "in 2020, we set a goal to operate our data centers and office campuses on 24/7"),
    ("pdf-bad-color-space", "We’ve formally committed to the Science Based Targets initiative"),
    ("list-item-example", "● What is product development and quality assurance, and who is involved?"),
    ("copy-protected", "there are several practical difficulties for taking advantages of recent advances"),
    ("copy-protected", "including document image classification [11, 37], layout detection [38, 22]"),
    ("korean-text-with-tables", "기프트/선불카드(포인트, 사이버머니 등 전자지급수단 포함) 구매 및 충전"),
    ("korean-text-with-tables", "제과점 파리바게뜨, 뚜레쥬르"),
    ("movie-theater-booking-2024", "Sarah Johnson NYC Metro NORTHEAST 12/20/24 - 12/31/24 100%"),
    ("fake-memo", "10,000 blankets, and 200 laptops delivered on January 23, 2023."),
)
"""Passages of real documents that must be in the text unbroken."""


def real(name: str) -> ParsedText:
    return pdf.parse((REAL / f"{name}.pdf").read_bytes())


def seen(parsed: ParsedText) -> list[tuple[str, str]]:
    """Return headings as ("#", text) by their level, paragraphs as ("", text)."""
    return [("#" * block.level, parsed.text[block.start : block.end]) for block in parsed.blocks]


def paragraphs(parsed: ParsedText) -> list[str]:
    return [parsed.text[b.start : b.end] for b in parsed.blocks if b.kind is BlockKind.PARAGRAPH]


def page_with(parsed: ParsedText, words: str) -> int | None:
    document = Document("a.pdf", "", parsed.text, parsed.blocks, form=parsed.form, pages=parsed.pages)
    return document.page_of(parsed.text.index(words))


def check_sound(parsed: ParsedText) -> None:
    """Check that blocks are ordered, disjoint and within the text, and that the text has no invalid characters."""
    end = 0
    for block in parsed.blocks:
        assert end <= block.start < block.end <= len(parsed.text)
        end = block.end
    assert not regex.search(r"[\ufffd\p{Cs}\x00-\x08\x0e-\x1f]", parsed.text)
    assert list(parsed.pages) == sorted(parsed.pages)
    assert all(0 <= page <= len(parsed.text) for page in parsed.pages)
    assert parsed.form is Form.PAGES


PROSE = (
    "The Monitoring Team reports that the number of fighters has",
    "risen since last year, and that several of the groups named",
    "in the annex have moved their families to other provinces,",
    "where they live among people who know nothing of it.",
)


# ------------------------------------------------------------------------------------------ real documents


@pytest.mark.parametrize("name", READABLE)
def test_every_real_document_gives_sound_blocks(name: str) -> None:
    parsed = pdf.parse((REAL / name).read_bytes())
    check_sound(parsed)
    assert len(parsed.text) > 40


@pytest.mark.parametrize(("name", "words"), SENTENCES)
def test_sentences_are_whole_across_lines_columns_and_rows(name: str, words: str) -> None:
    assert words in real(name).text


def test_a_paragraph_that_spans_columns_is_one_paragraph() -> None:
    whole = [p for p in paragraphs(real("multi-column-2p")) if "as regular sentences" in p or "suboptimal" in p]
    assert len(whole) == 1
    assert "setting new state-of-the-art results on multiple open-domain QA datasets" in whole[0]


def test_headings_are_recognised_by_size_and_weight() -> None:
    headings = [text for marks, text in seen(real("multi-column-2p")) if marks]
    assert headings[0] == "Dense Passage Retrieval for Open-Domain Question Answering"
    assert {"Abstract", "1 Introduction", "2 Background", "3.1 Overview"} <= set(headings)


def test_empty_pages_are_counted() -> None:
    parsed = real("layout-parser-paper-with-empty-pages")
    assert len(parsed.pages) == 4
    assert page_with(parsed, "A generalized learning-based framework") == 4
    assert page_with(parsed, "Zejiang Shen") == 1


def test_a_copy_protected_file_is_parsed() -> None:
    parsed = real("copy-protected")
    assert "LayoutParser: A Unified Toolkit for Deep Learning Based Document Image Analysis" in parsed.text
    assert page_with(parsed, "A generalized learning-based framework") == 2


def test_the_stamp_in_the_margin_is_left_out() -> None:
    assert "arXiv:2103.15348v2" not in real("copy-protected").text


def test_a_file_with_a_password_is_refused() -> None:
    with pytest.raises(ParsingError, match="is encrypted with a password: save a copy without one"):
        real("password")


# ------------------------------------------------------------------------------------------ pages and what repeats


def test_headers_footers_and_page_numbers_are_left_out() -> None:
    made = Made()
    for number in range(1, 6):
        made.page().put(72, 40, "S/2022/547 Annual report").put(500, 800, f"{number}/5")
        made.lines(72, 70 + 20 * number, (f"Chapter {number} begins here.", *PROSE))
    parsed = pdf.parse(made.data())
    assert "S/2022/547" not in parsed.text
    assert "/5" not in parsed.text
    assert [page_with(parsed, f"Chapter {number} begins") for number in range(1, 6)] == [1, 2, 3, 4, 5]


def test_a_single_page_keeps_its_edges() -> None:
    parsed = pdf.parse(Made().page().put(72, 40, "S/2022/547").lines(72, 90, PROSE).put(300, 800, "1").data())
    assert [text for _, text in seen(parsed)] == ["S/2022/547", " ".join(PROSE), "1"]


def test_two_equal_pages_keep_their_words() -> None:
    assert real("fake-memo-with-duplicate-page").text.count("20,000 bottles of water") == 2


def test_a_sentence_continues_on_the_next_page() -> None:
    made = Made().page().lines(72, 600, PROSE[:3]).put(300, 800, "1")
    made.page().lines(72, 90, PROSE[3:]).put(300, 800, "2")
    parsed = pdf.parse(made.data())
    assert [text for _, text in seen(parsed)] == [" ".join(PROSE)]
    assert (page_with(parsed, "other provinces"), page_with(parsed, "where they live")) == (1, 2)


def test_a_word_continues_on_the_next_page() -> None:
    made = Made().page().lines(72, 600, [*PROSE[:2], "in the annex have moved, as far as the Team has infor-"])
    made.page().lines(72, 90, ["mation from Member States, to the east."])
    parsed = pdf.parse(made.data())
    assert "as far as the Team has information from Member States" in parsed.text
    assert page_with(parsed, "mation from") == 2


def test_a_footnote_does_not_stand_in_the_middle_of_a_sentence() -> None:
    made = Made().page().lines(72, 600, PROSE[:3]).put(72, 760, "1 See the annex to document S/2021/655.", size=8)
    made.page().lines(72, 90, [*PROSE[3:], *PROSE])
    parsed = pdf.parse(made.data())
    assert " ".join(PROSE) in parsed.text
    assert page_with(parsed, "See the annex") == 1


# ------------------------------------------------------------------------------------------ columns and tables


def test_columns_are_read_one_after_the_other() -> None:
    left = [f"Left line {number} tells of the north and its" for number in range(1, 9)]
    right = [f"right line {number} tells of the south and the" for number in range(1, 9)]
    made = Made().page().put(150, 60, "A title over both of the columns of the page", size=18, bold=True)
    for index, (one, other) in enumerate(zip(left, right, strict=True)):
        made.put(60, 120 + 14 * index, one).put(310, 120 + 14 * index, other)
    text = pdf.parse(made.data()).text
    assert text.index("A title") < text.index("Left line 1") < text.index("Left line 8") < text.index("right line 1")


def test_three_columns_are_read_one_after_the_other() -> None:
    made = Made().page()
    for index in range(8):
        for column, x in enumerate((50, 225, 400), 1):
            made.put(x, 120 + 14 * index, f"column {column} row {index} has more words", size=9)
    text = pdf.parse(made.data()).text
    assert text.index("column 1 row 7") < text.index("column 2 row 0")
    assert text.index("column 2 row 7") < text.index("column 3 row 0")


def test_a_table_is_read_row_by_row() -> None:
    made = Made().page().lines(72, 60, PROSE)
    rows = [
        ("Province", "Fighters", "Districts"),
        ("Nangarhar", "300", "22"),
        ("Kunar", "500", "15"),
        ("Khost", "90", "13"),
    ]
    for index, row in enumerate(rows):
        for x, cell in zip((72, 250, 400), row, strict=True):
            made.put(x, 160 + 18 * index, cell)
    assert [" ".join(row) for row in rows] == [text for _, text in seen(pdf.parse(made.data()))][1:]


def test_words_printed_twice_to_look_bold_are_read_once() -> None:
    made = Made().page().put(72, 60, "Summary of findings").put(72.3, 60, "Summary of findings").lines(72, 100, PROSE)
    assert pdf.parse(made.data()).text.count("Summary of findings") == 1


def test_text_that_runs_upwards_in_the_margin_is_left_out() -> None:
    made = Made().page().lines(72, 60, PROSE).put(30, 500, "22-11222 stamp", turned=True)
    assert "stamp" not in pdf.parse(made.data()).text


def test_a_page_on_its_side_is_read_along_its_lines() -> None:
    made = Made().page()
    for index, line in enumerate(PROSE):
        made.put(100 + 14 * index, 600, line, turned=True)
    assert pdf.parse(made.data()).text == " ".join(PROSE)


# ------------------------------------------------------------------------------------------ words


@pytest.mark.parametrize(
    ("first", "second", "joined"),
    [
        ("the Team has no infor-", "mation about them", "no information about"),
        ("groups of ex-", "fighters were seen", "of ex-fighters were"),
        ("the movement of Al-", "Qaida in the east", "of Al-Qaida in"),
        ("in the years 2010-", "2015 they rose", "years 2010-2015 they"),
        ("and so they left -", "nobody knew why", "left - nobody knew"),
    ],
)
def test_a_word_at_the_end_of_a_line_is_whole_again(first: str, second: str, joined: str) -> None:
    lines = [
        "Some of the ex-fighters of the year before are still there,",
        f"as is said elsewhere in this text, and {first}",
    ]
    made = Made().page().lines(72, 60, [*lines, f"{second} at the time of writing of this report"])
    assert joined in pdf.parse(made.data()).text


def test_ligatures_are_letters() -> None:
    made = Made().page().put(72, 60, "The o\ufb03ce was \ufb01lled with \ufb02owers.")
    assert pdf.parse(made.data()).text == "The office was filled with flowers."


def test_lines_of_chinese_are_joined_without_a_space() -> None:
    made = (
        Made()
        .page()
        .lines(
            72,
            60,
            [
                "阿富汗境内的武装团体人数在过去一年里有所增加，其中",
                "一些团体已将其家属转移到其他省份，并继续在那里生活",
            ],
        )
    )
    assert "其中一些团体" in pdf.parse(made.data()).text


@pytest.mark.parametrize("line", ["שלום עולם יפה", "زاد عدد المقاتلين"])
def test_text_from_right_to_left_is_in_its_own_order(line: str) -> None:
    assert pdf.parse(Made().page().put(200, 60, line[::-1]).data()).text == line


def test_characters_without_a_meaning_are_counted_and_left_out() -> None:
    parsed = pdf.parse(Made().page().put(72, 60, "Ask \ue123 and answer").data())
    assert parsed.text == "Ask and answer"
    assert parsed.notes == ("1 character without a meaning left out",)


# ------------------------------------------------------------------------------------------ headings, lists, numbers


def test_the_outline_gives_headings() -> None:
    made = Made(bookmarks=[("I. Overview", 1), ("Not in the text", 1)])
    made.page().put(72, 50, "I. Overview").lines(72, 90, PROSE)
    assert seen(pdf.parse(made.data())) == [("#", "I. Overview"), ("", " ".join(PROSE))]


def test_items_of_a_list_are_paragraphs() -> None:
    items = ["They say what follows:", "• one thing, which is", "rather long;", "• another thing;", "• and a third."]
    made = Made().page().lines(72, 90, items)
    said = [text for _, text in seen(pdf.parse(made.data()))]
    assert said == [
        "They say what follows:",
        "• one thing, which is rather long;",
        "• another thing;",
        "• and a third.",
    ]


def test_paragraphs_keep_the_numbers_of_their_document() -> None:
    made = Made()
    for number in range(1, 9):
        if number % 4 == 1:
            made.page()
        made.lines(72, 80 + 90 * ((number - 1) % 4), [f"{number}. {PROSE[0]}", *PROSE[1:]])
    parsed = pdf.parse(made.data())
    numbers = {block.number: parsed.text[block.start : block.end] for block in parsed.blocks}
    assert {str(number) for number in range(1, 9)} <= set(numbers)
    assert numbers["3"].startswith("3. The Monitoring Team")


def test_a_short_list_numbers_no_paragraphs() -> None:
    made = Made().page().lines(72, 60, PROSE).lines(72, 140, PROSE).lines(72, 220, PROSE)
    made.lines(72, 300, [f"{number}. Item number {number}." for number in range(1, 6)])
    assert not [block.number for block in pdf.parse(made.data()).blocks if block.number]


# ------------------------------------------------------------------------------------------ what a file says of itself


def test_title_author_and_date_are_those_of_the_file() -> None:
    info = {"Title": "Thirteenth report", "Author": "A. Analyst; B. Analyst", "CreationDate": "D:20220705093000Z"}
    said = pdf.parse(Made(info=info).page().lines(72, 60, PROSE).data()).metadata
    assert (said.title, said.author, said.date) == ("Thirteenth report", ("A. Analyst", "B. Analyst"), "2022-07-05")


@pytest.mark.parametrize(
    "junk", ["Microsoft Word - report.doc", "untitled", "2022_report-final.docx", "", "Slide 1", "..."]
)
def test_a_meaningless_title_is_left_out(junk: str) -> None:
    info = {"Title": junk, "Author": "user", "CreationDate": "D:20221399"}
    said = pdf.parse(Made(info=info).page().lines(72, 60, PROSE).data()).metadata
    assert said.as_mapping() == {}


def test_an_attachment_is_a_nested_file() -> None:
    parsed = pdf.parse(Made(attached=("figures.txt", b"Nangarhar: 300")).page().lines(72, 60, PROSE).data())
    assert [(part.name, part.content) for part in parsed.nested_files] == [("figures.txt", b"Nangarhar: 300")]


# ------------------------------------------------------------------------------------------ scans


def test_pages_without_text_are_named() -> None:
    made = Made().page().lines(72, 60, PROSE).scan().scan().page().lines(72, 60, PROSE).scan()
    parsed = pdf.parse(made.data())
    assert parsed.notes == ("pages 2–3 and 5 have no text: OCR needed (set ASKBRIEF_OCR)",)
    assert len(parsed.pages) == 5


def test_a_blank_page_has_no_note() -> None:
    assert pdf.parse(Made().page().lines(72, 60, PROSE).page().data()).notes == ()


def test_without_tesseract_the_note_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    notes = pdf.parse(Made().scan().data(), ocr="eng").notes
    assert notes == (
        "page 1 has no text: OCR needed (Tesseract is not installed: install tesseract-ocr, or unset ASKBRIEF_OCR)",
    )


@pytest.mark.parametrize(("languages", "said"), [("eng; rm -rf", "names no languages"), ("xxx", "has no language xxx")])
def test_languages_that_are_not_there_are_named(
    languages: str, said: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fake_tesseract(monkeypatch, tmp_path, "exit 1")
    assert said in pdf.parse(Made().scan().data(), ocr=languages).notes[0]


def fake_tesseract(monkeypatch: pytest.MonkeyPatch, folder: Path, does: str) -> None:
    """Install a program in place of Tesseract that lists English and runs a given command on a picture."""
    program = folder / "tesseract"
    listing = '[ "$1" = --list-langs ] && { echo "List:"; echo eng; exit 0; }'
    program.write_text(
        f'#!/bin/sh\n{listing}\n/bin/cat > "{folder}/picture"\necho "$@" > "{folder}/arguments"\n{does}\n'
    )
    program.chmod(program.stat().st_mode | stat.S_IEXEC)
    monkeypatch.setenv("PATH", str(folder))


def test_a_scan_is_read_by_ocr(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fake_tesseract(monkeypatch, tmp_path, r'printf "The first para-\ngraph of it.\n\nThe second.\n\f"')
    parsed = pdf.parse(Made().page().lines(72, 60, PROSE).scan().data(), ocr="eng")
    assert [text for _, text in seen(parsed)] == [" ".join(PROSE), "The first paragraph of it.", "The second."]
    assert parsed.notes == ("page 2 was read by OCR",)
    assert page_with(parsed, "The second.") == 2
    assert (tmp_path / "picture").read_bytes().startswith(b"P5 2480 3509 255\n")
    assert "-l eng" in (tmp_path / "arguments").read_text()


def test_ocr_that_fails_is_noted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fake_tesseract(monkeypatch, tmp_path, 'echo "no more paper" >&2; exit 1')
    parsed = pdf.parse(Made().page().lines(72, 60, PROSE).scan().data(), ocr="eng")
    assert parsed.notes == ("page 2: Tesseract failed (no more paper)",)


def test_a_sentence_continues_on_the_next_scanned_page(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fake_tesseract(monkeypatch, tmp_path, r'printf "a number of words on a line,\nand it goes on and on over\n"')
    parsed = pdf.parse(Made().scan().scan().data(), ocr="eng")
    once = "a number of words on a line, and it goes on and on over"
    assert seen(parsed) == [("", f"{once} {once}")]


def test_a_picture_without_words_is_noted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fake_tesseract(monkeypatch, tmp_path, "exit 0")
    assert pdf.parse(Made().scan().data(), ocr="eng").notes == ("page 1: OCR found no words",)


@pytest.mark.skipif(shutil.which("tesseract") is None, reason="Tesseract is not installed")
def test_tesseract_itself_reads_a_scan() -> None:
    import pypdfium2

    with pypdfium2.PdfDocument((REAL / "fake-memo.pdf").read_bytes()) as document:
        bitmap = document[0].render(scale=2, grayscale=True)
        size, rows = (bitmap.width, bitmap.height), bytes(bitmap.buffer)
        picture = b"".join(rows[at : at + size[0]] for at in range(0, len(rows), bitmap.stride))
    parsed = pdf.parse(Made(picture=(*size, picture)).scan().data(), ocr="eng")
    assert "There were 20,000 bottles of water, 10,000 blankets, and 200 laptops delivered" in parsed.text
    assert parsed.notes == ("page 1 was read by OCR",)


# ------------------------------------------------------------------------------------------ what is no PDF


@pytest.mark.parametrize("data", [b"", b"hello", b"%PDF-1.7\n", b"%PDF-1.7\n" + bytes(1000)])
def test_what_is_no_pdf_is_refused(data: bytes) -> None:
    with pytest.raises(ParsingError, match="is damaged, or no PDF: save it again"):
        pdf.parse(data)


def test_a_file_without_pages_is_refused() -> None:
    with pytest.raises(ParsingError, match="is damaged, or no PDF"):
        pdf.parse(Made().data())


def test_too_many_pages_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("askbrief.documents.pdf.file.MOST_PAGES", 2)
    with pytest.raises(ParsingError, match="has 3 pages; the limit is 2: split it"):
        pdf.parse(Made().page().page().page().data())


def test_too_many_characters_on_a_page_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("askbrief.documents.pdf.file.MOST_CHARACTERS_OF_PAGE", 20)
    with pytest.raises(ParsingError, match="characters on page 1; the limit is 20: split it"):
        pdf.parse(Made().page().lines(72, 60, PROSE).data())


def test_a_circular_page_tree_is_harmless() -> None:
    data = Made().page().lines(72, 60, PROSE).data().replace(b"/Kids [20 0 R]", b"/Kids [ 2 0 R]")
    with suppress(ParsingError):
        check_sound(pdf.parse(data))


def test_a_damaged_file_gives_text_or_a_reason() -> None:
    command = [sys.executable, "-m", "tests.documents.pdf_damage", "0", "150"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout[-200:] + done.stderr[-2000:]
    assert done.stdout.strip().endswith("refused")
