"""Builds in a separate process: steps, report, failures, and what the process is given."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from askbrief import Library
from askbrief.errors import BuildError, BuildInProgress
from askbrief.service.build_process import BuildProcess, Step, settings_json
from askbrief.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from askbrief.inference.encoder import Encoder
    from askbrief.service.build_process import BuildState
    from tests.conftest import Workplace

HARBOUR = "The harbour of Larkmouth opened in 1904 and was dredged again in 1951.\n"
MILL = "The mill at Oxbow was closed in 1931.\n"
PATIENCE = 60
QUESTION = "When did the harbour of Larkmouth open?"
SECRET = "a-token-that-nobody-may-see"  # noqa: S105
WAITS = 'import sys, time; print(\'{"stage": "encoding", "done": 0, "total": 9}\', flush=True); time.sleep(60)'


@pytest.fixture
def mill(workplace: Workplace, encoder: Encoder) -> Workplace:
    """One document, built with the real model, as the process uses it."""
    workplace.write("mill.txt", MILL)
    workplace.build(encoder=encoder)
    return workplace


def settings_of(workplace: Workplace, **more: Any) -> Settings:
    return Settings(seeds_dir=workplace.seeds, index_dir=workplace.index, state_dir=workplace.state, **more)


def script(workplace: Workplace, text: str, **settings: Any) -> BuildProcess:
    """A build whose process runs a script instead."""
    return BuildProcess(settings_of(workplace, **settings), [sys.executable, "-c", text])


def ignore(_: Step) -> None:
    """Do nothing with a step."""


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def ended(process: BuildProcess) -> BuildState:
    """The state once no build runs."""
    deadline = time.monotonic() + PATIENCE
    while (state := process.state()).seconds is not None and time.monotonic() < deadline:
        time.sleep(0.01)
    return state


# ------------------------------------------------------------------------------------------ real builds


def test_a_build_reports_each_stage_and_the_reason_of_each_failure(mill: Workplace, encoder: Encoder) -> None:
    mill.write("ports/larkmouth.txt", HARBOUR)
    mill.write("rubbish.txt", b"\x7fELF\0\0\0\0")
    mill.write("empty.md", "\n")
    steps: list[Step] = []
    report = BuildProcess(settings_of(mill)).build(steps.append)
    assert (report.added, report.empty) == (("ports/larkmouth.txt",), ("empty.md",))
    assert [(problem.path, problem.reason[:11]) for problem in report.failed] == [("rubbish.txt", "is not text")]
    assert (report.documents, report.encoded, len(report.unchanged)) == (2, 1, 1)
    stages = [step.stage for step in steps if not step.done]
    assert stages == ["reading", "encoding", "counting terms", "learning names"]
    assert all(0 <= step.done <= step.total for step in steps)
    with Library.open(mill.index, encoder=encoder) as library:
        assert library.generation_name == report.generation
        assert "1904" in library.ask(QUESTION).hits[0].quote


def test_a_started_build_does_not_block_and_its_state_ends_without_a_failure(mill: Workplace, encoder: Encoder) -> None:
    mill.write("ports/larkmouth.txt", HARBOUR)
    process = BuildProcess(settings_of(mill))
    process.start()
    assert process.state().seconds is not None
    with pytest.raises(BuildInProgress, match="already"):
        process.start()
    assert ended(process).failed == ""
    with Library.open(mill.index, encoder=encoder) as library:
        assert "1904" in library.ask(QUESTION).hits[0].quote


def test_what_is_wrong_with_the_folders_is_one_sentence(tmp_path: Path) -> None:
    settings = Settings(seeds_dir=tmp_path / "nowhere", index_dir=tmp_path / "index", state_dir=tmp_path / "state")
    process = BuildProcess(settings)
    with pytest.raises(BuildError, match=r"the folder of source documents is not there: .*nowhere") as failed:
        process.build(ignore)
    assert "\n" not in str(failed.value)
    assert process.state().failed == str(failed.value)


def test_a_process_that_is_killed_is_one_sentence_and_the_next_build_is_whole(
    mill: Workplace, encoder: Encoder
) -> None:
    mill.write("ports/larkmouth.txt", HARBOUR * 200)
    process = BuildProcess(settings_of(mill))
    killed: list[int] = []

    def kill(_: Step) -> None:
        killed.append(process.pid or 0)
        os.kill(killed[0], signal.SIGKILL)

    with Library.open(mill.index, encoder=encoder) as before:
        with pytest.raises(BuildError, match=r"broke off \(ended by Killed \(9\)\); the index is as it was") as failed:
            process.build(kill)
        assert "1931" in before.ask("When was the mill at Oxbow closed?").hits[0].quote
    assert "\n" not in str(failed.value)
    assert not is_running(killed[0])
    assert mill.build(encoder=encoder).added == ("ports/larkmouth.txt",)
    assert not list(mill.index.glob("building-*"))


# --------------------------------------------------------------------------------- what the child is given


def test_the_settings_reach_the_child_without_secrets_and_without_the_environment(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_of(workplace, web_token=SECRET, web_people={"mara": ["*"]}, web_proxies="10.0.0.0/8")
    monkeypatch.setenv("ASKBRIEF_WEB_TOKEN", SECRET)
    tell = "import json, os, sys; print(json.dumps({'error': sys.stdin.read() + repr(sys.argv) + repr(os.environ)}))"
    with pytest.raises(BuildError) as given:
        BuildProcess(settings, [sys.executable, "-c", tell]).build(ignore)
    assert str(workplace.seeds) in str(given.value)
    assert SECRET not in str(given.value)
    assert "ASKBRIEF_" not in str(given.value)
    assert "web_token" not in json.loads(settings_json(settings))


def test_a_broken_environment_does_not_reach_the_build(mill: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    process = BuildProcess(settings_of(mill))
    monkeypatch.setenv("ASKBRIEF_WEB_TOKEN", "short")
    monkeypatch.setenv("askbrief_web_people", "{no JSON")
    (mill.root / ".env").write_bytes(b"ASKBRIEF_MAX_RESULTS=\xff")
    assert process.build(ignore).up_to_date


@pytest.mark.parametrize("given", ["", "[]", "{", '{"model": 7}', "[" * 100_000])
def test_a_child_that_is_given_rubbish_says_so_in_one_line(tmp_path: Path, given: str) -> None:
    command = [sys.executable, "-m", "askbrief.service.build_process"]
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 2
    assert "was given settings it cannot use" in json.loads(done.stdout)["error"]
    assert done.stderr == ""


def test_a_path_that_is_not_utf8_reaches_the_child(tmp_path: Path) -> None:
    seeds = tmp_path / os.fsdecode(b"se\xffds")
    settings = Settings(seeds_dir=seeds, index_dir=tmp_path / "index", state_dir=tmp_path / "state")
    with pytest.raises(BuildError, match="the folder of source documents is not there"):
        BuildProcess(settings).build(ignore)


# ------------------------------------------------------------------------------- what else can go wrong


def test_a_child_that_never_reads_much_input_is_reported(workplace: Workplace) -> None:
    people = {f"person-{number}@example.org": ["*"] for number in range(20_000)}
    with pytest.raises(BuildError, match=r"broke off \(exit code 0\)"):
        script(workplace, "pass", web_people=people).build(ignore)


def test_a_child_that_floods_its_error_stream_blocks_nobody(workplace: Workplace) -> None:
    flood = "import sys; sys.stderr.buffer.write(b'\\xff' * 10_000_000 + b'\\nthe last line\\n'); sys.exit(3)"
    with pytest.raises(BuildError, match=r"broke off \(the last line\)"):
        script(workplace, flood).build(ignore)


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ('print(\'{"stage": "reading", "do\', end=\'\')', r"broke off \(exit code 0\)"),
        ("print('a library says hello'); print(7)", r"broke off \(exit code 0\)"),
        ("print('{\"stage\": 1}'); print('[' * 100_000)", r"broke off \(exit code 0\)"),
        ("import sys; sys.stdout.buffer.write(b'\\xff\\xfe\\0' * 99)", r"broke off \(exit code 0\)"),
        ("import sys; sys.exit('Traceback\\nMemoryError: no memory')", r"broke off \(MemoryError: no memory\)"),
        ("print('{\"error\": \"the disk is full\"}'); print('late words')", "^the disk is full$"),
        ("print('{\"report\": {}}')", r"report that cannot be used \(generation: field required\)"),
        ("print('{\"report\": 7}')", r"report that cannot be used \(report: "),
    ],
)
def test_whatever_the_process_writes_the_outcome_is_a_sentence(workplace: Workplace, text: str, outcome: str) -> None:
    with pytest.raises(BuildError, match=outcome):
        script(workplace, text).build(ignore)


def test_what_a_library_prints_does_not_spoil_the_report(mill: Workplace) -> None:
    printing = (
        "from askbrief.service import build_process; import askbrief.ingest.build as b; real = b.build\n"
        "def build(*a, **k):\n    print('hello', end='', flush=True)\n    return real(*a, **k)\n"
        "b.build = build; build_process.main()"
    )
    assert script(mill, printing).build(ignore).up_to_date


def test_a_process_that_cannot_be_started_is_a_sentence(workplace: Workplace) -> None:
    process = BuildProcess(settings_of(workplace), ["/nowhere/python"])
    with pytest.raises(BuildError, match=r"could not be started: no such file or directory"):
        process.build(ignore)
    with pytest.raises(BuildError, match=r"could not be started"):
        process.start()
    assert process.state().seconds is None


def test_a_stopped_build_ends_its_process_and_no_other_starts(workplace: Workplace) -> None:
    process = script(workplace, WAITS)
    pids: list[int] = []

    def stop(_: Step) -> None:
        pids.append(process.pid or 0)
        process.stop()

    with pytest.raises(BuildError, match="shutting down"):
        process.build(stop)
    assert not is_running(pids[0])
    assert process.pid is None
    with pytest.raises(BuildError, match="shutting down: nothing was built"):
        process.build(ignore)


def test_one_build_runs_at_a_time_and_its_state_says_how_far_it_is(workplace: Workplace) -> None:
    process = script(workplace, WAITS)
    began = threading.Event()

    def wait() -> None:
        with pytest.raises(BuildError, match="shutting down"):
            process.build(lambda _: began.set())

    waiting = threading.Thread(target=wait)
    waiting.start()
    assert began.wait(PATIENCE)
    assert process.state().progress == "encoding: 0 of 9"
    with pytest.raises(BuildInProgress):
        process.build(ignore)
    process.stop()
    waiting.join(PATIENCE)
    assert process.state().seconds is None
