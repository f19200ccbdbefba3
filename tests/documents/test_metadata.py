"""Metadata in YAML is read, or refused with its place and the reason; nothing is guessed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from askbrief.documents.metadata import FrontMatter, front_matter, iso_date, parse_metadata
from askbrief.errors import ParsingError
from askbrief.records import Metadata

FULL = """
title: Monitoring report
author: [A. Khan, B. Noor]
publisher: United Nations
date: 2022-07-05
url: https://example.org/report
licence: CC BY 4.0
tags: [ttp, security]
"""


def test_every_field_is_read() -> None:
    assert parse_metadata(FULL, "front matter") == Metadata(
        title="Monitoring report",
        author=("A. Khan", "B. Noor"),
        publisher="United Nations",
        date="2022-07-05",
        url="https://example.org/report",
        licence="CC BY 4.0",
        tags=("ttp", "security"),
    )


@pytest.mark.parametrize(
    "source",
    [
        "",
        "\n",
        "# a remark",
        "~",
        "layout: post\nweight: 3",
        "title:\nauthor: []\ntags:\ndate: ''\nurl: ~\nlicence: null",
    ],
)
def test_what_is_not_given_stays_empty(source: str) -> None:
    assert parse_metadata(source, "front matter") == Metadata()


@pytest.mark.parametrize(
    ("source", "author"),
    [
        ("author: A. Khan", ("A. Khan",)),
        ("author: [A. Khan, B. Noor]", ("A. Khan", "B. Noor")),
        ("authors: [A. Khan]", ("A. Khan",)),
        ("authors: A. Khan", ("A. Khan",)),
        ("author: ['', null, A. Khan]", ("A. Khan",)),
    ],
)
def test_authors_are_a_list_or_one_name_under_either_spelling(source: str, author: tuple[str, ...]) -> None:
    assert parse_metadata(source, "front matter").author == author


def test_a_license_is_a_licence() -> None:
    assert parse_metadata("license: MIT", "front matter").licence == "MIT"


@pytest.mark.parametrize("title", ["1984", "007", "9:11", "1.10", "yes", "2022-07-05", "1_000", ".5"])
def test_a_title_stays_as_it_is_written_even_if_yaml_has_another_type_for_it(title: str) -> None:
    assert parse_metadata(f"title: {title}", "front matter").title == title


@pytest.mark.parametrize(
    ("given_title", "title"),
    [(">\n  Two\n  lines", "Two lines"), ("'  wide  '", "wide"), ("!!int x", "x"), ("'a: b'", "a: b")],
)
def test_a_title_is_one_line_of_text(given_title: str, title: str) -> None:
    assert parse_metadata(f"title: {given_title}", "front matter").title == title


# -------------------------------------------------------------------------------------------------- dates


@pytest.mark.parametrize(
    ("written", "date"),
    [
        ("2022", "2022"),
        ("2022-07", "2022-07"),
        ("2022-07-05", "2022-07-05"),
        ("'2022-07-05'", "2022-07-05"),
        ("2022-7-5", "2022-07-05"),
        ("2022-07-05T10:00:00Z", "2022-07-05"),
        ("'2022-07-05 10:00:00 +0200'", "2022-07-05"),
        ("''", None),
    ],
)
def test_a_date_is_as_precise_as_it_was_written(written: str, date: str | None) -> None:
    assert parse_metadata(f"date: {written}", "front matter").date == date


@pytest.mark.parametrize(
    "written",
    ["soon", "5 July 2022", "07/05/2022", "2022-13", "2022-02-30", "20220705", "2022 or so", "10:00", "true", "[2022]"],
)
def test_what_is_no_date_is_refused_with_an_example_of_one(written: str) -> None:
    with pytest.raises(ParsingError, match=r"front matter: date is .*: should be a date such as 2022-07-05"):
        parse_metadata(f"date: {written}", "front matter")


def test_a_date_can_be_given_to_python_as_text_or_number() -> None:
    assert [iso_date(value) for value in ("2022-07", 2022, None, "")] == ["2022-07", "2022", None, None]


# ------------------------------------------------------------------------------------------------ refusals


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("title: x\nauthor: a: b", "x.yaml: is not valid YAML at line 2"),
        ("title: x\ntags: [a", "x.yaml: is not valid YAML at line 2"),
        ("title: x\n---\ntitle: y", "x.yaml: is not valid YAML at line 2"),
        ("title: \x07", "x.yaml: is not valid YAML .*unacceptable character"),
        ('title: "\\UFFFFFFFF"', "x.yaml: is not valid YAML"),
        ("? [a]\n: b", "x.yaml: is not valid YAML at line 1"),
        ("x: " + "[" * 60_000, "x.yaml: is nested deeper than 20 levels"),
        ("just a sentence", "x.yaml: should be lines of 'name: value'"),
        ("- a\n- b", "x.yaml: should be lines of 'name: value'"),
        ("title: [a, b]", r"x.yaml: title is \['a', 'b'\]: .*valid string"),
        ("author: [{name: x}]", "x.yaml: author is .*: .*valid string"),
        ('title: "\\ud83d"', "x.yaml: title is .*: holds half a character"),
        ("title: " + "x" * 70_000, "x.yaml: is 70,007 characters long; the limit is 65,536"),
    ],
)
def test_what_cannot_be_used_is_refused_with_the_place_and_the_reason(source: str, reason: str) -> None:
    with pytest.raises(ParsingError, match=reason) as refusal:
        parse_metadata(source, "x.yaml")
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("last", ["title: *a30", "date: *a30", "<<: *a30"])
def test_yaml_that_expands_without_end_is_refused_at_once(last: str) -> None:
    lines = ["a0: &a0 [x]", *(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 31)), last]
    with pytest.raises(ParsingError, match=r"x.yaml: uses a YAML alias \(\*a0\)"):
        parse_metadata("\n".join(lines), "x.yaml")


PIECES = ["title", "date", "author", "tags", ": ", "\n", "- ", "[", "]", "{", "}", ", ", "x", "2022", "-07", "'"]
MARKS = ['"', "? ", " !!int ", " !!set ", " !!timestamp ", "&a ", "*a", "\\ud800", "\\UFFFFFFFF", "|\n ", "~"]
YAML = st.one_of(st.text(max_size=60), st.lists(st.sampled_from(PIECES + MARKS), max_size=15).map("".join))


@settings(derandomize=True, deadline=None, max_examples=300)
@given(YAML)
def test_any_yaml_gives_metadata_that_can_be_stored_or_a_parsing_error(source: str) -> None:
    try:
        metadata = parse_metadata(source, "front matter")
    except ParsingError:
        return
    for value in metadata.as_mapping().values():
        for text in value if isinstance(value, list) else [value]:
            assert text.encode()
            assert text == " ".join(text.split())
    first, last = metadata.first_day(), metadata.last_day()
    assert first is None or last is None or first <= last


# -------------------------------------------------------------------------------------------- front matter


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("dashes", ["---", "--- ", "---\t"])
def test_the_body_begins_after_the_second_line_of_dashes(end: str, dashes: str) -> None:
    text = end.join([dashes, "title: Report", dashes, "Body with --- dashes.", "---", "More."])
    found = front_matter(text)
    metadata, body = found.metadata, found.body
    assert metadata.title == "Report"
    assert text[body:].lstrip() == end.join(["Body with --- dashes.", "---", "More."])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Body.",
        "---",
        "---\nBody below a rule.",
        "Body.\n---\ntitle: x\n---\n",
        "\n---\ntitle: x\n---\n",
        "-----\nBoxed\n-----\nBody.",
        "--- a/file\n+++ b/file\n---\n",
    ],
)
def test_a_line_of_dashes_alone_makes_no_front_matter(text: str) -> None:
    assert front_matter(text) == FrontMatter()


def test_empty_front_matter_says_nothing_and_is_left_out_of_the_body() -> None:
    assert front_matter("---\n---\nBody.") == FrontMatter(Metadata(), 7)


def test_a_broken_line_of_front_matter_is_counted_from_the_top_of_the_file() -> None:
    found = front_matter("---\n\ntitle: x\nauthor: a: b\n---\nBody.")
    assert "front matter: is not valid YAML at line 4" in found.notes[0]
    assert found.metadata == Metadata(title="x", author=("a: b",))


# -------------------------------------------------------------------------------------------------- merging


def test_a_sidecar_wins_field_by_field_and_leaves_the_rest() -> None:
    sidecar = Metadata(title="Given", date="2022")
    own = Metadata(title="Own", author=("A. Khan",), date="2021-01-01", tags=("x",))
    assert sidecar.over(own) == Metadata(title="Given", author=("A. Khan",), date="2022", tags=("x",))
