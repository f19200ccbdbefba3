"""The vectors that a build has computed survive its end until a generation holds them."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest

from askbrief.ingest.embedding import EmbeddingJournal, journalled_passages
from tests.conftest import ROOT
from tests.fakes import HashEncoder, interruptible
from tests.ingest.test_build import article, contents

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Workplace


def append(journal: EmbeddingJournal, number: int, passages: int = 3) -> None:
    """Append a block of passages that have 1, 2, 3... sentences."""
    block = [(bytes([number, place]) * 8, place + 1) for place in range(passages)]
    sentences = sum(count for _, count in block)
    rows = np.full((passages + sentences, HashEncoder.dimension), number, dtype=np.float32)
    journal.append(block, rows[:passages], rows[passages:].astype(np.float16))


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """Create a journal of two blocks of three passages."""
    with EmbeddingJournal(tmp_path, HashEncoder()) as journal:
        append(journal, 1)
        append(journal, 2)
    return tmp_path


def test_vectors_are_found_again_by_digest(index: Path) -> None:
    with EmbeddingJournal(index, HashEncoder()) as journal:
        append(journal, 3)
        rows = journal.rows()
    found = rows.find(np.array([b"\x02\x01" * 8, b"\x03\x00" * 8, b"\x09\x00" * 8], dtype="S16"))
    assert found.tolist() == [4, 6, -1]
    assert rows.vectors[4].tolist() == [2.0] * HashEncoder.dimension
    assert rows.starts.tolist() == [0, 1, 3, 6, 7, 9, 12, 13, 15, 18]
    assert rows.sentences[12].tolist() == [3.0] * HashEncoder.dimension


@pytest.mark.parametrize("name", ["log", "vectors", "sentences"])
@pytest.mark.parametrize("bytes_off", [1, 40, 70])
def test_a_torn_end_is_dropped_and_written_over(index: Path, name: str, bytes_off: int) -> None:
    path = index / "encoded" / name
    os.truncate(path, path.stat().st_size - bytes_off)
    with EmbeddingJournal(index, HashEncoder()) as journal:
        assert journal.passages == 3
        append(journal, 2)
    with EmbeddingJournal(index, HashEncoder()) as journal:
        assert journal.passages == 6
        assert journal.rows().vectors[5].tolist() == [2.0] * HashEncoder.dimension


@pytest.mark.parametrize("name", ["log", "vectors", "sentences"])
def test_a_flipped_bit_drops_its_block_and_those_after_it(index: Path, name: str) -> None:
    path = index / "encoded" / name
    data = bytearray(path.read_bytes())
    data[-20] ^= 1
    path.write_bytes(data)
    with EmbeddingJournal(index, HashEncoder()) as journal:
        assert journal.passages == 3


def test_vectors_of_another_model_are_not_used(index: Path) -> None:
    with EmbeddingJournal(index, HashEncoder("other@2")) as journal:
        assert journal.passages == 0


def test_the_passages_of_a_journal_can_be_counted(index: Path) -> None:
    assert journalled_passages(index) == 6
    assert journalled_passages(index / "nowhere") == 0


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_build_is_resumed(workplace: Workplace, how: signal.Signals) -> None:
    for number in range(40):
        workplace.write(f"d{number:02}.txt", article(number))
    broken = subprocess.run(
        [sys.executable, "-m", "tests.ingest.build_child", str(workplace.seeds), str(workplace.index)],
        cwd=ROOT,
        env={**os.environ, "BREAK_OFF_AT": "0.9", "BREAK_OFF_BY": str(int(how))},
        capture_output=True,
        check=False,
        preexec_fn=interruptible,
    )
    assert broken.returncode
    in_journal = journalled_passages(workplace.index)
    report = workplace.build()
    assert in_journal >= 0.8 * report.passages
    assert report.encoded == report.passages - in_journal
    assert not (workplace.index / "encoded").exists()
    full = type(workplace)(workplace.root / "full", HashEncoder())
    shutil.copytree(workplace.seeds, full.seeds)
    full.build()
    assert contents(workplace.index) == contents(full.index)


def test_a_journal_is_removed_when_nothing_is_left_to_build(workplace: Workplace) -> None:
    workplace.write("a.txt", article(1))
    workplace.build()
    with EmbeddingJournal(workplace.index, HashEncoder()) as journal:
        append(journal, 1)
    assert workplace.build().up_to_date
    assert not (workplace.index / "encoded").exists()
