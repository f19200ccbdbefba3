"""Files are parsed in processes of their own, within limits: a bad one is a reason, whatever it does to its process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from askbrief.documents.builder import ParsedFile
from askbrief.documents.limits import ParsingLimits
from askbrief.documents.sandbox import ParserProcess, encode_request, parse_all, parse_in_sandbox
from askbrief.documents.sources import SeedFile, parse_file, scan
from askbrief.errors import ParsingError
from tests.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

STALLING = "- a\n" * 2_000_000
"""Two million items of a list keep a parser of Markdown busy for a minute or two."""


def seed(folder: Path, name: str, content: str) -> SeedFile:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return SeedFile(name, path, stamp=f"{path.stat().st_size}:0")


def text(parsed: ParsedFile | ParsingError) -> str:
    assert isinstance(parsed, ParsedFile)
    (document,) = parsed.documents
    return document.text


def end_process(process: ParserProcess, how: signal.Signals) -> None:
    """Send a signal to the process while it parses a file."""
    time.sleep(0.2)
    assert process.pid is not None
    os.kill(process.pid, how)


def test_a_process_returns_what_parsing_in_this_process_returns(tmp_path: Path) -> None:
    (tmp_path / "note.md").write_text(f"---\ndate: 2022-07\n---\n# Über die Lage\n\n{'One “line” of text. ' * 40}\n")
    (tmp_path / "note.md.meta.yaml").write_text("title: A side-car's title\nauthor: [A, B]\n")
    (file,) = scan(tmp_path, max_file_mib=1)
    with ParserProcess(ParsingLimits()) as process:
        assert process.parse(file) == parse_file(file) == parse_in_sandbox(file, ParsingLimits())


def test_results_come_in_order_and_a_bad_file_is_a_reason(tmp_path: Path) -> None:
    files = [seed(tmp_path, f"{number:02}.txt", f"Text number {number}. " * 2_000) for number in range(20)]
    files[7] = seed(tmp_path, "07.md", STALLING)
    files[11] = SeedFile("11.txt", tmp_path / "gone.txt", stamp="0:0")
    results = list(parse_all(files, ParsingLimits(seconds=5)))
    assert "took longer than 5 s to read (ASKBRIEF_READ_SECONDS)" in str(results[7])
    assert str(results[11]) == "cannot be read: no such file or directory"
    for number in set(range(20)) - {7, 11}:
        assert text(results[number]).startswith(f"Text number {number}. ")


def test_a_file_that_takes_too_much_memory_is_a_reason_and_the_next_is_parsed(tmp_path: Path) -> None:
    large, small = seed(tmp_path, "large.txt", "word " * 40_000_000), seed(tmp_path, "small.txt", "A few words.")
    with ParserProcess(ParsingLimits(mib=256)) as process:
        with pytest.raises(ParsingError, match=r"^took more than 256 MiB of memory to read \(ASKBRIEF_READ_MIB\)"):
            process.parse(large)
        assert text(process.parse(small)) == "A few words."


def test_a_text_of_too_many_characters_is_a_reason_in_both_processes(tmp_path: Path) -> None:
    file = seed(tmp_path, "long.txt", "ä" * 101)
    reason = r"^has 101 characters of text; the limit is 100 \(ASKBRIEF_MAX_DOCUMENT_CHARS\)"
    with pytest.raises(ParsingError, match=reason):
        parse_in_sandbox(file, ParsingLimits(characters=100))
    (result,) = parse_all([file], ParsingLimits(characters=100))
    with pytest.raises(ParsingError, match=reason):
        raise result  # type: ignore[misc]


@pytest.mark.parametrize(
    ("how", "reason"), [(signal.SIGSEGV, "Segmentation fault"), (signal.SIGKILL, "Killed"), (signal.SIGABRT, "Aborted")]
)
def test_a_process_that_dies_is_a_reason_and_the_next_file_is_parsed(
    tmp_path: Path, how: signal.Signals, reason: str
) -> None:
    stalling, small = seed(tmp_path, "stalling.md", STALLING), seed(tmp_path, "small.txt", "A few words.")
    with ParserProcess(ParsingLimits()) as process:
        process.parse(small)
        killer = threading.Thread(target=end_process, args=(process, how))
        killer.start()
        with pytest.raises(ParsingError, match=rf"^ended its parser \({reason}\)"):
            process.parse(stalling)
        killer.join()
        assert text(process.parse(small)) == "A few words."


def test_no_process_outlives_the_iterator(tmp_path: Path) -> None:
    files = [seed(tmp_path, "0.txt", "A few words."), *(seed(tmp_path, f"{n}.md", STALLING) for n in (1, 2))]
    results = parse_all(files, ParsingLimits())
    next(results)
    assert _children()
    results.close()
    assert not _children()


def test_a_process_that_waits_instead_of_working_is_ended_too(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "waiting.txt")
    waiting = SeedFile("waiting.txt", tmp_path / "waiting.txt", stamp="0:0")
    with (
        ParserProcess(ParsingLimits(seconds=0.2)) as process,
        pytest.raises(ParsingError, match=r"^took longer than 0\.2 s to read"),
    ):
        process.parse(waiting)


@pytest.mark.parametrize(("content", "signalled"), [(STALLING, signal.SIGPROF), (None, signal.SIGALRM)])
def test_a_process_whose_build_is_gone_ends_by_itself(
    tmp_path: Path, content: str | None, signalled: signal.Signals
) -> None:
    if content is None:
        os.mkfifo(tmp_path / "stalling.md")
    file = (
        SeedFile("stalling.md", tmp_path / "stalling.md", "")
        if content is None
        else seed(tmp_path, "stalling.md", content)
    )
    worker = subprocess.Popen(
        [sys.executable, "-m", "askbrief.documents.sandbox", "0.5", "2048", "1000"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    worker.communicate(encode_request(file), timeout=60)
    assert worker.returncode == -signalled


def _children() -> list[int]:
    listed = subprocess.run(
        ["ps", "-o", "pid=,args=", "--ppid", str(os.getpid())],  # noqa: S607
        capture_output=True,
        text=True,
        check=True,
    )
    return [int(line.split()[0]) for line in listed.stdout.splitlines() if "askbrief.documents.sandbox" in line]
