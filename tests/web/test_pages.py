"""What the pages show and to whom, through the application as a server would call it."""

from __future__ import annotations

import html
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest
import regex
from starlette.exceptions import HTTPException

from askbrief.errors import IndexDamaged
from askbrief.library import Library
from askbrief.records import Scope
from askbrief.service.build_process import BuildProcess
from askbrief.web import pages
from askbrief.web.access import Viewer
from askbrief.web.rendering import POLICY
from tests.conftest import ROOT
from tests.web.conftest import HOSTILE, settings_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from starlette.testclient import TestClient

    from tests.conftest import Workplace

    Opener = Callable[..., AbstractContextManager[TestClient]]

pytestmark = pytest.mark.usefixtures("library")
QUESTION = "how many TTP fighters are in Afghanistan?"
REPORT = """---
title: Report of the monitors
author: Monitoring Team
date: 2022-07-05
url: https://example.org/report
---
# Fighters

The team counts 3,000 to 4,000 TTP fighters in Afghanistan, mostly along the border.

# Money

Extortion of traders brought in several million dollars.
"""
STATEMENT = "Officials say there are 6,000 TTP fighters in Afghanistan, and that their number grows.\n"


@pytest.fixture
def library(workplace: Workplace) -> Workplace:
    workplace.write("un/report.md", REPORT)
    workplace.write("news/statement.txt", STATEMENT)
    workplace.write("news/copy.txt", STATEMENT)
    workplace.write("hostile.md", HOSTILE)
    workplace.build()
    return workplace


def key_of(workplace: Workplace, place: str) -> str:
    with workplace.open() as library:
        return library.locate(place)[0]


def seen_by(monkeypatch: pytest.MonkeyPatch, scope: Scope, *, admin: bool = False) -> None:
    """Make every request one of somebody who may see only a scope."""
    monkeypatch.setattr(pages, "viewer", lambda _: Viewer(scope, is_admin=admin))


def text_of(response: Any) -> str:
    """What a page says, without its tags."""
    return " ".join(regex.sub(r"<[^>]+>", " ", response.text).split())


# ------------------------------------------------------------------------------------------------- asking


def test_an_answer_has_figures_passages_places_and_keys(pages: Opener, library: Workplace) -> None:
    with pages() as client:
        said = client.get("/", params={"q": QUESTION})
    assert said.status_code == 200
    assert "6,000" in said.text
    assert "3,000 to 4,000" in said.text
    assert "they differ; each is as its source has it" in text_of(said)
    assert "Monitoring Team" in said.text
    assert "§ Fighters" in said.text
    assert f"/c/{key_of(library, 'un/report.md § Fighters')}?q=how+many" in said.text
    assert "1 other passage says the same" in text_of(said)
    assert 'class="best"' in said.text
    assert "[^" in said.text  # the footnote style


def test_what_the_sources_do_not_say_is_said_and_the_nearest_passages_are_folded(pages: Opener) -> None:
    with pages() as client:
        said = client.get("/", params={"q": "who won the chess olympiad in Chennai?"})
    assert "The sources don’t say" in said.text
    if "hit-1" in said.text:
        assert said.text.index('<details class="nearest">') < said.text.index('id="hit-1"')


def test_a_collection_and_dates_narrow_the_search(pages: Opener) -> None:
    with pages() as client:
        by_collection = client.get("/", params={"q": QUESTION, "collection": "news"})
        by_date = client.get("/", params={"q": QUESTION, "since": "2022"})
        no_date = client.get("/", params={"q": QUESTION, "since": "soon"})
        unknown = client.get("/", params={"q": QUESTION, "collection": "secret"})
        words = client.get("/", params={"q": "?!"})
    assert "Report of the monitors" not in by_collection.text
    assert "Only in: news" in text_of(by_collection)
    assert "statement" not in by_date.text
    assert "Report of the monitors" in by_date.text
    assert no_date.status_code == words.status_code == 400
    assert "should be a date such as 2022" in text_of(no_date)
    assert unknown.status_code == 400
    assert "there is no collection 'secret'; there are: news" in html.unescape(unknown.text)


@pytest.mark.parametrize("top", ["0", "-1", "x", "9" * 30, "20"])
def test_any_number_of_passages_can_be_asked_for(pages: Opener, top: str) -> None:
    with pages() as client:
        assert client.get("/", params={"q": QUESTION, "top": top}).status_code == 200


# ------------------------------------------------------------------------------------------------ reading


