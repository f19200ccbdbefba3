"""Compute the measures of a peer, and askbrief's lead over it, with paired bootstrap intervals."""

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
    """The measures of a peer; shares are 0..1, None if there is nothing to measure."""

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
    """Compute the measures of `askbrief.evaluation` from ranks: over the answerable questions, the last over all."""
    ranks = _ranks(outcome, answerable)
    wins = _wins(outcome, answerable)
    return Figures(
        hit_at_1=float(np.mean(hits(ranks, 1))),
        hit_at_5=float(np.mean(hits(ranks, 5))),
        mrr_at_10=float(np.mean(reciprocal(ranks))),
        auroc=None if wins is None else float(np.mean(wins)),
    )


def ahead(ours: Outcome, theirs: Outcome, answerable: Sequence[bool]) -> dict[str, Ahead | None]:
    """Compute askbrief's lead by each measure, question by question, over seeded resamples of the questions."""
    mine, other = _ranks(ours, answerable), _ranks(theirs, answerable)
    my_wins, other_wins = _wins(ours, answerable), _wins(theirs, answerable)
    is_scored = my_wins is not None and other_wins is not None
    return {
        "hit_at_1": of_means(hits(mine, 1) - hits(other, 1)),
        "mrr_at_10": of_means(reciprocal(mine) - reciprocal(other)),
        "auroc": of_pairs(my_wins - other_wins, np.array(answerable)) if is_scored else None,  # type: ignore[operator]
    }


def hits(ranks: Numbers, depth: int) -> Numbers:
    """Return 1 if the answer is among the first `depth` passages, else 0; rank infinity means that it is absent."""
    return (ranks <= depth).astype(np.float64)


def reciprocal(ranks: Numbers) -> Numbers:
    """Return the reciprocal rank, 0 beyond the tenth."""
    return np.where(ranks <= DEPTH, 1 / ranks, 0.0)


def of_means(differences: Numbers) -> Ahead:
    """Resample the mean of the differences: float [questions]."""
    means = [counts.astype(np.float64) @ differences / len(differences) for counts in _resamples(len(differences))]
    return _ahead(float(differences.mean()), means)


def of_pairs(differences: Numbers, answerable: NDArray[np.bool_]) -> Ahead:
    """Resample the difference of two areas under the ROC curve, each a mean over pairs of questions.

    Args:
        differences: float [answerable, others].
        answerable: bool [questions]; resamples draw from all of them, so that the shares of both kinds vary too.
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
    """Yield how often each question is drawn: [resamples, questions], the same for every peer and measure."""
    random = np.random.default_rng(SEED)
    odds = np.full(questions, 1 / questions)
    draws = (random.multinomial(questions, odds, size=_AT_ONCE) for _ in range(RESAMPLES // _AT_ONCE))
    return [counts.astype(np.float32) for counts in draws]


def _ahead(difference: float, resampled: Sequence[Numbers]) -> Ahead:
    low, high = np.percentile(np.concatenate(resampled), _INTERVAL)
    return Ahead(difference, float(low), float(high))


def _ranks(outcome: Outcome, answerable: Sequence[bool]) -> Numbers:
    """Return the ranks: float [answerable questions], infinity for none."""
    pairs = zip(outcome.ranks, answerable, strict=True)
    return np.array([np.inf if rank is None else rank for rank, counts in pairs if counts], dtype=np.float64)


def _wins(outcome: Outcome, answerable: Sequence[bool]) -> Numbers | None:
    """Return for each answerable and each other question: 1 if the answerable one scores higher, 0.5 if equal."""
    labels = np.array(answerable)
    if labels.all() or not labels.any() or all(score is None for score in outcome.scores):
        return None
    scores = np.array([-np.inf if score is None else score for score in outcome.scores], dtype=np.float64)
    positive, negative = scores[labels][:, None], scores[~labels][None, :]
    wins: Numbers = (positive > negative) + (positive == negative) / 2
    return wins
