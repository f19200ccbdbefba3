"""The page in a real browser: Debian's chromium, driven by Playwright."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect, sync_playwright

from askbrief.web.app import create_app
from tests.conftest import ROOT, Workplace
from tests.fakes import HashEncoder
from tests.web.conftest import HOSTILE, settings_of
from tests.web.running import running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium is installed (apt-get install chromium)")

QUESTION = "how many TTP fighters are in Afghanistan?"
REPORT = """---
title: Report of the monitors
author: Monitoring Team
date: 2022-07-05
url: https://example.org/report#fighters
---
# Fighters

The team counts 3,000 to 4,000 TTP fighters in Afghanistan, mostly along the eastern border with Pakistan.

# Money

Extortion of traders brought the group several million dollars in the year before the report was written.
"""
STATEMENT = "Officials say there are 6,000 TTP fighters in Afghanistan, and that their number grows every month.\n"
LONG = "\n\n".join(f"Paragraph {n} tells of the harvest in valley {n}, and of the roads there." for n in range(2_000))
UNFOLD = "document.querySelectorAll('details').forEach(fold => { fold.open = true })"
RUNS_NO_SCRIPT = "() => window.ran === undefined"


@dataclass
class Site:
    """A page that serves, and the keys of citations that stand differently today."""

    address: str
    keys: dict[str, str]


@dataclass
class Watched:
    """What the browser did beside showing the page."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    root = tmp_path_factory.mktemp("site")
    (root / "seeds").mkdir()
    workplace = Workplace(root, HashEncoder())
    old = {
        "un/report.md": REPORT,
        "news/statement.txt": STATEMENT,
        "old/plan.txt": "The bridge at Torkham shall be closed on the first Monday of every month for repairs.\n",
        "rules.txt": "Drivers must carry two forms of identification and a permit that is not older than 30 days.\n",
        "gone.txt": "The caravanserai near Jalalabad had eleven wells and a mosque with a blue dome.\n",
        "hostile.md": HOSTILE,
        "long.txt": LONG,
        "costs.csv": "Item,Amount\nFuel,1200\nRepairs,300\nTents,45\n",
    }
    for name, content in old.items():
        workplace.write(name, content)
    for name in ("pdf/multi-column-2p.pdf", "other/test.pptx", "other/test.xlsx"):
        shutil.copy(ROOT / "tests" / "samples" / name, workplace.seeds)
    workplace.build()
    with workplace.open() as library:
        places = {
            "intact": "un/report.md § Fighters",
            "moved": "old/plan.txt ¶ 1",
            "changed": "rules.txt ¶ 1",
            "gone": "gone.txt ¶ 1",
            "hostile": "hostile.md ¶ 1",
            "long": "long.txt ¶ 1500",
        }
        keys = {name: library.locate(place)[0] for name, place in places.items()}
    (workplace.seeds / "old" / "plan.txt").rename(workplace.seeds / "new-plan.txt")
    workplace.write(
        "rules.txt", "Drivers must carry three forms of identification and a permit not older than 60 days.\n"
    )
    (workplace.seeds / "gone.txt").unlink()
    workplace.build()
    with running(create_app(settings_of(workplace), encoder=workplace.encoder)) as address:
        yield Site(address, keys)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.fixture
def watch(browser: Browser, site: Site) -> Iterator[Callable[..., Watched]]:
    """Opens pages; whatever they asked of the network, and whatever the browser refused them, fails the test."""
    opened: list[Watched] = []

    def open_page(**options: Any) -> Watched:
        context = browser.new_context(base_url=site.address, reduced_motion="reduce", **options)
        watched = Watched(context.new_page())
        watched.page.on("request", lambda request: watched.requests.append(request.url))
        watched.page.on("console", lambda said: watched.complaints.append(said.text) if said.type == "error" else None)
        watched.page.on("pageerror", lambda error: watched.complaints.append(str(error)))
        watched.page.on("dialog", lambda dialog: watched.complaints.append(dialog.message))
        opened.append(watched)
        return watched

    yield open_page
    for watched in opened:
        expected = ("the server responded with a status of 4",)
        assert [said for said in watched.complaints if not any(one in said for one in expected)] == []
        assert {urlsplit(url).hostname for url in watched.requests} <= {"127.0.0.1"}
        watched.page.context.close()


