"""Markdown: the blocks of CommonMark, in the text as it is written."""

from __future__ import annotations

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from askbrief.documents.text import markdown
from askbrief.records import BlockKind


def seen(text: str) -> list[tuple[int, str]]:
    """Return each block as its heading level (0 for a paragraph) and its text."""
    parsed = markdown.parse(text.encode())
    assert all((block.level > 0) == (block.kind is BlockKind.HEADING) for block in parsed.blocks)
    return [(block.level, parsed.text[block.start : block.end]) for block in parsed.blocks]


@pytest.mark.parametrize(
    ("text", "level", "heading"),
    [
        ("# Rise", 1, "Rise"),
        ("###### Deep", 6, "Deep"),
        ("  ## Indented", 2, "Indented"),
        ("## Closed ##", 2, "Closed"),
        ("# In C#", 1, "In C#"),
        ("# *Emphasis* and `code`", 1, "*Emphasis* and `code`"),
        ("## 2. Methods", 2, "2. Methods"),
        ("# - dash", 1, "- dash"),
        ("Title\n=====", 1, "Title"),
        ("Title\n---", 2, "Title"),
        ("Title\r\n---", 2, "Title"),
        ("Title\r---", 2, "Title"),
        ("Title #\n---", 2, "Title #"),
        ("On two\nlines\n===", 1, "On two\nlines"),
        ("> # Quoted", 1, "Quoted"),
        ("> Quoted\n> ======", 1, "Quoted"),
        ("- ## In a list", 2, "In a list"),
        ("1. # 1. In a list", 1, "1. In a list"),
    ],
)
def test_a_heading_is_its_text_without_marks(text: str, level: int, heading: str) -> None:
    assert seen(f"{text}\n\nText.") == [(level, heading), (0, "Text.")]


@pytest.mark.parametrize("text", ["#hashtag", "####### seven", "\\# escaped"])
def test_text_that_is_no_heading_in_commonmark_is_a_paragraph(text: str) -> None:
    assert seen(text) == [(0, text)]


@pytest.mark.parametrize("text", ["#", "# #", "***", "---", "-", "[ref]: https://example.org 'title'", "", "\n\n"])
def test_markup_without_text_is_no_block(text: str) -> None:
    assert seen(text) == []


def test_of_html_only_the_words_are_text() -> None:
    text = (
        "# Tool <a name='x'></a>\n\n<details>\n<summary>How to reset</summary>\n\nHold *it* for<br>nine seconds.\n\n"
        "</details>\n\n"
        "<!-- secret -->\n\n<div>\n# no heading\n</div>\n\nType `<b>` here.\n\n```\n<p>code</p>\n```\n\n%% private %%\n"
    )
    assert seen(text) == [
        (1, "Tool"),
        (0, "How to reset"),
        (0, "Hold *it* for\nnine seconds."),
        (0, "# no heading"),
        (0, "Type `<b>` here."),
        (0, "```\n<p>code</p>\n```"),
    ]
    assert markdown.parse(text.encode()).notes == ("2 comments left out",)


def test_a_table_in_html_keeps_its_cells_apart() -> None:
    text = "<table><tr><th>Model</th><th>Watt</th></tr><tr><td>KR-9</td><td>750</td></tr></table>"
    assert seen(text) == [(0, "Model | Watt | \nKR-9 | 750 |")]


def test_every_list_item_is_a_paragraph_without_its_marker() -> None:
    text = "- one\n- two\n  goes on\n  1. nested\n\n     and more\n* [ ] to do\n+ plus\n"
    assert [block for _, block in seen(text)] == [
        "one",
        "two\n  goes on",
        "nested",
        "and more",
        "[ ] to do",
        "plus",
    ]


@pytest.mark.parametrize("text", ["> They rose.", ">They rose.", "> - They rose.", "> > They rose."])
def test_a_block_quote_is_quoted_without_its_first_mark(text: str) -> None:
    assert seen(text) == [(0, "They rose.")]


