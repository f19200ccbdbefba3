"""Nothing leaves the machine and nothing is written outside the configured folders."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import askbrief

ROOT = Path(__file__).parents[2]
WATCH = '''
"""Run a command in a network namespace of its own, and count the names that it looks up."""
import fcntl, socket, struct, subprocess, sys, threading

up = struct.pack("16sH14x", b"lo", 1 | 64)
resolver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
fcntl.ioctl(resolver, 0x8914, up)  # SIOCSIFFLAGS
resolver.bind(("127.0.0.1", 53))
resolver.settimeout(0.1)
asked, done = [], threading.Event()

def listen():
    while not done.is_set():
        try:
            asked.append(resolver.recvfrom(512)[0])
        except TimeoutError:
            pass

thread = threading.Thread(target=listen)
thread.start()
code = subprocess.run(sys.argv[1:]).returncode
done.set()
thread.join()
sys.exit(f"{len(asked)} names looked up, the first in {asked[0]!r}" if asked else code)
'''

DRIVE = '''
"""Start a server, fetch a path of it once it has logged a word, end it with SIGTERM, and exit with its code."""
import subprocess, sys, urllib.request

word, address, *command = sys.argv[1:]
server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
logged = []
for line in server.stderr:
    logged.append(line)
    if word in line:
        break
if address:
    logged.append(urllib.request.urlopen(address).read().decode())
server.terminate()
logged.append(server.communicate()[1])
sys.stderr.write("".join(logged))
sys.exit(server.returncode)
'''


def can_unshare() -> bool:
    unshare = shutil.which("unshare")
    return unshare is not None and subprocess.run([unshare, "-rnm", "true"], check=False).returncode == 0


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "resolv.conf").write_text("nameserver 127.0.0.1\n", encoding="ascii")
    (tmp_path / "watch.py").write_text(WATCH, encoding="utf-8")
    (tmp_path / "drive.py").write_text(DRIVE, encoding="utf-8")
    (tmp_path / "home").mkdir()
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "dam.txt").write_text("The dam was finished in 1998. It holds water.", encoding="utf-8")
    return tmp_path


def run_offline(place: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command with only a name server that counts, and a home folder of its own."""
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
        "HOME": str(place / "home"),
        "DISCORD_TOKEN": "a.b.c",
        "ASKBRIEF_DISCORD_API": "http://127.0.0.1:9/api/v10",  # nobody listens there
        **{f"ASKBRIEF_{name.upper()}_DIR": str(place / name) for name in ("seeds", "index", "state", "cache")},
    }
    script = 'mount --bind "$0/resolv.conf" /etc/resolv.conf && exec "$@"'
    watched = [sys.executable, str(place / "watch.py"), *command]
    return subprocess.run(
        [shutil.which("unshare") or "unshare", "-rnm", "sh", "-c", script, str(place), *watched],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.mark.process
@pytest.mark.model
@pytest.mark.skipif(not can_unshare(), reason="this machine allows no namespaces")
def test_building_and_asking_look_up_no_name_and_leave_the_home_folder_empty(place: Path) -> None:
    for arguments in (["build"], ["ask", "when was the dam finished?"]):
        done = run_offline(place, sys.executable, "-m", "askbrief", *arguments)
        assert done.returncode == 0, done.stderr
    assert_nothing_else_is_written(place)


@pytest.mark.process
@pytest.mark.model
@pytest.mark.skipif(not can_unshare(), reason="this machine allows no namespaces")
def test_serving_and_the_bot_look_up_no_name_and_leave_the_home_folder_empty(place: Path) -> None:
    assert run_offline(place, sys.executable, "-m", "askbrief", "build").returncode == 0
    address = "http://127.0.0.1:8080/api/v1/ask?question=when+was+the+dam+finished"
    drive = (sys.executable, str(place / "drive.py"))
    served = run_offline(place, *drive, "ready", address, sys.executable, "-m", "askbrief", "serve")
    assert served.returncode == 0, served.stderr
    assert "1998" in served.stderr
    bot = run_offline(place, *drive, "discord-away", "", sys.executable, "-m", "bot")  # it has loaded the model by then
    assert bot.returncode == 0, bot.stderr
    assert_nothing_else_is_written(place)


def assert_nothing_else_is_written(place: Path) -> None:
    assert list((place / "home").rglob("*")) == []
    assert {path.name for path in place.iterdir()} == {
        *("resolv.conf", "watch.py", "drive.py", "home"),
        *("seeds", "index", "state", "cache"),
    }


def test_telemetry_is_off_in_every_process() -> None:
    assert askbrief.__name__
    assert os.environ["ORT_DISABLE_TELEMETRY"] == "1"
