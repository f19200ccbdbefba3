"""A question against one index: what is in scope, ranked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from askbrief.language.analysis import analyse
from askbrief.query.parsed_question import parse_question
from askbrief.records import Metadata, Method, Passage, Span
from askbrief.retrieval.candidates import SHORTLIST
from askbrief.retrieval.cosine import DenseIndex, signs_of
from askbrief.retrieval.scoring import packaged_model
from askbrief.storage.embedded.store import StoredDocument
from tests.fakes import HashEncoder, document_table
from tests.retrieval import MemoryIndex, compiled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from askbrief.retrieval.scoring import Ranked

TEXTS = [
    "The river flooded the northern valley.",
    "Saffron doubled in price. It took a week.",
    "Engineers closed the iron bridge. The river had moved its pillar.",
    "The valley road and the bridge are open.",
    "The price of repairs in the valley doubled. The bridge is an example. Nobody knows why.",
    "Fighters crossed the river at night.",
    "Night markets sell saffron, iron and bread.",
]
QUESTION = "Which bridge over the river in the valley is closed?"
WORDS = """
river valley bridge iron price saffron market road night fighter pillar repair bread week engineer village harvest
teacher winter bank
""".split()
masks = st.lists(st.booleans(), min_size=len(TEXTS), max_size=len(TEXTS))


def made(number: int, text: str) -> Passage:
    start = 1_000 * number
    spans = [Span(start + match.start(), start + match.end()) for match in regex.finditer(r"\b[^.]+\.", text)]
    return Passage(f"{number}.txt", start, start + len(text), text, tuple(spans), (number + 1, number + 1))


def indexed(
    texts: Sequence[str], vectors: NDArray[np.float32] | None = None, *, exact_up_to: int = 1_000
) -> MemoryIndex:
    """Passages in an index, with the vectors of the hashing encoder or with others."""
    passages, encoder = [made(number, text) for number, text in enumerate(texts)], HashEncoder()
    sentences = [p.text[span.start - p.start : span.end - p.start] for p in passages for span in p.sentences]
    starts = np.cumsum([0, *(len(passage.sentences) for passage in passages)])
    if vectors is None:
        vectors, of_sentences = encoder.encode_documents(texts), encoder.encode_documents(sentences)
    else:
        of_sentences, starts = vectors, np.arange(len(texts) + 1)
    dense = DenseIndex(vectors, of_sentences.astype(np.float16), starts, signs_of(vectors))
    lexical = compiled([analyse(text) for text in texts])
    return MemoryIndex(lexical, dense, encoder, passages, exact_up_to)


SEARCHED = indexed(TEXTS)


def ranked(
    count: int = len(TEXTS), *, method: Method = Method.HYBRID, mask: list[bool] | None = None, ask: str = QUESTION
) -> list[Ranked]:
    admitted = None if mask is None else np.array(mask)
    return SEARCHED.search(parse_question(ask), count=count, weight=0.4, method=method, admitted=admitted)


def scored(found: list[Ranked]) -> list[tuple[int, float]]:
    return [(passage.number, passage.score) for passage in found]


def numbers(found: list[Ranked]) -> list[int]:
    return [passage.number for passage in found]


# --------------------------------------------------------------------------------------------- scope


@pytest.mark.parametrize("method", [Method.HYBRID, Method.BM25, Method.DENSE])
@settings(derandomize=True, deadline=None)
@given(mask=masks, count=st.integers(1, 9))
def test_the_best_in_scope_are_the_best_of_all_less_what_is_out_of_scope(
    method: Method, mask: list[bool], count: int
) -> None:
    expected = [(number, score) for number, score in scored(ranked(method=method)) if mask[number]][:count]
    assert scored(ranked(count, method=method, mask=mask)) == expected


@pytest.mark.parametrize("method", list(Method))
@settings(derandomize=True, deadline=None)
@given(mask=masks, count=st.integers(1, 9))
def test_what_is_out_of_scope_is_never_found(method: Method, mask: list[bool], count: int) -> None:
    found = ranked(count, method=method, mask=mask)
    assert all(mask[number] for number in numbers(found))
    assert len(found) == min(count, len(ranked(method=method, mask=mask)))


def test_rank_fusion_counts_ranks_within_the_scope() -> None:
    first, second, *_ = numbers(ranked(method=Method.RRF))
    alone = ranked(method=Method.RRF, mask=[number == second for number in range(len(TEXTS))])
    assert first != second
    assert alone[0].score == pytest.approx(2 / 61)  # the first in both rankings, now that it is the only one


def test_an_empty_scope_holds_nothing_and_a_full_one_everything() -> None:
    assert ranked(mask=[False] * len(TEXTS)) == []
    assert scored(ranked(mask=[True] * len(TEXTS))) == scored(ranked())


def test_passages_out_of_scope_take_no_candidates_place() -> None:
    many = indexed(["The bridge over the river is closed."] * 200 + ["A bridge."])
    admitted = np.arange(201) == 200
    assert numbers(many.search(parse_question(QUESTION), count=5, weight=0.4, admitted=admitted)) == [200]


# ---------------------------------------------------------------------------------------- how many


def test_more_passages_than_match_gives_those_that_match() -> None:
    assert sorted(numbers(ranked(100, method=Method.BM25, ask="saffron"))) == [1, 6]


def test_a_question_without_a_known_term_has_no_lexical_match() -> None:
    assert ranked(method=Method.BM25, ask="quantum chromodynamics") == []


@pytest.mark.parametrize("count", [1, 29, 30, 31, 45])
def test_as_many_as_asked_for_are_given_and_equals_in_the_order_of_the_index(count: int) -> None:
    alike = indexed(["The bridge is closed."] * 40)
    assert numbers(alike.search(parse_question(QUESTION), count=count, weight=0.4)) == list(range(min(count, 40)))


# --------------------------------------------------------------------------------------- how ranked


def two_opinions() -> MemoryIndex:
    """One passage that shares the question's term, one that has the question's vector, one with neither."""
    query = HashEncoder().encode_query("bridge")
    across = np.eye(HashEncoder.dimension, dtype=np.float32)[np.argmin(query)]
    return indexed(["A bridge.", "A span.", "A loaf."], np.array([across, query, across]))


@pytest.mark.parametrize(
    ("method", "expected"),
    [(Method.BM25, [0]), (Method.DENSE, [1]), (Method.HYBRID, [1, 0]), (Method.RRF, [0, 1])],
)
def test_each_method_listens_to_its_own_signals(method: Method, expected: list[int]) -> None:
    assert numbers(two_opinions().search(parse_question("bridge"), count=5, weight=0.4, method=method)) == expected


@pytest.mark.parametrize(("weight", "expected"), [(0.0, [1]), (1.0, [0])])
def test_the_weight_decides_between_words_and_meaning(weight: float, expected: list[int]) -> None:
    found = two_opinions().search(parse_question("bridge"), count=5, weight=weight, method=Method.CONVEX)
    assert numbers(found) == expected


def test_a_passage_that_answers_in_one_sentence_comes_before_one_with_the_same_words_scattered() -> None:
    scattered, whole = "The bridge sells bread. The market is closed.", "The market sells bread. The bridge is closed."
    searched = indexed([scattered, whole])
    assert numbers(searched.search(parse_question("Is the bridge closed?"), count=2, weight=0.4)) == [1, 0]
    assert numbers(searched.search(parse_question("Is the bridge closed?"), count=1, weight=0.4)) == [1]
    assert numbers(
        searched.search(parse_question("Is the bridge closed?"), count=2, weight=0.4, method=Method.BM25)
    ) == [0, 1]


def test_a_passage_comes_with_the_signals_that_made_its_score() -> None:
    for found in ranked():
        signals = found.signals
        weights = packaged_model().weights
        assert found.score == pytest.approx(sum(weight * signals[name] for name, weight in weights.items()), abs=1e-5)
        assert set(signals) == {*weights, "bm25"}
        assert all(0 <= signals[name] <= 1 for name in signals.keys() - {"bm25", "cosine", "sentence_cosine"})
    best = ranked(1)[0]
    maximum = SEARCHED.lexical.query(analyse(QUESTION)).query.maximum
    assert best.signals["bm25"] == pytest.approx(best.signals["lexical"] * maximum, rel=1e-4)


def test_a_passage_comes_with_itself_and_the_evidence_of_each_of_its_sentences() -> None:
    for found in ranked():
        assert found.passage.text == TEXTS[found.number]
        assert len(found.sentences.coverages) == len(found.sentences.cosines) == len(found.passage.sentences)
        assert found.signals["sentence_coverage"] == pytest.approx(found.sentences.coverages.max(), abs=1e-6)


def test_the_same_question_is_ranked_the_same_way_each_time() -> None:
    assert scored(ranked()) == scored(ranked())


STEERED = "Compare the price of saffron and the pillar of the bridge in 2021"
TABLE = document_table(
    [StoredDocument(f"{n}.txt", "Brief", Metadata(date="2021-05"), n, n + 1) for n in range(len(TEXTS))]
)


def steered(mask: list[bool] | None = None, *, question: str = STEERED, count: int = len(TEXTS)) -> list[Ranked]:
    parsed = parse_question(question)
    return SEARCHED.search(
        parsed,
        count=count,
        weight=0.4,
        admitted=None if mask is None else np.array(mask),
        documents=TABLE,
    )


@given(masks)
def test_neither_a_time_nor_a_comparison_brings_in_what_is_out_of_scope(mask: list[bool]) -> None:
    assert all(mask[found.number] for found in steered(mask))


def test_each_of_two_things_has_a_passage_among_the_first_two() -> None:
    texts = " ".join(found.passage.text for found in steered(count=2))
    assert "affron" in texts
    assert "pillar" in texts


def test_a_document_of_the_time_asked_for_scores_higher_and_says_so_among_the_signals() -> None:
    by_number = {found.number: found.score for found in steered(question="Who closed the bridge in 2020?")}
    for found in steered(question="Who closed the bridge in 2021?"):
        assert found.signals["constraint"] > 0
        assert found.score > by_number[found.number]
        assert found.score <= 1


# -------------------------------------------------------------------------------- in a large index

MANY = [f"{one} {two} {three}." for one in WORDS for two in WORDS for three in WORDS]


def shortlisted(exact_up_to: int) -> MemoryIndex:
    """More passages than a shortlist has, with vectors by their words."""
    return indexed(MANY, exact_up_to=exact_up_to)


@pytest.mark.parametrize("method", [Method.HYBRID, Method.CONVEX, Method.BM25, Method.DENSE])
@settings(derandomize=True, deadline=None)
@given(mask=st.none() | masks, count=st.integers(1, 9))
def test_a_shortlist_that_has_room_for_all_in_scope_ranks_as_an_exact_search(
    method: Method, mask: list[bool] | None, count: int
) -> None:
    few, exact = replace(SEARCHED, exact_up_to=0), SEARCHED
    admitted = None if mask is None else np.array(mask)
    one, other = (
        some.search(parse_question(QUESTION), count=count, weight=0.4, method=method, admitted=admitted)
        for some in (few, exact)
    )
    assert numbers(one) == numbers(other)
    for found, expected in zip(one, other, strict=True):
        assert found.score == pytest.approx(expected.score, abs=1e-5)
        assert found.signals == pytest.approx(expected.signals, abs=1e-5)


def test_the_shortlist_of_a_large_index_holds_what_an_exact_search_finds() -> None:
    few, exact = shortlisted(0), shortlisted(len(MANY))
    assert len(MANY) > SHORTLIST
    for question in ("valley bridge", "iron price of the market", "Which road crossed the river at night?"):
        one, other = (some.search(parse_question(question), count=5, weight=0.4) for some in (few, exact))
        assert [found.score for found in one] == pytest.approx([found.score for found in other], abs=1e-5)


def test_in_a_large_index_too_what_is_out_of_scope_is_neither_found_nor_in_the_way() -> None:
    few, exact = shortlisted(0), shortlisted(len(MANY))
    for every in (2, 50):  # a scope larger than a shortlist, and a smaller one
        admitted = np.arange(len(MANY)) % every == 1
        parsed = parse_question("valley bridge")
        one, other = (some.search(parsed, count=5, weight=0.4, admitted=admitted) for some in (few, exact))
        assert all(admitted[found.number] for found in one)
        assert [found.score for found in one] == pytest.approx([found.score for found in other], abs=1e-5)
