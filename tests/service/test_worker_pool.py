"""Questions answered by processes: the same answers as in this one, none lost, and nothing left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

import askbrief.service.worker_pool
from askbrief import Library
from askbrief.errors import InputError, WorkerError
from askbrief.records import Method, Scope
from askbrief.service.worker_pool import WorkerPool
from askbrief.settings import Settings
from tests.conftest import TTP_QUESTION
from tests.fakes import HashEncoder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from askbrief.inference.encoder import Encoder
    from tests.conftest import Workplace

QUESTIONS = [
    TTP_QUESTION,
    "Who leads the TTP?",
    "how many al-Qaida members are there in 2022?",
    "Where was Ayman al-Zawahiri killed?",
    "What is the price of saffron in Herat?",
]


@pytest.fixture(scope="module")
def seed_library(seed_index: Path, encoder: Encoder) -> Iterator[Library]:
    """The real seed, asked with the real model."""
    with Library.open(seed_index, encoder=encoder, settings=Settings()) as library:
        yield library


@pytest.fixture(scope="module")
def seed_pool() -> Iterator[WorkerPool]:
    """A process that loads the real model by itself."""
    with WorkerPool(Settings(), 1) as pool:
        yield pool


@pytest.fixture
def harbour(workplace: Workplace) -> Workplace:
    """An index of ten short documents."""
    for number in range(10):
        workplace.write(f"{number}/quay.txt", f"Quay {number} of the harbour takes {number} ships a day in summer.\n")
    workplace.build()
    return workplace


def pool_of(workplace: Workplace, count: int = 1, encoder: HashEncoder | None = None) -> WorkerPool:
    return WorkerPool(Settings(), count, state=workplace.state, encoder=encoder or workplace.encoder)


# -------------------------------------------------------------------------------------------------- answers


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_answer_is_the_one_that_the_library_gives(
    seed_library: Library, seed_pool: WorkerPool, question: str
) -> None:
    assert seed_pool.ask(seed_library, question) == seed_library.ask(question)
    assert seed_pool.ask(seed_library, question, 9, method=Method.BM25) == seed_library.ask(
        question, 9, method=Method.BM25
    )


def test_what_is_outside_the_scope_is_not_ranked(harbour: Workplace) -> None:
    scope = Scope(collections=frozenset({"3", "4"}))
    with harbour.open() as library, pool_of(harbour) as pool:
        found = pool.ask(library, "how many ships does the harbour take?", 9, scope)
        assert {hit.doc_id for hit in found.hits} == {"3/quay.txt", "4/quay.txt"}
        assert found == library.ask("how many ships does the harbour take?", 9, scope)


def test_what_keeps_a_question_from_being_answered_is_told_to_who_asks(
    seed_library: Library, seed_pool: WorkerPool
) -> None:
    with pytest.raises(InputError, match="the question is empty"):
        seed_pool.ask(seed_library, " ")
    assert seed_pool.ask(seed_library, TTP_QUESTION).hits


def test_each_of_sixteen_who_ask_at_once_gets_the_answer_to_their_own_question(harbour: Workplace) -> None:
    questions = [f"how many ships does quay {number % 10} take in summer?" for number in range(32)]
    with harbour.open() as library, pool_of(harbour, 2) as pool, ThreadPoolExecutor(16) as threads:
        found = list(threads.map(lambda question: pool.ask(library, question), questions))
        assert [answer.question for answer in found] == questions
        assert found == [library.ask(question) for question in questions]


def test_a_question_is_answered_from_the_generation_of_its_library(harbour: Workplace) -> None:
    with pool_of(harbour) as pool, harbour.open() as old:
        before = pool.ask(old, "how many ships?")
        harbour.write("0/quay.txt", "Quay 0 of the harbour takes 40 ships a day in summer.\n")
        harbour.build()
        with harbour.open() as new:
            after = pool.ask(new, "how many ships?")
            assert (before.generation, after.generation) == (old.generation_name, new.generation_name)
            assert after == new.ask("how many ships?")
            assert pool.ask(old, "how many ships?") == before


def test_the_keys_that_are_shown_are_remembered(harbour: Workplace) -> None:
    with harbour.open() as library, pool_of(harbour) as pool:
        key = pool.ask(library, "how many ships?").hits[0].key
        (harbour.index / "CURRENT").unlink()
        recalled = library.recall(key)
        assert recalled is not None
        assert recalled.key == key
        assert (harbour.state / "ledger.sqlite").exists()


# ------------------------------------------------------------------------------------------------ processes


def test_a_question_whose_process_is_killed_is_asked_again(harbour: Workplace) -> None:
    with harbour.open() as library, pool_of(harbour) as pool, ThreadPoolExecutor(1) as thread:
        expected = pool.ask(library, "how many ships?")
        (first,) = pool.processes
        os.kill(first, signal.SIGSTOP)  # so that it cannot answer before it is killed
        waiting = thread.submit(pool.ask, library, "how many ships?")
        while pool._free.qsize():  # until it has been asked
            pass
        os.kill(first, signal.SIGKILL)
        assert waiting.result(60) == expected
        assert pool.processes not in ([], [first])


def test_an_answer_that_is_not_waited_for_is_not_given_to_the_next_question(
    harbour: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Interrupted(Exception):
        """Stands for Ctrl-C."""

    def interrupt(*_: object) -> None:
        raise Interrupted

    monkeypatch.setattr(askbrief.service.worker_pool, "_STOP_SECONDS", 0)
    with harbour.open() as library, pool_of(harbour) as pool:
        pool.ask(library, "how many ships?")
        os.kill(pool.processes[0], signal.SIGSTOP)
        before = signal.signal(signal.SIGALRM, interrupt)
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        with pytest.raises(Interrupted):
            pool.ask(library, "what does quay 1 take?")
        signal.signal(signal.SIGALRM, before)
        assert pool.ask(library, "what does quay 2 take?").question == "what does quay 2 take?"


class Deadly(HashEncoder):
    """Ends the process that encodes a question with it."""

    def encode_query(self, text: str) -> None:  # type: ignore[override]
        os._exit(len(text))


def test_a_question_that_ends_every_process_is_given_up(harbour: Workplace) -> None:
    with (
        harbour.open() as library,
        pool_of(harbour, encoder=Deadly()) as pool,
        pytest.raises(WorkerError, match="ended 3 times"),
    ):
        pool.ask(library, "how many ships?")


def test_closing_leaves_no_process_and_who_asks_then_is_told(harbour: Workplace) -> None:
    with harbour.open() as library:
        with pool_of(harbour, 2) as pool:
            pool.ask(library, "how many ships?")
            processes = pool.processes
            assert len(processes) == 2
        assert pool.processes == []
        for process in processes:
            with pytest.raises(ProcessLookupError):
                os.kill(process, 0)
        for _ in range(2):
            with pytest.raises(WorkerError, match="closed"):
                pool.ask(library, "how many ships?")


PROGRAM = """
import sys
from multiprocessing import active_children
from askbrief.service.worker_pool import WorkerPool
from askbrief.settings import Settings
from tests.fakes import HashEncoder

if __name__ == "__main__":
    pool = WorkerPool(Settings(), 2, encoder=HashEncoder())
    print(*(process.pid for process in active_children()), flush=True)
    sys.stdin.read()
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_no_process_outlives_the_one_that_asks_however_that_ends(tmp_path: Path, number: int) -> None:
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        [sys.executable, str(program)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    ) as asking:
        assert asking.stdout is not None
        assert len(asking.stdout.readline().split()) == 2
        asking.send_signal(number)
        asking.communicate(timeout=60)  # all of them hold the other end: it ends with the last one
