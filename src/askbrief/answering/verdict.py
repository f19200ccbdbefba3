"""Whether the sources answer at all: a calibrated probability from absolute signals, and a word for it."""

from __future__ import annotations

import math
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict

from askbrief.answering.asked import Wanted, asked
from askbrief.answering.figures import figures_of
from askbrief.answering.mismatch import Presuppositions
from askbrief.answering.rereading import reader_signals
from askbrief.ranking.expected import expected
from askbrief.records import Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from askbrief.answering.rereading import Found
    from askbrief.ranking.evidence import SentenceEvidence
    from askbrief.ranking.query import Query
    from askbrief.records import Hit

CALIBRATION_FILES = {True: "calibration.json", False: "calibration-unread.json"}
"""Fitted with what the reader says of the first passages, and without."""
FIRST = 3
"""The probability is that of the answer standing in one of so many first passages, or in one that says the same."""
JUDGED = 5
"""So many of the first passages are judged by; how many are shown makes no difference."""
MISMATCHES = ("negation", "opposite", "number", "name")
AGAINST = ("unanswered", "uncounted", *MISMATCHES)
"""The signals that speak against; the others speak for."""
READ_SIGNALS = ("answers", "margin")
"""The signals that are there where the first passages were read."""
SIGNALS = ("cosine", "sentence_cosine", "sentence_coverage", "lead", *READ_SIGNALS, *AGAINST)
_LEAST_LOGIT = -700.0
"""Below it the exponential is more than a float can hold; the probability is nothing long before."""


def _known(name: str) -> str:
    if name not in SIGNALS:
        raise ValueError(f"there is no signal {name!r}")
    return name


Signal = Annotated[str, AfterValidator(_known)]


class Calibration(BaseModel):
    """A logistic model of whether the first passages hold the answer, and where its words change.

    Attributes:
        encoder: the embedding model whose cosines it was fitted on; it says nothing of another one's.
        fitted_on: the question sets.
        intercept, weights: the logit is their sum with the signals.
        strong, weak: from these probabilities on, the verdict is strong, or weak.
    """

    model_config = ConfigDict(frozen=True, allow_inf_nan=False)

    encoder: str
    fitted_on: tuple[str, ...]
    intercept: float
    weights: dict[Signal, float]
    strong: float
    weak: float

    @property
    def of_unread(self) -> bool:
        """Whether it judges passages that were not read."""
        return self.weights.keys().isdisjoint(READ_SIGNALS)

    def probability(self, signals: Mapping[str, float]) -> float:
        """How likely it is that the answer is there: 0..1.

        >>> model = Calibration(encoder="", fitted_on=(), intercept=-2, weights={"cosine": 4}, strong=0.9, weak=0.3)
        >>> model.probability({"cosine": 0.5})
        0.5
        """
        logit = self.intercept + sum(weight * signals[name] for name, weight in self.weights.items())
        return 1 / (1 + math.exp(-max(logit, _LEAST_LOGIT)))

    def verdict(self, probability: float) -> Verdict:
        """The word for a probability."""
        if probability >= self.strong:
            return Verdict.STRONG
        return Verdict.WEAK if probability >= self.weak else Verdict.NONE


@cache
def packaged_calibration(*, read: bool) -> Calibration:
    """The calibration that comes with askbrief (`make calibrate` fits it), for passages that were read, or not."""
    return read_calibration(resources.files(__package__).joinpath(CALIBRATION_FILES[read]).read_text("utf-8"))


def read_calibration(text: str) -> Calibration:
    """Read what `askbrief calibrate` wrote."""
    return Calibration.model_validate_json(text)


def write_calibration(calibration: Calibration, path: Path) -> None:
    """Write it as numbers for anyone to read."""
    path.write_text(f"{calibration.model_dump_json(indent=2)}\n", encoding="utf-8")


def verdict_signals(query: Query, passages: Sequence[Found], first: Hit | None) -> dict[str, float]:
    """What the verdict rests on; none of it depends on how the scores of a question compare with another's.

    Args:
        query: what was searched for.
        passages: those found, in any order.
        first: the best of them, as it is to be shown.

    Returns:
        `cosine` of the best one; `sentence_cosine`, of the best sentence of any of the first three; the best
        `sentence_coverage` of the first few; `lead`, by how much the best one's score is ahead of the last of them;
        `unanswered`, whether the marked sentence lacks the short answer that is asked for; `uncounted`, whether the
        passage counts none of what is to be counted; and 1 for each way in which it disagrees with the question (see
        Mismatch). Where the first three were read, the best `answers` and `margin` of them (0..1, see rereading.py).
        Empty where nothing was found.
    """
    ranked = [one for found in passages for one in found.all()]
    judged = sorted(ranked, key=lambda one: (-one.score, one.number))[:JUDGED]
    if first is None or not judged:
        return {}
    best = judged[0]
    signals = {
        "cosine": best.signals["cosine"],
        "sentence_cosine": round(max(_best_cosine(found.sentences) for found in judged[:FIRST]), 6),
        "sentence_coverage": max(found.signals["sentence_coverage"] for found in judged),
        "lead": round(best.score - judged[-1].score, 6),
        "unanswered": float(first.answer is None and expected(query.text).is_short),
        "uncounted": float(_is_uncounted(query, first)),
    }
    mismatch = Presuppositions(query).mismatch(
        first.answer_sentence, f"{first.title}\n{best.passage.section or ''}\n{first.quote}"
    )
    signals |= {name: float(getattr(mismatch, name)) for name in MISMATCHES}
    read = [reader_signals(found.reading) for found in passages[:FIRST] if found.reading is not None]
    return signals | {name: max(one[name] for one in read) for name in READ_SIGNALS if read}


def _best_cosine(sentences: SentenceEvidence) -> float:
    return float(sentences.cosines[sentences.best])


def _is_uncounted(query: Query, first: Hit) -> bool:
    quantity = asked(query.text)
    return quantity is not None and quantity.wanted is Wanted.COUNT and not figures_of(query, first)
