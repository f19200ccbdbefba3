"""The pages for users cannot drift from what they describe."""

from __future__ import annotations

import subprocess

import pytest
import regex
import typer.main

from askbrief.cli.commands import app
from askbrief.settings import Settings
from tests.conftest import ROOT

COMMANDS = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")] + sorted(
    (ROOT / "docs").glob("*.md")
)


def command_options() -> list[tuple[str, str]]:
    """Return every option of every command, without the common ones."""
    group = typer.main.get_command(app)
    return [
        (name, option)
        for name, command in group.commands.items()  # type: ignore[attr-defined]
        for parameter in command.params
        for option in parameter.opts
        if option.startswith("--") and option not in {"--json", "--help", "--seeds", "--index", "--state"}
    ]


@pytest.mark.parametrize(("command", "option"), command_options())
def test_every_option_is_documented(command: str, option: str) -> None:
    assert f"askbrief {command}" in COMMANDS or f", {command}" in COMMANDS
    assert option in COMMANDS


@pytest.mark.parametrize("field", list(Settings.model_fields))
def test_every_setting_is_documented(field: str) -> None:
    assert f"`ASKBRIEF_{field.upper()}`" in COMMANDS


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page: object) -> None:
    path = ROOT / str(page)
    for target in regex.findall(r"\]\(([^)#:]+)\)", path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), target


def test_make_alone_lists_every_target() -> None:
    listed = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout  # noqa: S607
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = regex.search(r"^\.PHONY: (.+)$", makefile, regex.MULTILINE)
    assert phony is not None
    for target in phony.group(1).split():
        assert f"make {target}" in listed
