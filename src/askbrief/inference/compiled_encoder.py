"""A model compiled for this processor (see compiling.py), run by onnxruntime; nothing of PyTorch is imported."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Self

import numpy as np

from askbrief.core.runtime import sha256_of, workers
from askbrief.errors import ModelError, in_words
from askbrief.inference.encoder import WordPieces

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

_FEW = 2
"""So few texts are not worth what counting by words takes to set up: 50 ms."""
GRAPH, TOKENIZER, CARD = "model.ort", "tokenizer.json", "card.json"


@dataclass(frozen=True, slots=True)
class Card:
    """What is to be known of a compiled model beside its graph and tokenizer; the contents of card.json.

    Attributes:
        model_id: of the model that it was made from.
        form: "int8", or "int7" where the processor gets weights of 7 bits.
        dimension: of its vectors.
        max_tokens: how many word pieces it reads.
        query_prompt, document_prompt: put before what is encoded.
        sums: the SHA-256 of the graph and of the tokenizer, by file name.
        likeness: mean cosine of its vectors to the original's over the sample, 0..1.
    """

    model_id: str
    form: str
    dimension: int
    max_tokens: int
    query_prompt: str
    document_prompt: str
    sums: dict[str, str]
    likeness: float = 1.0

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Read a folder's card.

        Raises:
            ModelError: it is not there, or no card.
        """
        try:
            return cls(**json.loads((folder / CARD).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError) as error:
            raise ModelError(f"no compiled model in {folder}: {error}") from error

    def with_likeness(self, likeness: float) -> Self:
        return replace(self, likeness=round(likeness, 4))

    def write(self, folder: Path) -> None:
        (folder / CARD).write_text(json.dumps(asdict(self), indent=1), encoding="utf-8")


class CompiledEncoder:
    """A compiled model; threads may share it.

    Texts are run one by one, unpadded: a text has the same vector whatever is encoded beside it, and small inputs stay
    in the processor's caches. Of many, as many at once as there are processors, each in a thread of its own.
    """

    def __init__(self, folder: Path) -> None:
        """Take the folder of a compiled model, all of whose bytes are verified; it is loaded by the first text.

        Raises:
            ModelError: it is not whole.
        """
        self._card = Card.read(folder)
        if set(self._card.sums) != {GRAPH, TOKENIZER}:
            raise ModelError(f"no compiled model in {folder}: its card names other files")
        for name, sha256 in self._card.sums.items():
            _verify(folder / name, sha256)
        self._folder = folder
        self.model_id = self._card.model_id
        self.form = self._card.form
        self.dimension = self._card.dimension
        self.max_tokens = self._card.max_tokens

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """How many word pieces each text has, special tokens and document prompt included."""
        prompted = [self._card.document_prompt + text for text in texts]
        if len(texts) > _FEW and self._word_pieces is not None:
            return self._word_pieces.count(prompted)
        return [len(encoding.ids) for encoding in self._tokenizer.encode_batch(prompted)]

    def encode_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit rows: float32 [texts, dimension]."""
        prompt = self._card.document_prompt
        rows = workers().map(self._vector, self.word_pieces([prompt + text for text in texts]))
        return np.array(list(rows), dtype=np.float32).reshape(-1, self.dimension)

    def encode_query(self, text: str) -> NDArray[np.float32]:
        """A unit vector: float32 [dimension]."""
        return self._vector(self.word_pieces([self._card.query_prompt + text])[0])

    def _vector(self, word_pieces: Sequence[int]) -> NDArray[np.float32]:
        [[vector]] = self._session.run(None, {"input_ids": np.array([word_pieces], dtype=np.int64)})
        unit: NDArray[np.float32] = vector / max(float(np.linalg.norm(vector)), 1e-12)
        return unit

    def word_pieces(self, texts: Sequence[str]) -> list[list[int]]:
        """Each text's word pieces with the model's own marks, cut where the model reads no further."""
        encodings = self._tokenizer.encode_batch(list(texts))
        longest = self.max_tokens
        return [
            encoding.ids if len(encoding.ids) <= longest else self._cutting_tokenizer.encode(text).ids
            for text, encoding in zip(texts, encodings, strict=True)
        ]

    @cached_property
    def _word_pieces(self) -> WordPieces | None:
        return WordPieces.of(self._tokenizer)

    @cached_property
    def _session(self) -> InferenceSession:
        return session(self._folder / GRAPH)

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        return tokenizer(self._folder / TOKENIZER)

    @cached_property
    def _cutting_tokenizer(self) -> Tokenizer:
        tokenizer: Tokenizer = type(self._tokenizer).from_str(self._tokenizer.to_str())
        tokenizer.enable_truncation(self.max_tokens)
        return tokenizer


def tokenizer(path: Path) -> Tokenizer:
    """Load a tokenizer; it starts no threads of its own."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    from tokenizers import Tokenizer

    return Tokenizer.from_file(str(path))


def session(graph: Path) -> InferenceSession:
    """Load a graph, taken as it was optimised when it was made; each run takes one thread, the caller's.

    In onnxruntime's own format (.ort) its weights stay in the mapped file, which loads in a third of the time, and
    which processes share.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.add_session_config_entry("session.use_memory_mapped_ort_model", "1")
    options.add_session_config_entry("session.use_ort_model_bytes_for_initializers", "1")
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])


def _verify(path: Path, sha256: str) -> None:
    try:
        found = sha256_of(path)
    except OSError as error:
        raise ModelError(f"cannot read {path}: {in_words(error)}") from error
    if found != sha256:
        raise ModelError(f"the compiled model in {path.parent} is damaged: {path.name} is not what was written")
