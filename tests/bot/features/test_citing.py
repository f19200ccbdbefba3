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
    from tests.bot.conftest import Office, Town

RED = "The red door opens at nine and nobody may pass it before."
PAGE = "---\ntitle: Doors of the house\ndate: 2022-07-05\nurl: {url}\n---\n\n{text}\n"
FILLER = " ".join(
    f"The {name} window of the house was mended in spring." for name in ("north", "east", "south", "west")
)


@pytest.fixture
def house(small_office: Office) -> Office:
    """An office with one document, built; its passage on the red door is what is cited."""
    small_office.write("doors.md", PAGE.format(url="https://example.org/doors", text=RED))
    small_office.build()
    return small_office


async def first_key(town: Town, question: str = "when does the red door open?") -> str:
    """Ask, and take the key of the best passage."""
    answer = (await town.alice.slash(town.intel, "ask", question=question, top=1)).response
    return buttons(answer)["Cite"].removeprefix("ab:cite:")


async def menu_of(town: Town, who: Any = None) -> simcord.ResponseMessage:
    """Ask, and open the menu of the best passage."""
    answer = (await town.alice.slash(town.intel, "ask", question="when does the red door open?", top=1)).response
    assert answer is not None
    opened = await (who or town.bob).click(answer, custom_id=buttons(answer)["Cite"])
    assert opened.ephemeral
    assert opened.response is not None
    return opened.response


async def rebuilt(town: Town, office: Office) -> None:
    """Build as somebody would from the command line, and let the bot notice: it looks at every command."""
    office.build()
    await town.alice.slash(town.intel, "status")


async def cited(town: Town, key: str, command: str = "cite", **options: Any) -> str:
    result = await town.bob.slash(town.intel, command, key=key, **options)
    assert result.ephemeral
    return text(result.response)


def today(office: Office, key: str) -> Citation:
    """How the library itself resolves a key."""
    folders = office.settings
    with Library.open(folders.index_dir, state=folders.state_dir, encoder=office.encoder) as library:
        return library.cite(key)


# --------------------------------------------------------------------------------------------- the states


async def test_a_quote_that_still_stands_is_intact(house: Office) -> None:
    async with house.open() as town:
        said = await cited(town, await first_key(town))
        assert said.startswith("**Intact** · the same words stand at the same place.")
        assert f"> {RED}" in said
        assert "Doors of the house, 2022-07-05, ¶ 1, characters" in said


async def test_words_that_stand_elsewhere_are_moved_and_it_says_where(house: Office) -> None:
    async with house.open() as town:
        key = await first_key(town)
        house.write("doors.md", PAGE.format(url="https://example.org", text=f"{FILLER}\n\n{FILLER}\n\n{RED}"))
        await rebuilt(town, house)
        said = await cited(town, key)
        assert said.startswith("**Moved** · the same words stand elsewhere now: doors.md, ¶ 1–3,")
        assert f"> {RED}" in said


async def test_words_that_stand_in_another_document_are_moved(house: Office) -> None:
    async with house.open() as town:
        key = await first_key(town)
        (house.settings.seeds_dir / "doors.md").unlink()
        house.write("archive/old.md", RED)
        await rebuilt(town, house)
        assert (await cited(town, key)).startswith("**Moved** · the same words stand elsewhere now: archive/old.md,")


async def test_other_words_in_its_place_are_changed_and_both_are_shown(house: Office) -> None:
    async with house.open() as town:
        key = await first_key(town)
        house.write("doors.md", PAGE.format(url="https://example.org", text=RED.replace("nine", "eleven")))
        await rebuilt(town, house)
        said = await cited(town, key)
        assert said.startswith("**Changed** · the document has other words there now.")
        assert said.index(f"> {RED}") < said.index("Today it says") < said.index("opens at eleven")


