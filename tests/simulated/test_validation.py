"""The checks of the bot's requests: silent about what discord.py sends, and loud about what Discord refuses."""

from __future__ import annotations

import io
import os
import sys
from typing import TYPE_CHECKING, Any

import discord
import pytest
import simcord
from discord import app_commands, ui
from discord.ext import commands

from tests.simulated import limits
from tests.simulated.recording import Recorder
from tests.simulated.validation import ApiDescription, normalised

if TYPE_CHECKING:
    from pathlib import Path

pytest_plugins = ["pytester"]
Interaction = discord.Interaction[commands.Bot]
QUIET: dict[str, list[str]] = {"parse": []}
V2 = limits.COMPONENTS_V2
MESSAGES = "/channels/1/messages"
CALLBACK = "/interactions/1/token/callback"
COMMANDS = "/applications/1/commands"


@pytest.fixture(scope="module")
def described(request: pytest.FixtureRequest) -> ApiDescription:
    """Discord's own description."""
    return ApiDescription.from_file(request.getfixturevalue("shared") / "discord" / "openapi.json")


# ------------------------------------------------------------------------------- what discord.py really sends


def card(text: str) -> ui.LayoutView:
    view = ui.LayoutView(timeout=None)
    container: ui.Container[Any] = ui.Container(accent_colour=0x336699)
    container.add_item(ui.TextDisplay(f"# {text}"))
    container.add_item(ui.Section("a passage", accessory=ui.Button(label="More", custom_id="more", emoji="🔎")))
    container.add_item(ui.Separator())
    container.add_item(ui.ActionRow(ui.Button(label="Source", url="https://example.org/page")))
    options = [discord.SelectOption(label="one", description="the first"), discord.SelectOption(label="two")]
    container.add_item(ui.ActionRow(ui.Select(custom_id="pick", options=options, placeholder="Pick")))
    view.add_item(container)
    view.add_item(ui.ActionRow(ui.UserSelect(custom_id="who", default_values=[discord.Object(1, type=discord.User)])))
    return view


def note(name: str) -> discord.File:
    return discord.File(io.BytesIO(b"text"), name, description="a note")


class Form(ui.Modal, title="Why?"):
    old: ui.TextInput[Any] = ui.TextInput(label="Why", custom_id="why", max_length=200)
    new: ui.Label[Any] = ui.Label(
        text="How",
        description="in a word",
        component=ui.Select(
            custom_id="how", options=[discord.SelectOption(label="well"), discord.SelectOption(label="ill")]
        ),
    )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message(f"because {self.old.value}", ephemeral=True)


class Speaker(commands.Bot):
    """A bot that uses what this project's bot uses, and some more."""

    def __init__(self, mentions: discord.AllowedMentions | None = None) -> None:
        super().__init__("!", intents=discord.Intents.default(), allowed_mentions=mentions)
        slashes: list[app_commands.Command[Any, ..., None]] = [answer, late, form, file, place]
        for one in slashes:
            self.tree.add_command(one)
        group = app_commands.Group(name="manage", description="Manage", default_permissions=discord.Permissions(32))
        group.add_command(app_commands.Command(name="again", description="Again", callback=again))
        self.tree.add_command(group)
        self.tree.add_command(app_commands.ContextMenu(name="Look this up", callback=look_up))

    async def setup_hook(self) -> None:
        await self.tree.sync()

    async def on_message(self, message: discord.Message, /) -> None:
        if self.user in message.mentions:
            async with message.channel.typing():
                sent = await message.reply(view=card(message.clean_content), mention_author=False)
            await sent.edit(view=card("edited"))
            await message.channel.send("words", embed=discord.Embed(title="A", description="B").set_footer(text="C"))
            await message.add_reaction("👍")

    async def on_interaction(self, interaction: discord.Interaction, /) -> None:
        if interaction.type is discord.InteractionType.component:
            await interaction.response.edit_message(view=card("pressed"))
            await interaction.followup.send(view=card("also"), ephemeral=True)


