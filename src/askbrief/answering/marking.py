"""The sentence of a passage that answers best."""

from __future__ import annotations

from typing import TYPE_CHECKING

from askbrief.ranking.analysis import analyse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from askbrief.records import Passage, Span


def best_sentence(passage: Passage, weights: Mapping[str, float]) -> Span:
    """The sentence whose terms weigh most among the question's; the first of equals.

    Args:
        passage: with its sentences.
        weights: the idf of each term of the question.
    """

    def weight(sentence: Span) -> float:
        words = passage.text[sentence.start - passage.start : sentence.end - passage.start]
        return sum(weights.get(term, 0.0) for term in set(analyse(words)))

    return max(passage.sentences, key=weight)
