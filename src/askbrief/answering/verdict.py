"""The verdict: a calibrated probability that the sources answer, from absolute signals, and a word for it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Annotated

import regex
from pydantic import AfterValidator, BaseModel, ConfigDict

from askbrief.answering.figures import figures_of
from askbrief.core.lazy_regex import pattern
from askbrief.language.analysis import analyse, stem_of, stems_of, terms_of
from askbrief.language.english.numbers import numerals
from askbrief.query.answer_type import expected
from askbrief.query.quantity_question import Wanted, asked
from askbrief.records import Verdict
from askbrief.retrieval.rerank import reader_signals

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal
    from pathlib import Path

    from askbrief.query.parsed_question import Query
    from askbrief.records import Hit
    from askbrief.retrieval.features import SentenceEvidence
    from askbrief.retrieval.rerank import Found

_NEGATION = pattern(
    r"\b(?:not|no|never|none|neither|nor|without|cannot|nobody|nothing|unable|fail(?:s|ed)?|lack(?:s|ed|ing)?|except)\b"
    r"|n['’]t\b",
    regex.IGNORECASE,
)
_WORD = pattern(r"[\p{L}\p{M}]+(?:['’]\p{L}+)*")
_NAME = pattern(r"(?<=\S\s+)\p{Lu}[\p{L}\p{M}\p{N}'’]*")
"""A word with a capital that does not open the question."""
_ASKING = frozenset({"mani", "much"})
_REST_IS_THERE = 0.75
"""A missing name says something only where this share of the question's other terms is there."""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """How a sentence, and the passage around it, disagree with a question.

    `negation`: the question denies and the sentence does not. `opposite`: for a word of the question that the sentence
    lacks, the sentence has the opposite. `number`: in place of a number of the question the sentence has another one.
    `name`: the passage lacks a name of the question, and has nearly all the rest.
    """

    negation: bool = False
    opposite: bool = False
    number: bool = False
    name: bool = False


class Presuppositions:
    """What a question takes for granted, to be held against sentences."""

    def __init__(self, query: Query) -> None:
        """Read the question once."""
        question = query.text
        self._query = query
        self._denies = bool(_NEGATION.search(question))
        self._stems = _stems(question)
        self._numbers = _numbers(question)
        self._names = frozenset(analyse(" ".join(_NAME.findall(question))))
        self._rest = frozenset(query.terms) - self._names - _ASKING

    def mismatch(self, sentence: str, passage: str) -> Mismatch:
        """Hold a sentence against the question, and the passage it is from, with its title and section.

        >>> from askbrief.query.parsed_question import Query
        >>> asked = Query.from_question("Who lost all of the 3 wars?")
        >>> Presuppositions(asked).mismatch("The north won all of the 2 wars.", "")
        Mismatch(negation=False, opposite=True, number=True, name=False)
        """
        stems, numbers = _stems(sentence), _numbers(sentence)
        more = stems - self._stems
        return Mismatch(
            negation=self._denies and not _NEGATION.search(sentence),
            opposite=any(more & _opposites().get(stem, frozenset()) for stem in self._stems - stems),
            number=bool(self._numbers - numbers) and bool(numbers - self._numbers),
            name=self._lacks_a_name(self._query.understood(frozenset(terms_of(passage)))) if self._names else False,
        )

    def _lacks_a_name(self, terms: frozenset[str]) -> bool:
        there = len(self._rest & terms) >= _REST_IS_THERE * len(self._rest)
        return there and bool(self._rest) and not self._names <= terms


def _stems(text: str) -> frozenset[str]:
    """Every word's stem, stop words too: "before" is the opposite of "after"."""
    return frozenset(stem_of(word) for word in _WORD.findall(text))


def _numbers(text: str) -> frozenset[Decimal]:
    """What its numbers are worth, in digits or in words."""
    return frozenset(number.value for number in numerals(text))


def opposite_words() -> list[tuple[str, str]]:
    """Pairs of words with opposite meanings; see opposites.txt for where they are from."""
    lines = resources.files(__package__).joinpath("opposites.txt").read_text(encoding="utf-8").splitlines()
    return [(one, other) for one, other in (line.split() for line in lines if line and not line.startswith("#"))]


@cache
def _opposites() -> Mapping[str, frozenset[str]]:
    """The opposites of each stem, both ways; see opposites.txt for where they are from."""
    found: dict[str, set[str]] = {}
    stems = iter(stems_of([word for pair in opposite_words() for word in pair]))
    for one, other in zip(stems, stems, strict=True):
        if one != other:
            found.setdefault(one, set()).add(other)
            found.setdefault(other, set()).add(one)
    return {stem: frozenset(others) for stem, others in found.items()}


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
