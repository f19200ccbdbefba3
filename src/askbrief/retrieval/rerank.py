"""Rerank the best passages by models that read question and passage together."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
import regex

from askbrief.core.text import pattern
from askbrief.errors import ModelError
from askbrief.language.analysis import analyse, terms_of
from askbrief.retrieval.scoring import DEFAULT_WEIGHTS, RERANKING, packaged_model

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray
    from sentence_transformers import CrossEncoder

    from askbrief.inference.reader import Reader, ReaderOutput
    from askbrief.retrieval.scoring import Ranked, RankingModel

RERANKED = 20
"""Number of passages that a cross-encoder scores; each costs about as much as encoding it."""
SHARE = 0.5
"""Weight of its relevance against the score of the ranking model, 0..1."""
_UNUSABLE = (OSError, ValueError, LookupError, TypeError, AttributeError, ImportError, RuntimeError)


class Reranker(Protocol):
    """Scores how relevant passages are to a question."""

    def relevance(self, question: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return how relevant each text is: float32 [texts], 0..1."""
        ...


class CrossEncoderReranker:
    """A sentence-transformers CrossEncoder with one output, loaded from a directory, never from the network."""

    def __init__(self, directory: str) -> None:
        """Take the directory, or raise ModelError if it has no model; the model is loaded at first use."""
        self._directory = Path(directory).expanduser()
        if not (self._directory / "config.json").is_file():
            raise ModelError(
                f"no model: {self._directory} has no config.json; give the directory of a sentence-transformers "
                "CrossEncoder in ASKBRIEF_RERANKER, or leave it out"
            )

    @cached_property
    def _model(self) -> CrossEncoder:
        os.environ["HF_HUB_OFFLINE"] = "1"
        from safetensors import SafetensorError

        try:
            from sentence_transformers import CrossEncoder

            model: CrossEncoder = CrossEncoder(str(self._directory), local_files_only=True)
        except (*_UNUSABLE, SafetensorError) as error:
            reason = (str(error).splitlines() or [type(error).__name__])[0]
            raise ModelError(f"cannot load the re-ranking model from {self._directory}: {reason}") from error
        if model.num_labels != 1:
            raise ModelError(
                f"the model in {self._directory} has {model.num_labels} outputs: a re-ranker needs one, how relevant a "
                "passage is (ASKBRIEF_RERANKER)"
            )
        return model

    def relevance(self, question: str, texts: Sequence[str]) -> NDArray[np.float32]:
        from torch.nn import Sigmoid

        pairs = [(question, text) for text in texts]
        scores = self._model.predict(pairs, activation_fn=Sigmoid(), show_progress_bar=False)
        return np.asarray(scores, dtype=np.float32)


def rerank(question: str, ranked: Sequence[Ranked], reranker: Reranker) -> list[Ranked]:
    """Order the best passages by score and relevance; the rest follow in their order."""
    first, rest = list(ranked[:RERANKED]), list(ranked[RERANKED:])
    if not first:
        return rest
    relevance = reranker.relevance(question, [one.passage.text for one in first])
    scored = []
    for one, value in zip(first, relevance.tolist(), strict=True):
        signals = {**one.signals, "reranked": round(value, 6)}
        scored.append(replace(one, score=(1 - SHARE) * one.score + SHARE * value, signals=signals))
    return sorted(scored, key=lambda one: (-one.score, one.number)) + rest


ALIKE = 0.8
"""Jaccard similarity of term triples, 0..1, from which two passages count as near-duplicates."""

_SHINGLE = 3
_NUMBER = pattern(r"\p{N}")
_CAPITALISED = pattern(r"\b\p{Lu}[\p{L}\p{M}\p{N}]*")
_NEGATION = pattern(r"\b(?:no|not|none|never|nor|neither|without)\b|n['’]t\b", regex.IGNORECASE)


def near_duplicates(texts: Sequence[Sequence[str]]) -> list[list[int]]:
    """Group texts, each given as sentences, that are near-duplicates, each group under its first member.

    Two texts are near-duplicates when the Jaccard similarity of their term triples (Broder 1997) is at least
    `ALIKE`, and they differ in no figure, no name and no negation: "3,000 fighters" and "4,000 fighters" are two
    statements, and so are a claim and its denial.

    Returns:
        Groups of positions in `texts`, both in order; the first of a group stands for it.

    >>> near_duplicates([["He said 42 men came."], ["It rained."], ["He said 42 men came!"], ["He said 43 men came."]])
    [[0, 2], [1], [3]]
    """
    marks = [_Marks(sentences) for sentences in texts]
    groups: list[list[int]] = []
    for place, mark in enumerate(marks):
        same = (group for group in groups if mark.says_the_same_as(marks[group[0]]))
        group = next(same, None)
        if group is None:
            groups.append([place])
        else:
            group.append(place)
    return groups


