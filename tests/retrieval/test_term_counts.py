"""Term counts: what is counted, taken over and turned is what counting everything anew gives."""

from __future__ import annotations

import random

import numpy as np
import pytest

from askbrief.retrieval import term_counts
from askbrief.retrieval.bm25 import Postings
from askbrief.retrieval.term_counts import Forward, TermCounter, transposed

WORDS = [f"w{number}" for number in range(60)]


def corpus(seed: int, size: int = 80) -> list[list[str]]:
    chance = random.Random(seed)
    return [chance.choices(WORDS, k=chance.randint(0, 30)) for _ in range(size)]


def same(one: Postings, other: Postings) -> bool:
    return all(
        np.array_equal(getattr(one, name), getattr(other, name)) for name in ("starts", "passages", "impacts", "idf")
    )


@pytest.fixture(autouse=True, params=[7, 1 << 22], ids=["small blocks", "one block"])
def block(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counts are turned block by block; it must not matter how large a block is."""
    monkeypatch.setattr(term_counts, "_BLOCK", request.param)


@pytest.mark.parametrize("seed", range(5))
def test_postings_from_counts_are_those_of_rank_bm25_to_the_bit(seed: int) -> None:
    passages = corpus(seed)
    counter = TermCounter()
    for terms in passages:
        counter.add(terms)
    vocabulary, counted = counter.counted()
    expected, postings = Postings.from_corpus(passages)
    assert vocabulary == expected
    assert same(Postings.from_counts(counted), postings)


@pytest.mark.parametrize("seed", range(5))
def test_what_is_taken_over_counts_as_what_is_counted(seed: int) -> None:
    old, new = corpus(seed), corpus(seed + 100, 20)
    before = TermCounter()
    for terms in old:
        before.add(terms)
    vocabulary, counted = before.counted()
    forward = Forward(vocabulary, *transposed(counted.starts, counted.passages, counted.counts, counted.size))
    counter = TermCounter(forward)
    counter.take_over(0, 10)
    for terms in new:
        counter.add(terms)
    counter.take_over(30, 30)
    counter.take_over(30, 80)
    expected, postings = Postings.from_corpus([*old[:10], *new, *old[30:]])
    terms, counted = counter.counted()
    assert terms == expected
    assert same(Postings.from_counts(counted), postings)


def test_no_passage_at_all_gives_no_terms() -> None:
    vocabulary, counted = TermCounter().counted()
    assert (vocabulary, counted.size, len(counted.counts)) == ([], 0, 0)


def test_turning_twice_gives_back_what_there_was() -> None:
    starts, columns = np.array([0, 2, 2, 5]), np.array([1, 3, 0, 1, 2], dtype=np.int32)
    values = np.array([5, 6, 7, 8, 9])
    transposed_starts, rows, transposed_values = transposed(starts, columns, values, 4)
    assert transposed_starts.tolist() == [0, 1, 3, 4, 5]
    assert rows.tolist() == [2, 0, 2, 2, 0]
    assert transposed_values.tolist() == [7, 5, 8, 9, 6]
    back = transposed(transposed_starts, rows, transposed_values, 3)
    assert [array.tolist() for array in back] == [starts.tolist(), columns.tolist(), values.tolist()]