def test_a_citation_opens_its_document_with_the_passage_marked(pages: Opener, library: Workplace) -> None:
    key = key_of(library, "un/report.md § Fighters")
    with pages() as client:
        said = client.get(f"/c/{key}", params={"q": QUESTION})
    assert "Intact" in said.text
    assert regex.search(r'<mark class="cited[^"]*" id="here" tabindex="-1" autofocus>', said.text)
    assert "Extortion of traders" in said.text  # the neighbours are there
    assert "¶ 1" in said.text
    assert "hit 1 of" in text_of(said) or "hit 2 of" in text_of(said)
    assert (
        "https://example.org/report#:~:text=The%20team%20counts%203%2C000,mostly%20along%20the%20border." in said.text
    )


def test_citations_that_moved_changed_or_are_gone_say_so(pages: Opener, library: Workplace) -> None:
    library.write("old/a.txt", "The bridge at Torkham is closed on Mondays for repairs, the ministry of works said.\n")
    library.write("b.txt", "Drivers must carry two forms of identification and a permit of at most 30 days.\n")
    library.write("c.txt", "The caravanserai near Jalalabad had eleven wells and a mosque with a blue dome.\n")
    library.build()
    keys = [key_of(library, place) for place in ("old/a.txt ¶ 1", "b.txt ¶ 1", "c.txt ¶ 1")]
    (library.seeds / "old" / "a.txt").rename(library.seeds / "a.txt")
    library.write("b.txt", "Drivers must carry three forms of identification and a permit of at most 30 days.\n")
    (library.seeds / "c.txt").unlink()
    library.build()
    with pages() as client:
        moved, changed, gone = (client.get(f"/c/{key}") for key in keys)
    assert "Moved" in moved.text
    assert "old/a.txt" in moved.text
    assert "<del>two</del>" in changed.text
    assert "<ins>three</ins>" in changed.text
    assert "Gone" in gone.text
    assert "eleven wells" in gone.text
    assert {moved.status_code, changed.status_code, gone.status_code} == {200}


@pytest.mark.parametrize(
    "address", ["/c/no-such-abcdef", "/c/%20", "/c/a%2Fb", "/d/none.txt", "/d/", "/nowhere", "/static/x.css"]
)
def test_what_is_not_there_is_a_page_that_says_so(pages: Opener, address: str) -> None:
    with pages() as client:
        said = client.get(address)
    assert said.status_code == 404
    assert "<h1>Not here</h1>" in said.text


def test_pages_slides_and_rows_are_named_in_the_margin(pages: Opener, workplace: Workplace) -> None:
    documents = ROOT / "tests" / "samples"
    for name in ("pdf/multi-column-2p.pdf", "other/test.pptx", "other/test.xlsx"):
        workplace.write(name.rpartition("/")[2], (documents / name).read_bytes())
    workplace.build()
    with pages() as client:
        paper, slides, sheet = (client.get(f"/d/{name}") for name in ("multi-column-2p.pdf", "test.pptx", "test.xlsx"))
    assert 'id="page-2"' in paper.text
    assert "p. 1" in paper.text
    assert "slide 2" in slides.text
    assert '<span class="label">12</span>' in sheet.text


def test_a_document_of_a_mail_has_an_address(pages: Opener, workplace: Workplace) -> None:
    mail = ROOT / "tests" / "samples" / "eml" / "fake-email-attachment.eml"
    workplace.write("a mail.eml", mail.read_bytes())
    workplace.build()
    with pages(), pages() as client:
        listed = client.get("/sources").text
        address = regex.search(r'href="(/d/a%20mail\.eml/[^"]+)"', listed)
        assert address is not None
        assert "fake attachment" in client.get(address[1]).text


def test_words_are_found_however_they_are_written(pages: Opener) -> None:
    with pages() as client:
        found = client.get("/d/un/report.md", params={"find": "TTP   FIGHTERS"})
        nothing = client.get("/d/un/report.md", params={"find": "zeppelin"})
        pattern = client.get("/d/un/report.md", params={"find": "(a+)+$["})
    assert "1 of 1" in text_of(found)
    assert 'id="here"' in found.text
    assert "not in this document" in text_of(nothing)
    assert pattern.status_code == 200


