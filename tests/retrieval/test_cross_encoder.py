"""The best passages read again by a cross-encoder, where one is given."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from askbrief.errors import ModelError
from askbrief.retrieval.rerank import CrossEncoderReranker

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from askbrief.library import Library
    from tests.conftest import Workplace

QUESTION = "which river flooded the valley?"


def model(folder: Path, outputs: int) -> str:
    """A real cross-encoder, tiny and untrained, as sentence-transformers saves it."""
    from sentence_transformers import CrossEncoder
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast  # type: ignore[attr-defined]

    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "river", "valley", "flooded", "market", "bread"]
    (folder / "raw").mkdir(parents=True)
    (folder / "raw" / "vocab.txt").write_text("\n".join(words), encoding="utf-8")
    config = BertConfig(
        vocab_size=len(words), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16
    )
    config.num_labels = outputs
    BertForSequenceClassification(config).save_pretrained(folder / "raw")
    BertTokenizerFast(str(folder / "raw" / "vocab.txt")).save_pretrained(folder / "raw")
    CrossEncoder(str(folder / "raw"), num_labels=outputs, local_files_only=True).save_pretrained(str(folder / "model"))
    return str(folder / "model")


class LastFirst:
    """Finds the last passage relevant, and no other."""

    def relevance(self, question: str, texts: Sequence[str]) -> NDArray[np.float32]:
        assert question == QUESTION
        return np.array([0.0] * (len(texts) - 1) + [1.0], dtype=np.float32)


def filled(workplace: Workplace) -> None:
    workplace.write("a.txt", "The river flooded the valley in May.")
    workplace.write("b.txt", "Bread is sold at the market by the river.")
    workplace.write("c.txt", "The valley has one market.")
    workplace.build()


def order(library: Library) -> list[str]:
    return [hit.doc_id for hit in library.ask(QUESTION).hits]


def test_its_word_changes_the_order_and_is_shown_among_the_signals(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(workplace)
    with workplace.open() as library:
        before = order(library)
    monkeypatch.setattr("askbrief.library.CrossEncoderReranker", lambda _: LastFirst())
    with workplace.open(reranker="any directory") as library:
        assert order(library) == [before[-1], *before[:-1]]
        assert all("reranked" in hit.signals for hit in library.ask(QUESTION).hits)


def test_without_one_no_passage_is_read_again(workplace: Workplace) -> None:
    filled(workplace)
    with workplace.open() as library:
        assert not any("reranked" in hit.signals for hit in library.ask(QUESTION).hits)


def test_a_cross_encoder_by_its_directory_gives_each_passage_a_relevance(workplace: Workplace, tmp_path: Path) -> None:
    filled(workplace)
    with workplace.open(reranker=model(tmp_path, outputs=1)) as library:
        values = [hit.signals["reranked"] for hit in library.ask(QUESTION).hits]
    assert len(values) == 3
    assert all(0 < value < 1 for value in values)


def test_a_directory_without_a_model_is_refused_when_the_library_is_opened(
    workplace: Workplace, tmp_path: Path
) -> None:
    filled(workplace)
    with pytest.raises(ModelError, match="ASKBRIEF_RERANKER"):
        workplace.open(reranker=str(tmp_path))


def test_a_model_that_cannot_be_loaded_or_says_something_else_is_refused_in_a_line(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="3 outputs"):
        CrossEncoderReranker(model(tmp_path, outputs=3)).relevance(QUESTION, ["a"])
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "config.json").write_text("{", encoding="utf-8")
    with pytest.raises(ModelError, match="cannot load the re-ranking model"):
        CrossEncoderReranker(str(tmp_path / "broken")).relevance(QUESTION, ["a"])