@pytest.fixture
def page(watch: Callable[..., Watched]) -> Page:
    return watch().page


def in_view(page: Page) -> bool:
    """Whether the passage that a page is about can be seen without scrolling."""
    return bool(
        page.locator("#here").evaluate(
            "it => { const box = it.getBoundingClientRect(); return box.top >= 0 && box.top < innerHeight - 20 }"
        )
    )


def test_a_question_leads_to_the_marked_passage_in_its_document(page: Page) -> None:
    page.goto("/")
    page.get_by_role("searchbox", name="Your question").fill(QUESTION)
    page.keyboard.press("Enter")
    expect(page.locator("#verdict")).to_be_visible()
    assert "q=how+many" in page.url
    page.locator("#hit-1 h3 a").click()
    expect(page.locator("mark.cited").first).to_be_visible()
    assert in_view(page)
    assert "TTP fighters" in "".join(page.locator("mark.cited").all_inner_texts())
    page.get_by_role("link", name="Back to the answer").click()
    expect(page.locator("#verdict")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize("fragment", ["", "#here"])
def test_the_passage_of_a_long_document_is_in_view(
    watch: Callable[..., Watched], site: Site, *, scripts: bool, fragment: str
) -> None:
    page = watch(java_script_enabled=scripts, viewport={"width": 900, "height": 600}).page
    page.goto(f"/c/{site.keys['long']}{fragment}")
    box = page.locator("#here").bounding_box()
    assert box is not None
    assert 0 <= box["y"] < 600
    assert len(page.content()) < 400_000


def test_what_is_copied_is_the_citation_as_it_is_written(watch: Callable[..., Watched], site: Site) -> None:
    page = watch(permissions=["clipboard-read", "clipboard-write"]).page
    page.goto(f"/c/{site.keys['intact']}")
    page.get_by_text("Copy citation").click()
    page.get_by_role("button", name="Copy as Footnote").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(f"[^{site.keys['intact']}]: [Report of the monitors]")
    page.goto(f"/c/{site.keys['hostile']}")
    page.get_by_text("Copy citation").click()
    page.get_by_role("button", name="Copy as Plain").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "was \u202e000,3\u202c dollars" in copied
    assert "RLO" not in copied


def test_keys_step_through_the_hits(page: Page) -> None:
    page.goto(f"/?q={quote(QUESTION)}")
    page.keyboard.press("j")
    expect(page.locator("#hit-1 article")).to_be_focused()
    page.keyboard.press("j")
    expect(page.locator("#hit-2 article")).to_be_focused()
    page.keyboard.press("k")
    expect(page.locator("#hit-1 article")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("hit 1 of")).to_be_visible()
    page.keyboard.press("j")
    expect(page.get_by_text("hit 2 of")).to_be_visible()
    assert in_view(page)
    page.keyboard.press("k")
    expect(page.get_by_text("hit 1 of")).to_be_visible()
    page.keyboard.press("/")
    expect(page.locator("#find")).to_be_focused()
    page.keyboard.type("jk")
    expect(page.get_by_text("hit 1 of")).to_be_visible()


def test_words_are_found_in_a_document(page: Page) -> None:
    page.goto("/d/long.txt?find=valley+1999")
    expect(page.get_by_role("status")).to_contain_text("1 of 1")
    assert in_view(page)
    page.goto("/d/long.txt")
    page.locator("#find").fill("valley 19")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("1 of 111")
    page.get_by_role("link", name="Next place").click()
    expect(page.get_by_role("status")).to_contain_text("2 of 111")
    assert in_view(page)
    assert "valley 19" in page.locator("#here").inner_text()


def test_dark_and_light_follow_the_system_and_can_be_chosen(watch: Callable[..., Watched]) -> None:
    def background(page: Page) -> str:
        return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))

    light, dark = watch(color_scheme="light").page, watch(color_scheme="dark").page
    for page in (light, dark):
        page.goto("/")
    by_system = background(dark)
    assert background(light) != by_system
    light.get_by_role("button", name="Dark").click()
    assert background(light) == by_system
    light.goto("/sources")
    assert background(light) == by_system