class _Marks:
    """The features by which texts are compared; those that only similar texts need are computed when needed."""

    def __init__(self, sentences: Sequence[str]) -> None:
        self._sentences = sentences
        self._terms = tuple(chain.from_iterable(map(terms_of, sentences)))
        self._shingles = frozenset(zip(*(self._terms[place:] for place in range(_SHINGLE)), strict=False)) or frozenset(
            [self._terms]
        )

    def says_the_same_as(self, other: _Marks) -> bool:
        common, all_of_them = len(self._shingles & other._shingles), len(self._shingles) + len(other._shingles)
        if common < ALIKE * (all_of_them - common) or self._negations != other._negations:
            return False
        return (frozenset(self._terms) ^ frozenset(other._terms)).isdisjoint(self._facts | other._facts)

    @cached_property
    def _facts(self) -> frozenset[str]:
        """The terms that are figures or names."""
        names = analyse(" ".join(chain.from_iterable(map(_CAPITALISED.findall, self._sentences))))
        return frozenset(names).union(term for term in self._terms if _NUMBER.search(term))

    @cached_property
    def _negations(self) -> int:
        return sum(len(_NEGATION.findall(sentence)) for sentence in self._sentences)


READ = 10
"""Number of the best passages that the reader reads."""


@dataclass(frozen=True, slots=True)
class PassageGroup:
    """A passage, its near-duplicates, which are not shown, and the reader's output, if it was read."""

    ranked: Ranked
    same: tuple[Ranked, ...] = ()
    reading: ReaderOutput | None = None

    def all(self) -> tuple[Ranked, ...]:
        return (self.ranked, *self.same)


def group_duplicates(ranked: Sequence[Ranked]) -> list[PassageGroup]:
    """Group near-duplicates, each group under its first passage."""
    groups = near_duplicates([one.passage.sentence_texts() for one in ranked])
    return [PassageGroup(ranked[first], tuple(ranked[place] for place in same)) for first, *same in groups]


def apply_reader(
    question: str,
    groups: Sequence[PassageGroup],
    reader: Reader,
    *,
    model: RankingModel | None = None,
    reorder: bool = True,
) -> list[PassageGroup]:
    """Score the first few passages again by what the reader makes of them, together with their near-duplicates.

    `model` has the weights for the encoder, by default those for all-MiniLM-L6-v2.

    Returns:
        The passages that were read, by their new scores, then the rest in their order; with `reorder` off, scores and
        order stay.
    """
    first, rest = groups[:READ], list(groups[READ:])
    readings = reader.read(question, [one.ranked.passage for one in first], [one.ranked.title for one in first])
    read = [replace(one, reading=reading) for one, reading in zip(first, readings, strict=True)]
    if not reorder:
        return read + rest
    used = model or packaged_model(DEFAULT_WEIGHTS, RERANKING)
    scored = sorted((_rescored(one, used) for one in read), key=lambda one: (-one.ranked.score, one.ranked.number))
    lowest = scored[-1].ranked.score if scored else 0.0
    return scored + [_with(one, lambda ranked: replace(ranked, score=min(ranked.score, lowest))) for one in rest]


def reader_signals(reading: ReaderOutput) -> dict[str, float]:
    """Return the outputs as signals, 0..1: a logistic function of each; a margin is the sum of two logits."""
    outputs = {"relevance": reading.relevance, "answers": reading.answers, "margin": reading.margin / 2}
    return {name: round(1 / (1 + math.exp(-logit)), 6) for name, logit in outputs.items()}


def _rescored(group: PassageGroup, model: RankingModel) -> PassageGroup:
    if group.reading is None:
        return group
    read = reader_signals(group.reading)

    def scored(ranked: Ranked) -> Ranked:
        together = ranked.signals | {"ranking": round(ranked.score, 6)} | read
        return replace(ranked, score=min(1.0, model.score(together)), signals=together)

    return _with(group, scored)


def _with(group: PassageGroup, change: Callable[[Ranked], Ranked]) -> PassageGroup:
    return replace(group, ranked=change(group.ranked), same=tuple(map(change, group.same)))
