"""Browsing: what is indexed, how fresh it is, and help."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from askbrief.records import Changes, Metadata, Source
from askbrief.service.scoping import Coverage
from bot.access_rules import AccessRule, RuleTarget
from bot.discord_io import language
from bot.discord_io.markup import length
from bot.features import access, browsing
from tests.bot.conftest import buttons, text
from tests.conftest import SEED

if TYPE_CHECKING:
    import simcord

    from tests.bot.conftest import BotWorkspace, SimulatedServer

WORDS = language.load()
NOW = dt.datetime(2024, 5, 17, 12, tzinfo=dt.UTC)


@pytest.fixture
def many_documents(bot_workspace: BotWorkspace) -> BotWorkspace:
    """35 dated documents: 20 in un/2022, 12 in news, 3 in no collection."""
    for number in range(35):
        folder = "un/2022/" if number < 20 else "news/" if number < 32 else ""
        about = f"title: Report {number:02}\ndate: 2022-07-{number % 28 + 1:02}\npublisher: Desk"
        bot_workspace.write(f"{folder}report-{number:02}.md", f"---\n{about}\n---\n\nText {number}.\n")
    bot_workspace.build()
    return bot_workspace


async def run_command(
    server: SimulatedServer, command: str, who: Any = None, **options: Any
) -> simcord.ResponseMessage:
    result = await (who or server.alice).slash(server.intel, command, **options)
    assert result.ephemeral
    assert result.response is not None
    return result.response


def listed_titles(message: Any) -> list[str]:
    """The titles on a page."""
    return re.findall(r"\*\*(Report \d\d)\*\*", text(message))


# ----------------------------------------------------------------------------------------------- sources


async def test_sources_are_listed_with_dates_collections_and_sizes(many_documents: BotWorkspace) -> None:
    async with many_documents.open() as server:
        shown_text = text(await run_command(server, "sources"))
        assert shown_text.startswith("### Sources\n-# 35 documents, 35 passages · 1 to 10\n")
        assert "**Report 20**\n-# Desk · 2022-07-21 · news/report-20.md · 1 passage" in shown_text


async def test_all_documents_can_be_paged_through_there_and_back(many_documents: BotWorkspace) -> None:
    async with many_documents.open() as server:
        message = await run_command(server, "sources")
        pages = [listed_titles(message)]
        while "Later" in buttons(message):
            turned = await server.alice.click(message, label="Later")
            assert turned.response is not None
            assert turned.response.id == message.id  # in place
            pages.append(listed_titles(message))
        assert [len(page) for page in pages] == [10, 10, 10, 5]
        assert sorted(title for page in pages for title in page) == [f"Report {number:02}" for number in range(35)]
        assert "31 to 35" in text(message)
        while "Earlier" in buttons(message):
            await server.alice.click(message, label="Earlier")
            pages.pop()
            assert listed_titles(message) == pages[-1]
        assert len(pages) == 1


@pytest.mark.parametrize(("collection", "count"), [("news", 12), ("un", 20), ("un/2022", 20), (" NEWS ", 12)])
async def test_one_collection_is_listed_with_those_below_it(
    many_documents: BotWorkspace, collection: str, count: int
) -> None:
    async with many_documents.open() as server:
        message = await run_command(server, "sources", collection=collection)
        assert f"{count} documents" in text(message)
        first = listed_titles(message)
        await server.alice.click(message, label="Later")
        assert len(first) + len(listed_titles(message)) == min(count, 20)
        assert f"{count} documents" in text(message)  # the filter stays


@pytest.mark.parametrize("collection", ["nowhere", "new", "un/2023", "", "x" * 300])
async def test_an_unknown_collection_is_told_so(many_documents: BotWorkspace, collection: str) -> None:
    async with many_documents.open() as server:
        assert "There is no collection" in text(await run_command(server, "sources", collection=collection))


async def test_collections_are_offered_as_they_are_typed(many_documents: BotWorkspace) -> None:
    async with many_documents.open() as server:
        offered = await server.alice.autocomplete(server.intel, "sources", "collection", "")
        assert [choice["value"] for choice in offered] == ["news", "un", "un/2022"]
        offered = await server.alice.autocomplete(server.intel, "sources", "collection", "nwes")
        assert offered[0]["value"] == "news"


async def test_a_collection_that_is_gone_since_is_told_so_when_its_page_is_turned(many_documents: BotWorkspace) -> None:
    async with many_documents.open() as server:
        message = await run_command(server, "sources", collection="news")
        for path in (many_documents.settings.seeds_dir / "news").iterdir():
            path.unlink()
        many_documents.build()
        await run_command(server, "status")
        turned = await server.alice.click(message, label="Later")
        assert "ask again" in text(turned.followups[0] if turned.followups else turned.response)


async def test_pages_turn_after_a_restart(many_documents: BotWorkspace) -> None:
    async with many_documents.open() as server:
        message = await run_command(server, "sources")
        await server.env.restart_bot(many_documents.bot())
        await server.alice.click(message, label="Later")
        assert "11 to 20" in text(message)


async def test_only_what_a_person_may_see_is_listed_counted_and_offered(many_documents: BotWorkspace) -> None:
    async with many_documents.open() as server:
        server.bot.access.allow(AccessRule(server.guild.id, "news", RuleTarget.CHANNEL, server.intel.id))
        shown_text = text(await run_command(server, "sources"))
        assert "12 documents" in shown_text
        assert "un/2022" not in shown_text
        assert "There is no collection" in text(await run_command(server, "sources", collection="un"))
        offered = await server.alice.autocomplete(server.intel, "sources", "collection", "")
        assert [choice["value"] for choice in offered] == ["news"]
        assert "12 documents, 12 passages" in text(await run_command(server, "status"))
        elsewhere = await server.alice.slash(server.lounge, "sources")
        assert "There is nothing here that you may search" in text(elsewhere.response)


async def test_without_documents_it_says_so(bot_workspace: BotWorkspace) -> None:
    bot_workspace.build()
    async with bot_workspace.open() as server:
        assert "nothing here that you may search" in text(await run_command(server, "sources"))
        assert "0 documents" in text(await run_command(server, "status"))


# ------------------------------------------------------------------------------------------------ status


async def test_status_says_generation_model_and_age(seed_workspace: BotWorkspace) -> None:
    """With the real seed and model."""
    async with seed_workspace.open() as server:
        status = server.bot.search.status
        shown_text = text(await run_command(server, "status"))
        assert f"Generation `{status.generation}`, built " in shown_text
        assert " ago." in shown_text
        assert f"Model: {status.model}".replace("_", "\\_") in shown_text
        assert "You may search 1 document, " in shown_text
        assert "up to date with the files" in shown_text
        (seed_workspace.settings.seeds_dir / SEED).unlink()
        assert f"**Removed** (1)\n- {SEED}".replace("_", "\\_") in text(await run_command(server, "status"))


async def test_status_names_each_file_that_changed_and_is_fresh_again_after_a_build(
    many_documents: BotWorkspace,
) -> None:
    async with many_documents.open() as server:
        before = server.bot.search.status.generation
        assert "up to date" in text(await run_command(server, "status"))
        seeds = many_documents.settings.seeds_dir
        many_documents.write("news/new.md", "Something new.")
        many_documents.write("news/report-21.md", "Something else.")
        many_documents.write("un/2022/report-00.md", "And this.")
        (seeds / "report-34.md").unlink()
        shown_text = text(await run_command(server, "status"))
        assert "Files have changed since" in shown_text
        assert "**Added** (1)\n- news/new.md" in shown_text
        assert "**Changed** (2)\n- news/report-21.md\n- un/2022/report-00.md" in shown_text
        assert "**Removed** (1)\n- report-34.md" in shown_text
        many_documents.build()
        await run_command(server, "status")  # it looks at every command, and switches behind it
        shown_text = text(await run_command(server, "status"))
        assert "up to date" in shown_text
        assert before not in shown_text
        assert server.bot.search.status.generation in shown_text


async def test_status_names_only_files_that_a_person_may_see(many_documents: BotWorkspace) -> None:
    async with many_documents.open() as server:
        server.bot.access.allow(AccessRule(server.guild.id, "news", RuleTarget.CHANNEL, server.intel.id))
        many_documents.write("un/secret.md", "Secret.")
        shown_text = text(await run_command(server, "status"))
        assert "secret" not in shown_text
        assert "up to date" in shown_text
        many_documents.write("news/open.md", "Open.")
        assert "- news/open.md" in text(await run_command(server, "status"))


async def test_status_of_very_many_changed_files_counts_them_all(many_documents: BotWorkspace) -> None:
    async with many_documents.open() as server:
        for number in range(40):
            many_documents.write(f"{'_' * 80}{number:02}.txt", f"{number}")
        message = await run_command(server, "status")
        shown_text = text(message)
        shown = shown_text.count("\n- ") - 1
        assert "**Added** (40)" in shown_text
        assert f"- and {40 - shown} more" in shown_text
        assert shown >= 10
        assert length(shown_text) <= 4_000


# -------------------------------------------------------------------------------------------------- help


async def test_help_shows_the_commands_and_more_to_managers(bot_workspace: BotWorkspace) -> None:
    bot_workspace.build()
    async with bot_workspace.open() as server:
        shown_text = text(await run_command(server, "help"))
        for command in ("/ask", "/cite", "/passage", "/sources", "/status", "Find sources", "Discuss", "👍"):
            assert command in shown_text
        assert "/index" not in shown_text
        managers = text(await run_command(server, "help", server.mara))
        for command in ("/index rebuild", "/index add", "/index remove", "/access"):
            assert command in managers


async def test_browsing_works_in_direct_messages(many_documents: BotWorkspace) -> None:
    async with many_documents.open() as server:
        await server.alice.send_dm("report")
        for command, expected in [("sources", "35 documents"), ("status", "Generation"), ("help", "/ask")]:
            result = await server.alice.user.slash(command)
            assert expected in text(result.response)


# ------------------------------------------------------------------------------------------- any listing

_PIECES = st.text(
    st.one_of(st.sampled_from("*_`~|[]()<>#\\\n- .@:/😀\u202e\u200b\u0301"), st.characters(codec="utf-8")), max_size=12
)
_NAMES = st.builds(lambda piece, times: piece * times, _PIECES, st.sampled_from([1, 1, 5, 80, 400]))
_SOURCES = st.builds(
    lambda path, title, who: Source(
        path, title, path.rpartition("/")[0], Metadata(author=(who,), publisher=title, date="2022-07"), 3, 9, "", path
    ),
    _NAMES,
    _NAMES,
    _NAMES,
)
_PATHS = st.builds(lambda paths, times: tuple(paths * times), st.lists(_NAMES, max_size=3), st.sampled_from([1, 8, 99]))
_RULES = st.builds(
    AccessRule, st.just(1), _NAMES | st.sampled_from(["*", ""]), st.sampled_from(RuleTarget), st.integers(1, 2**63)
)
_LOCALES = st.sampled_from(sorted(WORDS))


@settings(derandomize=True, deadline=None, max_examples=100)
@given(some=st.lists(_SOURCES, max_size=4), times=st.integers(1, 9), first=st.integers(-5, 99), locale=_LOCALES)
def test_any_sources_fit_into_a_message(some: list[Source], times: int, first: int, locale: str) -> None:
    for collection in (None, "x" * 500):
        card = browsing.sources_card(some * times, first, collection, WORDS[locale])
        assert card.fits


@settings(derandomize=True, deadline=None, max_examples=100)
@given(added=_PATHS, changed=_PATHS, removed=_PATHS, model=_NAMES, locale=_LOCALES)
def test_any_status_fits_into_a_message(
    added: tuple[str, ...], changed: tuple[str, ...], removed: tuple[str, ...], model: str, locale: str
) -> None:
    coverage = Coverage(10**9, 10**9, (), (), None, NOW - dt.timedelta(days=9_999))
    standing = browsing.IndexState("000001-adeb52c3", model, coverage, Changes(added, changed, removed), building=True)
    card = browsing.status_card(standing, WORDS[locale], NOW)
    assert card.fits
    for paths in (added, changed, removed):
        assert f"({len(paths)})" in card.blocks[0].markdown or not paths


@settings(derandomize=True, deadline=None, max_examples=100)
@given(some=st.lists(_RULES, max_size=3), times=st.sampled_from([1, 10, 50]), is_open=st.booleans(), locale=_LOCALES)
def test_any_rules_fit_into_a_message(some: list[AccessRule], times: int, *, is_open: bool, locale: str) -> None:
    assert access.rules_card(some * times, is_open=is_open, words=WORDS[locale]).fits


@pytest.mark.parametrize("locale", sorted(WORDS))
@pytest.mark.parametrize("noise", ["*", "😀", "://", "x"])
def test_the_longest_names_fit_too(locale: str, noise: str) -> None:
    """As many as can be, as long as can be, and full of what must be escaped."""
    words, long = WORDS[locale], noise * 3_000
    source = Source(long, long, long, Metadata(author=(long, long), publisher=long, date="2022"), 10**9, 1, "", long)
    coverage = Coverage(10**9, 10**9, (), (), None, NOW)
    changes = Changes(*((long,) * 99 for _ in range(3)))
    rule = AccessRule(1, long, RuleTarget.ROLE, 2**63)
    shown = [
        browsing.sources_card([source] * 99, 50, long, words),
        browsing.status_card(browsing.IndexState(long[:90], long, coverage, changes, building=True), words, NOW),
        access.rules_card([rule] * 99, is_open=True, words=words),
    ]
    assert [card.fits for card in shown] == [True, True, True]
    assert shown[0].blocks[0].markdown.count("\n-# ") == browsing.PAGE_SIZE + 1
