"""Citing: the private menu, keys resolved, passages with what is around them, quotes posted in the channel."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from askbrief import Library
from askbrief.citations.styles import written
from askbrief.records import Style
from bot.access_rules import AccessRule, RuleTarget
from bot.discord_io.markup import inert, length
from tests.bot.conftest import buttons, components, text

if TYPE_CHECKING:
    import simcord

    from askbrief.records import Citation
    from tests.bot.conftest import BotWorkspace, SimulatedServer

RED = "The red door opens at nine and nobody may pass it before."
PAGE = "---\ntitle: Doors of the house\ndate: 2022-07-05\nurl: {url}\n---\n\n{text}\n"
FILLER = " ".join(
    f"The {name} window of the house was mended in spring." for name in ("north", "east", "south", "west")
)


@pytest.fixture
def house(bot_workspace: BotWorkspace) -> BotWorkspace:
    """A workspace with one document, built; its passage on the red door is what is cited."""
    bot_workspace.write("doors.md", PAGE.format(url="https://example.org/doors", text=RED))
    bot_workspace.build()
    return bot_workspace


async def first_key(server: SimulatedServer, question: str = "when does the red door open?") -> str:
    """Ask, and take the key of the best passage."""
    answer = (await server.alice.slash(server.intel, "ask", question=question, top=1)).response
    return buttons(answer)["Cite"].removeprefix("ab:cite:")


async def menu_of(server: SimulatedServer, who: Any = None) -> simcord.ResponseMessage:
    """Ask, and open the menu of the best passage."""
    answer = (await server.alice.slash(server.intel, "ask", question="when does the red door open?", top=1)).response
    assert answer is not None
    opened = await (who or server.bob).click(answer, custom_id=buttons(answer)["Cite"])
    assert opened.ephemeral
    assert opened.response is not None
    return opened.response


async def rebuilt(server: SimulatedServer, workspace: BotWorkspace) -> None:
    """Build as somebody would from the command line, and let the bot notice: it looks at every command."""
    workspace.build()
    await server.alice.slash(server.intel, "status")


async def cited(server: SimulatedServer, key: str, command: str = "cite", **options: Any) -> str:
    result = await server.bob.slash(server.intel, command, key=key, **options)
    assert result.ephemeral
    return text(result.response)


def today(workspace: BotWorkspace, key: str) -> Citation:
    """How the library itself resolves a key."""
    folders = workspace.settings
    with Library.open(folders.index_dir, state=folders.state_dir, encoder=workspace.encoder) as library:
        return library.cite(key)


# --------------------------------------------------------------------------------------------- the states


async def test_a_quote_that_still_stands_is_intact(house: BotWorkspace) -> None:
    async with house.open() as server:
        shown_text = await cited(server, await first_key(server))
        assert shown_text.startswith("**Intact** · the same words are in the same place.")
        assert f"> {RED}" in shown_text
        assert "Doors of the house, 2022-07-05, ¶ 1, characters" in shown_text


async def test_words_that_stand_elsewhere_are_moved_and_it_says_where(house: BotWorkspace) -> None:
    async with house.open() as server:
        key = await first_key(server)
        house.write("doors.md", PAGE.format(url="https://example.org", text=f"{FILLER}\n\n{FILLER}\n\n{RED}"))
        await rebuilt(server, house)
        shown_text = await cited(server, key)
        assert shown_text.startswith("**Moved** · the same words are elsewhere now: doors.md, ¶ 1–3,")
        assert f"> {RED}" in shown_text


async def test_words_that_stand_in_another_document_are_moved(house: BotWorkspace) -> None:
    async with house.open() as server:
        key = await first_key(server)
        (house.settings.seeds_dir / "doors.md").unlink()
        house.write("archive/old.md", RED)
        await rebuilt(server, house)
        assert (await cited(server, key)).startswith("**Moved** · the same words are elsewhere now: archive/old.md,")


async def test_other_words_in_its_place_are_changed_and_both_are_shown(house: BotWorkspace) -> None:
    async with house.open() as server:
        key = await first_key(server)
        house.write("doors.md", PAGE.format(url="https://example.org", text=RED.replace("nine", "eleven")))
        await rebuilt(server, house)
        shown_text = await cited(server, key)
        assert shown_text.startswith("**Changed** · the document has different words there now.")
        assert shown_text.index(f"> {RED}") < shown_text.index("Today it says") < shown_text.index("opens at eleven")


async def test_words_that_no_source_has_any_more_are_gone_and_still_shown(house: BotWorkspace) -> None:
    async with house.open() as server:
        key = await first_key(server)
        (house.settings.seeds_dir / "doors.md").unlink()
        house.write("windows.md", FILLER)
        await rebuilt(server, house)
        shown_text = await cited(server, key)
        assert shown_text.startswith("**Gone** · no source contains these words any more")
        assert f"> {RED}" in shown_text


async def test_a_key_outlives_a_restart(house: BotWorkspace) -> None:
    async with house.open() as server:
        key = await first_key(server)
        await server.env.restart_bot(house.bot())
        assert (await cited(server, key)).startswith("**Intact**")


async def test_a_key_can_be_pasted_as_it_was_written_elsewhere(house: BotWorkspace) -> None:
    async with house.open() as server:
        key = await first_key(server)
        for pasted in (f"[^{key}]", key.upper(), f" `{key}` "):
            assert RED in await cited(server, pasted)
            assert RED in await cited(server, pasted, "passage")


@pytest.mark.parametrize("command", ["cite", "passage"])
@pytest.mark.parametrize("place", ["doors.md ¶ 1", "doors paragraph 1", "Doors of the house, ¶ 1"])
async def test_a_place_is_cited_as_people_say_it(house: BotWorkspace, command: str, place: str) -> None:
    async with house.open() as server:
        assert RED in await cited(server, place, command)


async def test_a_place_that_is_not_there_or_not_for_this_person_is_unknown(house: BotWorkspace) -> None:
    def unknown(place: str) -> str:
        return f'I cannot find the place "{place}".'

    async with house.open() as server:
        for place in ("doors.md ¶ 9", "windows.md ¶ 1"):
            assert unknown(place) in (await cited(server, place)).replace("\\", "")
        server.bot.access.allow(AccessRule(server.guild.id, "un", RuleTarget.CHANNEL, server.intel.id))
        assert unknown("doors.md ¶ 1") in (await cited(server, "doors.md ¶ 1")).replace("\\", "")


@pytest.mark.parametrize("command", ["cite", "passage"])
@pytest.mark.parametrize("key", ["???", "nohyphen", "a-" * 200, "@everyone", "-"])
async def test_what_is_no_key_is_told_so_with_an_example(house: BotWorkspace, command: str, key: str) -> None:
    async with house.open() as server:
        shown_text = await cited(server, key, command)
        assert "is not a citation key; keys look like this: ttp-report-k7f3qa" in shown_text
        assert "@everyone" not in shown_text


@pytest.mark.parametrize("command", ["cite", "passage"])
async def test_a_key_that_was_never_shown_is_told_so(house: BotWorkspace, command: str) -> None:
    async with house.open() as server:
        assert 'No passage has the key "doors-zzzzzz"' in await cited(server, "doors-zzzzzz", command)


# ----------------------------------------------------------------------------------------------- the menu


def copied(message: Any) -> str:
    """What a person copies out of the code block of a menu."""
    block = re.search(r"```\n(.*)\n```\Z", text(message), re.DOTALL)
    assert block
    return block[1]


async def test_the_menu_gives_every_style_exactly_as_the_library_writes_it(house: BotWorkspace) -> None:
    async with house.open() as server:
        menu = await menu_of(server)
        key = buttons(menu)["Read around it"].removeprefix("ab:around:")
        citation = today(house, key)
        assert copied(menu) == written(citation, Style.MARKDOWN)
        for label, style in [("Plain", Style.PLAIN), ("Footnote", Style.FOOTNOTE), ("Markdown", Style.MARKDOWN)]:
            turned = await server.bob.click(menu, label=label)
            assert turned.response is not None
            assert turned.response.id == menu.id
            assert copied(menu) == written(citation, style)


@pytest.mark.parametrize("style", ["markdown", "plain", "footnote"])
async def test_cite_with_a_style_gives_it_to_be_copied(house: BotWorkspace, style: str) -> None:
    async with house.open() as server:
        key = await first_key(server)
        result = await server.bob.slash(server.intel, "cite", key=key, style=style)
        assert result.ephemeral
        assert copied(result.response) == written(today(house, key), Style(style))


async def test_a_quote_with_a_fence_of_its_own_is_given_as_a_file_and_the_file_goes_again(
    bot_workspace: BotWorkspace,
) -> None:
    bot_workspace.write("code.md", "The red door opens with ```open --now``` and with nothing else.\n")
    bot_workspace.build()
    async with bot_workspace.open() as server:
        menu = await menu_of(server)
        key = buttons(menu)["Read around it"].removeprefix("ab:around:")
        citation = today(bot_workspace, key)
        assert copied(menu) == written(citation, Style.MARKDOWN)
        await server.bob.click(menu, label="Plain")
        assert "attached file" in text(menu)
        assert "```" not in text(menu)
        assert (await menu.attachments[0].read()).decode() == written(citation, Style.PLAIN)
        assert menu.attachments[0].filename == f"{key}.md"
        await server.bob.click(menu, label="Footnote")
        assert menu.attachments == []
        assert copied(menu) == written(citation, Style.FOOTNOTE)


@pytest.mark.parametrize(
    ("url", "is_linked"),
    [
        ("https://example.org/doors?a=b#c", True),
        ("http://example.org:8080", True),
        ("https://bücher.example/ä", True),
        ("ftp://example.org/doors", False),
        ("javascript:alert(1)", False),
        ("example.org/doors", False),
        ("https://", False),
        ("https://user:secret@example.org/", False),
        ("https://example.org\\@evil.test/", False),
        (f"https://example.org/{'a' * 600}", False),
    ],
)
async def test_only_web_pages_get_a_button_that_opens_them(
    bot_workspace: BotWorkspace, url: str, *, is_linked: bool
) -> None:
    bot_workspace.write("doors.md", PAGE.format(url=f"'{url}'", text=RED))
    bot_workspace.build()
    async with bot_workspace.open() as server:
        links = [part["url"] for part in components(await menu_of(server)) if part.get("url")]
        assert links == ([url] if is_linked else [])


# ------------------------------------------------------------------------------------------------ posting


async def test_a_quote_is_posted_in_the_channel_as_a_block_with_its_key(house: BotWorkspace) -> None:
    async with house.open() as server:
        menu = await menu_of(server)
        key = buttons(menu)["Read around it"].removeprefix("ab:around:")
        posted = await server.bob.click(menu, label="Post in channel")
        assert posted.ephemeral
        assert text(posted.response) == "Posted."
        message = server.intel.history(viewer=server.alice)[-1]
        assert text(message).startswith(f"> {RED}\n")
        assert f"`{key}`" in text(message)
        assert "cited by bob" in text(message)
        assert not message.mention_everyone
        again = await server.alice.click(message, custom_id=buttons(message)["Cite"])
        assert again.ephemeral
        assert "**Intact**" in text(again.response)


async def test_a_posted_quote_is_the_sources_words_and_nothing_more(bot_workspace: BotWorkspace) -> None:
    """It formats nothing, links nowhere and pings nobody."""
    nasty = "The red **door** opens at nine, @everyone, see [here](https://evil.test) and <@1>."
    bot_workspace.write("doors.txt", nasty)
    bot_workspace.build()
    async with bot_workspace.open() as server:
        await server.bob.click(await menu_of(server), label="Post in channel")
        message = server.intel.history(viewer=server.alice)[-1]
        assert text(message).startswith(f"> {inert(nasty)}\n")
        assert not message.mention_everyone
        assert message.mentions == []


async def test_a_quote_that_not_everybody_may_see_is_not_posted(bot_workspace: BotWorkspace) -> None:
    """A manager may see it in private; the channel may not."""
    bot_workspace.write("secret/doors.md", RED)
    bot_workspace.build()
    async with bot_workspace.open() as server:
        role = server.guild.create_role("Insiders")
        insider = server.guild.add_member(server.env.create_user("ines"), roles=[role])
        server.bot.access.allow(AccessRule(server.guild.id, "secret", RuleTarget.ROLE, role.id))
        answer = (await insider.slash(server.intel, "ask", question="red door", private=True)).response
        assert answer is not None
        menu = (await insider.click(answer, custom_id=buttons(answer)["Cite"])).response
        assert menu is not None
        refused = await insider.click(menu, label="Post in channel")
        assert "may not be shown to everybody in this channel" in text(refused.response)
        assert server.intel.history(viewer=server.alice) == []
        key = buttons(menu)["Read around it"].removeprefix("ab:around:")
        assert "No passage has the key" in await cited(server, key)
        assert await server.bob.autocomplete(server.intel, "cite", "key", "") == []


async def test_without_the_right_to_write_there_the_person_is_told(house: BotWorkspace) -> None:
    async with house.open() as server:
        menu = await menu_of(server)
        server.env.inject_error("POST", "/channels/*/messages", status=403, code=50013)
        refused = await server.bob.click(menu, label="Post in channel")
        assert "I am missing a permission in this channel" in text(refused.response)


async def test_in_direct_messages_there_is_no_channel_to_post_in(house: BotWorkspace) -> None:
    async with house.open() as server:
        await server.alice.send_dm("when does the red door open?")
        answer = server.alice.user.dm_channel.last_message
        menu = (await server.alice.user.click(answer, custom_id=buttons(answer)["Cite"])).response
        assert "Post in channel" not in buttons(menu)
        assert "**Intact**" in text(menu)


# --------------------------------------------------------------------------------------------- neighbours


async def test_a_passage_is_shown_between_its_neighbours_in_small_print(bot_workspace: BotWorkspace) -> None:
    sentences = [f"Sentence number {n} speaks of the {n}th window and of nothing else at all today." for n in range(40)]
    bot_workspace.write("doors.txt", "\n\n".join([*sentences[:20], RED, *sentences[20:]]))
    bot_workspace.build()
    async with bot_workspace.open() as server:
        shown_text = await cited(server, await first_key(server), "passage")
        before, _, after = shown_text.partition(RED)
        assert "-# Sentence number 1" in before
        assert re.search(r"-# Sentence number 2\d", after)
        quoted = [line for line in shown_text.splitlines() if line.startswith("> ")]
        assert f"> {RED}" in quoted
        around = await server.bob.click(await menu_of(server), label="Read around it")
        assert around.ephemeral
        assert text(around.response) == shown_text


async def test_a_passage_that_is_gone_is_shown_as_it_was(house: BotWorkspace) -> None:
    async with house.open() as server:
        key = await first_key(server)
        (house.settings.seeds_dir / "doors.md").unlink()
        house.write("windows.md", FILLER)
        await rebuilt(server, house)
        shown_text = await cited(server, key, "passage")
        assert shown_text.startswith("**Gone**")
        assert RED in shown_text


# --------------------------------------------------------------------------------------------- completing


_PLACES = "Harbour Embassy Airport Bazaar Quarry Valley Bridge Tunnel Market Barracks".split()
_KINDS = "survey report minutes".split()
TITLES = [f"{place} {kind}" for kind in _KINDS for place in _PLACES]


@pytest.fixture
def archive(bot_workspace: BotWorkspace) -> BotWorkspace:
    """Thirty documents, so that there are more keys than choices."""
    for title in TITLES:
        bot_workspace.write(f"{title}.md", f"---\ntitle: {title}\n---\n\nThis is all about the {title}.\n")
    bot_workspace.build()
    return bot_workspace


@pytest.mark.parametrize("command", ["cite", "passage"])
async def test_recent_keys_are_offered_newest_first(archive: BotWorkspace, command: str) -> None:
    async with archive.open(person_per_minute=100) as server:
        assert await server.alice.autocomplete(server.intel, command, "key", "") == []
        keys = [await first_key(server, title) for title in TITLES]
        offered = await server.bob.autocomplete(server.intel, command, "key", "")
        assert [choice["value"] for choice in offered] == keys[::-1][:25]
        assert offered[0]["name"] == f"{keys[-1]} · {TITLES[-1]}"


@pytest.mark.parametrize("typed", ["harb", "HARBOUR SUR", "harbuor", "habour-survey", "harbour survey-abcdef"])
async def test_a_key_is_found_by_a_part_of_it_also_mistyped(archive: BotWorkspace, typed: str) -> None:
    async with archive.open() as server:
        keys = {
            title: await first_key(server, title) for title in ("Harbour survey", "Embassy report", "Valley minutes")
        }
        offered = await server.bob.autocomplete(server.intel, "cite", "key", typed)
        assert offered[0]["value"] == keys["Harbour survey"]


async def test_labels_of_long_titles_are_short_enough_and_a_choice_resolves(bot_workspace: BotWorkspace) -> None:
    bot_workspace.write("long.md", f"---\ntitle: '{'Extraordinarily long title ' * 5}'\n---\n\n{RED}\n")
    bot_workspace.build()
    async with bot_workspace.open() as server:
        await first_key(server)
        (choice,) = await server.bob.autocomplete(server.intel, "cite", "key", "extra")
        assert length(choice["name"]) <= 100
        assert choice["name"].startswith(choice["value"])
        assert RED in await cited(server, choice["value"])
