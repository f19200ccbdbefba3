"""What all encoders of the packaged model guarantee, and encoding in batches."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from askbrief.inference.encoder import encode_in_batches
from askbrief.inference.loading import open_encoder
from askbrief.settings import Settings
from tests.fakes import HashEncoder

if TYPE_CHECKING:
    from askbrief.inference.encoder import Encoder


@pytest.fixture(scope="module", params=[True, False], ids=["compiled", "not compiled"])
def encoder(request: pytest.FixtureRequest) -> Encoder:
    return open_encoder(Settings(compiled=request.param))


# ------------------------------------------------------------------------------------------- vectors


def test_passages_and_questions_become_unit_vectors_of_384_numbers(encoder: Encoder) -> None:
    documents = encoder.encode_documents(["Saffron doubled in price.", "", "word " * 900])
    query = encoder.encode_query("what does saffron cost?")
    assert encoder.dimension == 384
    assert documents.shape == (3, 384)
    assert query.shape == (384,)
    assert documents.dtype == query.dtype == np.float32
    assert np.linalg.norm([*documents, query], axis=1) == pytest.approx(np.ones(4), abs=1e-5)


def test_no_passages_become_no_rows(encoder: Encoder) -> None:
    assert encoder.encode_documents([]).shape == (0, 384)


def test_a_question_is_nearer_to_its_answer_than_to_other_words(encoder: Encoder) -> None:
    answer, other = encoder.encode_documents(
        ["About 3,500 militants are based there.", "The recipe asks for two eggs."]
    )
    question = encoder.encode_query("how many fighters are there?")
    assert question @ answer > question @ other + 0.2


def test_a_text_has_the_same_vector_whatever_it_is_encoded_with(encoder: Encoder) -> None:
    texts = ["a short one", "a much longer one " * 20, "another"]
    together, alone = encoder.encode_documents(texts), [encoder.encode_documents([text])[0] for text in texts]
    assert together == pytest.approx(np.array(alone), abs=1e-5)


def test_tokens_are_counted_with_the_models_own_marks_and_beyond_its_limit(encoder: Encoder) -> None:
    assert encoder.count_tokens(["", "hello", "hello there", "hello " * 900]) == [4, 6, 7, 1804]
    assert encoder.count_tokens([]) == []
    assert encoder.max_tokens == 512


def test_texts_with_nothing_in_common_have_a_cosine_near_0_in_any_language(encoder: Encoder) -> None:
    texts = ["The recipe asks for two eggs.", "Der Zug fährt um sieben Uhr ab.", "火山昨天爆发了。", "القط نائم"]
    rows = encoder.encode_documents(texts)
    assert np.abs(rows @ rows.T - np.eye(4)).max() < 0.4


# ------------------------------------------------------------------------------------------- in batches


@settings(derandomize=True, deadline=None)
@given(st.lists(st.text(alphabet="ab ", max_size=9), max_size=12), st.integers(1, 5))
def test_encoding_in_batches_gives_each_position_once_with_its_own_vector(texts: list[str], batch: int) -> None:
    encoder, advanced = HashEncoder(), list[int]()
    rows = list(encode_in_batches(encoder, texts, batch=batch, advance=advanced.append))
    assert sorted(place for place, _ in rows) == list(range(len(texts)))
    assert all(row.tolist() == encoder.encode_query(texts[place]).tolist() for place, row in rows)
    assert sum(advanced) == len(texts)
    assert encoder.encoded == sorted(texts, key=len, reverse=True)  # the longest first, so that little is padded
