"""Play what docs/discord.md shows, in a simulated Discord over the real index, and take pictures.

Run: python benchmarks/render_cards.py [--pictures docs/images] [--chromium /usr/bin/chromium]

Without --pictures it only prints the text of every card, for the transcripts of the page. Pictures need
benchmarks/requirements.txt and Debian's packages chromium and pngquant; SimCord's preview draws them. In the simulated
server the bot has exactly the permissions that the page lists.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import re
import shutil
import subprocess
import sys
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, TypeAlias, cast

import discord
import simcord
import structlog

from askbrief import build
from askbrief.inference.loading import open_encoder
from askbrief.settings import Settings
from bot.app import AskbriefBot
from bot.settings import BotSettings

Shown: TypeAlias = discord.Message | simcord.InteractionResult
Sent: TypeAlias = discord.Message | simcord.ResponseMessage

ROOT = Path(__file__).resolve().parents[1]
SEED = "000_ee697740f37b7d18.txt"
PERMISSIONS = discord.Permissions(309_237_746_688)
QUESTION = "how many TTP fighters are in Afghanistan?"
CLAIM = "The UN counts 3,000 to 4,000 TTP fighters in Afghanistan, more than any other foreign group."
_SIZE = {"width": 1160, "height": 1900}
_LOOK = """it => {
    Object.assign(it.style, {maxHeight: "none", width: "680px", boxSizing: "border-box", paddingBlock: "16px"});
    it.querySelectorAll("pre, code").forEach(code => {
        code.style.setProperty("white-space", "pre-wrap", "important");
        Object.assign(code.style, {overflowWrap: "anywhere", minWidth: "0"});
    });
}"""
_TEXT, _BUTTON = 10, 2


class Camera:
    """Takes pictures of cards in a browser."""

    def __init__(self, browser: Any, folder: Path) -> None:  # noqa: ANN401 - playwright is not installed everywhere
        """Set Playwright's browser and the folder of the pictures."""
        self._browser = browser
        self._folder = folder

    async def take(
        self, env: simcord.Env, place: simcord.ChannelHandle, who: simcord.MemberActor, shown: Shown
    ) -> bytes:
        """Take a picture of a card as one person sees it."""
        async with env.preview(place, viewers=[who]) as preview:
            await preview.show(shown)
            page = await self._browser.new_page(viewport=_SIZE, device_scale_factor=2)
            await page.goto(preview.url)
            await page.wait_for_function("() => window.simcordPreview && window.simcordPreview.ready === true")
            surface = page.locator("#focused-content")
            await surface.evaluate(_LOOK)
            picture = bytes(await surface.screenshot())
            await page.close()
        return picture

    def keep(self, name: str, picture: bytes) -> None:
        """Write a picture with few colours; a card needs no more."""
        command = ["pngquant", "--quality", "70-95", "-"]
        small = subprocess.run(command, input=picture, stdout=subprocess.PIPE, check=True).stdout
        (self._folder / f"{name}.png").write_bytes(small)


class Stage:
    """A server with two channels, a manager, two analysts, and an optional camera."""

    def __init__(self, env: simcord.Env, bot: AskbriefBot, camera: Camera | None) -> None:
        """Create the server, its channels and its people."""
        self.env = env
        self.bot = bot
        self.camera = camera
        env.backend.edit_bot_profile("askbrief")
        guild = self.guild = env.create_guild(name="Analysts")
        self.intel = guild.create_text_channel("intel")
        self.lounge = guild.create_text_channel("lounge")
        managers = guild.create_role("Managers", permissions=discord.Permissions(manage_guild=True))
        self.journalists = guild.create_role("Press")
        self.mara = guild.add_member(env.create_user("Mara"), roles=[managers])
        self.alice = guild.add_member(env.create_user("Alice"))
        self.bob = guild.add_member(env.create_user("Bob"))
        for role in env.backend.get_guild(guild.id).roles.values():
            if role.managed:
                role.permissions = PERMISSIONS.value

    async def show(self, name: str, who: simcord.MemberActor, shown: Shown, *, picture: bool = False) -> None:
        """Print the text of a message; take its picture if there is a camera."""
        print(f"\n=== {name}")
        for message in [shown] if isinstance(shown, discord.Message) else [sent(shown), *shown.followups]:
            _print(_parts(message))
        if picture and self.camera is not None:
            self.camera.keep(name, await self.camera.take(self.env, self.intel, who, shown))

    def last(self, channel: simcord.ChannelHandle | None = None) -> discord.Message:
        """Return the newest message of a channel."""
        message = (channel or self.intel).last_message
        if message is None:
            raise LookupError("nothing was written")
        return message


