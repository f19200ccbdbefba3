"""Two score lists made one, against naive oracles."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from askbrief.records import Method
from askbrief.retrieval.candidates import RRF_K, best, fuse, highest

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEXICAL = np.array([0.5, 0.0, 0.25, 0.0], dtype=np.float32)
COSINES = np.array([0.8, 0.6, -0.5, -0.1], dtype=np.float32)
# A few values, so that ties and zeros are common, and any others.
scores = st.lists(st.sampled_from([-1.0, 0.0, 0.25, 0.5, 1.0]) | st.floats(-1, 1, width=32), max_size=12)
pairs = st.lists(st.tuples(st.sampled_from([0.0, 0.3, 0.6, 1.0]), st.sampled_from([-0.5, 0.0, 0.3, 0.9])), max_size=10)


def float32(values: list[float]) -> NDArray[np.float32]:
    return np.array(values, dtype=np.float32)


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        (Method.HYBRID, [0.4 * 0.5 + 0.6 * 0.8, 0.6 * 0.6, 0.4 * 0.25 - 0.6 * 0.5, -0.6 * 0.1]),
        (Method.BM25, [0.5, 0, 0.25, 0]),
        (Method.DENSE, [0.8, 0.6, -0.5, -0.1]),
        (Method.RRF, [2 / 61, 1 / 62, 1 / 62, 0]),
    ],
)
def test_each_method_gives_the_values_worked_out_by_hand(method: Method, expected: list[float]) -> None:
    assert fuse(LEXICAL, COSINES, weight=0.4, method=method) == pytest.approx(expected, abs=1e-6)


def test_the_ends_of_the_weight_are_the_two_rankings_themselves() -> None:
    assert fuse(LEXICAL, COSINES, weight=1).tolist() == LEXICAL.tolist()
    assert fuse(LEXICAL, COSINES, weight=0).tolist() == COSINES.tolist()


@pytest.mark.parametrize("method", list(Method))
def test_nothing_to_rank_gives_nothing(method: Method) -> None:
    fused = fuse(float32([]), float32([]), weight=0.4, method=method)
    assert fused.shape == (0,)
    assert best(fused, 5).tolist() == []


@settings(derandomize=True, deadline=None)
@given(pairs)
def test_reciprocal_rank_fusion_sums_one_over_sixty_plus_rank_of_what_matches(pairs: list[tuple[float, float]]) -> None:
    lexical, cosines = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    expected = [0.0] * len(pairs)
    for column in (lexical, cosines):
        matching = sorted((place for place in range(len(pairs)) if column[place] > 0), key=lambda p: (-column[p], p))
        for rank, place in enumerate(matching, start=1):
            expected[place] += 1 / (RRF_K + rank)
    fused = fuse(float32(lexical), float32(cosines), weight=0.4, method=Method.RRF)
    assert fused == pytest.approx(expected, abs=1e-6)


@settings(derandomize=True, deadline=None)
@given(scores, st.integers(-2, 15))
def test_the_best_are_those_a_plain_sort_puts_first(values: list[float], count: int) -> None:
    values = float32(values).tolist()
    matching = [place for place, score in enumerate(values) if score > 0]
    expected = sorted(matching, key=lambda place: (-values[place], place))[: max(0, count)]
    assert best(float32(values), count).tolist() == expected


@pytest.mark.parametrize(
    ("values", "count", "expected"),
    [
        ([0.1, 0.7, 0.3], 10, [1, 2, 0]),  # more asked for than there is
        ([0.0, -0.2, 0.0], 3, []),  # zero and less is no match
        ([0.5, 0.9, 0.5, 0.5], 3, [1, 0, 2]),  # equals keep their order, at the cut too
        ([0.5, 0.5], 0, []),
    ],
)
def test_no_more_is_given_than_matches(values: list[float], count: int, expected: list[int]) -> None:
    assert best(float32(values), count).tolist() == expected


@pytest.mark.parametrize("values", [2, 50, 1_000_000])
@pytest.mark.parametrize("count", [-1, 0, 1, 30, 5_000, 60_000])
def test_the_highest_of_many_are_those_a_plain_sort_puts_first_however_many_are_equal(values: int, count: int) -> None:
    random = np.random.default_rng(values)
    many = (random.integers(-values, values, 50_000) / values).astype(np.float32)
    order = np.argsort(-many, kind="stable")[: max(0, count)]
    assert highest(many, count).tolist() == np.sort(order).tolist()
    assert best(many, count).tolist() == [place for place in order if many[place] > 0]


def test_the_highest_are_found_where_a_sample_misses_them() -> None:
    scores = np.zeros(100_000, dtype=np.float32)
    scores[::2] = 0.5  # all that a regular sample sees
    scores[1:61:2] = np.arange(1, 31)
    assert best(scores, 30).tolist() == list(range(59, 0, -2))
    assert highest(-scores, 20).tolist() == list(range(61, 101, 2))
