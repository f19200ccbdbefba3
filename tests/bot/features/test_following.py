"""Going on from an answer: replies, threads, claims that are checked, and private answers that are shared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from simcord.backend.models.message import AllowedMentions

from tests.bot.conftest import buttons, text
from tests.bot.features.test_asking import QUAYS, keys, numbers, write_quays
from tests.conftest import TTP_QUESTION

if TYPE_CHECKING:
    from tests.bot.conftest import BotWorkspace, SimulatedServer

SUBMARINE = "Which quay was dredged for the secret submarine?"


def history(server: SimulatedServer) -> str:
    """All that anybody can read at the server, threads and their names included."""
    channels = [server.intel, server.lounge, *server.intel.threads]
    shown_text = [text(message) for channel in channels for message in channel.history(viewer=server.bob)]
    return "\n".join([*shown_text, *(str(channel.name) for channel in channels)])


async def discussed(server: SimulatedServer, question: str = QUAYS) -> Any:
    """The thread that Discuss makes under an answer to Alice."""
    answer: Any = (await server.alice.slash(server.intel, "ask", question=question)).response
    await server.alice.click(answer, label="Discuss")
    return server.intel.threads[0]


# ------------------------------------------------------------------------------------------- follow-ups


async def test_a_follow_up_finds_what_neither_question_finds_alone(seed_workspace: BotWorkspace) -> None:
    seed_workspace.write("notes.md", "Reports of other fighters, in Larkmouth, were denied by the harbour master.\n")
    seed_workspace.build()
    async with seed_workspace.open() as server:
        await server.alice.send(server.intel, f"{server.mention} {TTP_QUESTION}")
        answer: Any = server.intel.last_message
        await server.bob.send(server.intel, f"{server.mention} who said that?", reply_to=answer)
        shown_text = text(server.intel.last_message)
        assert shown_text.startswith(f"-# who said that?\n-# searched for: {TTP_QUESTION} who said that?\n")
        assert "United Nations Security Council" in shown_text


@pytest.mark.parametrize("way", ["mention", "slash"])
async def test_in_a_thread_made_by_discuss_an_aside_leans_on_the_answer_and_then_on_what_was_asked_there(
    bot_workspace: BotWorkspace, way: str
) -> None:
    write_quays(bot_workspace)
    async with bot_workspace.open() as server:
        thread = await discussed(server, "When was the quay dredged in 2015?")

        async def ask(question: str) -> str:
            if way == "slash":
                return text((await server.bob.slash(thread, "ask", question=question)).response)
            await server.bob.send(thread, f"{server.mention} {question}")
            return text(thread.last_message)

        assert "searched for: When was the quay dredged? and in 2016?\n" in await ask("and in 2016?")
        assert "searched for: When was the quay dredged? and in 2017?\n" in await ask("and in 2017?")
        assert "searched for" not in await ask("Which harbour has the longest northern breakwater?")
        assert "northern breakwater? and the southern?\n" in await ask("and the southern?")


async def test_a_thread_is_made_once_and_named_for_the_question(bot_workspace: BotWorkspace) -> None:
    write_quays(bot_workspace)
    async with bot_workspace.open() as server:
        question = f"When was the quay dredged {'👩' * 100}?"
        answer: Any = (await server.alice.slash(server.intel, "ask", question=question)).response
        first = await server.alice.click(answer, label="Discuss")
        second = await server.bob.click(answer, label="Discuss")
        (thread,) = server.intel.threads
        assert thread.mention in text(first.response)
        assert thread.mention in text(second.response)
        assert first.ephemeral
        assert str(thread.name).startswith("When was the quay dredged")
        assert len(str(thread.name).encode("utf-16-le")) // 2 <= 100
        assert len(thread.history()) == 1
        assert "mention me, or use /ask" in text(thread.last_message)


async def test_in_direct_messages_an_aside_leans_on_the_question_before_it(bot_workspace: BotWorkspace) -> None:
    write_quays(bot_workspace)
    async with bot_workspace.open() as server:
        for person in (server.alice, server.bob):
            await person.send_dm(QUAYS if person is server.alice else "Where is the lighthouse keeper now?")
        await server.alice.send_dm("and in 2021?")
        assert f"searched for: {QUAYS} and in 2021?" in text(server.alice.user.dm_channel.last_message)


async def test_in_a_channel_a_question_without_a_reply_stands_alone(bot_workspace: BotWorkspace) -> None:
    write_quays(bot_workspace)
    async with bot_workspace.open() as server:
        await server.alice.slash(server.intel, "ask", question=QUAYS)
        await server.alice.send(server.intel, f"{server.mention} and in 2021?")
        assert "searched for" not in text(server.intel.last_message)


async def test_a_follow_up_can_be_paged_shared_and_followed(bot_workspace: BotWorkspace) -> None:
    write_quays(bot_workspace)
    async with bot_workspace.open() as server:
        await server.alice.send(server.intel, f"{server.mention} {QUAYS}")
        for aside in ("and in 2016?", "and why?"):
            await server.alice.send(server.intel, f"{server.mention} {aside}", reply_to=last_of(server))
        card = last_of(server)
        searched = f"searched for: {QUAYS} and in 2016? and why?"
        assert searched in text(card)
        await server.alice.click(card, label="More passages")
        assert searched in text(last_of(server))
        assert numbers(last_of(server)) == [4, 5, 6]


def last_of(server: SimulatedServer) -> Any:
    """The last message in #intel."""
    return server.intel.last_message


