"""Load the models: the encoder that runs here, compiled where possible, and both models before the first question."""

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
from askbrief.inference.model_files import ModelFiles
from askbrief.inference.pytorch_encoder import SentenceTransformerEncoder
from askbrief.inference.reader import packaged_reader

if TYPE_CHECKING:
    from askbrief.inference.encoder import Encoder
    from askbrief.settings import Settings

COMPILING_VERSION = 2
"""Raise it when compiled models come out otherwise, so that they are made again."""
_LONGEST = 600
"""Seconds that compiling may take."""
_REFUSED = "refused.txt"
_log = logging.getLogger(__name__)


def open_encoder(settings: Settings, *, building: bool = False) -> Encoder:
    """Give the fastest encoder for the model of the settings; the first time here, it is compiled for this processor.

    Args:
        settings: which model, whether it may be compiled, and where compiled models are kept.
        building: many texts are to be encoded, which a GPU does best where there is one.

    Raises:
        ModelError: there is no such model.
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
    """The compiled model, made now if it is not there or not whole.

    Raises:
        ModelError: it cannot be compiled, or nothing can be kept in the cache.
    """
    version = f"{COMPILING_VERSION}-{metadata.version('onnxruntime')}"
    folder = cache / "models" / f"{files.model_id.replace('@', '-')}-{version}-{processor()}"
    encoder = _kept(folder)
    if encoder is not None:
        return encoder
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with portalocker.Lock(folder.parent / "compiling.lock", timeout=_LONGEST):
            encoder = _kept(folder)  # another process may have made it while this one waited
            if encoder is None and not (folder / _REFUSED).exists():
                _make(files, cache, folder)
            if (folder / _REFUSED).exists():
                raise ModelError((folder / _REFUSED).read_text(encoding="utf-8"))
            return encoder or CompiledEncoder(folder)
    except (OSError, portalocker.LockException) as error:
        raise ModelError(f"{folder.parent} cannot be written ({in_words(error)}); set ASKBRIEF_CACHE_DIR") from error


def _kept(folder: Path) -> CompiledEncoder | None:
    """The compiled model in a folder, if it is there and whole."""
    try:
        return CompiledEncoder(folder)
    except ModelError:
        return None


def _make(files: ModelFiles, cache: Path, folder: Path) -> None:
    """Compile beside the folder; what cannot be compiled leaves a word why, so as not to be tried each time."""
    _log.info("compiling the model %s for this processor (once; about half a minute)", files.name)
    with tempfile.TemporaryDirectory(dir=folder.parent) as work:
        made = Path(work) / "model"
        made.mkdir()
        reason = _run(files, cache, made)
        if reason:
            shutil.rmtree(made)
            made.mkdir()
            (made / _REFUSED).write_text(reason, encoding="utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        made.rename(folder)


def _run(files: ModelFiles, cache: Path, folder: Path) -> str | None:
    """Run the compiler; give the reason if it failed."""
    command = [sys.executable, "-m", "askbrief.inference.compilation", files.name, str(cache), str(folder)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_LONGEST, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        return f"compiling it took over {_LONGEST} s"
    if done.returncode == 0:
        return None
    try:
        return str(json.loads(done.stdout.splitlines()[-1])["reason"])
    except (ValueError, LookupError, TypeError):
        return f"the compiler ended with exit code {done.returncode}"


def _has_gpu() -> bool:
    """Whether PyTorch can use a GPU; it is imported only where NVIDIA's driver is."""
    if not Path("/proc/driver/nvidia/version").exists() and shutil.which("nvidia-smi") is None:
        return False
    import torch

    return torch.cuda.is_available()


_FIRST = "what do the sources say?"


def ready_encoder(settings: Settings) -> Encoder:
    """Open the encoder and let it encode a first text, which loads the model; the reader is loaded meanwhile.

    Raises:
        ModelError: a model cannot be used.
    """
    if settings.reader:
        packaged_reader().begin()
    encoder = open_encoder(settings)
    encoder.encode_query(_FIRST)
    return encoder
