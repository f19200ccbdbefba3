"""Follow-up questions: what is searched together with the question before."""

from __future__ import annotations

import pytest

from askbrief.query.parsed_question import resolve_follow_up

ATTACKS = "how many attacks were there in Kunar?"


@pytest.mark.parametrize(
    "question",
    [
        "and in 2021?",
        "who said that?",
        "What about Khost?",
        "why?",
        "And who was it that led them there?",
        "since when?",
        "but did they?",
        "und 2021?",
        "ET EN 2021?",
    ],
)
def test_an_aside_is_searched_together_with_the_question_before_it(question: str) -> None:
    assert resolve_follow_up(question, ATTACKS) == f"{ATTACKS} {question}"


@pytest.mark.parametrize(
    "question",
    [
        "which province has the most schools for girls?",
        "Who signed the ceasefire agreement with Pakistan?",
        "and which of the provinces near the border have hospitals, clinics, schools and universities?",
        "When did the United Nations Security Council publish its report on this group of foreign militants?",
    ],
)
def test_a_question_that_stands_by_itself_is_searched_alone(question: str) -> None:
    assert resolve_follow_up(question, ATTACKS) == question


@pytest.mark.parametrize("previous", [None, ""])
def test_without_a_question_before_it_an_aside_is_searched_alone(previous: str | None) -> None:
    assert resolve_follow_up("and in 2021?", previous) == "and in 2021?"


@pytest.mark.parametrize(
    ("before", "searched"),
    [
        ("how many attacks were there in 2020?", "how many attacks were there? and in 2021?"),
        ("what happened since 1999 in Kunar?", "what happened in Kunar? and in 2021?"),
        ("who led the group from 2018 to 2020?", "who led the group? and in 2021?"),
        ("who led the group between 2018 and 2020?", "who led the group? and in 2021?"),
        ("attacks 2018-2020", "attacks and in 2021?"),
        ("attacks 2018 – 2020", "attacks and in 2021?"),
        ("wie viele Angriffe gab es im Jahr 2020?", "wie viele Angriffe gab es? and in 2021?"),
        ("in 2020", "and in 2021?"),
        ("and in 2020?", "and in 2021?"),
        ("who led it? and in 2019? what about 2020?", "who led it? and in 2021?"),
        ("who led it in 2019? and why?", "who led it? and why? and in 2021?"),
    ],
)
def test_a_year_takes_the_place_of_the_years_asked_for_before(before: str, searched: str) -> None:
    assert resolve_follow_up("and in 2021?", before) == searched


@pytest.mark.parametrize("before", ["who has the 3,000 fighters?", "which 12000 men?", "what is resolution 2611?"])
def test_a_number_that_is_no_year_stays(before: str) -> None:
    assert resolve_follow_up("and in 2021?", before) == f"{before} and in 2021?"


def test_a_year_stays_where_the_aside_names_none() -> None:
    assert resolve_follow_up("who said that?", "how many in 2020?") == "how many in 2020? who said that?"


def test_a_long_chain_keeps_its_latest_words_and_stays_short() -> None:
    searched = ATTACKS
    asides = [f"and what about district {letter * 7}?" for letter in "abcdefghijklmnopqrstuvwxyz"]
    for aside in asides:
        before, searched = searched, resolve_follow_up(aside, searched)
        assert searched.endswith(f"{before[-100:]} {aside}" if len(before) > 100 else f"{before} {aside}")
        assert len(searched) <= 500
    assert "Kunar" not in searched
    assert all(word in " ".join([ATTACKS, *asides]).split() for word in searched.split())


def test_a_very_long_question_is_never_lost_to_its_follow_up() -> None:
    pasted = "was it said that " * 60 + "Larkmouth harbour opened in 1904"
    searched = resolve_follow_up("who said that?", pasted)
    assert searched.endswith("Larkmouth harbour opened in 1904 who said that?")
    assert len(searched) <= 500
    assert resolve_follow_up("was " * 200, ATTACKS) == "was " * 200
