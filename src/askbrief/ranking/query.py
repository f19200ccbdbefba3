"""What is searched for: a question's terms, and other terms that may stand for some of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from askbrief.ranking.analysis import analyse

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Alternative:
    """Terms that stand for others: another name of a thing, or the word that a typo was meant to be.

    `stands_for` are terms of the question; those of two alternatives are the same or have none in common. A passage
    that has all of `terms` is worth `weight` (0..1) of one that has what was asked for.
    """

    stands_for: frozenset[str]
    terms: frozenset[str]
    weight: float


@dataclass(frozen=True, slots=True)
class Query:
    """A question as it is searched for.

    `text` is what the encoder reads, `terms` are the index terms in order and with repetitions.
    """

    text: str
    terms: tuple[str, ...]
    alternatives: tuple[Alternative, ...] = ()

    @classmethod
    def from_question(cls, question: str, alternatives: Sequence[Alternative] = ()) -> Self:
        """Take a question as it is written."""
        return cls(question, tuple(analyse(question)), tuple(alternatives))
