"""Feedback: votes become a question set that can be measured with, and gaps are named."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING

import pytest

from askbrief.errors import EvaluationError, InputError
from askbrief.evaluation.feedback import MARK, ExclusionReason, ExportReport, Gap, GapReason, export, gaps
from askbrief.evaluation.journal import Journal, Reason, Vote
from askbrief.evaluation.question_sets import QuestionSet, ask_all, measure
from askbrief.records import Answer, Verdict
from askbrief.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.conftest import Workplace

APPLES = "Apples are picked in September. They keep until spring in a cool cellar."
PEARS = "Pears ripen off the tree. A pear that is soft at the neck is ready to be eaten."
WHEN, WHICH = "When are apples picked?", "Which pear is ready to be eaten?"
NOWHERE = "Who invented the telegraph?"
UP, DOWN = (Vote.UP, None), (Vote.DOWN, None)
SILENT, MISSING = (Vote.DOWN, Reason.NOTHING_TO_SAY), (Vote.DOWN, Reason.MISSING_DOCUMENT)
WRONG, OTHER = (Vote.DOWN, Reason.WRONG_PASSAGE), (Vote.DOWN, Reason.OTHER)
START = dt.datetime(2024, 5, 1, tzinfo=dt.UTC)
Ballot = tuple[Vote, Reason | None]


class Desk:
    """Asks in a workplace, keeps the answers, and votes on them; an hour goes by with every question."""

    def __init__(self, workplace: Workplace) -> None:
        self.workplace = workplace
        self.now = START
        self.journal = Journal(workplace.state, clock=lambda: self.now)

    def ask(self, question: str, *votes: Ballot, person: str = "ann", verdict: Verdict = Verdict.STRONG) -> Answer:
        self.now += dt.timedelta(hours=1)
        with self.workplace.open() as library:
            found = library.ask(question)
        answer = Answer(found.question, verdict, found.confidence, found.generation, found.hits)
        exchange = self.journal.record(answer, person=person, conversation="c", question=question)
        for number, (vote, reason) in enumerate(votes):
            self.journal.vote(exchange.id, f"voter {number}", vote, reason)
        return answer

    def export(self) -> ExportReport:
        with self.workplace.open() as library:
            return export(self.journal, library, self.folder)

    @property
    def folder(self) -> Path:
        return self.workplace.root / "out" / "set"

    def questions(self) -> Mapping[str, bool]:
        return {question.question: question.answerable for question in QuestionSet(self.folder).questions}


@pytest.fixture
def desk(workplace: Workplace, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Two documents, indexed; indexes of question sets go into the test's own folder."""
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(workplace.root))
    workplace.write("apples.md", f"---\ntitle: Apples\ndate: 2022-07\nurl: https://a.example/1\n---\n{APPLES}\n")
    workplace.write("fruit/pears.txt", PEARS)
    workplace.build()
    return Desk(workplace)


# -------------------------------------------------------------------------------------------- export


def test_an_export_is_a_question_set_that_can_be_asked_and_measured(desk: Desk) -> None:
    desk.ask(WHEN, UP)
    desk.ask(WHICH, UP)
    desk.ask(NOWHERE, SILENT)
    report = desk.export()
    assert (report.documents, report.questions, report.answerable, report.unanswerable) == (2, 3, 2, 1)
    assert report.left_out == {}
    questions = QuestionSet(desk.folder)
    run = ask_all(questions, desk.workplace.encoder, Settings())
    measures = measure(questions, run)
    assert measures.questions == 3
    assert measures.hit_at[1] == 1.0
    assert measures.marked_sentence == 1.0
    assert measures.auroc is not None


def test_the_gold_is_the_marked_sentence_and_the_corpus_every_document_as_indexed(desk: Desk) -> None:
    desk.ask(WHEN, UP)
    desk.export()
    questions = QuestionSet(desk.folder)
    (question,) = questions.questions
    ((doc_id, start, end),) = questions.spans(question)
    assert doc_id == "apples.md"
    assert questions.texts[doc_id][start:end] == "Apples are picked in September."
    about = {document.doc_id: (document.title, document.url, document.date) for document in questions.corpus}
    assert about.keys() == {"apples.md", "fruit/pears.txt"}
    assert about["apples.md"] == ("Apples", "https://a.example/1", "2022-07")
    assert questions.texts["fruit/pears.txt"] == PEARS


