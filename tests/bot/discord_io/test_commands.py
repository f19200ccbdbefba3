"""The commands as Discord is sent them: named in every language, and sent only when they have changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import regex
from discord import app_commands

from bot.discord_io.commands import sync_if_changed

if TYPE_CHECKING:
    from collections.abc import Iterator

    import simcord

    from tests.bot.conftest import BotWorkspace

SUB_COMMAND, GROUP = 1, 2
CHAT, MESSAGE_MENU = 1, 3
COMMANDS = {"ask", "cite", "passage", "define", "sources", "status", "help", "index", "access", "Find sources"}
_NAME = regex.compile(r"[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}")


def sent(env: simcord.Env) -> list[list[dict[str, Any]]]:
    """The lists of commands that Discord was sent, one for each time."""
    return [
        request.json or []
        for request in env.http_requests
        if request.method == "PUT" and request.path.endswith("/commands")
    ]


def parts(part: dict[str, Any], path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """A command with all its sub-commands, options and choices, each with its path."""
    path = f"{path} {part['name']}".strip()
    yield path, part
    for below in (*part.get("options", ()), *part.get("choices", ())):
        yield from parts(below, path)


@pytest.fixture
async def registered(bot_workspace: BotWorkspace) -> list[dict[str, Any]]:
    """The commands as Discord has them."""
    bot_workspace.build()
    async with bot_workspace.open() as server:
        return sent(server.env)[0]


# ------------------------------------------------------------------------------------------------- names


async def test_all_commands_are_registered(registered: list[dict[str, Any]]) -> None:
    assert {command["name"] for command in registered} == COMMANDS


async def test_every_part_of_every_command_has_a_german_name_and_description(registered: list[dict[str, Any]]) -> None:
    """Commands, groups, options, choices and the context menu; nothing is left in English by oversight."""
    lacking = []
    for command in registered:
        for path, part in parts(command):
            if "de" not in part.get("name_localizations", {}):
                lacking.append(path)
            if part.get("description") and "de" not in part.get("description_localizations", {}):
                lacking.append(f"{path}: description")
    assert lacking == []


@pytest.mark.parametrize("locale", ["en", "de"])
async def test_every_name_and_description_is_one_that_discord_takes(
    registered: list[dict[str, Any]], locale: str
) -> None:
    for command in registered:
        for path, part in parts(command):
            name = part.get("name_localizations", {}).get(locale, part["name"])
            if command["type"] == MESSAGE_MENU or "value" in part:
                assert 1 <= len(name) <= (100 if "value" in part else 32), path
            else:
                assert _NAME.fullmatch(name), path
                assert name == name.lower(), path
                shown_text = part.get("description_localizations", {}).get(locale, part["description"])
                assert 1 <= len(shown_text) <= 100, path


@pytest.mark.parametrize("locale", ["en", "de"])
async def test_no_two_neighbours_have_the_same_name(registered: list[dict[str, Any]], locale: str) -> None:
    """Discord refuses two commands, or two options of a command, of one name in a language."""

    def names(neighbours: list[dict[str, Any]]) -> list[str]:
        return [part.get("name_localizations", {}).get(locale, part["name"]) for part in neighbours]

    everything = [part for command in registered for _, part in parts(command)]
    for neighbours in (registered, *(part.get(kind, []) for part in everything for kind in ("options", "choices"))):
        assert len(set(names(neighbours))) == len(neighbours)


async def test_german_is_given_for_german_only(registered: list[dict[str, Any]]) -> None:
    """Whoever has another language sees the English names, which are not sent twice."""
    for command in registered:
        for path, part in parts(command):
            assert set(part.get("name_localizations", {})) == {"de"}, path


async def test_the_german_names_are_the_intended_ones(registered: list[dict[str, Any]]) -> None:
    german = {path: part["name_localizations"]["de"] for command in registered for path, part in parts(command)}
    assert german["ask"] == "frage"
    assert german["ask question"] == "frage"
    assert german["index add"] == "hinzufügen"
    assert german["access allow role"] == "rolle"
    assert german["cite style Footnote"] == "Fußnote"
    assert german["Find sources"] == "Quellen finden"


async def test_only_managers_are_offered_the_commands_for_managers(registered: list[dict[str, Any]]) -> None:
    manage_guild = 1 << 5
    by_name = {command["name"]: command for command in registered}
    assert {name for name, one in by_name.items() if one.get("default_member_permissions")} == {"index", "access"}
    assert int(by_name["index"]["default_member_permissions"]) == manage_guild


# ------------------------------------------------------------------------------------------------ syncing


async def test_the_commands_are_sent_once_and_not_again_at_the_next_start(bot_workspace: BotWorkspace) -> None:
    bot_workspace.build()
    async with bot_workspace.open() as server:
        assert len(sent(server.env)) == 1
        await server.env.restart_bot(bot_workspace.bot())
        assert len(sent(server.env)) == 1
        listed = await server.alice.slash(server.intel, "help")
        assert listed.response is not None


async def test_they_are_sent_again_when_they_have_changed(bot_workspace: BotWorkspace) -> None:
    """A new version of the bot has one more command; after it, an old one again has not."""

    @app_commands.command(name="digest", description="What is new")
    async def digest(interaction: Any) -> None:
        del interaction

    bot_workspace.build()
    async with bot_workspace.open() as server:
        newer = bot_workspace.bot()
        newer.tree.add_command(digest)
        await server.env.restart_bot(newer)
        assert [{command["name"] for command in one} for one in sent(server.env)] == [COMMANDS, COMMANDS | {"digest"}]
        await server.env.restart_bot(bot_workspace.bot())
        assert len(sent(server.env)) == 3


async def test_they_are_sent_when_told_to_changed_or_not(bot_workspace: BotWorkspace) -> None:
    bot_workspace.build()
    async with bot_workspace.open() as server:
        state = bot_workspace.settings.state_dir
        assert not await sync_if_changed(server.bot.tree, state)
        assert await sync_if_changed(server.bot.tree, state, always=True)
        assert len(sent(server.env)) == 2


async def test_they_are_sent_again_where_the_last_time_failed(bot_workspace: BotWorkspace) -> None:
    """What Discord refused was not sent: the next start tries again."""
    bot_workspace.build()
    async with bot_workspace.open() as server:
        state = bot_workspace.settings.state_dir / "elsewhere"
        server.env.inject_error("PUT", "/applications/*/commands", status=400, code=50035)
        with pytest.raises(app_commands.AppCommandError):
            await sync_if_changed(server.bot.tree, state)
        assert await sync_if_changed(server.bot.tree, state)
        assert not await sync_if_changed(server.bot.tree, state)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"an older mark\n"])
async def test_a_damaged_mark_means_sending_again(bot_workspace: BotWorkspace, content: bytes) -> None:
    bot_workspace.build()
    async with bot_workspace.open() as server:
        (bot_workspace.settings.state_dir / "commands.sha256").write_bytes(content)
        assert await sync_if_changed(server.bot.tree, bot_workspace.settings.state_dir)
        assert not await sync_if_changed(server.bot.tree, bot_workspace.settings.state_dir)


async def test_a_mark_that_cannot_be_kept_does_not_keep_the_bot_from_starting(bot_workspace: BotWorkspace) -> None:
    bot_workspace.build()
    async with bot_workspace.open() as server:
        in_the_way = bot_workspace.root / "file"
        in_the_way.write_bytes(b"")
        assert await sync_if_changed(server.bot.tree, in_the_way)
        assert await sync_if_changed(server.bot.tree, in_the_way)