@app_commands.command(description="Answer")
@app_commands.describe(question="What you want to know", count="How many", kind="Of what kind")
@app_commands.choices(
    kind=[app_commands.Choice(name="Long", value="long"), app_commands.Choice(name="Short", value="s")]
)
@app_commands.allowed_installs(guilds=True, users=True)
async def answer(
    interaction: Interaction, question: str, kind: str = "long", count: app_commands.Range[int, 1, 5] = 3
) -> None:
    await interaction.response.send_message(view=card(f"{question} {kind} {count}"))


@answer.autocomplete("question")
async def questions(_: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    return [app_commands.Choice(name=f"{typed}?", value=typed)]


@app_commands.command(description="Answer late")
async def late(interaction: Interaction) -> None:
    await interaction.response.defer(ephemeral=True, thinking=True)
    view = card("late")
    view.add_item(ui.File("attachment://note.txt"))
    await interaction.edit_original_response(view=view, attachments=[note("note.txt")])


@app_commands.command(description="Open a form")
async def form(interaction: Interaction) -> None:
    await interaction.response.send_modal(Form())


@app_commands.command(description="Give a file")
async def file(interaction: Interaction) -> None:
    await interaction.response.send_message("here", file=note("note.txt"))
    kept = await interaction.original_response()
    await interaction.edit_original_response(attachments=[*kept.attachments, note("more.txt")])


@app_commands.command(description="Name a place")
@app_commands.describe(where="Where")
async def place(interaction: Interaction, where: discord.TextChannel | discord.ForumChannel) -> None:
    await interaction.response.send_message(where.name, embeds=[discord.Embed(title="A")], ephemeral=True)


async def again(interaction: Interaction) -> None:
    await interaction.response.send_message("again", view=ui.View())


async def look_up(interaction: Interaction, message: discord.Message) -> None:
    await interaction.response.defer()
    await interaction.followup.send(f"found {message.content}", file=note("a.txt"))


class Place:
    """A server in which somebody talks to that bot."""

    def __init__(self, env: simcord.Env) -> None:
        guild = env.create_guild()
        self.env = env
        self.channel = guild.create_text_channel("general")
        self.alice = guild.add_member(env.create_user("alice"))


@pytest.mark.usefixtures("shared")
async def test_all_that_discord_py_sends_is_found_right(api_requests: Recorder) -> None:
    """Commands, layouts, deferring, modals, autocomplete, files, mentions and buttons give no findings."""
    async with simcord.run(Speaker(discord.AllowedMentions.none())) as env:
        place = Place(env)
        alice, channel = place.alice, place.channel
        await alice.autocomplete(channel, "answer", "question", "wh")
        shown = await alice.slash(channel, "answer", question="why")
        assert shown.response is not None
        await alice.click(shown.response.message, custom_id="more")
        await alice.slash(channel, "late")
        await alice.submit_modal(await alice.slash(channel, "form"), {"why": "so", "how": ["well"]})
        await alice.slash(channel, "file")
        await alice.slash(channel, "place", where=channel)
        asked = await alice.send(channel, f"<@{env.backend.bot_user.id}> why?")
        await alice.context_menu(channel, "Look this up", asked)
    assert api_requests.take_findings() == []
    description = api_requests.description
    assert description is not None
    assert {str(description.operation(request.method, request.path)) for request in api_requests.requests} >= {
        "PUT /applications/{application_id}/commands",
        "POST /interactions/{interaction_id}/{interaction_token}/callback",
        "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/@original",
        "POST /webhooks/{webhook_id}/{webhook_token}",
        "POST /channels/{channel_id}/messages",
        "PATCH /channels/{channel_id}/messages/{message_id}",
        "POST /channels/{channel_id}/typing",
    }
    assert {name for request in api_requests.requests for name in request.files} == {"note.txt", "more.txt", "a.txt"}


async def test_what_members_do_is_not_the_bots(api_requests: Recorder) -> None:
    """The requests of simulated people are not counted as the bot's."""
    async with simcord.run(Speaker(discord.AllowedMentions.none())) as env:
        place = Place(env)
        before = len(api_requests.requests)
        await place.alice.send(place.channel, "hello")
        assert len(api_requests.requests) == before


async def test_a_bot_that_allows_mentions_is_found(api_requests: Recorder) -> None:
    """A client without allowed_mentions sends bodies that could ping."""
    async with simcord.run(Speaker()) as env:
        place = Place(env)
        await place.alice.slash(place.channel, "place", where=place.channel)
    assert any("data/allowed_mentions: allowed_mentions missing" in found for found in api_requests.take_findings())


# ------------------------------------------------------------------------------------------- the description


def text(content: str = "words") -> dict[str, Any]:
    return {"type": 10, "content": content}


def button(**keys: Any) -> dict[str, Any]:
    return {"type": 2, "style": 1, "label": "Press", "custom_id": "press", **keys}


def row(*components: dict[str, Any]) -> dict[str, Any]:
    return {"type": 1, "components": list(components)}


def layout(*components: dict[str, Any], **keys: Any) -> dict[str, Any]:
    return {"components": list(components), "flags": V2, "allowed_mentions": QUIET, **keys}


def said(content: str = "words", **keys: Any) -> dict[str, Any]:
    return {"content": content, "allowed_mentions": QUIET, **keys}


@pytest.mark.parametrize(
    ("method", "path", "body", "found"),
    [
        ("POST", "/channels/1/posts", {}, "no such path"),
        ("PUT", MESSAGES, {}, "no such method here, only GET, POST"),
        ("POST", "/channels/one/messages", said(), "path {channel_id}: 'one' does not match"),
        ("POST", MESSAGES, None, "needs a body"),
        ("POST", "/channels/1/typing", {"a": 1}, "takes no body, got {'a': 1}"),
        ("POST", MESSAGES, {"content": 5}, "content: 5 is not of type 'string', 'null'"),
        (
            "POST",
            MESSAGES,
            layout({"type": 17, "components": [text(), row(button(), button(label="x" * 81))]}),
            "components/0/components/1/components/1/label: 'x",
        ),
        ("POST", MESSAGES, layout({"type": 99}), "components/0: {'type': 99} is not valid under any"),
        ("POST", MESSAGES, said(embeds=[{"fields": [{"name": "a"}]}]), "embeds/0/fields/0: 'value' is a required"),
        ("POST", CALLBACK, {"type": 8, "data": {"choices": [{"name": "a", "value": "b"}] * 26}}, "(maxItems 25)"),
        ("POST", CALLBACK, {"type": 9, "data": {"title": "", "custom_id": "a", "components": []}}, "data/title: ''"),
        ("PATCH", "/webhooks/1/token/messages/@original", {"embeds": [{"color": -1}]}, "embeds/0/color: -1"),
        ("PUT", COMMANDS, [{"name": "ask", "options": [{"type": 7, "name": "a", "description": "b",
            "channel_types": [99]}]}], "0/options/0/channel_types/0: 99"),
    ],
)  # fmt: skip
def test_the_description_finds(described: ApiDescription, method: str, path: str, body: Any, found: str) -> None:
    """A request that Discord's description refuses is found in one line that says where and why."""
    findings = described.findings(method, path, body)
    assert len([one for one in findings if one.startswith(f"{method} {path}: ") and found in one]) == 1
    assert all("\n" not in one and len(one) < 500 for one in findings)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", MESSAGES, said(message_reference={"message_id": 5, "channel_id": 6, "guild_id": 7, "type": 0})),
        ("POST", MESSAGES, said(message_reference={"message_id": 5, "channel_id": 6, "type": 1})),
        ("POST", MESSAGES, said(attachments=[{"id": 0, "filename": "a.txt"}])),
        ("POST", MESSAGES, said(embeds=[{"title": "a", "flags": 0, "type": "rich"}])),
        ("POST", "/users/@me/channels", {"recipient_id": 5}),
        ("PUT", "/channels/1/messages/2/reactions/%F0%9F%91%8D/@me", None),
        ("GET", "/webhooks/1/token/messages/@original", None),
    ],
)
def test_what_discord_takes_though_it_says_not_is_let_through(
    described: ApiDescription, method: str, path: str, body: Any
) -> None:
    """Ids as integers, and the other things that discord.py sends and Discord takes, are no findings."""
    assert described.findings(method, path, body) == []
    assert limits.findings(method, path, body) == []


