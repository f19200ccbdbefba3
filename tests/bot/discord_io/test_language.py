"""Every message in every language, and each person and place in its own."""

from __future__ import annotations

import ast
import datetime as dt
import re
from typing import TYPE_CHECKING, Any

import pytest
import simcord
from fluent.runtime import FluentBundle
from fluent.syntax import FluentParser
from fluent.syntax import ast as ftl
from fluent.syntax.visitor import Visitor

from askbrief.evaluation.journal import Reason
from askbrief.records import CitationStatus, Verdict
from bot.discord_io import language
from bot.discord_io.commands import CommandTranslator, command_payload
from bot.discord_io.markup import length
from bot.features import browsing
from bot.features.citing.cards import STYLES
from bot.features.feedback import FeedbackForm
from tests.bot.conftest import buttons, components, text
from tests.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.bot.conftest import BotWorkspace

LANGUAGES = language.load()
LOCALES = [pytest.param(words, id=locale) for locale, words in LANGUAGES.items()]
SOURCES = sorted((ROOT / "bot").rglob("*.py"))
STAGES = ("starting", "reading", "encoding", "counting-terms", "learning-names")
ENDINGS = {
    "verdict-": list(Verdict),
    "status-": [*CitationStatus, *(f"{status}.explained" for status in CitationStatus)],
    "reason-": list(Reason),
    "stage-": STAGES,
    "files-": ("added", "changed", "removed"),
    "style-": STYLES,
}
"""What may follow where the code puts the name of a message together."""


class _Places(Visitor):
    """The places of a message that are filled in."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def visit_VariableReference(self, node: ftl.VariableReference) -> None:  # noqa: N802 - named by fluent
        self.names.add(node.id.name)


def messages(locale: str) -> dict[str, set[str]]:
    """The messages and attributes of a language, each with its places."""
    found: dict[str, set[str]] = {}
    parsed = FluentParser().parse((ROOT / "bot" / "locales" / f"{locale}.ftl").read_text(encoding="utf-8"))
    for entry in parsed.body:
        assert not isinstance(entry, ftl.Junk), f"{locale}.ftl cannot be read at: {entry.content}"
        if isinstance(entry, ftl.Message):
            for name, pattern in [(entry.id.name, entry.value), *_attributes(entry)]:
                assert name not in found, f"{locale}.ftl says {name} twice"
                places = _Places()
                places.visit(pattern)
                found[name] = places.names
    return found


def _attributes(entry: ftl.Message) -> list[tuple[str, ftl.Pattern]]:
    return [(f"{entry.id.name}.{attribute.id.name}", attribute.value) for attribute in entry.attributes]


def said_by_the_code() -> Iterator[tuple[str, str]]:
    """Each message that the code says, and where; names that are put together are taken apart again."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args and _says(node.func):
                for name in _names(node.args[0]):
                    yield name, f"{path.name}:{node.lineno}"


def _says(called: ast.expr) -> bool:
    name = called.id if isinstance(called, ast.Name) else ""
    return name in {"words", "Refusal", "_said"} or (
        isinstance(called, ast.Call) and isinstance(called.func, ast.Attribute) and called.func.attr == "words"
    )


def _names(node: ast.expr) -> list[str]:
    if isinstance(node, ast.Constant):
        return [str(node.value)]
    if isinstance(node, ast.IfExp):
        return [*_names(node.body), *_names(node.orelse)]
    if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
        beginning = str(node.values[0].value)
        tail = ast.unparse(node).rpartition("}")[2].strip("'\"")
        return [f"{beginning}{ending}{tail}" for ending in ENDINGS[beginning] if not (tail and "." in ending)]
    return []


# -------------------------------------------------------------------------------------------- the files


def test_the_languages_say_the_same_messages_with_the_same_places() -> None:
    """German lacks nothing, has nothing of its own but the names of commands, and fills in the same values."""
    english = messages("en")
    german = {name: places for name, places in messages("de").items() if not name.startswith(("command-", "choice-"))}
    assert german == {name: places for name, places in english.items() if not name.startswith("choice-")}
    assert {name for name in english if name.startswith("choice-")} <= set(messages("de"))


def test_every_message_that_the_code_says_is_there() -> None:
    shown_text = list(said_by_the_code())
    english = messages("en")
    assert len({name for name, _ in shown_text}) > 100
    assert [(name, where) for name, where in shown_text if name not in english] == []


def test_no_message_is_left_over_that_nobody_says() -> None:
    """Each message is named somewhere in the code, in full or by its beginning."""
    code = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES).replace("'", '"')
    put_together = {f"{beginning}{ending}" for beginning, endings in ENDINGS.items() for ending in endings}
    unsaid = [name for name in messages("en") if f'"{name}"' not in code and name not in put_together]
    assert unsaid == []


