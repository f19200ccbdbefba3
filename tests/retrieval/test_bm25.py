"""The compiled BM25, against rank-bm25's own objects."""

from __future__ import annotations

import math
import string
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rank_bm25 import BM25Okapi, BM25Plus

from askbrief.query.expansion import Alternative
from askbrief.retrieval.bm25 import Postings
from tests.retrieval import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray

TERMS = "abcdef"
passages = st.lists(st.sampled_from(TERMS), max_size=12)
corpora = st.lists(passages, min_size=1, max_size=12)
questions = st.lists(st.sampled_from(TERMS + "xyz"), max_size=8)  # x, y and z are in no passage


def by_rank_bm25(corpus: list[list[str]], question: list[str]) -> NDArray[np.float64]:
    """BM25Plus.get_scores, less what it adds to every passage, term or no term."""
    bm25 = BM25Plus(corpus)
    constant = sum(bm25.idf[term] * bm25.delta for term in question if term in bm25.idf)
    return np.asarray(bm25.get_scores(question) - constant, dtype=np.float64)


# -------------------------------------------------------------------------------- the same as rank-bm25


@settings(derandomize=True, deadline=None)
@given(corpora.filter(any), questions)
def test_the_scores_and_their_order_are_rank_bm25s(corpus: list[list[str]], question: list[str]) -> None:
    expected = by_rank_bm25(corpus, question)
    scores = compiled(corpus).query(question).scores()
    assert np.allclose(scores, expected, atol=1e-4)
    assert (np.diff(expected[np.argsort(-scores, kind="stable")]) <= 1e-5).all()


def test_a_large_corpus_of_words_as_frequent_as_in_language_scores_as_in_rank_bm25() -> None:
    random = np.random.default_rng(7)
    corpus = [[f"w{rank}" for rank in random.zipf(1.3, size=random.integers(0, 120)) % 500] for _ in range(400)]
    index = compiled(corpus)
    for _ in range(25):
        question = [f"w{rank}" for rank in random.zipf(1.3, size=6) % 600]
        expected, scores = by_rank_bm25(corpus, question), index.query(question).scores()
        assert np.allclose(scores, expected, atol=1e-4)
        assert (np.diff(expected[np.argsort(-scores, kind="stable")]) <= 1e-5).all()


def test_a_passage_alone_is_scored_too() -> None:
    corpus = [["a", "b", "a"]]
    assert compiled(corpus).query(["a"]).scores() == pytest.approx(by_rank_bm25(corpus, ["a"]))
    assert compiled(corpus).query(["a"]).scores()[0] > 0


@pytest.mark.parametrize("corpus", [[], [[]], [[], [], []]])
def test_a_corpus_without_a_term_scores_nothing(corpus: list[list[str]]) -> None:
    query = compiled(corpus).query(["a", "a", "b"])
    assert query.scores().tolist() == [0] * len(corpus)
    assert query.coverage().tolist() == [0] * len(corpus)
    assert query.query.maximum == 0


def test_a_term_asked_twice_weighs_twice() -> None:
    index = compiled([["a", "b"], ["b"], ["c", "a", "a"]])
    assert index.query(["a", "a"]).scores() == pytest.approx(2 * index.query(["a"]).scores())


def test_terms_in_no_passage_change_no_score() -> None:
    index = compiled([["a", "b"], ["b"]])
    assert index.query(["a", "x", "y"]).scores().tolist() == index.query(["a"]).scores().tolist()


@settings(derandomize=True, deadline=None)
@given(corpora)
def test_compiling_the_same_passages_gives_the_same_bytes(corpus: list[list[str]]) -> None:
    (terms, one), (again, other) = Postings.from_corpus(corpus), Postings.from_corpus(iter(corpus))
    assert terms == again == sorted({term for passage in corpus for term in passage})
    for name in ("starts", "passages", "impacts", "idf"):
        assert getattr(one, name).tobytes() == getattr(other, name).tobytes()


# ----------------------------------------------------------------------------------- what a score means


@settings(derandomize=True, deadline=None)
@given(corpora, questions)
def test_score_zero_means_that_no_term_is_shared(corpus: list[list[str]], question: list[str]) -> None:
    shares = [not set(question).isdisjoint(passage) for passage in corpus]
    query = compiled(corpus).query(question)
    assert (query.scores() > 0).tolist() == shares
    assert (query.coverage() > 0).tolist() == shares
    assert (query.scores() >= 0).all()


@settings(derandomize=True, deadline=None)
@given(corpora, questions)
def test_no_score_passes_the_theoretical_maximum(corpus: list[list[str]], question: list[str]) -> None:
    query = compiled(corpus).query(question)
    assert (query.scores() <= query.query.maximum).all()


def test_a_passage_full_of_the_term_comes_near_the_maximum_and_no_further() -> None:
    query = compiled([["a"] * 5_000, *[[term] for term in string.ascii_lowercase]]).query(["a"])
    assert 0.9 * query.query.maximum < query.scores()[0] < query.query.maximum