def test_only_ids_are_made_strings() -> None:
    """The numbers that are numbers stay so, and the body itself is left alone."""
    body = {"message_reference": {"message_id": 5, "type": 0}, "attachments": [{"id": 0, "size": 3}], "flags": 4}
    told = {"message_reference": {"message_id": "5", "type": 0}, "attachments": [{"id": "0", "size": 3}], "flags": 4}
    assert normalised(body) == told
    assert body["flags"] == 4
    assert body["message_reference"] == {"message_id": 5, "type": 0}


@pytest.mark.parametrize(
    ("path", "body", "files", "found"),
    [
        ("/channels/1/typing", None, ["a.txt"], "takes no files, got a.txt"),
        (MESSAGES, said(), [f"{n}.txt" for n in range(11)], "11 files, at most 10"),
        (MESSAGES, said(attachments=[{"id": 0, "filename": "a.txt"}]), ["b.txt"], "the file 'b.txt' is not listed"),
    ],
)
def test_files_are_checked(described: ApiDescription, path: str, body: Any, files: list[str], found: str) -> None:
    """Files that an operation does not take, too many, and those that nothing names are found."""
    assert [one for one in described.findings("POST", path, body, files) if one.endswith(found)]


# --------------------------------------------------------------------------------------------- our own checks


