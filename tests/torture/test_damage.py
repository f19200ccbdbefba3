"""Damaged files of an index are reported in one line and repaired by the next build, and keys still resolve."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from askbrief.errors import IndexDamaged
from askbrief.storage.embedded.generation import current_name
from tests.conftest import ROOT
from tests.ingest.test_build import article, contents

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Workplace


@pytest.fixture
def built(workplace: Workplace) -> Workplace:
    """Build one document."""
    workplace.write("a.txt", article(1))
    workplace.build()
    return workplace


def make_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def make_circle(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.name)


@pytest.mark.parametrize(
    "pointer", [b"000001-\x2dcd97878d\n", bytes(16), b"000001-5f2c91aa\n{}\0", b"a" * 300, b"a\nb\nc", b"/etc/passwd\n"]
)
def test_a_pointer_that_names_no_generation_is_said_in_one_line_and_healed(built: Workplace, pointer: bytes) -> None:
    before = contents(built.index)
    (built.index / "CURRENT").write_bytes(pointer)
    with pytest.raises(IndexDamaged) as said:
        built.open()
    assert "\n" not in str(said.value)
    built.build()
    assert contents(built.index) == before


@pytest.mark.parametrize("put", [make_folder, make_circle])
@pytest.mark.parametrize("name", ["manifest.json", "text.sqlite", "vectors.npy"])
def test_what_lies_in_place_of_a_file_is_said_and_healed(built: Workplace, name: str, put: object) -> None:
    before = contents(built.index)
    serving = built.index / "generations" / str(current_name(built.index))
    assert callable(put)
    put(serving / name)
    with pytest.raises(IndexDamaged, match=f"^{name} of the index .*: run: askbrief build$"):
        built.open()
    built.build()
    assert contents(built.index) == before
    assert not serving.exists() or (serving / name).is_file()


RECALL = """
import pathlib, resource, signal, sys
from askbrief.citations.ledger import Ledger
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # so that writing fails instead of killing
resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
print(Ledger(pathlib.Path(sys.argv[1])).recall(sys.argv[2]).key)
"""


def test_keys_resolve_where_nothing_can_be_written_beside_the_ledger(built: Workplace) -> None:
    with built.open() as library:
        key = library.ask("how many attacks in the province?").hits[0].key
    done = subprocess.run(
        [sys.executable, "-c", RECALL, str(built.state), key],
        cwd=ROOT,
        # Without coverage measurement, which would write a file too.
        env={
            "PYTHONPATH": str(ROOT / "src"),
            **{name: value for name, value in os.environ.items() if not name.startswith("COV")},
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout.strip(), done.stderr) == (key, "")
