"""Whatever goes wrong reaches a person as a sentence with an id, and the log with the rest."""

from __future__ import annotations

import asyncio
import io
import logging
import re
import threading
from typing import TYPE_CHECKING, Any

import discord
import pytest
import structlog
from discord import app_commands
from structlog.testing import capture_logs

from askbrief.errors import BuildError, InputError, LedgerError
from askbrief.library import Library
from bot.__main__ import set_up_logs
from bot.app import new_id, report
from bot.discord_io import language
from bot.discord_io.language import Refusal
from bot.settings import BotSettings
from tests.bot.conftest import text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.bot.conftest import BotWorkspace

TOKEN = "MTIz.GhIjKl.very-secret"  # noqa: S105 - it opens nothing
QUESTION = "When did the harbour of Larkmouth open?"
WORDS = language.load()["en"]


@pytest.fixture
def mill_workspace(bot_workspace: BotWorkspace) -> BotWorkspace:
    bot_workspace.write("larkmouth.txt", "The harbour of Larkmouth opened in 1904.\n")
    bot_workspace.build()
    return bot_workspace


@pytest.fixture(params=["console", "json"])
def written(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What the bot writes to the error stream, in either form, at the level that says the most."""
    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    root, level, handlers = logging.getLogger(), logging.getLogger().level, logging.getLogger().handlers[:]
    set_up_logs(BotSettings(log_level="debug", log_format=request.param))
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.getLogger("askbrief").setLevel(logging.NOTSET)
    structlog.reset_defaults()


def told_id(message: Any) -> str:
    """The id below a sentence."""
    found = re.search(r"^-# id ([0-9a-f]{8})$", text(message), re.MULTILINE)
    assert found is not None
    return found[1]


def http_error(kind: type[discord.HTTPException], status: int, code: int) -> discord.HTTPException:
    response: Any = type("Response", (), {"status": status, "reason": "no"})()
    return kind(response, {"code": code, "message": "what Discord says"})


# ---------------------------------------------------------------------------------------------- in the bot


async def test_what_nobody_foresaw_is_a_sentence_with_an_id_and_the_log_has_the_traceback(
    mill_workspace: BotWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a wheel came off")

    monkeypatch.setattr(Library, "ask", broken)
    async with mill_workspace.open() as server:

        async def by_command() -> Any:
            return (await server.alice.slash(server.intel, "ask", question=QUESTION)).response

        async def by_mention() -> Any:
            await server.alice.send(server.lounge, f"{server.mention} {QUESTION}")
            return server.lounge.last_message

        async def directly() -> Any:
            await server.alice.send_dm(QUESTION)
            return server.alice.user.dm_channel.last_message

        for ask in (by_command, by_mention, directly):
            with capture_logs() as logged:
                answer = await ask()
            assert "Something went wrong on my side" in text(answer)
            assert "wheel" not in text(answer)
            (failed,) = [entry for entry in logged if entry["event"] == "failed"]
            assert failed["error_id"] == told_id(answer)
            assert (failed["log_level"], failed["error"]) == ("error", "RuntimeError")
            assert str(failed["exc_info"]) == "a wheel came off"
            assert failed["exc_info"].__traceback__ is not None
        assert server.bot.metrics.registry.get_sample_value("askbrief_errors_total", {"kind": "RuntimeError"}) == 3


async def test_the_log_of_a_failure_can_be_found_by_the_id_that_the_person_has(
    mill_workspace: BotWorkspace, monkeypatch: pytest.MonkeyPatch, written: io.StringIO
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a wheel came off")

    monkeypatch.setattr(Library, "ask", broken)
    async with mill_workspace.open() as server:
        answer = (await server.alice.slash(server.intel, "ask", question=QUESTION)).response
    logged = written.getvalue()
    (line,) = [line for line in logged.splitlines() if re.search(rf"error_id\W+{told_id(answer)}", line)]
    assert "failed" in line
    assert "a wheel came off" in logged
    assert "test_errors.py" in logged  # where it happened


async def test_no_word_of_a_question_and_no_token_is_in_any_log(
    mill_workspace: BotWorkspace, monkeypatch: pytest.MonkeyPatch, written: io.StringIO
) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", TOKEN)
    name = "Larkmouth zanzibarian"
    async with mill_workspace.open() as server:
        await server.alice.slash(server.intel, "ask", question=f"When did {name} harbour open?")
        await server.alice.slash(server.intel, "ask", question=f"{name} harbour", source=name, private=True)
        await server.alice.slash(server.intel, "ask", question=f"{name} harbour", since=name)
        await server.alice.slash(server.intel, "ask", question=f"{name} " * 150)
        await server.alice.autocomplete(server.intel, "ask", "source", name)
        await server.alice.slash(server.intel, "cite", key=name)
        message = await server.alice.send(server.lounge, f"{server.mention} when did {name} harbour open?")
        await server.alice.send_dm(f"when did {name} harbour open?")
        await server.bob.context_menu(server.lounge, "Find sources", message)
        await server.mara.slash(server.intel, "index add", file=("zanzibarian.txt", f"{name} harbour".encode()))
        monkeypatch.setattr(Library, "ask", lambda *_: 1 / 0)
        await server.alice.slash(server.intel, "ask", question=f"When did {name} harbour open?")
    logged = written.getvalue().lower()
    assert logged.count("answered") >= 4
    assert "zerodivisionerror" in logged
    assert "zanzibarian" not in logged
    assert "larkmouth" not in logged
    assert "very-secret" not in logged


async def test_a_question_that_cannot_be_used_is_answered_with_the_reason(mill_workspace: BotWorkspace) -> None:
    async with mill_workspace.open() as server:
        with capture_logs() as logged:
            answer = (await server.alice.slash(server.intel, "ask", question="?!")).response
        assert "The question" in text(answer)
        assert "has no words: ask in words" in text(answer)
        (refused,) = [entry for entry in logged if entry["event"] == "refused"]
        assert refused["log_level"] == "info"
        assert refused["error_id"] == told_id(answer)
        assert "exc_info" not in refused


async def test_where_the_bot_lacks_a_permission_the_person_is_told_so(mill_workspace: BotWorkspace) -> None:
    async with mill_workspace.open() as server:
        server.env.inject_error("POST", f"/channels/{server.intel.id}/messages", status=403, code=50013)
        await server.alice.send(server.intel, f"{server.mention} {QUESTION}")
        assert "I am missing a permission in this channel" in text(server.intel.last_message)
        answer = (await server.alice.slash(server.intel, "ask", question=QUESTION)).response
        assert answer is not None
        server.env.inject_error("POST", f"/channels/{server.intel.id}/messages/*/threads", status=403, code=50013)
        refused = await server.alice.click(answer, label="Discuss")
        assert refused.ephemeral
        assert "I am missing a permission in this channel" in text(refused.response)


async def test_an_interaction_that_is_gone_is_logged_and_nothing_is_raised(mill_workspace: BotWorkspace) -> None:
    async with mill_workspace.open() as server:
        server.env.inject_error("POST", "/interactions/*/callback", status=404, code=10062)
        with capture_logs() as logged:
            result = await server.alice.slash(server.intel, "ask", question=QUESTION)
        assert result.response is None
        assert [entry["error"] for entry in logged if entry["event"] == "refused"] == ["NotFound"]
        assert "1904" in text((await server.alice.slash(server.intel, "ask", question=QUESTION)).response)


async def test_who_cannot_be_told_anything_is_in_the_log_with_both_failures(mill_workspace: BotWorkspace) -> None:
    async with mill_workspace.open() as server:
        server.env.inject_error("POST", f"/channels/{server.intel.id}/messages", status=403, code=50013, times=None)
        with capture_logs() as logged:
            await server.alice.send(server.intel, f"{server.mention} {QUESTION}")
        refused, not_told = (entry for entry in logged if entry["event"] in {"refused", "not-told"})
        assert refused["code"] == not_told["code"] == 50013
        assert refused["error_id"] == not_told["error_id"]


async def test_when_too_many_questions_wait_the_next_is_told_to_try_again(mill_workspace: BotWorkspace) -> None:
    gate = threading.Event()
    async with mill_workspace.open(search_threads=1, search_queue=0) as server:
        waiting = asyncio.create_task(server.bot.search.read(lambda _: gate.wait(30)))
        await asyncio.sleep(0)
        answer = (await server.alice.slash(server.intel, "ask", question=QUESTION)).response
        await server.alice.send(server.lounge, f"{server.mention} {QUESTION}")
        gate.set()
        await waiting
        for shown_text in (answer, server.lounge.last_message):
            assert "I am busy with other questions; try again in a moment" in text(shown_text)
            assert told_id(shown_text)
        assert "1904" in text((await server.alice.slash(server.intel, "ask", question=QUESTION)).response)


async def test_who_asks_a_bot_that_is_leaving_is_told_so(mill_workspace: BotWorkspace) -> None:
    async with mill_workspace.open() as server:
        server.bot.is_stopping = True
        answer = (await server.alice.slash(server.intel, "ask", question=QUESTION)).response
        assert "I am restarting; try again in a minute" in text(answer)


# -------------------------------------------------------------------------------------- the sentences alone


def test_every_id_is_new() -> None:
    assert len({new_id() for _ in range(1_000)}) == 1_000


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (Refusal("error-busy"), "I am busy with other questions; try again in a moment."),
        (InputError("the question is empty"), "The question is empty"),
        (BuildError("another build is running"), "Another build is running"),
        (app_commands.MissingPermissions(["manage_guild"]), "Only those who may manage this server can do this."),
        (app_commands.NoPrivateMessage(), "This works in a server's channel, not in direct messages."),
        (http_error(discord.Forbidden, 403, 50013), "Discord does not let me do that here"),
        (http_error(discord.Forbidden, 403, 50001), "Discord does not let me do that here"),
        (http_error(discord.HTTPException, 400, 50035), "Discord did not accept my answer; try again."),
        (http_error(discord.HTTPException, 500, 0), "Discord did not accept my answer; try again."),
        (LedgerError("the keys in /srv/state/keys.sqlite cannot be read"), "Something went wrong on my side."),
        (KeyError("secret"), "Something went wrong on my side."),
    ],
)
def test_each_failure_has_its_sentence_and_an_id(error: Exception, sentence: str) -> None:
    shown_text = report(error, WORDS, "0123abcd")
    assert shown_text is not None
    assert shown_text.startswith(sentence)
    assert shown_text.endswith("\n-# id 0123abcd")
    assert "/srv" not in shown_text
    assert "secret" not in shown_text


def test_an_error_that_discord_py_has_wrapped_is_known_all_the_same() -> None:
    command: Any = type("Command", (), {"name": "ask", "qualified_name": "ask"})()
    wrapped = app_commands.CommandInvokeError(command, Refusal("error-busy"))
    assert report(wrapped, WORDS, "0123abcd") == report(Refusal("error-busy"), WORDS, "0123abcd")


def test_what_a_person_typed_comes_back_as_its_own_characters() -> None:
    typed = "**@everyone** [x](https://x.test)\n# big <@1>" + "x" * 500
    for error in (Refusal("error-unknown-source", name=typed), InputError(f"{typed} is no key")):
        shown_text = report(error, WORDS, "0123abcd")
        assert shown_text is not None
        assert "@everyone" not in shown_text
        assert "**" not in shown_text.replace("\\*", "")
        assert "\n#" not in shown_text
        assert "<@1>" not in shown_text.replace("\\<", "")
        assert len(shown_text) < 1_300


@pytest.mark.parametrize(("status", "code"), [(404, 10062), (400, 40060)])
def test_an_interaction_that_is_over_is_one_line_without_a_traceback(status: int, code: int) -> None:
    with capture_logs() as logged:
        assert report(http_error(discord.HTTPException, status, code), WORDS, new_id()) is None
    (line,) = logged
    assert (line["event"], line["code"]) == ("refused", code)
    assert "exc_info" not in line
