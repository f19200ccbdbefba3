"""The bot as a process of its own, at work: what people get over the wire, also when the wire is bad.

One bot serves all of these tests; each leaves it as it was.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from tests.bot.conftest import buttons, text
from tests.conftest import TTP_QUESTION
from tests.e2e.conftest import Premises, Team, ask, figures, health_address, log_lines
from tests.simulated.wire import WireDiscord

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from tests.simulated.recording import Recorder
    from tests.simulated.wire_process import BotProcess

pytestmark = pytest.mark.asyncio(loop_scope="module")

STRONG_ANSWER = "3,000 to 4,000 fighters"
FORBIDDEN_TALK = ("fighters", "afghanistan", "kestrel", "beryllium", "lighthouse")
"""Words of questions and documents of these tests, none of which a log may have."""


@dataclass(frozen=True)
class Office:
    """The running bot, its Discord, its team and its folders."""

    bot: BotProcess
    world: WireDiscord
    team: Team
    premises: Premises

    def synced(self) -> int:
        """How often the commands were sent."""
        return len(self.world.requested("PUT", "/applications/*/commands"))

    async def figures(self) -> dict[str, float]:
        """What /metrics says, by name and labels."""
        return await figures(await health_address(self.bot))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def office(seed_index: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Office]:
    premises = Premises.furnish(tmp_path_factory.mktemp("office"), seed_index)
    async with WireDiscord() as world:
        team = Team(world)
        settings = {"ASKBRIEF_LOG_FORMAT": "json", "ASKBRIEF_HEALTH_PORT": "0"}
        async with premises.bot(world, **settings) as bot:
            await bot.ready()
            yield Office(bot, world, team, premises)


@pytest.fixture(autouse=True)
def checked(office: Office, api_requests: Recorder) -> Iterator[None]:
    """All that the bot sends is held against Discord's own description."""
    yield
    office.world.hand_over(api_requests.record)


async def test_a_question_is_answered_with_a_quote_in_one_message(office: Office) -> None:
    sent = len(office.world.requests)
    said = await ask(office.team.alice, office.team.intel, TTP_QUESTION)
    assert said.index("Strong match") < said.index(STRONG_ANSWER)
    assert "> **A July 5 report" in said
    promise, answer = office.world.requests[sent:]
    assert (promise.body["type"], answer.method) == (5, "PATCH")
    assert answer.body["allowed_mentions"] == {"parse": []}


async def test_a_mention_is_answered_by_a_reply(office: Office) -> None:
    asked = await office.team.alice.send(office.team.intel, f"{office.world.mention} {TTP_QUESTION}")
    assert STRONG_ANSWER in text(await office.world.reply_to(asked))


async def test_a_click_opens_the_citation_for_who_clicked(office: Office) -> None:
    asked = await office.team.alice.slash(office.team.intel, "ask", question=TTP_QUESTION)
    assert asked.response is not None
    clicked = await office.team.bob.click(asked.response, custom_id=buttons(asked.response)["Cite"])
    assert clicked.ephemeral
    said = text(clicked.response)
    assert "Intact" in said
    assert "emboldened-resurgent-ttp-" in said


@pytest.mark.parametrize("status", [429, 500])
async def test_an_answer_that_is_turned_away_is_sent_again(office: Office, status: int) -> None:
    refusal = office.world.refuse("PATCH", "/webhooks/*", status=status)
    replies = office.world.refuse("POST", "/channels/*/messages", status=status)
    assert STRONG_ANSWER in await ask(office.team.alice, office.team.intel, TTP_QUESTION)
    asked = await office.team.alice.send(office.team.intel, f"{office.world.mention} {TTP_QUESTION}")
    assert STRONG_ANSWER in text(await office.world.reply_to(asked))
    assert (refusal.used, replies.used) == (1, 1)


async def test_what_discord_will_not_take_is_told_with_an_id_that_is_in_the_log(office: Office) -> None:
    body = {"code": 50035, "message": "Invalid Form Body", "errors": {}}
    office.world.refuse("PATCH", "/webhooks/*", status=400, body=body)
    result = await office.team.alice.slash(office.team.intel, "ask", question=f"{TTP_QUESTION} kestrel")
    told = text(result.response)
    assert "Discord did not accept my answer" in told
    error_id = told.split("id ")[-1]
    (failure,) = [line for line in log_lines(office.bot.output) if line["event"] == "failed" and line["id"] == error_id]
    assert (failure["level"], failure["error"]) == ("error", "HTTPException")
    assert failure["exception"][0]["frames"]
    assert "kestrel" not in json.dumps(failure)


