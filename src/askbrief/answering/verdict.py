"""Whether the sources answer at all: a probability from absolute signals, and a word for it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from askbrief.records import Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Judge:
    """A logistic model over the signals of the first hits."""

    intercept: float = -6.0
    cosine: float = 7.0
    coverage: float = 4.0
    strong: float = 0.6
    weak: float = 0.3

    def judge(self, signals: Sequence[Mapping[str, float]]) -> tuple[Verdict, float]:
        """Judge by the signals of the hits, best first."""
        if not signals:
            return Verdict.NONE, 0.0
        cosine = max(hit["cosine"] for hit in signals)
        coverage = max(hit["coverage"] for hit in signals)
        confidence = 1 / (1 + math.exp(-(self.intercept + self.cosine * cosine + self.coverage * coverage)))
        if confidence >= self.strong:
            return Verdict.STRONG, confidence
        return (Verdict.WEAK if confidence >= self.weak else Verdict.NONE), confidence
