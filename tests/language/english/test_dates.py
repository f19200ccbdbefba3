"""Dates in questions and texts, and the days that they mean."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from askbrief.language.english.dates import Period, dates_in, parse, written
from askbrief.records import Metadata

days = st.dates(min_value=dt.date(1900, 1, 1), max_value=dt.date(2099, 12, 31))
WRITTEN = Period.of(2023, 3, 9)


def spans(text: str, when: Period | None = None) -> list[tuple[str, str]]:
    return [(str(dated.period.first), str(dated.period.last)) for dated in dates_in(text, when)]


@given(
    day=days,
    form=st.sampled_from(["{0:%Y-%m-%d}", "{0.day} {0:%B %Y}", "{0:%B} {0.day}, {0:%Y}", "{0.day}th of {0:%b} {0:%Y}"]),
)
def test_a_day_is_read_in_every_form_in_which_it_is_written(day: dt.date, form: str) -> None:
    assert spans(f"It was on {form.format(day)} that it rained.") == [(str(day), str(day))]


@given(day=days)
@settings(deadline=None)  # dateparser is loaded at its first use
def test_a_day_in_a_text_and_in_a_question_is_the_same_day(day: dt.date) -> None:
    expression = f"{day.day} {day:%B %Y}"
    assert parse(expression, None) == next(dates_in(expression)).period == Period(day, day)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("In July 2022 it rained.", [("2022-07-01", "2022-07-31")]),
        ("It rained in the 1950s.", [("1950-01-01", "1959-12-31")]),
        ("the season of 2008-09", [("2008-01-01", "2009-12-31")]),
        ("the month of 2009-08", [("2009-08-01", "2009-08-31")]),
        ("In 2021, 207 attacks; in 2022 there were 262.", [("2021-01-01", "2021-12-31"), ("2022-01-01", "2022-12-31")]),
    ],
)
def test_years_months_decades_and_pairs_of_years_are_dates(text: str, expected: list[tuple[str, str]]) -> None:
    assert spans(text) == expected


@pytest.mark.parametrize(
    "text", ["2019-nCoV", "$2021", "2,021 men", "1,999.5", "It may rain.", "June 31, 2022", "B2021", "2021%", "12021"]
)
def test_what_only_looks_like_a_date_is_none(text: str) -> None:
    assert spans(text) == []


def test_a_month_without_a_year_is_the_last_one_by_the_day_of_writing() -> None:
    assert spans("In November they merged, in February they parted.", WRITTEN) == [
        ("2022-11-01", "2022-11-30"),
        ("2023-02-01", "2023-02-28"),
    ]
    assert not any(dated.own_year for dated in dates_in("In November they merged.", WRITTEN))


def test_a_month_without_a_year_means_nothing_where_nobody_knows_when_it_was_written() -> None:
    assert spans("In November they merged.") == []


def test_a_document_speaks_of_the_years_in_its_title_rather_than_of_the_day_it_appeared() -> None:
    appeared = Metadata(date="2022-01-18")
    assert written("Annual review 2021", appeared) == Period.of(2021)
    assert written("Annual review", appeared) == Period.of(2022, 1, 18)
    assert written("Annual review", Metadata()) is None


def test_times_told_from_today_need_a_today() -> None:
    assert parse("two months ago", dt.date(2023, 7, 21)) == Period.of(2023, 5)
    assert parse("last July", dt.date(2023, 3, 9)) == Period.of(2022, 7)
    assert parse("two months ago", None) is None


@given(first=days, second=days, third=days, fourth=days)
def test_periods_meet_exactly_where_they_have_a_day_in_common(
    first: dt.date, second: dt.date, third: dt.date, fourth: dt.date
) -> None:
    one, other = Period(*sorted((first, second))), Period(*sorted((third, fourth)))
    common = max(min(first, second), min(third, fourth)) <= min(max(first, second), max(third, fourth))
    assert one.meets(other) == other.meets(one) == common


@given(day=days)
def test_an_open_end_reaches_every_day_on_its_side(day: dt.date) -> None:
    day_before, that_day = Period(None, day - dt.timedelta(days=1)), Period(day, day)
    assert Period(None, None).meets(that_day)
    assert Period(day, None).meets(that_day)
    assert not day_before.meets(Period(day, None))
