"""Plain text: the positions of its paragraphs and headings."""

from __future__ import annotations

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from askbrief.documents.text import plain, plain_blocks
from askbrief.records import BlockKind
from tests.conftest import ROOT, SEED

PARAGRAPH = "The report says that attacks have risen by 42% since the year before, and that nobody knows why."
LONG = "A paragraph on one line, longer than any heading would be, which says what there is to say, and ends."


def seen(text: str) -> list[tuple[str, str]]:
    """Return headings as ("#", text) and paragraphs as ("", text)."""
    parsed = plain.parse(text.encode())
    return [
        ("#" if block.kind is BlockKind.HEADING else "", parsed.text[block.start : block.end])
        for block in parsed.blocks
    ]


def test_the_seed_has_three_headings_and_27_paragraphs() -> None:
    parsed = plain.parse((ROOT / "seeds" / SEED).read_bytes())
    headings = [parsed.text[b.start : b.end] for b in parsed.blocks if b.kind is BlockKind.HEADING]
    assert headings == ["Emboldened, resurgent TTP", "Rise in attacks, extortion", "Taliban reluctant to act"]
    assert len(parsed.blocks) - len(headings) == 27


# ----------------------------------------------------------------------------------------------- headings


@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_a_short_line_between_paragraphs_is_a_heading(gap: str) -> None:
    text = gap.join([PARAGRAPH, "Rise in attacks", LONG])
    assert seen(text) == [("", PARAGRAPH), ("#", "Rise in attacks"), ("", LONG)]


@pytest.mark.parametrize(
    "line",
    [
        "It ended.",
        "What now?",
        "The points are:",
        "“It is over.”",
        "and so on",
        "- A list item",
        "1. First of all",
        "(a) As agreed",
        "https://example.org/Report",
        "See http://example.org",
        "12,345",
        "A word too many in a line of words that goes on and on",
        "Sesquipedalian " * 6,
    ],
)
def test_a_line_that_does_not_look_like_a_title_is_a_paragraph(line: str) -> None:
    assert seen(f"{PARAGRAPH}\n\n{line}\n\n{LONG}")[1] == ("", line.strip())


def test_a_title_and_a_heading_below_it_are_both_headings() -> None:
    assert [mark for mark, _ in seen(f"Annual Report\n\nIntroduction\n\n{PARAGRAPH}")] == ["#", "#", ""]


def test_a_run_of_short_lines_is_a_list_without_headings() -> None:
    assert [mark for mark, _ in seen(f"Kabul\nHerat\nKandahar\n\n{PARAGRAPH}")] == ["", "", "", ""]


def test_a_short_line_at_the_end_is_no_heading() -> None:
    assert seen(f"{PARAGRAPH}\n\nThe Editors") == [("", PARAGRAPH), ("", "The Editors")]


def test_a_short_line_below_another_short_line_of_its_group_is_no_heading() -> None:
    assert [mark for mark, _ in seen("yours truly,\nThe Editors\nof this paper, with thanks.")] == ["", "", ""]


# --------------------------------------------------------------------------------------------- paragraphs


def test_lines_that_are_complete_paragraphs_stay_separate() -> None:
    assert seen(f"{PARAGRAPH}\n{LONG}") == [("", PARAGRAPH), ("", LONG)]


def test_the_lines_of_a_hard_wrapped_paragraph_are_one_block() -> None:
    wrapped = (
        "The report says that attacks have risen by 42%\n"
        "since the year before, and that nobody who was\n"
        "asked about it by the Council knows why."
    )
    assert seen(f"{wrapped}\n\n{wrapped}") == [("", wrapped), ("", wrapped)]


def test_list_items_in_a_hard_wrapped_group_are_paragraphs_of_their_own() -> None:
    item = "- the first of the points on which they all agreed\n  after a night of talks in the capital"
    assert seen(f"{item}\n{item}") == [("", item), ("", item)]


def test_a_line_without_words_divides_paragraphs() -> None:
    assert seen(f"{PARAGRAPH}\n* * *\n{LONG}\n----------\n") == [("", PARAGRAPH), ("", LONG)]


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_line_ends_of_other_systems_give_the_same_blocks(end: str) -> None:
    text = (
        f"Annual Report\n\n{PARAGRAPH}\n\n"
        "A line that was wrapped by hand a long time ago by\nsomebody without full stops\n\nThe End\n"
        f"{LONG}\n"
    )
    unix = seen(text)
    assert ("#", "Annual Report") in unix
    assert seen(text.replace("\n", end)) == [(mark, block.replace("\n", end)) for mark, block in unix]


@pytest.mark.parametrize("text", ["", "\n\n", " \t\r\n", "***\n---\n…"])
def test_a_text_without_words_has_no_blocks(text: str) -> None:
    assert seen(text) == []


