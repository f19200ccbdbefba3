"""Questions and passages -> pairs in word pieces, in groups of one question, in batches of about one size."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from tokenizers import Tokenizer

from askbrief.inference.model_files import ModelFiles
from askbrief.inference.reader import CLS, MAX_PIECES, MAX_QUESTION_PIECES, SEP

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from tokenizers import Encoding

_STEP = 16
"""Rows are filled up to a multiple of it: a matrix unit works on such."""


@dataclass(frozen=True, slots=True)
class Mix:
    """How often a question is read beside what, in one pass over the questions.

    Attributes:
        others: the mean number of other passages.
        first: of these, how many of the closest are drawn from.
        without: how often its passage without the answer, where there is one.
        exchanged: how often a changed form of it with its passage, where there is one.
        kept: of the questions of a source, the share that each pass reads; all of those not named.
    """

    others: float = 1.0
    first: int = 10
    without: float = 0.2
    exchanged: float = 0.3
    kept: dict[str, float] = field(default_factory=lambda: {"qamr": 0.5})


@dataclass(frozen=True, slots=True)
class Pair:
    """A question and a passage in word pieces, without marks; `spans` are where the answer stands in the passage.

    `group` has the question's number where the pair is one of several to be compared, and -1 where it stands alone:
    a changed question, or the passage without its answer, which is as relevant as before.
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
    """Pairs of nearly one length, filled up. `first` and `last`: bool [pairs, pieces]: where an answer begins and ends.

    The first piece is marked in both where there is no answer.
    """

    pieces: torch.Tensor
    parts: torch.Tensor
    mask: torch.Tensor
    first: torch.Tensor
    last: torch.Tensor
    group: torch.Tensor


def tokenizer() -> Tokenizer:
    """The packaged embedding model's, without cutting, filling up and marks."""
    made: Tokenizer = Tokenizer.from_file(str(ModelFiles.find().directory / "tokenizer.json"))
    made.no_truncation()
    made.no_padding()
    return made


class Pairs:
    """What `prepare` wrote, in word pieces; its batches are the same for the same seed."""

    def __init__(self, folder: Path, mix: Mix, seed: int) -> None:
        """Read a folder.

        Raises:
            SystemExit: there is nothing prepared in it.
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
        """One pass over the questions, in another order and with other negatives each epoch.

        Args:
            epoch: from 0.
            room: word pieces a batch, fillings included.
        """
        random = Random(f"{self._seed} {epoch}")
        groups = [self._group(line, random) for line in self._questions if random.random() < self._share(line)]
        random.shuffle(groups)
        # Groups of one length go together, so that little is filled up; which comes first is left to chance.
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
        """A question with its passage, and what the mix gives it beside."""
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
    """Spans by characters -> by pieces, the last included; those that the tokenizer has nothing of are left out."""
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
    """Put pairs into rows of one length."""
    longest = max(pair.size for pair in pairs)
    size = min(MAX_PIECES, -(-longest // _STEP) * _STEP)
    pieces, parts, mask = (np.zeros((len(pairs), size), dtype=np.int64) for _ in range(3))
    first, last = (np.zeros((len(pairs), size), dtype=np.bool_) for _ in range(2))
    for row, pair in enumerate(pairs):
        at = len(pair.question) + 2
        ids = [CLS, *pair.question, SEP, *pair.passage[: size - at - 1], SEP]
        pieces[row, : len(ids)], mask[row, : len(ids)], parts[row, at : len(ids)] = ids, 1, 1
        for start, end in pair.spans or ((-at, -at),):  # without an answer, the mark before the question
            first[row, at + start] = last[row, at + end] = True
    group = np.array([pair.group for pair in pairs], dtype=np.int64)
    return Batch(*(torch.from_numpy(array) for array in (pieces, parts, mask, first, last, group)))
