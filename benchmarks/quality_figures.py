"""Measures of one peer, and how far askbrief is ahead of it, with paired bootstrap intervals."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from askbrief.evaluation.question_sets import DEPTH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from benchmarks.peers.outcome import Outcome

    Numbers = NDArray[np.float64]

RESAMPLES = 10_000
SEED = 0
_AT_ONCE = 1000
_INTERVAL = (2.5, 97.5)


@dataclass(frozen=True, slots=True)
class Figures:
    """Shares are 0..1; None where there is nothing to measure it on."""

    hit_at_1: float
    hit_at_5: float
    mrr_at_10: float
    auroc: float | None


@dataclass(frozen=True, slots=True)
class Ahead:
    """A difference, askbrief minus a peer, and its 95% interval."""

    difference: float
    low: float
    high: float


def measure(outcome: Outcome, answerable: Sequence[bool]) -> Figures:
    """The measures of `askbrief.evaluation`, from ranks: over the answerable questions, the last over all."""
    ranks = _ranks(outcome, answerable)
    wins = _wins(outcome, answerable)
    return Figures(
        hit_at_1=float(np.mean(hits(ranks, 1))),
        hit_at_5=float(np.mean(hits(ranks, 5))),
        mrr_at_10=float(np.mean(reciprocal(ranks))),
        auroc=None if wins is None else float(np.mean(wins)),
    )


def ahead(ours: Outcome, theirs: Outcome, answerable: Sequence[bool]) -> dict[str, Ahead | None]:
    """How far askbrief is ahead by each measure, question by question, over seeded resamples of the questions."""
    mine, other = _ranks(ours, answerable), _ranks(theirs, answerable)
    my_wins, other_wins = _wins(ours, answerable), _wins(theirs, answerable)
    is_scored = my_wins is not None and other_wins is not None
    return {
        "hit_at_1": of_means(hits(mine, 1) - hits(other, 1)),
        "mrr_at_10": of_means(reciprocal(mine) - reciprocal(other)),
        "auroc": of_pairs(my_wins - other_wins, np.array(answerable)) if is_scored else None,  # type: ignore[operator]
    }


def hits(ranks: Numbers, depth: int) -> Numbers:
    """1 where the answer is among the first `depth` passages, else 0; a rank of infinity is none."""
    return (ranks <= depth).astype(np.float64)


def reciprocal(ranks: Numbers) -> Numbers:
    """One over the rank, 0 beyond the tenth."""
    return np.where(ranks <= DEPTH, 1 / ranks, 0.0)


def of_means(differences: Numbers) -> Ahead:
    """The mean difference: float [questions]."""
    means = [counts.astype(np.float64) @ differences / len(differences) for counts in _resamples(len(differences))]
    return _ahead(float(differences.mean()), means)


def of_pairs(differences: Numbers, answerable: NDArray[np.bool_]) -> Ahead:
    """The difference of two areas under the ROC curve, each the mean over pairs of an answerable and another question.

    Args:
        differences: float [answerable, others].
        answerable: bool [questions]; all of them are drawn from, so that the shares of the two kinds vary as well.
    """
    pairwise = differences.astype(np.float32)
    areas = []
    for counts in _resamples(len(answerable)):
        positive, negative = counts[:, answerable], counts[:, ~answerable]
        pairs = positive.sum(axis=1) * negative.sum(axis=1)
        areas.append(((positive @ pairwise) * negative).sum(axis=1) / np.maximum(pairs, 1))
    return _ahead(float(differences.mean()), areas)


@cache
def _resamples(questions: int) -> list[NDArray[np.float32]]:
    """How often each question is drawn: [resamples, questions], in portions; the same for every peer and measure."""
    random = np.random.default_rng(SEED)
    odds = np.full(questions, 1 / questions)
    draws = (random.multinomial(questions, odds, size=_AT_ONCE) for _ in range(RESAMPLES // _AT_ONCE))
    return [counts.astype(np.float32) for counts in draws]


def _ahead(difference: float, resampled: Sequence[Numbers]) -> Ahead:
    low, high = np.percentile(np.concatenate(resampled), _INTERVAL)
    return Ahead(difference, float(low), float(high))


def _ranks(outcome: Outcome, answerable: Sequence[bool]) -> Numbers:
    """Float [answerable questions], infinity for none."""
    pairs = zip(outcome.ranks, answerable, strict=True)
    return np.array([np.inf if rank is None else rank for rank, counts in pairs if counts], dtype=np.float64)


def _wins(outcome: Outcome, answerable: Sequence[bool]) -> Numbers | None:
    """For each answerable question and each other: 1 where its score is higher, a half where they are the same."""
    labels = np.array(answerable)
    if labels.all() or not labels.any() or all(score is None for score in outcome.scores):
        return None
    scores = np.array([-np.inf if score is None else score for score in outcome.scores], dtype=np.float64)
    positive, negative = scores[labels][:, None], scores[~labels][None, :]
    wins: Numbers = (positive > negative) + (positive == negative) / 2
    return wins