def test_a_long_document_is_shown_in_stretches_that_lose_nothing(pages: Opener, workplace: Workplace) -> None:
    count = 4_000
    workplace.write("long.txt", "\n\n".join(f"Valley {n} tells of its harvest and roads." for n in range(count)))
    workplace.write("one-line.txt", "word " * 40_000)
    workplace.build()
    told: set[str] = set()
    with pages() as client:
        address = "/d/long.txt"
        while address:
            said = client.get(address)
            assert len(said.text) < 400_000
            told.update(regex.findall(r"Valley (\d+) tells", said.text))
            later = regex.search(r'href="([^"]+)">Later</a>', said.text)
            address = later[1].replace("&amp;", "&") if later else ""
        assert len(told) == count
        backwards = regex.search(r'href="([^"]+)">Earlier</a>', said.text)
        assert backwards is not None
        assert client.get(backwards[1].replace("&amp;", "&")).status_code == 200
        assert len(client.get("/d/one-line.txt").text) < 100_000
        key = key_of(workplace, "long.txt ¶ 2500")
        assert 'id="here"' in client.get(f"/c/{key}").text


@pytest.mark.parametrize(
    "place", ["at=99999999", "until=0", "at=0", "at=x", "until=99999999", "n=7&find=the", "n=0&find=the"]
)
def test_any_place_can_be_asked_for(pages: Opener, place: str) -> None:
    with pages() as client:
        assert client.get(f"/d/un/report.md?{place}").status_code == 200


# ------------------------------------------------------------------------------------------------- access


def test_what_one_may_not_see_is_nowhere(pages: Opener, library: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    key = key_of(library, "un/report.md § Fighters")
    seen_by(monkeypatch, Scope(collections=frozenset({"news"})))
    with pages(web_originals=True) as client:
        answers = [
            client.get("/", params={"q": QUESTION}),
            client.get("/", params={"q": QUESTION, "collection": "un"}),
            client.get(f"/c/{key}"),
            client.get("/d/un/report.md"),
            client.get("/original/un/report.md"),
            client.get("/sources"),
        ]
        statuses = [client.get("/status").status_code, client.post("/status/rebuild").status_code]
    assert [said.status_code for said in answers] == [200, 400, 404, 404, 404, 200]
    assert not any("Monitoring Team" in said.text or "Report of the monitors" in said.text for said in answers)
    assert statuses == [403, 403]


def test_admins_see_what_could_not_be_read(pages: Opener, library: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    library.write("scan.pdf", b"%PDF-1.7\n")
    library.build()
    library.write("new.txt", "A new file.")
    with pages() as client:
        for_admins, status = client.get("/sources"), client.get("/status")
        seen_by(monkeypatch, Scope())
        for_all = client.get("/sources")
    assert "scan.pdf" in for_admins.text
    assert "scan.pdf" not in for_all.text
    assert "new.txt" in status.text
    assert library.open().generation_name in status.text


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "same-origin"}, 303),
        ({"origin": "http://127.0.0.1"}, 303),
        ({"sec-fetch-site": "cross-site", "origin": "http://127.0.0.1"}, 403),
        ({"origin": "http://evil.test"}, 403),
        ({"origin": "null"}, 403),
        ({}, 403),
    ],
)
def test_only_a_form_of_this_very_site_rebuilds(
    pages: Opener, library: Workplace, headers: dict[str, str], status: int
) -> None:
    with pages() as client:
        client.app.state.build_process = BuildProcess(settings_of(library), [sys.executable, "-c", "pass"])  # type: ignore[attr-defined]
        assert client.post("/status/rebuild", headers=headers).status_code == status


def test_a_rebuild_that_fails_says_why(pages: Opener, library: Workplace) -> None:
    broken = [sys.executable, "-c", "import sys; sys.exit('the disk is <full>')"]
    with pages() as client:
        process = BuildProcess(settings_of(library), broken)
        client.app.state.build_process = process  # type: ignore[attr-defined]
        client.post("/status/rebuild", headers={"sec-fetch-site": "same-origin"})
        deadline = time.monotonic() + 30
        while process.state().seconds is not None and time.monotonic() < deadline:
            time.sleep(0.01)
        assert "the disk is &lt;full&gt;" in client.get("/status").text


def test_a_rebuild_that_runs_says_how_far_it_is(pages: Opener, library: Workplace) -> None:
    step = '{"stage": "encoding", "done": 128, "total": 318}'
    slow = f"import time; print('{step}', flush=True); time.sleep(60)"
    with pages() as client:
        process = BuildProcess(settings_of(library), [sys.executable, "-c", slow])
        client.app.state.build_process = process  # type: ignore[attr-defined]
        client.post("/status/rebuild", headers={"sec-fetch-site": "same-origin"})
        deadline = time.monotonic() + 30
        while not process.state().progress and time.monotonic() < deadline:
            time.sleep(0.01)
        assert "encoding: 128 of 318, 0 min left" in client.get("/status").text
        assert client.post("/status/rebuild", headers={"sec-fetch-site": "same-origin"}).status_code == 409
        process.stop()


