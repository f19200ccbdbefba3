"""The things that a question compares."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askbrief.query.aspects import parse_aspects


def things(question: str) -> list[set[str]]:
    return [set(terms) for terms in parse_aspects(question)]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Compare TTP and Baloch attacks in 2021", [{"ttp"}, {"baloch"}]),
        ("compare ttp and baloch attacks in 2021", [{"ttp"}, {"baloch"}]),
        ("Compare the number of attacks in Ostrel with those in Kadun", [{"ostrel"}, {"kadun"}]),
        ("compare inflation in 2021 to inflation in 2023", [{"2021"}, {"2023"}]),
        ("difference between russian blue and british blue cat", [{"russian"}, {"british"}]),
        ("How does transmission differ between flu and measles?", [{"flu"}, {"measl"}]),
        ("NFM vs. KWA attacks", [{"nfm"}, {"kwa"}]),
        ("both flooding and displacement in Selmar", [{"flood"}, {"displac"}]),
        ("Is Halden bigger than Brenk or Port Anselm?", [{"brenk"}, {"port", "anselm"}]),
        ("How many attacks by the Bank of Brenk and the Red Lanterns?", [{"bank", "brenk"}, {"red", "lantern"}]),
        ("Compare the NFM, the KWA and the Red Lanterns", [{"nfm"}, {"kwa"}, {"red", "lantern"}]),
        ("Which is larger, Brenk or Halden?", [{"brenk"}, {"halden"}]),
    ],
)
def test_two_things_are_told_apart_by_their_own_terms(question: str, expected: list[set[str]]) -> None:
    assert things(question) == expected


@pytest.mark.parametrize(
    "question",
    [
        "How many fighters are there?",
        "What did the king say and do?",
        "Who said this, and when?",
        "how many men and women were killed?",
        "what happened between May and July 2022?",
        "Compare the attacks",
        "and",
    ],
)
def test_a_question_for_one_thing_has_no_aspects(question: str) -> None:
    assert things(question) == []


@given(
    st.lists(
        st.sampled_from("Compare with and or vs both , the NFM KWA attacks in 2021 difference between of Bank".split())
    )
)
def test_no_heap_of_words_is_too_strange_and_no_aspect_is_empty_or_all_of_another(words: list[str]) -> None:
    found = parse_aspects(" ".join(words))
    assert len(found) != 1
    assert all(found)
    assert len(set(found)) == len(found)
