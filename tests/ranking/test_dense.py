"""Nearest passages by cosine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from askbrief.ranking.dense import DenseIndex, signs_of

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


def test_each_passage_has_its_own_vector_and_those_of_its_own_sentences() -> None:
    index = indexed(np.eye(3, dtype=np.float32))
    assert index.passage(1).tolist() == [0, 1, 0]
    assert index.sentences(1).tolist() == [[0, 1, 0], [0, -1, 0]]
    assert index.sentences(2).tolist() == [[0, 0, 1], [0, 0, -1]]


def test_passages_may_have_different_numbers_of_sentences() -> None:
    sentences = np.arange(12, dtype=np.float16).reshape(6, 2)
    rows = np.eye(3, 2, dtype=np.float32)
    index = DenseIndex(rows, sentences, np.array([0, 1, 5, 6]), signs_of(rows))
    assert [len(index.sentences(number)) for number in range(3)] == [1, 4, 1]
    assert index.sentences(2).tolist() == [[10, 11]]