def option(**keys: Any) -> dict[str, Any]:
    return {"type": 3, "name": "word", "description": "A word", **keys}


def slash(**keys: Any) -> list[dict[str, Any]]:
    return [{"type": 1, "name": "ask", "description": "Ask", **keys}]


def rows(*buttons: dict[str, Any]) -> dict[str, Any]:
    """A message of the old kind, each button in a row of its own."""
    return said(components=[row(one) for one in buttons])


def modal(*components: dict[str, Any], **keys: Any) -> dict[str, Any]:
    return {"type": 9, "data": {"custom_id": "form", "title": "Form", "components": list(components), **keys}}


def choices(*given: dict[str, Any]) -> dict[str, Any]:
    return {"type": 8, "data": {"choices": list(given)}}


def fields(*given: dict[str, Any]) -> dict[str, Any]:
    return said(embeds=[{"fields": list(given)}])


FIELD = {"type": 4, "custom_id": "why", "style": 1, "label": "Why"}
CHOICE = {"name": "a", "value": "a"}
BIG = {"title": "t" * 256, "description": "d" * 4096, "footer": {"text": "f" * 1649}}
SECTION = {"type": 9, "components": [text()], "accessory": button()}
SELECT: dict[str, Any] = {"type": 3, "custom_id": "pick", "options": [{"label": "a", "value": "a"}]}
FIRST = "components/0/components/0"
MESSAGE_PROBLEMS: list[tuple[Any, str]] = [
    (said(embed={}), "body: unknown key 'embed'"),
    (said("x" * 2001), "content: 2001 characters, at most 2000"),
    (said("🔎" * 1001), "content: 2002 characters, at most 2000"),
    (said(embeds=[BIG]), "embeds: 6001 characters in all embeds, at most 6000"),
    (said(embeds=[{"title": "x" * 257}]), "embeds/0/title: 257 characters, at most 256"),
    (said(embeds=[{"description": "x" * 4097}]), "embeds/0/description: 4097 characters, at most 4096"),
    (said(embeds=[{"footer": {"text": "x" * 2049}}]), "embeds/0/footer/text: 2049 characters, at most 2048"),
    (said(embeds=[{"author": {"name": "x" * 257}}]), "embeds/0/author/name: 257 characters, at most 256"),
    (fields(*[{"name": "a", "value": "b"}] * 26), "embeds/0/fields: 26 fields, at most 25"),
    (fields({"name": "x" * 257, "value": "b"}), "embeds/0/fields/0/name: 257 characters, at most 256"),
    (fields({"name": "a", "value": "x" * 1025}), "embeds/0/fields/0/value: 1025 characters, at most 1024"),
    (fields({"name": "a", "value": "x", "text": "a"}), "embeds/0/fields/0: unknown key 'text'"),
    (said(embeds=[{}] * 11), "embeds: 11 embeds, at most 10"),
    (said(embeds=[{"colour": 1}]), "embeds/0: unknown key 'colour'"),
    (said(embeds=[{"footer": {"content": "a"}}]), "embeds/0/footer: unknown key 'content'"),
    (said(attachments=[{"id": 0, "name": "a"}]), "attachments/0: unknown key 'name'"),
    (layout(text("x" * 4000), text("y")), "components: 4001 characters in all text displays, at most 4000"),
    (layout(text("🔎" * 2001)), "components: 4002 characters in all text displays, at most 4000"),
    (layout(*[{"type": 17, "components": [text()] * 3}] * 10, text()), "41 components through all levels, at most 40"),
    (layout(*[SECTION | {"accessory": button(custom_id=str(n))} for n in range(14)]), "42 components through all"),
    (layout(text(), content="words"), "content: not together with components v2"),
    (layout(text(), embeds=[{"title": "a"}]), "embeds: not together with components v2"),
    (layout(text(), flags=64), "components/0: text display without the flag for components v2"),
    (rows(*(button(custom_id=str(n)) for n in range(6))), "components: 6 rows, at most 5"),
    (rows(button(custom_id=None)), f"{FIRST}: button without custom_id"),
    (rows({"type": 2, "style": 6}), f"{FIRST}: button without sku_id"),
    (
        rows({"type": 2, "style": 5, "label": "a", "url": "ftp://a"}),
        f"{FIRST}: link button without an http(s) URL: 'ftp",
    ),
    (rows(button(url="https://a")), f"{FIRST}: a button of style 1 takes no url"),
    (rows(button(label=None)), f"{FIRST}: button with neither label nor emoji"),
    (rows(button(label="x" * 81)), f"{FIRST}/label: 81 characters, at most 80"),
    (rows(button(custom_id="x" * 101)), f"{FIRST}/custom_id: 101 characters, at most 100"),
    (rows(button(colour=1)), f"{FIRST}: unknown key 'colour'"),
    (rows(button(emoji={"text": "a"})), f"{FIRST}/emoji: unknown key 'text'"),
    (rows(button(), button()), "components: custom_id 'press' is there 2 times"),
    (rows(SELECT | {"options": SELECT["options"] * 26}), f"{FIRST}/options: 26 options, at most 25"),
    (rows({"type": 3, "options": []}), f"{FIRST}: string select without custom_id"),
    (said(components=[row()]), "components/0: an empty action row"),
    (said(components=[row(*(button(custom_id=str(n)) for n in range(6)))]), "components/0: 6 buttons in a row"),
    (said(components=[row(button(), SELECT)]), "components/0: a select or text input shares its row"),
    (layout({"type": 98}), "components/0: unknown component type 98"),
    (layout(SECTION | {"accessory": None}), "components/0: section without accessory"),
    (layout(SECTION | {"accessory": text()}), "components/0/accessory: text display does not belong in accessory"),
    (layout(SECTION | {"components": []}), "components/0: section with 0 texts, 1 to 3"),
    (layout(SECTION | {"components": [text()] * 4}), "components/0: section with 4 texts, 1 to 3"),
    (layout({"type": 17, "components": [{"type": 17}]}), f"{FIRST}: container does not belong in container"),
    (layout(button()), "components/0: button does not belong in message"),
    (layout(row(FIELD)), f"{FIRST}: text input does not belong in action row"),
    (layout(text("")), "components/0: an empty text display"),
    (
        layout({"type": 13, "file": {"url": "attachment://b.txt"}}, attachments=[{"id": 0, "filename": "a.txt"}]),
        "components/0: 'attachment://b.txt' is not among the attachments",
    ),
    ({"content": "words"}, "allowed_mentions: allowed_mentions missing"),
    (layout(text(), allowed_mentions=None), "allowed_mentions: allowed_mentions missing"),
    (said(allowed_mentions={"parse": ["users"]}), "allowed_mentions: could ping: parse ['users']"),
    (said(allowed_mentions={"parse": [], "roles": ["1"]}), "allowed_mentions: could ping: roles ['1']"),
    (said(allowed_mentions={"parse": [], "replied_user": True}), "allowed_mentions: could ping: replied_user True"),
    (said(allowed_mentions={}), "allowed_mentions: no parse: []"),
    (said(allowed_mentions={"parse": [], "all": 1}), "allowed_mentions: unknown key 'all'"),
]
COMMAND_PROBLEMS: list[tuple[Any, str]] = [
    (slash(name="Ask"), "0: name: not a command name: 'Ask'"),
    (slash(name="ask me"), "0: name: not a command name: 'ask me'"),
    (slash(name="x" * 33), "0: name: not a command name: 'xxx"),
    (slash(name_localizations={"de": "Frag"}), "0: de: not a command name: 'Frag'"),
    (slash(description=""), "0: description: a description of 0 characters, 1 to 100"),
    (slash(description="x" * 101), "0: description: a description of 101 characters, 1 to 100"),
    (slash(hidden=True), "0: unknown key 'hidden'"),
    (slash(type=3), "0: a command of a menu takes no description"),
    (slash(options=[option(name="A")]), "0/options/0: name: not a command name: 'A'"),
    (slash(options=[option(hint="a")]), "0/options/0: unknown key 'hint'"),
    (slash(options=[option(description="")]), "0/options/0: description: a description of 0 characters"),
    (slash(options=[option(type=1, options=[option(name="B")])]), "0/options/0/options/0: name: not a command name"),
    (slash(options=[option(name=f"a{n}") for n in range(26)]), "0/options: 26 options, at most 25"),
    (slash(options=[option(), option()]), "0/options: 'word' is there 2 times"),
    (slash(options=[option(), option(name="b", required=True)]), "0/options: a required option after one that is not"),
    (slash(options=[option(choices=[CHOICE] * 26)]), "0/options/0/choices: 26 choices, at most 25"),
    ([{"type": 3, "name": str(n)} for n in range(16)], "body: 16 message-menu commands, at most 15"),
]
CALLBACK_PROBLEMS: list[tuple[Any, str]] = [
    (choices(*[CHOICE] * 26), "data/choices: 26 choices, at most 25"),
    (choices(CHOICE | {"name": "x" * 101}), "data/choices/0/name: 101 characters, at most 100"),
    (choices(CHOICE | {"value": "x" * 101}), "data/choices/0/value: 101 characters, at most 100"),
    (choices(CHOICE | {"name": ""}), "data/choices/0: choice without name"),
    ({"type": 5, "ephemeral": True}, "body: unknown key 'ephemeral'"),
    ({"type": 4, "data": said(ephemeral=True)}, "data: unknown key 'ephemeral'"),
    ({"type": 4, "data": {"content": "a"}}, "data/allowed_mentions: allowed_mentions missing"),
    ({"type": 7, "data": layout(text(), flags=0)}, "data/components/0: text display without the flag"),
    (modal(row(FIELD), title="x" * 46), "data/title: 46 characters, at most 45"),
    (modal(*[text()] * 6), "data/components: 6 components in a modal, at most 5"),
    (modal(row(FIELD), row(FIELD)), "components: custom_id 'why' is there 2 times"),
    (modal(row(button())), f"data/{FIRST}: button does not belong in modal's action row"),
    (modal({"type": 18, "label": "a"}), "data/components/0: label without component"),
    (modal(), "data: modal without components"),
]
OTHER_PROBLEMS: list[tuple[str, str, Any, str]] = [
    ("POST", COMMANDS, slash(name="a b")[0], "body: name: not a command name: 'a b'"),
    ("PUT", "/applications/1/guilds/2/commands", slash(name="a b"), "0: name: not a command name: 'a b'"),
    ("PATCH", "/channels/1/messages/2", said(nonce=1), "body: unknown key 'nonce'"),
    ("PATCH", "/channels/1/messages/2", {"content": "a"}, "allowed_mentions: allowed_mentions missing"),
    ("PATCH", "/webhooks/1/token/messages/2", layout(text(), allowed_mentions=None), "allowed_mentions missing"),
    ("POST", "/webhooks/1/token", {"content": "a"}, "allowed_mentions: allowed_mentions missing"),
    ("PATCH", "/webhooks/1/token/messages/@original", said(username="a"), "body: unknown key 'username'"),
    ("POST", "/channels/1/threads", {"name": "a", "message": {"content": "a"}}, "message/allowed_mentions: allowed"),
]


