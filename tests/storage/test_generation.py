"""The index on disk: it opens whole or says what is wrong, whatever happens to the build or to its files."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from askbrief.errors import BuildError, BuildInProgress, IndexDamaged, IndexMismatch, IndexMissing, IndexUnusable
from askbrief.library import Library
from askbrief.settings import Settings
from askbrief.storage.embedded.engine import EmbeddedGenerations, StagedGeneration
from askbrief.storage.embedded.generation import Generation, current_name
from tests.conftest import ROOT
from tests.fakes import HashEncoder
from tests.ingest.test_build import article, contents

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Workplace

MOMENTS = 20


def run_child(workplace: Workplace, **environment: str) -> subprocess.CompletedProcess[str]:
    """Build in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "tests.ingest.build_child", str(workplace.seeds), str(workplace.index)],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def serving(workplace: Workplace) -> Path:
    """The folder of the generation that serves."""
    name = current_name(workplace.index)
    assert name is not None
    return workplace.index / "generations" / name


@pytest.fixture
def built(workplace: Workplace) -> Workplace:
    """Three documents, built."""
    for number in range(3):
        workplace.write(f"d{number}.txt", article(number))
    workplace.build()
    return workplace


def test_a_build_killed_at_any_moment_leaves_the_old_or_the_new_generation_whole(built: Workplace) -> None:
    old = contents(built.index)
    pristine = shutil.copytree(built.index, built.root / "pristine")
    for number in range(1, 5):
        built.write(f"d{number}.txt", article(50 + number))
    steps = int(run_child(built).stdout)
    new = contents(built.index)
    served = []
    for moment in range(MOMENTS):
        shutil.rmtree(built.index)
        shutil.copytree(pristine, built.index)
        killed = run_child(built, KILL_AT=str(1 + moment * (steps - 1) // (MOMENTS - 1)))
        assert killed.returncode == -signal.SIGKILL
        served.append(contents(built.index))
        with built.open() as library:
            answer = library.ask("how many attacks in the province?")
            assert answer.hits
            assert answer.generation == current_name(built.index)
        built.build(encoder=HashEncoder())
        assert contents(built.index) == new
        assert not list(built.index.glob("building-*"))
    assert served.count(old) + served.count(new) == MOMENTS
    assert served[0] == old
    assert served[-1] == new


@pytest.mark.parametrize("most_bytes", ["1000", "9000", "40000"])
def test_a_full_disk_is_one_line_and_the_old_index_keeps_serving(built: Workplace, most_bytes: str) -> None:
    before = contents(built.index)
    for number in range(40):
        built.write(f"more{number}.txt", article(number))
    starved = run_child(built, MOST_BYTES=most_bytes)
    assert starved.returncode == 2
    assert starved.stdout.startswith("BuildError: the index in ")
    assert starved.stdout.count("\n") == 1
    assert "the old one keeps serving" in starved.stdout
    assert contents(built.index) == before
    assert not list(built.index.glob("building-*"))


@pytest.mark.parametrize("place", range(0, 81, 5))
def test_a_flipped_bit_of_the_pointer_is_said_and_healed(built: Workplace, place: int) -> None:
    before = contents(built.index)
    pointer = built.index / "CURRENT"
    data = bytearray(pointer.read_bytes())
    assert len(data) == 81
    data[place] ^= 1
    pointer.write_bytes(data)
    with pytest.raises(IndexDamaged, match="run: askbrief build"):
        built.open()
    built.build()
    assert contents(built.index) == before


def test_an_index_folder_that_cannot_be_made_is_one_line(workplace: Workplace) -> None:
    workplace.write("a.txt", article(1))
    workplace.index.write_text("a file stands where the folder should")
    with pytest.raises(BuildError, match="cannot write to"):
        workplace.build()


def flip_last_byte(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


@pytest.mark.parametrize("damage", [flip_last_byte, truncate, Path.unlink])
@pytest.mark.parametrize(
    "name",
    [
        "text.sqlite",
        "sources.json",
        "vectors.npy",
        "sentences.npy",
        "sentence-starts.npy",
        "postings-starts.npy",
        "postings-passages.npy",
        "postings-impacts.npy",
        "postings-idf.npy",
    ],
)
def test_a_damaged_file_is_named_and_the_next_build_heals_it(
    built: Workplace, name: str, damage: Callable[[Path], None]
) -> None:
    before = contents(built.index)
    damage(serving(built) / name)
    with pytest.raises(IndexDamaged, match=rf"^{name} of the index .*: run: askbrief build$"):
        built.open()
    report = built.build()
    assert name in str(report.rebuilt_because)
    assert contents(built.index) == before


@pytest.mark.parametrize("damage", [flip_last_byte, truncate, Path.unlink])
def test_a_damaged_manifest_is_healed_by_the_next_build(built: Workplace, damage: Callable[[Path], None]) -> None:
    before = contents(built.index)
    damage(serving(built) / "manifest.json")
    with pytest.raises(IndexDamaged, match="run: askbrief build"):
        built.open()
    built.build()
    assert contents(built.index) == before


@pytest.mark.parametrize("pointer", [b"../../etc", b"000009-deadbeef", b"000001-deadbeef\n", b"", b"\xff\xfe", b"."])
def test_a_damaged_pointer_is_said_and_healed(built: Workplace, pointer: bytes) -> None:
    before = contents(built.index)
    (built.index / "CURRENT").write_bytes(pointer)
    with pytest.raises(IndexDamaged):
        built.open()
    built.build()
    assert contents(built.index) == before


def test_a_folder_in_place_of_the_pointer_is_said_and_healed(built: Workplace) -> None:
    (built.index / "CURRENT").unlink()
    (built.index / "CURRENT" / "deep").mkdir(parents=True)
    with pytest.raises(IndexUnusable):
        built.open()
    built.build()
    with built.open() as library:
        assert len(library.sources()) == 3


@pytest.mark.parametrize(("version", "error"), [("format", IndexMismatch), ("analysis", IndexMismatch)])
def test_an_index_of_another_version_is_refused_with_what_to_do(
    built: Workplace, version: str, error: type[IndexUnusable]
) -> None:
    path = serving(built) / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["versions"][version] = 999
    path.write_text(json.dumps(manifest))
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    (built.index / "CURRENT").write_text(f"{path.parent.name} {sha256}\n")
    with pytest.raises(error, match=rf"the index has {version} version 999, .* run: askbrief build"):
        built.open()
    built.build()
    built.open().close()


def test_an_index_of_another_model_is_refused_with_both_names(built: Workplace) -> None:
    with pytest.raises(
        IndexMismatch, match=r"model all-MiniLM-L6-v2@hash, the settings say other@2: run: askbrief build"
    ):
        Library.open(built.index, encoder=HashEncoder("other@2"), settings=Settings())


def test_where_nothing_was_built_it_says_so(workplace: Workplace) -> None:
    with pytest.raises(IndexMissing, match=r"there is no index in .*: run: askbrief build"):
        workplace.open()


def test_a_reader_keeps_its_snapshot_while_new_generations_come(built: Workplace) -> None:
    with built.open() as library:
        before = library.ask("how many attacks in the province?", top=20)
        for number in range(3):
            built.write("d0.txt", article(70 + number))
            built.build()
        assert library.ask("how many attacks in the province?", top=20) == before
        assert len(list((built.index / "generations").iterdir())) == 2
    built.write("d0.txt", article(80))
    built.build()
    assert [path.name for path in (built.index / "generations").iterdir()] == [current_name(built.index)]


def test_a_generation_is_published_only_if_it_replaces_the_newest(built: Workplace) -> None:
    generations = EmbeddedGenerations(built.index)
    before = generations.current()
    with Generation.open_current(built.index) as generation, generations.stage() as folder:
        staged = StagedGeneration(folder, generation.manifest, generation.sources())
        with pytest.raises(BuildInProgress):
            generations.publish(staged, "000000-another")
    assert generations.current() == before
    assert not folder.exists()


def test_opening_verifies_the_words_of_each_quote_again(built: Workplace) -> None:
    with Generation.open_current(built.index) as generation:
        passage = generation.store.passage(0)
        document = generation.store.document(passage.doc_id)
        assert document is not None
        assert document.text[passage.start : passage.end] == passage.text
