"""A large index is hashed once where it lies; what is written to it, or put in its place, is noticed all the same."""

from __future__ import annotations

import json
import os
import shutil
from typing import TYPE_CHECKING

import pytest

from askbrief.core.progress import Silent
from askbrief.core.runtime import sha256_of
from askbrief.documents.limits import ParsingLimits
from askbrief.errors import IndexDamaged
from askbrief.ingest.sources import check_index
from askbrief.storage.embedded import manifest
from askbrief.storage.embedded.generation import Generation
from askbrief.storage.engines import open_engine
from tests.ingest.test_build import article, contents
from tests.storage.test_generation import serving, truncate

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Workplace

FILES = ["text.sqlite", "vectors.npy", "sentences.npy", "postings-impacts.npy", "sources.json"]


@pytest.fixture
def large(workplace: Workplace, monkeypatch: pytest.MonkeyPatch) -> Workplace:
    """An index that counts as large, written long ago."""
    monkeypatch.setattr(manifest, "ALWAYS_HASHED", 0)
    monkeypatch.setattr(manifest, "_SETTLED_NS", 0)
    for number in range(3):
        workplace.write(f"d{number}.txt", article(number))
    workplace.build()
    return workplace


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that are hashed from now on."""
    names: list[str] = []

    def noted(path: Path) -> str:
        names.append(path.name)
        return sha256_of(path)

    monkeypatch.setattr(manifest, "sha256_of", noted)
    return names


def opened(workplace: Workplace) -> None:
    Generation.open_current(workplace.index).close()


def rot(path: Path) -> None:
    """Another last byte, and everything that the file system says of the file as it was."""
    stamps = path.parent / "stamps.json"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    known = json.loads(stamps.read_text())
    found = path.stat()
    known[path.name][1:] = [found.st_size, found.st_ino, found.st_mtime_ns, found.st_ctime_ns]
    stamps.write_text(json.dumps(known))


def overwrite(path: Path) -> None:
    """Another last byte, and the old time."""
    before = path.stat()
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def replace(path: Path) -> None:
    """Another file of the same size and time."""
    before = path.stat()
    other = path.with_name("other")
    other.write_bytes(bytes(before.st_size))
    os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
    other.replace(path)


def test_a_large_index_is_not_hashed_when_it_is_opened(large: Workplace, hashed: list[str]) -> None:
    opened(large)
    assert hashed == []


def test_a_small_one_is_and_keeps_no_stamps(workplace: Workplace, hashed: list[str]) -> None:
    workplace.write("a.txt", article(1))
    workplace.build()
    hashed.clear()
    opened(workplace)
    assert {"text.sqlite", "vectors.npy", "sources.json"} <= set(hashed)
    assert not (serving(workplace) / "stamps.json").exists()


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("damage", [overwrite, replace, truncate, os.unlink])
def test_what_was_written_to_a_file_or_put_in_its_place_is_noticed(
    large: Workplace, name: str, damage: Callable[[Path], None]
) -> None:
    before = contents(large.index)
    damage(serving(large) / name)
    for _ in range(2):
        with pytest.raises(IndexDamaged, match=rf"^{name} of the index .*: run: askbrief build$"):
            opened(large)
    large.build()
    assert contents(large.index) == before


def test_a_copy_is_hashed_once_where_it_lies_now(large: Workplace, hashed: list[str]) -> None:
    copied = shutil.copytree(large.index, large.root / "copied")
    Generation.open_current(copied).close()
    assert {"text.sqlite", "vectors.npy", "sources.json"} <= set(hashed)
    hashed.clear()
    Generation.open_current(copied).close()
    assert hashed == []


@pytest.mark.parametrize("stamps", [b"", b"\xff", b"[]", b'{"text.sqlite": 7}'])
def test_stamps_that_cannot_be_read_are_made_anew(large: Workplace, hashed: list[str], stamps: bytes) -> None:
    (serving(large) / "stamps.json").write_bytes(stamps)
    opened(large)
    assert "vectors.npy" in hashed
    hashed.clear()
    opened(large)
    assert hashed == []


def test_a_file_that_was_written_just_now_is_hashed_next_time_too(
    large: Workplace, hashed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manifest, "_SETTLED_NS", 3_600 * 10**9)
    (serving(large) / "stamps.json").unlink()
    for _ in range(2):
        hashed.clear()
        opened(large)
        assert "vectors.npy" in hashed


def test_what_a_disk_loses_is_found_by_check_and_never_opened_again(large: Workplace) -> None:
    rot(serving(large) / "sentences.npy")
    with (
        open_engine(large.index) as engine,
        pytest.raises(IndexDamaged, match=r"^sentences.npy of the index is damaged"),
    ):
        check_index(engine, [], ParsingLimits(), Silent())
    with pytest.raises(IndexDamaged, match=r"^sentences.npy of the index is damaged"):
        opened(large)


def test_what_a_disk_loses_is_not_taken_over_by_the_next_build(large: Workplace) -> None:
    before = contents(large.index)
    rot(serving(large) / "vectors.npy")
    report = large.build()
    assert "vectors.npy" in str(report.rebuilt_because)
    assert contents(large.index) == before
