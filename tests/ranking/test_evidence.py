"""What the single sentences of a passage say to a question."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from askbrief.ranking.evidence import combined, sentence_evidence
from askbrief.ranking.lexical import Concept, LexicalQuery, QueryTerm
from askbrief.records import Passage, Span
from tests.ranking import compiled

SENTENCES = ("The river rose.", "Troops left; the troops rested.", "The TTP has 3,000 fighters.")
TEXT = " ".join(SENTENCES)
VECTORS = np.array([[1, 0], [0, 1], [0.6, -0.8]], dtype=np.float16)
QUERY = np.array([1, 0], dtype=np.float32)


def passage(start: int = 0) -> Passage:
    spans = [Span(start + TEXT.index(words), start + TEXT.index(words) + len(words)) for words in SENTENCES]
    return Passage("a.txt", start, start + len(TEXT), TEXT, tuple(spans), (1, 1))


def asking(weights: dict[str, float]) -> LexicalQuery:
    """A question for terms that weigh so much."""
    concepts = [Concept((QueryTerm(term, None, 1, weight),), ()) for term, weight in weights.items()]
    return replace(compiled([[]]).query([]), concepts=concepts)


@pytest.mark.parametrize(
    ("weights", "coverages"),
    [
        ({"ttp": 1.0, "fighter": 2.0, "troop": 1.0}, [0, 0.25, 0.75]),
        ({"troop": 2.0, "river": 2.0}, [0.5, 0.5, 0]),  # a term counts once, however often it stands there
        ({"3000": 1.0}, [0, 0, 1]),
        ({"elsewhere": 9.0}, [0, 0, 0]),
        ({}, [0, 0, 0]),
    ],
)
def test_a_sentence_covers_its_share_of_the_questions_terms(weights: dict[str, float], coverages: list[float]) -> None:
    assert sentence_evidence(passage(), asking(weights), VECTORS, QUERY).coverages == pytest.approx(coverages)


def test_each_sentence_has_its_own_cosine_to_the_question() -> None:
    evidence = sentence_evidence(passage(), asking({}), VECTORS, QUERY)
    assert evidence.cosines == pytest.approx([1, 0, 0.6], abs=1e-3)  # as exact as float16 is
    assert evidence.cosines.dtype == np.float32


def test_where_a_passage_begins_changes_nothing() -> None:
    query = asking({"troop": 1.0, "ttp": 2.0})
    here, further = (sentence_evidence(passage(start), query, VECTORS, QUERY) for start in (0, 700))
    assert here.coverages.tolist() == further.coverages.tolist()


@pytest.mark.parametrize(("share", "expected"), [(0, 0.2), (1, 0.8), (0.25, 0.35)])
def test_the_best_sentence_has_its_share_of_a_passages_evidence(share: float, expected: float) -> None:
    assert combined(0.2, 0.8, share) == pytest.approx(expected)
