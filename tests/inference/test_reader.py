"""The packaged reader on twenty fixed pairs of question and passage, without an index."""

from __future__ import annotations

import json
import shutil
from multiprocessing import get_context
from typing import TYPE_CHECKING

import pytest

from askbrief.errors import ModelError
from askbrief.inference.compilation import sample
from askbrief.inference.reader import CARD, GRAPH, MAX_QUESTION_PIECES, PACKAGED, Reader, packaged_reader
from askbrief.language.analysis import sentence_spans
from askbrief.records import Passage, Span

if TYPE_CHECKING:
    from pathlib import Path

    from askbrief.inference.reader import ReaderOutput

ANSWERS = """
41 metres | The state | the rains of spring never came | a sore arm | by the sun and by landmarks | noon
between 900 and 1,200 | Plants turn light, water and carbon dioxide into sugar and oxygen | The composer
choose "Forgot password" | raised its key interest rate by a quarter of a point | The visitors | 324 metres
a language of their own | half an hour | A storm brought down a high-voltage line
Every resident aged sixteen or over who has lived in the district for three months
the infrared light of the earliest galaxies | Software licences | in a railway carriage
"""
RIGHT = [answer.strip() for line in ANSWERS.strip().splitlines() for answer in line.split("|")]
QUESTIONS, TEXTS = zip(*sample(), strict=True)


def passage(text: str, start: int = 0) -> Passage:
    spans = tuple(Span(start + span.start, start + span.end) for span in sentence_spans(text, 0, len(text)))
    return Passage("a", start, start + len(text), text, spans, (1, 1))


def likeliest(reading: ReaderOutput, text: str, start: int = 0) -> str:
    place = max((place for place in reading.spans if place), key=lambda place: place.margin)
    return text[place.span.start - start : place.span.end - start]


@pytest.fixture(scope="module")
def readings() -> list[list[ReaderOutput]]:
    passages = [passage(text) for text in TEXTS]
    return [packaged_reader().read(question, passages) for question in QUESTIONS]


def test_of_twenty_passages_the_one_that_answers_is_the_most_relevant(readings: list[list[ReaderOutput]]) -> None:
    best = [max(range(20), key=lambda place: row[place].relevance) for row in readings]
    assert sum(place == number for number, place in enumerate(best)) >= 19


def test_a_passage_that_answers_is_told_from_one_that_does_not(readings: list[list[ReaderOutput]]) -> None:
    own = [row[number] for number, row in enumerate(readings)]
    others = [reading for number, row in enumerate(readings) for place, reading in enumerate(row) if place != number]
    assert sum(reading.answers > 0 for reading in own) >= 17
    assert sum(reading.answers < 0 for reading in others) >= 0.98 * len(others)
    assert sum(reading.margin > 0 for reading in own) >= 16
    assert sum(reading.margin < 0 for reading in others) >= 0.98 * len(others)


def test_the_answer_is_found_word_for_word(readings: list[list[ReaderOutput]]) -> None:
    found = [likeliest(row[number], TEXTS[number]) for number, row in enumerate(readings)]
    assert sum(one in right or right in one for one, right in zip(found, RIGHT, strict=True)) >= 16


def test_spans_count_characters_of_the_document_and_stay_within_their_sentence() -> None:
    text = TEXTS[0]
    [there, moved] = (packaged_reader().read(QUESTIONS[0], [passage(text, start)])[0] for start in (0, 5000))
    assert likeliest(moved, text, 5000) == likeliest(there, text)
    for sentence, place in zip(passage(text, 5000).sentences, moved.spans, strict=True):
        assert place is not None
        assert sentence.start <= place.span.start < place.span.end <= sentence.end


def test_a_title_says_of_whom_a_passage_speaks_and_is_no_part_of_the_answer() -> None:
    text = "She was born in Turin in 1909 and studied medicine there. Later she worked in St. Louis."
    question = "where was Rita Levi-Montalcini born?"
    readings = packaged_reader().read(question, [passage(text, 70)] * 2, ["Rita Levi-Montalcini", "Golda Meir"])
    assert readings[0].relevance > readings[1].relevance
    assert readings[0].answers > readings[1].answers
    assert likeliest(readings[0], text, 70) == "Turin"


def test_the_same_is_read_whatever_is_read_beside_it() -> None:
    alone = packaged_reader().read(QUESTIONS[3], [passage(TEXTS[3])])
    assert packaged_reader().read(QUESTIONS[3], [passage(text) for text in TEXTS[:6]])[3] == alone[0]


def test_a_process_that_was_forked_reads_by_itself() -> None:
    readings = packaged_reader().read(QUESTIONS[3], [passage(TEXTS[3])])
    forked = get_context("fork")
    found = forked.SimpleQueue()
    child = forked.Process(
        target=lambda: found.put(packaged_reader().read(QUESTIONS[3], [passage(TEXTS[3])])), daemon=True
    )
    child.start()
    child.join(60)
    assert child.exitcode == 0
    assert found.get() == readings


def test_nothing_to_read_and_nothing_but_signs_are_no_trouble() -> None:
    assert packaged_reader().read("who?", []) == []
    [reading] = packaged_reader().read("???", [Passage("a", 0, 1, "\u200b", (Span(0, 1),), (1, 1))])
    assert reading.spans == (None,)
    assert reading.margin == 0


def test_of_what_is_longer_than_the_model_the_beginning_is_read() -> None:
    text = f"{TEXTS[0]} {'More was said about it on the day. ' * 80}The end was near."
    question = f"{QUESTIONS[0]} {'please ' * 2 * MAX_QUESTION_PIECES}"
    [reading] = packaged_reader().read(question, [passage(text)])
    assert reading.spans[-1] is None
    assert reading.spans[0] is not None


@pytest.mark.parametrize("name", [GRAPH, CARD])
def test_a_damaged_reader_is_refused_in_a_line(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "reader"
    shutil.copytree(PACKAGED, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 255
    (folder / name).write_bytes(content)
    with pytest.raises(ModelError, match="ASKBRIEF_READER=off"):
        Reader(folder)


def test_it_is_small_and_its_card_names_what_it_was_made_from() -> None:
    assert (PACKAGED / GRAPH).stat().st_size <= 25_000_000
    card = (PACKAGED / "README.md").read_text(encoding="utf-8")
    assert json.loads((PACKAGED / CARD).read_text())["sums"][GRAPH] in card
    for source in ("SQuAD", "SQuADShifts", "QAMR", "FairytaleQA", "Natural Questions", "TimeQA", "Quoref", "TAT-QA"):
        assert source in card
