"""Citations in Discord as links to the web page: each opens for those who read it, and only what they may see."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from askbrief.web.app import create_app
from bot.access_rules import AccessRule, RuleTarget
from tests.bot.conftest import components, text
from tests.web.served import API, running

if TYPE_CHECKING:
    from tests.bot.conftest import BotWorkspace, SimulatedServer

QUESTION = "When did the harbour of Larkmouth open?"
URL = "https://askbrief.example.org"
_IN_TEXT = re.compile(r"\[([^\]]+)\]\(<(https?://[^>]+)>\)")


@pytest.fixture
def port(bot_workspace: BotWorkspace, monkeypatch: pytest.MonkeyPatch) -> BotWorkspace:
    """Open and secret words on the same question, and a web page."""
    monkeypatch.setenv("ASKBRIEF_URL", f"{URL}/")
    monkeypatch.setenv("ASKBRIEF_WEB_TOKEN", "correct-horse-battery-staple")
    bot_workspace.write("open/harbour.txt", "The harbour of Larkmouth opened in 1904.\n")
    bot_workspace.write("secret/harbour.txt", "The secret harbour of Larkmouth opened in 1943.\n")
    bot_workspace.build()
    return bot_workspace


def links(message: Any) -> dict[str, str]:
    """The links in a message, by the key that each opens: in its words, and as buttons."""
    found = dict(_IN_TEXT.findall(text(message)))
    buttons = [part["url"] for part in components(message) if "/c/" in part.get("url", "")]
    return {**found, **{address.partition("/c/")[2].partition("?")[0]: address for address in buttons}}


async def opened(workspace: BotWorkspace, address: str, path: str = "sources") -> list[str]:
    """The documents that somebody with nothing but a link can see."""
    right = address.partition("?t=")[2]
    async with running(create_app(workspace.settings, encoder=workspace.encoder)) as client:
        found = (await client.get(f"{API}/{path}", params={"t": right})).json()
    return [source["doc_id"] for source in found["sources"]]


def close(server: SimulatedServer) -> Any:
    """The channel sees what is open; the analyst, who is given, the secret too."""
    analysts = server.guild.create_role("Analysts")
    server.bot.access.allow(AccessRule(server.guild.id, "open", RuleTarget.CHANNEL, server.intel.id))
    server.bot.access.allow(AccessRule(server.guild.id, "secret", RuleTarget.ROLE, analysts.id))
    return server.guild.add_member(server.env.create_user("anna"), roles=[analysts])


async def test_every_passage_of_an_answer_is_a_link_that_opens_it(port: BotWorkspace) -> None:
    async with port.open() as server:
        message = (await server.bob.slash(server.intel, "ask", question=QUESTION)).response
        found = links(message)
        assert len(found) == 2
        for key, address in found.items():
            assert address.startswith(f"{URL}/c/{key}?t=")
            async with running(create_app(port.settings, encoder=port.encoder)) as client:
                cited = await client.get(f"{API}/cite", params={"where": key, "t": address.partition("?t=")[2]})
            assert cited.json()["quote"] in text(message).replace("**", "").replace("__", "")


async def test_a_link_in_a_channel_opens_what_the_channel_sees_and_a_private_one_what_the_person_sees(
    port: BotWorkspace,
) -> None:
    async with port.open() as server:
        anna = close(server)
        public = links((await anna.slash(server.intel, "ask", question=QUESTION)).response)
        private = links((await anna.slash(server.intel, "ask", question=QUESTION, private=True)).response)
    assert [await opened(port, address) for address in public.values()] == [["open/harbour.txt"]]
    assert len(private) == 2
    for address in private.values():
        assert await opened(port, address) == ["open/harbour.txt", "secret/harbour.txt"]


async def test_the_cards_of_a_citation_have_a_button_that_opens_it(port: BotWorkspace) -> None:
    async with port.open() as server:
        close(server)
        (key,) = links((await server.bob.slash(server.intel, "ask", question=QUESTION)).response)
        for command in ("cite", "passage"):
            found = links((await server.bob.slash(server.intel, command, key=key)).response)
            assert await opened(port, found[key]) == ["open/harbour.txt"]
        copied = text((await server.bob.slash(server.intel, "cite", key=key, style="markdown")).response)
        assert f"[`{key}`](<{URL}/c/{key}>)" in copied


async def test_without_an_address_nothing_is_a_link(port: BotWorkspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ASKBRIEF_URL")
    async with port.open() as server:
        message = (await server.bob.slash(server.intel, "ask", question=QUESTION)).response
        key = re.search(r"`(harbour-\w+)`", text(message))
        assert key is not None
        assert not links(message)
        assert "http" not in text((await server.bob.slash(server.intel, "cite", key=key[1], style="markdown")).response)
    assert not (port.settings.state_dir / "web.secret").exists()
