"""Going on from an answer: replies, threads, claims that are checked, and private answers that are shared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from simcord.backend.models.message import AllowedMentions

from tests.bot.conftest import buttons, text
from tests.bot.features.test_asking import QUAYS, keys, numbers, write_quays
from tests.conftest import TTP_QUESTION

if TYPE_CHECKING:
    from tests.bot.conftest import Office, Town

SUBMARINE = "Which quay was dredged for the secret submarine?"


def history(town: Town) -> str:
    """All that anybody can read at the server, threads and their names included."""
    channels = [town.intel, town.lounge, *town.intel.threads]
    said = [text(message) for channel in channels for message in channel.history(viewer=town.bob)]
    return "\n".join([*said, *(str(channel.name) for channel in channels)])


async def discussed(town: Town, question: str = QUAYS) -> Any:
    """The thread that Discuss makes under an answer to Alice."""
    answer: Any = (await town.alice.slash(town.intel, "ask", question=question)).response
    await town.alice.click(answer, label="Discuss")
    return town.intel.threads[0]


# ------------------------------------------------------------------------------------------- follow-ups


async def test_a_follow_up_finds_what_neither_question_finds_alone(office: Office) -> None:
    office.write("notes.md", "Reports of other fighters, in Larkmouth, were denied by the harbour master.\n")
    office.build()
    async with office.open() as town:
        await town.alice.send(town.intel, f"{town.mention} {TTP_QUESTION}")
        answer: Any = town.intel.last_message
        await town.bob.send(town.intel, f"{town.mention} who said that?", reply_to=answer)
        said = text(town.intel.last_message)
        assert said.startswith(f"-# who said that?\n-# searched for: {TTP_QUESTION} who said that?\n")
        assert "United Nations Security Council" in said


@pytest.mark.parametrize("way", ["mention", "slash"])
async def test_in_a_thread_made_by_discuss_an_aside_leans_on_the_answer_and_then_on_what_was_asked_there(
    small_office: Office, way: str
) -> None:
    write_quays(small_office)
    async with small_office.open() as town:
        thread = await discussed(town, "When was the quay dredged in 2015?")

        async def ask(question: str) -> str:
            if way == "slash":
                return text((await town.bob.slash(thread, "ask", question=question)).response)
            await town.bob.send(thread, f"{town.mention} {question}")
            return text(thread.last_message)

        assert "searched for: When was the quay dredged? and in 2016?\n" in await ask("and in 2016?")
        assert "searched for: When was the quay dredged? and in 2017?\n" in await ask("and in 2017?")
        assert "searched for" not in await ask("Which harbour has the longest northern breakwater?")
        assert "northern breakwater? and the southern?\n" in await ask("and the southern?")


async def test_a_thread_is_made_once_and_named_for_the_question(small_office: Office) -> None:
    write_quays(small_office)
    async with small_office.open() as town:
        question = f"When was the quay dredged {'👩' * 100}?"
        answer: Any = (await town.alice.slash(town.intel, "ask", question=question)).response
        first = await town.alice.click(answer, label="Discuss")
        second = await town.bob.click(answer, label="Discuss")
        (thread,) = town.intel.threads
        assert thread.mention in text(first.response)
        assert thread.mention in text(second.response)
        assert first.ephemeral
        assert str(thread.name).startswith("When was the quay dredged")
        assert len(str(thread.name).encode("utf-16-le")) // 2 <= 100
        assert len(thread.history()) == 1
        assert "mention me, or use /ask" in text(thread.last_message)


async def test_in_direct_messages_an_aside_leans_on_the_question_before_it(small_office: Office) -> None:
    write_quays(small_office)
    async with small_office.open() as town:
        for person in (town.alice, town.bob):
            await person.send_dm(QUAYS if person is town.alice else "Where is the lighthouse keeper now?")
        await town.alice.send_dm("and in 2021?")
        assert f"searched for: {QUAYS} and in 2021?" in text(town.alice.user.dm_channel.last_message)


async def test_in_a_channel_a_question_without_a_reply_stands_alone(small_office: Office) -> None:
    write_quays(small_office)
    async with small_office.open() as town:
        await town.alice.slash(town.intel, "ask", question=QUAYS)
        await town.alice.send(town.intel, f"{town.mention} and in 2021?")
        assert "searched for" not in text(town.intel.last_message)


async def test_a_follow_up_can_be_paged_shared_and_followed(small_office: Office) -> None:
    write_quays(small_office)
    async with small_office.open() as town:
        await town.alice.send(town.intel, f"{town.mention} {QUAYS}")
        for aside in ("and in 2016?", "and why?"):
            await town.alice.send(town.intel, f"{town.mention} {aside}", reply_to=last_of(town))
        card = last_of(town)
        searched = f"searched for: {QUAYS} and in 2016? and why?"
        assert searched in text(card)
        await town.alice.click(card, label="More passages")
        assert searched in text(last_of(town))
        assert numbers(last_of(town)) == [4, 5, 6]


def last_of(town: Town) -> Any:
    """The last message in #intel."""
    return town.intel.last_message