def test_nothing_sticks_out_of_a_narrow_screen(watch: Callable[..., Watched], site: Site) -> None:
    page = watch(viewport={"width": 360, "height": 740}).page
    for address in addresses(site):
        page.goto(address)
        page.evaluate(UNFOLD)
        sticks_out = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert sticks_out <= 0, address


def test_a_moved_citation_shows_both_places(page: Page, site: Site) -> None:
    page.goto(f"/c/{site.keys['moved']}")
    expect(page.locator(".citation")).to_contain_text("Moved")
    expect(page.locator(".places")).to_contain_text("old/plan.txt")
    expect(page.locator(".places")).to_contain_text("new-plan.txt")
    expect(page.locator("mark.cited")).to_contain_text("The bridge at Torkham")
    assert in_view(page)


def test_a_changed_citation_shows_what_was_and_what_is(page: Page, site: Site) -> None:
    page.goto(f"/c/{site.keys['changed']}")
    expect(page.locator(".citation")).to_contain_text("Changed")
    assert page.locator("del").all_inner_texts()[0] == "two"
    assert page.locator("ins").all_inner_texts()[0] == "three"
    expect(page.locator("mark.cited")).to_contain_text("three forms")


def test_a_citation_that_is_gone_shows_what_it_said(page: Page, site: Site) -> None:
    page.goto(f"/c/{site.keys['gone']}")
    expect(page.locator(".citation")).to_contain_text("Gone")
    expect(page.locator("blockquote")).to_contain_text("eleven wells")


def test_hostile_text_is_shown_as_text(page: Page, site: Site) -> None:
    attack = quote('"><script>window.ran=1</script><img src=x onerror="window.ran=2">')
    for address in (
        "/d/hostile.md",
        f"/c/{site.keys['hostile']}",
        f"/?q={quote('how many <img src=x onerror=alert(1)> trucks')}",
        f"/?q={attack}",
        f"/?q=trucks&collection={attack}",
        f"/d/hostile.md?find={attack}",
        f"/c/{attack}",
        f"/login?next={attack}",
        f"/{attack}",
        "/sources",
    ):
        page.goto(address)
        assert page.evaluate(RUNS_NO_SCRIPT), address
        assert page.locator("main img, main script").count() == 0, address
    page.goto("/d/hostile.md")
    text = page.locator("article.document").inner_text()
    assert "<script>window.ran = true</script>" in text
    assert "&amp; 30 &lt;tanks&gt;" in text
    assert page.evaluate("getComputedStyle(document.querySelector('.unseen'), '::before').content") == '"RLO"'


def test_a_right_to_left_override_turns_nothing_around(page: Page) -> None:
    page.goto("/d/hostile.md")
    lefts = page.evaluate(
        """() => {
            const text = [...document.querySelectorAll('.document p')].flatMap(p => [...p.childNodes])
                .find(node => node.nodeType === 3 && node.data.includes('000,3'));
            const at = text.data.indexOf('000,3');
            return [0, 1, 2, 3, 4].map(place => {
                const range = document.createRange();
                range.setStart(text, at + place);
                range.setEnd(text, at + place + 1);
                return range.getBoundingClientRect().left;
            });
        }"""
    )
    assert lefts == sorted(lefts)


def addresses(site: Site) -> list[str]:
    """Every kind of page."""
    return [
        "/",
        f"/?q={quote(QUESTION)}",
        "/?q=zeppelin+submarine",
        "/?q=x&since=soon",
        *(f"/c/{key}" for key in site.keys.values()),
        f"/c/{site.keys['intact']}?q={quote(QUESTION)}",
        "/d/test.xlsx",
        "/d/costs.csv",
        "/d/test.pptx",
        "/d/multi-column-2p.pdf?find=the",
        "/sources",
        "/status",
        "/login",
        "/nowhere",
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(watch: Callable[..., Watched], site: Site, scheme: str) -> None:
    page = watch(color_scheme=scheme).page
    found = []
    for address in addresses(site):
        page.goto(address)
        page.evaluate(UNFOLD)
        violations = Axe().run(page).response["violations"]
        found += [
            (address, violation["id"], violation["nodes"][0]["html"], violation["nodes"][0].get("failureSummary"))
            for violation in violations
            if violation["impact"] in {"serious", "critical"}
        ]
    assert found == []
