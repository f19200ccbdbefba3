"""What many tests need: an encoder, folders, the seed, a built index, the shared question sets."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

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
"""The model is compiled once a checkout, for all tests and the processes that they start."""
TTP_QUESTION = "how many TTP fighters are in Afghanistan?"


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A test sees its own folder and no ASKBRIEF_* of the person who runs it."""
    for name in list(os.environ):
        if name.startswith("ASKBRIEF_") and name != "ASKBRIEF_SHARED":
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@dataclass
class Workplace(Folders):
    """seeds/, index/ and state/ of one test, built with the hashing encoder."""

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
    """An empty seeds/ folder, and nothing built."""
    (tmp_path / "seeds").mkdir()
    return Workplace(tmp_path, HashEncoder())


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    """The real model as askbrief runs it, loaded once a test process."""
    return open_encoder(Settings())


@pytest.fixture(scope="session")
def seed_index(encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real seed, built with the real model."""
    index = tmp_path_factory.mktemp("seed") / "index"
    build(ROOT / "seeds", index, encoder=encoder)
    return index


@pytest.fixture
def seed_library(seed_index: Path, encoder: Encoder, tmp_path: Path) -> Iterator[Library]:
    """The real seed, opened with the real model; what it shows is remembered in this test's state/."""
    with Library.open(seed_index, state=tmp_path / "state", encoder=encoder) as library:
        yield library


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of shared question sets and documents; tests that need it are skipped where it is absent."""
    folder = Path(os.environ.get("ASKBRIEF_SHARED", ROOT.parent / "shared"))
    if not folder.is_dir():
        pytest.skip(f"no shared data in {folder} (set ASKBRIEF_SHARED)")
    return folder
