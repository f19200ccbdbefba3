"""Asking in Discord: by every way, with every option, and what the buttons under an answer do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import discord
import pytest

from askbrief import Library
from tests.bot.conftest import Office, buttons, text
from tests.conftest import TTP_QUESTION
from tests.fakes import HashEncoder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray


QUAYS = "When was the quay dredged?"
TEN_CARDS = 10


def write_quays(office: Office, count: int = 12) -> None:
    """As many documents that all answer one question, in two collections and several years."""
    for place in range(count):
        name = f"{'north' if place % 2 else 'south'}/quay-{place:02}.md"
        front = f"---\ntitle: Quay {chr(65 + place)} report\ndate: {2010 + place}-05\n---\n"
        office.write(name, f"{front}The quay {chr(65 + place)} was dredged in May {2010 + place}.\n")
    office.build()


def keys(message: Any) -> list[str]:
    """The keys on a card, in order."""
    return re.findall(r"`([^`]+-[^`]+)`", text(message))


def numbers(message: Any) -> list[int]:
    """The citation numbers on a card, in order."""
    return [int(number) for number in re.findall(r"^\*\*\[(\d+)\]", text(message), re.MULTILINE)]


# ------------------------------------------------------------------------------------------------- ways


async def test_a_strong_answer_opens_with_the_answering_sentence(office: Office) -> None:
    async with office.open() as town:
        result = await town.alice.slash(town.intel, "ask", question=TTP_QUESTION)
        said = text(result.response)
        assert not result.ephemeral
        assert said.index("Strong match") < said.index("3,000 to 4,000 fighters") < said.index("[1] Emboldened")
        assert "> **A July 5 report" in said
        assert {"Cite", "More passages", "Discuss", "👍", "👎"} <= set(buttons(result.response))


async def test_what_the_sources_do_not_say_is_said_and_the_nearest_come_only_when_asked_for(office: Office) -> None:
    async with office.open() as town:
        card: Any = (await town.alice.slash(town.intel, "ask", question="who won the cricket world cup?")).response
        assert "The sources don't say" in text(card)
        assert "What the sources do cover: *Emboldened, resurgent TTP*" in text(card)
        assert not keys(card)
        shown: list[str] = []
        pressed = await town.bob.click(card, label="Show nearest anyway")
        assert pressed.ephemeral
        page: Any = pressed.response
        assert "Nothing here answers it well" in text(page)
        shown += keys(page)
        while "More passages" in buttons(page) and len(shown) < TEN_CARDS:
            await town.bob.click(page, label="More passages")
            assert "The sources don't say" in text(page)
            shown += keys(page)
        assert len(shown) == len(set(shown)) == TEN_CARDS
        assert "More passages" not in buttons(page)
        assert not keys(town.intel.history()[0])


@pytest.mark.parametrize("way", ["mention", "mention inside", "direct", "slash in direct messages"])
async def test_every_way_to_ask_finds_the_same_passages(small_office: Office, way: str) -> None:
    write_quays(small_office)
    async with small_office.open() as town:
        expected = keys((await town.bob.slash(town.lounge, "ask", question=QUAYS)).response)
        if way == "slash in direct messages":
            answer: Any = (await town.alice.user.slash("ask", question=QUAYS)).response
        elif way == "direct":
            await town.alice.send_dm(QUAYS)
            answer = town.alice.user.dm_channel.last_message
        else:
            content = f"{town.mention} {QUAYS}" if way == "mention" else f"When was the {town.mention} quay dredged?"
            asked = await town.alice.send(town.intel, content)
            answer = town.intel.last_message
            assert answer.reference.message_id == asked.id
        assert len(expected) == 3
        assert keys(answer) == expected
        assert text(answer).startswith(f"-# {QUAYS}\n")


async def test_the_bot_asks_for_no_privileged_intent(small_office: Office) -> None:
    small_office.build()
    assert small_office.bot().intents == discord.Intents.default()


async def test_nobody_is_answered_who_did_not_ask(small_office: Office) -> None:
    write_quays(small_office)
    async with small_office.open() as town:
        plain = await town.alice.send(town.intel, QUAYS)
        await town.alice.send(town.intel, f"{town.bob.mention} {QUAYS}")
        await town.bob.send(town.intel, "I think so", reply_to=plain)
        webhook = town.guild.create_webhook(town.intel)
        await webhook.send(f"{town.mention} {QUAYS}")
        assert {message.author.id for message in town.intel.history()} >= {town.alice.id, town.bob.id}
        assert not [message for message in town.intel.history() if message.author.id == town.bot.application_id]


async def test_a_mention_without_a_question_is_told_what_to_write(small_office: Office) -> None:
    write_quays(small_office)
    async with small_office.open() as town:
        await town.alice.send(town.intel, f"  {town.mention}  ")
        assert "Write your question after my name" in text(town.intel.last_message)
        await town.alice.send(town.intel, f"{town.mention} ?!")
        assert "has no words" in text(town.intel.last_message)


# ---------------------------------------------------------------------------------------------- options


async def test_a_private_answer_is_seen_by_the_asker_alone(small_office: Office) -> None:
    write_quays(small_office)
    async with small_office.open() as town:
        result = await town.alice.slash(town.intel, "ask", question=QUAYS, private=True)
        assert result.ephemeral
        assert keys(result.response)
        assert town.intel.history(viewer=town.bob) == []
        assert "Share" in buttons(result.response)
        assert "Discuss" not in buttons(result.response)


@pytest.mark.parametrize("top", [1, 2, 5])
async def test_top_is_how_many_passages_a_page_has_and_never_changes_the_verdict(
    small_office: Office, top: int
) -> None:
    write_quays(small_office)
    async with small_office.open() as town:
        by_default = (await town.alice.slash(town.intel, "ask", question=QUAYS)).response
        answer = (await town.alice.slash(town.intel, "ask", question=QUAYS, top=top)).response
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
    small_office: Office, options: dict[str, str], quays: set[str]
) -> None:
    write_quays(small_office)
    async with small_office.open() as town:
        said = text((await town.alice.slash(town.intel, "ask", question=QUAYS, top=5, **options)).response)
        assert set(re.findall(r"\] Quay (\w) report", said)) == quays
        assert "only in: " in said


@pytest.mark.parametrize(
    ("options", "told"),
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
    small_office: Office, options: dict[str, str], told: str
) -> None:
    write_quays(small_office)
    async with small_office.open() as town:
        result = await town.alice.slash(town.intel, "ask", **{"question": QUAYS, **options})
        said = text(result.response).replace("\\", "")
        assert told in said
        assert "-# id " in said
        assert "Traceback" not in said


async def test_where_no_source_is_that_recent_the_card_says_what_there_is_instead(small_office: Office) -> None:
    write_quays(small_office)
    async with small_office.open() as town:
        said = text((await town.alice.slash(town.intel, "ask", question=QUAYS, since="2030")).response)
        assert "The sources don't say" in said
        assert "only in: 2030 – …" in said
        assert "No document that you may search fits source, since and until" in said
        assert "What the sources do cover: *Quay" in said
        assert "They are dated 2010 to 2021." in said
        assert "/access" not in said


async def test_a_collection_is_named_as_it_was_chosen(small_office: Office) -> None:
    small_office.write("un/2022/quay.md", "The quay was dredged in May.\n")
    small_office.build()
    async with small_office.open() as town:
        chosen = (await town.alice.autocomplete(town.intel, "ask", "source", "un"))[0]
        assert chosen["name"] == "📁 un"
        said = text((await town.alice.slash(town.intel, "ask", question=QUAYS, source=chosen["value"])).response)
        assert "-# only in: un\n" in said


async def test_source_completes_over_titles_and_collections_and_forgives_a_typing_error(small_office: Office) -> None:
    write_quays(small_office)
    small_office.write("emboldened.md", "---\ntitle: Emboldened, resurgent TTP\n---\nThe quay.\n")
    small_office.build()
    async with small_office.open() as town:
        offered = await town.alice.autocomplete(town.intel, "ask", "source", "")
        names = [choice["name"] for choice in offered]
        assert names[:2] == ["📁 north", "📁 south"]
        assert {"Quay A report", "Emboldened, resurgent TTP"} <= set(names)
        for typed in ("embolded", "resurgnt", "TTP", "emboldened resurgent"):
            offered = await town.alice.autocomplete(town.intel, "ask", "source", typed)
            assert offered[0]["name"] == "Emboldened, resurgent TTP", typed
        answer = await town.alice.slash(town.intel, "ask", question="the quay?", source=offered[0]["value"])
        assert "] Emboldened" in text(answer.response)
        assert "] Quay" not in text(answer.response)


# ---------------------------------------------------------------------------------------------- paging


@pytest.mark.parametrize("top", [1, 3, 4, 5])
async def test_pages_together_are_the_ten_best_in_order_each_once(small_office: Office, top: int) -> None:
    write_quays(small_office)
    with Library.open(small_office.root / "index", encoder=small_office.encoder) as library:
        expected = [hit.key for hit in library.ask(QUAYS, top=10).hits]
    async with small_office.open() as town:
        card: Any = (await town.alice.slash(town.intel, "ask", question=QUAYS, top=top)).response
        shown, seen = keys(card), numbers(card)
        while "More passages" in buttons(card) and len(shown) < TEN_CARDS:
            await town.alice.click(card, label="More passages")
            card = town.intel.last_message
            shown, seen = shown + keys(card), seen + numbers(card)
        assert shown == expected
        assert "More passages" not in buttons(card)
        assert seen == list(range(1, 11))
        assert len(town.intel.history()) == 1


async def test_where_a_page_ends_with_the_last_passage_there_is_no_more(small_office: Office) -> None:
    write_quays(small_office, 6)
    async with small_office.open() as town:
        card: Any = (await town.alice.slash(town.intel, "ask", question=QUAYS)).response
        await town.alice.click(card, label="More passages")
        assert numbers(card) == [4, 5, 6]
        assert "More passages" not in buttons(card)
        await town.alice.click(card, label="Earlier")
        assert numbers(card) == [1, 2, 3]
        assert {"More passages", "Discuss", "👍"} <= set(buttons(card))
        assert "Earlier" not in buttons(card)


async def test_others_page_privately_and_the_card_of_the_asker_stays(small_office: Office) -> None:
    write_quays(small_office)
    async with small_office.open() as town:
        card: Any = (await town.alice.slash(town.intel, "ask", question=QUAYS)).response
        page = await town.bob.click(card, label="More passages")
        assert page.ephemeral
        assert numbers(page.response) == [4, 5, 6]
        assert numbers(card) == [1, 2, 3]
        assert not {"Share", "Discuss", "👍"} & set(buttons(page.response))


async def test_a_page_that_a_rebuild_has_taken_away_is_told(small_office: Office) -> None:
    write_quays(small_office)
    async with small_office.open() as town:
        card: Any = (await town.alice.slash(town.intel, "ask", question=QUAYS)).response
        for path in (small_office.root / "seeds").rglob("*.md"):
            if path.name != "quay-00.md":
                path.unlink()
        await town.bot.search.rebuild(lambda _: None)
        told = await town.alice.click(card, label="More passages")
        assert "ask again" in text(told.followups[0])
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
    slow_office = Office(tmp_path, encoder)
    write_quays(slow_office)
    async with slow_office.open() as town:
        encoder.pass_time = lambda: town.env.backend.advance_clock(seconds)
        before = town.env.now()
        result: Any = await town.alice.slash(town.intel, "ask", question=QUAYS)
        assert (town.env.now() - before).total_seconds() >= seconds
        assert numbers(result.response) == [1, 2, 3]
        for label in ("More passages", "Earlier"):
            await town.alice.click(result.response, label=label)
        page = await town.bob.click(result.response, label="More passages")
        assert numbers(page.response) == [4, 5, 6]
        claim = await town.bob.send(town.intel, "the quay")
        found: Any = await town.alice.context_menu(town.intel, "Find sources", claim)
        await town.alice.click(found.response, label="Share")
        assert numbers(town.intel.last_message)
        await town.alice.send(town.intel, f"{town.mention} {QUAYS}")
        assert numbers(town.intel.last_message) == [1, 2, 3]


async def test_an_answer_is_given_also_where_the_journal_cannot_be_written(small_office: Office) -> None:
    write_quays(small_office)
    async with small_office.open() as town:
        (small_office.root / "state" / "journal.sqlite").write_bytes(b"this is no database" * 100)
        card: Any = (await town.alice.slash(town.intel, "ask", question=QUAYS)).response
        assert numbers(card) == [1, 2, 3]
        assert set(buttons(card)) == {"Cite"}
        await town.alice.send_dm(QUAYS)
        assert numbers(town.alice.user.dm_channel.last_message) == [1, 2, 3]


# ----------------------------------------------------------------------------------------------- restart


async def test_buttons_from_before_a_restart_still_work(small_office: Office) -> None:
    write_quays(small_office)
    async with small_office.open() as town:
        card: Any = (await town.alice.slash(town.intel, "ask", question=QUAYS)).response
        private: Any = (await town.alice.slash(town.intel, "ask", question=QUAYS, private=True)).response
        none: Any = (await town.alice.slash(town.intel, "ask", question="who won the cricket world cup?")).response
        restarted = small_office.bot()
        await town.env.restart_bot(restarted)
        assert numbers((await town.bob.click(card, label="More passages")).response) == [4, 5, 6]
        cited = await town.bob.click(card, custom_id=buttons(card)["Cite"])
        assert "Intact" in text(cited.response)
        thanked = await town.bob.click(card, custom_id=buttons(card)["👍"])
        assert "Thank you" in text(thanked.response)
        assert (await town.bob.click(card, custom_id=buttons(card)["👎"])).modal is not None
        nearest = await town.bob.click(none, label="Show nearest anyway")
        assert "Nothing here answers it well" in text(nearest.response)
        await town.alice.click(private, label="Share")
        assert "Shared by alice" in text(town.intel.last_message)
        await town.bob.click(card, label="Discuss")
        assert len(town.intel.threads) == 1
        await restarted.close()


@pytest.mark.parametrize("action", ["ab:frobnicate:1", "ab:frobnicate", "ab:more:aaaaaaaa:3", "ab:nearest:aaaaaaaa"])
async def test_a_button_that_is_no_longer_known_gets_a_sentence(small_office: Office, action: str) -> None:
    write_quays(small_office)
    async with small_office.open() as town:
        card: Any = (await town.alice.slash(town.intel, "ask", question=QUAYS)).response
        stored = town.env.backend.get_message(town.intel.id, card.id)
        more = next(part for part in components_of(stored.components) if part.get("label") == "More passages")
        more["custom_id"] = action
        told = await town.alice.click(card, label="More passages")
        said = text(told.followups[0] if told.followups else told.response)
        assert "ask again" in said
        assert "-# id " in said


def components_of(parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Every component below some, as the simulated Discord keeps them."""
    return [inner for part in parts for inner in (part, *components_of(part.get("components", [])))]
