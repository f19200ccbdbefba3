"""The sentence of a passage that is marked."""

from __future__ import annotations

import numpy as np
import pytest

from askbrief.answering.sentence import best_sentence
from askbrief.query.parsed_question import parse_question
from askbrief.records import Passage, Span
from askbrief.retrieval.scoring import SentenceEvidence

SPANS = (Span(100, 110), Span(111, 125), Span(126, 140))
PASSAGE = Passage("a.txt", 100, 140, "." * 40, SPANS, (1, 1))
NOTHING = parse_question("")


def marked(question: str, *sentences: str) -> str:
    """Return the sentence that is marked among some with equal coverage and cosine."""
    text, spans = "", []
    for sentence in sentences:
        spans.append(Span(len(text), len(text) + len(sentence)))
        text += f"{sentence} "
    even = np.full(len(sentences), 0.5, dtype=np.float32)
    passage = Passage("a.txt", 0, len(text), text, tuple(spans), (1, 1))
    span = best_sentence(parse_question(question), passage, SentenceEvidence(even, even))
    return text[span.start : span.end]


@pytest.mark.parametrize(
    ("coverages", "cosines", "best"),
    [
        ([0.1, 0.9, 0.2], [0.5, 0.5, 0.5], 1),  # the one with most of the question's words
        ([0.5, 0.5, 0.5], [0.1, 0.2, 0.8], 2),  # with as many words, the one nearest in meaning
        ([0.0, 0.0, 0.0], [-0.3, -0.1, -0.2], 1),
        ([0.5, 0.4, 0.0], [0.0, 0.5, 0.6], 1),  # 0.30, 0.44, 0.24
        ([0.3, 0.7, 0.7], [0.2, 0.4, 0.4], 1),  # the first of equals
        ([0.0, 0.0, 0.0], [0.0, 0.0, 0.0], 0),
    ],
)
def test_the_sentence_with_the_most_evidence_is_marked(coverages: list[float], cosines: list[float], best: int) -> None:
    evidence = SentenceEvidence(np.array(coverages, dtype=np.float32), np.array(cosines, dtype=np.float32))
    assert best_sentence(NOTHING, PASSAGE, evidence) == SPANS[best]


@pytest.mark.parametrize(
    ("question", "other", "answering"),
    [
        ("when did Kabul fall?", "Kabul fell at once.", "Kabul fell on August 15."),
        ("how many attacks were there?", "There were attacks in May.", "There were 87 attacks."),
        ("what share of attacks?", "There were 87 attacks.", "It had 42% of the attacks."),
        ("where did they strike?", "They struck at dawn.", "They struck in Kunar."),
        ("who leads the TTP?", "The TTP is led by a man.", "The TTP is led by Noor Wali Mehsud."),
    ],
)
def test_a_sentence_with_what_is_asked_for_is_marked_before_one_without(
    question: str, other: str, answering: str
) -> None:
    assert marked(question, other, answering) == answering
    assert marked(question, answering, other) == answering


def test_what_the_question_says_itself_is_no_answer() -> None:
    assert marked("when in 2021 did Kabul fall?", "Kabul fell in 2021.", "Kabul fell on August 15.") == (
        "Kabul fell on August 15."
    )


def test_terms_that_stand_together_as_in_the_question_count_more() -> None:
    together, apart = "He knows the foreign militants well.", "Militants came; foreign states knew."
    assert marked("why are foreign militants there?", apart, together) == together


def test_a_sentence_that_points_back_takes_over_the_terms_of_the_one_before() -> None:
    before, answering = "The regatta is older than the game.", "It is held on the river."
    assert marked("what is the regatta like?", before, answering) == answering
    assert marked("what is the regatta like?", before, "Boats are held on the river.") == before


@pytest.mark.parametrize("text", ["it " * 20_000, "a " * 20_000, '"' * 40_000, "A" * 40_000, "a, " * 20_000])
def test_long_sentences_take_no_longer_than_their_length_allows(text: str) -> None:
    assert marked("who was it?", "a b.", text)
