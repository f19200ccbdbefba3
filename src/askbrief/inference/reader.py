"""The reader: where in a passage the answer stands, whether there is one, and how relevant the passage is."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from askbrief.core.runtime import sha256_of, workers
from askbrief.errors import ModelError, in_words
from askbrief.inference.compiled_encoder import session, tokenizer
from askbrief.records import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from onnxruntime import InferenceSession
    from tokenizers import Encoding, Tokenizer

    from askbrief.records import Passage

PACKAGED = Path(__file__).parent / "reader_weights"
GRAPH, TOKENIZER, CARD = "reader.onnx", "tokenizer.json", "card.json"
MOST_QUESTION, MOST_PIECES = 48, 320
"""Word pieces that are read of a question, and of a question and a passage together; the rest is not read."""
CLS, SEP = 101, 102
"""The word pieces before the question, and after it and the passage."""
LONGEST_ANSWER = 30
"""Word pieces."""
_LONGEST_HEADING = 20
"""Words."""


@dataclass(frozen=True, slots=True)
class Place:
    """The likeliest answer in a sentence: its span in the document, and by how much it is likelier than no answer.

    `margin` is in logits, of the beginning and the end together.
    """

    span: Span
    margin: float


@dataclass(frozen=True, slots=True)
class Reading:
    """What the reader makes of a passage.

    Attributes:
        relevance, answers: logits: how relevant the passage is, and whether it holds the answer.
        places: the likeliest answer of each sentence; None where the sentence was not read to its end.
    """

    relevance: float
    answers: float
    places: tuple[Place | None, ...]

    @property
    def likeliest(self) -> Place | None:
        """The likeliest answer anywhere in the passage, the first of equals."""
        return max(filter(None, self.places), key=lambda place: place.margin, default=None)

    @property
    def margin(self) -> float:
        """That of the likeliest answer; 0 where nothing was read."""
        return self.likeliest.margin if self.likeliest else 0.0


class Reader:
    """The model in a folder, run by onnxruntime; threads may share it.

    Pairs are read one by one, unpadded, the longest first, as many at once as there are processors.
    """

    def __init__(self, folder: Path = PACKAGED) -> None:
        """Take a folder, all of whose files are verified; it is loaded by the first question, or by `begin`.

        Raises:
            ModelError: it is not whole.
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
        self._folder = folder

    def begin(self) -> None:
        """Begin to load, in a thread."""
        workers().submit(lambda: self._session)

    def read(self, question: str, passages: Sequence[Passage], titles: Sequence[str] = ()) -> list[Reading]:
        """Read a question with each of some passages.

        Args:
            question: in words.
            passages: each is read below its title and section, which often say whom "he" means.
            titles: of the passages' documents; without, no title is read.
        """
        titles = [*titles, *[""] * (len(passages) - len(titles))]
        headings = [_heading(passage, title) for passage, title in zip(passages, titles, strict=True)]
        asked = self._tokenizer.encode(question, add_special_tokens=False).ids[:MOST_QUESTION]
        texts = [f"{heading}{passage.text}" for heading, passage in zip(headings, passages, strict=True)]
        encoded = self._tokenizer.encode_batch(texts, add_special_tokens=False)
        order = sorted(range(len(passages)), key=lambda n: -len(encoded[n].ids))
        outputs = dict(zip(order, workers().map(lambda n: self._run(asked, encoded[n].ids), order), strict=True))
        return [
            _reading(passage, len(headings[number]), encoded[number], len(asked) + 2, *outputs[number])
            for number, passage in enumerate(passages)
        ]

    def _run(self, asked: Sequence[int], text: Sequence[int]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        read = text[: MOST_PIECES - len(asked) - 3]
        pieces = np.array([[CLS, *asked, SEP, *read, SEP]], dtype=np.int64)
        parts = np.zeros_like(pieces)
        parts[:, len(asked) + 2 :] = 1
        spans, answering = self._session.run(None, {"pieces": pieces, "parts": parts})
        return spans[0], answering[0]

    @cached_property
    def _session(self) -> InferenceSession:
        return session(self._folder / GRAPH)

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        return tokenizer(self._folder / TOKENIZER)


@cache
def packaged_reader() -> Reader:
    """The reader that comes with askbrief, one a process.

    Raises:
        ModelError: it is not whole.
    """
    return Reader()


def _heading(passage: Passage, title: str) -> str:
    parts = dict.fromkeys(" ".join(part.split()) for part in (title, passage.section or ""))
    words = ". ".join(filter(None, parts)).split()[:_LONGEST_HEADING]
    return f"{' '.join(words)}. " if words else ""


def _reading(
    passage: Passage,
    heading: int,
    encoding: Encoding,
    before: int,
    spans: NDArray[np.float32],
    answering: NDArray[np.float32],
) -> Reading:
    """What the outputs say, in the passage's own words.

    Args:
        passage: was read.
        heading: how many characters were put before it.
        encoding: of both.
        before: pieces stand before the first of the heading.
        spans: float32 [pieces, 2], logits of the answer's beginning and end.
        answering: float32 [2], logits of whether it answers, and how relevant it is.
    """
    nothing, start = float(spans[0].sum()), passage.start - heading
    first, last = spans[before:-1, 0], spans[before:-1, 1]
    offsets = encoding.offsets[: len(first)]
    begins, ends = [a for a, _ in offsets], [b for _, b in offsets]
    places = []
    for sentence in passage.sentences:
        low = int(np.searchsorted(begins, sentence.start - start))
        high = int(np.searchsorted(ends, sentence.end - start, side="right"))
        places.append(_place(first[low:high], last[low:high], offsets[low:high], nothing, start))
    return Reading(round(float(answering[1]), 4), round(float(answering[0]), 4), tuple(places))


def _place(
    first: NDArray[np.float32],
    last: NDArray[np.float32],
    offsets: Sequence[tuple[int, int]],
    nothing: float,
    start: int,
) -> Place | None:
    if not len(first):
        return None
    joint = first[:, None] + last[None, :]
    joint = np.where(np.tri(len(first), k=-1, dtype=np.bool_), -np.inf, joint)  # it may not end before it begins
    joint = np.where(np.tri(len(first), k=-LONGEST_ANSWER, dtype=np.bool_).T, -np.inf, joint)
    begin, end = divmod(int(joint.argmax()), len(first))
    return Place(Span(start + offsets[begin][0], start + offsets[end][1]), round(float(joint[begin, end]) - nothing, 4))
