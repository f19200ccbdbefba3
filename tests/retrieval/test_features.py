"""What the single sentences of a passage say to a question."""

from __future__ import annotations

import numpy as np
import pytest

from askbrief.records import Metadata, Passage, Span
from askbrief.retrieval.bm25 import Concept, QueryTerm, WeightedQuery
from askbrief.retrieval.candidates import document_evidence
from askbrief.retrieval.scoring import PassageContent, SentenceEvidence, text_features
from tests.retrieval import compiled

SENTENCES = ("The river rose.", "Troops left; the troops rested.", "The TTP has 3,000 fighters.")
TEXT = " ".join(SENTENCES)
VECTORS = np.array([[1, 0], [0, 1], [0.6, -0.8]], dtype=np.float16)
QUERY = np.array([1, 0], dtype=np.float32)


def passage(start: int = 0) -> Passage:
    spans = [Span(start + TEXT.index(words), start + TEXT.index(words) + len(words)) for words in SENTENCES]
    return Passage("a.txt", start, start + len(TEXT), TEXT, tuple(spans), (1, 1))


def features(query: WeightedQuery, title: str = "", start: int = 0) -> tuple[SentenceEvidence, dict[str, float]]:
    return text_features(PassageContent(0, passage(start), title, Metadata(), VECTORS), query, QUERY)


def evidence(query: WeightedQuery, start: int = 0) -> SentenceEvidence:
    return features(query, start=start)[0]


def asking(weights: dict[str, float]) -> WeightedQuery:
    """A question for terms of these weights."""
    concepts = tuple(Concept((QueryTerm(term, True, 1, weight),)) for term, weight in weights.items())  # noqa: FBT003
    return WeightedQuery(concepts, (), weight=sum(weights.values()) or 1.0, maximum=1.0)


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
    assert evidence(asking(weights)).coverages == pytest.approx(coverages)


def test_each_sentence_has_its_own_cosine_to_the_question() -> None:
    cosines = evidence(asking({})).cosines
    assert cosines == pytest.approx([1, 0, 0.6], abs=1e-3)  # as exact as float16 is
    assert cosines.dtype == np.float32


def test_where_a_passage_begins_changes_nothing() -> None:
    query = asking({"troop": 1.0, "ttp": 2.0})
    here, further = (evidence(query, start) for start in (0, 700))
    assert here.coverages.tolist() == further.coverages.tolist()


def test_a_phrase_counts_where_its_words_are_neighbours_in_the_same_order() -> None:
    def phrases(*terms: str) -> float:
        return features(compiled([[]]).query(terms).query)[1]["phrases"]

    assert phrases("troop", "left") == 1
    assert phrases("left", "troop") == 1  # "left; the troops": what lies between is a stop word
    assert phrases("rose", "river") == 0
    assert phrases("river", "rose", "ttp") == pytest.approx(0.5)
    assert phrases("river") == 0


def test_the_title_counts_by_the_terms_of_the_question_that_it_has() -> None:
    query = asking({"flood": 3.0, "kunar": 1.0})
    assert features(query, "Floods in the north")[1]["title"] == pytest.approx(0.75)


@pytest.mark.parametrize(
    ("scores", "expected"), [([0.4], 0.4), ([0.2, 0.4], 0.3), ([0.1, 0.9, 0.3, 0.6, 0.0], 0.6), ([0.0, 0.0], 0.0)]
)
def test_a_document_is_as_good_as_its_three_best_passages(scores: list[float], expected: float) -> None:
    assert document_evidence(np.array(scores, dtype=np.float32)) == pytest.approx(expected)