async def test_words_that_no_source_has_any_more_are_gone_and_still_shown(house: Office) -> None:
    async with house.open() as town:
        key = await first_key(town)
        (house.settings.seeds_dir / "doors.md").unlink()
        house.write("windows.md", FILLER)
        await rebuilt(town, house)
        said = await cited(town, key)
        assert said.startswith("**Gone** · no source has these words any more")
        assert f"> {RED}" in said


async def test_a_key_outlives_a_restart(house: Office) -> None:
    async with house.open() as town:
        key = await first_key(town)
        await town.env.restart_bot(house.bot())
        assert (await cited(town, key)).startswith("**Intact**")


async def test_a_key_can_be_pasted_as_it_was_written_elsewhere(house: Office) -> None:
    async with house.open() as town:
        key = await first_key(town)
        for pasted in (f"[^{key}]", key.upper(), f" `{key}` "):
            assert RED in await cited(town, pasted)
            assert RED in await cited(town, pasted, "passage")


@pytest.mark.parametrize("command", ["cite", "passage"])
@pytest.mark.parametrize("place", ["doors.md ¶ 1", "doors paragraph 1", "Doors of the house, ¶ 1"])
async def test_a_place_is_cited_as_people_say_it(house: Office, command: str, place: str) -> None:
    async with house.open() as town:
        assert RED in await cited(town, place, command)


async def test_a_place_that_is_not_there_or_not_for_this_person_is_unknown(house: Office) -> None:
    def unknown(place: str) -> str:
        return f'I find no such place: "{place}".'

    async with house.open() as town:
        for place in ("doors.md ¶ 9", "windows.md ¶ 1"):
            assert unknown(place) in (await cited(town, place)).replace("\\", "")
        town.bot.access.allow(AccessRule(town.guild.id, "un", RuleTarget.CHANNEL, town.intel.id))
        assert unknown("doors.md ¶ 1") in (await cited(town, "doors.md ¶ 1")).replace("\\", "")


@pytest.mark.parametrize("command", ["cite", "passage"])
@pytest.mark.parametrize("key", ["???", "nohyphen", "a-" * 200, "@everyone", "-"])
async def test_what_is_no_key_is_told_so_with_an_example(house: Office, command: str, key: str) -> None:
    async with house.open() as town:
        said = await cited(town, key, command)
        assert "is not a citation key; keys look like this: ttp-report-k7f3qa" in said
        assert "@everyone" not in said


@pytest.mark.parametrize("command", ["cite", "passage"])
async def test_a_key_that_was_never_shown_is_told_so(house: Office, command: str) -> None:
    async with house.open() as town:
        assert 'No passage is known by the key "doors-zzzzzz"' in await cited(town, "doors-zzzzzz", command)


# ----------------------------------------------------------------------------------------------- the menu


def copied(message: Any) -> str:
    """What a person copies out of the code block of a menu."""
    block = re.search(r"```\n(.*)\n```\Z", text(message), re.DOTALL)
    assert block
    return block[1]


async def test_the_menu_gives_every_style_exactly_as_the_library_writes_it(house: Office) -> None:
    async with house.open() as town:
        menu = await menu_of(town)
        key = buttons(menu)["Read around it"].removeprefix("ab:around:")
        citation = today(house, key)
        assert copied(menu) == written(citation, Style.MARKDOWN)
        for label, style in [("Plain", Style.PLAIN), ("Footnote", Style.FOOTNOTE), ("Markdown", Style.MARKDOWN)]:
            turned = await town.bob.click(menu, label=label)
            assert turned.response is not None
            assert turned.response.id == menu.id
            assert copied(menu) == written(citation, style)


@pytest.mark.parametrize("style", ["markdown", "plain", "footnote"])
async def test_cite_with_a_style_gives_it_to_be_copied(house: Office, style: str) -> None:
    async with house.open() as town:
        key = await first_key(town)
        result = await town.bob.slash(town.intel, "cite", key=key, style=style)
        assert result.ephemeral
        assert copied(result.response) == written(today(house, key), Style(style))