@pytest.mark.parametrize(
    ("votes", "becomes"),
    [
        ([UP], True),
        ([UP, UP, WRONG], True),
        ([SILENT], False),
        ([MISSING, SILENT], False),
        ([MISSING, DOWN], False),
        ([UP, MISSING, MISSING], False),
        ([], ExclusionReason.NO_VOTES),
        ([UP, DOWN], ExclusionReason.TIE),
        ([DOWN], ExclusionReason.NO_REASON),
        ([WRONG], ExclusionReason.WRONG_PASSAGE),
        ([SILENT, WRONG, OTHER], ExclusionReason.WRONG_PASSAGE),
        ([OTHER, MISSING], ExclusionReason.OTHER),
    ],
)
def test_votes_decide_what_becomes_of_a_question(
    desk: Desk,
    votes: list[Ballot],
    becomes: bool | ExclusionReason,  # noqa: FBT001
) -> None:
    desk.ask(WHICH, UP)
    desk.ask(WHEN, *votes)
    report = desk.export()
    if isinstance(becomes, ExclusionReason):
        assert report.left_out == {becomes: 1}
        assert desk.questions() == {WHICH: True}
    else:
        assert report.left_out == {}
        assert desk.questions() == {WHICH: True, WHEN: becomes}


def test_the_same_question_is_exported_once_with_all_its_votes(desk: Desk) -> None:
    desk.ask(WHEN, UP, WRONG)
    desk.ask(f"  {WHEN.upper()}  ", UP)
    desk.export()
    assert desk.questions() == {WHEN.upper(): True}


def test_what_people_agree_is_nowhere_is_not_answerable(desk: Desk) -> None:
    desk.ask(NOWHERE, UP, verdict=Verdict.NONE)
    desk.export()
    assert desk.questions() == {NOWHERE: False}


def test_a_follow_up_is_exported_as_what_was_searched_for(desk: Desk) -> None:
    with desk.workplace.open() as library:
        answer = library.ask("When are apples picked? and pears?")
    exchange = desk.journal.record(answer, person="ann", conversation="c", question="and pears?")
    desk.journal.vote(exchange.id, "ann", Vote.UP)
    desk.export()
    assert list(desk.questions()) == ["When are apples picked? and pears?"]


# ------------------------------------------------------------------------------- passages that changed


def test_a_sentence_that_moved_is_gold_where_it_stands_today(desk: Desk) -> None:
    desk.ask(WHEN, UP)
    desk.workplace.write("apples.md", f"A line on top, put there by somebody.\n\n{APPLES}\n")
    desk.workplace.build()
    desk.export()
    questions = QuestionSet(desk.folder)
    ((doc_id, start, end),) = questions.spans(questions.questions[0])
    assert questions.texts[doc_id][start:end] == "Apples are picked in September."


def test_a_passage_in_a_renamed_document_is_gold_there(desk: Desk) -> None:
    desk.ask(WHICH, UP)
    (desk.workplace.seeds / "fruit" / "pears.txt").rename(desk.workplace.seeds / "renamed.txt")
    desk.workplace.build()
    desk.export()
    questions = QuestionSet(desk.folder)
    assert questions.spans(questions.questions[0])[0][0] == "renamed.txt"


@pytest.mark.parametrize("now", ["Apples are picked in August. They keep until spring in a cool cellar.", "Weather."])
def test_a_passage_that_has_changed_or_is_gone_leaves_its_question_out(desk: Desk, now: str) -> None:
    desk.ask(WHEN, UP)
    desk.ask(WHICH, UP)
    desk.workplace.write("apples.md", now)
    desk.workplace.build()
    assert desk.export().left_out == {ExclusionReason.PASSAGE_GONE: 1}
    assert desk.questions() == {WHICH: True}


def test_a_key_that_nothing_remembers_leaves_its_question_out(desk: Desk) -> None:
    desk.ask(WHEN, UP)
    (desk.workplace.state / "ledger.sqlite").unlink()
    desk.workplace.write("apples.md", "Quite another text about the weather.")
    desk.workplace.build()
    assert desk.export().left_out == {ExclusionReason.PASSAGE_GONE: 1}


# ------------------------------------------------------------------------------------------ the folder


def test_without_a_question_nothing_is_written(desk: Desk) -> None:
    report = desk.export()
    assert (report.questions, report.left_out) == (0, {})
    assert not desk.folder.parent.exists()


def test_an_export_is_written_anew_in_its_folder_and_leaves_other_files_alone(desk: Desk) -> None:
    desk.ask(WHEN, UP)
    desk.export()
    first = {path.name: path.read_bytes() for path in desk.folder.iterdir()}
    assert first.keys() == {"corpus.jsonl", "queries.jsonl", MARK}
    desk.export()
    assert {path.name: path.read_bytes() for path in desk.folder.iterdir()} == first
    (desk.folder / "run.jsonl").write_text("kept")
    desk.ask(WHICH, UP)
    desk.export()
    assert desk.questions() == {WHEN: True, WHICH: True}
    assert (desk.folder / "run.jsonl").read_text() == "kept"
    assert json.loads((desk.folder / MARK).read_text())["generation"].startswith("000001-")


