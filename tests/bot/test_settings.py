"""What the bot reads from its environment, and what it says of values that it cannot use."""

from __future__ import annotations

from pathlib import Path

import pytest

from askbrief.errors import SettingsError
from bot.settings import BotSettings

TOKEN = "MTIz.GhIjKl.very-secret"  # noqa: S105 - it opens nothing


def set_env(monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    for name, value in values.items():
        monkeypatch.setenv(name, value)


def test_without_any_variable_everything_is_served_and_nothing_is_watched() -> None:
    settings = BotSettings.load()
    assert settings.token is None
    assert settings.guilds is None
    assert not settings.watch
    assert settings.health_port is None
    assert settings.discord_api is None


def test_guilds_are_read_from_json_with_what_each_may_see(monkeypatch: pytest.MonkeyPatch) -> None:
    set_env(monkeypatch, ASKBRIEF_GUILDS='{"123456789012345678": ["*"], "42": ["un", "news/2022"], "7": []}')
    assert BotSettings.load().guilds == {
        123456789012345678: frozenset({"*"}),
        42: frozenset({"un", "news/2022"}),
        7: frozenset(),
    }


def test_a_dotenv_file_is_read_and_the_environment_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text(
        f"DISCORD_TOKEN={TOKEN}\nASKBRIEF_WATCH=true\nASKBRIEF_SEARCH_THREADS=3\n", encoding="utf-8"
    )
    set_env(monkeypatch, ASKBRIEF_SEARCH_THREADS="5")
    settings = BotSettings.load()
    assert settings.token is not None
    assert settings.token.get_secret_value() == TOKEN
    assert settings.watch
    assert settings.search_threads == 5


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ASKBRIEF_GUILDS", "123"),
        ("ASKBRIEF_GUILDS", "not json"),
        ("ASKBRIEF_GUILDS", "{'1': ['*']}"),
        ("ASKBRIEF_GUILDS", '["1"]'),
        ("ASKBRIEF_GUILDS", '{"analysts": ["*"]}'),
        ("ASKBRIEF_GUILDS", '{"1": "*"}'),
        ("ASKBRIEF_GUILDS", '{"1": [2]}'),
        ("ASKBRIEF_ADMIN_CHANNEL", "#admin"),
        ("ASKBRIEF_WATCH", "sometimes"),
        ("ASKBRIEF_SEARCH_THREADS", "0"),
        ("ASKBRIEF_SEARCH_THREADS", "65"),
        ("ASKBRIEF_SEARCH_QUEUE", "-1"),
        ("ASKBRIEF_PERSON_PER_MINUTE", "0"),
        ("ASKBRIEF_GUILD_PER_MINUTE", "many"),
        ("ASKBRIEF_KEEP_DAYS", "0"),
        ("ASKBRIEF_HEALTH_PORT", "65536"),
        ("ASKBRIEF_LOG_FORMAT", "xml"),
        ("ASKBRIEF_LOG_LEVEL", "loud"),
        ("ASKBRIEF_DISCORD_API", "https://discord.com/api/v10"),
    ],
)
def test_a_value_that_cannot_be_used_is_one_line_that_names_its_variable(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    set_env(monkeypatch, DISCORD_TOKEN=TOKEN, **{name: value})
    with pytest.raises(SettingsError) as refused:
        BotSettings.load()
    message = str(refused.value)
    assert message.startswith(f"{name}: ")
    assert len(message) > len(name) + 10
    assert "\n" not in message
    assert TOKEN not in message


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:8080/api/v10", "http://127.9.9.9/api", "http://[::1]:80/api/v10"]
)
def test_another_api_may_be_on_this_machine(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    set_env(monkeypatch, ASKBRIEF_DISCORD_API=address)
    assert BotSettings.load().discord_api == address


@pytest.mark.parametrize(
    "address",
    [
        "",
        "127.0.0.1:8080",
        "https://127.0.0.1:8080/api/v10",
        "http://0.0.0.0:8080",
        "http://10.0.0.1/api",
        "http://discord.com/api/v10",
        "http://127.0.0.1.example.org/api",
        "http://127.0.0.1@example.org/api",
        "http://example.org/?http://127.0.0.1",
        "http://localhost.example.org/api",
        "http://[fe80::1]/api",
        "http://[::1",
        "http://127.0.0.1:port/api",
        "http://127.0.0.1:99999/api",
        "ftp://127.0.0.1/api",
        "file:///127.0.0.1",
        "javascript:alert(1)",
    ],
)
def test_another_api_may_not_be_anywhere_else(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    set_env(monkeypatch, ASKBRIEF_DISCORD_API=address, DISCORD_TOKEN=TOKEN)
    with pytest.raises(SettingsError, match=r"^ASKBRIEF_DISCORD_API: ") as refused:
        BotSettings.load()
    assert TOKEN not in str(refused.value)


def test_the_token_is_in_no_repr_and_no_dump(monkeypatch: pytest.MonkeyPatch) -> None:
    set_env(monkeypatch, DISCORD_TOKEN=TOKEN)
    settings = BotSettings.load()
    for shown in (repr(settings), str(settings), settings.model_dump_json(), repr(settings.model_dump())):
        assert "very-secret" not in shown


def test_settings_cannot_be_changed_while_the_bot_runs() -> None:
    settings = BotSettings.load()
    with pytest.raises(ValueError, match="frozen"):
        settings.watch = True
