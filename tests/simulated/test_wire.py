"""The served Discord itself, with a small bot that runs as a process of its own."""

from __future__ import annotations

import asyncio
import sys
import time
from typing import TYPE_CHECKING

import aiohttp
import pytest

from tests.simulated.wire import WireDiscord
from tests.simulated.wire_process import BotProcess

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from simcord import ChannelHandle, MemberActor

ECHO = r"""
import asyncio, io, os, re, sys
import discord, yarl
from discord import app_commands
from discord.ext import commands

api = os.environ["ASKBRIEF_DISCORD_API"]
discord.http.Route.BASE = api
gateway = yarl.URL(api).with_scheme("ws").with_path("/gateway")
discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = gateway
intents = discord.Intents.default()
intents.members = "members" in sys.argv
bot = commands.Bot("!", intents=intents, allowed_mentions=discord.AllowedMentions.none())


class Again(discord.ui.DynamicItem[discord.ui.Button], template=r"again:(?P<word>\w+)"):
    def __init__(self, word):
        super().__init__(discord.ui.Button(label="Again", custom_id=f"again:{word}"))
        self.word = word

    @classmethod
    async def from_custom_id(cls, interaction, item, match):
        return cls(match["word"])

    async def callback(self, interaction):
        await interaction.response.defer()
        await interaction.followup.send(f"again {self.word}", ephemeral=True)


@bot.tree.command(description="Say it back")
@app_commands.describe(word="what to say")
async def echo(interaction, word: str):
    await interaction.response.defer(thinking=True)
    view = discord.ui.View(timeout=None)
    view.add_item(Again(word))
    await interaction.edit_original_response(content=f"echo {word}", view=view)


@bot.tree.command(description="Give a file back with one byte more")
async def file(interaction, upload: discord.Attachment):
    data = await upload.read() + b"!"
    await interaction.response.send_message(file=discord.File(io.BytesIO(data), upload.filename, description="more"))


@bot.tree.command(description="Never answer")
async def silent(interaction):
    await asyncio.sleep(1.5)
    try:
        await interaction.response.send_message("late")
    except discord.NotFound as error:
        print("error code", error.code)


@bot.tree.command(description="Ask for the members")
async def count(interaction):
    found = await interaction.guild.query_members("al", limit=5)
    await interaction.response.send_message(" ".join(member.name for member in found))


class Form(discord.ui.Modal, title="Why?"):
    why = discord.ui.TextInput(label="Why", custom_id="why")

    async def on_submit(self, interaction):
        await interaction.response.send_message(f"because {self.why.value}", ephemeral=True)


@bot.tree.command(description="Open a form")
@app_commands.describe(kind="of form")
async def form(interaction, kind: str):
    await interaction.response.send_modal(Form())


@form.autocomplete("kind")
async def kinds(interaction, typed):
    return [app_commands.Choice(name=f"{typed} form", value=typed)]


@bot.tree.context_menu(name="Shout it")
async def shout(interaction, message: discord.Message):
    await interaction.response.send_message(message.content.upper())


@bot.event
async def on_message(message):
    if bot.user in message.mentions:
        await message.reply(f"heard {message.clean_content}")
    elif message.guild:
        print("unmentioned", repr(message.content))


@bot.event
async def setup_hook():
    bot.add_dynamic_items(Again)
    await bot.tree.sync()


@bot.event
async def on_resumed():
    print("resumed")


bot.run(os.environ["DISCORD_TOKEN"])
"""


@pytest.fixture
async def world() -> AsyncIterator[WireDiscord]:
    async with WireDiscord() as served:
        yield served


@pytest.fixture
def channel(world: WireDiscord) -> ChannelHandle:
    return world.create_guild("Team").create_text_channel("general")


@pytest.fixture
def alice(world: WireDiscord, channel: ChannelHandle) -> MemberActor:
    assert channel.guild is not None
    return channel.guild.add_member(world.create_user("alice"))


@pytest.fixture
def echo(tmp_path: Path) -> list[str]:
    script = tmp_path / "echo.py"
    script.write_text(ECHO, encoding="utf-8")
    return [sys.executable, str(script)]


@pytest.fixture
async def bot(world: WireDiscord, alice: MemberActor, echo: list[str]) -> AsyncIterator[BotProcess]:
    assert alice
    async with BotProcess(world, *echo) as process:
        await process.ready()
        yield process


