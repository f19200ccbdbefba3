"""`askbrief calibrate`, from outside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from askbrief.answering.verdict import SIGNALS, read_calibration
from tests.evaluation.test_calibration import written

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.shell import Shell


def test_the_command_writes_a_file_that_can_be_used_and_says_what_it_comes_to(shell: Shell, tmp_path: Path) -> None:
    questions, out = written(tmp_path / "set"), tmp_path / "ours.json"
    code, said, _ = shell("calibrate", str(questions.folder), "--out", str(out))
    assert code == 0
    assert "strong from" in said
    assert read_calibration(out.read_text(encoding="utf-8")).fitted_on == ("set",)
    code, row = shell.json("calibrate", str(questions.folder), "--out", str(out))
    assert code == 0
    assert row["calibration"]["weights"].keys() == set(SIGNALS)
    code, _, error = shell("calibrate", str(questions.folder), "--out", str(tmp_path / "no" / "where.json"))
    assert code == 2
    assert "cannot be written" in error
