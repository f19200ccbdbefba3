"""Every front end builds with every secret set, and no secret gets onto a command line or into any output."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

import pytest
from pydantic import SecretBytes, SecretStr
from starlette.testclient import TestClient

from askbrief import Library
from askbrief.settings import Settings, load_settings
from askbrief.web.app import create_app
from bot.app import AskbriefBot
from bot.settings import BotSettings
from tests.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic_settings import BaseSettings

    from askbrief.inference.encoder import Encoder
    from tests.conftest import Workplace

PATIENCE = 120
RECORD = """
import json, os, sys
with open(os.environ["COMMAND_LINES"], "a") as file:
    file.write(json.dumps(sys.orig_argv) + "\\n")
"""
"""Imported by every Python process as it starts: its own command line, added to a file."""


def secret_variables(model: type[BaseSettings]) -> list[str]:
    """The environment variables that hold secrets, from the types of the settings."""

    def is_secret(annotation: object) -> bool:
        return annotation in {SecretStr, SecretBytes} or any(map(is_secret, get_args(annotation)))

    return [
        str(field.validation_alias or f"ASKBRIEF_{name.upper()}")
        for name, field in model.model_fields.items()
        if is_secret(field.annotation)
    ]


SECRETS = {
    name: f"secret-{number}-{'x' * 32}"
    for number, name in enumerate(secret_variables(Settings) + secret_variables(BotSettings))
}


@dataclass
class Team:
    """A folder with one document built and a second one to build, and the command lines of its processes."""

    workplace: Workplace
    encoder: Encoder
    log: Path

    def command_lines(self) -> list[str]:
        lines = [json.loads(line) for line in self.log.read_text(encoding="utf-8").splitlines()]
        return [" ".join(line) for line in lines]

    def assert_built(self, *outputs: str) -> None:
        """A process has built the second document, and no secret is in what it was given or what was said."""
        lines = self.command_lines()
        assert any("askbrief" in line and "build" in line for line in lines)
        for secret in SECRETS.values():
            assert not any(secret in said for said in [*lines, *outputs])
        assert not any("seeds_dir" in line for line in lines)  # the settings are nobody's business either
        with Library.open(self.workplace.index, encoder=self.encoder) as library:
            assert [source.doc_id for source in library.sources()] == ["harbour.txt", "mill.txt"]


@pytest.fixture
def team(workplace: Workplace, encoder: Encoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Team:
    """The folders are in the environment, and so is every secret."""
    workplace.write("mill.txt", "The mill at Oxbow was closed in 1931.\n")
    workplace.build(encoder=encoder)
    workplace.write("harbour.txt", "The harbour of Larkmouth opened in 1904.\n")
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    (hooks / "sitecustomize.py").write_text(RECORD)
    folders = {f"ASKBRIEF_{name.upper()}_DIR": str(tmp_path / name) for name in ("seeds", "index", "state")}
    path = os.pathsep.join(map(str, (hooks, ROOT, ROOT / "src")))
    for name, value in {**folders, **SECRETS, "PYTHONPATH": path, "COMMAND_LINES": str(tmp_path / "log")}.items():
        monkeypatch.setenv(name, value)
    return Team(workplace, encoder, tmp_path / "log")


def test_the_secrets_are_those_that_the_settings_have_today() -> None:
    assert {"ASKBRIEF_WEB_TOKEN", "DISCORD_TOKEN"} <= set(SECRETS)
    assert load_settings(web_token=SECRETS["ASKBRIEF_WEB_TOKEN"]).web_token is not None


async def test_the_bot_builds(team: Team, capfd: pytest.CaptureFixture[str]) -> None:
    bot = AskbriefBot(load_settings(), BotSettings.load(), encoder=team.encoder)
    assert bot.bot_settings.token is not None
    steps: list[object] = []
    await asyncio.to_thread(bot.search.open)
    try:
        report = await bot.search.rebuild(steps.append)
    finally:
        await asyncio.to_thread(bot.search.close)
        await bot.close()
    assert report.added == ("harbour.txt",)
    team.assert_built(repr(report), repr(steps), *capfd.readouterr())


def test_the_page_builds(team: Team, capfd: pytest.CaptureFixture[str]) -> None:
    bearer = {"authorization": f"Bearer {SECRETS['ASKBRIEF_WEB_TOKEN']}"}
    with TestClient(create_app(load_settings(), encoder=team.encoder), "http://127.0.0.1", headers=bearer) as client:
        begun = client.post("/status/rebuild", headers={"sec-fetch-site": "same-origin"}, follow_redirects=False)
        assert begun.status_code == 303
        deadline = time.monotonic() + PATIENCE
        while "A rebuild is running" in (page := client.get("/status").text) and time.monotonic() < deadline:
            time.sleep(0.1)
    assert "up to date with the files" in page
    assert "failed" not in page
    team.assert_built(page, *capfd.readouterr())


def test_the_command_line_builds(team: Team) -> None:
    command = [sys.executable, "-m", "askbrief", "build", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["added"] == ["harbour.txt"]
    team.assert_built(done.stdout, done.stderr)


async def test_a_build_that_fails_tells_no_secret(team: Team) -> None:
    bot = AskbriefBot(load_settings(), BotSettings.load(), encoder=team.encoder)
    await asyncio.to_thread(bot.search.open)
    team.workplace.seeds.rename(team.workplace.root / "elsewhere")
    try:
        with pytest.raises(Exception, match="the folder of source documents is not there") as failed:
            await bot.search.rebuild(lambda _: None)
    finally:
        await asyncio.to_thread(bot.search.close)
        await bot.close()
    assert not any(secret in said for secret in SECRETS.values() for said in [str(failed.value), *team.command_lines()])