def sent(shown: Shown) -> Sent:
    """Return the message that answered."""
    if isinstance(shown, discord.Message):
        return shown
    if shown.response is None:
        raise LookupError("nothing was answered")
    return shown.response


async def press(who: simcord.MemberActor, shown: Shown, label: str) -> simcord.InteractionResult:
    """Press the first button with this label."""
    buttons = [part for part in _all(_parts(sent(shown))) if part["type"] == _BUTTON]
    found = next(
        button for button in buttons if label in {button.get("label"), (button.get("emoji") or {}).get("name")}
    )
    return await who.click(sent(shown), custom_id=found["custom_id"])


def _parts(message: Sent) -> list[dict[str, Any]]:
    parts: list[Any] = list(message.components)
    return [part if isinstance(part, dict) else part.to_dict() for part in parts]


def _all(parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Yield every component at every level, in order."""
    found = []
    for part in parts:
        beside = [part["accessory"]] if part.get("accessory") else []
        found += [part, *_all([*part.get("components", []), *beside])]
    return found


def _print(parts: list[dict[str, Any]]) -> None:
    for part in _all(parts):
        if part["type"] == _TEXT:
            print(part["content"])
        elif part["type"] == _BUTTON:
            print(f"[ {part.get('label') or part['emoji']['name']} ]")


def _end_blocks_as_discord_does() -> None:
    """End quotes and lists after their last marked line, where the preview's CommonMark would continue them."""
    projection = cast("Any", importlib.import_module("simcord.preview._component_projection"))
    draw = projection.markdown_tokens

    def ended(value: object, *arguments: object, **options: object) -> object:
        text = str(value)
        if "```" not in text:
            text = re.sub(r"(?m)^((?:>|-) .*\n)(?!(?:>|-) |\n)", r"\1\n", text)
        return draw(text, *arguments, **options)

    projection.markdown_tokens = ended


async def questions(stage: Stage) -> None:
    """Ask, and use the buttons of an answer."""
    alice, bob, intel = stage.alice, stage.bob, stage.intel
    mention = stage.bot.user.mention if stage.bot.user else ""
    asked = await alice.slash(intel, "ask", question=QUESTION)
    await stage.show("answer", alice, asked, picture=True)
    menu = await press(alice, asked, "Cite")
    await bob.send(intel, f"{mention} who won the cricket world cup?")
    nothing = stage.last()
    await stage.show("sources-dont-say", bob, nothing, picture=True)
    await stage.show("nearest", bob, await press(bob, nothing, "Show nearest anyway"))
    await stage.show("more", alice, await press(alice, asked, "More passages"))
    private = await alice.slash(
        intel, "ask", question="how many attacks did the TTP carry out in 2021?", top=1, private=True
    )
    await stage.show("private", alice, private)
    await stage.show("share", alice, await press(alice, private, "Share"))
    await stage.show("shared", alice, stage.last())
    await stage.show("cite-menu", alice, menu, picture=True)
    await stage.show("post", alice, await press(alice, menu, "Post in channel"))
    await stage.show("posted", alice, stage.last())
    await stage.show("around", alice, await press(alice, menu, "Read around it"), picture=True)


async def going_on(stage: Stage) -> None:
    """Check a claim, follow up, vote, write to the bot."""
    alice, bob, intel = stage.alice, stage.bob, stage.intel
    mention = stage.bot.user.mention if stage.bot.user else ""
    claim = await bob.send(intel, CLAIM)
    found = await alice.context_menu(intel, "Find sources", claim)
    await stage.show("find-sources", alice, found)
    await press(alice, found, "Share")
    await stage.show("found-for", alice, stage.last(), picture=True)
    await alice.send(intel, f"{mention} how many attacks on law enforcement in 2021?")
    first = stage.last()
    await stage.show("first", alice, first)
    await alice.send(intel, f"{mention} and in 2022?", reply_to=first)
    await stage.show("follow-up", alice, stage.last())
    await stage.show("discuss", alice, await press(alice, first, "Discuss"))
    await stage.show("thread", alice, stage.last(intel.threads[0]))
    voted = await press(bob, first, "👎")
    print("\n=== vote", voted.modal and voted.modal["title"])
    await alice.send_dm(QUESTION)
    await stage.show("direct", alice, stage.last(alice.user.dm_channel))


async def commands(stage: Stage) -> None:
    """Browse, and show errors."""
    alice, mara, intel = stage.alice, stage.mara, stage.intel
    key = "emboldened-resurgent-ttp-x243xb"
    await stage.show("cite", alice, await alice.slash(intel, "cite", key=key))
    await stage.show("cite-style", alice, await alice.slash(intel, "cite", key=key, style="footnote"))
    await stage.show("status", alice, await alice.slash(intel, "status"))
    await stage.show("help", mara, await mara.slash(intel, "help"), picture=True)
    await stage.show("date", alice, await alice.slash(intel, "ask", question=QUESTION, since="last year"))
    await stage.show("key", alice, await alice.slash(intel, "cite", key="no-such-key"))
    offered = await alice.autocomplete(intel, "ask", "source", "embold", question=QUESTION)
    print("offered", offered)


async def documents(stage: Stage, seeds: Path) -> None:
    """Add, rebuild and remove documents."""
    mara, alice, intel = stage.mara, stage.alice, stage.intel
    text = (ROOT / "docs" / "documents.md").read_bytes()
    preview = await mara.slash(intel, "index add", file=("documents.md", text), collection="handbook")
    await stage.show("index-add", mara, preview, picture=True)
    added = await press(mara, preview, "Add it")
    await stage.show("index-added", mara, added)
    (seeds / "voa").mkdir()
    (seeds / SEED).rename(seeds / "voa" / "emboldened-resurgent-ttp.txt")
    shutil.copy(ROOT / "docs" / "quality.md", seeds / "handbook" / "quality.md")
    (seeds / "handbook" / "scan.pdf").write_bytes(b"%PDF-1.7\n")
    (seeds / "handbook" / "empty.txt").write_bytes(b"")
    await stage.show("status-stale", alice, await alice.slash(intel, "status"))
    await stage.show("rebuild", mara, await mara.slash(intel, "index rebuild"), picture=True)
    await stage.show("rebuild-again", mara, await mara.slash(intel, "index rebuild"))
    moved = await alice.slash(intel, "cite", key="emboldened-resurgent-ttp-x243xb")
    await stage.show("cite-moved", alice, moved, picture=True)
    await stage.show("sources", alice, await alice.slash(intel, "sources"), picture=True)
    removal = await mara.slash(intel, "index remove", document="handbook/quality.md")
    await stage.show("index-remove", mara, removal)
    await stage.show("removed", mara, await press(mara, removal, "Remove it"))


async def access(stage: Stage) -> None:
    """Grant collections."""
    mara, alice, intel = stage.mara, stage.alice, stage.intel
    given = await mara.slash(intel, "access allow", collection="voa", channel=intel)
    await stage.show("access-allow", mara, given)
    await mara.slash(intel, "access allow", collection="handbook", role=stage.journalists)
    await mara.slash(intel, "access allow", collection="handbook", role=stage.guild.default_role)
    await stage.show("access-list", mara, await mara.slash(intel, "access list"), picture=True)
    taken = await mara.slash(intel, "access revoke", collection="handbook", role=stage.journalists)
    await stage.show("access-revoke", mara, taken)
    await mara.slash(intel, "access revoke", collection="handbook", role=stage.guild.default_role)
    await stage.show("lounge", alice, await alice.slash(stage.lounge, "ask", question=QUESTION))
    await stage.show("access-open", mara, await mara.slash(intel, "access open"))
    await stage.show("access-close", mara, await mara.slash(intel, "access close"))


async def play(folder: Path | None, chromium: str) -> None:
    """Play everything."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    async with AsyncExitStack() as stack:
        work = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        (work / "seeds").mkdir()
        shutil.copy(ROOT / "seeds" / SEED, work / "seeds" / SEED)
        settings = Settings(seeds_dir=work / "seeds", index_dir=work / "index", state_dir=work / "state")
        encoder = open_encoder(settings)
        build(settings.seeds_dir, settings.index_dir, encoder=encoder, settings=settings)
        bot = AskbriefBot(settings, BotSettings(), encoder=encoder)
        camera = Camera(await _browser(stack, chromium), folder) if folder is not None else None
        env = await stack.enter_async_context(simcord.run(bot, settle_timeout=120))
        stage = Stage(env, bot, camera)
        await questions(stage)
        await going_on(stage)
        await commands(stage)
        await documents(stage, settings.seeds_dir)
        await access(stage)


async def _browser(stack: AsyncExitStack, chromium: str) -> Any:  # noqa: ANN401 - playwright is not installed everywhere
    _end_blocks_as_discord_does()
    playwright = await stack.enter_async_context(importlib.import_module("playwright.async_api").async_playwright())
    return await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])


def main() -> int:
    """Read the options and play."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=Path, help="folder for the pictures")
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    options = parser.parse_args()
    if options.pictures is not None:
        options.pictures.mkdir(parents=True, exist_ok=True)
    asyncio.run(play(options.pictures, options.chromium))
    return 0


if __name__ == "__main__":
    sys.exit(main())