def test_originals_are_given_out_where_the_settings_say_so(pages: Opener) -> None:
    with pages() as client:
        assert client.get("/original/un/report.md").status_code == 404
        assert "Original" not in client.get("/d/un/report.md").text
    with pages(web_originals=True) as client:
        given = client.get("/original/un/report.md")
        assert "/original/un/report.md" in client.get("/d/un/report.md").text
    assert given.text == REPORT
    assert given.headers["content-disposition"] == "attachment; filename*=utf-8''report.md"
    assert given.headers["content-type"] == "application/octet-stream"


# ------------------------------------------------------------------------------------------------- safety


def test_every_page_keeps_to_itself(pages: Opener) -> None:
    with pages() as client:
        for address in ("/", f"/?q={QUESTION}", "/d/hostile.md", "/sources", "/nowhere", "/c/none-abcdef"):
            headers = client.get(address).headers
            assert headers["content-security-policy"] == POLICY
            assert headers["referrer-policy"] == "no-referrer"
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["cache-control"] == "private, no-cache"
        assert client.get("/login").headers["referrer-policy"] == "same-origin"


def test_a_page_can_be_asked_for_its_headers_alone(pages: Opener) -> None:
    with pages() as client:
        for address in ("/", f"/?q={QUESTION}", "/d/hostile.md", "/sources", "/nowhere", "/login"):
            whole, head = client.get(address), client.head(address)
            assert head.status_code == whole.status_code, address
            assert head.headers["content-type"] == whole.headers["content-type"]


def test_no_page_has_a_script_or_a_style_of_its_own(pages: Opener) -> None:
    with pages() as client:
        for address in ("/", f"/?q={QUESTION}", "/d/hostile.md", "/sources", "/status", "/login"):
            html = client.get(address).text
            assert not regex.search(r"<style|\sstyle=|\son\w+=(?!alert)|javascript:|<script(?! src=\"/static/)", html)
            assert not regex.search(r'(?:src|href)="(?:https?:)?//(?!example\.org)', html)


def test_static_files_have_names_that_change_with_them(pages: Opener) -> None:
    with pages() as client:
        names = regex.findall(r'"(/static/[^"]+)"', client.get("/").text)
        assert len(names) == 4
        for name in names:
            given = client.get(name)
            assert given.status_code == 200
            assert "immutable" in given.headers["cache-control"]
        assert client.get("/static/askbrief.css").status_code == 404


def test_a_failure_is_an_id_that_the_log_has_too(pages: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("secret path /etc/askbrief")

    def damaged(*_: Any, **__: Any) -> None:
        raise IndexDamaged("text.sqlite of the index cannot be read")

    with pages() as client:
        monkeypatch.setattr(Library, "ask", fail)
        broken = client.get("/", params={"q": QUESTION})
        monkeypatch.setattr(Library, "ask", damaged)
        unusable = client.get("/", params={"q": QUESTION})
    assert broken.status_code == 500
    assert regex.search(r"Id: <code>[0-9a-f]{8}</code>", broken.text)
    assert "secret" not in broken.text
    assert "Traceback" not in broken.text
    assert unusable.status_code == 503


def test_what_is_shown_can_be_cited_for_ever(pages: Opener, library: Workplace) -> None:
    with pages() as client:
        key = regex.search(r'id="k-([^"]+)"', client.get("/d/news/copy.txt").text)
        assert key is not None
        (library.seeds / "news" / "copy.txt").unlink()
        (library.seeds / "news" / "statement.txt").unlink()
        library.build()
        assert "Gone" in client.get(f"/c/{key[1]}").text


def test_who_is_not_known_is_asked_for_a_token_and_comes_back(pages: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(_: object) -> Viewer:
        raise HTTPException(401, headers={"www-authenticate": "Bearer"})

    monkeypatch.setattr("askbrief.web.pages.viewer", nobody)
    with pages() as client:
        said = client.get("/c/some-key-abcdef?q=a+b")
    assert said.status_code == 401
    assert said.headers["www-authenticate"] == "Bearer"
    assert '<form class="login" action="/login" method="post">' in said.text
    assert 'name="next" value="/c/some-key-abcdef?q=a+b"' in said.text


def test_a_login_leads_only_to_this_site(pages: Opener) -> None:
    with pages() as client:
        assert 'value="/c/x"' in client.get("/login?next=/c/x").text
        for evil in ("//evil.test", "https://evil.test", "/\\evil.test"):
            assert "evil.test" not in client.get("/login", params={"next": evil}).text
