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
    from tests.bot.conftest import Office

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium is installed (Debian: apt install chromium)")
FILLER = "\n\n".join(f"The {number}th warehouse of the port was painted white in that year." for number in range(80))
OPENED = "The harbour of Larkmouth opened in 1904"
HARBOUR = f"# Ports\n\n{FILLER}\n\n## Harbours\n\n{OPENED}, with two piers.\n\n{FILLER}\n"


async def test_a_click_on_a_citation_in_discord_shows_the_highlighted_passage_in_a_browser(
    small_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASKBRIEF_WEB_TOKEN", "correct-horse-battery-staple")
    small_office.write("open/ports.md", HARBOUR)
    small_office.write("secret/harbour.txt", "The secret harbour of Larkmouth opened in 1943.\n")
    small_office.build()
    with running(create_app(small_office.settings, encoder=small_office.encoder)) as address:
        monkeypatch.setenv("ASKBRIEF_URL", address)
        async with small_office.open() as town:
            town.bot.access.allow(AccessRule(town.guild.id, "open", RuleTarget.CHANNEL, town.intel.id))
            asked = await town.bob.slash(town.intel, "ask", question="When did the harbour of Larkmouth open?")
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
