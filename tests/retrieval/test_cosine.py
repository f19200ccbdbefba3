"""Nearest passages by cosine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from askbrief.retrieval.cosine import DenseIndex, signs_of

if TYPE_CHECKING:
    from numpy.typing import NDArray


def indexed(rows: NDArray[np.float32]) -> DenseIndex:
    """Passages with these vectors, of two sentences each: the passage's own direction, and the opposite."""
    sentences = np.repeat(rows, 2, axis=0).astype(np.float16)
    sentences[1::2] *= -1
    return DenseIndex(rows, sentences, np.arange(0, 2 * len(rows) + 1, 2), signs_of(rows))


def test_the_cosines_are_those_of_the_plain_formula() -> None:
    random = np.random.default_rng(3)
    rows, query = random.normal(size=(50, 16)).astype(np.float32), random.normal(size=16).astype(np.float32)
    expected = [float(row @ query) / float(np.linalg.norm(row) * np.linalg.norm(query)) for row in rows]
    index = indexed(rows / np.linalg.norm(rows, axis=1, keepdims=True))
    scores = index.scores(query / np.linalg.norm(query))
    assert scores.dtype == np.float32
    assert scores == pytest.approx(expected, abs=1e-6)


def test_the_same_direction_is_one_the_opposite_minus_one_and_a_right_angle_zero() -> None:
    index = indexed(np.array([[0, 1], [0, -1], [1, 0]], dtype=np.float32))
    assert index.scores(np.array([0, 1], dtype=np.float32)).tolist() == [1, -1, 0]


def test_an_index_without_passages_gives_no_scores() -> None:
    assert indexed(np.zeros((0, 4), dtype=np.float32)).scores(np.ones(4, dtype=np.float32)).shape == (0,)


def test_each_passage_has_the_vectors_of_its_own_sentences() -> None:
    index = indexed(np.eye(3, dtype=np.float32))
    assert index.sentences(1).tolist() == [[0, 1, 0], [0, -1, 0]]
    assert index.sentences(2).tolist() == [[0, 0, 1], [0, 0, -1]]


def test_passages_may_have_different_numbers_of_sentences() -> None:
    sentences = np.arange(12, dtype=np.float16).reshape(6, 2)
    rows = np.eye(3, 2, dtype=np.float32)
    index = DenseIndex(rows, sentences, np.array([0, 1, 5, 6]), signs_of(rows))
    assert [len(index.sentences(number)) for number in range(3)] == [1, 4, 1]
    assert index.sentences(2).tolist() == [[10, 11]]


# ------------------------------------------------------------------------------------------- by signs


def units(count: int, dimension: int) -> NDArray[np.float32]:
    rows = np.random.default_rng(5).normal(size=(count, dimension)).astype(np.float32)
    made: NDArray[np.float32] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return made


@pytest.mark.parametrize("dimension", [1, 63, 64, 65, 384, 1_000])
def test_the_signs_of_a_vector_are_one_bit_each_whatever_the_dimension(dimension: int) -> None:
    rows = units(9, dimension)
    words = signs_of(rows)
    assert words.shape == (-(-dimension // 64), 9)
    bits = [[int(words[place // 64, row]) >> place % 64 & 1 for place in range(64 * len(words))] for row in range(9)]
    assert [some[:dimension] for some in bits] == (rows > 0).astype(int).tolist()
    assert not any(any(some[dimension:]) for some in bits)


@pytest.mark.parametrize("dimension", [65, 384, 1_000])
def test_by_its_signs_a_vector_is_one_with_itself_and_minus_one_with_its_opposite(dimension: int) -> None:
    (row,) = units(1, dimension)
    assert indexed(np.array([row, -row])).estimates(row) == pytest.approx([1, -1])


def test_the_estimates_are_near_the_cosines_and_for_more_than_one_block_of_passages() -> None:
    rows, random = units(40_000, 128), np.random.default_rng(6)
    index = indexed(rows)
    for query in rows[random.integers(0, len(rows), 3)]:
        cosines, estimates = index.scores(query), index.estimates(query)
        assert float(np.abs(estimates - cosines).mean()) < 0.12  # a sign of 128 is wrong by chance
        assert int(np.argmax(estimates)) == int(np.argmax(cosines))


def test_the_cosines_of_some_passages_are_those_they_have_among_all() -> None:
    rows = units(300, 64)
    index, some = indexed(rows), np.array([4, 250, 17])
    assert index.scores(rows[0], some) == pytest.approx(index.scores(rows[0])[some], abs=1e-6)
    assert index.scores(rows[0], slice(7, 9)) == pytest.approx(index.scores(rows[0])[7:9], abs=1e-6)
