"""Fixtures for many tests, and the lanes of the tests.

A lane is a marker that `make test-fast` leaves out (CONTRIBUTING.md). Folders, files and fixtures put a test into a
lane, so that a new test seldom needs a marker of its own.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

from askbrief import Library, build
from askbrief.inference.loading import open_encoder
from askbrief.settings import Settings
from tests.fakes import Folders, HashEncoder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from askbrief import BuildReport
    from askbrief.inference.encoder import Encoder

pytest_plugins = ["tests.simulated.recording"]

ROOT = Path(__file__).resolve().parents[1]
SEED = "000_ee697740f37b7d18.txt"
os.environ["XDG_CACHE_HOME"] = str(ROOT / ".pytest_cache" / "askbrief")
"""The model is compiled once for each checkout, for all tests and the processes that they start."""
TTP_QUESTION = "how many TTP fighters are in Afghanistan?"

LANES_BY_PATH = {
    "tests/bot/test_isolation.py": "discord",
    "tests/documents/test_sandbox.py": "process",
    "tests/e2e": "process",
    "tests/inference": "model",
    "tests/evaluation/test_calibration.py": "slow",
    "tests/evaluation/test_journal.py": "process",
    "tests/ingest/test_build.py": "process",
    "tests/ingest/test_embedding_journal.py": "process",
    "tests/ingest/test_sources.py": "slow",
    "tests/retrieval/test_cross_encoder.py": "model",
    "tests/service": "process",
    "tests/simulated": "discord",
    "tests/storage": "process",
    "tests/test_main_job.py": "process",
    "tests/torture": "process",
    "tests/training": "model",
    "tests/web": "server",
}
LANES_BY_FIXTURE = {
    "bot_workspace": "discord",
    "encoder": "model",
    "pages": "server",
    "seed_index": "model",
    "shared": "slow",
}


settings.register_profile("fast", max_examples=10)  # `make test-fast` tries fewer generated examples


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Skip the import of folders whose whole lane is left out."""
    lane = LANES_BY_PATH.get(collection_path.relative_to(ROOT).as_posix())
    return True if lane is not None and f"not {lane}" in config.option.markexpr else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put each test into the lanes of its folder, its file and its fixtures."""
    for item in items:
        path = item.path.relative_to(ROOT).as_posix()
        lanes = {lane for prefix, lane in LANES_BY_PATH.items() if path == prefix or path.startswith(f"{prefix}/")}
        lanes |= {LANES_BY_FIXTURE[name] for name in getattr(item, "fixturenames", ()) if name in LANES_BY_FIXTURE}
        for lane in lanes:
            item.add_marker(lane)


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Run each test in its own folder, without the ASKBRIEF_* variables of the person who runs it."""
    for name in list(os.environ):
        if name.startswith("ASKBRIEF_") and name != "ASKBRIEF_SHARED":
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@dataclass
class Workplace(Folders):
    """The folders seeds/, index/ and state/ of one test, built with the hashing encoder."""

    root: Path
    encoder: HashEncoder

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.seeds / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def build(self, **options: Any) -> BuildReport:
        return build(self.seeds, self.index, encoder=options.pop("encoder", self.encoder), **options)

    def open(self, **settings: Any) -> Library:
        return Library.open(self.index, state=self.state, encoder=self.encoder, settings=Settings(**settings))


@pytest.fixture
def workplace(tmp_path: Path) -> Workplace:
    """Give an empty seeds/ folder, and nothing built."""
    (tmp_path / "seeds").mkdir()
    return Workplace(tmp_path, HashEncoder())


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    """Load the real model as askbrief runs it, once for each test process."""
    return open_encoder(Settings())


@pytest.fixture(scope="session")
def seed_index(encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the real seed with the real model, once for each test process."""
    index = tmp_path_factory.mktemp("seed") / "index"
    build(ROOT / "seeds", index, encoder=encoder)
    return index


@pytest.fixture
def seed_library(seed_index: Path, encoder: Encoder, tmp_path: Path) -> Iterator[Library]:
    """Open the real seed with the real model; shown keys are stored in the state/ folder of this test."""
    with Library.open(seed_index, state=tmp_path / "state", encoder=encoder) as library:
        yield library


@pytest.fixture(scope="session")
def shared() -> Path:
    """Give the folder of shared question sets and documents; skip the test if it is absent."""
    folder = Path(os.environ.get("ASKBRIEF_SHARED", ROOT.parent / "shared"))
    if not folder.is_dir():
        pytest.skip(f"no shared data in {folder} (set ASKBRIEF_SHARED)")
    return folder
