"""The feedback commands from outside: real model, real seed, exit codes as grep's."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import typer.main

from askbrief.cli.commands import app, run
from askbrief.evaluation.journal import Journal, Reason, Vote
from tests.conftest import ROOT, SEED, TTP_QUESTION

if TYPE_CHECKING:
    from pathlib import Path

    from askbrief import Library

NOWHERE = "what is the \x1b[31mcapital of France, and how many people live in it and around it today?"


class Desk:
    """A journal of questions on the seed, and the commands that read it, run in this process."""

    def __init__(self, journal: Journal, library: Library, capture: pytest.CaptureFixture[str]) -> None:
        self.journal = journal
        self._library = library
        self._capture = capture

    def asked(self, question: str, vote: Vote | None = None, reason: Reason | None = None) -> None:
        answer = self._library.ask(question)
        exchange = self.journal.record(answer, person="ann", conversation="c", question=question)
        if vote is not None:
            self.journal.vote(exchange.id, "ann", vote, reason)

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        code = run(arguments)
        out, err = self._capture.readouterr()
        return code, out, err

    def json(self, *arguments: str) -> tuple[int, Any]:
        code, out, _ = self(*arguments, "--json")
        return code, json.loads(out)


@pytest.fixture
def desk(
    seed_index: Path,
    seed_library: Library,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Desk:
    monkeypatch.setenv("ASKBRIEF_INDEX_DIR", str(seed_index))
    monkeypatch.setenv("ASKBRIEF_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    return Desk(Journal(tmp_path / "state"), seed_library, capsys)


def test_votes_are_exported_and_the_set_is_measured_by_eval(desk: Desk) -> None:
    desk.asked(TTP_QUESTION, Vote.UP)
    desk.asked("who brews the best coffee in Islamabad", Vote.DOWN, Reason.NOTHING_TO_SAY)
    desk.asked("who leads the TTP?", Vote.DOWN, Reason.WRONG_PASSAGE)
    code, out, err = desk("feedback", "export", "my-questions")
    assert (code, err) == (0, "")
    assert out.startswith("2 questions on 1 document written to my-questions: 1 answerable, 1 not\n")
    assert "left out  1  voted down as a wrong passage" in out
    code, rows = desk.json("eval", "my-questions", "--method", "bm25")
    assert code == 0
    assert (rows[0]["questions"], rows[0]["hit@1"], rows[0]["marked_sentence"]) == (2, 1.0, 1.0)


def test_an_export_as_json_has_the_documented_shape(desk: Desk) -> None:
    desk.asked(TTP_QUESTION, Vote.UP)
    desk.asked("who leads the TTP?")
    code, report = desk.json("feedback", "export", "my-questions")
    assert code == 0
    assert report.pop("generation").startswith("000001-")
    assert report == {
        "folder": "my-questions",
        "documents": 1,
        "questions": 1,
        "answerable": 1,
        "unanswerable": 0,
        "left_out": {"no votes": 1},
    }


def test_nothing_to_export_is_exit_code_one_and_a_sentence(desk: Desk, tmp_path: Path) -> None:
    code, out, err = desk("feedback", "export", "my-questions")
    assert (code, err) == (1, "")
    assert out.startswith("Nothing to export: ")
    assert not (tmp_path / "my-questions").exists()
    assert not (tmp_path / "state").exists()
    code, report = desk.json("feedback", "export", "my-questions")
    assert (code, report["questions"]) == (1, 0)


def test_gaps_are_a_table_of_eighty_columns_without_control_characters(desk: Desk) -> None:
    desk.asked(NOWHERE)
    desk.asked(NOWHERE)
    desk.asked(TTP_QUESTION, Vote.DOWN, Reason.NOTHING_TO_SAY)
    code, out, err = desk("feedback", "gaps")
    assert (code, err) == (0, "")
    head, first, *_ = out.splitlines()
    assert head.split() == ["question", "asked", "people", "last", "why"]
    assert first.startswith("what is the [31mcapital")
    assert first.rstrip().endswith("not found")
    assert "should have said nothing" in out
    assert max(map(len, out.splitlines())) <= 80
    assert "\x1b" not in out


def test_gaps_as_json_have_the_documented_shape(desk: Desk) -> None:
    desk.asked("asdf qwerty")
    code, (gap,) = desk.json("feedback", "gaps")
    assert code == 0
    assert gap.pop("last_asked").endswith("+00:00")
    assert gap == {"question": "asdf qwerty", "count": 1, "people": 1, "why": "not found"}


def test_no_gap_is_exit_code_one_and_a_sentence(desk: Desk) -> None:
    code, out, err = desk("feedback", "gaps")
    assert (code, err) == (1, "")
    assert out.startswith("No gaps: ")
    assert desk.json("feedback", "gaps") == (1, [])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["feedback", "export"], "Missing argument 'DIR'"),
        (["feedback", "export", "state"], "state is not empty and was not written by askbrief feedback export"),
        (["feedback", "export", "x", "--index", "nowhere"], "there is no index in nowhere"),
        (["feedback", "gaps", "--state", "damaged"], "the journal of questions and answers"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_exit_code_two(
    desk: Desk, tmp_path: Path, arguments: list[str], said: str
) -> None:
    desk.asked(TTP_QUESTION, Vote.UP)
    (tmp_path / "damaged" / "journal.sqlite").mkdir(parents=True)
    code, out, err = desk(*arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert err.startswith("askbrief: ")
    assert err.count("\n") == 1


def test_every_feedback_command_has_an_example_and_is_documented(desk: Desk) -> None:
    page = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    group = typer.main.get_command(app).commands["feedback"]  # type: ignore[attr-defined]
    assert set(group.commands) == {"export", "gaps"}
    for name, command in group.commands.items():
        _, out, _ = desk("feedback", name, "--help")
        assert f"askbrief feedback {name}" in out.partition("Example:\n")[2]
        assert max(map(len, out.splitlines())) <= 80
        section = page.partition(f"## askbrief feedback {name}")[2].partition("\n## ")[0]
        options = [option for parameter in command.params for option in parameter.opts if option.startswith("--")]
        assert [option for option in options if option not in section and option != "--help"] == []


def test_the_seed_is_the_corpus_word_for_word(desk: Desk, tmp_path: Path) -> None:
    desk.asked(TTP_QUESTION, Vote.UP)
    desk("feedback", "export", "my-questions")
    (line,) = (tmp_path / "my-questions" / "corpus.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["text"] == (ROOT / "seeds" / SEED).read_text(encoding="utf-8")
