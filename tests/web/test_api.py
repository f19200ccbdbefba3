"""The JSON API: the shapes of `--json`, pages, what a client has already, and what goes wrong as a sentence."""

from __future__ import annotations

import asyncio
import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from askbrief import Library
from askbrief.records import Verdict
from askbrief.service.serialisation import to_json
from tests.web.served import API, QUESTION, TOKEN, bearer, furnish, site

if TYPE_CHECKING:
    from tests.conftest import Workplace


@pytest.fixture(autouse=True)
def furnished(workplace: Workplace) -> None:
    furnish(workplace)


def as_json(shape: Any) -> Any:
    return json.loads(json.dumps(shape))


# ------------------------------------------------------------------------------------------- the shapes


async def test_an_answer_is_what_the_command_line_writes(workplace: Workplace) -> None:
    with workplace.open() as library:
        expected = as_json(to_json(library.ask(QUESTION, 2)))
    async with site(workplace) as client:
        response = await client.get(f"{API}/ask", params={"question": QUESTION, "top": 2})
    assert response.json() == expected
    assert expected["verdict"] == Verdict.STRONG


async def test_a_key_and_a_place_are_cited_as_the_command_line_cites_them(workplace: Workplace) -> None:
    with workplace.open() as library:
        keys = library.locate("harbour.txt ¶ 1")
        expected = [as_json(to_json(library.cite(key))) for key in keys]
    async with site(workplace) as client:
        at_place = await client.get(f"{API}/cite", params={"where": "harbour.txt ¶ 1"})
        of_key = await client.get(f"{API}/cite", params={"where": f"[{keys[0].upper()}]"})
    assert at_place.json() == expected
    assert of_key.json() == expected[0]


async def test_a_quote_that_is_gone_is_still_cited(workplace: Workplace) -> None:
    async with site(workplace) as client:
        answer = (await client.get(f"{API}/ask", params={"question": QUESTION})).json()
        key = answer["hits"][0]["key"]
        (workplace.seeds / "port" / "harbour.txt").unlink()
        workplace.build()
        gone = (await client.get(f"{API}/cite", params={"where": key})).json()
    assert (gone["status"], gone["current"]) == ("gone", None)
    assert gone["quote"] == answer["hits"][0]["quote"]


async def test_a_passage_comes_with_what_is_around_it(workplace: Workplace) -> None:
    workplace.write(
        "long.txt", "\n\n".join(f"Paragraph {n} tells of ferry {n}. " + "It sails. " * 60 for n in range(3))
    )
    workplace.build()
    async with site(workplace) as client:
        found = (await client.get(f"{API}/passage", params={"where": "long.txt ¶ 2"})).json()
    assert "ferry 1" in found["citation"]["quote"]
    assert found["before"]
    assert found["after"]


async def test_options_narrow_a_question(workplace: Workplace) -> None:
    async with site(workplace) as client:
        for option in ({"collection": "port"}, {"document": "port/harbour.txt"}):
            found = (await client.get(f"{API}/ask", params={"question": "Larkmouth", **option})).json()
            assert {hit["doc_id"] for hit in found["hits"]} == {"port/harbour.txt"}
        dated = (await client.get(f"{API}/ask", params={"question": "Larkmouth", "since": "2022"})).json()
        assert dated["hits"] == []


async def test_sources_come_in_pages_that_together_are_all_of_them(workplace: Workplace) -> None:
    async with site(workplace) as client:
        pages, offset = [], 0
        while offset is not None:
            page = (await client.get(f"{API}/sources", params={"limit": 2, "offset": offset})).json()
            pages.append([source["doc_id"] for source in page["sources"]])
            offset = page["next"]
    assert pages == [["mill.txt", "port/harbour.txt"], ["secret/tunnel.txt"]]
    assert page["total"] == 3
    assert [problem["path"] for problem in page["problems"]] == ["secret/broken.pdf"]


async def test_the_status_says_what_has_changed_since(workplace: Workplace) -> None:
    workplace.write("new.txt", "News.\n")
    async with site(workplace) as client:
        status = (await client.get(f"{API}/status")).json()
    assert (status["documents"], status["stale"], status["added"]) == (3, True, ["new.txt"])


# -------------------------------------------------------------------------------- what a client has already


async def test_what_a_client_has_is_not_sent_again_until_another_generation_serves(workplace: Workplace) -> None:
    params = {"question": QUESTION}
    async with site(workplace) as client:
        first = await client.get(f"{API}/ask", params=params)
        tag = first.headers["etag"]
        assert first.headers["cache-control"] == "private, no-cache"
        assert {"Authorization", "Cookie"} <= set(first.headers["vary"].split(", "))
        for given in (tag, f"W/{tag}", f'"other", {tag}'):
            again = await client.get(f"{API}/ask", params=params, headers={"If-None-Match": given})
            assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
        other = await client.get(f"{API}/ask", params={"question": "mill"}, headers={"If-None-Match": tag})
        assert other.status_code == 200
        workplace.write("dock.txt", "The dock of Larkmouth opened in 1911.\n")
        workplace.build()
        rebuilt = await client.get(f"{API}/ask", params=params, headers={"If-None-Match": tag})
    assert rebuilt.status_code == 200
    assert rebuilt.headers["etag"] != tag


