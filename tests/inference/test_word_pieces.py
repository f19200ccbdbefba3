"""The counter of word pieces agrees with the tokenizer for any text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, pre_tokenizers

from askbrief.inference.encoder import WordPieces
from askbrief.inference.model_files import ModelFiles

if TYPE_CHECKING:
    from askbrief.inference.encoder import Encoder

ODD = "aB é ß İ Σς ñ 中 か ﷺ ́ \u200b \x1c \x85 \xa0   \t\r\n\n � \x00 [SEP] [CLS] ## 3,000.5 l'été U.S. 😀 a-b_c"
PIECES = [*ODD.split(" "), " ", "\n", "\t", "\x1c", "\xa0", "́", "word", "Tehreek-e-Taliban", "x" * 120]


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    """The tokenizer of the packaged model, without truncation."""
    copy = Tokenizer.from_file(str(ModelFiles.find().directory / "tokenizer.json"))
    copy.no_truncation()
    copy.no_padding()
    return copy


@pytest.fixture(scope="module")
def pieces(tokenizer: Any) -> WordPieces:
    found = WordPieces.of(tokenizer)
    assert found is not None
    return found


@settings(max_examples=300, deadline=None)
@given(text=st.one_of(st.lists(st.sampled_from(PIECES)).map("".join), st.text()))
def test_any_text_has_as_many_pieces_as_the_tokenizer_gives_it(text: str, tokenizer: Any, pieces: WordPieces) -> None:
    assert pieces.count([text, ODD]) == [len(tokenizer.encode(text)), len(tokenizer.encode(ODD))]


def test_a_word_longer_than_the_models_input_is_counted_whole(tokenizer: Any, pieces: WordPieces) -> None:
    long = "a-" * 3000
    assert pieces.count([long]) == [len(tokenizer.encode(long))]
    assert pieces.count([long])[0] > 6000


def test_a_tokenizer_that_does_not_go_by_words_is_left_alone() -> None:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel()
    assert WordPieces.of(tokenizer) is None


def test_the_encoder_counts_by_words(encoder: Encoder, tokenizer: Any) -> None:
    texts = [ODD, "", "The committee met on Tuesday.", "word " * 1000]
    assert encoder.count_tokens(texts) == [len(tokenizer.encode(text)) for text in texts]