@settings(derandomize=True, deadline=None)
@given(corpora, questions)
def test_coverage_is_the_share_of_the_question_that_a_passage_has(corpus: list[list[str]], question: list[str]) -> None:
    index = compiled(corpus)
    weights = index.weights(question)
    coverage = index.query(question).coverage()
    for covered, passage in zip(coverage.tolist(), corpus, strict=True):
        expected = sum(weights[t] for t in question if t in passage) / (sum(weights[t] for t in question) or 1)
        assert covered == pytest.approx(expected, abs=1e-6)
        assert 0 <= covered <= 1 + 1e-6


def test_a_passage_with_every_term_covers_all_and_an_unknown_term_leaves_a_gap() -> None:
    index = compiled([["a", "b"], ["b"]])
    assert index.query(["b", "a"]).coverage()[0] == pytest.approx(1)
    assert index.query(["b", "a", "x"]).coverage()[0] < 0.7


# -------------------------------------------------------------------------------------------- the idf


def test_the_commoner_a_term_the_less_it_weighs_and_always_something() -> None:
    # t1 is in one passage of ten, t10 in all of them
    corpus = [[f"t{df}" for df in range(1, 11) if place < df] for place in range(10)]
    terms = ["in no passage", *(f"t{df}" for df in range(1, 11))]
    weights = list(compiled(corpus).weights(terms).values())
    assert weights == sorted(weights, reverse=True)
    assert len(set(weights)) == len(weights)
    assert weights[-1] == pytest.approx(math.log(11 / 10))


def test_bm25okapi_would_weigh_the_topic_of_a_corpus_above_a_rarer_word() -> None:
    corpus = [
        [f"rare{place}", *(["topic"] if place < 8 else []), *(["half"] if place < 5 else [])] for place in range(10)
    ]
    okapi, ours = BM25Okapi(corpus).idf, compiled(corpus).weights(["topic", "half"])
    assert okapi["topic"] > okapi["half"]
    assert ours["topic"] < ours["half"]


# ------------------------------------------------------------------------------------------ alternatives

CORPUS = [["ttp", "fighter"], ["pakistani", "taliban", "fighter"], ["taliban"], ["fighter"], ["rain"], ["snow"]]
LONG_FORM = Alternative(frozenset({"ttp"}), frozenset({"pakistani", "taliban"}), 0.8)


def test_another_name_finds_the_passages_that_have_it_whole() -> None:
    scores = compiled(CORPUS).query(["ttp"], [LONG_FORM]).scores()
    assert (scores > 0).tolist() == [True, True, False, False, False, False]


def test_another_name_never_scores_above_the_name_that_was_asked_for() -> None:
    query = compiled(CORPUS).query(["ttp", "fighter"], [LONG_FORM])
    scores, coverage = query.scores(), query.coverage()
    assert scores[0] > scores[1] > scores[3] > 0
    assert coverage[0] == pytest.approx(1)
    assert coverage[0] > coverage[1] > coverage[3]
    assert (scores <= query.query.maximum).all()


def test_an_alternative_changes_nothing_where_the_name_itself_stands() -> None:
    plain, other = (compiled(CORPUS).query(["ttp", "fighter"], some) for some in ([], [LONG_FORM]))
    assert plain.scores()[0] == pytest.approx(other.scores()[0])
    assert plain.query.maximum == pytest.approx(other.query.maximum)


def test_a_long_form_in_the_question_finds_its_short_form() -> None:
    short = Alternative(frozenset({"pakistani", "taliban"}), frozenset({"ttp"}), 0.8)
    coverage = compiled(CORPUS).query(["pakistani", "taliban"], [short]).coverage()
    assert coverage[:3] == pytest.approx([0.8, 1, coverage[2]])
    assert 0 < coverage[2] < 0.8


def test_each_of_several_other_names_finds_its_passages() -> None:
    rain, snow = (Alternative(frozenset({"ttp"}), frozenset({term}), 0.8) for term in ("rain", "snow"))
    scores = compiled(CORPUS).query(["ttp"], [rain, LONG_FORM, snow]).scores()
    assert (scores > 0).tolist() == [True, True, False, False, True, True]


def test_an_unknown_word_is_worth_what_the_known_one_for_it_is() -> None:
    index = compiled(CORPUS)
    meant = index.query(["fighterz", "rain"], [Alternative(frozenset({"fighterz"}), frozenset({"fighter"}), 0.8)])
    assert meant.scores()[3] == pytest.approx(0.8 * index.query(["fighter"]).scores()[3])
    assert meant.coverage()[3] > index.query(["fighterz", "rain"]).coverage()[3]


def test_a_sentence_is_covered_as_its_passage_is() -> None:
    query = compiled(CORPUS).query(["ttp", "fighter", "nowhere"], [LONG_FORM])
    for share, terms in zip(query.coverage().tolist(), CORPUS, strict=True):
        assert query.query.covered_by(set(terms)) == pytest.approx(share)


@settings(derandomize=True, deadline=None)
@given(st.lists(st.integers(0, len(CORPUS) - 1), max_size=8))
def test_the_coverage_of_some_passages_is_what_they_have_among_all(some: list[int]) -> None:
    rain = Alternative(frozenset({"snow"}), frozenset({"rain"}), 0.7)
    query = compiled(CORPUS).query(["ttp", "fighter", "snow", "nowhere"], [LONG_FORM, rain])
    assert query.coverage(some).tolist() == query.coverage()[some].tolist()