# ---------------------------------------------------------------------------------------------- privacy


@pytest.mark.parametrize("asker", ["alice", "bob"])
async def test_a_private_question_is_never_part_of_a_public_follow_up(bot_workspace: BotWorkspace, asker: str) -> None:
    write_quays(bot_workspace)
    async with bot_workspace.open() as server:
        thread = await discussed(server)
        await server.alice.slash(thread, "ask", question=SUBMARINE, private=True)
        person = getattr(server, asker)
        await person.send(thread, f"{server.mention} and in 2021?")
        assert f"searched for: {QUAYS} and in 2021?" in text(thread.last_message)
        await person.slash(thread, "ask", question="who said that?")
        assert "submarine" not in history(server)


async def test_a_private_question_is_followed_by_its_own_asker_in_private_only(bot_workspace: BotWorkspace) -> None:
    write_quays(bot_workspace)
    async with bot_workspace.open() as server:
        thread = await discussed(server)
        await server.alice.slash(thread, "ask", question=SUBMARINE, private=True)
        others = await server.bob.slash(thread, "ask", question="and in 2021?", private=True)
        assert "submarine" not in text(others.response)
        await server.alice.slash(thread, "ask", question=SUBMARINE, private=True)
        own = await server.alice.slash(thread, "ask", question="and in 2021?", private=True)
        assert f"searched for: {SUBMARINE} and in 2021?" in text(own.response)
        assert "submarine" not in history(server)


async def test_a_claim_that_was_checked_is_never_part_of_a_public_follow_up(bot_workspace: BotWorkspace) -> None:
    write_quays(bot_workspace)
    async with bot_workspace.open() as server:
        thread = await discussed(server)
        await server.alice.slash(thread, "ask", question="Which crane lifts the heaviest cargo of the harbour?")
        claim = await server.bob.send(thread, "The submarine quay was dredged")
        await server.alice.context_menu(thread, "Find sources", claim)
        await server.bob.send(thread, f"{server.mention} and in 2021?")
        assert "heaviest cargo of the harbour? and in 2021?\n" in text(thread.last_message)
        assert "submarine" not in text(thread.last_message)


# ----------------------------------------------------------------------------------------------- share


async def test_a_private_answer_can_be_shared_by_its_asker_and_then_be_followed(bot_workspace: BotWorkspace) -> None:
    write_quays(bot_workspace)
    async with bot_workspace.open() as server:
        private: Any = (await server.alice.slash(server.intel, "ask", question=QUAYS, private=True)).response
        response = await server.alice.click(private, label="Share")
        assert response.ephemeral
        assert "Shared in the channel" in text(response.response)
        shared = last_of(server)
        assert keys(shared) == keys(private)
        assert "Shared by alice" in text(shared)
        assert {"Discuss", "More passages"} <= set(buttons(shared))
        assert "Share" not in buttons(shared)
        await server.bob.send(server.intel, f"{server.mention} and in 2021?", reply_to=shared)
        assert f"searched for: {QUAYS} and in 2021?" in text(last_of(server))


async def test_a_public_answer_is_not_shared_and_in_direct_messages_there_is_nowhere_to_share(
    bot_workspace: BotWorkspace,
) -> None:
    write_quays(bot_workspace)
    async with bot_workspace.open() as server:
        public = await server.alice.slash(server.intel, "ask", question=QUAYS)
        direct = await server.alice.user.slash("ask", question=QUAYS, private=True)
        for answer in (public, direct):
            assert numbers(answer.response) == [1, 2, 3]
            assert "Share" not in buttons(answer.response)


async def test_nobody_else_can_share_a_private_answer(bot_workspace: BotWorkspace) -> None:
    write_quays(bot_workspace)
    async with bot_workspace.open() as server:
        private: Any = (await server.alice.slash(server.intel, "ask", question=SUBMARINE, private=True)).response
        public: Any = (await server.alice.slash(server.intel, "ask", question=QUAYS)).response
        stored = server.env.backend.get_message(server.intel.id, public.id)
        row = stored.components[0]["components"][-1]["components"]
        more = next(part for part in row if "more" in part["custom_id"])
        more["custom_id"] = buttons(private)["Share"]  # as a forged button would have it
        response = await server.bob.click(public, label="More passages")
        assert "This button is for the person who asked" in text(response.response)
        assert "submarine" not in history(server)


