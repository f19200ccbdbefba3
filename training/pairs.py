"""Turn questions and passages into pairs of word pieces, in batches of about one size."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from tokenizers import Tokenizer

from askbrief.inference.model_files import ENGLISH, ModelFiles
from askbrief.inference.reader import CLS, MAX_PIECES, MAX_QUESTION_PIECES, SEP

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from tokenizers import Encoding

_STEP = 16
"""Rows are padded to a multiple of this, which suits matrix units."""


@dataclass(frozen=True, slots=True)
class Mix:
    """The proportions of the kinds of pairs in one pass over the questions.

    Attributes:
        others: mean number of other passages a question.
        first: number of closest passages from which these are drawn.
        without: probability of adding its passage without the answer, if there is one.
        exchanged: probability of adding a modified question with its passage, if there is one.
        kept: share of the questions of a source that each pass uses; all questions of other sources.
    """

    others: float = 1.0
    first: int = 10
    without: float = 0.2
    exchanged: float = 0.3
    kept: dict[str, float] = field(default_factory=lambda: {"qamr": 0.5})


@dataclass(frozen=True, slots=True)
class Pair:
    """A question and a passage in word pieces, without marks; `spans` are the answer's places in the passage.

    `group` is the question's number if the pair takes part in the relevance loss, and -1 otherwise: for a modified
    question, or the passage without its answer, which is as relevant as before.
    """

    question: Sequence[int]
    passage: Sequence[int] | NDArray[np.int32]
    spans: tuple[tuple[int, int], ...]
    group: int

    @property
    def size(self) -> int:
        return len(self.question) + len(self.passage) + 3


@dataclass(frozen=True, slots=True)
class Batch:
    """Padded pairs of similar length. `first` and `last`: bool [pairs, pieces], where an answer begins and ends.

    Without an answer, the first piece is marked in both.
    """

    pieces: torch.Tensor
    parts: torch.Tensor
    mask: torch.Tensor
    first: torch.Tensor
    last: torch.Tensor
    group: torch.Tensor


def tokenizer() -> Tokenizer:
    """Return the tokenizer of the packaged embedding model, without truncation, padding and marks."""
    made: Tokenizer = Tokenizer.from_file(str(ModelFiles.find(ENGLISH).directory() / "tokenizer.json"))
    made.no_truncation()
    made.no_padding()
    return made


class Pairs:
    """The output of `prepare`, in word pieces; batches are the same for the same seed."""

    def __init__(self, folder: Path, mix: Mix, seed: int) -> None:
        """Load a folder.

        Raises:
            SystemExit: the folder has no prepared data.
        """
        try:
            texts = json.loads((folder / "passages.json").read_text(encoding="utf-8"))
            lines = (folder / "questions.jsonl").read_text(encoding="utf-8").splitlines()
        except OSError as error:
            raise SystemExit(f"{folder} holds nothing prepared ({error}): python -m training.prepare") from None
        self._mix, self._seed = mix, seed
        self._tokenizer = tokenizer()
        encoded = self._encode(texts)
        self._passages = [np.array(one.ids, dtype=np.int32) for one in encoded]
        self._questions: list[dict[str, Any]] = []
        for number, line in enumerate(map(json.loads, lines)):
            spans = _in_pieces(encoded[line["passage"]], line["spans"])
            if spans:
                self._questions.append({**line, "number": number, "spans": spans})
        asked = self._encode([line["question"] for line in self._questions])
        for line, one in zip(self._questions, asked, strict=True):
            line["ids"] = one.ids[:MAX_QUESTION_PIECES]

    def batches(self, epoch: int, room: int) -> Iterator[Batch]:
        """Yield the batches of one pass over the questions, with a new order and new negatives in each epoch.

        Args:
            epoch: number of the pass, from 0.
            room: word pieces a batch, including padding.
        """
        random = Random(f"{self._seed} {epoch}")
        groups = [self._group(line, random) for line in self._questions if random.random() < self._share(line)]
        random.shuffle(groups)
        # Groups of similar length go together, which needs little padding; their order is random.
        of_one_length = [
            sorted(groups[at : at + 2000], key=lambda group: max(pair.size for pair in group))
            for at in range(0, len(groups), 2000)
        ]
        packed = [batch for some in of_one_length for batch in _packed(some, room)]
        random.shuffle(packed)
        for pairs in packed:
            yield filled(pairs)

    def _share(self, line: dict[str, Any]) -> float:
        return self._mix.kept.get(line["source"], 1.0)

    def _group(self, line: dict[str, Any], random: Random) -> list[Pair]:
        """Return a question with its passage, and the further pairs that the mix adds."""
        mix, passage, number = self._mix, self._passages[line["passage"]], line["number"]
        others = line["others"][: mix.first]
        count = int(mix.others) + (random.random() < mix.others % 1)
        drawn = [self._passages[n] for n in random.sample(others, min(count, len(others)))]
        pairs = [Pair(line["ids"], passage, line["spans"], number if drawn else -1)]
        pairs += [Pair(line["ids"], other, (), number) for other in drawn]
        if line["without"] and random.random() < mix.without:
            pairs.append(Pair(line["ids"], self._ids(line["without"]), (), -1))
        if line["exchanged"] and random.random() < mix.exchanged:
            pairs.append(Pair(self._ids(random.choice(line["exchanged"]))[:MAX_QUESTION_PIECES], passage, (), -1))
        return pairs

    def _ids(self, text: str) -> list[int]:
        return list(self._encode([text])[0].ids)

    def _encode(self, texts: Sequence[str]) -> list[Encoding]:
        return self._tokenizer.encode_batch(list(texts), add_special_tokens=False)


def _in_pieces(encoding: Encoding, spans: Sequence[Sequence[int]]) -> tuple[tuple[int, int], ...]:
    """Convert spans of characters to spans of pieces (inclusive), dropping those without pieces."""
    found = []
    for start, end in spans:
        first, last = encoding.char_to_token(start), encoding.char_to_token(end - 1)
        if first is not None and last is not None and last < MAX_PIECES - MAX_QUESTION_PIECES:
            found.append((first, last))
    return tuple(found)


def _packed(groups: Sequence[list[Pair]], room: int) -> Iterator[list[Pair]]:
    batch: list[Pair] = []
    longest = 0
    for group in groups:
        longest = max(longest, *(pair.size for pair in group))
        if batch and longest * (len(batch) + len(group)) > room:
            yield batch
            batch, longest = [], max(pair.size for pair in group)
        batch = batch + group
    if batch:
        yield batch


def filled(pairs: Sequence[Pair]) -> Batch:
    """Pad pairs to rows of one length."""
    longest = max(pair.size for pair in pairs)
    size = min(MAX_PIECES, -(-longest // _STEP) * _STEP)
    pieces, parts, mask = (np.zeros((len(pairs), size), dtype=np.int64) for _ in range(3))
    first, last = (np.zeros((len(pairs), size), dtype=np.bool_) for _ in range(2))
    for row, pair in enumerate(pairs):
        at = len(pair.question) + 2
        ids = [CLS, *pair.question, SEP, *pair.passage[: size - at - 1], SEP]
        pieces[row, : len(ids)], mask[row, : len(ids)], parts[row, at : len(ids)] = ids, 1, 1
        for start, end in pair.spans or ((-at, -at),):  # without an answer, the first mark
            first[row, at + start] = last[row, at + end] = True
    group = np.array([pair.group for pair in pairs], dtype=np.int64)
    return Batch(*(torch.from_numpy(array) for array in (pieces, parts, mask, first, last, group)))
