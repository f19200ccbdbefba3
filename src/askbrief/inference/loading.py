"""Load the models: the encoder, compiled for this machine where possible, and the reader."""

from __future__ import annotations

import json
import logging
import shutil
import subprocess
import sys
import tempfile
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import portalocker

from askbrief.core.runtime import processor
from askbrief.errors import ModelError, in_words
from askbrief.inference.compiled_encoder import CompiledEncoder
from askbrief.inference.encoder import SentenceTransformerEncoder
from askbrief.inference.model_files import ModelFiles
from askbrief.inference.reader import packaged_reader

if TYPE_CHECKING:
    from askbrief.inference.encoder import Encoder
    from askbrief.settings import Settings

COMPILING_VERSION = 2
"""Increase it when compilation gives another result, so that models are compiled again."""
COMPILE_TIMEOUT_S = 600
"""Seconds after which a compilation is stopped; it usually takes half a minute."""
_REFUSED = "refused.txt"
"""File with the reason why a model cannot be compiled; it is not tried again."""
_log = logging.getLogger(__name__)


def open_encoder(settings: Settings, *, building: bool = False) -> Encoder:
    """Return the fastest encoder for the model of the settings; its first use on a machine compiles it.

    For `building`, which encodes many texts, that is a GPU if there is one.

    Raises:
        ModelError: the model was not found.
    """
    files = ModelFiles.find(settings.model, settings.cache_dir)
    if not settings.compiled or (building and _has_gpu()):
        return SentenceTransformerEncoder(files)
    try:
        return _compiled(files, settings.cache_dir)
    except ModelError as error:
        _log.warning("the model %s runs on PyTorch, which starts slowly: %s", files.name, error)
        return SentenceTransformerEncoder(files)


def _compiled(files: ModelFiles, cache: Path) -> CompiledEncoder:
    """Return the compiled model from the cache; compile it if it is missing or damaged.

    Raises:
        ModelError: it cannot be compiled, or the cache cannot be written.
    """
    version = f"{COMPILING_VERSION}-{metadata.version('onnxruntime')}"
    folder = cache / "models" / f"{files.model_id.replace('@', '-')}-{version}-{processor()}"
    encoder = _cached(folder, files)
    if encoder is not None:
        return encoder
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with portalocker.Lock(folder.parent / "compiling.lock", timeout=COMPILE_TIMEOUT_S):
            encoder = _cached(folder, files)  # another process may have compiled it meanwhile
            if encoder is None and not (folder / _REFUSED).exists():
                _compile(files, cache, folder)
            if (folder / _REFUSED).exists():
                raise ModelError((folder / _REFUSED).read_text(encoding="utf-8"))
            return encoder or CompiledEncoder(folder, files)
    except (OSError, portalocker.LockException) as error:
        raise ModelError(f"{folder.parent} cannot be written ({in_words(error)}); set ASKBRIEF_CACHE_DIR") from error


def _cached(folder: Path, files: ModelFiles) -> CompiledEncoder | None:
    """Return the compiled model in a folder, or None if it is missing or damaged."""
    try:
        return CompiledEncoder(folder, files)
    except ModelError:
        return None


def _compile(files: ModelFiles, cache: Path, folder: Path) -> None:
    """Compile a model in a temporary folder and move it into place; a failure leaves its reason instead."""
    _log.info("compiling the model %s for this processor (once; about half a minute)", files.name)
    with tempfile.TemporaryDirectory(dir=folder.parent) as work:
        result = Path(work) / "model"
        result.mkdir()
        reason = _run(files, cache, result)
        if reason:
            shutil.rmtree(result)
            result.mkdir()
            (result / _REFUSED).write_text(reason, encoding="utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        result.rename(folder)


def _run(files: ModelFiles, cache: Path, folder: Path) -> str | None:
    """Run the compiler in a process; return the reason if it failed."""
    command = [sys.executable, "-m", "askbrief.inference.compilation", files.name, str(cache), str(folder)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=COMPILE_TIMEOUT_S, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        return f"compiling it took over {COMPILE_TIMEOUT_S} s"
    if done.returncode == 0:
        return None
    try:
        return str(json.loads(done.stdout.splitlines()[-1])["reason"])
    except (ValueError, LookupError, TypeError):
        return f"the compiler ended with exit code {done.returncode}"


def _has_gpu() -> bool:
    """Return whether PyTorch can use a GPU; PyTorch is imported only if NVIDIA's driver is installed."""
    if not Path("/proc/driver/nvidia/version").exists() and shutil.which("nvidia-smi") is None:
        return False
    import torch

    return torch.cuda.is_available()


def ready_encoder(settings: Settings) -> Encoder:
    """Return an encoder that is loaded, by encoding a first text; the reader is loaded at the same time.

    Raises:
        ModelError: a model cannot be used.
    """
    if settings.reader:
        packaged_reader().start_loading()
    encoder = open_encoder(settings)
    encoder.encode_query("what do the sources say?")
    return encoder
