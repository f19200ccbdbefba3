"""The memory of every key that was shown."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import sqlite3
import threading
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from askbrief.citations.ledger import Ledger
from askbrief.errors import LedgerError
from askbrief.records import Metadata, RememberedQuote

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ABOUT = Metadata(title="TTP", author=("A. Khan", "B. Lee"), date="2022-07", tags=("ttp",))
SHOWN = RememberedQuote(
    "ttp-k7f3qa", "reports/ttp.txt", "TTP", ABOUT, "¶ 1", 3, 24, "“3,000 fighters”\n東京 \U0001f600"
)


def test_what_was_shown_is_recalled_as_it_was_also_after_reopening(tmp_path: Path) -> None:
    Ledger(tmp_path).remember([SHOWN, replace(SHOWN, key="other-aaaaaa", metadata=Metadata())])
    assert Ledger(tmp_path).recall("ttp-k7f3qa") == SHOWN
    assert Ledger(tmp_path).recall("other-aaaaaa") == replace(SHOWN, key="other-aaaaaa", metadata=Metadata())


def test_a_key_keeps_what_it_was_first_shown_with(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    ledger.remember([SHOWN])
    ledger.remember([replace(SHOWN, quote="other words", title="Other")])
    assert ledger.recall(SHOWN.key) == SHOWN


def test_a_key_that_was_never_shown_is_not_known(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    ledger.remember([SHOWN])
    assert ledger.recall("ttp-k7f3qb") is None
    assert ledger.recall("' OR '1'='1") is None


def test_before_the_first_key_nothing_is_known_and_nothing_is_created(tmp_path: Path) -> None:
    state = tmp_path / "not yet" / "state"
    assert Ledger(state).recall(SHOWN.key) is None
    assert not state.parent.exists()
    Ledger(state).remember([SHOWN])
    assert Ledger(state).recall(SHOWN.key) == SHOWN


def test_a_file_that_another_process_is_just_creating_knows_no_key_yet(tmp_path: Path) -> None:
    (tmp_path / "ledger.sqlite").touch()
    assert Ledger(tmp_path).recall(SHOWN.key) is None
    Ledger(tmp_path).remember([SHOWN])
    assert Ledger(tmp_path).recall(SHOWN.key) == SHOWN


def test_a_state_folder_with_an_odd_name_works(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "a b?mode=memory#%20é")
    ledger.remember([SHOWN])
    assert ledger.recall(SHOWN.key) == SHOWN


def test_a_file_that_was_taken_away_meanwhile_is_begun_anew(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    ledger.remember([SHOWN])
    for path in tmp_path.iterdir():
        path.unlink()
    ledger.remember([replace(SHOWN, key="other-aaaaaa")])
    assert Ledger(tmp_path).recall("other-aaaaaa") is not None
    assert Ledger(tmp_path).recall(SHOWN.key) is None


def test_once_closed_it_is_one_file_that_can_be_copied_and_remembers_again(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    ledger.remember([SHOWN])
    ledger.close()
    assert [path.name for path in tmp_path.iterdir()] == ["ledger.sqlite"]
    ledger.remember([replace(SHOWN, key="other-aaaaaa")])
    assert ledger.recall(SHOWN.key) == SHOWN
    assert ledger.recall("other-aaaaaa") is not None


def test_every_key_is_on_the_disk_before_it_is_shown(tmp_path: Path) -> None:
    """What is in the file and its log when remembering returns is all that a loss of power leaves."""
    ledger = Ledger(tmp_path / "state")
    for number in range(20):
        key = f"ttp-{number:06}"
        ledger.remember([replace(SHOWN, key=key)])
        left = shutil.copytree(tmp_path / "state", tmp_path / f"left{number}")
        assert Ledger(left).recall(key) is not None
    assert ledger._connection is not None
    assert ledger._connection.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL: synced at every commit


def test_in_a_folder_that_cannot_be_written_to_it_is_read_and_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = Ledger(tmp_path)
    ledger.remember([SHOWN])
    ledger.close()
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert Ledger(tmp_path).recall(SHOWN.key) == SHOWN
    assert [path.name for path in tmp_path.iterdir()] == ["ledger.sqlite"]


plain = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@settings(derandomize=True, deadline=None)
@given(quote=plain, title=plain, publisher=plain.filter(bool), authors=st.lists(plain, max_size=3))
def test_any_words_come_back_unchanged(
    tmp_path_factory: pytest.TempPathFactory, quote: str, title: str, publisher: str, authors: list[str]
) -> None:
    ledger = Ledger(tmp_path_factory.mktemp("state"))
    shown = replace(SHOWN, quote=quote, title=title, metadata=Metadata(publisher=publisher, author=tuple(authors)))
    ledger.remember([shown])
    assert ledger.recall(SHOWN.key) == shown


# ------------------------------------------------------------------------------------------ what fails


def file_for_a_folder(state: Path) -> None:
    state.write_text("a file")


def folder_for_a_file(state: Path) -> None:
    (state / "ledger.sqlite").mkdir(parents=True)


def no_database(state: Path) -> None:
    state.mkdir()
    (state / "ledger.sqlite").write_bytes(b"this is no database at all, whatever its name says" * 20)


def damaged_inside(state: Path) -> None:
    ledger = Ledger(state)
    ledger.remember([replace(SHOWN, key=f"ttp-{number:06}") for number in range(200)])
    ledger.close()
    data = (state / "ledger.sqlite").read_bytes()
    (state / "ledger.sqlite").write_bytes(data[:4096] + b"\xff" * (len(data) - 4096))


def foreign_database(state: Path) -> None:
    state.mkdir()
    connection = sqlite3.connect(state / "ledger.sqlite")
    connection.execute("CREATE TABLE shown (something TEXT)")
    connection.close()


def refusal(action: Callable[[], object], path: Path) -> None:
    with pytest.raises(LedgerError, match="ASKBRIEF_STATE_DIR") as caught:
        action()
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("spoil", [file_for_a_folder, folder_for_a_file, no_database, damaged_inside, foreign_database])
def test_a_memory_that_cannot_be_written_says_so_in_one_line(tmp_path: Path, spoil: Callable[[Path], None]) -> None:
    spoil(tmp_path / "state")
    refusal(lambda: Ledger(tmp_path / "state").remember([SHOWN]), tmp_path / "state")


@pytest.mark.parametrize("spoil", [folder_for_a_file, no_database, damaged_inside, foreign_database])
def test_a_memory_that_cannot_be_read_says_so_in_one_line(tmp_path: Path, spoil: Callable[[Path], None]) -> None:
    spoil(tmp_path / "state")
    refusal(lambda: Ledger(tmp_path / "state").recall("ttp-000001"), tmp_path / "state")


def test_a_state_folder_that_cannot_exist_says_so_in_one_line(tmp_path: Path) -> None:
    impossible = tmp_path / ("x" * 300)
    refusal(lambda: Ledger(impossible).recall(SHOWN.key), impossible)
    refusal(lambda: Ledger(impossible).remember([SHOWN]), impossible)


# ---------------------------------------------------------------------------------------- several at once


def remember_some(state: Path, writer: int) -> None:
    for number in range(10):
        Ledger(state).remember([replace(SHOWN, key=f"w{writer}-{number}", quote=f"quote {writer} {number}")])


def threads() -> Executor:
    return ThreadPoolExecutor(4)


def processes() -> Executor:
    return ProcessPoolExecutor(3, mp_context=multiprocessing.get_context("spawn"))


@pytest.mark.parametrize("workers", [threads, processes])
def test_writing_at_once_loses_nothing(tmp_path: Path, workers: Callable[[], Executor]) -> None:
    with workers() as pool:
        running: list[Future[None]] = [pool.submit(remember_some, tmp_path / "state", writer) for writer in range(4)]
        for future in running:
            future.result()
    ledger = Ledger(tmp_path / "state")
    recalled = [ledger.recall(f"w{writer}-{number}") for writer in range(4) for number in range(10)]
    assert [shown.quote for shown in recalled if shown] == [f"quote {w} {n}" for w in range(4) for n in range(10)]


def test_reading_while_another_writes_the_first_key_finds_it_or_not_yet(tmp_path: Path) -> None:
    for attempt in range(10):
        ledger = Ledger(tmp_path / str(attempt))
        writer = threading.Thread(target=ledger.remember, args=([SHOWN],))
        writer.start()
        while writer.is_alive():
            assert ledger.recall(SHOWN.key) in {None, SHOWN}
        writer.join()
        assert ledger.recall(SHOWN.key) == SHOWN