def test_white_space_around_a_line_is_outside_its_block() -> None:
    assert seen(f"   {PARAGRAPH} \t\n") == [("", PARAGRAPH)]


# ------------------------------------------------------------------------------------------- front matter


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_offsets_count_from_the_start_of_the_file_below_front_matter(end: str) -> None:
    text = end.join(["---", "title: Monitoring report", "---", "", PARAGRAPH, ""])
    parsed = plain.parse(text.encode())
    (block,) = parsed.blocks
    assert parsed.text == text
    assert block.start == text.index(PARAGRAPH)
    assert text[block.start : block.end] == PARAGRAPH
    assert parsed.metadata.title == "Monitoring report"


def test_a_fault_in_front_matter_costs_its_fields_and_not_the_text() -> None:
    parsed = plain.parse(b"---\ntitle: Notes: of May\ntags: [unclosed\n---\nText of the note.")
    assert [parsed.text[block.start : block.end] for block in parsed.blocks] == ["Text of the note."]
    assert parsed.metadata.title == "Notes: of May"
    assert "front matter" in parsed.notes[0]


def test_two_rules_around_a_sentence_are_no_front_matter() -> None:
    assert ("", "The tariff is nine crowns: since May.") in seen(
        "---\n\nThe tariff is nine crowns: since May.\n\n---\n\nMore."
    )


def test_front_matter_in_toml_is_read() -> None:
    parsed = plain.parse(b'+++\ntitle = "Mill"\ndate = 2023-05-04\n+++\n\nIt turned in 1951.')
    assert (parsed.metadata.title, parsed.metadata.date) == ("Mill", "2023-05-04")
    assert [parsed.text[block.start : block.end] for block in parsed.blocks] == ["It turned in 1951."]


PAGED = """Standards Body          The Protocol          May 2020


1.  Introduction

   The sender greets the peer with seventeen octets and then it
   waits for an answer, which comes within


Smith                 Standards Track                 [Page 1]
\fStandards Body          The Protocol          May 2020


   forty seconds, or the connection is closed.

2.1.  Security

   Greetings are signed with the key of the operator.


Smith                 Standards Track                 [Page 2]
"""


def test_the_headers_and_footers_of_printed_pages_are_no_text() -> None:
    parsed = plain.parse(PAGED.encode())
    texts = [parsed.text[block.start : block.end] for block in parsed.blocks]
    assert texts == [
        "1. Introduction",
        (
            "The sender greets the peer with seventeen octets and then it waits for an answer, which comes within "
            "forty seconds, or the connection is closed."
        ),
        "2.1. Security",
        "Greetings are signed with the key of the operator.",
    ]
    assert len(parsed.pages) == 2
    assert "headers" in parsed.notes[0]


def test_the_numbers_of_the_lines_of_a_transcript_are_no_text() -> None:
    lines = [
        "Q. Where was the barge",
        "on the night of the fire?",
        "A. It lay at the upper",
        "quay, as it always did.",
    ] * 7
    text = "\n".join(f"{number % 25 + 1:>4}  {line}" for number, line in enumerate(lines))
    parsed = plain.parse(text.encode())
    assert not any(character.isdigit() for character in parsed.text)
    assert "A. It lay at the upper" in parsed.text
    assert "numbers of its lines" in parsed.notes[0]


@pytest.mark.parametrize("text", ["1 apple\n2 pears\n3 plums", "1. First.\n2. Second."])
def test_a_short_numbered_list_keeps_its_numbers(text: str) -> None:
    assert plain.parse(text.encode()).text == text


def test_a_title_between_lines_of_dashes_is_no_front_matter() -> None:
    assert seen(f"-------------\nAnnual Report\n-------------\n{PARAGRAPH}") == [
        ("#", "Annual Report"),
        ("", PARAGRAPH),
    ]


# ---------------------------------------------------------------------------------------------- any text

LINES = st.one_of(
    st.text(max_size=120),
    st.sampled_from(["", "A Heading", PARAGRAPH, "- an item", "1. one", "-----", "  indented", "日本語。", "a" * 90]),
)
TEXTS = st.lists(LINES, max_size=12).flatmap(
    lambda lines: st.sampled_from(["\n", "\n\n", "\r\n", "\r"]).map(lambda end: end.join(lines))
)


@settings(derandomize=True, deadline=None, max_examples=300)
@given(TEXTS, st.integers(0, 20))
def test_blocks_are_in_order_and_disjoint_and_cover_every_word(text: str, start: int) -> None:
    end, rest = start, ""
    for block in plain_blocks(text, start):
        assert end <= block.start < block.end <= len(text)
        assert text[block.start : block.end].strip() == text[block.start : block.end] != ""
        rest += text[end : block.start]
        end = block.end
    assert not regex.search(r"\w", rest + text[end:])
