"""The verdict: a calibrated probability that the sources answer, from absolute signals."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict

from askbrief.language.analysis import stems_of, terms_of, word_stems
from askbrief.language.english.numbers import number_values
from askbrief.language.english.words import NEGATION, opposite_words
from askbrief.language.identification import language_of
from askbrief.query.quantity_question import QuantityTarget
from askbrief.records import Verdict
from askbrief.retrieval.rerank import reader_signals
from askbrief.retrieval.scoring import DEFAULT_WEIGHTS, weights_folder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from askbrief.query.parsed_question import ParsedQuestion
    from askbrief.records import Figure, Hit
    from askbrief.retrieval.rerank import PassageGroup
    from askbrief.retrieval.scoring import SentenceEvidence

_REST_IS_THERE = 0.75
"""A missing name counts as a mismatch only if the passage has this share of the question's other terms."""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """How a sentence, and the passage around it, contradict what a question takes for granted."""

    negation: bool = False  # the question is negated and the sentence is not
    opposite: bool = False  # the sentence has the opposite of a word of the question, and lacks the word itself
    number: bool = False  # the sentence has another number in place of one of the question's
    name: bool = False  # the passage lacks a name of the question, and has nearly all its other terms


def find_mismatch(parsed: ParsedQuestion, sentence: str, passage: str) -> Mismatch:
    """Compare a sentence, and the passage around it with title and section, with what the question takes for granted.

    >>> from askbrief.query.parsed_question import parse_question
    >>> find_mismatch(parse_question("Who lost all of the 3 wars?"), "The north won all of the 2 wars.", "")
    Mismatch(negation=False, opposite=True, number=True, name=False)
    """
    presupposed = parsed.presuppositions
    stems, numbers = word_stems(sentence), number_values(sentence)
    additional = stems - presupposed.stems
    return Mismatch(
        negation=presupposed.is_negated and not NEGATION.search(sentence),
        opposite=any(additional & _opposites().get(stem, frozenset()) for stem in presupposed.stems - stems),
        number=bool(presupposed.numbers - numbers) and bool(numbers - presupposed.numbers),
        name=bool(presupposed.names) and _lacks_a_name(parsed, frozenset(terms_of(passage, language_of(passage)))),
    )


def _lacks_a_name(parsed: ParsedQuestion, passage_terms: frozenset[str]) -> bool:
    """Return whether the passage has nearly all terms of the question, but not all of its names."""
    terms = parsed.query.with_matched(passage_terms)
    names, others = parsed.presuppositions.names, parsed.presuppositions.other_terms
    has_the_rest = len(others & terms) >= _REST_IS_THERE * len(others)
    return has_the_rest and bool(others) and not names <= terms


@cache
def _opposites() -> Mapping[str, frozenset[str]]:
    """Return the opposites of each stem, in both directions."""
    found: dict[str, set[str]] = {}
    stems = iter(stems_of([word for pair in opposite_words() for word in pair]))
    for one, other in zip(stems, stems, strict=True):
        if one != other:
            found.setdefault(one, set()).add(other)
            found.setdefault(other, set()).add(one)
    return {stem: frozenset(others) for stem, others in found.items()}


CALIBRATION_FILES = {True: "calibration.json", False: "calibration-unread.json"}
"""Fitted with the outputs of the reader for the first passages (True), and without (False)."""
FIRST = 3
"""The probability is that of the answer standing in one of this many first passages, or in a near-duplicate of one."""
JUDGED = 5
"""Number of first passages whose signals count, however many are shown."""
MISMATCHES = ("negation", "opposite", "number", "name")
AGAINST = ("unanswered", "uncounted", *MISMATCHES)
"""Signals against an answer; the others are for it."""
READ_SIGNALS = ("answers", "margin")
"""Signals that exist only if the reader has read the first passages."""
SIGNALS = ("cosine", "sentence_cosine", "sentence_coverage", "lead", *READ_SIGNALS, *AGAINST)
_LEAST_LOGIT = -700.0
"""Smallest logit; below it the exponential exceeds a float, and the probability is 0 long before."""


def _known(name: str) -> str:
    if name not in SIGNALS:
        raise ValueError(f"there is no signal {name!r}")
    return name


Signal = Annotated[str, AfterValidator(_known)]