@pytest.mark.parametrize(
    ("method", "path", "body", "found"),
    [
        *(("POST", MESSAGES, body, found) for body, found in MESSAGE_PROBLEMS),
        *(("PUT", COMMANDS, body, found) for body, found in COMMAND_PROBLEMS),
        *(("POST", CALLBACK, body, found) for body, found in CALLBACK_PROBLEMS),
        *OTHER_PROBLEMS,
    ],
)
def test_our_own_checks_find(method: str, path: str, body: Any, found: str) -> None:
    """Of a request with one fault, this fault and nothing else is found."""
    (finding,) = limits.findings(method, path, body)
    assert finding.startswith(f"{method} {path}: ")
    assert found in finding


@pytest.mark.parametrize("body", [None, [], "text", {"components": "x", "embeds": 5, "allowed_mentions": []}])
def test_a_malformed_body_is_no_reason_to_stumble(body: Any) -> None:
    """Whatever the body is, the checks give findings and no exception."""
    for method, path in (("POST", MESSAGES), ("POST", CALLBACK), ("PUT", COMMANDS), ("POST", COMMANDS)):
        assert isinstance(limits.findings(method, path, body), list)


# --------------------------------------------------------------------------------------------- in a test run


TESTS = """
BODY = {"content": "words", "allowed_mentions": {"parse": []}}

def test_right(api_requests):
    api_requests.record("POST", "/channels/1/messages", BODY)

def test_wrong(api_requests):
    api_requests.record("POST", "/channels/1/messages", BODY)
    api_requests.record("POST", "/webhooks/1/token", {"content": "words"})

def test_deliberate(api_requests):
    api_requests.record("POST", "/webhooks/1/token", {"content": "words"})
    assert api_requests.take_findings()
"""


