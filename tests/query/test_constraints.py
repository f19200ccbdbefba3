"""The times and sources that a question names."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from askbrief.query.constraints import Constraints, parse_constraints

TODAY = dt.date(2023, 7, 21)


def times(question: str) -> list[str]:
    return [f"{period.first or ''}..{period.last or ''}" for period in parse_constraints(question, TODAY).periods]


def sources(question: str) -> list[set[str]]:
    return [set(name) for name in parse_constraints(question, TODAY).sources]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("how many attacks in 2021?", "2021-01-01..2021-12-31"),
        ("how many attacks in July 2022?", "2022-07-01..2022-07-31"),
        ("what happened on 5 July 2022?", "2022-07-05..2022-07-05"),
        ("as of 26 January 2020, how many?", "2020-01-26..2020-01-26"),
        ("attacks since 2021", "2021-01-01.."),
        ("attacks since July", "2023-07-01.."),
        ("attacks since last march", "2023-03-01.."),
        ("attacks before 2020", "..2019-12-31"),
        ("attacks after 2020", "2021-01-01.."),
        ("attacks until 2020", "..2020-12-31"),
        ("attacks by the end of 2021", "..2021-12-31"),
        ("between May and July 2022", "2022-05-01..2022-07-31"),
        ("from 2019 to 2021", "2019-01-01..2021-12-31"),
        ("losses in 2008-09", "2008-01-01..2009-12-31"),
        ("in the first half of 2022", "2022-01-01..2022-06-30"),
        ("in the last quarter of 2022", "2022-10-01..2022-12-31"),
        ("in late 2022", "2022-07-01..2022-12-31"),
        ("during the last two years", "2021-07-21.."),
        ("in the past few months", "2023-04-22.."),
        ("within the last 10 days", "2023-07-11.."),
        ("in the last year", "2022-07-21.."),
        ("attacks last year", "2022-01-01..2022-12-31"),
        ("what happened last month?", "2023-06-01..2023-06-30"),
        ("in the 1950s", "1950-01-01..1959-12-31"),
    ],
)
def test_a_time_is_read_as_the_days_it_means(question: str, expected: str) -> None:
    assert times(question) == [expected]


def test_of_two_years_that_are_listed_either_will_do() -> None:
    assert times("attacks in 2021 and 2023") == ["2021-01-01..2021-12-31", "2023-01-01..2023-12-31"]


def test_what_stands_before_a_year_is_named_by_that_year_and_does_not_hold_it() -> None:
    found = parse_constraints("attacks before 2020")
    assert [str(named.first) for named in found.named] == ["2020-01-01"]


@pytest.mark.parametrize(
    "question",
    [
        "How may I march?",
        "What is 2019-nCoV?",
        "who won the 2019 race?",
        "the price of 2,021 sheep",
        "how many are there now?",
        "in the last sentence, what is said?",
    ],
)
def test_a_question_without_a_time_has_none(question: str) -> None:
    assert times(question) == []


def test_without_a_day_to_tell_it_from_only_a_full_date_means_something() -> None:
    assert not parse_constraints("attacks since July")
    assert parse_constraints("attacks since July 2022").periods


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("According to PIPS, how many fighters are there?", {"pip"}),
        ("how many attacks according to the kestrel monitor in 2021?", {"kestrel", "monitor"}),
        ("how many fighters in the UN report?", {"un"}),
        ("in the report of the Panel of Monitors, who is listed?", {"panel", "monitor"}),
        ("in the Joint Relief Office's update, how many are displaced?", {"joint", "relief", "offic"}),
        ("what does the Kestrel Monitor say about attacks?", {"kestrel", "monitor"}),
        ("how many fighters the panel says there are?", {"panel"}),
        ("as per NSB what is inflation?", {"nsb"}),
        ("how many were reported by the Meridian Wire?", {"meridian", "wire"}),
    ],
)
def test_a_source_is_read_by_its_name(question: str, expected: set[str]) -> None:
    assert sources(question) == [expected]


@pytest.mark.parametrize(
    "question",
    [
        "according to the documentation, where are the limits?",
        "What is the conclusion of this report?",
        "Who said that?",
        "How many cases were reported in 2021?",
        "What did the study report?",
        "When was the second case reported in the north?",
    ],
)
def test_a_source_without_a_name_is_none(question: str) -> None:
    assert sources(question) == []


@settings(deadline=None)  # dateparser is loaded at its first use
@given(st.text(max_size=200))
def test_no_question_is_too_strange_to_be_read(question: str) -> None:
    assert isinstance(parse_constraints(question, TODAY), Constraints)


@settings(deadline=None)  # dateparser is loaded at its first use
@given(
    st.lists(st.sampled_from("in since before 2021 July of the to and 5 2022-07 last two years ago early , -".split()))
)
def test_no_heap_of_dates_is_too_strange_either(words: list[str]) -> None:
    assert isinstance(parse_constraints(" ".join(words), TODAY), Constraints)
