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
from tests.simulated.bodies import CALLBACK, COMMANDS, MESSAGES, button, layout, row, said, text
from tests.simulated.recording import Recorder
from tests.simulated.validation import ApiDescription, normalised

if TYPE_CHECKING:
    from pathlib import Path

pytest_plugins = ["pytester"]
Interaction = discord.Interaction[commands.Bot]


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
