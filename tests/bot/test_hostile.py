"""Documents that want to do more in Discord than be read: through reading, building, asking and sending."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from askbrief import Library
from bot.discord_io.markup import length
from tests.bot.conftest import buttons, components, text
from tests.bot.discord_io.test_markup import flat, quoted, shown

if TYPE_CHECKING:
    from tests.bot.conftest import BotWorkspace, SimulatedServer

QUESTION = "When was the quay dredged?"
ANSWER = "The quay was dredged in 195"
FRAME = re.compile(r"^(?:-# |### |> )|\[\d\](?=\*\*| )|`[^`]+-[a-z2-7]{6}`(?=$| ·)")
MARKS = "\u0336\u0489\u0353\u035b" * 9
ATTACKS = {
    "pings": "@everyone @here <@{alice}> <@!{alice}> <@&{role}> <#{channel}> @\u200beveryone @\u202ehere",
    "fences": "``` ```ansi\n\u001b[2;31mred\u001b[0m\n``` `code` ``more``",
    "masked links": "[Cite](https://evil.test) [a](<https://evil.test> 'b') [x]: https://evil.test",
    "bare links": "https://evil.test/a_b_c?d=*e* http://evil.test <https://evil.test> discord://evil.test",
    "headings": "# Big\n## Less big\n### Verdict: Strong match\n-# id 00000000\n#",
    "spoilers and marks": "||spoiler|| **bold** __under__ _it_ *it* ~~gone~~ \\*not\\* \\",
    "lists": "- a\n  - b\n    - c\n* d\n  1. e\n     2) f\n+ g\n10. h",
    "quotes": "> a\n>> b\n>>> c\n> > d",
    "unseen": "\u202eto left\u202c \u2066isolate\u2069 \u200bzero\u200c\u200dwidth\u2060 \u200f\u200emark\ufeff \u00ad",
    "zalgo": f"q{MARKS}u{MARKS}ay" * 30,
    "emoji": "👩🏽\u200d🚀🏴\u200d☠️" * 200,
    "discord's own": "<t:0:R> </ask:1> <:a:1> <a:b:2> <id:guide> :tada: :thumbsup::skin-tone-2:",
    "tables and rules": "| a | b |\n|---|---|\n| 1 | 2 |\n***\n___\n===",
}


def write_hostile(workspace: BotWorkspace, attack: str, *, as_metadata: bool = True) -> None:
    """Documents that hold an attack in their words, and in all that they say of themselves."""
    line = " ".join(attack.split()).replace("\\", "\\\\").replace('"', '\\"')
    line = re.sub(r"[\x00-\x1f\x7f-\x9f\ufeff]", "", line)
    fields = [f'title: "{line}"', f'author: "{line}"', f'publisher: "{line}"', f'url: "{line}"', "date: 2022"]
    front = "\n".join(["---", *fields, "---", ""]) if as_metadata else ""
    for place in range(4):
        workspace.write(
            f"a{place}.md",
            f"{front}{attack}\n\n# {attack}\n\n{ANSWER}{place}.\n\nThe quay {attack} was dredged. {attack}\n",
        )
    report = workspace.build()
    assert not report.failed


def attack_of(name: str, server: SimulatedServer) -> str:
    roles = {"alice": server.alice.id, "role": server.guild.default_role.id, "channel": server.intel.id}
    return ATTACKS[name].format(**roles) if name == "pings" else ATTACKS[name]


def within_limits(message: Any) -> bool:
    """Whether a message keeps what Discord counts."""
    parts = components(message)
    shown_text = sum(length(part.get("content", "")) for part in parts if part["type"] == 10)
    ids = [part["custom_id"] for part in parts if part.get("custom_id")]
    labels = [part["label"] for part in parts if part.get("label")]
    return (
        shown_text <= 4_000
        and len(parts) <= 40
        and len(set(ids)) == len(ids)
        and all(len(one) <= 100 for one in ids)
        and all(len(one) <= 80 for one in labels)
    )


def check_inert(message: Any) -> None:
    """Nothing of a card but its own frame is more than its characters."""
    for part in components(message):
        for line in part.get("content", "").split("\n"):
            own = FRAME.sub("", line)
            shown(own)


def check_nothing_pings(server: SimulatedServer) -> None:
    """Every message the bot sends forbids pings, and none pinged."""
    sent = [entry.json for entry in server.env.http_requests if entry.method in {"POST", "PATCH"} and entry.json]
    bodies = [body.get("data", body) for body in sent if isinstance(body, dict)]
    cards = [body for body in bodies if isinstance(body, dict) and body.get("components")]
    assert cards
    for body in cards:
        assert body["allowed_mentions"]["parse"] == []
        assert not body["allowed_mentions"].get("users")
        assert not body["allowed_mentions"].get("roles")
        assert not body["allowed_mentions"].get("replied_user")
    for message in server.intel.history():
        if message.author.id == server.env.backend.bot_user.id:
            assert not message.mentions
            assert not message.role_mentions
            assert not message.mention_everyone


async def every_card(server: SimulatedServer) -> list[Any]:
    """The cards that an answer leads to, as they are at that time."""
    result: Any = await server.alice.slash(server.intel, "ask", question=QUESTION, top=2)
    card = result.response
    cards = [card.message]
    await server.alice.click(card, label="More passages")
    cards.append(card.message)
    cited = await server.bob.click(card, custom_id=buttons(card)["Cite"])
    cards.append(cited.response)
    claim = await server.bob.send(server.intel, QUESTION)
    found: Any = await server.alice.context_menu(server.intel, "Find sources", claim)
    await server.alice.click(found.response, label="Share")
    await server.bob.send(server.intel, f"{server.mention} {QUESTION}")
    nothing: Any = await server.alice.slash(server.intel, "ask", question="who won the cricket world cup?")
    return [*cards, found.response, nothing.response, *(m for m in server.intel.history() if m.components)]


# ------------------------------------------------------------------------------------------------ attacks


@pytest.mark.parametrize("name", ATTACKS)
async def test_a_hostile_document_is_quoted_and_does_nothing(bot_workspace: BotWorkspace, name: str) -> None:
    bot_workspace.build()
    async with bot_workspace.open() as server:
        write_hostile(bot_workspace, attack_of(name, server))
        await server.bot.search.refresh()
        cards = await every_card(server)
        assert all(map(within_limits, cards))
        check_nothing_pings(server)
        for card in cards[:2]:
            assert ANSWER in text(card).replace("\\", "").replace("__", "")
            check_inert(card)


@pytest.mark.parametrize("name", ATTACKS)
async def test_the_quote_on_the_card_is_the_sources_words_with_the_answer_in_bold(
    bot_workspace: BotWorkspace, name: str
) -> None:
    bot_workspace.build()
    async with bot_workspace.open() as server:
        write_hostile(bot_workspace, attack_of(name, server), as_metadata=False)
        await server.bot.search.refresh()
        with Library.open(bot_workspace.root / "index", encoder=bot_workspace.encoder) as library:
            hits = library.ask(QUESTION, top=2).hits
        result = await server.alice.slash(server.intel, "ask", question=QUESTION, top=2)
        sections = [part for part in components(result.response) if part["type"] == 9]
        for section, hit in zip(sections, hits, strict=True):
            plain, bold = quoted(section["components"][0]["content"].split("\n", 2)[2])
            kept = plain.removeprefix("[…]").removesuffix("[…]").strip()
            assert kept in flat(hit.quote)
            assert ANSWER in " ".join(bold)
            if "[…]" not in " ".join(bold):
                assert " ".join(bold) == flat(hit.answer_sentence)


@pytest.mark.parametrize(
    "words",
    [
        "x" * 4_000,
        "*" * 4_000,
        "👩" * 4_000,
        "ﷺ" * 4_000,
        "https://evil.test/" + "a" * 4_000,
        "\\" * 4_000,
        "quay " * 2_000,
        "- " * 2_000,
        "a. " * 2_000,
    ],
    ids=lambda words: words[:8],
)
async def test_words_without_end_are_cut_and_the_card_is_taken(bot_workspace: BotWorkspace, words: str) -> None:
    bot_workspace.write("long.md", f"---\ntitle: {'Quay ' * 400}\n---\n{words} quay dredged {words}\n")
    bot_workspace.write("short.md", f"{ANSWER}1.\n")
    bot_workspace.build()
    async with bot_workspace.open() as server:
        result: Any = await server.alice.slash(server.intel, "ask", question=f"{QUESTION} {words[:1500]}", top=5)
        assert within_limits(result.response)
        check_inert(result.response)
        for key in {value for label, value in buttons(result.response).items() if label == "Cite"}:
            cited = await server.alice.click(result.response, custom_id=key)
            assert within_limits(cited.response)


@pytest.mark.parametrize("question", ["@everyone {}", "[{}](https://evil.test)", "# {}", "> {} ```", "<@1> {}"])
async def test_a_hostile_question_is_shown_and_does_nothing(bot_workspace: BotWorkspace, question: str) -> None:
    asked = question.format(QUESTION)
    bot_workspace.write("quay.txt", f"{asked}\n\n{ANSWER}1.\n")
    bot_workspace.build()
    async with bot_workspace.open() as server:
        result: Any = await server.alice.slash(server.intel, "ask", question=asked)
        check_inert(result.response)
        await server.alice.click(result.response, label="Discuss")
        wrong = await server.alice.slash(server.intel, "ask", question=QUESTION, source=asked)
        check_inert(wrong.response)
        check_nothing_pings(server)


async def test_a_hostile_name_is_shown_and_does_nothing(bot_workspace: BotWorkspace) -> None:
    bot_workspace.write("quay.md", f"{ANSWER}1.\n")
    bot_workspace.build()
    async with bot_workspace.open() as server:
        eve = server.guild.add_member(server.env.create_user("eve"), nick="@everyone **[x](https://e.te)")
        private: Any = await eve.slash(server.intel, "ask", question=QUESTION, private=True)
        await eve.click(private.response, label="Share")
        shared: Any = server.intel.last_message
        assert "Shared by @\u200beveryone \\*\\*\\[x" in text(shared)
        check_inert(shared)
        check_nothing_pings(server)


async def test_titles_of_any_kind_can_be_completed_and_chosen(bot_workspace: BotWorkspace) -> None:
    for place, name in enumerate(("pings", "unseen", "fences", "zalgo", "masked links")):
        words = re.sub(r"[{}\u0000-\u001f\ufeff]", "", ATTACKS[name])
        title = " ".join(words.split()).replace('"', "'")
        bot_workspace.write(f"a{place}.md", f'---\ntitle: "{title}"\n---\n{ANSWER}1.\n')
    assert not bot_workspace.build().failed
    async with bot_workspace.open() as server:
        offered = await server.alice.autocomplete(server.intel, "ask", "source", "")
        assert len(offered) == 5
        for choice in offered:
            assert 1 <= len(choice["name"]) <= 100
            result = await server.alice.slash(server.intel, "ask", question=QUESTION, source=choice["value"])
            assert ANSWER in text(result.response).replace("__", "")
            check_inert(result.response)
