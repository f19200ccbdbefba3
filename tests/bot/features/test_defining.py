"""`/define`: meanings with their passages, within what a person may see; and what answers say was searched for too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.access_rules import AccessRule, RuleTarget
from tests.bot.conftest import buttons, text

if TYPE_CHECKING:
    from tests.bot.conftest import BotWorkspace, SimulatedServer

PORT = "The port advisory council (PAC) met on Tuesday. It counted the ships."
HIDDEN = "The hidden observers' group (HOG) met. A political action committee (PAC) gave money."


@pytest.fixture
def port(bot_workspace: BotWorkspace) -> BotWorkspace:
    """Two collections that define one acronym each in their own way, and one of the team's names."""
    bot_workspace.write("press/port.txt", PORT)
    bot_workspace.write("un/hidden.txt", HIDDEN)
    bot_workspace.write("aliases.yaml", "PAC: [the council]")
    bot_workspace.build()
    return bot_workspace


def close(server: SimulatedServer) -> None:
    """From now on everybody sees press, and nothing else."""
    server.bot.access.allow(AccessRule(server.guild.id, "press", RuleTarget.ROLE, server.guild.id))


async def defined(server: SimulatedServer, name: str) -> str:
    result = await server.bob.slash(server.intel, "define", name=name)
    assert result.ephemeral
    return text(result.response)


async def completed(server: SimulatedServer, typed: str) -> list[str]:
    return [choice["value"] for choice in await server.bob.autocomplete(server.intel, "define", "name", typed)]


async def test_each_meaning_is_shown_with_its_passage_and_the_teams_first(port: BotWorkspace) -> None:
    async with port.open() as server:
        shown_text = await defined(server, "pac")
        assert shown_text.startswith("### PAC: the council\n-# from the team's list of aliases")
        assert "### PAC: political action committee\n-# 1 document" in shown_text
        assert "### PAC: port advisory council\n-# 1 document" in shown_text
        assert "> **The port advisory council \\(PAC\\) met on Tuesday.** It counted the ships." in shown_text
        assert "¶ 1, characters 0–69 · `port-" in shown_text


async def test_a_definition_is_cited_from_its_card(port: BotWorkspace) -> None:
    async with port.open() as server:
        card = (await server.bob.slash(server.intel, "define", name="port advisory council")).response
        assert card is not None
        cited = await server.bob.click(card, custom_id=buttons(card)["Cite"])
        assert "Intact" in text(cited.response)


async def test_what_a_person_may_not_see_is_neither_defined_nor_offered(port: BotWorkspace) -> None:
    async with port.open() as server:
        assert "hidden observers" in await defined(server, "HOG")
        assert "HOG" in await completed(server, "")
        close(server)
        assert 'The sources that you may search don\'t say what "HOG" stands for.' in await defined(server, "HOG")
        assert "Similar names" not in await defined(server, "HOGG")
        assert "political" not in await defined(server, "PAC")
        assert set(await completed(server, "")) == {"PAC", "the council", "port advisory council"}
        assert await completed(server, "hidden observers") == []


async def test_a_typing_error_is_forgiven_and_similar_names_are_offered(port: BotWorkspace) -> None:
    async with port.open() as server:
        assert "### port advisory council: PAC" in await defined(server, "port advisroy council")
        assert "Similar names: " in await defined(server, "council of the port")


@pytest.mark.parametrize("name", ["???", "@everyone", "<@1>", "**bold**", "x" * 300])
async def test_whatever_is_typed_pings_nobody_and_formats_nothing(port: BotWorkspace, name: str) -> None:
    async with port.open() as server:
        shown_text = await defined(server, name)
        assert "@everyone" not in shown_text
        assert "<@1>" not in shown_text.replace("\\<@1\\>", "")
        assert "**bold**" not in shown_text


async def test_an_answer_says_what_was_searched_for_too_as_far_as_it_may_be_seen(port: BotWorkspace) -> None:
    async with port.open() as server:

        async def asked(question: str) -> str:
            return text((await server.bob.slash(server.intel, "ask", question=question)).response)

        assert "-# also searched for: HOG" in await asked("when did the hidden observers' group meet?")
        assert "-# also searched for: the council, port advisory council" not in await asked("when did the PAC meet?")
        close(server)
        assert "searched also" not in await asked("when did the hidden observers' group meet?")
        assert "-# also searched for: the council, port advisory council" in await asked("when did the PAC meet?")


async def test_names_are_shown_as_their_own_characters(bot_workspace: BotWorkspace) -> None:
    bot_workspace.write("aliases.yaml", "TTP: ['**free** [money](https://x.test) @everyone']")
    bot_workspace.write("a.txt", "TTP gives **free** money. https everyone x test.")
    bot_workspace.build()
    async with bot_workspace.open() as server:
        for shown_text in (
            await defined(server, "TTP"),
            text((await server.bob.slash(server.intel, "ask", question="what does the TTP give?")).response),
        ):
            assert "\\*\\*free\\*\\* \\[money\\]" in shown_text
            assert "@everyone" not in shown_text