# ---------------------------------------------------------------------------------------------- privacy


@pytest.mark.parametrize("asker", ["alice", "bob"])
async def test_a_private_question_is_never_part_of_a_public_follow_up(small_office: Office, asker: str) -> None:
    write_quays(small_office)
    async with small_office.open() as town:
        thread = await discussed(town)
        await town.alice.slash(thread, "ask", question=SUBMARINE, private=True)
        person = getattr(town, asker)
        await person.send(thread, f"{town.mention} and in 2021?")
        assert f"searched for: {QUAYS} and in 2021?" in text(thread.last_message)
        await person.slash(thread, "ask", question="who said that?")
        assert "submarine" not in history(town)


async def test_a_private_question_is_followed_by_its_own_asker_in_private_only(small_office: Office) -> None:
    write_quays(small_office)
    async with small_office.open() as town:
        thread = await discussed(town)
        await town.alice.slash(thread, "ask", question=SUBMARINE, private=True)
        others = await town.bob.slash(thread, "ask", question="and in 2021?", private=True)
        assert "submarine" not in text(others.response)
        await town.alice.slash(thread, "ask", question=SUBMARINE, private=True)
        own = await town.alice.slash(thread, "ask", question="and in 2021?", private=True)
        assert f"searched for: {SUBMARINE} and in 2021?" in text(own.response)
        assert "submarine" not in history(town)


async def test_a_claim_that_was_checked_is_never_part_of_a_public_follow_up(small_office: Office) -> None:
    write_quays(small_office)
    async with small_office.open() as town:
        thread = await discussed(town)
        await town.alice.slash(thread, "ask", question="Which crane lifts the heaviest cargo of the harbour?")
        claim = await town.bob.send(thread, "The submarine quay was dredged")
        await town.alice.context_menu(thread, "Find sources", claim)
        await town.bob.send(thread, f"{town.mention} and in 2021?")
        assert "heaviest cargo of the harbour? and in 2021?\n" in text(thread.last_message)
        assert "submarine" not in text(thread.last_message)


# ----------------------------------------------------------------------------------------------- share


async def test_a_private_answer_can_be_shared_by_its_asker_and_then_be_followed(small_office: Office) -> None:
    write_quays(small_office)
    async with small_office.open() as town:
        private: Any = (await town.alice.slash(town.intel, "ask", question=QUAYS, private=True)).response
        told = await town.alice.click(private, label="Share")
        assert told.ephemeral
        assert "Shared in the channel" in text(told.response)
        shared = last_of(town)
        assert keys(shared) == keys(private)
        assert "Shared by alice" in text(shared)
        assert {"Discuss", "More passages"} <= set(buttons(shared))
        assert "Share" not in buttons(shared)
        await town.bob.send(town.intel, f"{town.mention} and in 2021?", reply_to=shared)
        assert f"searched for: {QUAYS} and in 2021?" in text(last_of(town))


async def test_a_public_answer_is_not_shared_and_in_direct_messages_there_is_nowhere_to_share(
    small_office: Office,
) -> None:
    write_quays(small_office)
    async with small_office.open() as town:
        public = await town.alice.slash(town.intel, "ask", question=QUAYS)
        direct = await town.alice.user.slash("ask", question=QUAYS, private=True)
        for answer in (public, direct):
            assert numbers(answer.response) == [1, 2, 3]
            assert "Share" not in buttons(answer.response)


async def test_nobody_else_can_share_a_private_answer(small_office: Office) -> None:
    write_quays(small_office)
    async with small_office.open() as town:
        private: Any = (await town.alice.slash(town.intel, "ask", question=SUBMARINE, private=True)).response
        public: Any = (await town.alice.slash(town.intel, "ask", question=QUAYS)).response
        stored = town.env.backend.get_message(town.intel.id, public.id)
        row = stored.components[0]["components"][-1]["components"]
        more = next(part for part in row if "more" in part["custom_id"])
        more["custom_id"] = buttons(private)["Share"]  # as a forged button would have it
        told = await town.bob.click(public, label="More passages")
        assert "This button is for the person who asked" in text(told.response)
        assert "submarine" not in history(town)


