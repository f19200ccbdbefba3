"""Asking in Discord: by every way, with every option, and what the buttons under an answer do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import discord
import pytest

from askbrief import Library
from tests.bot.conftest import BotWorkspace, buttons, text
from tests.conftest import TTP_QUESTION
from tests.fakes import HashEncoder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray


QUAYS = "When was the quay dredged?"
TEN_CARDS = 10


def write_quays(workspace: BotWorkspace, count: int = 12) -> None:
    """As many documents that all answer one question, in two collections and several years."""
    for place in range(count):
        name = f"{'north' if place % 2 else 'south'}/quay-{place:02}.md"
        front = f"---\ntitle: Quay {chr(65 + place)} report\ndate: {2010 + place}-05\n---\n"
        workspace.write(name, f"{front}The quay {chr(65 + place)} was dredged in May {2010 + place}.\n")
    workspace.build()


def keys(message: Any) -> list[str]:
    """The keys on a card, in order."""
    return re.findall(r"`([^`]+-[^`]+)`", text(message))


def numbers(message: Any) -> list[int]:
    """The citation numbers on a card, in order."""
    return [int(number) for number in re.findall(r"^\*\*\[(\d+)\]", text(message), re.MULTILINE)]


# ------------------------------------------------------------------------------------------------- ways


async def test_a_strong_answer_opens_with_the_answering_sentence(seed_workspace: BotWorkspace) -> None:
    async with seed_workspace.open() as server:
        result = await server.alice.slash(server.intel, "ask", question=TTP_QUESTION)
        shown_text = text(result.response)
        assert not result.ephemeral
        assert (
            shown_text.index("Strong match")
            < shown_text.index("3,000 to 4,000 fighters")
            < shown_text.index("[1] Emboldened")
        )
        assert "> **A July 5 report" in shown_text
        assert {"Cite", "More passages", "Discuss", "👍", "👎"} <= set(buttons(result.response))


async def test_what_the_sources_do_not_say_is_said_and_the_nearest_come_only_when_asked_for(
    seed_workspace: BotWorkspace,
) -> None:
    async with seed_workspace.open() as server:
        card: Any = (await server.alice.slash(server.intel, "ask", question="who won the cricket world cup?")).response
        assert "The sources don't say" in text(card)
        assert "What the sources do cover: *Emboldened, resurgent TTP*" in text(card)
        assert not keys(card)
        shown: list[str] = []
        pressed = await server.bob.click(card, label="Show nearest anyway")
        assert pressed.ephemeral
        page: Any = pressed.response
        assert "Nothing here answers it well" in text(page)
        shown += keys(page)
        while "More passages" in buttons(page) and len(shown) < TEN_CARDS:
            await server.bob.click(page, label="More passages")
            assert "The sources don't say" in text(page)
            shown += keys(page)
        assert len(shown) == len(set(shown)) == TEN_CARDS
        assert "More passages" not in buttons(page)
        assert not keys(server.intel.history()[0])


@pytest.mark.parametrize("way", ["mention", "mention inside", "direct", "slash in direct messages"])
async def test_every_way_to_ask_finds_the_same_passages(bot_workspace: BotWorkspace, way: str) -> None:
    write_quays(bot_workspace)
    async with bot_workspace.open() as server:
        expected = keys((await server.bob.slash(server.lounge, "ask", question=QUAYS)).response)
        if way == "slash in direct messages":
            answer: Any = (await server.alice.user.slash("ask", question=QUAYS)).response
        elif way == "direct":
            await server.alice.send_dm(QUAYS)
            answer = server.alice.user.dm_channel.last_message
        else:
            content = (
                f"{server.mention} {QUAYS}" if way == "mention" else f"When was the {server.mention} quay dredged?"
            )
            question_message = await server.alice.send(server.intel, content)
            answer = server.intel.last_message
            assert answer.reference.message_id == question_message.id
        assert len(expected) == 3
        assert keys(answer) == expected
        assert text(answer).startswith(f"-# {QUAYS}\n")


async def test_the_bot_asks_for_no_privileged_intent(bot_workspace: BotWorkspace) -> None:
    bot_workspace.build()
    assert bot_workspace.bot().intents == discord.Intents.default()


async def test_nobody_is_answered_who_did_not_ask(bot_workspace: BotWorkspace) -> None:
    write_quays(bot_workspace)
    async with bot_workspace.open() as server:
        plain = await server.alice.send(server.intel, QUAYS)
        await server.alice.send(server.intel, f"{server.bob.mention} {QUAYS}")
        await server.bob.send(server.intel, "I think so", reply_to=plain)
        webhook = server.guild.create_webhook(server.intel)
        await webhook.send(f"{server.mention} {QUAYS}")
        assert {message.author.id for message in server.intel.history()} >= {server.alice.id, server.bob.id}
        assert not [message for message in server.intel.history() if message.author.id == server.bot.application_id]


async def test_a_mention_without_a_question_is_told_what_to_write(bot_workspace: BotWorkspace) -> None:
    write_quays(bot_workspace)
    async with bot_workspace.open() as server:
        await server.alice.send(server.intel, f"  {server.mention}  ")
        assert "Write your question after my name" in text(server.intel.last_message)
        await server.alice.send(server.intel, f"{server.mention} ?!")
        assert "has no words" in text(server.intel.last_message)


# ---------------------------------------------------------------------------------------------- options


async def test_a_private_answer_is_seen_by_the_asker_alone(bot_workspace: BotWorkspace) -> None:
    write_quays(bot_workspace)
    async with bot_workspace.open() as server:
        result = await server.alice.slash(server.intel, "ask", question=QUAYS, private=True)
        assert result.ephemeral
        assert keys(result.response)
        assert server.intel.history(viewer=server.bob) == []
        assert "Share" in buttons(result.response)
        assert "Discuss" not in buttons(result.response)


@pytest.mark.parametrize("top", [1, 2, 5])
async def test_top_is_how_many_passages_a_page_has_and_never_changes_the_verdict(
    bot_workspace: BotWorkspace, top: int
) -> None:
    write_quays(bot_workspace)
    async with bot_workspace.open() as server:
        by_default = (await server.alice.slash(server.intel, "ask", question=QUAYS)).response
        answer = (await server.alice.slash(server.intel, "ask", question=QUAYS, top=top)).response
        assert numbers(answer) == list(range(1, top + 1))
        assert keys(answer)[:3] == keys(by_default)[:top]
        assert text(answer).split("\n")[1] == text(by_default).split("\n")[1]


@pytest.mark.parametrize(
    ("options", "quays"),
    [
        ({"since": "2019"}, set("JKL")),
        ({"until": "2011-12"}, set("AB")),
        ({"since": "2012-05", "until": "2013"}, set("CD")),
        ({"source": "Quay F report"}, {"F"}),
        ({"source": "north/quay-05.md"}, {"F"}),
        ({"source": "north", "until": "2013"}, set("BD")),
    ],
)
async def test_source_and_dates_narrow_the_search_and_the_card_says_so(
    bot_workspace: BotWorkspace, options: dict[str, str], quays: set[str]
) -> None:
    write_quays(bot_workspace)
    async with bot_workspace.open() as server:
        shown_text = text((await server.alice.slash(server.intel, "ask", question=QUAYS, top=5, **options)).response)
        assert set(re.findall(r"\] Quay (\w) report", shown_text)) == quays
        assert "only in: " in shown_text


@pytest.mark.parametrize(
    ("options", "response"),
    [
        ({"source": "atlantis"}, 'There is no source "atlantis" here'),
        ({"since": "last year"}, 'since is "last year": write a year'),
        ({"until": "2022-13"}, 'until is "2022-13": write a year'),
        ({"since": "05.07.2022"}, 'since is "05.07.2022"'),
        ({"question": "quay " * 500}, "the limit is 2,000"),
        ({"question": "…?!"}, "has no words"),
    ],
)
async def test_an_option_that_cannot_be_used_is_told_with_what_to_write(
    bot_workspace: BotWorkspace, options: dict[str, str], response: str
) -> None:
    write_quays(bot_workspace)
    async with bot_workspace.open() as server:
        result = await server.alice.slash(server.intel, "ask", **{"question": QUAYS, **options})
        shown_text = text(result.response).replace("\\", "")
        assert response in shown_text
        assert "-# id " in shown_text
        assert "Traceback" not in shown_text


async def test_where_no_source_is_that_recent_the_card_says_what_there_is_instead(bot_workspace: BotWorkspace) -> None:
    write_quays(bot_workspace)
    async with bot_workspace.open() as server:
        shown_text = text((await server.alice.slash(server.intel, "ask", question=QUAYS, since="2030")).response)
        assert "The sources don't say" in shown_text
        assert "only in: 2030 – …" in shown_text
        assert "No document that you may search matches the source and the dates" in shown_text
        assert "What the sources do cover: *Quay" in shown_text
        assert "They are dated 2010 to 2021." in shown_text
        assert "/access" not in shown_text


async def test_a_collection_is_named_as_it_was_chosen(bot_workspace: BotWorkspace) -> None:
    bot_workspace.write("un/2022/quay.md", "The quay was dredged in May.\n")
    bot_workspace.build()
    async with bot_workspace.open() as server:
        chosen = (await server.alice.autocomplete(server.intel, "ask", "source", "un"))[0]
        assert chosen["name"] == "📁 un"
        shown_text = text(
            (await server.alice.slash(server.intel, "ask", question=QUAYS, source=chosen["value"])).response
        )
        assert "-# only in: un\n" in shown_text


async def test_source_completes_over_titles_and_collections_and_forgives_a_typing_error(
    bot_workspace: BotWorkspace,
) -> None:
    write_quays(bot_workspace)
    bot_workspace.write("emboldened.md", "---\ntitle: Emboldened, resurgent TTP\n---\nThe quay.\n")
    bot_workspace.build()
    async with bot_workspace.open() as server:
        offered = await server.alice.autocomplete(server.intel, "ask", "source", "")
        names = [choice["name"] for choice in offered]
        assert names[:2] == ["📁 north", "📁 south"]
        assert {"Quay A report", "Emboldened, resurgent TTP"} <= set(names)
        for typed in ("embolded", "resurgnt", "TTP", "emboldened resurgent"):
            offered = await server.alice.autocomplete(server.intel, "ask", "source", typed)
            assert offered[0]["name"] == "Emboldened, resurgent TTP", typed
        answer = await server.alice.slash(server.intel, "ask", question="the quay?", source=offered[0]["value"])
        assert "] Emboldened" in text(answer.response)
        assert "] Quay" not in text(answer.response)


# ---------------------------------------------------------------------------------------------- paging


@pytest.mark.parametrize("top", [1, 3, 4, 5])
async def test_pages_together_are_the_ten_best_in_order_each_once(bot_workspace: BotWorkspace, top: int) -> None:
    write_quays(bot_workspace)
    with Library.open(bot_workspace.root / "index", encoder=bot_workspace.encoder) as library:
        expected = [hit.key for hit in library.ask(QUAYS, top=10).hits]
    async with bot_workspace.open() as server:
        card: Any = (await server.alice.slash(server.intel, "ask", question=QUAYS, top=top)).response
        shown, seen = keys(card), numbers(card)
        while "More passages" in buttons(card) and len(shown) < TEN_CARDS:
            await server.alice.click(card, label="More passages")
            card = server.intel.last_message
            shown, seen = shown + keys(card), seen + numbers(card)
        assert shown == expected
        assert "More passages" not in buttons(card)
        assert seen == list(range(1, 11))
        assert len(server.intel.history()) == 1


async def test_where_a_page_ends_with_the_last_passage_there_is_no_more(bot_workspace: BotWorkspace) -> None:
    write_quays(bot_workspace, 6)
    async with bot_workspace.open() as server:
        card: Any = (await server.alice.slash(server.intel, "ask", question=QUAYS)).response
        await server.alice.click(card, label="More passages")
        assert numbers(card) == [4, 5, 6]
        assert "More passages" not in buttons(card)
        await server.alice.click(card, label="Earlier")
        assert numbers(card) == [1, 2, 3]
        assert {"More passages", "Discuss", "👍"} <= set(buttons(card))
        assert "Earlier" not in buttons(card)


async def test_others_page_privately_and_the_card_of_the_asker_stays(bot_workspace: BotWorkspace) -> None:
    write_quays(bot_workspace)
    async with bot_workspace.open() as server:
        card: Any = (await server.alice.slash(server.intel, "ask", question=QUAYS)).response
        page = await server.bob.click(card, label="More passages")
        assert page.ephemeral
        assert numbers(page.response) == [4, 5, 6]
        assert numbers(card) == [1, 2, 3]
        assert not {"Share", "Discuss", "👍"} & set(buttons(page.response))


async def test_a_page_that_a_rebuild_has_taken_away_is_told(bot_workspace: BotWorkspace) -> None:
    write_quays(bot_workspace)
    async with bot_workspace.open() as server:
        card: Any = (await server.alice.slash(server.intel, "ask", question=QUAYS)).response
        for path in (bot_workspace.root / "seeds").rglob("*.md"):
            if path.name != "quay-00.md":
                path.unlink()
        await server.bot.search.rebuild(lambda _: None)
        response = await server.alice.click(card, label="More passages")
        assert "ask again" in text(response.followups[0])
        assert "The sources don't say" not in text(card)


# --------------------------------------------------------------------------------- slowness and trouble


class Slow(HashEncoder):
    """Takes some seconds of the simulated time over each question."""

    pass_time: Callable[[], None] = staticmethod(lambda: None)

    def encode_query(self, text: str) -> NDArray[np.float32]:
        self.pass_time()
        return super().encode_query(text)


@pytest.mark.parametrize("seconds", [4, 60])
async def test_a_search_slower_than_discord_waits_is_answered_in_the_end(tmp_path: Path, seconds: int) -> None:
    (tmp_path / "seeds").mkdir()
    encoder = Slow()
    workspace = BotWorkspace(tmp_path, encoder)
    write_quays(workspace)
    async with workspace.open() as server:
        encoder.pass_time = lambda: server.env.backend.advance_clock(seconds)
        before = server.env.now()
        result: Any = await server.alice.slash(server.intel, "ask", question=QUAYS)
        assert (server.env.now() - before).total_seconds() >= seconds
        assert numbers(result.response) == [1, 2, 3]
        for label in ("More passages", "Earlier"):
            await server.alice.click(result.response, label=label)
        page = await server.bob.click(result.response, label="More passages")
        assert numbers(page.response) == [4, 5, 6]
        claim = await server.bob.send(server.intel, "the quay")
        found: Any = await server.alice.context_menu(server.intel, "Find sources", claim)
        await server.alice.click(found.response, label="Share")
        assert numbers(server.intel.last_message)
        await server.alice.send(server.intel, f"{server.mention} {QUAYS}")
        assert numbers(server.intel.last_message) == [1, 2, 3]


async def test_an_answer_is_given_also_where_the_journal_cannot_be_written(bot_workspace: BotWorkspace) -> None:
    write_quays(bot_workspace)
    async with bot_workspace.open() as server:
        (bot_workspace.root / "state" / "journal.sqlite").write_bytes(b"this is no database" * 100)
        card: Any = (await server.alice.slash(server.intel, "ask", question=QUAYS)).response
        assert numbers(card) == [1, 2, 3]
        assert set(buttons(card)) == {"Cite"}
        await server.alice.send_dm(QUAYS)
        assert numbers(server.alice.user.dm_channel.last_message) == [1, 2, 3]


# ----------------------------------------------------------------------------------------------- restart


async def test_buttons_from_before_a_restart_still_work(bot_workspace: BotWorkspace) -> None:
    write_quays(bot_workspace)
    async with bot_workspace.open() as server:
        card: Any = (await server.alice.slash(server.intel, "ask", question=QUAYS)).response
        private: Any = (await server.alice.slash(server.intel, "ask", question=QUAYS, private=True)).response
        none: Any = (await server.alice.slash(server.intel, "ask", question="who won the cricket world cup?")).response
        restarted = bot_workspace.bot()
        await server.env.restart_bot(restarted)
        assert numbers((await server.bob.click(card, label="More passages")).response) == [4, 5, 6]
        cited = await server.bob.click(card, custom_id=buttons(card)["Cite"])
        assert "Intact" in text(cited.response)
        thanked = await server.bob.click(card, custom_id=buttons(card)["👍"])
        assert "Thank you" in text(thanked.response)
        assert (await server.bob.click(card, custom_id=buttons(card)["👎"])).modal is not None
        nearest = await server.bob.click(none, label="Show nearest anyway")
        assert "Nothing here answers it well" in text(nearest.response)
        await server.alice.click(private, label="Share")
        assert "Shared by alice" in text(server.intel.last_message)
        await server.bob.click(card, label="Discuss")
        assert len(server.intel.threads) == 1
        await restarted.close()


@pytest.mark.parametrize("action", ["ab:frobnicate:1", "ab:frobnicate", "ab:more:aaaaaaaa:3", "ab:nearest:aaaaaaaa"])
async def test_a_button_that_is_no_longer_known_gets_a_sentence(bot_workspace: BotWorkspace, action: str) -> None:
    write_quays(bot_workspace)
    async with bot_workspace.open() as server:
        card: Any = (await server.alice.slash(server.intel, "ask", question=QUAYS)).response
        stored = server.env.backend.get_message(server.intel.id, card.id)
        more = next(part for part in components_of(stored.components) if part.get("label") == "More passages")
        more["custom_id"] = action
        response = await server.alice.click(card, label="More passages")
        shown_text = text(response.followups[0] if response.followups else response.response)
        assert "ask again" in shown_text
        assert "-# id " in shown_text


def components_of(parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Every component below some, as the simulated Discord keeps them."""
    return [inner for part in parts for inner in (part, *components_of(part.get("components", [])))]
