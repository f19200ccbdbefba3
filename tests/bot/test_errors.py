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
from bot import settings
from bot.app import new_id, report
from bot.discord_io import language
from bot.discord_io.language import Refusal
from bot.settings import BotSettings
from tests.bot.conftest import text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.bot.conftest import Office

TOKEN = "MTIz.GhIjKl.very-secret"  # noqa: S105 - it opens nothing
QUESTION = "When did the harbour of Larkmouth open?"
WORDS = language.load()["en"]


@pytest.fixture
def built(small_office: Office) -> Office:
    small_office.write("larkmouth.txt", "The harbour of Larkmouth opened in 1904.\n")
    small_office.build()
    return small_office


@pytest.fixture(params=["console", "json"])
def written(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What the bot writes to the error stream, in either form, at the level that says the most."""
    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    root, level, handlers = logging.getLogger(), logging.getLogger().level, logging.getLogger().handlers[:]
    settings.set_up(BotSettings(log_level="debug", log_format=request.param))
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
    built: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a wheel came off")

    monkeypatch.setattr(Library, "ask", broken)
    async with built.open() as town:

        async def by_command() -> Any:
            return (await town.alice.slash(town.intel, "ask", question=QUESTION)).response

        async def by_mention() -> Any:
            await town.alice.send(town.lounge, f"{town.mention} {QUESTION}")
            return town.lounge.last_message

        async def directly() -> Any:
            await town.alice.send_dm(QUESTION)
            return town.alice.user.dm_channel.last_message

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
        assert town.bot.metrics.registry.get_sample_value("askbrief_errors_total", {"kind": "RuntimeError"}) == 3


async def test_the_log_of_a_failure_can_be_found_by_the_id_that_the_person_has(
    built: Office, monkeypatch: pytest.MonkeyPatch, written: io.StringIO
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a wheel came off")

    monkeypatch.setattr(Library, "ask", broken)
    async with built.open() as town:
        answer = (await town.alice.slash(town.intel, "ask", question=QUESTION)).response
    logged = written.getvalue()
    (line,) = [line for line in logged.splitlines() if re.search(rf"error_id\W+{told_id(answer)}", line)]
    assert "failed" in line
    assert "a wheel came off" in logged
    assert "test_errors.py" in logged  # where it happened


async def test_no_word_of_a_question_and_no_token_is_in_any_log(
    built: Office, monkeypatch: pytest.MonkeyPatch, written: io.StringIO
) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", TOKEN)
    name = "Larkmouth zanzibarian"
    async with built.open() as town:
        await town.alice.slash(town.intel, "ask", question=f"When did {name} harbour open?")
        await town.alice.slash(town.intel, "ask", question=f"{name} harbour", source=name, private=True)
        await town.alice.slash(town.intel, "ask", question=f"{name} harbour", since=name)
        await town.alice.slash(town.intel, "ask", question=f"{name} " * 150)
        await town.alice.autocomplete(town.intel, "ask", "source", name)
        await town.alice.slash(town.intel, "cite", key=name)
        message = await town.alice.send(town.lounge, f"{town.mention} when did {name} harbour open?")
        await town.alice.send_dm(f"when did {name} harbour open?")
        await town.bob.context_menu(town.lounge, "Find sources", message)
        await town.mara.slash(town.intel, "index add", file=("zanzibarian.txt", f"{name} harbour".encode()))
        monkeypatch.setattr(Library, "ask", lambda *_: 1 / 0)
        await town.alice.slash(town.intel, "ask", question=f"When did {name} harbour open?")
    logged = written.getvalue().lower()
    assert logged.count("answered") >= 4
    assert "zerodivisionerror" in logged
    assert "zanzibarian" not in logged
    assert "larkmouth" not in logged
    assert "very-secret" not in logged


async def test_a_question_that_cannot_be_used_is_answered_with_the_reason(built: Office) -> None:
    async with built.open() as town:
        with capture_logs() as logged:
            answer = (await town.alice.slash(town.intel, "ask", question="?!")).response
        assert "The question" in text(answer)
        assert "has no words: ask in words" in text(answer)
        (refused,) = [entry for entry in logged if entry["event"] == "refused"]
        assert refused["log_level"] == "info"
        assert refused["error_id"] == told_id(answer)
        assert "exc_info" not in refused


async def test_where_the_bot_lacks_a_permission_the_person_is_told_so(built: Office) -> None:
    async with built.open() as town:
        town.env.inject_error("POST", f"/channels/{town.intel.id}/messages", status=403, code=50013)
        await town.alice.send(town.intel, f"{town.mention} {QUESTION}")
        assert "I lack a permission in this channel" in text(town.intel.last_message)
        answer = (await town.alice.slash(town.intel, "ask", question=QUESTION)).response
        assert answer is not None
        town.env.inject_error("POST", f"/channels/{town.intel.id}/messages/*/threads", status=403, code=50013)
        refused = await town.alice.click(answer, label="Discuss")
        assert refused.ephemeral
        assert "I lack a permission in this channel" in text(refused.response)


async def test_an_interaction_that_is_gone_is_logged_and_nothing_is_raised(built: Office) -> None:
    async with built.open() as town:
        town.env.inject_error("POST", "/interactions/*/callback", status=404, code=10062)
        with capture_logs() as logged:
            result = await town.alice.slash(town.intel, "ask", question=QUESTION)
        assert result.response is None
        assert [entry["error"] for entry in logged if entry["event"] == "failed"] == ["NotFound"]
        assert "1904" in text((await town.alice.slash(town.intel, "ask", question=QUESTION)).response)


async def test_who_cannot_be_told_anything_is_in_the_log_with_both_failures(built: Office) -> None:
    async with built.open() as town:
        town.env.inject_error("POST", f"/channels/{town.intel.id}/messages", status=403, code=50013, times=None)
        with capture_logs() as logged:
            await town.alice.send(town.intel, f"{town.mention} {QUESTION}")
        refused, not_told = (entry for entry in logged if entry["event"] in {"refused", "not-told"})
        assert refused["code"] == not_told["code"] == 50013
        assert refused["error_id"] == not_told["error_id"]


async def test_when_too_many_questions_wait_the_next_is_told_to_try_again(built: Office) -> None:
    gate = threading.Event()
    async with built.open(search_threads=1, search_queue=0) as town:
        waiting = asyncio.create_task(town.bot.search.read(lambda _: gate.wait(30)))
        await asyncio.sleep(0)
        answer = (await town.alice.slash(town.intel, "ask", question=QUESTION)).response
        await town.alice.send(town.lounge, f"{town.mention} {QUESTION}")
        gate.set()
        await waiting
        for said in (answer, town.lounge.last_message):
            assert "I am busy with other questions; try again in a moment" in text(said)
            assert told_id(said)
        assert "1904" in text((await town.alice.slash(town.intel, "ask", question=QUESTION)).response)


async def test_who_asks_a_bot_that_is_leaving_is_told_so(built: Office) -> None:
    async with built.open() as town:
        town.bot.is_stopping = True
        answer = (await town.alice.slash(town.intel, "ask", question=QUESTION)).response
        assert "I am just restarting; try again in a minute" in text(answer)


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
        (http_error(discord.HTTPException, 400, 50035), "Discord did not take my answer; try again."),
        (http_error(discord.HTTPException, 500, 0), "Discord did not take my answer; try again."),
        (LedgerError("the keys in /srv/state/keys.sqlite cannot be read"), "Something went wrong on my side."),
        (KeyError("secret"), "Something went wrong on my side."),
    ],
)
def test_each_failure_has_its_sentence_and_an_id(error: Exception, sentence: str) -> None:
    said = report(error, WORDS, "0123abcd")
    assert said is not None
    assert said.startswith(sentence)
    assert said.endswith("\n-# id 0123abcd")
    assert "/srv" not in said
    assert "secret" not in said


def test_an_error_that_discord_py_has_wrapped_is_known_all_the_same() -> None:
    command: Any = type("Command", (), {"name": "ask", "qualified_name": "ask"})()
    wrapped = app_commands.CommandInvokeError(command, Refusal("error-busy"))
    assert report(wrapped, WORDS, "0123abcd") == report(Refusal("error-busy"), WORDS, "0123abcd")


def test_what_a_person_typed_comes_back_as_its_own_characters() -> None:
    typed = "**@everyone** [x](https://x.test)\n# big <@1>" + "x" * 500
    for error in (Refusal("error-unknown-source", name=typed), InputError(f"{typed} is no key")):
        said = report(error, WORDS, "0123abcd")
        assert said is not None
        assert "@everyone" not in said
        assert "**" not in said.replace("\\*", "")
        assert "\n#" not in said
        assert "<@1>" not in said.replace("\\<", "")
        assert len(said) < 1_300
