"""Who may see what of the page, by token, login, proxy and link."""

from __future__ import annotations

import stat
import time
from typing import TYPE_CHECKING, Any

import pytest

from askbrief.errors import SettingsError
from askbrief.records import Scope
from askbrief.service.links import MAX_LINK_CHARS, LinkRight, Links, LinkSigner, signing_secret
from tests.web.served import API, QUESTION, TOKEN, bearer, documents, furnish, settings_of, site

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Workplace

ALL = ["mill.txt", "port/harbour.txt", "secret/tunnel.txt"]
PORT = Scope(collections=frozenset({"port"}))
PEOPLE: dict[str, Any] = {
    "web_proxy_header": "X-Forwarded-User",
    "web_people": {"ann": ["*"], "bob": ["port"]},
    "web_admins": ["ann"],
}
URL = "https://askbrief.example.org"


@pytest.fixture(autouse=True)
def furnished(workplace: Workplace) -> None:
    furnish(workplace)


# ------------------------------------------------------------------------------------------- this machine


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:8080", "[::1]:8080", "LOCALHOST", "wiki.test:81"])
async def test_without_a_token_everything_is_open_to_this_machine(workplace: Workplace, host: str) -> None:
    async with site(workplace, url="http://wiki.test") as client:
        assert await documents(client, headers={"Host": host}) == ALL


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80", "", "[::1"])
async def test_a_page_elsewhere_whose_name_leads_here_reads_nothing(workplace: Workplace, host: str) -> None:
    async with site(workplace) as client:
        response = await client.get(f"{API}/sources", headers={"Host": host})
        assert response.status_code == 403
        assert "mill" not in response.text


# ------------------------------------------------------------------------------------------- the token


@pytest.mark.parametrize("path", ["ask?question=mill", "cite?where=mill.txt", "passage?where=a-b", "sources", "status"])
async def test_with_a_token_nobody_without_it_reads_anything(workplace: Workplace, path: str) -> None:
    async with site(workplace, web_token=TOKEN) as client:
        for headers in ({}, bearer("wrong"), bearer(""), bearer(TOKEN + "x"), {"Authorization": TOKEN}, bearer("é")):
            raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
            response = await client.get(f"{API}/{path}", headers=raw)
            assert response.status_code == 401
            assert response.headers["www-authenticate"] == "Bearer"
            assert "log in" in response.json()["detail"]


async def test_the_token_opens_everything(workplace: Workplace) -> None:
    async with site(workplace, web_token=TOKEN) as client:
        assert await documents(client, headers=bearer()) == ALL
        assert (await client.get("/metrics", headers=bearer())).status_code == 200
        assert (await client.get("/metrics")).status_code == 401


async def test_a_login_with_the_token_opens_everything_until_the_logout(workplace: Workplace) -> None:
    async with site(workplace, web_token=TOKEN) as client:
        response = await client.post("/login", data={"token": f" {TOKEN}\n", "next": "/c/mill-w6mzw2?x=1"})
        assert (response.status_code, response.headers["location"]) == (303, "/c/mill-w6mzw2?x=1")
        cookie = response.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert TOKEN not in cookie
        assert await documents(client) == ALL
        await client.post("/logout")
        assert (await client.get(f"{API}/sources")).status_code == 401


async def test_behind_https_the_cookie_is_for_https_alone(workplace: Workplace) -> None:
    async with site(workplace, web_token=TOKEN, url=URL) as client:
        assert "Secure" in (await client.post("/login", data={"token": TOKEN})).headers["set-cookie"]


async def test_a_wrong_token_logs_nobody_in_and_guessing_is_slow(workplace: Workplace) -> None:
    async with site(workplace, web_token=TOKEN) as client:
        for _ in range(10):
            response = await client.post("/login", data={"token": "guess", "next": "/"})
            assert response.headers["location"].startswith("/login?failed=1")
            assert "set-cookie" not in response.headers
        assert (await client.post("/login", data={"token": TOKEN})).status_code == 429


@pytest.mark.parametrize("to", ["//evil.example", "https://evil.example", "/\\evil.example", "", "/a\r\nX: y"])
async def test_a_login_never_leads_elsewhere(workplace: Workplace, to: str) -> None:
    async with site(workplace, web_token=TOKEN) as client:
        assert (await client.post("/login", data={"token": TOKEN, "next": to})).headers["location"] == "/"


async def test_a_form_that_is_too_large_is_not_read(workplace: Workplace) -> None:
    async with site(workplace, web_token=TOKEN) as client:
        assert (await client.post("/login", data={"token": "x" * 5_000})).status_code == 413


async def test_another_token_ends_all_logins(workplace: Workplace) -> None:
    async with site(workplace, web_token=TOKEN) as client:
        await client.post("/login", data={"token": TOKEN})
        cookies = dict(client.cookies)
    async with site(workplace, web_token=TOKEN[::-1]) as client:
        client.cookies.update(cookies)
        assert (await client.get(f"{API}/sources")).status_code == 401


# ------------------------------------------------------------------------------------------- the proxy


async def test_the_proxy_says_who_it_is_and_the_settings_what_they_may_see(workplace: Workplace) -> None:
    async with site(workplace, **PEOPLE) as client:
        assert await documents(client, headers={"X-Forwarded-User": "ann"}) == ALL
        assert await documents(client, headers={"X-Forwarded-User": "bob"}) == ["port/harbour.txt"]
        assert (await client.get(f"{API}/sources", headers={"X-Forwarded-User": "eve"})).status_code == 401
        assert (await client.get(f"{API}/sources")).status_code == 401
        assert (await client.get("/metrics", headers={"X-Forwarded-User": "ann"})).status_code == 200
        assert (await client.get("/metrics", headers={"X-Forwarded-User": "bob"})).status_code == 404


async def test_a_header_that_does_not_come_from_the_proxy_is_not_believed(workplace: Workplace) -> None:
    async with site(workplace, peer="192.0.2.7", **PEOPLE) as client:
        assert (await client.get(f"{API}/sources", headers={"X-Forwarded-User": "ann"})).status_code == 401
    async with site(workplace, peer="::ffff:10.1.2.3", **PEOPLE, web_proxies="10.0.0.0/8") as client:
        assert await documents(client, headers={"X-Forwarded-User": "ann"}) == ALL


async def test_a_header_that_a_visitor_added_beside_the_proxys_opens_nothing(workplace: Workplace) -> None:
    async with site(workplace, **PEOPLE) as client:
        headers = [("X-Forwarded-User", "ann"), ("X-Forwarded-User", "bob")]
        assert (await client.get(f"{API}/sources", headers=headers)).status_code == 401


async def test_without_a_list_of_people_whoever_the_proxy_lets_through_sees_everything(workplace: Workplace) -> None:
    async with site(workplace, web_proxy_header="X-Forwarded-User") as client:
        assert await documents(client, headers={"X-Forwarded-User": "eve"}) == ALL


async def test_what_somebody_may_not_see_is_as_if_it_were_not_there(workplace: Workplace) -> None:
    """In answers, citations, places, lists, counts, failures, and in what a filter says there is."""
    async with site(workplace, **PEOPLE) as client:
        ann, bob = ({"X-Forwarded-User": name} for name in ("ann", "bob"))
        question: dict[str, Any] = {"question": "When did the tunnel under Larkmouth open?", "top": 50}
        seen = (await client.get(f"{API}/ask", params=question, headers=ann)).json()
        key = next(hit["key"] for hit in seen["hits"] if hit["doc_id"] == "secret/tunnel.txt")
        asked: list[tuple[str, dict[str, Any]]] = [
            ("ask", question),
            ("ask", question | {"collection": "secret"}),
            ("ask", question | {"document": "secret/tunnel.txt"}),
            ("cite", {"where": key}),
            ("passage", {"where": key}),
            ("cite", {"where": "tunnel.txt ¶ 1"}),
            ("sources", {}),
            ("status", {}),
        ]
        for path, params in asked:
            response = await client.get(f"{API}/{path}", params=params, headers=bob)
            assert "1943" not in response.text
            if "secret" not in str(params):
                assert "secret" not in response.text
        never = await client.get(f"{API}/cite", params={"where": "tunnel-aaaaaa"}, headers=bob)
        hidden = await client.get(f"{API}/cite", params={"where": key}, headers=bob)
        assert (never.status_code, hidden.status_code) == (404, 404)
        assert hidden.json()["detail"].replace(key, "K") == never.json()["detail"].replace("tunnel-aaaaaa", "K")
        status = (await client.get(f"{API}/status", headers=bob)).json()
        assert (status["documents"], status["terms"]) == (1, None)


# -------------------------------------------------------------------------------------------- links


async def test_a_link_opens_what_its_scope_has_and_keeps_doing_so_by_a_cookie(workplace: Workplace) -> None:
    settings = settings_of(workplace, web_token=TOKEN, url=URL)
    links = Links.of(settings)
    assert links is not None
    link = links.to("harbour-aaaaaa", "port/harbour.txt", PORT)
    assert link is not None
    assert link.startswith(f"{URL}/c/harbour-aaaaaa?t=")
    right = link.partition("?t=")[2]
    async with site(workplace, web_token=TOKEN) as client:
        opened = await client.get(f"{API}/ask", params={"question": QUESTION, "t": right})
        assert [hit["doc_id"] for hit in opened.json()["hits"]] == ["port/harbour.txt"]
        assert "HttpOnly" in opened.headers["set-cookie"]
        assert opened.headers["referrer-policy"] == "no-referrer"
        assert await documents(client) == ["port/harbour.txt"]
        assert (await client.get("/metrics")).status_code == 404
    async with site(workplace, web_token=TOKEN) as stranger:
        for forged in (right[:-1], right + "x", "", "x.y", right.replace(".", "", 1), right[1:]):
            assert (await stranger.get(f"{API}/sources", params={"t": forged})).status_code == 401


async def test_a_link_that_has_run_out_opens_nothing(workplace: Workplace) -> None:
    signer = LinkSigner(signing_secret(workplace.state))
    old = signer.sign(LinkRight(PORT, int(time.time()) - 1))
    async with site(workplace, web_token=TOKEN) as client:
        assert (await client.get(f"{API}/sources", params={"t": old})).status_code == 401
        client.cookies.set("askbrief_link", old)
        assert (await client.get(f"{API}/sources")).status_code == 401


async def test_a_login_is_no_link_and_a_link_no_login(workplace: Workplace) -> None:
    signer = LinkSigner(signing_secret(workplace.state))
    async with site(workplace, web_token=TOKEN) as client:
        client.cookies.set("askbrief_login", signer.sign(LinkRight(Scope(), int(time.time()) + 99)))
        assert (await client.get(f"{API}/sources")).status_code == 401
        client.cookies.clear()
        await client.post("/login", data={"token": TOKEN})
        login = client.cookies["askbrief_login"]
        client.cookies.clear()
        assert (await client.get(f"{API}/sources", params={"t": login})).status_code == 401


def test_a_right_says_after_reading_what_it_said_when_it_was_signed() -> None:
    import datetime as dt

    signer = LinkSigner("s" * 40)
    until = int(time.time()) + 60
    for scope in (Scope(), PORT, Scope(frozenset(), frozenset({"ä.txt"}), dt.date(2022, 1, 2), dt.date(2023, 1, 2))):
        assert signer.read(signer.sign(LinkRight(scope, until))) == LinkRight(scope, until)


def test_a_scope_too_long_for_a_link_is_narrowed_to_the_document() -> None:
    links = Links(URL, "s" * 40, 1)
    names = frozenset(f"{number * 7919:x}/collection-{number * 104_729:x}" for number in range(100))
    document = f"{min(names)}/a.txt"
    link = links.to("a-aaaaaa", document, Scope(collections=names))
    assert link is not None
    assert len(link) <= MAX_LINK_CHARS
    right = LinkSigner("s" * 40).read(link.partition("?t=")[2])
    assert right is not None
    assert right.scope == Scope(documents=frozenset({document}))
    assert links.to("a-aaaaaa", "elsewhere/a.txt", Scope(collections=names)) is None


def test_the_secret_is_made_once_and_read_by_nobody_else(tmp_path: Path) -> None:
    first = signing_secret(tmp_path)
    path = tmp_path / "web.secret"
    assert signing_secret(tmp_path) == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.iterdir() if "secret" in file.name] == ["web.secret"]
    path.chmod(0o644)
    with pytest.raises(SettingsError, match="chmod 600"):
        signing_secret(tmp_path)
