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
    """A logistic model over the best signals of the first hits; none of them depends on the other scores of a query.

    The numbers were fitted with scikit-learn's LogisticRegression, classes balanced, on the two tuning sets that
    have unanswerable questions, with the packaged model (docs/quality.md).
    """

    intercept: float = -6.1
    cosine: float = 3.7
    sentence_cosine: float = 4.9
    sentence_coverage: float = 1.6
    strong: float = 0.7
    weak: float = 0.3
    hits: int = 5

    def judge(self, signals: Sequence[Mapping[str, float]]) -> tuple[Verdict, float]:
        """Judge by the signals of the hits, best first.

        Returns:
            The verdict, and the probability (0..1) that the sources answer; no hits are no answer.

        >>> Judge().judge([{"cosine": 0.69, "sentence_cosine": 0.81, "sentence_coverage": 1.0}])[0].value
        'strong'
        """
        first = signals[: self.hits]
        if not first:
            return Verdict.NONE, 0.0
        evidence = self.intercept + sum(
            weight * max(hit[name] for hit in first)
            for name, weight in (
                ("cosine", self.cosine),
                ("sentence_cosine", self.sentence_cosine),
                ("sentence_coverage", self.sentence_coverage),
            )
        )
        confidence = 1 / (1 + math.exp(-evidence))
        if confidence >= self.strong:
            return Verdict.STRONG, confidence
        return (Verdict.WEAK if confidence >= self.weak else Verdict.NONE), confidence
