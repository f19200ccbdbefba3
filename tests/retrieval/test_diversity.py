"""The order of passages for a question that asks for several things."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from askbrief.retrieval.candidates import ON_ASPECT
from askbrief.retrieval.scoring import LEAST_OF_THE_FIRST, diversify

shares = st.floats(0, 1, width=32)


@st.composite
def rankings(draw: st.DrawFn) -> tuple[list[float], list[list[float]]]:
    scores = draw(st.lists(st.floats(0.01, 1), min_size=1, max_size=12))
    rows = st.lists(shares, min_size=2, max_size=2)
    return sorted(scores, reverse=True), [draw(rows) for _ in scores]


def order(scores: list[float], held: list[list[float]]) -> list[int]:
    return diversify(scores, np.array(held, dtype=np.float32).reshape(len(scores), -1))


def test_the_best_passage_on_what_the_first_lacks_comes_second() -> None:
    assert order([0.7, 0.6, 0.5, 0.45], [[1, 0], [1, 0], [0, 1], [0, 1]]) == [0, 2, 1, 3]


def test_nothing_moves_where_the_first_passage_is_on_everything() -> None:
    assert order([0.7, 0.6, 0.5], [[1, 1], [1, 0], [0, 1]]) == [0, 1, 2]


def test_a_passage_that_is_far_behind_is_not_moved_for_its_words_alone() -> None:
    assert order([0.7, 0.6, 0.7 * LEAST_OF_THE_FIRST - 0.01], [[1, 0], [1, 0], [0, 1]]) == [0, 1, 2]


def test_three_things_take_the_first_three_places() -> None:
    held: list[list[float]] = [[1, 0, 0], [1, 0, 0], [0, 1, 0], [1, 0, 0], [0, 0, 1]]
    assert order([0.7, 0.6, 0.5, 0.4, 0.35], held) == [0, 2, 4, 1, 3]


@given(rankings())
def test_the_first_stays_first_and_every_passage_is_there_once(ranking: tuple[list[float], list[list[float]]]) -> None:
    found = order(*ranking)
    assert found[0] == 0
    assert sorted(found) == list(range(len(ranking[0])))


@given(st.lists(st.floats(0.01, 1), min_size=1, max_size=12))
def test_a_question_for_one_thing_keeps_its_order(scores: list[float]) -> None:
    assert order(sorted(scores, reverse=True), [[] for _ in scores]) == list(range(len(scores)))


@given(rankings())
def test_at_most_one_passage_for_each_thing_is_moved(ranking: tuple[list[float], list[list[float]]]) -> None:
    found = order(*ranking)
    on = np.array(ranking[1], dtype=np.float32) >= ON_ASPECT
    moved = [place for rank, place in enumerate(found) if place > rank]
    assert len(moved) <= 2
    assert all(on[place].any() for place in moved)
