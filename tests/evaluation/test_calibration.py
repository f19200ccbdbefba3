"""The verdict fitted to question sets: its signs, its bounds, and what it refuses."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from askbrief.answering.verdict import AGAINST, SIGNALS
from askbrief.errors import EvaluationError
from askbrief.evaluation.calibration import STRONG_PRECISION, SampleKind, calibrate, fit, strong_from
from askbrief.evaluation.question_sets import QuestionSet
from askbrief.settings import Settings
from tests.fakes import HashEncoder

if TYPE_CHECKING:
    from pathlib import Path

WORDS = "river saffron bridge market valley convoy winter harvest tunnel quarry orchard lantern".split()


def written(folder: Path, *, unanswerable: bool = True) -> QuestionSet:
    """Twelve documents about one thing each, a question on each, and as many on things that no document names."""
    folder.mkdir(exist_ok=True)
    texts = [f"The {word} of district {place} was closed in May. Nobody knows why." for place, word in enumerate(WORDS)]
    rows: list[dict[str, Any]] = [
        {"qid": word, "question": f"when was the {word} closed?", "answerable": True,
         "gold": [{"doc_id": f"{word}.txt", "start": 0, "end": texts[place].index(".")}]}
        for place, word in enumerate(WORDS)
    ]  # fmt: skip
    if unanswerable:
        rows += [{"qid": f"no {w}", "question": f"who paid {w} taxes?", "answerable": False} for w in WORDS]
    corpus = [{"doc_id": f"{w}.txt", "title": w, "text": text} for w, text in zip(WORDS, texts, strict=True)]
    for name, lines in (("corpus", corpus), ("queries", rows)):
        (folder / f"{name}.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return QuestionSet(folder)


def test_what_is_answered_comes_out_surer_than_what_is_not(tmp_path: Path) -> None:
    report = calibrate([written(tmp_path / "set")], HashEncoder(), Settings())
    calibration = report.calibration
    assert calibration.encoder == "all-MiniLM-L6-v2"  # the fake stands for it
    assert calibration.fitted_on == ("set",)
    assert 0 < calibration.weak <= calibration.strong <= 1
    assert report.answers == 2 * len(WORDS)
    assert sum(tenth.answers for tenth in report.reliability) == report.answers
    assert report.strong_right >= STRONG_PRECISION
    assert report.reliability[0].right < report.reliability[-1].right
    assert report.off_topic > 0.5


def test_no_weight_speaks_against_what_its_signal_stands_for() -> None:
    random = np.random.default_rng(7)
    signals = random.random((400, len(SIGNALS)))
    contrary = np.array([-1.0 if name not in AGAINST else 1.0 for name in SIGNALS])
    right = signals @ contrary + random.normal(0, 0.3, 400) > np.median(signals @ contrary)
    _, weights = fit(signals, right, np.ones(400))
    assert weights == pytest.approx(np.zeros(len(SIGNALS)), abs=1e-9)


def test_the_weights_find_what_decides() -> None:
    random = np.random.default_rng(7)
    signals = random.random((2_000, len(SIGNALS)))
    cosine, negation = SIGNALS.index("cosine"), SIGNALS.index("negation")
    logits = 6 * signals[:, cosine] - 4 * signals[:, negation] - 1
    right = random.random(2_000) < 1 / (1 + np.exp(-logits))
    intercept, weights = fit(signals, right, np.ones(2_000))
    assert weights[cosine] == pytest.approx(6, rel=0.2)
    assert weights[negation] == pytest.approx(-4, rel=0.2)
    assert intercept == pytest.approx(-1, abs=0.6)


def test_answers_of_the_same_probability_are_strong_together_or_not_at_all() -> None:
    right = np.array([True] * 19 + [True, False, False])
    probabilities = np.array([0.9] * 19 + [0.8] * 3)
    assert strong_from(probabilities, right) == 0.9


def test_strong_begins_as_low_as_its_precision_allows_and_nowhere_without_it() -> None:
    right = np.array([True] * 19 + [False] + [True] * 20 + [False] * 10)
    probabilities = np.linspace(0.99, 0.5, len(right))
    bound = strong_from(probabilities, right)
    assert right[probabilities >= bound].mean() >= STRONG_PRECISION
    assert (probabilities >= bound).sum() == 41  # the first of those that are wrong is still within one in twenty
    assert strong_from(probabilities, np.zeros(len(right), dtype=np.bool_)) == 1.0


def test_questions_that_are_all_answered_cannot_calibrate_anything(tmp_path: Path) -> None:
    questions = written(tmp_path / "set", unanswerable=False)
    few = QuestionSet(questions.folder)
    few.texts = dict(list(few.texts.items())[:1])  # too few documents to ask elsewhere
    with pytest.raises(EvaluationError, match="some questions must be answered and some not"):
        calibrate([few], HashEncoder(), Settings())


def test_every_kind_of_index_is_told_by_a_name() -> None:
    assert len({kind.value for kind in SampleKind}) == len(SampleKind) == 6
