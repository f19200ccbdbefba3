"""Calibrate the verdict on question sets: fit the confidence to how often the answer is there.

Each question is asked of the whole index and, so that the verdict holds for small ones too, of its own document alone,
of twenty documents with and without it, of everything but it, and of a document about something else.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from askbrief.answering.verdict import AGAINST, FIRST, READ_SIGNALS, SIGNALS, Calibration
from askbrief.core.progress import Progress, Silent
from askbrief.errors import EvaluationError
from askbrief.evaluation.question_sets import holds, indexed
from askbrief.records import Scope

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from askbrief.evaluation.question_sets import Question, QuestionSet
    from askbrief.inference.encoder import Encoder
    from askbrief.library import Library
    from askbrief.records import Hit
    from askbrief.settings import Settings

STRONG_PRECISION = 0.95
"""Minimum share of the answers called strong that are right, 0..1."""
WEAK_RECALL = 0.95
"""Minimum share of the right answers that are shown, at least as weak, 0..1."""
SEED = 7
_SAMPLED = 400
_FEW = 20
_RIDGE = 2.0
_BINS = 10


class SampleKind(StrEnum):
    """The documents that a question was asked of."""

    WHOLE = "the whole index"
    ONE = "its own document"
    TWENTY = "twenty documents, its own among them"
    OTHER = "a document about something else"
    TWENTY_OTHERS = "twenty other documents"
    REST = "everything but its own document"


_WEIGHTS = {
    SampleKind.WHOLE: 1.5,
    SampleKind.ONE: 0.5,
    SampleKind.TWENTY: 0.5,
    SampleKind.OTHER: 0.5,
    SampleKind.TWENTY_OTHERS: 0.2,
    SampleKind.REST: 0.2,
}
_WITH_UNANSWERABLE = 6.0
"""Weight of a whole set with unanswerable questions: only these have text that looks like an answer and is none."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One question asked: its signals, whether the first passages hold the answer, and whether any could."""

    questions: str
    kind: SampleKind
    signals: tuple[float, ...]
    right: bool
    answerable: bool


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers of about the same confidence: how many, the mean confidence, and the share that was right, 0..1."""

    answers: int
    confidence: float
    right: float


@dataclass(frozen=True, slots=True)
class CalibrationReport:
    """A fitted calibration and what it comes to on questions to whole indexes."""

    calibration: Calibration
    reliability: tuple[Bin, ...]  # the answers of each tenth of confidence
    answers: int
    strong: int  # number of strong answers
    strong_right: float  # share of those with the answer in the first three passages, 0..1
    off_topic: float  # share without an answer of the questions to a document about something else, 0..1


def calibrate(
    sets: Sequence[QuestionSet], encoder: Encoder, settings: Settings, *, progress: Progress | None = None
) -> CalibrationReport:
    """Ask the questions of some sets, and fit the verdict; EvaluationError if all were answered, or none."""
    names = [name for name in SIGNALS if settings.reader or name not in READ_SIGNALS]
    progress = progress or Silent()
    samples = [sample for questions in sets for sample in _samples(questions, encoder, settings, names, progress)]
    right = np.array([sample.right for sample in samples])
    if right.all() or not right.any():
        raise EvaluationError("to calibrate, some questions must be answered and some not: give other question sets")
    signals = np.array([sample.signals for sample in samples])
    intercept, weights = fit(signals, right, _weights(samples), names)
    calibration = Calibration(
        encoder=encoder.model_id.partition("@")[0],
        fitted_on=tuple(questions.folder.resolve().name for questions in sets),
        intercept=round(intercept, 3),
        weights={name: round(float(weight), 3) for name, weight in zip(names, weights, strict=True)},
        strong=1.0,
        weak=1.0,
    )
    whole = np.array([sample.kind is SampleKind.WHOLE for sample in samples])
    probabilities = _probabilities(calibration, samples)
    strong = strong_from(probabilities[whole], right[whole])
    weak = float(np.quantile(probabilities[whole & right], 1 - WEAK_RECALL))
    calibration = calibration.model_copy(update={"strong": strong, "weak": round(min(strong, weak), 3)})
    return _report(calibration, samples)


# ---------------------------------------------------------------------------------------------- questions


def _samples(
    questions: QuestionSet, encoder: Encoder, settings: Settings, names: Sequence[str], progress: Progress
) -> Iterator[Sample]:
    random = np.random.default_rng(SEED)
    sampled = set(random.permutation(len(questions.questions))[:_SAMPLED].tolist())
    documents = sorted(questions.texts)
    with indexed(questions, encoder, settings, progress) as library:
        progress.stage("asking", len(questions.questions))
        for place, question in enumerate(questions.questions):
            yield _sample(questions, library, question, SampleKind.WHOLE, None, names)
            if place in sampled and len(documents) > _FEW // 2:
                for kind, scope in _scopes(question, documents, random):
                    yield _sample(questions, library, question, kind, scope, names)
            progress.advance()


def _scopes(
    question: Question, documents: Sequence[str], random: np.random.Generator
) -> Iterator[tuple[SampleKind, frozenset[str]]]:
    own = frozenset(gold.doc_id for gold in question.gold)
    others = [name for name in documents if name not in own]
    some = frozenset(random.choice(others, min(_FEW - 1, len(others)), replace=False).tolist())
    yield SampleKind.OTHER, frozenset([str(random.choice(others))])
    if own:
        yield SampleKind.ONE, own
        yield SampleKind.TWENTY, some | own
        yield SampleKind.TWENTY_OTHERS, some
        yield SampleKind.REST, frozenset(others)


def _sample(
    questions: QuestionSet,
    library: Library,
    question: Question,
    kind: SampleKind,
    scope: frozenset[str] | None,
    names: Sequence[str],
) -> Sample:
    answer = library.ask(question.question, FIRST, Scope(documents=scope))
    gold = questions.spans(question)
    signals = tuple(answer.signals.get(name, 0.0) for name in names)
    right = any(holds(*where, gold) for hit in answer.hits for where in _cited(library, hit))
    there = question.answerable and (scope is None or not scope.isdisjoint(doc_id for doc_id, _, _ in gold))
    return Sample(questions.folder.name, kind, signals, right, there)


def _cited(library: Library, hit: Hit) -> Iterator[tuple[str, int, int]]:
    """Yield the places of a hit and of its near-duplicates."""
    yield hit.doc_id, hit.start, hit.end
    for key in hit.also:
        remembered = library.recall(key)
        if remembered is not None:
            yield remembered.doc_id, remembered.start, remembered.end


# ------------------------------------------------------------------------------------------------ fitting


def _weights(samples: Sequence[Sample]) -> NDArray[np.float64]:
    """Return the weight of each sample: kinds and sets weigh the same whatever their number of questions."""
    with_unanswerable = {
        sample.questions for sample in samples if sample.kind is SampleKind.WHOLE and not sample.answerable
    }
    groups = Counter((sample.questions, sample.kind) for sample in samples)

    def weight(sample: Sample) -> float:
        heavy = sample.kind is SampleKind.WHOLE and sample.questions in with_unanswerable
        return (_WITH_UNANSWERABLE if heavy else _WEIGHTS[sample.kind]) / groups[sample.questions, sample.kind]

    weights = np.array([weight(sample) for sample in samples])
    return np.asarray(weights * len(weights) / weights.sum(), dtype=np.float64)


def fit(
    signals: NDArray[np.float64], right: NDArray[np.bool_], weights: NDArray[np.float64], names: Sequence[str] = SIGNALS
) -> tuple[float, NDArray[np.float64]]:
    """Fit a logistic regression with a small ridge, in which the sign of each weight is given.

    Of float64 [samples, signals], bool [samples] and float64 [samples]. Returns the intercept, and float64 [signals];
    those of AGAINST are zero or less, the others zero or more.
    """
    from scipy.optimize import minimize

    mean, spread = signals.mean(axis=0), signals.std(axis=0) + 1e-9
    standard = (signals - mean) / spread

    def loss(values: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        logits = values[0] + standard @ values[1:]
        gradient = weights * (1 / (1 + np.exp(-logits)) - right)
        total = weights @ (np.logaddexp(0, logits) - right * logits) + _RIDGE * values[1:] @ values[1:]
        return total, np.concatenate([[gradient.sum()], standard.T @ gradient + 2 * _RIDGE * values[1:]])

    bounds = [(None, None), *((None, 0) if name in AGAINST else (0, None) for name in names)]
    values = minimize(loss, np.zeros(len(bounds)), jac=True, method="L-BFGS-B", bounds=bounds).x
    fitted = values[1:] / spread
    return float(values[0] - fitted @ mean), fitted


def strong_from(probabilities: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """Return the lowest probability from which the share of right answers is STRONG_PRECISION; 1 if there is none.

    Answers of the same probability are strong together or not at all.

    >>> strong_from(np.array([.9, .8, .7, .2]), np.array([True, True, False, False]))
    0.8
    """
    order = np.argsort(-probabilities, kind="stable")
    precision = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    ends = np.diff(probabilities[order], append=-1.0) < 0
    enough = np.flatnonzero(ends & (precision >= STRONG_PRECISION))
    return float(probabilities[order[enough[-1]]]) if len(enough) else 1.0


def _probabilities(calibration: Calibration, samples: Sequence[Sample]) -> NDArray[np.float64]:
    """Return the confidence of each sample, rounded as an answer shows it."""
    return np.array(
        [round(calibration.probability(dict(zip(calibration.weights, s.signals, strict=True))), 4) for s in samples]
    )


def _report(calibration: Calibration, samples: Sequence[Sample]) -> CalibrationReport:
    probabilities = _probabilities(calibration, samples)
    whole = np.array([sample.kind is SampleKind.WHOLE for sample in samples])
    other = np.array([sample.kind is SampleKind.OTHER for sample in samples])
    confidence, right = probabilities[whole], np.array([sample.right for sample in samples])[whole]
    tenth = np.minimum((confidence * _BINS).astype(int), _BINS - 1)
    strong = confidence >= calibration.strong
    return CalibrationReport(
        calibration=calibration,
        reliability=tuple(
            Bin(int((tenth == n).sum()), float(confidence[tenth == n].mean()), float(right[tenth == n].mean()))
            for n in range(_BINS)
            if (tenth == n).any()
        ),
        answers=len(confidence),
        strong=int(strong.sum()),
        strong_right=float(right[strong].mean()) if strong.any() else 0.0,
        off_topic=float((probabilities[other] < calibration.weak).mean()) if other.any() else 0.0,
    )
