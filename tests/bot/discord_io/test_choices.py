"""The choices for a source or a date, and the scope behind what was chosen."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from askbrief.records import Metadata, Scope, Source
from bot.discord_io.commands import (
    chosen_document,
    collections_of,
    date_scope,
    document_choices,
    document_token,
    matching_choices,
    source_choices,
    source_scope,
)
from bot.discord_io.language import Refusal
from bot.discord_io.markup import length


def source(doc_id: str, title: str = "") -> Source:
    return Source(doc_id, title or doc_id, doc_id.rpartition("/")[0], Metadata(), 1, 100, "0" * 64, doc_id)


def documents(*names: str) -> Scope:
    return Scope(documents=frozenset(names))


def collections(*names: str) -> Scope:
    return Scope(collections=frozenset(names))


LISTED = [
    source("handbook.txt", "The Handbook"),
    source("un/2022/report.pdf", "Resurgent TTP"),
    source("press/dawn.html", "Attacks in Swat"),
]

# --------------------------------------------------------------------------------------------- choices


def test_the_collections_of_documents_are_their_folders_and_those_above() -> None:
    assert collections_of(LISTED) == ["press", "un", "un/2022"]
    assert collections_of([source("a.txt")]) == []


def test_collections_are_offered_before_titles() -> None:
    labels = [choice.name for choice in source_choices("", LISTED)]
    assert labels == ["📁 press", "📁 un", "📁 un/2022", "The Handbook", "Resurgent TTP", "Attacks in Swat"]


@pytest.mark.parametrize(
    ("typed", "first"),
    [("handbok", "The Handbook"), ("SWAT", "Attacks in Swat"), ("resurgnt", "Resurgent TTP"), ("pres", "📁 press")],
)
def test_what_is_typed_finds_its_source_also_with_typing_errors(typed: str, first: str) -> None:
    assert source_choices(typed, LISTED)[0].name == first


def test_what_is_like_nothing_offers_nothing() -> None:
    assert source_choices("zzzzqqqq", LISTED) == []


def test_there_are_never_more_choices_than_discord_takes() -> None:
    many = [source(f"c{n}/report {n}.txt", f"Report {n}") for n in range(60)]
    assert len(source_choices("", many)) == len(source_choices("report", many)) == 25


@settings(derandomize=True, deadline=None)
@given(st.text(max_size=300), st.text(max_size=300), st.text(max_size=30))
@example("😀 " * 80, "😀" * 80, "")  # two units each, as Discord counts
def test_choices_fit_discords_limits_whatever_documents_are_called(title: str, name: str, typed: str) -> None:
    listed = [source(f"{name}/x.txt", title), source("plain.txt", "Plain")]
    for offered in (source_choices("", listed), source_choices(typed, listed), document_choices(typed, listed)):
        for choice in offered:
            assert 1 <= length(choice.name) <= 100
            assert 1 <= len(choice.value) <= 100
            assert "\n" not in choice.name
            assert choice.value == choice.value.strip()


@settings(derandomize=True, deadline=None)
@given(st.lists(st.text("abcdefgh/ é", min_size=1, max_size=120), min_size=1, max_size=12, unique=True))
def test_every_choice_leads_back_to_what_it_was_offered_for(names: list[str]) -> None:
    listed = [source(f"{name.strip('/') or 'top'}/doc{n}.txt", f"T{n}") for n, name in enumerate(names)]
    for choice in matching_choices("", ((s.title, document_token(s.doc_id)) for s in listed)):
        assert chosen_document(choice.value, listed).title == choice.name
    for name in collections_of(listed):
        assert source_scope(name, listed).admits(f"{name}/anything.txt", Metadata())


# ---------------------------------------------------------------------------------- what was chosen


def test_a_choice_is_the_scope_of_its_collection_or_document() -> None:
    chosen = {choice.name: source_scope(choice.value, LISTED) for choice in source_choices("", LISTED)}
    assert chosen["📁 un"] == collections("un")
    assert chosen["Resurgent TTP"] == documents("un/2022/report.pdf")
    assert source_scope(document_choices("", LISTED)[0].value, LISTED) == documents("handbook.txt")


@pytest.mark.parametrize(
    ("typed", "scope"),
    [
        ("Resurgent TTP", documents("un/2022/report.pdf")),
        (" resurgent ttp ", documents("un/2022/report.pdf")),
        ("UN/2022/REPORT.PDF", documents("un/2022/report.pdf")),
        ("un", collections("un")),
        ("Un/2022", collections("un/2022")),
    ],
)
def test_a_source_may_be_typed_by_hand(typed: str, scope: Scope) -> None:
    assert source_scope(typed, LISTED) == scope


def test_a_collection_comes_before_a_document_that_is_titled_like_it() -> None:
    assert source_scope("un", [*LISTED, source("x.txt", "UN")]) == collections("un")


@pytest.mark.parametrize(
    "name", ["secret", "secret/plan.txt", "The Secret Plan", document_token("secret/plan.txt"), "", "*", "."]
)
def test_what_somebody_may_not_see_has_no_name(name: str) -> None:
    """The listed sources are those within the person's scope; all else is as unknown as what never was."""
    for find in (source_scope, chosen_document):
        with pytest.raises(Refusal) as refused:
            find(name, LISTED)
        assert (refused.value.message, refused.value.values) == ("error-unknown-source", {"name": name})


def test_a_collection_is_no_document() -> None:
    with pytest.raises(Refusal, match="error-unknown-source"):
        chosen_document("un", LISTED)


# --------------------------------------------------------------------------------------------- dates


@pytest.mark.parametrize(
    ("since", "until", "first", "last"),
    [
        (None, None, None, None),
        ("2022", None, dt.date(2022, 1, 1), None),
        ("2022-07", "2022-07", dt.date(2022, 7, 1), dt.date(2022, 7, 31)),
        (None, "2024-02", None, dt.date(2024, 2, 29)),
        ("2022-07-05", "2023", dt.date(2022, 7, 5), dt.date(2023, 12, 31)),
    ],
)
def test_dates_are_as_wide_as_they_are_imprecise(
    since: str | None, until: str | None, first: dt.date | None, last: dt.date | None
) -> None:
    assert date_scope(since, until) == Scope(since=first, until=last)


@pytest.mark.parametrize("value", ["yesterday", "2022-13", "2022-02-30", "5 July", "20222", "٢٠٢٢-١٣"])
def test_what_is_no_date_is_refused_by_the_options_name(value: str) -> None:
    for option, dates in (("since", (value, None)), ("until", (None, value))):
        with pytest.raises(Refusal) as refused:
            date_scope(*dates)
        assert (refused.value.message, refused.value.values) == ("error-date", {"option": option, "value": value})
