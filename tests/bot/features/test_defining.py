"""`/define`: meanings with their passages, within what a person may see; and what answers say was searched for too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.access_rules import AccessRule, RuleTarget
from tests.bot.conftest import buttons, text

if TYPE_CHECKING:
    from tests.bot.conftest import Office, Town

PORT = "The port advisory council (PAC) met on Tuesday. It counted the ships."
HIDDEN = "The hidden observers' group (HOG) met. A political action committee (PAC) gave money."


@pytest.fixture
def port(small_office: Office) -> Office:
    """Two collections that define one acronym each in their own way, and one of the team's names."""
    small_office.write("press/port.txt", PORT)
    small_office.write("un/hidden.txt", HIDDEN)
    small_office.write("aliases.yaml", "PAC: [the council]")
    small_office.build()
    return small_office


def close(town: Town) -> None:
    """From now on everybody sees press, and nothing else."""
    town.bot.access.allow(AccessRule(town.guild.id, "press", RuleTarget.ROLE, town.guild.id))


async def defined(town: Town, name: str) -> str:
    result = await town.bob.slash(town.intel, "define", name=name)
    assert result.ephemeral
    return text(result.response)


async def completed(town: Town, typed: str) -> list[str]:
    return [choice["value"] for choice in await town.bob.autocomplete(town.intel, "define", "name", typed)]


async def test_each_meaning_is_shown_with_its_passage_and_the_teams_first(port: Office) -> None:
    async with port.open() as town:
        said = await defined(town, "pac")
        assert said.startswith("### PAC: the council\n-# from the team's list of aliases")
        assert "### PAC: political action committee\n-# 1 document" in said
        assert "### PAC: port advisory council\n-# 1 document" in said
        assert "> **The port advisory council \\(PAC\\) met on Tuesday.** It counted the ships." in said
        assert "¶ 1, characters 0–69 · `port-" in said


async def test_a_definition_is_cited_from_its_card(port: Office) -> None:
    async with port.open() as town:
        card = (await town.bob.slash(town.intel, "define", name="port advisory council")).response
        assert card is not None
        cited = await town.bob.click(card, custom_id=buttons(card)["Cite"])
        assert "Intact" in text(cited.response)


async def test_what_a_person_may_not_see_is_neither_defined_nor_offered(port: Office) -> None:
    async with port.open() as town:
        assert "hidden observers" in await defined(town, "HOG")
        assert "HOG" in await completed(town, "")
        close(town)
        assert 'The sources that you may search don\'t say what "HOG" stands for.' in await defined(town, "HOG")
        assert "Similar names" not in await defined(town, "HOGG")
        assert "political" not in await defined(town, "PAC")
        assert set(await completed(town, "")) == {"PAC", "the council", "port advisory council"}
        assert await completed(town, "hidden observers") == []


async def test_a_typing_error_is_forgiven_and_similar_names_are_offered(port: Office) -> None:
    async with port.open() as town:
        assert "### port advisory council: PAC" in await defined(town, "port advisroy council")
        assert "Similar names: " in await defined(town, "council of the port")


@pytest.mark.parametrize("name", ["???", "@everyone", "<@1>", "**bold**", "x" * 300])
async def test_whatever_is_typed_pings_nobody_and_formats_nothing(port: Office, name: str) -> None:
    async with port.open() as town:
        said = await defined(town, name)
        assert "@everyone" not in said
        assert "<@1>" not in said.replace("\\<@1\\>", "")
        assert "**bold**" not in said


async def test_an_answer_says_what_was_searched_for_too_as_far_as_it_may_be_seen(port: Office) -> None:
    async with port.open() as town:

        async def asked(question: str) -> str:
            return text((await town.bob.slash(town.intel, "ask", question=question)).response)

        assert "-# searched also for: HOG" in await asked("when did the hidden observers' group meet?")
        assert "-# searched also for: the council, port advisory council" not in await asked("when did the PAC meet?")
        close(town)
        assert "searched also" not in await asked("when did the hidden observers' group meet?")
        assert "-# searched also for: the council, port advisory council" in await asked("when did the PAC meet?")


async def test_names_are_shown_as_their_own_characters(small_office: Office) -> None:
    small_office.write("aliases.yaml", "TTP: ['**free** [money](https://x.test) @everyone']")
    small_office.write("a.txt", "TTP gives **free** money. https everyone x test.")
    small_office.build()
    async with small_office.open() as town:
        for said in (
            await defined(town, "TTP"),
            text((await town.bob.slash(town.intel, "ask", question="what does the TTP give?")).response),
        ):
            assert "\\*\\*free\\*\\* \\[money\\]" in said
            assert "@everyone" not in said