def run_inside(pytester: pytest.Pytester, shared: Path, *options: str) -> pytest.RunResult:
    pytester.makepyfile(TESTS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
        patch.setenv("ASKBRIEF_SHARED", str(shared))
        return pytester.runpytest_subprocess("-p", "tests.simulated.recording", "-p", "no:cacheprovider", *options)


def test_only_a_test_with_findings_fails_and_all_processes_are_counted(pytester: pytest.Pytester, shared: Path) -> None:
    """The findings are listed with their test, and the last line adds up what the workers have seen."""
    result = run_inside(pytester, shared, "-n", "2")
    result.assert_outcomes(passed=3, errors=1)
    result.stdout.fnmatch_lines(
        [
            "*ERROR at teardown of test_wrong*",
            "POST /webhooks/1/token: allowed_mentions: allowed_mentions missing",
            "Discord API: 4 requests validated against openapi.json (2 operations), 1 findings",
        ]
    )


def test_without_the_description_the_run_says_so(pytester: pytest.Pytester, tmp_path: Path) -> None:
    """The limits are still checked, and the last line tells what was not."""
    result = run_inside(pytester, tmp_path)
    result.assert_outcomes(passed=3, errors=1)
    result.stdout.fnmatch_lines(
        ["Discord API: 4 requests, 1 findings; not validated against openapi.json: no shared folder (set *)"]
    )


def test_a_run_without_requests_says_nothing(tmp_path: Path) -> None:
    """Runs that have nothing to do with Discord end as they always did."""
    assert Recorder(tmp_path / "openapi.json").summary() is None
