"""An encoder run by sentence-transformers, on PyTorch."""

from __future__ import annotations

import os
import struct
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from askbrief.errors import ModelError
from askbrief.inference.encoder import WordPieces
from askbrief.inference.model_files import PACKAGED_MODEL, ModelFiles

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from sentence_transformers import SentenceTransformer

_BATCH = 16
"""Texts of a batch."""
# Raised by the libraries for files that are missing, of another kind, or (the last two) truncated.
_BROKEN_MODEL = (
    *(OSError, ValueError, LookupError, TypeError, AttributeError, ImportError, RuntimeError),
    *(EOFError, struct.error),
)


def load(files: ModelFiles, **model_options: Any) -> SentenceTransformer:  # noqa: ANN401 - as transformers takes them
    """Load a model for inference, without asking the network.

    Raises:
        ModelError: its files cannot be loaded.
    """
    # Set before the import: huggingface_hub reads it once.
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    from safetensors import SafetensorError

    try:
        from sentence_transformers import SentenceTransformer
        from transformers.utils.logging import disable_progress_bar

        disable_progress_bar()  # type: ignore[no-untyped-call]
        model = SentenceTransformer(str(files.directory), local_files_only=True, model_kwargs=model_options)
    except (*_BROKEN_MODEL, SafetensorError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise ModelError(f"cannot load the model {files.name!r} from {files.directory}: {reason}") from error
    return model.eval()


class SentenceTransformerEncoder:
    """A model in its original precision, loaded at first use, on a GPU if PyTorch finds one.

    The model's own prompts for queries and documents are used if it has any.
    """

    form = "fp32"

    def __init__(self, model: str | ModelFiles = PACKAGED_MODEL) -> None:
        """Take the files of a model, or its name as `ModelFiles.find` does.

        Raises:
            ModelError: the model was not found.
        """
        self._files = model if isinstance(model, ModelFiles) else ModelFiles.find(model)
        self.model_id = self._files.model_id

    @cached_property
    def _model(self) -> SentenceTransformer:
        return load(self._files)

    @cached_property
    def _word_pieces(self) -> WordPieces | None:
        tokenizer = getattr(self._model.tokenizer, "backend_tokenizer", None)
        return WordPieces.of(tokenizer) if tokenizer is not None else None

    @property
    def dimension(self) -> int:
        return int(self._model.get_embedding_dimension() or 0)

    @property
    def max_tokens(self) -> int:
        return int(self._model.max_seq_length or 512)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return the number of word pieces of each text, with special tokens and document prompt."""
        if not texts:
            return []
        prompt = self._model.prompts.get("document") or ""
        if self._word_pieces is not None:
            return self._word_pieces.count([prompt + text for text in texts])
        tokenizer: Any = self._model.tokenizer
        encoded = tokenizer([prompt + text for text in texts], truncation=False, padding=False, verbose=False)
        return [len(ids) for ids in encoded["input_ids"]]

    def encode_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return unit vectors as rows: float32 [texts, dimension]."""
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        vectors = self._model.encode_document(
            list(texts), batch_size=_BATCH, normalize_embeddings=True, show_progress_bar=False
        )
        return np.asarray(vectors, dtype=np.float32)

    def encode_query(self, text: str) -> NDArray[np.float32]:
        """Return a unit vector: float32 [dimension]."""
        vector = self._model.encode_query(text, normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(vector, dtype=np.float32)