async def test_a_quote_with_a_fence_of_its_own_is_given_as_a_file_and_the_file_goes_again(small_office: Office) -> None:
    small_office.write("code.md", "The red door opens with ```open --now``` and with nothing else.\n")
    small_office.build()
    async with small_office.open() as town:
        menu = await menu_of(town)
        key = buttons(menu)["Read around it"].removeprefix("ab:around:")
        citation = today(small_office, key)
        assert copied(menu) == written(citation, Style.MARKDOWN)
        await town.bob.click(menu, label="Plain")
        assert "attached file" in text(menu)
        assert "```" not in text(menu)
        assert (await menu.attachments[0].read()).decode() == written(citation, Style.PLAIN)
        assert menu.attachments[0].filename == f"{key}.md"
        await town.bob.click(menu, label="Footnote")
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
async def test_only_web_pages_get_a_button_that_opens_them(small_office: Office, url: str, *, is_linked: bool) -> None:
    small_office.write("doors.md", PAGE.format(url=f"'{url}'", text=RED))
    small_office.build()
    async with small_office.open() as town:
        links = [part["url"] for part in components(await menu_of(town)) if part.get("url")]
        assert links == ([url] if is_linked else [])


# ------------------------------------------------------------------------------------------------ posting


async def test_a_quote_is_posted_in_the_channel_as_a_block_with_its_key(house: Office) -> None:
    async with house.open() as town:
        menu = await menu_of(town)
        key = buttons(menu)["Read around it"].removeprefix("ab:around:")
        posted = await town.bob.click(menu, label="Post in channel")
        assert posted.ephemeral
        assert text(posted.response) == "Posted."
        message = town.intel.history(viewer=town.alice)[-1]
        assert text(message).startswith(f"> {RED}\n")
        assert f"`{key}`" in text(message)
        assert "cited by bob" in text(message)
        assert not message.mention_everyone
        again = await town.alice.click(message, custom_id=buttons(message)["Cite"])
        assert again.ephemeral
        assert "**Intact**" in text(again.response)


async def test_a_posted_quote_is_the_sources_words_and_nothing_more(small_office: Office) -> None:
    """It formats nothing, links nowhere and pings nobody."""
    nasty = "The red **door** opens at nine, @everyone, see [here](https://evil.test) and <@1>."
    small_office.write("doors.txt", nasty)
    small_office.build()
    async with small_office.open() as town:
        await town.bob.click(await menu_of(town), label="Post in channel")
        message = town.intel.history(viewer=town.alice)[-1]
        assert text(message).startswith(f"> {inert(nasty)}\n")
        assert not message.mention_everyone
        assert message.mentions == []


async def test_a_quote_that_not_everybody_may_see_is_not_posted(small_office: Office) -> None:
    """A manager may see it in private; the channel may not."""
    small_office.write("secret/doors.md", RED)
    small_office.build()
    async with small_office.open() as town:
        role = town.guild.create_role("Insiders")
        insider = town.guild.add_member(town.env.create_user("ines"), roles=[role])
        town.bot.access.allow(AccessRule(town.guild.id, "secret", RuleTarget.ROLE, role.id))
        answer = (await insider.slash(town.intel, "ask", question="red door", private=True)).response
        assert answer is not None
        menu = (await insider.click(answer, custom_id=buttons(answer)["Cite"])).response
        assert menu is not None
        refused = await insider.click(menu, label="Post in channel")
        assert "may not be shown to everybody in this channel" in text(refused.response)
        assert town.intel.history(viewer=town.alice) == []
        key = buttons(menu)["Read around it"].removeprefix("ab:around:")
        assert "No passage is known" in await cited(town, key)
        assert await town.bob.autocomplete(town.intel, "cite", "key", "") == []


async def test_without_the_right_to_write_there_the_person_is_told(house: Office) -> None:
    async with house.open() as town:
        menu = await menu_of(town)
        town.env.inject_error("POST", "/channels/*/messages", status=403, code=50013)
        refused = await town.bob.click(menu, label="Post in channel")
        assert "I lack a permission in this channel" in text(refused.response)


