"""The reader: finds the answer in a passage, and tells whether there is one and how relevant the passage is."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from askbrief.core.runtime import sha256_of, workers
from askbrief.errors import ModelError, in_words
from askbrief.inference.compiled_encoder import OnnxModel
from askbrief.records import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from tokenizers import Encoding

    from askbrief.records import Passage

PACKAGED = Path(__file__).parent / "reader_weights"
GRAPH, TOKENIZER, CARD = "reader.onnx", "tokenizer.json", "card.json"
MAX_QUESTION_PIECES, MAX_PIECES = 48, 320
"""Word pieces that are read of a question, and of question and passage together; the rest is cut off."""
CLS, SEP = 101, 102
"""The word pieces before the question, and after it and the passage."""
MAX_ANSWER_PIECES = 30
"""Word pieces of the longest answer."""
_MAX_HEADING_WORDS = 20
"""Words of title and section that are read before a passage, the last ones: they say most."""


@dataclass(frozen=True, slots=True)
class ReaderSpan:
    """The likeliest answer in a sentence."""

    span: Span  # in the document
    margin: float  # logits of its beginning and end, minus those of "no answer"


@dataclass(frozen=True, slots=True)
class ReaderOutput:
    """The reader's output for a question and a passage."""

    relevance: float  # logit of the passage being relevant
    answers: float  # logit of its having the answer
    spans: tuple[ReaderSpan | None, ...]  # the likeliest of each sentence; None where it was not read to its end

    @property
    def likeliest(self) -> ReaderSpan | None:
        """The likeliest answer in the passage, the first of equals."""
        return max(filter(None, self.spans), key=lambda one: one.margin, default=None)

    @property
    def margin(self) -> float:
        """The margin of the likeliest answer; 0 where no sentence was read."""
        return self.likeliest.margin if self.likeliest else 0.0


class Reader:
    """The reader in a folder, run by onnxruntime. Threads may share it.

    Pairs of question and passage are read one by one and without padding, the longest first, in parallel on all
    processors.
    """

    def __init__(self, folder: Path = PACKAGED) -> None:
        """Verify the files in a folder; they are loaded for the first question, or by `start_loading`.

        Raises:
            ModelError: a file is missing or damaged.
        """
        try:
            sums = json.loads((folder / CARD).read_text(encoding="utf-8"))["sums"]
            damaged = [name for name in (GRAPH, TOKENIZER) if sha256_of(folder / name) != sums[name]]
        except (OSError, ValueError, LookupError, TypeError) as error:
            what = in_words(error) if isinstance(error, OSError) else error
            raise ModelError(
                f"no reader in {folder}: {what}; reinstall askbrief, or set ASKBRIEF_READER=off"
            ) from error
        if damaged:
            raise ModelError(
                f"the reader in {folder} is damaged: {damaged[0]} has the wrong SHA-256; "
                "reinstall askbrief, or set ASKBRIEF_READER=off"
            )
        self._model = OnnxModel(folder / GRAPH, folder / TOKENIZER)

    def start_loading(self) -> None:
        """Start to load the model in a thread."""
        workers().submit(lambda: self._model.session)

    def read(self, question: str, passages: Sequence[Passage], titles: Sequence[str] = ()) -> list[ReaderOutput]:
        """Read a question together with each passage, after its title and section, which often say who "he" is."""
        titles = [*titles, *[""] * (len(passages) - len(titles))]
        headings = [_heading(passage, title) for passage, title in zip(passages, titles, strict=True)]
        tokenizer = self._model.tokenizer
        pieces = tokenizer.encode(question, add_special_tokens=False).ids[:MAX_QUESTION_PIECES]
        texts = [f"{heading}{passage.text}" for heading, passage in zip(headings, passages, strict=True)]
        encoded = tokenizer.encode_batch(texts, add_special_tokens=False)
        order = sorted(range(len(passages)), key=lambda n: -len(encoded[n].ids))
        outputs = dict(zip(order, workers().map(lambda n: self._run(pieces, encoded[n].ids), order), strict=True))
        return [
            _output(passage, len(headings[number]), encoded[number], len(pieces) + 2, *outputs[number])
            for number, passage in enumerate(passages)
        ]

    def _run(self, question: Sequence[int], text: Sequence[int]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        read = text[: MAX_PIECES - len(question) - 3]
        pieces = np.array([[CLS, *question, SEP, *read, SEP]], dtype=np.int64)
        parts = np.zeros_like(pieces)
        parts[:, len(question) + 2 :] = 1
        spans, answering = self._model.session.run(None, {"pieces": pieces, "parts": parts})
        return spans[0], answering[0]


@cache
def packaged_reader() -> Reader:
    """Return the reader that comes with askbrief, one for each process.

    Raises:
        ModelError: a file is missing or damaged.
    """
    return Reader()


def _heading(passage: Passage, title: str) -> str:
    parts = dict.fromkeys(" ".join(part.split()) for part in (title, passage.section or ""))
    words = ". ".join(filter(None, parts)).split()[-_MAX_HEADING_WORDS:]
    return f"{' '.join(words)}. " if words else ""


def _output(
    passage: Passage,
    heading: int,  # number of characters before the passage
    encoding: Encoding,  # of heading and passage
    before: int,  # number of pieces before those of the heading
    logits: NDArray[np.float32],  # [pieces, 2], of the answer's beginning and end
    answering: NDArray[np.float32],  # [2], logits of having the answer, and of relevance
) -> ReaderOutput:
    """Return the outputs with spans of the document."""
    no_answer, start = float(logits[0].sum()), passage.start - heading
    first, last = logits[before:-1, 0], logits[before:-1, 1]
    offsets = encoding.offsets[: len(first)]
    begins, ends = [a for a, _ in offsets], [b for _, b in offsets]
    spans = []
    for sentence in passage.sentences:
        low = int(np.searchsorted(begins, sentence.start - start))
        high = int(np.searchsorted(ends, sentence.end - start, side="right"))
        spans.append(_best_span(first[low:high], last[low:high], offsets[low:high], no_answer, start))
    return ReaderOutput(round(float(answering[1]), 4), round(float(answering[0]), 4), tuple(spans))


def _best_span(
    first: NDArray[np.float32],
    last: NDArray[np.float32],
    offsets: Sequence[tuple[int, int]],
    no_answer: float,
    start: int,
) -> ReaderSpan | None:
    if not len(first):
        return None
    joint = first[:, None] + last[None, :]
    joint = np.where(np.tri(len(first), k=-1, dtype=np.bool_), -np.inf, joint)  # it may not end before it begins
    joint = np.where(np.tri(len(first), k=-MAX_ANSWER_PIECES, dtype=np.bool_).T, -np.inf, joint)
    begin, end = divmod(int(joint.argmax()), len(first))
    span = Span(start + offsets[begin][0], start + offsets[end][1])
    return ReaderSpan(span, round(float(joint[begin, end]) - no_answer, 4))