async def test_what_one_person_was_answered_is_never_anothers(workplace: Workplace) -> None:
    people: dict[str, Any] = {"web_proxy_header": "X-User", "web_people": {"ann": ["*"], "bob": ["port"]}}
    async with site(workplace, **people) as client:
        ann = await client.get(f"{API}/sources", headers={"X-User": "ann"})
        bob = await client.get(f"{API}/sources", headers={"X-User": "bob", "If-None-Match": ann.headers["etag"]})
    assert bob.status_code == 200
    assert "X-User" in ann.headers["vary"]


# --------------------------------------------------------------------------------------- what goes wrong


@pytest.mark.parametrize(
    ("path", "status", "detail"),
    [
        ("ask", 422, "question: field required"),
        ("ask?question=%20", 400, "the question is empty"),
        ("ask?question=%3F%3F", 400, "has no words"),
        (f"ask?question={'x' * 2_001}", 400, "the limit is 2,000"),
        ("ask?question=mill&top=0", 422, "top: input should be greater"),
        ("ask?question=mill&collection=nope", 400, "there is no collection 'nope'; there are: port, secret"),
        ("ask?question=mill&since=2022-13", 400, "since is '2022-13'"),
        ("ask?question=mill&since=soon", 422, "since: string should match"),
        ("cite?where=mill-aaaaaa", 404, "no passage is known by the key 'mill-aaaaaa'"),
        ("cite?where=%21", 400, "not a citation key"),
        ("cite?where=nowhere.txt+p.+1", 404, "no document is called 'nowhere.txt'"),
        ("nothing", 404, "Not Found"),
    ],
)
async def test_what_goes_wrong_is_a_status_and_a_sentence(
    workplace: Workplace, path: str, status: int, detail: str
) -> None:
    async with site(workplace) as client:
        response = await client.get(f"{API}/{path}")
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem["status"] == status
    assert detail in problem["detail"]


async def test_another_method_is_refused_with_those_there_are(workplace: Workplace) -> None:
    async with site(workplace) as client:
        response = await client.post(f"{API}/ask")
    assert (response.status_code, response.headers["allow"]) == (405, "GET")


async def test_too_many_requests_are_told_when_to_come_again(workplace: Workplace) -> None:
    async with site(workplace, web_per_minute=3) as client:
        answers = [await client.get(f"{API}/status") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 20


async def test_a_request_that_takes_too_long_is_given_up_and_the_next_is_answered(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = Library.sources

    def slow(library: Library, *scope: Any) -> Any:
        time.sleep(0.4)
        return sources(library, *scope)

    async with site(workplace, web_seconds=0.2) as client:
        monkeypatch.setattr(Library, "sources", slow)
        late = await client.get(f"{API}/sources")
        assert late.status_code == 503
        assert "0.2 s" in late.json()["detail"]
        monkeypatch.undo()
        assert (await client.get(f"{API}/sources")).status_code == 200


async def test_an_index_that_breaks_is_unavailable_and_says_nothing_of_this_machine(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    from askbrief.errors import IndexDamaged

    def broken(*_: object) -> None:
        raise IndexDamaged(f"{workplace.index}/text.sqlite does not match its checksum")

    async with site(workplace) as client:
        monkeypatch.setattr(Library, "sources", broken)
        response = await client.get(f"{API}/sources")
    assert response.status_code == 503
    assert str(workplace.root) not in response.text
    assert response.headers["retry-after"]


async def test_many_at_once_are_all_answered(workplace: Workplace) -> None:
    async with site(workplace, web_per_minute=0) as client:
        asked = (client.get(f"{API}/ask", params={"question": f"{QUESTION} {n}"}) for n in range(40))
        answers = await asyncio.gather(*asked)
    assert {answer.status_code for answer in answers} == {200}


async def test_processes_answer_where_they_are_set(workplace: Workplace) -> None:
    async with site(workplace, askers=1) as client:
        found = (await client.get(f"{API}/ask", params={"question": QUESTION})).json()
        refused = await client.get(f"{API}/ask", params={"question": "?!"})
    assert found["hits"][0]["quote"].startswith("The harbour")
    assert refused.status_code == 400


# --------------------------------------------------------------------------------------------- health


async def test_it_lives_is_ready_and_has_figures(workplace: Workplace) -> None:
    async with site(workplace, web_token=TOKEN) as client:
        assert (await client.get("/healthz")).text == "alive\n"
        assert (await client.get("/readyz")).text == "ready\n"
        await client.get(f"{API}/ask", params={"question": QUESTION}, headers=bearer())
        await client.get(f"{API}/cite", params={"where": "a-b"}, headers=bearer())
        await client.get(f"{API}/ask/{'x' * 50}", headers=bearer())
        figures = (await client.get("/metrics", headers=bearer())).text
    assert 'askbrief_web_requests_total{route="/api/v1/ask",status="200"} 1.0' in figures
    assert 'askbrief_web_requests_total{route="/api/v1/cite",status="404"} 1.0' in figures
    assert "xxx" not in figures
    assert "harbour" not in figures
