"""docs/discord.md and .env.example cannot drift from the bot that they describe."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
import pytest
import regex
from discord import app_commands
from dotenv import dotenv_values

from askbrief.settings import Settings
from bot.settings import BotSettings
from tests.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.bot.conftest import BotWorkspace

PAGE = (ROOT / "docs" / "discord.md").read_text(encoding="utf-8")
ENGLISH = (ROOT / "bot" / "locales" / "en.ftl").read_text(encoding="utf-8")
EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")
SOURCES = [path.read_text(encoding="utf-8") for folder in ("bot", "src") for path in (ROOT / folder).rglob("*.py")]
SECTIONS = {
    title.strip("`"): text
    for title, text in regex.findall(r"^### (.+)\n((?:(?!^##).*\n)*)", PAGE, regex.MULTILINE)
    if title.startswith("`")
}
PERMISSIONS = {
    "view_channel",
    "send_messages",
    "read_message_history",
    "create_public_threads",
    "send_messages_in_threads",
    "attach_files",
}


def variable(field: str) -> str:
    return "DISCORD_TOKEN" if field == "token" else f"ASKBRIEF_{field.upper()}"


BOT_VARIABLES = [variable(field) for field in BotSettings.model_fields]
ALL_VARIABLES = {*BOT_VARIABLES, *(variable(field) for field in Settings.model_fields)}


async def commands_of(workspace: BotWorkspace) -> dict[str, list[str]]:
    """Every command of the bot as people type it, with its options."""
    workspace.write("a.txt", "The harbour opened in 1911.")
    workspace.build()
    async with workspace.open() as server:
        found: dict[str, list[str]] = {}
        for command in server.bot.tree.walk_commands():
            if isinstance(command, app_commands.Command):
                found[f"/{command.qualified_name}"] = [parameter.name for parameter in command.parameters]
        menus = server.bot.tree.get_commands(type=discord.AppCommandType.message)
        return found | {menu.name: [] for menu in menus}


async def test_every_command_and_option_is_documented_and_no_other(bot_workspace: BotWorkspace) -> None:
    """Each command has a section under its name, which names each of its options."""
    found = await commands_of(bot_workspace)
    assert set(SECTIONS) == set(found)
    missing = [
        (command, option)
        for command, options in found.items()
        for option in options
        if not regex.search(rf"`{option}`", SECTIONS[command])
    ]
    assert missing == []


async def test_every_command_is_shown_in_a_picture_or_a_transcript(bot_workspace: BotWorkspace) -> None:
    for command in await commands_of(bot_workspace):
        assert regex.search(r"<img src=|^    \S", SECTIONS[command], regex.MULTILINE), command


@pytest.mark.parametrize("name", BOT_VARIABLES)
def test_every_setting_of_the_bot_is_documented(name: str) -> None:
    assert f"| `{name}` |" in PAGE


@pytest.mark.parametrize("name", sorted(ALL_VARIABLES))
def test_every_setting_is_explained_in_the_example(name: str) -> None:
    """Each stands below a comment that says what it is."""
    assert regex.search(rf"(?m)^# .*\n(?:#?\w+=.*\n)*#?{name}=", EXAMPLE)


def test_no_setting_is_named_that_does_not_exist() -> None:
    named = set(regex.findall(r"DISCORD_TOKEN|ASKBRIEF_[A-Z]+(?:_[A-Z]+)*", PAGE + EXAMPLE))
    assert named <= ALL_VARIABLES


def test_the_example_is_taken_as_it_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With every line of it switched on, all settings are accepted, and the defaults it names are the defaults."""
    text = regex.sub(r"(?m)^#(?=[A-Z_]+=)", "", EXAMPLE)
    (tmp_path / ".env").write_text(text, encoding="utf-8")
    monkeypatch.delenv("DISCORD_TOKEN", raising=False)
    assert set(dotenv_values(".env")) == ALL_VARIABLES
    taken, defaults = BotSettings(), BotSettings(_env_file=None)  # type: ignore[call-arg]
    only_examples = {"token", "guilds", "admin_channel", "health_port", "discord_api"}
    assert taken.model_dump(exclude=only_examples) == defaults.model_dump(exclude=only_examples)
    assert taken.guilds == {123456789012345678: frozenset({"*"}), 234567890123456789: frozenset({"press", "un/briefs"})}
    # Examples, or of this machine.
    own = {"seeds_dir", "index_dir", "state_dir", "cache_dir", "reranker", "calibration", "ocr"}
    own |= {"url", "web_proxy_header", "web_people", "web_admins"}
    without = Settings(_env_file=None)  # type: ignore[call-arg]
    assert Settings().model_dump(exclude=own) == without.model_dump(exclude=own)


def test_the_invitation_asks_for_the_permissions_that_are_listed() -> None:
    numbers = {int(number) for number in regex.findall(r"permissions=(\d+)", PAGE)}
    assert numbers == {discord.Permissions(**dict.fromkeys(PERMISSIONS, True)).value}
    named = PAGE.casefold()
    assert all(permission.replace("_", " ") in named for permission in PERMISSIONS)


def test_the_bot_needs_no_privileged_intent(bot_workspace: BotWorkspace) -> None:
    intents = bot_workspace.bot().intents
    assert (intents.message_content, intents.members, intents.presences) == (False, False, False)


async def test_every_figure_is_documented_and_no_other(bot_workspace: BotWorkspace) -> None:
    bot_workspace.write("a.txt", "The harbour opened in 1911.")
    bot_workspace.build()
    async with bot_workspace.open() as server:
        collected = {
            f"{metric.name}_total" if metric.type == "counter" else metric.name
            for metric in server.bot.metrics.registry.collect()
        }
    table = PAGE[PAGE.index("Prometheus:") : PAGE.index("### systemd")]
    assert set(regex.findall(r"`(askbrief_\w+)`", table)) == collected


def sentences() -> list[str]:
    """What the tables of troubles say that the bot says, up to where something is filled in."""
    table = PAGE[PAGE.index("## When something is wrong") :]
    cells = [row.split(" | ")[0].strip("| ") for row in table.splitlines() if row.startswith("| `")]
    quoted = [sentence for cell in cells for sentence in regex.findall(r"`([^`]+)`", cell)]
    return [
        part.strip() for sentence in quoted for part in sentence.split("…") if len(part.strip()) > len("settings: ")
    ]


@pytest.mark.parametrize("sentence", sentences())
def test_a_sentence_that_the_page_quotes_is_one_of_the_bot(sentence: str) -> None:
    shown_text = [ENGLISH, *(regex.sub(r'"\s*\n\s*f?"', "", source) for source in SOURCES)]
    assert any(sentence in text for text in shown_text)


@pytest.mark.parametrize("name", sorted(set(regex.findall(r'src="([^"]+)"', PAGE))))
def test_a_picture_of_the_page_is_there_and_small(name: str) -> None:
    picture = (ROOT / "docs" / name).read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert len(picture) < 250_000
