"""Lines and their offsets, for any kind of line end."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from askbrief.documents.text import line_spans, stripped
from askbrief.records import Span


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_line_ends_before_any_kind_of_line_end(end: str) -> None:
    text = f"one{end}{end}three{end}"
    assert [text[line.start : line.end] for line in line_spans(text)] == ["one", "", "three"]


@pytest.mark.parametrize(("text", "lines"), [("", [""]), ("\n", [""]), ("a", ["a"]), ("a\n ", ["a", " "])])
def test_a_last_line_needs_no_line_end(text: str, lines: list[str]) -> None:
    assert [text[line.start : line.end] for line in line_spans(text)] == lines


def test_lines_from_the_middle_keep_their_offsets_into_the_whole_text() -> None:
    assert line_spans("---\r\nx\r\n---\r\nbody", 13) == [Span(13, 17)]


@settings(derandomize=True, deadline=None)
@given(st.text("ab \t\n\r\f\u2028"), st.integers(0, 5))
def test_lines_and_line_ends_cover_the_whole_text(text: str, start: int) -> None:
    lines = line_spans(text, start)
    ends = [*(line.start for line in lines[1:]), len(text)]
    between = [text[line.end : end] for line, end in zip(lines, ends, strict=True)]
    assert all(end in {"\n", "\r\n", "\r"} for end in between[:-1])
    assert between[-1] in {"\n", "\r\n", "\r", ""}
    assert "".join(text[line.start : line.end] + end for line, end in zip(lines, between, strict=True)) == text[start:]


@pytest.mark.parametrize(
    ("text", "inside"), [("  a b\t", Span(2, 5)), ("a", Span(0, 1)), (" \t ", Span(0, 0)), ("", Span(0, 0))]
)
def test_a_stripped_span_leaves_white_space_outside(text: str, inside: Span) -> None:
    assert stripped(text, 0, len(text)) == inside