# -------------------------------------------------------------------------------------- checking a claim


async def test_a_colleagues_claim_is_checked_privately_and_shared_as_a_reply_to_it(
    seed_workspace: BotWorkspace,
) -> None:
    async with seed_workspace.open() as server:
        claim = await server.bob.send(server.intel, "There are 3,000 to 4,000 TTP fighters in Afghanistan, says the UN")
        found: Any = await server.alice.context_menu(server.intel, "Find sources", claim)
        assert found.ephemeral
        assert "[1] Emboldened" in text(found.response)
        assert "3,000 to 4,000 fighters" in text(found.response)
        assert len(server.intel.history(viewer=server.bob)) == 1
        await server.alice.click(found.response, label="Share")
        shared = last_of(server)
        assert shared.reference.message_id == claim.id
        assert "Found for this message by alice" in text(shared)
        assert keys(shared) == keys(found.response)


async def test_a_claim_that_was_deleted_meanwhile_is_answered_all_the_same(bot_workspace: BotWorkspace) -> None:
    write_quays(bot_workspace)
    async with bot_workspace.open() as server:
        claim = await server.bob.send(server.intel, "The quay was dredged")
        found: Any = await server.alice.context_menu(server.intel, "Find sources", claim)
        await server.bob.delete(claim)
        await server.alice.click(found.response, label="Share")
        assert "Found for this message by alice" in text(last_of(server))


async def test_a_very_long_message_is_checked_by_its_beginning(bot_workspace: BotWorkspace) -> None:
    write_quays(bot_workspace)
    async with bot_workspace.open() as server:
        claim = await server.bob.send(server.intel, f"{server.alice.mention} the quay was dredged. {'blah ' * 380}")
        found: Any = await server.alice.context_menu(server.intel, "Find sources", claim)
        assert numbers(found.response) or "The sources don't say" in text(found.response)
        assert str(server.alice.id) not in text(found.response)


@pytest.mark.parametrize("content", ["🙂", "...", "<@{alice}>"])
async def test_a_message_without_words_is_told(bot_workspace: BotWorkspace, content: str) -> None:
    write_quays(bot_workspace)
    async with bot_workspace.open() as server:
        claim = await server.bob.send(server.intel, content.format(alice=server.alice.id))
        found = await server.alice.context_menu(server.intel, "Find sources", claim)
        assert found.ephemeral
        assert "no words in this message" in text(found.response)


# ------------------------------------------------------------------------------------------------ replies


@pytest.mark.parametrize("way", ["slash", "mention"])
@pytest.mark.parametrize("pings", [True, False])
async def test_a_reply_whose_words_discord_withholds_is_told_how_to_be_heard(
    bot_workspace: BotWorkspace, way: str, *, pings: bool
) -> None:
    write_quays(bot_workspace)
    async with bot_workspace.open() as server:
        if way == "slash":
            await server.alice.slash(server.intel, "ask", question=QUAYS)
        else:
            await server.alice.send(server.intel, f"{server.mention} {QUAYS}")
        answer: Any = server.intel.last_message
        question_message = await reply(server, answer, "and in 2015?", pings=pings)
        last: Any = server.intel.last_message
        assert last.reference.message_id == question_message
        if pings and way == "mention":  # the only reply of the four that a bot may read
            assert "searched for: " in text(last)
        else:
            assert "only if it mentions me" in text(last)


async def test_replies_to_anything_but_an_answer_are_left_alone(bot_workspace: BotWorkspace) -> None:
    write_quays(bot_workspace)
    async with bot_workspace.open() as server:
        helped: Any = await server.alice.send(server.intel, f"{server.mention}")
        response: Any = server.intel.last_message
        assert "Write your question" in text(response)
        for message in (helped, response):
            question_message = await reply(server, message, "thanks", pings=False)
            last: Any = server.intel.last_message
            assert last.id == question_message


async def reply(server: SimulatedServer, to: Any, content: str, *, pings: bool) -> int:
    """Bob's reply to a message, with "@ ON" or "@ OFF"."""
    backend = server.env.backend
    policy = AllowedMentions(replied_user=pings)
    reference = backend.normalize_message_reference(
        to.channel.id, {"channel_id": str(to.channel.id), "message_id": str(to.id)}
    )
    stored = backend.create_message(to.channel.id, server.bob.id, content, reference=reference, allowed_mentions=policy)
    await server.env.settle()
    return stored.id
