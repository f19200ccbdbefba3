"""Any input is used or refused in one line; and the inputs that once broke something."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing, suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings

from askbrief.answering.verdict import read_calibration
from askbrief.documents.text import markdown, plain_blocks
from askbrief.errors import AskbriefError, EvaluationError, JournalError, LedgerError, SettingsError
from askbrief.evaluation.journal import Journal
from askbrief.evaluation.question_sets import QuestionSet
from askbrief.ingest.splitting import MAX_CHARS, split_document
from askbrief.language.analysis import analyse, sentence_spans
from askbrief.records import Document
from askbrief.settings import load_settings
from benchmarks.torture.doors import House
from benchmarks.torture.patterns import OneWordOneToken
from benchmarks.torture.place import stand_in
from tests.ingest.test_build import article

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import Workplace

QUICK, SLOW = 12, 2
DOORS = 24


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Create a small index with its doors; its command line uses the hashing encoder."""
    with pytest.MonkeyPatch.context() as patch:
        house = House(tmp_path_factory.mktemp("house") / "it")
        stand_in(patch.setattr)
        yield house


@pytest.mark.parametrize("number", range(DOORS))
def test_whatever_comes_in_is_used_or_refused_in_one_line(house: House, number: int) -> None:
    door = house.doors()[number]

    @settings(
        derandomize=True,
        database=None,
        deadline=None,
        max_examples=SLOW if door.slow else QUICK,
        suppress_health_check=list(HealthCheck),
    )
    @given(door.comes)
    def let_in(value: object) -> None:
        with suppress(AskbriefError):
            door.enter(value)

    let_in()


def test_every_door_is_tried(house: House) -> None:
    assert len(house.doors()) == DOORS


# ------------------------------------------------------------------------------------------ what was found


def test_half_a_character_in_a_question_or_name_is_a_question_mark(asked: tuple[Workplace, str]) -> None:
    workplace, _ = asked
    with workplace.open() as library:
        assert library.ask("attacks in the \ud800 province?").question == "attacks in the ? province?"
        assert library.define("U.S.\tnil\ud800it's") == []
        assert library.names(like="\ud800 province") == []


def test_an_environment_file_that_is_no_text_is_a_settings_error(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"\xc1?\xccX*\x87")
    with pytest.raises(SettingsError, match=r"the file \.env cannot be read .* save it as UTF-8 text"):
        load_settings()


@pytest.fixture
def asked(workplace: Workplace) -> tuple[Workplace, str]:
    """Build an index, ask it, and return a key that it showed."""
    workplace.write("a.txt", article(1))
    workplace.build()
    with workplace.open() as library:
        answer = library.ask("how many attacks in the province?")
    Journal(workplace.state).record(answer, person="p", conversation="c", question="q")
    return workplace, answer.hits[0].key


@pytest.mark.parametrize("cell", ["", "\n", "1,2,3", "[]", '{"no field": 1}', "[" * 100_000])
def test_a_row_of_the_ledger_that_is_not_ours_is_a_ledger_error(asked: tuple[Workplace, str], cell: str) -> None:
    workplace, key = asked
    with closing(sqlite3.connect(workplace.state / "ledger.sqlite")) as connection, connection:
        connection.execute("UPDATE shown SET metadata = ?", (cell,))
    with workplace.open() as library, pytest.raises(LedgerError, match="holds a row that is not askbrief's"):
        library.cite(key)


@pytest.mark.parametrize("cell", ["", "{}", '[{"no field": 1}]', "[1]"])
@pytest.mark.parametrize("column", ["shown", "asked_at", "verdict"])
def test_a_row_of_the_journal_that_is_not_ours_is_a_journal_error(
    asked: tuple[Workplace, str], column: str, cell: str
) -> None:
    workplace, _ = asked
    if (column, cell) == ("shown", "{}"):
        cell = '{"key": 1}'
    with closing(sqlite3.connect(workplace.state / "journal.sqlite")) as connection, connection:
        connection.execute(f"UPDATE exchanges SET {column} = ?", (cell,))  # noqa: S608 - ours
    with pytest.raises(JournalError, match="holds a row that is not askbrief's"):
        Journal(workplace.state).exchanges()