@pytest.mark.usefixtures("bot")
async def test_commands_are_synced_and_answered_after_a_defer(
    world: WireDiscord, alice: MemberActor, channel: ChannelHandle
) -> None:
    assert {command["name"] for command in world.commands} == {"echo", "file", "silent", "count", "form", "Shout it"}
    result = await alice.slash(channel, "echo", word="hello")
    assert result.response is not None
    assert result.response.content == "echo hello"
    callback, edit = world.requested("POST", "/interactions/*"), world.requested("PATCH", "/webhooks/*/@original")
    assert [request.body["type"] for request in callback] == [5]
    assert [request.body["content"] for request in edit] == ["echo hello"]
    clicked = await alice.click(result.response, label="Again")
    assert [(message.content, message.ephemeral) for message in clicked.followups] == [("again hello", True)]


async def test_a_button_outlives_the_process_that_made_it(
    world: WireDiscord, alice: MemberActor, channel: ChannelHandle, echo: list[str]
) -> None:
    async with BotProcess(world, *echo) as first:
        await first.ready()
        made = (await alice.slash(channel, "echo", word="old")).response
    async with BotProcess(world, *echo) as second:
        await second.ready()
        assert made is not None
        clicked = await alice.click(made, custom_id="again:old")
    assert [message.content for message in clicked.followups] == ["again old"]
    await world.wait_for(lambda: not world.connected.is_set())


@pytest.mark.usefixtures("bot")
async def test_menus_forms_and_suggestions(world: WireDiscord, alice: MemberActor, channel: ChannelHandle) -> None:
    said = await alice.send(channel, "quiet")
    shouted = await alice.context_menu(channel, "Shout it", said)
    assert shouted.response is not None
    assert shouted.response.content == "QUIET"
    assert await alice.autocomplete(channel, "form", "kind", "long") == [{"name": "long form", "value": "long"}]
    opened = await alice.slash(channel, "form", kind="long")
    sent = await alice.submit_modal(opened, {"why": "it is so"})
    assert sent.response is not None
    assert (sent.response.content, sent.response.ephemeral) == ("because it is so", True)
    assert all(request.status in (200, 204) for request in world.requests)


async def test_mentions_are_heard_and_other_messages_are_not(
    world: WireDiscord, alice: MemberActor, channel: ChannelHandle, bot: BotProcess
) -> None:
    await alice.send(channel, "a secret")
    asked = await alice.send(channel, f"{world.mention} how many?")
    reply = await world.reply_to(asked)
    assert reply.content == "heard @TestBot how many?"
    assert world.said(channel) == [reply]
    again = await alice.send(channel, f"{world.mention} and now?", reply_to=reply)
    assert (await world.reply_to(again)).content.endswith("and now?")
    direct = await alice.send_dm(f"{world.mention} privately")
    assert (await world.reply_to(direct)).content.endswith("privately")
    await bot.wrote("unmentioned ''")
    assert "secret" not in bot.output


@pytest.mark.usefixtures("bot")
async def test_files_travel_both_ways(world: WireDiscord, alice: MemberActor, channel: ChannelHandle) -> None:
    result = await alice.slash(channel, "file", upload=("a (ü) ?.txt", b"four"))
    assert result.response is not None
    (attachment,) = result.response.attachments
    assert (attachment.size, attachment.description) == (5, "more")
    (sent,) = world.requested("POST", "/interactions/*")
    assert [data for _, data in sent.files] == [b"four!"]
    async with aiohttp.ClientSession() as browser, browser.get(attachment.url) as page:
        assert (page.status, await page.read()) == (200, b"four!")
    async with aiohttp.ClientSession() as browser, browser.get(attachment.url + "x") as page:
        assert page.status == 404


async def test_uploads_have_a_limit(
    alice: MemberActor, channel: ChannelHandle, world: WireDiscord, bot: BotProcess
) -> None:
    world.upload_limit, world.ack_seconds = 4, 2
    with pytest.raises(TimeoutError):
        await alice.slash(channel, "file", upload=("a.txt", b"four"))
    assert [request.status for request in world.requested("POST", "/interactions/*")] == [413]
    assert bot.process.returncode is None


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize("status", [429, 500])
async def test_refused_requests_are_tried_again(
    world: WireDiscord, alice: MemberActor, channel: ChannelHandle, status: int
) -> None:
    edits = world.refuse("PATCH", "/webhooks/*", status=status)
    messages = world.refuse("POST", "/channels/*/messages", status=status)
    result = await alice.slash(channel, "echo", word="again")
    assert result.response is not None
    assert result.response.content == "echo again"
    asked = await alice.send(channel, f"{world.mention} hello")
    assert (await world.reply_to(asked)).content == "heard @TestBot hello"
    assert (edits.used, messages.used) == (1, 1)
    for path in ("/webhooks/*", "/channels/*/messages"):
        assert [request.status for request in world.requested("*", path)] == [status, 200]


