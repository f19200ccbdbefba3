"""The best passages read together with the question: a new order, the answer marked, and one setting to do without."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from askbrief.answering.verdict import READ_SIGNALS, packaged_calibration, write_calibration
from askbrief.errors import SettingsError
from askbrief.records import Method

if TYPE_CHECKING:
    from askbrief import Library
    from tests.conftest import Workplace

QUESTION = "who mended the bridge at Oldford?"
ANSWER = "In the spring the masons Harrow and Pike mended it for forty crowns."


def filled(workplace: Workplace) -> None:
    """The words of the question stand in passages that don't answer it; the one that does has fewer of them."""
    workplace.write("walks.txt", "The bridge at Oldford is a good place to begin a walk. The bridge at Oldford is old.")
    workplace.write("who.txt", "Who may cross the bridge at Oldford on market days is a matter for the wardens.")
    workplace.write("repairs.txt", f"The bridge at Oldford was broken by ice. {ANSWER}")
    workplace.build()


def first(library: Library) -> str:
    return library.ask(QUESTION).hits[0].doc_id


def test_the_passage_that_answers_comes_first_and_its_answer_is_marked(workplace: Workplace) -> None:
    filled(workplace)
    with workplace.open() as library:
        hit = library.ask(QUESTION).hits[0]
    assert hit.doc_id == "repairs.txt"
    assert hit.answer_sentence == ANSWER
    assert hit.answer is not None
    assert "Harrow" in hit.words(hit.answer)


def test_what_was_read_stands_among_the_signals(workplace: Workplace) -> None:
    filled(workplace)
    with workplace.open() as library:
        answer = library.ask(QUESTION)
    for hit in answer.hits:
        assert {"ranking", "relevance", "answers", "margin"} <= hit.signals.keys()
        assert 0 <= hit.score <= 1
    assert [hit.score for hit in answer.hits] == sorted((hit.score for hit in answer.hits), reverse=True)
    assert set(READ_SIGNALS) <= answer.signals.keys()


def test_one_setting_does_without(workplace: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(workplace)
    monkeypatch.setenv("ASKBRIEF_READER", "off")
    with workplace.open() as library:
        answer = library.ask(QUESTION)
    assert not any("relevance" in hit.signals for hit in answer.hits)
    assert not set(READ_SIGNALS) & answer.signals.keys()


def test_other_methods_are_compared_without_it(workplace: Workplace) -> None:
    filled(workplace)
    with workplace.open() as library:
        answer = library.ask(QUESTION, method=Method.BM25)
    assert not any("relevance" in hit.signals for hit in answer.hits)


def test_how_many_are_shown_makes_no_difference_to_what_comes_first(workplace: Workplace) -> None:
    for number in range(30):
        workplace.write(
            f"{number}.txt", f"Bridge number {number} at Oldford was mended by mason {chr(65 + number % 26)}."
        )
    filled(workplace)
    with workplace.open() as library:
        few, many = library.ask(QUESTION, 3), library.ask(QUESTION, 25)
    assert [hit.key for hit in few.hits] == [hit.key for hit in many.hits[:3]]
    assert few.confidence == many.confidence
    scores = [hit.score for hit in many.hits]
    assert scores == sorted(scores, reverse=True)


def test_a_calibration_fitted_with_the_reader_is_refused_without_it(workplace: Workplace) -> None:
    filled(workplace)
    path = workplace.root / "calibration.json"
    write_calibration(packaged_calibration(read=True), path)
    assert set(READ_SIGNALS) & json.loads(path.read_text())["weights"].keys()
    with pytest.raises(SettingsError, match="ASKBRIEF_READER"):
        workplace.open(calibration=path, reader=False)
    with workplace.open(calibration=path) as library:
        assert library.ask(QUESTION).confidence > 0
