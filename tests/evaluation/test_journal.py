"""The journal: what was asked, what was shown, what people thought of it, and how it is forgotten."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import sqlite3
import threading
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from askbrief.errors import InputError, JournalError
from askbrief.evaluation.journal import COMMENT_CHARS, Journal, Reason, ShownHit, Vote
from askbrief.records import Answer, Hit, Metadata, Span, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

START = dt.datetime(2024, 5, 1, 12, tzinfo=dt.UTC)


@dataclass
class Clock:
    """A clock that goes on by a minute whenever it is read."""

    now: dt.datetime = field(default=START)

    def __call__(self) -> dt.datetime:
        self.now += dt.timedelta(minutes=1)
        return self.now


def hit(key: str, rank: int = 1) -> Hit:
    return Hit(rank, key, "un/ttp.txt", "TTP", Metadata(), "¶ 1", 100, 180, "w" * 80, Span(110, 140), 0.7, {})


def found(*keys: str, verdict: Verdict = Verdict.STRONG, question: str = "how many in 2021?") -> Answer:
    return Answer(question, verdict, 0.875, "000001-aa", tuple(hit(key, rank) for rank, key in enumerate(keys, 1)))


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "state", clock=Clock())


def ask(journal: Journal, *keys: str, conversation: str = "c") -> str:
    return journal.record(found(*keys), person="ann", conversation=conversation, question="q?").id


# ----------------------------------------------------------------------------------------- exchanges


def test_an_exchange_is_found_as_it_was_recorded_also_after_reopening(journal: Journal, tmp_path: Path) -> None:
    context = {"top": 5, "since": None, "guild": "42", "nearest": False}
    recorded = journal.record(
        found("ttp-aaaaaa", "ttp-bbbbbb"), person="ann", conversation="thread", question="and in 2021?", context=context
    )
    assert recorded.question == "and in 2021?"
    assert recorded.searched_for == "how many in 2021?"
    assert recorded.asked_at == START + dt.timedelta(minutes=1)
    assert recorded.shown[0] == ShownHit("ttp-aaaaaa", "un/ttp.txt", 100, 180, 110, 140)
    assert (recorded.verdict, recorded.confidence, recorded.generation) == (Verdict.STRONG, 0.875, "000001-aa")
    assert recorded.message is None
    assert recorded.context == context
    assert Journal(tmp_path / "state").find(recorded.id) == recorded


def test_ids_are_eight_letters_that_can_be_typed_and_never_the_same(journal: Journal) -> None:
    ids = {ask(journal) for _ in range(50)}
    assert len(ids) == 50
    assert all(len(one) == 8 and set(one) <= set("abcdefghijklmnopqrstuvwxyz234567") for one in ids)


def test_an_id_that_is_taken_is_not_given_again(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    letters = iter("aaaaaaaa" + "aaaaaaaa" + "aaaaaaab")
    monkeypatch.setattr("askbrief.evaluation.journal.secrets.choice", lambda _: next(letters))
    assert [ask(journal), ask(journal)] == ["aaaaaaaa", "aaaaaaab"]


def test_nothing_is_shown_where_nothing_was_found_unless_the_caller_says_so(journal: Journal) -> None:
    nothing = found("ttp-aaaaaa", verdict=Verdict.NONE)
    assert journal.record(nothing, person="a", conversation="c", question="q").shown == ()
    near = journal.record(nothing, person="a", conversation="c", question="q", shown=nothing.hits)
    assert [shown.key for shown in near.shown] == ["ttp-aaaaaa"]


def test_the_passages_shown_may_be_fewer_than_those_found(journal: Journal) -> None:
    answer = found("ttp-aaaaaa", "ttp-bbbbbb", "ttp-cccccc")
    recorded = journal.record(answer, person="a", conversation="c", question="q", shown=answer.hits[1:2])
    assert [shown.key for shown in recorded.shown] == ["ttp-bbbbbb"]


def test_an_exchange_is_found_by_the_message_that_shows_it(journal: Journal) -> None:
    first, second = ask(journal), ask(journal)
    journal.posted(first, "m1")
    journal.posted(second, "m2")
    at_second = journal.at_message("m2")
    assert at_second is not None
    assert (at_second.id, at_second.message) == (second, "m2")
    journal.posted(first, "m3")
    assert journal.at_message("m1") is None


def test_a_message_that_showed_several_exchanges_shows_the_last(journal: Journal) -> None:
    first, second = ask(journal), ask(journal)
    journal.posted(second, "m")
    journal.posted(first, "m")
    at_message = journal.at_message("m")
    assert at_message is not None
    assert at_message.id == second


def test_the_latest_exchanges_are_those_of_the_conversation_newest_first(journal: Journal) -> None:
    first = ask(journal, conversation="here")
    last = ask(journal, conversation="here")
    ask(journal, conversation="there")
    assert [exchange.id for exchange in journal.latest("here")] == [last, first]
    assert [exchange.id for exchange in journal.latest("here", 1)] == [last]
    assert journal.latest("nowhere") == []


def test_exchanges_are_listed_oldest_first(journal: Journal) -> None:
    ids = [ask(journal) for _ in range(3)]
    assert [exchange.id for exchange in journal.exchanges()] == ids


def test_recent_keys_are_newest_first_each_once_and_as_many_as_wanted(journal: Journal) -> None:
    ask(journal, "a-1", "b-1")
    ask(journal, "c-1", "a-1")
    ask(journal)
    assert journal.recent_keys() == ["c-1", "a-1", "b-1"]
    assert journal.recent_keys(2) == ["c-1", "a-1"]
    assert journal.recent_keys(0) == []


# --------------------------------------------------------------------------------------------- votes


def test_of_several_votes_of_one_person_the_last_counts(journal: Journal) -> None:
    exchange = ask(journal)
    journal.vote(exchange, "ann", Vote.UP)
    journal.vote(exchange, "bob", Vote.UP)
    journal.vote(exchange, "ann", Vote.DOWN, Reason.WRONG_PASSAGE, "  that is 2020 ")
    bob, ann = journal.votes()
    assert (bob.person, bob.vote, bob.reason, bob.comment) == ("bob", Vote.UP, None, "")
    assert (ann.person, ann.vote, ann.reason, ann.comment) == (
        "ann", Vote.DOWN, Reason.WRONG_PASSAGE, "that is 2020",
    )  # fmt: skip
    assert ann.at > bob.at
    assert ann.exchange_id == exchange


def test_a_vote_on_an_exchange_that_is_not_known_is_refused(journal: Journal, tmp_path: Path) -> None:
    for _ in range(2):  # before the first exchange, and after it
        with pytest.raises(InputError, match="no exchange is known by the id 'abcdefg1'"):
            journal.vote("abcdefg1", "ann", Vote.UP)
        with pytest.raises(InputError, match="no exchange is known by the id 'abcdefg1'"):
            journal.posted("abcdefg1", "m")
        assert (tmp_path / "state").exists() is bool(journal.exchanges())
        ask(journal)
    assert journal.votes() == []


def test_a_comment_beyond_the_limit_is_refused_and_the_vote_before_it_stays(journal: Journal) -> None:
    exchange = ask(journal)
    journal.vote(exchange, "ann", Vote.DOWN, Reason.OTHER, "x" * COMMENT_CHARS)
    with pytest.raises(InputError, match="1,001 characters, the limit is 1,000"):
        journal.vote(exchange, "ann", Vote.DOWN, Reason.OTHER, "x" * (COMMENT_CHARS + 1))
    assert len(journal.votes()[0].comment) == COMMENT_CHARS


def test_a_vote_up_needs_no_reason(journal: Journal) -> None:
    with pytest.raises(InputError, match="'wrong-passage' goes with a vote down"):
        journal.vote(ask(journal), "ann", Vote.UP, Reason.WRONG_PASSAGE)


words = st.text(max_size=20)


@settings(derandomize=True, deadline=None, max_examples=50)
@given(question=words, comment=words, context=st.dictionaries(words, st.none() | st.booleans() | st.integers() | words))
def test_any_words_come_back_and_halves_of_characters_as_question_marks(
    tmp_path_factory: pytest.TempPathFactory,
    question: str,
    comment: str,
    context: dict[str, str | int | bool | None],
) -> None:
    journal = Journal(tmp_path_factory.mktemp("state"))
    recorded = journal.record(found(), person="a", conversation="c", question=question, context=context)
    journal.vote(recorded.id, "a", Vote.DOWN, comment=comment)
    assert journal.find(recorded.id) == recorded
    assert recorded.question == question.encode(errors="replace").decode()
    assert recorded.context == context
    assert journal.votes()[0].comment == comment.strip().encode(errors="replace").decode()


# ---------------------------------------------------------------------------------------- forgetting


def test_what_was_asked_before_a_day_is_forgotten_with_its_votes(tmp_path: Path) -> None:
    clock = Clock()
    journal = Journal(tmp_path, clock=clock)
    old = journal.record(found(), person="a", conversation="c", question="an old secret question")
    journal.vote(old.id, "bob", Vote.DOWN, Reason.OTHER, "an old secret comment")
    clock.now += dt.timedelta(days=30)
    new = journal.record(found(), person="a", conversation="c", question="q")
    journal.vote(new.id, "bob", Vote.UP)
    before = (START + dt.timedelta(days=1)).astimezone(dt.timezone(dt.timedelta(hours=5)))
    assert journal.forget(before) == 1
    assert journal.exchanges() == [new]
    assert [opinion.exchange_id for opinion in journal.votes()] == [new.id]
    assert journal.forget(before) == 0
    assert b"secret" not in (tmp_path / "journal.sqlite").read_bytes()
    with pytest.raises(InputError, match="or is forgotten"):
        journal.vote(old.id, "bob", Vote.UP)


def test_an_exchange_of_that_very_moment_is_not_before_it(journal: Journal) -> None:
    ask(journal)
    moment = journal.exchanges()[0].asked_at
    assert journal.forget(moment) == 0
    assert journal.forget(moment + dt.timedelta(microseconds=1)) == 1


# ------------------------------------------------------------------------------------------ the file


def reads(journal: Journal) -> list[object]:
    return [
        journal.find("abcdefgh"),
        journal.at_message("m"),
        journal.latest("c"),
        journal.exchanges(),
        journal.votes(),
        journal.recent_keys(),
    ]


def test_before_the_first_exchange_nothing_is_known_and_nothing_is_created(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "not yet" / "state")
    assert reads(journal) == [None, None, [], [], [], []]
    assert journal.forget(START) == 0
    assert not (tmp_path / "not yet").exists()


def test_a_file_that_another_process_is_just_creating_knows_nothing_yet(tmp_path: Path) -> None:
    (tmp_path / "journal.sqlite").touch()
    assert reads(Journal(tmp_path)) == [None, None, [], [], [], []]


def test_a_state_folder_with_an_odd_name_works(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "a b?mode=memory#%20é")
    exchange = ask(journal)
    assert [kept.id for kept in journal.exchanges()] == [exchange]


def file_for_a_folder(state: Path) -> None:
    state.write_text("a file")


def folder_for_a_file(state: Path) -> None:
    (state / "journal.sqlite").mkdir(parents=True)


def no_database(state: Path) -> None:
    state.mkdir()
    (state / "journal.sqlite").write_bytes(b"this is no database at all, whatever its name says" * 20)


def foreign_database(state: Path) -> None:
    state.mkdir()
    connection = sqlite3.connect(state / "journal.sqlite")
    connection.execute("CREATE TABLE exchanges (something TEXT)")
    connection.close()


def refusal(action: Callable[[], object], path: Path) -> None:
    with pytest.raises(JournalError, match="ASKBRIEF_STATE_DIR") as caught:
        action()
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("spoil", [file_for_a_folder, folder_for_a_file, no_database, foreign_database])
def test_a_journal_that_cannot_be_written_says_so_in_one_line(tmp_path: Path, spoil: Callable[[Path], None]) -> None:
    spoil(tmp_path / "state")
    refusal(lambda: ask(Journal(tmp_path / "state")), tmp_path / "state")


@pytest.mark.parametrize("spoil", [folder_for_a_file, no_database, foreign_database])
def test_a_journal_that_cannot_be_read_or_changed_says_so_in_one_line(
    tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    spoil(tmp_path / "state")
    journal = Journal(tmp_path / "state")
    refusal(lambda: journal.find("abcdefgh"), tmp_path / "state")
    refusal(journal.votes, tmp_path / "state")
    refusal(lambda: journal.vote("abcdefgh", "ann", Vote.UP), tmp_path / "state")
    refusal(lambda: journal.forget(START), tmp_path / "state")


def test_what_fails_half_way_is_taken_back_and_does_not_block_the_next(journal: Journal) -> None:
    with pytest.raises(TypeError):
        journal.record(found(), person="a", conversation="c", question="q", context={"no": object()})  # type: ignore[dict-item]
    assert journal.exchanges() == []
    exchange = ask(journal)
    assert [kept.id for kept in journal.exchanges()] == [exchange]


# ----------------------------------------------------------------------------------- several at once


def ask_and_vote(state: Path, writer: int) -> None:
    for number in range(10):
        journal = Journal(state)
        exchange = journal.record(
            replace(found(f"w{writer}-{number}"), question=f"{writer} {number}"),
            person=str(writer),
            conversation="c",
            question="q",
        )
        journal.posted(exchange.id, f"m {writer} {number}")
        journal.vote(exchange.id, str(writer), Vote.UP)


def threads() -> Executor:
    return ThreadPoolExecutor(4)


def processes() -> Executor:
    return ProcessPoolExecutor(3, mp_context=multiprocessing.get_context("spawn"))


@pytest.mark.parametrize("workers", [threads, processes])
def test_writing_at_once_loses_nothing(tmp_path: Path, workers: Callable[[], Executor]) -> None:
    with workers() as pool:
        running: list[Future[None]] = [pool.submit(ask_and_vote, tmp_path / "state", writer) for writer in range(4)]
        for future in running:
            future.result()
    journal = Journal(tmp_path / "state")
    expected = {f"{writer} {number}" for writer in range(4) for number in range(10)}
    assert {exchange.searched_for for exchange in journal.exchanges()} == expected
    assert {exchange.message for exchange in journal.exchanges()} == {f"m {name}" for name in expected}
    assert len(journal.votes()) == 40


def test_reading_while_another_writes_the_first_exchange_finds_it_or_not_yet(tmp_path: Path) -> None:
    for attempt in range(10):
        journal = Journal(tmp_path / str(attempt))
        writer = threading.Thread(target=ask, args=(journal, "a-1"))
        writer.start()
        while writer.is_alive():
            assert journal.recent_keys() in ([], ["a-1"])
            assert journal.votes() == []
        writer.join()
        assert journal.recent_keys() == ["a-1"]
