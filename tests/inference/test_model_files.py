"""The files that a model's name means, and its identity."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from askbrief.errors import ModelError
from askbrief.inference.model_files import ModelFiles
from askbrief.inference.packed_e5 import FILE, PackedE5

if TYPE_CHECKING:
    from pathlib import Path


def model_id(name: str | Path, cache: Path | None = None) -> str:
    return ModelFiles.find(str(name), cache).model_id


def test_the_same_files_are_the_same_model_wherever_they_lie(model: Path) -> None:
    moved = model.rename(model.parent / "elsewhere").rename(model.parent / "all-MiniLM-L6-v2")
    assert model_id(moved) == ModelFiles.find("english").model_id == model_id("all-MiniLM-L6-v2")


@pytest.mark.parametrize("name", ["tokenizer_config.json", "1_Pooling/config.json", "vocab.txt", "added.bin"])
def test_a_changed_or_added_file_makes_another_model(model: Path, name: str) -> None:
    before = model_id(model)
    with (model / name).open("a") as file:
        file.write("\n")
    after = model_id(model)
    assert before != after
    assert before.partition("@")[0] == after.partition("@")[0] == "model"


def test_a_changed_readme_does_not(model: Path) -> None:
    before = model_id(model)
    (model / "README.md").write_text("another")
    assert model_id(model) == before


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
    assert model_id(name).startswith("tiny-model@")


# ----------------------------------------------------------------------------------------- multilingual


def test_the_multilingual_model_may_be_given_by_the_path_of_its_file(tmp_path: Path) -> None:
    packed = ModelFiles.find("multilingual").path
    elsewhere = tmp_path / packed.name
    elsewhere.symlink_to(packed)
    assert model_id(elsewhere) == model_id("multilingual") == model_id("multilingual-e5-small")


def test_a_damaged_file_of_the_multilingual_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"E5S1" + bytes(100))
    with pytest.raises(ModelError, match=r"damaged: .*wrong SHA-256"):
        model_id(tmp_path / FILE)
    with pytest.raises(ModelError, match="cannot read"):
        model_id(tmp_path / "missing" / FILE)
    with pytest.raises(ModelError, match="cannot read"):
        PackedE5(tmp_path / FILE)


def test_without_its_package_one_line_says_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("askbrief.inference.model_files.packed_file", lambda: None)
    with pytest.raises(ModelError) as caught:
        model_id("multilingual")
    assert "ASKBRIEF_MODEL" in str(caught.value)
    assert "english" in str(caught.value)
    assert "\n" not in str(caught.value)


# ------------------------------------------------------------------------------------------ kept sums


def test_a_files_sum_is_not_made_again_while_its_stamp_is_the_same(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "cache"
    first = model_id(model, cache)
    monkeypatch.setattr("askbrief.inference.model_files.sha256_of", lambda path: pytest.fail(f"{path} was read again"))
    assert model_id(model, cache) == first


def test_a_file_changed_after_its_sum_was_kept_makes_another_model(model: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    first = model_id(model, cache)
    (model / "vocab.txt").write_text("another")
    assert model_id(model, cache) == model_id(model) != first


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"\xff\xfe", b'{"a": 1}'])
def test_kept_sums_that_are_none_are_made_again(model: Path, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "model-sums.json").write_bytes(content)
    assert model_id(model, tmp_path) == model_id(model)


def test_sums_that_cannot_be_kept_are_made_all_the_same(model: Path, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    assert model_id(model, tmp_path / "cache") == model_id(model)
