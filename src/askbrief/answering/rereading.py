"""The best passages, read together with the question: a new order, and where in each the answer stands.

The weights are numbers in ranking/rereading.json, fitted as those of the ranking are (docs/quality.md).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from askbrief.answering.duplicates import first_of_each
from askbrief.ranking.model import REREADING, packaged_model

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from askbrief.answering.reader.model import Reader, Reading
    from askbrief.ranking.search import Ranked

READ = 10
"""So many of the best passages are read."""


@dataclass(frozen=True, slots=True)
class Found:
    """A passage, those that say the same and are not shown again, and what the reader makes of it, if it was read."""

    ranked: Ranked
    same: tuple[Ranked, ...] = ()
    reading: Reading | None = None

    def all(self) -> tuple[Ranked, ...]:
        return (self.ranked, *self.same)


def grouped(ranked: Sequence[Ranked]) -> list[Found]:
    """Put near-duplicates together, each group under its first."""
    groups = first_of_each([one.passage.sentence_texts() for one in ranked])
    return [Found(ranked[first], tuple(ranked[place] for place in same)) for first, *same in groups]


def reread(
    question: str, found: Sequence[Found], reader: Reader, title: Callable[[str], str], *, reorder: bool = True
) -> list[Found]:
    """Read the first few passages, and score them anew; those that say the same change with them.

    Args:
        question: in words.
        found: best first.
        reader: reads.
        title: of a document.
        reorder: whether the new scores decide the order. Without, only what was read is kept.

    Returns:
        Those that were read by their new scores, then the rest as they were.
    """
    first, rest = found[:READ], list(found[READ:])
    passages = [one.ranked.passage for one in first]
    readings = reader.read(question, passages, [title(passage.doc_id) for passage in passages])
    read = [replace(one, reading=reading) for one, reading in zip(first, readings, strict=True)]
    if not reorder:
        return read + rest
    scored = sorted(map(_scored_anew, read), key=lambda one: (-one.ranked.score, one.ranked.number))
    lowest = scored[-1].ranked.score if scored else 0.0
    return scored + [_with(one, lambda ranked: replace(ranked, score=min(ranked.score, lowest))) for one in rest]


def reader_signals(reading: Reading) -> dict[str, float]:
    """The outputs as signals, 0..1: a logistic function of each; a margin adds two logits."""
    outputs = {"relevance": reading.relevance, "answers": reading.answers, "margin": reading.margin / 2}
    return {name: round(1 / (1 + math.exp(-logit)), 6) for name, logit in outputs.items()}


def _scored_anew(found: Found) -> Found:
    if found.reading is None:
        return found
    read = reader_signals(found.reading)

    def scored(ranked: Ranked) -> Ranked:
        together = ranked.signals | {"ranking": round(ranked.score, 6)} | read
        return replace(ranked, score=min(1.0, packaged_model(REREADING).score(together)), signals=together)

    return _with(found, scored)


def _with(found: Found, change: Callable[[Ranked], Ranked]) -> Found:
    return replace(found, ranked=change(found.ranked), same=tuple(map(change, found.same)))