def calibration(**changes: object) -> str:
    whole = {"encoder": "", "fitted_on": [], "intercept": 0, "weights": {"cosine": 1}, "strong": 0.9, "weak": 0.3}
    return json.dumps(whole | changes)


def test_a_calibration_of_enormous_weights_judges_without_overflow() -> None:
    assert read_calibration(calibration(intercept=-800)).probability({"cosine": 1}) == pytest.approx(0)
    assert read_calibration(calibration(intercept=1e308)).probability({"cosine": 1}) == 1


@pytest.mark.parametrize("weights", [{"no such signal": 1}, {"cosine": float("nan")}])
def test_a_calibration_that_weighs_what_there_is_not_is_refused(weights: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="weights"):
        read_calibration(calibration(weights=weights))


@pytest.mark.parametrize(
    ("corpus", "queries", "what"),
    [
        ("", "", "has no documents: put some in"),
        ('{"doc_id": "a", "title": "", "text": ""}', "", "has no questions: put some in"),
        (
            '{"doc_id": "a", "title": "", "text": "", "date": "2022-13"}',
            "",
            "corpus.jsonl line 1: date: .*a date such as",
        ),
        (
            '{"doc_id": "a", "title": "", "text": ""}',
            '{"qid": "q", "question": "", "answerable": true}\n{"qid": "q", "question": "", "answerable": true}',
            "has two questions of the same qid",
        ),
    ],
)
def test_a_question_set_that_cannot_be_measured_is_refused(
    tmp_path: Path, corpus: str, queries: str, what: str
) -> None:
    (tmp_path / "corpus.jsonl").write_text(corpus)
    (tmp_path / "queries.jsonl").write_text(queries)
    with pytest.raises(EvaluationError, match=what):
        QuestionSet(tmp_path)


# Time grew with the square of the length of each of these: minutes here, years at the largest permitted length.


def test_a_long_run_of_combining_marks_is_analysed() -> None:
    assert analyse("e" + "\u0301" * 100_000 + " attacks") == ["e", "attack"]
    assert analyse("\u0301" * 100_000 + " attacks")[-1] == "attack"


@pytest.mark.parametrize("run", ["?!", '!"', ".", "a.", "1."])
def test_a_long_run_without_white_space_is_split_from_the_sentences_around_it(run: str) -> None:
    text = f"They rose. {run * 50_000} Then they fell. It ended."
    words = [text[span.start : span.end] for span in sentence_spans(text, 0, len(text))]
    assert words[0] == "They rose."
    assert words[-2:] == ["Then they fell.", "It ended."]


def test_text_of_a_language_without_spaces_is_split_as_ever() -> None:
    text = "他们在山谷里。" * 300
    assert len(sentence_spans(text, 0, len(text))) == 300


@pytest.mark.parametrize("run", ["1-", ":1-", "2020-", "[1]:", "word" * 500 + " "])
def test_no_passage_is_longer_than_a_bound_in_characters(run: str) -> None:
    text = run * (100_000 // len(run))
    passages = split_document(Document("a.txt", "Title", text, plain_blocks(text)), OneWordOneToken()).passages
    assert max(len(passage.text) for passage in passages) <= MAX_CHARS
    assert "".join(passage.text for passage in passages).replace(" ", "") == text.replace(" ", "")


@pytest.mark.parametrize("run", ["![", "[a](", "*a", "a`", "<a "])
def test_markdown_reads_blocks_whatever_stands_within_them(run: str) -> None:
    assert len(markdown.blocks(f"# Rise\n\n{run * 50_000} attacks\n\nThey fell.")) == 3