async def test_in_direct_messages_there_is_no_channel_to_post_in(house: Office) -> None:
    async with house.open() as town:
        await town.alice.send_dm("when does the red door open?")
        answer = town.alice.user.dm_channel.last_message
        menu = (await town.alice.user.click(answer, custom_id=buttons(answer)["Cite"])).response
        assert "Post in channel" not in buttons(menu)
        assert "**Intact**" in text(menu)


# --------------------------------------------------------------------------------------------- neighbours


async def test_a_passage_is_shown_between_its_neighbours_in_small_print(small_office: Office) -> None:
    sentences = [f"Sentence number {n} speaks of the {n}th window and of nothing else at all today." for n in range(40)]
    small_office.write("doors.txt", "\n\n".join([*sentences[:20], RED, *sentences[20:]]))
    small_office.build()
    async with small_office.open() as town:
        said = await cited(town, await first_key(town), "passage")
        before, _, after = said.partition(RED)
        assert "-# Sentence number 1" in before
        assert re.search(r"-# Sentence number 2\d", after)
        quoted = [line for line in said.splitlines() if line.startswith("> ")]
        assert f"> {RED}" in quoted
        around = await town.bob.click(await menu_of(town), label="Read around it")
        assert around.ephemeral
        assert text(around.response) == said


async def test_a_passage_that_is_gone_is_shown_as_it_was(house: Office) -> None:
    async with house.open() as town:
        key = await first_key(town)
        (house.settings.seeds_dir / "doors.md").unlink()
        house.write("windows.md", FILLER)
        await rebuilt(town, house)
        said = await cited(town, key, "passage")
        assert said.startswith("**Gone**")
        assert RED in said


# --------------------------------------------------------------------------------------------- completing


_PLACES = "Harbour Embassy Airport Bazaar Quarry Valley Bridge Tunnel Market Barracks".split()
_KINDS = "survey report minutes".split()
TITLES = [f"{place} {kind}" for kind in _KINDS for place in _PLACES]


@pytest.fixture
def archive(small_office: Office) -> Office:
    """Thirty documents, so that there are more keys than choices."""
    for title in TITLES:
        small_office.write(f"{title}.md", f"---\ntitle: {title}\n---\n\nThis is all about the {title}.\n")
    small_office.build()
    return small_office


@pytest.mark.parametrize("command", ["cite", "passage"])
async def test_recent_keys_are_offered_newest_first(archive: Office, command: str) -> None:
    async with archive.open(person_per_minute=100) as town:
        assert await town.alice.autocomplete(town.intel, command, "key", "") == []
        keys = [await first_key(town, title) for title in TITLES]
        offered = await town.bob.autocomplete(town.intel, command, "key", "")
        assert [choice["value"] for choice in offered] == keys[::-1][:25]
        assert offered[0]["name"] == f"{keys[-1]} · {TITLES[-1]}"


@pytest.mark.parametrize("typed", ["harb", "HARBOUR SUR", "harbuor", "habour-survey", "harbour survey-abcdef"])
async def test_a_key_is_found_by_a_part_of_it_also_mistyped(archive: Office, typed: str) -> None:
    async with archive.open() as town:
        keys = {title: await first_key(town, title) for title in ("Harbour survey", "Embassy report", "Valley minutes")}
        offered = await town.bob.autocomplete(town.intel, "cite", "key", typed)
        assert offered[0]["value"] == keys["Harbour survey"]


async def test_labels_of_long_titles_are_short_enough_and_a_choice_resolves(small_office: Office) -> None:
    small_office.write("long.md", f"---\ntitle: '{'Extraordinarily long title ' * 5}'\n---\n\n{RED}\n")
    small_office.build()
    async with small_office.open() as town:
        await first_key(town)
        (choice,) = await town.bob.autocomplete(town.intel, "cite", "key", "extra")
        assert length(choice["name"]) <= 100
        assert choice["name"].startswith(choice["value"])
        assert RED in await cited(town, choice["value"])
