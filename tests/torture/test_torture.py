"""A short form of `make torture`: despite disk faults, kills and crowds, nothing is lost or answered wrongly."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

KINDS = ("kills", "askers", "disks", "bits", "files", "crowd")


def test_no_fault_loses_an_index_answers_wrongly_shows_a_traceback_or_hangs(tmp_path: Path) -> None:
    report = tmp_path / "torture.json"
    options = ["--quick", "--no-mount", "--out", str(report), "--only", *KINDS]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.torture", *options], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    counts = json.loads(report.read_text())["counts"]
    assert all(count["trials"] for count in counts)
    assert sum(count["right"] + count["said"] for count in counts) >= sum(count["trials"] for count in counts)