@pytest.mark.parametrize("words", LOCALES)
def test_every_message_can_be_said_with_one_and_with_many(words: language.Localization) -> None:
    for name, places in messages(words.locale).items():
        for count in (1, 0, 2, 12_345):
            values = {place: count if place == "count" else "x" for place in places}
            shown_text = words(name, **values)
            assert shown_text.strip(), name
            assert not re.search(r"[{}]|\?\?\?", shown_text), name


def test_german_counts_as_germans_do() -> None:
    words = LANGUAGES["de"]
    assert words("passages", count=1) == "1 Textstelle"
    assert words("passages", count=12_345) == "12.345 Textstellen"
    assert words("covered-and-more", titles="*A*", count=1).endswith("*A* und 1 weiteres Dokument.")
    now = dt.datetime(2024, 5, 17, 12, tzinfo=dt.UTC)
    assert words.ago(now - dt.timedelta(hours=3), now) == "vor 3 Stunden"
    assert words.ago(now - dt.timedelta(hours=1), now) == "vor 1 Stunde"


@pytest.mark.parametrize(("words", "past"), [("en", "ago"), ("de", "vor")])
def test_an_index_is_never_built_in_the_future(words: str, past: str) -> None:
    """Where two machines' clocks differ, an index was built just now."""
    now = dt.datetime(2024, 5, 17, 12, tzinfo=dt.UTC)
    for since in (now, now + dt.timedelta(minutes=5)):
        assert past in LANGUAGES[words].ago(since, now)


def test_what_a_language_lacks_is_said_in_english_and_what_none_has_is_an_error() -> None:
    german = LANGUAGES["de"]
    hollow = language.Localization("de", FluentBundle(["de"]), german.fallback)
    assert hollow("thanks") == "Thank you."
    assert hollow.own("thanks") is None
    with pytest.raises(KeyError):
        german("no-such-message")


@pytest.mark.parametrize(
    ("locale", "language_said"),
    [("de", "de"), ("en-GB", "en"), ("fr", "en"), ("zh-CN", "en"), ("", "en"), (None, "en"), ("de-AT", "de")],
)
def test_a_locale_gets_its_language_or_english(locale: str | None, language_said: str) -> None:
    assert language.best_match(LANGUAGES, locale).locale == language_said


# ------------------------------------------------------------------------------------- Discord's limits


@pytest.mark.parametrize("words", LOCALES)
def test_labels_and_forms_are_short_enough_for_discord(words: language.Localization) -> None:
    for name in messages(words.locale):
        if name.startswith(("button-", "style-")):
            assert 1 <= length(words(name)) <= 80, name
        if name.startswith(("choice-", "reason-")):
            assert length(words(name)) <= 100, name
    assert length(words("thread-name")) <= 100


@pytest.mark.parametrize("words", LOCALES)
async def test_the_form_of_a_vote_fits(words: language.Localization) -> None:
    cog: Any = None
    form = FeedbackForm(cog, "abcdefgh", words)
    sent = form.to_dict()
    assert len(sent["title"]) <= 45
    assert len(sent["components"]) <= 5
    for part in sent["components"]:
        assert len(part["label"]) <= 45
        assert len(part["component"].get("placeholder", "")) <= 100


@pytest.mark.parametrize("words", LOCALES)
@pytest.mark.parametrize("admin", [True, False])
def test_the_help_fits_and_managers_see_more_of_it(words: language.Localization, *, admin: bool) -> None:
    card = browsing.help_card(words, for_manager=admin)
    assert card.fits
    assert (words("help-admin") in card.blocks[0].markdown) == admin


async def test_commands_named_in_messages_exist_under_that_name(bot_workspace: BotWorkspace) -> None:
    """A message that says /index aktualisieren names a command that a German client shows so."""
    bot_workspace.build()
    async with bot_workspace.open() as server:
        await server.bot.tree.set_translator(CommandTranslator(LANGUAGES))
        payload = await command_payload(server.bot.tree)
    for locale, words in LANGUAGES.items():
        known = {name for command in payload for name in _paths(command, locale)}
        for message, places in messages(locale).items():
            shown_text = words(message, **{place: 1 if place == "count" else "x" for place in places})
            for root, following in re.findall(r"(?<![\w/])/([a-zäöüß]+)(?: ([a-zäöüß]+))?", shown_text):
                has_parts = any(name.startswith(f"{root} ") for name in known)
                assert (f"{root} {following}" if has_parts and following else root) in known, (locale, shown_text)


def _name(part: dict[str, Any], locale: str) -> str:
    return str(part.get("name_localizations", {}).get(locale, part["name"]))


def _paths(command: dict[str, Any], locale: str) -> Iterator[str]:
    yield _name(command, locale)
    for option in command.get("options", ()):
        if option["type"] == 1:
            yield f"{_name(command, locale)} {_name(option, locale)}"


# ------------------------------------------------------------------------------------------ in Discord