@pytest.mark.parametrize("politely", [False, True])
async def test_what_is_asked_while_the_gateway_is_cut_is_answered_when_it_is_back(
    office: Office, *, politely: bool
) -> None:
    resumed, identified = office.world.gateway.resumed, office.world.gateway.identified
    await office.world.cut_gateway(politely=politely)
    asked = await office.team.alice.send(office.team.intel, f"{office.world.mention} {TTP_QUESTION}")
    assert STRONG_ANSWER in text(await office.world.reply_to(asked))
    assert (office.world.gateway.resumed, office.world.gateway.identified) == (resumed + 1, identified)


async def test_a_login_that_is_forgotten_is_begun_anew_without_syncing_or_loading_again(office: Office) -> None:
    identified = office.world.gateway.identified
    await office.world.cut_gateway(resumable=False)
    await office.world.wait_for(lambda: office.world.gateway.identified > identified)
    assert STRONG_ANSWER in await ask(office.team.alice, office.team.intel, TTP_QUESTION)
    assert office.synced() == 1
    assert len(office.world.requested("GET", "/users/@me")) == 1
    events = [line["event"] for line in log_lines(office.bot.output)]
    assert (events.count("commands-synced"), events.count("health")) == (1, 1)


async def test_a_button_from_before_a_new_login_still_works(office: Office) -> None:
    asked = await office.team.alice.slash(office.team.intel, "ask", question=TTP_QUESTION)
    assert asked.response is not None
    more = buttons(asked.response)["More passages"]
    clicked = await office.team.alice.click(asked.response, custom_id=more)
    assert clicked.acknowledged
    assert "Passages 4 to 6" in text(asked.response)


async def test_an_attachment_is_fetched_previewed_built_in_and_found(office: Office) -> None:
    team = office.team
    note = b"Field note\n\nThe beryllium depot at Marrow Creek holds 417 crates since March 2021.\n"
    shown = await team.mara.slash(team.intel, "index add", file=("note.txt", note), collection="field notes")
    assert "Add this document?" in text(shown.response)
    assert "417 crates" in text(shown.response)
    assert shown.response is not None
    await team.mara.click(shown.response, label="Add it")
    report = await team.shown(shown, "The index is rebuilt")
    assert "field notes/note.txt" in report
    said = await ask(team.alice, team.intel, "How many crates does the beryllium depot at Marrow Creek hold?")
    assert "Strong match" in said
    assert "417 crates" in said


async def test_an_index_built_by_the_command_line_serves_without_a_restart(office: Office) -> None:
    office.premises.write("lighthouse.txt", "The lighthouse of Skerry Point was last painted by Ilse Brandt in 2019.\n")
    async with office.premises.run(office.world, "build") as building:
        assert await building.wait() == 0
    question = "Who painted the lighthouse of Skerry Point?"
    await ask(office.team.alice, office.team.intel, question)  # whoever asks first finds that there is a newer one
    await office.bot.wrote('"serving"')
    assert "Ilse Brandt" in await ask(office.team.alice, office.team.intel, question)
    assert office.synced() == 1


async def test_figures_count_what_was_asked(office: Office) -> None:
    asked = [f'askbrief_questions_total{{verdict="{verdict}",via="slash"}}' for verdict in ("strong", "weak")]
    before = await office.figures()
    await ask(office.team.alice, office.team.intel, TTP_QUESTION)
    after = await office.figures()
    assert sum(after.get(one, 0) for one in asked) == sum(before.get(one, 0) for one in asked) + 1
    assert after["askbrief_search_seconds_count"] == before["askbrief_search_seconds_count"] + 1
    assert after["askbrief_index_passages"] >= 15
    assert after["askbrief_searches_pending"] == 0


async def test_every_answer_is_logged_with_an_id_of_its_own_and_no_word_of_it(office: Office) -> None:
    before = len(log_lines(office.bot.output))
    for question in (TTP_QUESTION, "kestrel nesting sites"):
        await ask(office.team.alice, office.team.intel, question)
    await office.team.alice.send(office.team.intel, "kestrel: nobody is mentioned here")
    answered = [line for line in log_lines(office.bot.output)[before:] if line["event"] == "answered"]
    assert [line["verdict"] == "none" for line in answered] == [False, True]
    assert len({line["id"] for line in answered}) == 2
    assert [word for word in FORBIDDEN_TALK if word in office.bot.output.lower()] == []
    assert office.world.token not in office.bot.output
