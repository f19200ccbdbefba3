"""A place as people write it, and the words of a document that it means."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askbrief.citations.locators import CitedPlace, parse_place, spans
from askbrief.records import Block, BlockKind, Document, Form

WORDS = "alpha beta gamma delta epsilon zeta eta theta".split()


def document(*lines: str, form: Form = Form.PROSE, pages: tuple[int, ...] = ()) -> Document:
    """Lines as blocks: "# x" is a heading, "12| x" a paragraph with a number of its own."""
    text, blocks = "", []
    for line in lines:
        kind = BlockKind.HEADING if line.startswith("# ") else BlockKind.PARAGRAPH
        number, _, words = line.rpartition("| ")
        words = words.removeprefix("# ")
        blocks.append(Block(len(text), len(text) + len(words), kind, int(kind is BlockKind.HEADING), number or None))
        text += f"{words}\n\n"
    return Document("a.pdf", "A", text, tuple(blocks), form=form, pages=pages)


def words_at(where: str, source: Document) -> list[str]:
    place = parse_place(where)
    assert place is not None
    return [source.text[span.start : span.end].strip() for span in spans(place, source)]


@pytest.mark.parametrize(
    ("where", "place"),
    [
        ("report.pdf p. 12", CitedPlace("report.pdf", pages=(12, 12))),
        ("report.pdf, PAGE 12", CitedPlace("report.pdf", pages=(12, 12))),
        ("un/a report.pdf pp. 12–13, ¶ 3", CitedPlace("un/a report.pdf", pages=(12, 13), paragraphs=(3, 3))),
        ("Bericht.pdf S. 12", CitedPlace("Bericht.pdf", pages=(12, 12))),
        ("talk.pptx slide 4", CitedPlace("talk.pptx", pages=(4, 4))),
        ("costs 2023.xlsx sheet Plan, rows 2-7", CitedPlace("costs 2023.xlsx", section="Plan", numbers=("2", "7"))),
        ("costs.csv row 7", CitedPlace("costs.csv", numbers=("7", "7"))),
        (
            "a.docx, ¶ 2, § 1. Section 1, characters 1–9",
            CitedPlace("a.docx", None, (2, 2), None, "1. Section 1", (1, 9)),
        ),
        ("UN report para. 56 (a)", CitedPlace("UN report", numbers=("56a", "56a"))),
        ("a.txt § Rise, and fall, characters 1–9", CitedPlace("a.txt", section="Rise, and fall", characters=(1, 9))),
    ],
)
def test_a_place_is_read_as_people_write_it(where: str, place: CitedPlace) -> None:
    assert parse_place(where) == place


@pytest.mark.parametrize("text", ["ttp-report-k7f3qa", "[^ttp-report-k7f3qa]", "p. 12", "", "report.pdf", "p. p. p."])
def test_what_names_no_place_is_none(text: str) -> None:
    assert parse_place(text) is None


def test_a_page_is_what_stands_between_its_beginning_and_the_next_also_around_empty_ones() -> None:
    source = document("alpha", "beta", "gamma", form=Form.PAGES, pages=(0, 7, 7, 13))
    there = [words_at(f"a.pdf p. {page}", source) for page in range(1, 6)]
    assert there == [["alpha"], [], ["beta"], ["gamma"], []]
    assert words_at("a.pdf pp. 3–9", source) == ["beta\n\ngamma"]


def test_paragraphs_are_counted_on_their_page() -> None:
    source = document("# Head", "alpha", "beta", "gamma", "delta", form=Form.PAGES, pages=(0, 19))
    assert words_at("a.pdf p. 1, ¶ 2", source) == ["beta"]
    assert words_at("a.pdf p. 2, ¶ 2", source) == ["delta"]


def test_a_documents_own_numbers_count_where_it_has_them_and_else_its_paragraphs() -> None:
    numbered = document("# Head", "alpha", "56| beta", "57a| gamma", "60| delta")
    assert words_at("a.pdf para. 57", numbered) == ["gamma"]
    assert words_at("a.pdf paras. 56-58", numbered) == ["beta", "gamma"]
    assert words_at("a.pdf para. 2", numbered) == []
    assert words_at("a.pdf para. 2", document("# Head", "alpha", "beta")) == ["beta"]


def test_each_sheet_has_rows_of_its_own() -> None:
    source = document("# Plan", "2| alpha", "3| beta", "# Costs", "2| gamma", form=Form.ROWS)
    assert words_at("a.xlsx row 2", source) == ["alpha", "gamma"]
    assert words_at("a.xlsx sheet costs row 2", source) == ["gamma"]


def test_a_section_may_be_mistyped_a_little() -> None:
    source = document("# Rise in attacks", "alpha", "# Fall in attacks", "beta")
    assert words_at("a.txt § rise in atacks", source) == ["Rise in attacks\n\nalpha"]
    assert words_at("a.txt section Weather", source) == []


@given(st.text(max_size=600))
def test_any_text_is_a_place_or_none_at_once(text: str) -> None:
    parse_place(text)


@pytest.mark.parametrize("piece", ["p 1 ", "§ a ", "a, ", "p. ", "¶ 1,", " - ", "row 1-"])
def test_a_text_made_to_be_slow_is_not(piece: str) -> None:
    started = time.process_time()
    parse_place(piece * 10_000 + "!")
    assert time.process_time() - started < 1
