"""`askbrief build` as people run it: broken off and gone on with, and keeping an index fresh."""

from __future__ import annotations

import json
import os
import queue
import re
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING

import pytest

from askbrief.ingest.embedding import journalled_passages
from tests.conftest import ROOT
from tests.fakes import interruptible
from tests.ingest.test_build import article

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PATIENCE = 120
BUILD = (sys.executable, "-m", "askbrief", "build")


@dataclass
class Building:
    """A build as a process in a folder with seeds/ and index/, and the lines that it writes."""

    root: Path
    process: subprocess.Popen[str] | None = None
    lines: queue.Queue[str] = field(default_factory=queue.Queue)
    readers: list[threading.Thread] = field(default_factory=list)

    def environment(self) -> dict[str, str]:
        folders = {f"ASKBRIEF_{name.upper()}_DIR": str(self.root / name) for name in ("seeds", "index", "state")}
        return {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'src'}", **folders}

    def start(self, *options: str) -> subprocess.Popen[str]:
        self.process = subprocess.Popen(
            [*BUILD, *options],
            cwd=self.root,
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=interruptible,  # noqa: PLW1509 - sets one signal, and nothing else
        )
        self.lines = queue.Queue()
        self.readers = [threading.Thread(target=self._read, args=(stream,), daemon=True) for stream in self._streams()]
        for reader in self.readers:
            reader.start()
        return self.process

    def rest(self) -> str:
        """All that is left of what an ended process wrote."""
        for reader in self.readers:
            reader.join()
        return "".join(self.lines.get() for _ in range(self.lines.qsize()))

    def _streams(self) -> list[IO[str]]:
        assert self.process is not None
        return [stream for stream in (self.process.stdout, self.process.stderr) if stream is not None]

    def _read(self, stream: IO[str]) -> None:
        for line in stream:
            self.lines.put(line)

    def told(self, what: str) -> str:
        """The next line that has these words in it."""
        while what not in (line := self.lines.get(timeout=PATIENCE)):
            pass
        return line

    def interrupt(self) -> int:
        assert self.process is not None
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(PATIENCE)


@pytest.fixture
def building(tmp_path: Path) -> Iterator[Building]:
    (tmp_path / "seeds").mkdir()
    some = Building(tmp_path)
    yield some
    if some.process is not None:
        some.process.kill()
        some.process.wait()


def test_ctrl_c_says_how_much_is_kept_and_the_next_build_goes_on_from_there(building: Building) -> None:
    for number in range(24):
        (building.root / "seeds" / f"{number}.txt").write_text(article(number))
    process = building.start()
    while not journalled_passages(building.root / "index"):
        assert process.poll() is None
        time.sleep(0.05)
    assert building.interrupt() == 130
    said = building.rest()
    kept = re.search(
        r"^askbrief: interrupted; (\d+) encoded passages are kept for the next build, and the old index .*\n\Z",
        said,
        re.MULTILINE,
    )
    assert kept is not None, said
    done = subprocess.run([*BUILD, "--json"], env=building.environment(), capture_output=True, text=True, check=True)
    report = json.loads(done.stdout)
    assert report["encoded"] == report["passages"] - int(kept[1])


def test_a_watched_folder_is_built_as_it_changes_and_ctrl_c_ends_the_watch_cleanly(building: Building) -> None:
    seeds = building.root / "seeds"
    (seeds / "first.txt").write_text(article(1))
    building.start("--watch")
    building.told("watching")
    (seeds / "second.txt").write_text(article(2))
    assert "1 added; " in building.told("000002-")
    seeds.rename(building.root / "elsewhere")
    assert "still watching" in building.told("is not there")
    (building.root / "elsewhere" / "second.txt").unlink()
    (building.root / "elsewhere").rename(seeds)
    assert "1 removed; " in building.told("000003-")
    assert building.interrupt() == 0