class Calibration(BaseModel):
    """A logistic model of whether the first passages have the answer, with the bounds of the verdicts."""

    model_config = ConfigDict(frozen=True, allow_inf_nan=False)

    encoder: str  # the embedding model it was fitted with; it does not apply to others
    fitted_on: tuple[str, ...]  # the question sets
    intercept: float
    weights: dict[Signal, float]
    strong: float  # the probability from which the verdict is strong
    weak: float

    @property
    def of_unread(self) -> bool:
        """Whether it is for passages that the reader has not read."""
        return self.weights.keys().isdisjoint(READ_SIGNALS)

    def probability(self, signals: Mapping[str, float]) -> float:
        """Return the probability that the first passages have the answer, 0..1.

        >>> model = Calibration(encoder="", fitted_on=(), intercept=-2, weights={"cosine": 4}, strong=0.9, weak=0.3)
        >>> model.probability({"cosine": 0.5})
        0.5
        """
        logit = self.intercept + sum(weight * signals[name] for name, weight in self.weights.items())
        return 1 / (1 + math.exp(-max(logit, _LEAST_LOGIT)))

    def verdict(self, probability: float) -> Verdict:
        """Return the verdict for a probability."""
        if probability >= self.strong:
            return Verdict.STRONG
        return Verdict.WEAK if probability >= self.weak else Verdict.NONE


@cache
def packaged_calibration(model_id: str = DEFAULT_WEIGHTS, *, read: bool) -> Calibration:
    """Return the calibration for an encoder, with or without the reader (`make refit` fits both)."""
    file = resources.files(__package__).joinpath("weights", weights_folder(model_id), CALIBRATION_FILES[read])
    return read_calibration(file.read_text("utf-8"))


def read_calibration(text: str) -> Calibration:
    """Read what `askbrief calibrate` wrote."""
    return Calibration.model_validate_json(text)


def write_calibration(calibration: Calibration, path: Path) -> None:
    """Write a calibration as readable JSON."""
    path.write_text(f"{calibration.model_dump_json(indent=2)}\n", encoding="utf-8")


def verdict_signals(
    parsed: ParsedQuestion, passages: Sequence[PassageGroup], first: Hit | None, figures: Sequence[Figure]
) -> dict[str, float]:
    """Return the signals of the verdict; none depends on how the scores of a question compare with another's.

    Args:
        parsed: the question.
        passages: the ranked ones, in any order.
        first: the best of them, as it is shown, with its answer span.
        figures: those of the best passage for the quantity asked for.

    Returns:
        `cosine` of the best one; `sentence_cosine`, of the best sentence of any of the first three; the best
        `sentence_coverage` of the first few; `lead`, by how much the best one's score is ahead of the last of them;
        `unanswered`, whether the marked sentence lacks the short answer that is asked for; `uncounted`, whether the
        passage counts none of what is to be counted; and 1 for each way in which it disagrees with the question (see
        Mismatch). If the reader has read the first three, the best `answers` and `margin` of them (0..1, see
        retrieval/rerank.py). Empty where no passage was found.
    """
    ranked = [one for found in passages for one in found.all()]
    judged = sorted(ranked, key=lambda one: (-one.score, one.number))[:JUDGED]
    if first is None or not judged:
        return {}
    best = judged[0]
    counts = parsed.quantity is not None and parsed.quantity.target is QuantityTarget.COUNT
    signals = {
        "cosine": best.signals["cosine"],
        "sentence_cosine": round(max(_best_cosine(found.sentences) for found in judged[:FIRST]), 6),
        "sentence_coverage": max(found.signals["sentence_coverage"] for found in judged),
        "lead": round(best.score - judged[-1].score, 6),
        "unanswered": float(first.answer is None and parsed.answer_type.is_short),
        "uncounted": float(counts and not figures),
    }
    context = f"{first.title}\n{best.passage.section or ''}\n{first.quote}"
    mismatch = find_mismatch(parsed, first.answer_sentence, context)
    signals |= {name: float(getattr(mismatch, name)) for name in MISMATCHES}
    read = [reader_signals(found.reading) for found in passages[:FIRST] if found.reading is not None]
    return signals | {name: max(one[name] for one in read) for name in READ_SIGNALS if read}


def _best_cosine(sentences: SentenceEvidence) -> float:
    return float(sentences.cosines[sentences.best])
