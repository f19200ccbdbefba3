"""An encoder compiled for this processor (see compilation.py) and run by onnxruntime, without importing PyTorch."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol, Self

import numpy as np

from askbrief.core.runtime import sha256_of, workers
from askbrief.errors import ModelError, in_words
from askbrief.inference.encoder import WordPieces, means_of, unit_rows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

    from askbrief.inference.model_files import ModelFiles
    from askbrief.inference.word_pieces import WordEmbeddings

_FEW_TEXTS = 2
"""Up to this many texts are counted by the tokenizer itself: setting up the counter by words takes 50 ms."""
GRAPH, TOKENIZER, CARD = "model.ort", "tokenizer.json", "card.json"


@dataclass(frozen=True, slots=True)
class ModelCard:
    """The description of a compiled model; the contents of card.json."""

    model_id: str  # of the original model
    form: str  # "int8", or "int7" where the processor needs weights of 7 bits
    dimension: int  # of its vectors
    max_tokens: int  # the maximum number of word pieces of a text; the rest is cut off
    query_prompt: str  # written before a text that is encoded
    document_prompt: str
    sums: dict[str, str]  # the SHA-256 of the graph and of its own tokenizer, if it has one, by file name
    likeness: float = 1.0  # mean cosine of its vectors to the original's over the sample, 0..1

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Read the card of a folder.

        Raises:
            ModelError: the file is missing or is not a card.
        """
        try:
            return cls(**json.loads((folder / CARD).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError) as error:
            raise ModelError(f"no compiled model in {folder}: {error}") from error

    def with_likeness(self, likeness: float) -> Self:
        return replace(self, likeness=round(likeness, 4))

    def write(self, folder: Path) -> None:
        (folder / CARD).write_text(json.dumps(asdict(self), indent=1), encoding="utf-8")


class TextInput(Protocol):
    """Turns texts into what a graph reads."""

    def count(self, texts: Sequence[str]) -> list[int]:
        """Return the number of word pieces of each text, with special pieces."""

    def word_pieces(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the word pieces of each text with special pieces, cut to the maximum of the model."""

    def feed(self, pieces: NDArray[np.int64]) -> dict[str, NDArray[Any]]:
        """Return the inputs of the graph for the pieces of texts of equal length: int64 [texts, pieces]."""


class CompiledEncoder:
    """A compiled encoder. Threads may share it.

    Texts are encoded one by one and without padding, so that the vector of a text does not depend on the others, and
    small inputs stay in the processor's caches. Several texts run in parallel, one thread for each processor.
    """

    def __init__(self, folder: Path, files: ModelFiles) -> None:
        """Verify the files of a model that was compiled into a folder; they are loaded at first use.

        Raises:
            ModelError: a file is missing or damaged.
        """
        self._card = ModelCard.read(folder)
        words = files.words()
        if set(self._card.sums) != ({GRAPH} if words else {GRAPH, TOKENIZER}):
            raise ModelError(f"no compiled model in {folder}: its card names other files")
        for name, sha256 in self._card.sums.items():
            _verify(folder / name, sha256)
        self._model = OnnxModel(folder / GRAPH, folder / TOKENIZER)
        self._input: TextInput = (
            SharedWords(words, self._card.max_tokens) if words else OwnTokenizer(self._model, self._card.max_tokens)
        )
        self._query_mean, self._document_mean = means_of(files)
        self.model_id = self._card.model_id
        self.form = self._card.form
        self.dimension = self._card.dimension
        self.max_tokens = self._card.max_tokens

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return self._input.count([self._card.document_prompt + text for text in texts])

    def encode_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        rows = workers().map(self._run, self.document_pieces(texts))
        return unit_rows(np.array(list(rows), dtype=np.float32).reshape(-1, self.dimension), self._document_mean)

    def encode_query(self, text: str) -> NDArray[np.float32]:
        row = self._run(self.query_pieces(text))
        vector: NDArray[np.float32] = unit_rows(row[np.newaxis], self._query_mean)[0]
        return vector

    def _run(self, pieces: Sequence[int]) -> NDArray[np.float32]:
        [[vector]] = self._model.session.run(None, self.feed(np.array([pieces], dtype=np.int64)))
        row: NDArray[np.float32] = vector
        return row

    def document_pieces(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the word pieces of passages with prompt and special pieces, cut to the maximum of the model."""
        return self._input.word_pieces([self._card.document_prompt + text for text in texts])

    def query_pieces(self, text: str) -> list[int]:
        """Return the word pieces of a question, likewise."""
        return self._input.word_pieces([self._card.query_prompt + text])[0]

    def feed(self, pieces: NDArray[np.int64]) -> dict[str, NDArray[Any]]:
        """Return the inputs of the graph for the pieces of texts of equal length: int64 [texts, pieces]."""
        return self._input.feed(pieces)


class OwnTokenizer:
    """The input of a model with its own tokenizer: word pieces."""

    def __init__(self, model: OnnxModel, max_tokens: int) -> None:
        """Take the model, whose tokenizer is loaded at first use, and the maximum number of pieces of a text."""
        self._model, self._max_tokens = model, max_tokens

    def count(self, texts: Sequence[str]) -> list[int]:
        if len(texts) > _FEW_TEXTS and self._counter is not None:
            return self._counter.count(texts)
        return [len(encoding.ids) for encoding in self._model.tokenizer.encode_batch(list(texts))]

    def word_pieces(self, texts: Sequence[str]) -> list[list[int]]:
        encodings = self._model.tokenizer.encode_batch(list(texts))
        return [
            encoding.ids if len(encoding.ids) <= self._max_tokens else self._cutting_tokenizer.encode(text).ids
            for text, encoding in zip(texts, encodings, strict=True)
        ]

    def feed(self, pieces: NDArray[np.int64]) -> dict[str, NDArray[Any]]:
        return {"input_ids": pieces}

    @cached_property
    def _counter(self) -> WordPieces | None:
        return WordPieces.of(self._model.tokenizer)

    @cached_property
    def _cutting_tokenizer(self) -> Tokenizer:
        original = self._model.tokenizer
        tokenizer: Tokenizer = type(original).from_str(original.to_str())
        tokenizer.enable_truncation(self._max_tokens)
        return tokenizer


class SharedWords:
    """The input of a model on the word embeddings of multilingual-e5-small: the embeddings themselves."""

    def __init__(self, words: WordEmbeddings, max_tokens: int) -> None:
        """Take the word embeddings, and the maximum number of pieces of a text."""
        self._words, self._max_tokens = words, max_tokens
        self._counter = WordPieces(words.count, special_pieces=2)

    def count(self, texts: Sequence[str]) -> list[int]:
        return self._counter.count(texts)

    def word_pieces(self, texts: Sequence[str]) -> list[list[int]]:
        begin, end = self._words.special.begin, self._words.special.end
        pieces = self._words.pieces(texts)
        return [[begin, *one.ids[: self._max_tokens - 2].tolist(), end] for one in pieces]

    def feed(self, pieces: NDArray[np.int64]) -> dict[str, NDArray[Any]]:
        return {"words": self._words.rows(pieces)}


class OnnxModel:
    """A graph for onnxruntime and its tokenizer, each loaded at first use. Threads may share it."""

    def __init__(self, graph: Path, tokenizer: Path) -> None:
        self._paths = graph, tokenizer

    @cached_property
    def session(self) -> InferenceSession:
        """The graph as it was optimised when it was written; each run takes one thread, that of the caller.

        The weights of a file in onnxruntime's own format (.ort) stay in the mapped file: it loads in a third of the
        time, and processes share the memory.
        """
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        options.add_session_config_entry("session.use_memory_mapped_ort_model", "1")
        options.add_session_config_entry("session.use_ort_model_bytes_for_initializers", "1")
        return onnxruntime.InferenceSession(self._paths[0], options, providers=["CPUExecutionProvider"])

    @cached_property
    def tokenizer(self) -> Tokenizer:
        """The tokenizer; it starts no threads of its own."""
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        from tokenizers import Tokenizer

        return Tokenizer.from_file(str(self._paths[1]))


def _verify(path: Path, sha256: str) -> None:
    try:
        found = sha256_of(path)
    except OSError as error:
        raise ModelError(f"cannot read {path}: {in_words(error)}") from error
    if found != sha256:
        raise ModelError(f"the compiled model in {path.parent} is damaged: {path.name} has the wrong SHA-256")
