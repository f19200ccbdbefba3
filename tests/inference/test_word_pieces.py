"""Word pieces are counted and split as the tokenizers of the models do, for any text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, pre_tokenizers

from askbrief.inference.encoder import WordPieces
from askbrief.inference.loading import open_encoder
from askbrief.inference.model_files import ModelFiles
from askbrief.inference.packed_e5 import PackedE5
from askbrief.inference.word_pieces import WordEmbeddings, whole_tokenizer
from askbrief.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

ODD = "aB é ß İ Σς ñ 中 か ﷺ ́ \u200b \x1c \x85 \xa0   \t\r\n\n � \x00 [SEP] [CLS] ## 3,000.5 l'été U.S. 😀 a-b_c"
PIECES = [*ODD.split(" "), " ", "\n", "\t", "\x1c", "\xa0", "́", "word", "Tehreek-e-Taliban", "x" * 120]


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    """The tokenizer of the English model, without truncation."""
    copy = Tokenizer.from_file(str(ModelFiles.find("english").directory() / "tokenizer.json"))
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


def test_the_english_encoder_counts_by_words(tokenizer: Any) -> None:
    encoder = open_encoder(Settings(model="english"))
    texts = [ODD, "", "The committee met on Tuesday.", "word " * 1000]
    assert encoder.count_tokens(texts) == [len(tokenizer.encode(text)) for text in texts]


# ----------------------------------------------------------------------------------------- multilingual


@pytest.fixture(scope="module")
def words() -> WordEmbeddings:
    found = ModelFiles.find("multilingual").words()
    assert found is not None
    return found


@pytest.fixture(scope="module")
def whole() -> Any:
    """XLM-RoBERTa's tokenizer, with its whole vocabulary."""
    return whole_tokenizer(PackedE5(ModelFiles.find("multilingual").path))


TEXTS = [
    "how much protein should a female eat",
    "Die Hauptstadt von Frankreich ist Paris, nicht wahr?",
    "我们明天去北京～上海。",
    "В каком году началась война?",
    "يوم الأحد، ١٢ مارس ٢٠٢٣",
    "कल बारिश होगी",
    "東京で会いましょう。 서울에서 만나요. พรุ่งนี้ฝนจะตก",
    "ﬁne ｆｕｌｌ\twidth ½ ™ and a very  long   line",
    "<s> a <mask> b </s> <pad>c<unk>",
    "",
    "  ",
]


def test_a_tokenizer_of_the_pieces_in_a_text_splits_it_as_the_whole_one_does(words: WordEmbeddings, whole: Any) -> None:
    found = words.pieces([*TEXTS, ODD])
    expected = whole.encode_batch([*TEXTS, ODD], add_special_tokens=False)
    assert [one.ids.tolist() for one in found] == [one.ids for one in expected]
    assert [one.offsets for one in found] == [one.offsets for one in expected]


@settings(max_examples=200, deadline=None)
@given(text=st.one_of(st.lists(st.sampled_from([*PIECES, *TEXTS])).map("".join), st.text()))
def test_any_text_is_split_as_by_the_whole_tokenizer(text: str, words: WordEmbeddings, whole: Any) -> None:
    (found,), expected = words.pieces([text]), whole.encode(text, add_special_tokens=False)
    assert (found.ids.tolist(), found.offsets) == (expected.ids, expected.offsets)
    assert WordPieces(words.count, special_pieces=2).count([text, ODD])[0] == len(whole.encode(text))


def test_offsets_are_those_of_the_text(words: WordEmbeddings) -> None:
    text = "Die ﬁnale  Antwort:\tParis"
    (found,) = words.pieces([text])
    assert text[slice(*found.offsets[-1])] == "Paris"


def test_the_index_of_the_vocabulary_is_stored_and_a_damaged_one_is_not_used(tmp_path: Path) -> None:
    stored, packed = tmp_path / "new" / "pieces.bin", PackedE5(ModelFiles.find("multilingual").path)
    expected = WordEmbeddings(packed, stored).pieces(TEXTS)
    data = stored.read_bytes()
    for damaged in (data, data[:-1], b"", data[:-8] + bytes(8)):
        stored.write_bytes(damaged)
        found = WordEmbeddings(packed, stored).pieces(TEXTS)
        assert [one.ids.tolist() for one in found] == [one.ids.tolist() for one in expected]
    assert stored.read_bytes() == data


def test_embeddings_of_pieces_are_rows_of_the_unpacked_table(words: WordEmbeddings) -> None:
    packed = PackedE5(ModelFiles.find("multilingual").path)
    table = packed.tensor("emb.word").reshape(-1, 384)
    ids = np.array([[0, 2, 250_001], [17, 250_036, 3]])
    assert words.rows(ids).tolist() == table[ids].tolist()