# -------------------------------------------------------------------------------------- checking a claim


async def test_a_colleagues_claim_is_checked_privately_and_shared_as_a_reply_to_it(office: Office) -> None:
    async with office.open() as town:
        claim = await town.bob.send(town.intel, "There are 3,000 to 4,000 TTP fighters in Afghanistan, says the UN")
        found: Any = await town.alice.context_menu(town.intel, "Find sources", claim)
        assert found.ephemeral
        assert "[1] Emboldened" in text(found.response)
        assert "3,000 to 4,000 fighters" in text(found.response)
        assert len(town.intel.history(viewer=town.bob)) == 1
        await town.alice.click(found.response, label="Share")
        shared = last_of(town)
        assert shared.reference.message_id == claim.id
        assert "Found for this message by alice" in text(shared)
        assert keys(shared) == keys(found.response)


async def test_a_claim_that_was_deleted_meanwhile_is_answered_all_the_same(small_office: Office) -> None:
    write_quays(small_office)
    async with small_office.open() as town:
        claim = await town.bob.send(town.intel, "The quay was dredged")
        found: Any = await town.alice.context_menu(town.intel, "Find sources", claim)
        await town.bob.delete(claim)
        await town.alice.click(found.response, label="Share")
        assert "Found for this message by alice" in text(last_of(town))


async def test_a_very_long_message_is_checked_by_its_beginning(small_office: Office) -> None:
    write_quays(small_office)
    async with small_office.open() as town:
        claim = await town.bob.send(town.intel, f"{town.alice.mention} the quay was dredged. {'blah ' * 380}")
        found: Any = await town.alice.context_menu(town.intel, "Find sources", claim)
        assert numbers(found.response) or "The sources don't say" in text(found.response)
        assert str(town.alice.id) not in text(found.response)


@pytest.mark.parametrize("content", ["🙂", "...", "<@{alice}>"])
async def test_a_message_without_words_is_told(small_office: Office, content: str) -> None:
    write_quays(small_office)
    async with small_office.open() as town:
        claim = await town.bob.send(town.intel, content.format(alice=town.alice.id))
        found = await town.alice.context_menu(town.intel, "Find sources", claim)
        assert found.ephemeral
        assert "no words in this message" in text(found.response)


# ------------------------------------------------------------------------------------------------ replies


@pytest.mark.parametrize("way", ["slash", "mention"])
@pytest.mark.parametrize("pings", [True, False])
async def test_a_reply_whose_words_discord_withholds_is_told_how_to_be_heard(
    small_office: Office, way: str, *, pings: bool
) -> None:
    write_quays(small_office)
    async with small_office.open() as town:
        if way == "slash":
            await town.alice.slash(town.intel, "ask", question=QUAYS)
        else:
            await town.alice.send(town.intel, f"{town.mention} {QUAYS}")
        answer: Any = town.intel.last_message
        asked = await reply(town, answer, "and in 2015?", pings=pings)
        last: Any = town.intel.last_message
        assert last.reference.message_id == asked
        if pings and way == "mention":  # the only reply of the four that a bot may read
            assert "searched for: " in text(last)
        else:
            assert "only if it mentions me" in text(last)


async def test_replies_to_anything_but_an_answer_are_left_alone(small_office: Office) -> None:
    write_quays(small_office)
    async with small_office.open() as town:
        helped: Any = await town.alice.send(town.intel, f"{town.mention}")
        told: Any = town.intel.last_message
        assert "Write your question" in text(told)
        for message in (helped, told):
            asked = await reply(town, message, "thanks", pings=False)
            last: Any = town.intel.last_message
            assert last.id == asked


async def reply(town: Town, to: Any, content: str, *, pings: bool) -> int:
    """Bob's reply to a message, with "@ ON" or "@ OFF"."""
    backend = town.env.backend
    policy = AllowedMentions(replied_user=pings)
    reference = backend.normalize_message_reference(
        to.channel.id, {"channel_id": str(to.channel.id), "message_id": str(to.id)}
    )
    stored = backend.create_message(to.channel.id, town.bob.id, content, reference=reference, allowed_mentions=policy)
    await town.env.settle()
    return stored.id