async def test_an_interaction_that_waits_too_long_is_gone(
    world: WireDiscord, alice: MemberActor, channel: ChannelHandle, bot: BotProcess
) -> None:
    world.ack_seconds = 0.5
    with pytest.raises(TimeoutError, match=r"INTERACTION_CREATE .* command='silent'"):
        await alice.slash(channel, "silent")
    late = await world.wait_for(lambda: world.requested("POST", "/interactions/*"))
    assert (late[0].status, late[0].answer["code"]) == (404, 10062)
    await bot.wrote("error code 10062")


@pytest.mark.parametrize("politely", [False, True])
async def test_a_cut_gateway_is_resumed_and_misses_nothing(
    world: WireDiscord, alice: MemberActor, channel: ChannelHandle, bot: BotProcess, *, politely: bool
) -> None:
    await world.cut_gateway(politely=politely)
    assert not world.connected.is_set()
    asked = await alice.send(channel, f"{world.mention} in between")
    assert (await world.reply_to(asked)).content.endswith("in between")
    assert world.connected.is_set()
    assert (world.gateway.identified, world.gateway.resumed) == (1, 1)
    await bot.wrote("resumed")


async def test_a_forgotten_login_is_begun_anew(
    world: WireDiscord, alice: MemberActor, channel: ChannelHandle, bot: BotProcess
) -> None:
    await world.cut_gateway(resumable=False)
    await bot.ready()
    assert (world.gateway.identified, world.gateway.resumed) == (2, 0)
    result = await alice.slash(channel, "echo", word="back")
    assert result.response is not None
    assert result.response.content == "echo back"


async def test_a_wrong_token_does_not_get_in(world: WireDiscord, echo: list[str]) -> None:
    async with BotProcess(world, *echo, token="wrong.token.indeed") as process:  # noqa: S106
        assert await process.wait() == 1
        assert "LoginFailure: Improper token has been passed" in process.output
    assert [(request.path, request.status) for request in world.requests] == [("/users/@me", 401)]
    async with aiohttp.ClientSession() as client, client.ws_connect(world.gateway_url) as ws:
        assert (await ws.receive_json())["op"] == 10
        await ws.send_json({"op": 2, "d": {"token": "wrong", "intents": 0}})
        await ws.receive()
        assert ws.close_code == 4004


async def test_intents_that_the_portal_has_not_approved(echo: list[str]) -> None:
    import discord

    async with (
        WireDiscord(approved_intents=discord.Intents.default()) as world,
        BotProcess(world, *echo, "members") as process,
    ):
        assert await process.wait() == 1
        assert "PrivilegedIntentsRequired" in process.output
        assert not world.connected.is_set()


async def test_members_are_sent_on_request_and_two_may_ask_at_once(
    world: WireDiscord, alice: MemberActor, channel: ChannelHandle, echo: list[str]
) -> None:
    assert channel.guild is not None
    albert = channel.guild.add_member(world.create_user("albert"))
    async with BotProcess(world, *echo, "members") as process:
        await process.ready()
        counted, echoed = await asyncio.gather(alice.slash(channel, "count"), albert.slash(channel, "echo", word="two"))
    assert counted.response is not None
    assert echoed.response is not None
    assert (counted.response.content, echoed.response.content) == ("alice albert", "echo two")


async def test_a_bot_that_dies_is_told_from_one_that_is_slow(world: WireDiscord) -> None:
    started = time.monotonic()
    with pytest.raises(AssertionError, match="the bot ended with 7") as failed:
        async with BotProcess(world, sys.executable, "-c", "print('oh dear'); raise SystemExit(7)") as process:
            await process.ready()
    assert any("oh dear" in note for note in failed.value.__notes__)
    assert time.monotonic() - started < 30


async def test_what_the_simulation_lacks_is_not_hidden() -> None:
    async def ask_for(path: str) -> int:
        async with (
            WireDiscord() as world,
            aiohttp.ClientSession(headers={"Authorization": f"Bot {world.token}"}) as bot,
        ):
            page = await bot.get(f"{world.api}{path}")
            assert page.headers["Content-Type"] == "application/json"
            return page.status

    assert await ask_for("/gateway/bot") == 200
    with pytest.raises(AssertionError, match="GET /voice/regions"):
        await ask_for("/voice/regions")
