"""What records imply: scopes, dates, and metadata on its way through JSON."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from askbrief.records import BuildReport, Changes, Hit, Metadata, Scope, Span

UNDATED, MARCH = Metadata(), Metadata(date="2021-03")
words = st.none() | st.text(min_size=1)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def since(text: str) -> Scope:
    return Scope(since=day(text))


def until(text: str) -> Scope:
    return Scope(until=day(text))


# ------------------------------------------------------------------------------------------ scopes


@pytest.mark.parametrize(
    ("collections", "doc_id", "inside"),
    [
        ({"un"}, "un/a.txt", True),
        ({"un"}, "un/2021/q1/a.txt", True),  # a collection covers those below it
        ({"un/2021"}, "un/2021/a.txt", True),
        ({"un/2021"}, "un/a.txt", False),  # and not those above
        ({"un"}, "under/a.txt", False),  # nor one whose name begins alike
        ({"un"}, "press/un/a.txt", False),
        ({"un"}, "un.txt", False),
        ({"un"}, "UN/a.txt", False),
        ({"press", "un"}, "un/a.txt", True),
        ({""}, "a.txt", True),  # the top itself
        (set(), "a.txt", False),
        (set(), "un/a.txt", False),
    ],
)
def test_a_collection_admits_what_lies_in_it(collections: set[str], doc_id: str, *, inside: bool) -> None:
    assert Scope(collections=frozenset(collections)).admits(doc_id, UNDATED) is inside


@pytest.mark.parametrize(
    ("documents", "inside"), [({"un/a.txt"}, True), ({"a.txt"}, False), ({"un"}, False), (set(), False)]
)
def test_a_document_is_admitted_by_its_full_name(documents: set[str], *, inside: bool) -> None:
    assert Scope(documents=frozenset(documents)).admits("un/a.txt", UNDATED) is inside


@pytest.mark.parametrize(
    ("scope", "date", "inside"),
    [
        (since("2021-03-31"), "2021-03-31", True),  # both ends are included
        (since("2021-04-01"), "2021-03-31", False),
        (until("2021-03-31"), "2021-03-31", True),
        (until("2021-03-30"), "2021-03-31", False),
        (since("2021-03-31"), "2021-03", True),  # the month may mean its last day
        (since("2021-04-01"), "2021-03", False),
        (until("2021-03-01"), "2021-03", True),
        (until("2021-02-28"), "2021-03", False),
        (since("2021-12-31"), "2021", True),
        (since("2022-01-01"), "2021", False),
        (Scope(since=day("2021-03-10"), until=day("2021-03-20")), "2021", True),
        (Scope(since=day("2021-03-20"), until=day("2021-03-10")), "2021-03-15", False),
        (since("0001-01-01"), None, False),  # undated
        (until("9999-12-31"), None, False),
    ],
)
def test_dates_admit_what_may_lie_between_them(scope: Scope, date: str | None, *, inside: bool) -> None:
    assert scope.admits("a.txt", Metadata(date=date)) is inside


def test_every_limit_of_a_scope_counts() -> None:
    scope = Scope(collections=frozenset({"un"}), documents=frozenset({"un/a.txt", "b.txt"}), since=day("2021-01-01"))
    assert scope.admits("un/a.txt", MARCH)
    assert not scope.admits("b.txt", MARCH)
    assert not scope.admits("un/c.txt", MARCH)
    assert not scope.admits("un/a.txt", Metadata(date="2020"))


@settings(derandomize=True, deadline=None)
@given(st.text(), st.sampled_from([UNDATED, MARCH]))
def test_a_scope_without_limits_is_everything_and_admits_it(doc_id: str, metadata: Metadata) -> None:
    assert Scope().is_everything
    assert Scope().admits(doc_id, metadata)


@pytest.mark.parametrize("scope", [Scope(collections=frozenset()), Scope(documents=frozenset()), since("2021-01-01")])
def test_a_scope_with_a_limit_is_not_everything(scope: Scope) -> None:
    assert not scope.is_everything


# ------------------------------------------------------------------------------------------ dates


@pytest.mark.parametrize(
    ("date", "first", "last"),
    [
        ("2022", "2022-01-01", "2022-12-31"),
        ("2022-07", "2022-07-01", "2022-07-31"),
        ("2022-02", "2022-02-01", "2022-02-28"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2022-07-05", "2022-07-05", "2022-07-05"),
    ],
)
def test_a_date_means_all_its_days(date: str, first: str, last: str) -> None:
    assert Metadata(date=date).first_day() == day(first)
    assert Metadata(date=date).last_day() == day(last)


def test_an_undated_document_has_no_days() -> None:
    assert UNDATED.first_day() is UNDATED.last_day() is None


@settings(derandomize=True, deadline=None)
@given(st.dates(), st.integers(1, 3))
def test_a_day_lies_within_what_its_shortened_date_means(date: dt.date, parts: int) -> None:
    about = Metadata(date="-".join(date.isoformat().split("-")[:parts]))
    first, last = about.first_day(), about.last_day()
    assert first is not None
    assert last is not None
    assert first <= date <= last


# --------------------------------------------------------------------------------------- on the way


@settings(derandomize=True, deadline=None)
@given(
    st.builds(
        Metadata, words, st.lists(st.text()).map(tuple), words, words, words, words, st.lists(st.text()).map(tuple)
    )
)
def test_metadata_comes_back_from_json_unchanged(metadata: Metadata) -> None:
    assert Metadata.from_mapping(json.loads(json.dumps(metadata.as_mapping()))) == metadata


def test_fields_without_a_value_are_not_in_the_mapping() -> None:
    assert Metadata(title="TTP", tags=("a", "b")).as_mapping() == {"title": "TTP", "tags": ["a", "b"]}


def test_the_marked_sentence_is_cut_from_the_quote_by_its_place_in_the_document() -> None:
    quote = "One. Two."
    hit = Hit(1, "k-1", "a.txt", "A", UNDATED, "¶ 1", 100, 109, quote, Span(105, 109), 0.5, {})
    assert hit.answer_sentence == "Two."


def test_a_build_that_did_nothing_is_up_to_date_and_one_that_did_is_not() -> None:
    assert BuildReport("g1", unchanged=("a.txt",), documents=1).up_to_date
    for report in (
        BuildReport("g1", added=("a.txt",)),
        BuildReport("g1", encoded=1),
        BuildReport("g1", removed=("b",)),
    ):
        assert not report.up_to_date


def test_changes_are_true_when_there_are_any() -> None:
    assert not Changes()
    assert all((Changes(added=("a",)), Changes(changed=("a",)), Changes(removed=("a",))))
