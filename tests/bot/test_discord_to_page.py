"""From a question in Discord, by a click on a citation, to the highlighted passage on the page, in a real browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import async_playwright, expect

from askbrief.web.app import create_app
from bot.access_rules import AccessRule, RuleTarget
from tests.bot.test_links import links
from tests.web.running import running
from tests.web.test_browser import CHROMIUM

if TYPE_CHECKING:
    from tests.bot.conftest import BotWorkspace

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium is installed (Debian: apt install chromium)")
FILLER = "\n\n".join(f"The {number}th warehouse of the port was painted white in that year." for number in range(80))
OPENED = "The harbour of Larkmouth opened in 1904"
HARBOUR = f"# Ports\n\n{FILLER}\n\n## Harbours\n\n{OPENED}, with two piers.\n\n{FILLER}\n"


async def test_a_click_on_a_citation_in_discord_shows_the_highlighted_passage_in_a_browser(
    bot_workspace: BotWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASKBRIEF_WEB_TOKEN", "correct-horse-battery-staple")
    bot_workspace.write("open/ports.md", HARBOUR)
    bot_workspace.write("secret/harbour.txt", "The secret harbour of Larkmouth opened in 1943.\n")
    bot_workspace.build()
    with running(create_app(bot_workspace.settings, encoder=bot_workspace.encoder)) as address:
        monkeypatch.setenv("ASKBRIEF_URL", address)
        async with bot_workspace.open() as server:
            server.bot.access.allow(AccessRule(server.guild.id, "open", RuleTarget.CHANNEL, server.intel.id))
            asked = await server.bob.slash(server.intel, "ask", question="When did the harbour of Larkmouth open?")
            citation = next(iter(links(asked.response).values()))
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            page = await browser.new_page(viewport={"width": 1000, "height": 700})
            await page.goto(citation)
            await expect(page.locator("mark.cited").first).to_be_visible()
            marked = " ".join(await page.locator("mark.cited").all_inner_texts())
            assert OPENED in marked
            await expect(page.locator("#here")).to_be_in_viewport()
            secret = await page.goto(f"{address}/d/secret/harbour.txt")
            assert secret is not None
            assert secret.status == 404
            await browser.close()
