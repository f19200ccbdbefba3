"""The choice of the encoder: compiled once for this processor and cached, or the original model."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest

from askbrief.errors import ModelError
from askbrief.inference import compilation, loading
from askbrief.inference.compiled_encoder import CARD, GRAPH, TOKENIZER, CompiledEncoder, ModelCard
from askbrief.inference.encoder import SentenceTransformerEncoder
from askbrief.inference.model_files import ModelFiles
from askbrief.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from askbrief.inference.encoder import Encoder


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A transformer of one small layer with random weights, its own prompts, and a limit of 32 word pieces."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.base.modules import Transformer
    from sentence_transformers.sentence_transformer.modules import Pooling
    from transformers import AutoTokenizer, BertConfig, BertModel

    torch.manual_seed(7)
    folder = tmp_path_factory.mktemp("tiny")
    config = BertConfig(
        hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=64, max_position_embeddings=64
    )
    BertModel(config).save_pretrained(folder / "bert")
    AutoTokenizer.from_pretrained(ModelFiles.find("english").directory()).save_pretrained(folder / "bert")
    transformer = Transformer(str(folder / "bert"), max_seq_length=32)
    model = SentenceTransformer(
        modules=[transformer, Pooling(32)], device="cpu", prompts={"query": "ask: ", "document": "say: "}
    )
    model.save(str(folder / "model"), create_model_card=False)
    return folder / "model"


@pytest.fixture(scope="session")
def tiny_cache(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache in which the tiny model has been compiled."""
    cache = tmp_path_factory.mktemp("cache")
    assert isinstance(loading.open_encoder(Settings(model=str(tiny_model), cache_dir=cache)), CompiledEncoder)
    return cache


@pytest.fixture
def no_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail the test if a process is started."""
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: pytest.fail("the compiler was started"))


def opened(model: Path, cache: Path, *, compiled: bool = True, building: bool = False) -> Encoder:
    return loading.open_encoder(Settings(model=str(model), cache_dir=cache, compiled=compiled), building=building)


def model_folder(cache: Path) -> Path:
    (folder,) = [path for path in (cache / "models").iterdir() if path.is_dir()]
    return folder


# ---------------------------------------------------------------------------------------------- compiled


@pytest.mark.parametrize("name", ["multilingual", "english"])
def test_a_packaged_model_compiled_finds_what_the_original_finds(name: str) -> None:
    encoder = loading.open_encoder(Settings(model=name))
    assert isinstance(encoder, CompiledEncoder)
    questions, passages = zip(*compilation.sample(), strict=True)
    original = SentenceTransformerEncoder(name)
    likeness = np.sum(original.encode_documents(passages) * encoder.encode_documents(passages), axis=1)
    assert likeness.mean() > 0.99
    assert encoder.model_id == original.model_id
    assert encoder.form != original.form
    rows = encoder.encode_documents(passages)
    found = [int(np.argmax(rows @ encoder.encode_query(question))) for question in questions]
    assert sum(place == number for number, place in enumerate(found)) >= 0.9 * len(questions)


def test_a_text_has_exactly_one_vector_whatever_is_encoded_beside_it(encoder: Encoder) -> None:
    texts = ["a short one", "a much longer one " * 20, "another", "word " * 900]
    together = encoder.encode_documents(texts)
    assert together.tolist() == [encoder.encode_documents([text])[0].tolist() for text in texts]


def test_a_compiled_model_keeps_its_prompts_and_its_limit(tiny_model: Path, tiny_cache: Path) -> None:
    compiled, original = opened(tiny_model, tiny_cache), opened(tiny_model, tiny_cache, compiled=False)
    assert isinstance(original, SentenceTransformerEncoder)
    text = "the price of saffron"
    assert compiled.max_tokens == original.max_tokens == 32
    assert compiled.count_tokens([text, "word " * 100]) == original.count_tokens([text, "word " * 100])
    asked, said = original.encode_query(text), original.encode_documents([text])[0]
    assert compiled.encode_query(text) @ asked > 0.99
    assert compiled.encode_query(text) @ asked > compiled.encode_query(text) @ said
    assert compiled.encode_documents([text])[0] @ said > compiled.encode_documents([text])[0] @ asked
    long = "word " * 100
    assert compiled.encode_documents([long])[0] @ original.encode_documents([long])[0] > 0.99


def test_a_question_imports_nothing_of_pytorch(tiny_model: Path, tiny_cache: Path) -> None:
    program = (
        "import sys; from askbrief.inference.loading import open_encoder; from askbrief.settings import load_settings\n"
        "open_encoder(load_settings()).encode_query('how many?')\n"
        "print(sorted({'torch', 'transformers', 'sentence_transformers'} & set(sys.modules)))"
    )
    environment = {"ASKBRIEF_MODEL": str(tiny_model), "ASKBRIEF_CACHE_DIR": str(tiny_cache), "PATH": ""}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.usefixtures("no_compiler")
def test_a_model_is_compiled_once(tiny_model: Path, tiny_cache: Path) -> None:
    assert isinstance(opened(tiny_model, tiny_cache), CompiledEncoder)


DAMAGE: dict[str, Callable[[Path], object]] = {
    "graph cut": lambda folder: (folder / GRAPH).write_bytes((folder / GRAPH).read_bytes()[:-1]),
    "tokenizer another": lambda folder: (folder / TOKENIZER).write_text("{}"),
    "graph missing": lambda folder: (folder / GRAPH).unlink(),
    "card of other files": lambda folder: change_card(folder, sums={}),
    "card with more": lambda folder: change_card(folder, more=1),
    "card no JSON": lambda folder: (folder / CARD).write_text("{"),
    "card missing": lambda folder: (folder / CARD).unlink(),
}


def change_card(folder: Path, **values: object) -> None:
    card = json.loads((folder / CARD).read_text())
    (folder / CARD).write_text(json.dumps({**card, **values}))


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_compiled_model_is_never_used(
    tiny_model: Path, tiny_cache: Path, tmp_path: Path, damage: Callable[[Path], object]
) -> None:
    files = ModelFiles.find(str(tiny_model))
    folder = tmp_path / "compiled"
    folder.mkdir()
    for file in model_folder(tiny_cache).iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    CompiledEncoder(folder, files)
    damage(folder)
    with pytest.raises(ModelError, match="compiled"):
        CompiledEncoder(folder, files)


def test_a_damaged_compiled_model_is_made_again(tiny_model: Path, tiny_cache: Path) -> None:
    (model_folder(tiny_cache) / GRAPH).write_bytes(b"damaged")
    assert isinstance(opened(tiny_model, tiny_cache), CompiledEncoder)
    assert ModelCard.read(model_folder(tiny_cache)).likeness > compilation.LEAST_LIKENESS


# ------------------------------------------------------------------------------------- not to be compiled


@pytest.fixture
def bag_of_words(tmp_path: Path) -> Path:
    """A model that is not a transformer."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(ModelFiles.find("english").directory() / "tokenizer.json"))
    model = SentenceTransformer(modules=[StaticEmbedding(tokenizer, embedding_dim=8)], device="cpu")
    model.save(str(tmp_path / "bag"), create_model_card=False)
    return tmp_path / "bag"


