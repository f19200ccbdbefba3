"""`askbrief serve` from outside: who it refuses to be reached by, what it says, and how it leaves."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpx
import pytest

from askbrief.errors import SettingsError
from askbrief.web.server import check_exposure
from tests.conftest import ROOT
from tests.fakes import interruptible
from tests.web.served import TOKEN, bearer, settings_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import Workplace


@contextmanager
def serving(
    seed_index: Path, state: Path, *options: str, **settings: str
) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The command over the real seed with the real model, and the address it says."""
    folders = ["--index", str(seed_index), "--state", str(state), "--seeds", str(ROOT / "seeds")]
    process = subprocess.Popen(
        [sys.executable, "-m", "askbrief", "serve", "--port", "0", *folders, *options],
        env={**os.environ, **settings},
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=interruptible,  # noqa: PLW1509 - nothing else runs here
    )
    try:
        yield _address(process), process
    finally:
        process.kill()
        process.communicate()


def _address(process: subprocess.Popen[str]) -> str:
    assert process.stderr is not None
    said = []
    for line in process.stderr:
        said.append(line)
        if found := re.search(r'"address": "([^"]+)"', line):
            return found[1]
    raise AssertionError("".join(said))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_says_where_it_is_answers_and_leaves_when_told(seed_index: Path, tmp_path: Path, number: int) -> None:
    with serving(seed_index, tmp_path / "state") as (address, process):
        answer = httpx.get(f"{address}/api/v1/ask", params={"question": "how many TTP fighters are in Afghanistan?"})
        assert "3,000 to 4,000" in answer.json()["hits"][0]["quote"]
        process.send_signal(number)
        _, rest = process.communicate(timeout=30)
        assert process.returncode == 0
        assert json.loads(rest.splitlines()[-1])["event"] == "left"
        assert "fighters" not in rest


def test_neither_questions_nor_tokens_nor_links_are_in_the_log(seed_index: Path, tmp_path: Path) -> None:
    with serving(seed_index, tmp_path / "state", ASKBRIEF_WEB_TOKEN=TOKEN) as (address, process):
        httpx.get(f"{address}/api/v1/ask", params={"question": "saffron", "t": "a-link"}, headers=bearer())
        httpx.get(f"{address}/api/v1/ask", params={"question": "saffron", "t": "a-link"}, headers=bearer("guess"))
        process.send_signal(signal.SIGTERM)
        _, rest = process.communicate(timeout=30)
    for secret in ("saffron", "a-link", "guess", TOKEN):
        assert secret not in rest


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "askbrief.example.org"])  # noqa: S104 - refused
def test_other_machines_are_served_only_where_something_says_who_may_see_what(workplace: Workplace, host: str) -> None:
    with pytest.raises(SettingsError, match=r"others than this machine could read everything; set ASKBRIEF_WEB_TOKEN"):
        check_exposure(settings_of(workplace), host)
    check_exposure(settings_of(workplace, web_token=TOKEN), host)
    check_exposure(settings_of(workplace, web_proxy_header="X-User"), host)


def test_an_address_that_others_reach_needs_it_too(workplace: Workplace) -> None:
    with pytest.raises(SettingsError, match=r"ASKBRIEF_URL is 'https://a\.example\.org'"):
        check_exposure(settings_of(workplace, url="https://a.example.org"), "127.0.0.1")
    check_exposure(settings_of(workplace, url="http://localhost:8080"), "127.0.0.1")


def refused(*options: str, **settings: str) -> str:
    """What a server that could not start says; it must be one line, with exit code 2."""
    done = subprocess.run(
        [sys.executable, "-m", "askbrief", "serve", *options],
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    return done.stderr


def test_what_keeps_it_from_starting_is_one_line(tmp_path: Path) -> None:
    nothing = ["--index", str(tmp_path / "none"), "--port", "0"]
    assert "--host is '0.0.0.0': others" in refused("--host", "0.0.0.0", *nothing)  # noqa: S104 - refused
    short = refused(ASKBRIEF_WEB_TOKEN="hush-hush")  # noqa: S106 - refused
    assert "ASKBRIEF_WEB_TOKEN: should have 16 characters at least" in short
    assert "hush" not in short
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert f"cannot listen on 127.0.0.1 port {port}: " in refused("--port", str(port))


def test_without_an_index_it_says_how_to_make_one(tmp_path: Path) -> None:
    assert "askbrief build" in refused("--index", str(tmp_path / "none"), "--port", "0").splitlines()[-1]
