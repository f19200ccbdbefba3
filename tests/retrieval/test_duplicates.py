"""Near-duplicates, grouped under the first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from askbrief.retrieval.rerank import near_duplicates

if TYPE_CHECKING:
    from collections.abc import Sequence

WORDS = "alpha bravo charlie delta echo foxtrot golf hotel india juliet kilo lima mike november oscar".split()
ELEVEN = " ".join(WORDS[:11])  # nine word triples


def groups_of(texts: Sequence[str]) -> list[list[int]]:
    return near_duplicates([[text] for text in texts])


@pytest.mark.parametrize(
    "other",
    [
        ELEVEN,
        ELEVEN.upper(),
        f"“{ELEVEN.replace(' ', ', ')}!”",
        f"The {ELEVEN}, and so on",  # stop words
        ELEVEN.replace("kilo", "zulu"),  # eight triples of ten: the least that counts as the same
        f"{ELEVEN} lima mike",  # nine of eleven
    ],
)
def test_a_passage_that_says_the_same_is_grouped_under_the_first(other: str) -> None:
    assert groups_of([ELEVEN, other]) == [[0, 1]]


@pytest.mark.parametrize(
    "other",
    [
        " ".join(reversed(WORDS[:11])),  # the same words, another statement
        ELEVEN.replace("kilo", "zulu").replace("alpha", "yankee"),
        f"{ELEVEN} lima mike november",  # nine triples of twelve
        "",
    ],
)
def test_a_passage_that_says_something_else_stands_for_itself(other: str) -> None:
    assert groups_of([ELEVEN, other]) == [[0], [1]]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("3,000 fighters", "4,000 fighters", False),
        ("3,000 fighters", "3000 fighters", True),
        ("in 2021", "in 2022", False),
        ("the H1N1 strain", "the H5N1 strain", False),
        ("fighters", "60 fighters", False),
        ("he met the envoy in Kabul", "he met the envoy in Kandahar", False),
        ("the envoy did come", "the envoy did not come", False),
        ("the envoy came", "the envoy didn't come", False),
    ],
)
def test_passages_that_differ_in_a_figure_a_name_or_a_denial_are_two_statements(
    one: str, other: str, *, same: bool
) -> None:
    filler = " ".join(WORDS * 3)
    assert groups_of([f"{filler} {one}", f"{filler} {other}"]) == ([[0, 1]] if same else [[0], [1]])


def test_likeness_is_measured_to_the_first_of_a_group_and_not_handed_on() -> None:
    near, far = ELEVEN.replace("kilo", "zulu"), ELEVEN.replace("kilo", "zulu").replace("alpha", "yankee")
    assert groups_of([near, far]) == [[0, 1]]
    assert groups_of([ELEVEN, near, far]) == [[0, 1], [2]]


def test_nothing_found_has_no_groups() -> None:
    assert groups_of([]) == []


@settings(derandomize=True, deadline=None)
@given(st.lists(st.lists(st.sampled_from(["river", "bridge", "60", "the"]), max_size=5).map(" ".join), max_size=8))
def test_every_passage_is_in_one_group_and_identical_ones_are_together(texts: list[str]) -> None:
    groups = groups_of(texts)
    assert sorted(place for group in groups for place in group) == list(range(len(texts)))
    assert all(group == sorted(group) for group in groups)
    assert [group[0] for group in groups] == sorted(group[0] for group in groups)
    group_of = {place: number for number, group in enumerate(groups) for place in group}
    assert all(group_of[texts.index(text)] == group_of[place] for place, text in enumerate(texts))