def test_what_cannot_be_compiled_runs_as_it_is_with_one_line_that_says_why(
    bag_of_words: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "cache"
    for attempt in range(2):
        caplog.clear()
        encoder = opened(bag_of_words, cache)
        assert isinstance(encoder, SentenceTransformerEncoder)
        assert encoder.encode_query("saffron").shape == (8,)
        (warning,) = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
        assert "runs on PyTorch" in warning
        assert "StaticEmbedding" in warning
        if not attempt:  # it is not tried a second time
            monkeypatch.setattr(subprocess, "run", lambda *_, **__: pytest.fail("the compiler was started again"))


def test_a_compiled_model_too_unlike_the_original_is_refused(
    tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compilation, "LEAST_LIKENESS", 1.1)
    with pytest.raises(ModelError, match="too unlike"):
        compilation.compile_model(ModelFiles.find(str(tiny_model)), tmp_path)


def test_where_nothing_can_be_kept_the_original_runs_with_one_line_that_says_where(
    tiny_model: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    assert isinstance(opened(tiny_model, tmp_path / "cache"), SentenceTransformerEncoder)
    assert "ASKBRIEF_CACHE_DIR" in caplog.text


@pytest.mark.parametrize(
    ("output", "reason"),
    [("", "exit code 1"), ('noise\n{"reason": "no such operator"}\n', "no such operator"), ("[1]\n", "exit code 1")],
)
def test_whatever_ends_the_compiler_is_said(
    tiny_model: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    output: str,
    reason: str,
) -> None:
    failed = subprocess.CompletedProcess([], 1, stdout=output, stderr="a traceback")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: failed)
    assert isinstance(opened(tiny_model, tmp_path), SentenceTransformerEncoder)
    assert reason in caplog.text
    assert "traceback" not in caplog.text


def test_a_compiler_that_takes_too_long_is_stopped(
    tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(loading, "COMPILE_TIMEOUT_S", 0.01)
    assert isinstance(opened(tiny_model, tmp_path), SentenceTransformerEncoder)
    assert "took over" in caplog.text


@pytest.mark.usefixtures("no_compiler")
def test_a_gpu_builds_with_the_original_and_questions_stay_compiled(
    tiny_model: Path, tiny_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "_has_gpu", lambda: True)
    assert isinstance(opened(tiny_model, tiny_cache, building=True), SentenceTransformerEncoder)
    assert isinstance(opened(tiny_model, tiny_cache), CompiledEncoder)