def test_an_empty_folder_is_taken(desk: Desk) -> None:
    desk.ask(WHEN, UP)
    desk.folder.mkdir(parents=True)
    assert desk.export().questions == 1


def test_a_folder_with_anything_else_is_refused_and_left_as_it_is(desk: Desk) -> None:
    desk.ask(WHEN, UP)
    desk.folder.mkdir(parents=True)
    (desk.folder / "queries.jsonl").write_text("somebody's own")
    with pytest.raises(InputError, match="is not empty and was not written by askbrief feedback export"):
        desk.export()
    assert [path.read_text() for path in desk.folder.iterdir()] == ["somebody's own"]


def test_a_file_for_a_folder_is_refused(desk: Desk) -> None:
    desk.ask(WHEN, UP)
    desk.folder.parent.mkdir()
    desk.folder.write_text("a file")
    with pytest.raises(InputError, match="not a directory"):
        desk.export()


def test_a_place_that_cannot_be_written_says_so_in_one_line(desk: Desk) -> None:
    desk.ask(WHEN, UP)
    desk.folder.parent.write_text("a file")
    with pytest.raises(EvaluationError, match="cannot be written: not a directory") as caught:
        desk.export()
    assert "\n" not in str(caught.value)


def test_an_export_that_breaks_off_leaves_the_one_before_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.ask(WHEN, UP)
    desk.export()
    desk.ask(WHICH, UP)
    with monkeypatch.context() as broken:
        broken.setattr(
            "askbrief.evaluation.feedback.os.fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left"))
        )
        with pytest.raises(EvaluationError, match="no space left"):
            desk.export()
    assert desk.questions() == {WHEN: True}
    assert {path.name for path in desk.folder.iterdir()} == {"corpus.jsonl", "queries.jsonl", MARK}
    desk.export()
    assert desk.questions() == {WHEN: True, WHICH: True}


# ---------------------------------------------------------------------------------------------- gaps


def test_where_nothing_was_ever_asked_there_is_no_gap_and_no_file(workplace: Workplace) -> None:
    assert gaps(Journal(workplace.state)) == []
    assert not workplace.state.exists()


def test_what_was_answered_and_not_voted_down_is_no_gap(desk: Desk) -> None:
    desk.ask(WHEN)
    desk.ask(WHICH, UP, SILENT)
    desk.ask(NOWHERE, WRONG, DOWN)
    assert gaps(desk.journal) == []


def test_a_gap_counts_how_often_it_was_asked_and_by_how_many(desk: Desk) -> None:
    desk.ask(NOWHERE, verdict=Verdict.NONE)
    desk.ask(NOWHERE.upper(), verdict=Verdict.NONE)
    desk.ask(NOWHERE, verdict=Verdict.NONE, person="bob")
    assert gaps(desk.journal) == [Gap(NOWHERE, 3, 2, START + dt.timedelta(hours=3), GapReason.NOT_FOUND)]


def test_gaps_are_listed_by_how_often_then_by_when(desk: Desk) -> None:
    for question in ("old?", "new?", "often?", "often?"):
        desk.ask(question, verdict=Verdict.NONE)
    desk.ask("newest?", verdict=Verdict.NONE)
    assert [gap.question for gap in gaps(desk.journal)] == ["often?", "newest?", "new?", "old?"]


@pytest.mark.parametrize(
    ("votes", "why"),
    [
        ([MISSING], GapReason.MISSING_DOCUMENT),
        ([SILENT], GapReason.NOTHING_TO_SAY),
        ([MISSING, SILENT, SILENT], GapReason.NOTHING_TO_SAY),
        ([UP, MISSING, WRONG], GapReason.MISSING_DOCUMENT),
    ],
)
def test_votes_say_what_an_answer_lacked(desk: Desk, votes: list[Ballot], why: GapReason) -> None:
    desk.ask(WHEN, *votes)
    desk.ask(WHEN)
    (gap,) = gaps(desk.journal)
    assert (gap.why, gap.count) == (why, 1)


def test_a_gap_is_what_it_was_most_often_and_of_as_many_the_latest(desk: Desk) -> None:
    desk.ask(WHEN, MISSING)
    desk.ask(WHEN, SILENT)
    assert gaps(desk.journal)[0].why is GapReason.NOTHING_TO_SAY
    desk.ask(WHEN, MISSING)
    desk.ask(WHEN, verdict=Verdict.NONE)
    assert gaps(desk.journal)[0].why is GapReason.MISSING_DOCUMENT