@pytest.fixture
def speaks(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Sets the language of whoever uses the bot next, and that of the server; simulated people have English clients."""
    spoken = {"locale": "en-US", "guild_locale": "en-US"}
    english = simcord.interactions.base_payload

    def base_payload(*args: Any, **options: Any) -> tuple[Any, dict[str, Any]]:
        record, payload = english(*args, **options)
        return record, payload | {name: value for name, value in spoken.items() if name in payload}

    def speak(person: str, guild: str) -> None:
        spoken.update(locale=person, guild_locale=guild)

    monkeypatch.setattr(simcord.interactions, "base_payload", base_payload)
    return speak


async def _with_a_document(workspace: BotWorkspace) -> None:
    workspace.write("doors.txt", "Doors\n\nThe red door opens at nine. The blue door stays shut.\n")
    workspace.build()


async def test_a_person_is_answered_in_their_own_language_and_a_channel_in_the_servers(
    bot_workspace: BotWorkspace, speaks: Callable[[str, str], None]
) -> None:
    await _with_a_document(bot_workspace)
    async with bot_workspace.open() as server:
        speaks("de", "en-US")
        assert "Quellen" in text((await server.alice.slash(server.intel, "sources")).response)
        private = (await server.alice.slash(server.intel, "ask", question="red door", private=True)).response
        public = (await server.alice.slash(server.intel, "ask", question="red door")).response
        assert "Index erstellt vor" in text(private)
        assert "index built" in text(public)
        assert "Zitieren" in buttons(private)
        assert "Cite" in buttons(public)
        speaks("en-GB", "de")
        assert "Index erstellt vor" in text((await server.bob.slash(server.intel, "ask", question="red door")).response)
        assert "Sources" in text((await server.bob.slash(server.intel, "sources")).response)


async def test_the_menu_of_a_public_answer_is_in_the_language_of_who_opens_it(
    bot_workspace: BotWorkspace, speaks: Callable[[str, str], None]
) -> None:
    await _with_a_document(bot_workspace)
    async with bot_workspace.open() as server:
        answer = (await server.alice.slash(server.intel, "ask", question="red door")).response
        assert answer is not None
        speaks("de", "en-US")
        menu = (await server.bob.click(answer, custom_id=buttons(answer)["Cite"])).response
        assert menu is not None
        assert "Unverändert" in text(menu)
        assert {"Nur Text", "Fußnote", "Im Kanal posten", "Im Zusammenhang lesen"} <= set(buttons(menu))
        form = await server.bob.click(answer, custom_id=buttons(answer)["👎"])
        assert form.modal is not None
        assert form.modal["title"] == "Was war falsch?"
        posted = await server.bob.click(menu, label="Im Kanal posten")
        assert text(posted.response) == "Gepostet."
        assert "cited by bob" in text(server.intel.last_message)


async def test_whoever_mentions_the_bot_is_answered_in_the_servers_language(bot_workspace: BotWorkspace) -> None:
    await _with_a_document(bot_workspace)
    async with bot_workspace.open() as server:
        guild = server.env.create_guild(name="Berlin", preferred_locale="de")
        channel = guild.create_text_channel("lage")
        carol = guild.add_member(server.env.create_user("carol"))
        await carol.send(channel, f"{server.mention} red door")
        assert "Index erstellt vor" in text(channel.last_message)


async def test_refusals_are_said_in_the_persons_language(
    bot_workspace: BotWorkspace, speaks: Callable[[str, str], None]
) -> None:
    await _with_a_document(bot_workspace)
    async with bot_workspace.open() as server:
        speaks("de", "en-US")
        shown_text = [
            text((await server.alice.slash(server.intel, "cite", key="doors-zzzzzz")).response),
            text((await server.alice.slash(server.intel, "cite", key="???")).response),
            text((await server.alice.slash(server.intel, "sources", collection="nowhere")).response),
            text((await server.alice.slash(server.intel, "ask", question="door", since="gestern")).response),
        ]
        assert "keine Textstelle bekannt" in shown_text[0]
        assert "kein Zitatschlüssel" in shown_text[1]
        assert "Eine Sammlung „nowhere“ gibt es nicht" in shown_text[2]
        assert "seit ist „gestern“" in shown_text[3]
        assert all("Kennung" in one for one in shown_text)


async def test_every_part_of_a_german_card_is_within_discords_limits(
    bot_workspace: BotWorkspace, speaks: Callable[[str, str], None]
) -> None:
    await _with_a_document(bot_workspace)
    async with bot_workspace.open() as server:
        speaks("de", "de")
        for command, options in [("help", {}), ("status", {}), ("sources", {}), ("ask", {"question": "red door"})]:
            response = (await server.mara.slash(server.intel, command, **options)).response
            parts = components(response)
            assert 1 <= len(parts) <= 40
            assert length(text(response)) <= 4_000
            assert all(len(part.get("label") or "") <= 80 for part in parts)