def test_every_row_of_a_table_is_a_paragraph_but_the_delimiter_row() -> None:
    text = "| year | attacks |\n|------|--------:|\n| 2021 | 294 |\n| 2022 | 365 |\n"
    assert [block for _, block in seen(text)] == ["| year | attacks |", "| 2021 | 294 |", "| 2022 | 365 |"]


@pytest.mark.parametrize(
    "code",
    [
        "```python\n# no heading\n\n- no item\n```",
        "~~~\n1. no item\n~~~",
    ],
)
def test_code_is_one_block_whatever_it_holds(code: str) -> None:
    assert seen(f"Before.\n\n{code}\n\nAfter.") == [(0, "Before."), (0, code), (0, "After.")]


@pytest.mark.parametrize("code", ["# a comment\n    x = 1", "1. y\n    2. z", "> prompt"])
def test_indented_code_keeps_what_looks_like_a_marker(code: str) -> None:
    assert seen(f"Before.\n\n    {code}\n") == [(0, "Before."), (0, code)]


def test_an_unclosed_fence_ends_with_the_file() -> None:
    assert seen("```\n# no heading\n\nx = 1") == [(0, "```\n# no heading\n\nx = 1")]


def test_a_quote_keeps_the_authors_markup() -> None:
    text = "They **rose** by [42%](https://example.org), _it says_.\nAnd `fell`."
    assert seen(text) == [(0, text)]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_blocks_are_the_same_with_any_line_end(end: str) -> None:
    text = "# Rise\n\nThey rose\nby 42%.\n\n- one\n- two\n\nTitle\n---\n\n```\ncode\n```\n".replace("\n", end)
    blocks = [(1, "Rise"), (0, "They rose\nby 42%."), (0, "one"), (0, "two"), (2, "Title"), (0, "```\ncode\n```")]
    assert seen(text) == [(level, block.replace("\n", end)) for level, block in blocks]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_offsets_count_from_the_start_of_the_file_below_front_matter(end: str) -> None:
    text = end.join(["---", "title: Report", "date: 2022-07", "---", "# Rise", "", "They rose.", ""])
    parsed = markdown.parse(text.encode())
    assert parsed.text == text
    assert (parsed.metadata.title, parsed.metadata.date) == ("Report", "2022-07")
    assert [text[block.start : block.end] for block in parsed.blocks] == ["Rise", "They rose."]


def test_a_file_that_begins_with_a_rule_is_parsed_completely() -> None:
    assert seen("---\n\n# Rise\n\nThey rose.\n") == [(1, "Rise"), (0, "They rose.")]


MARKS = st.text("ab1é日 \t\n\r#>-*+.)|=`~<&_[]:\\", max_size=80)
LINES = st.lists(
    st.sampled_from(
        ["# H", "text", "> q", "- i", "  - n", "1. o", "| a | b |", "|---|---|", "```", "    c", "===", ""]
    ),
    max_size=14,
).flatmap(lambda lines: st.sampled_from(["\n", "\r\n", "\r"]).map(lambda end: end.join(lines)))


@settings(derandomize=True, deadline=None, max_examples=300)
@given(st.one_of(MARKS, LINES, st.text()), st.integers(0, 5))
def test_blocks_are_in_order_and_disjoint_and_none_is_blank(text: str, start: int) -> None:
    end = start
    for block in markdown.blocks(text, start):
        assert end <= block.start < block.end <= len(text)
        assert text[block.start : block.end].strip() == text[block.start : block.end] != ""
        end = block.end


@settings(derandomize=True, deadline=None)
@given(
    st.lists(st.sampled_from(["# One", "two three", "> four", "- five\n- six", "    seven", "| eight |"]), max_size=8)
)
def test_every_word_of_ordinary_markdown_is_in_a_block(parts: list[str]) -> None:
    text = "\n\n".join(parts)
    inside = " ".join(text[block.start : block.end] for block in markdown.blocks(text))
    assert regex.findall(r"\w+", inside) == regex.findall(r"\w+", text)
