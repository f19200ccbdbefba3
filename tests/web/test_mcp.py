"""`askbrief mcp`: the tools as an agent's own client finds and uses them, over stdio against a real process."""

from __future__ import annotations

import os
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from mcp import Client, StdioServerParameters

from askbrief import build
from tests.conftest import ROOT, SEED, TTP_QUESTION

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from askbrief.inference.encoder import Encoder


@asynccontextmanager
async def agent(index: Path, state: Path, *options: str) -> AsyncIterator[Client]:
    """A client that has started the command."""
    arguments = ["-m", "askbrief", "mcp", "--index", str(index), "--state", str(state), *options]
    async with Client(StdioServerParameters(command=sys.executable, args=arguments, env=dict(os.environ))) as client:
        yield client


async def used(client: Client, tool: str, **arguments: Any) -> Any:
    """What a tool gives, as typed data."""
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result.content
    assert result.structured_content is not None
    return result.structured_content


async def refused(client: Client, tool: str, **arguments: Any) -> str:
    """What a tool that cannot do it says."""
    result = await client.call_tool(tool, arguments)
    assert result.is_error
    return str(result.content[0].text)  # type: ignore[union-attr]


async def test_an_agent_searches_quotes_cites_and_reads_on(seed_index: Path, tmp_path: Path) -> None:
    async with agent(seed_index, tmp_path / "state") as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert set(tools) == {"search", "passage", "cite", "sources"}
        assert all(tool.description and tool.output_schema for tool in tools.values())
        found = await used(client, "search", question=TTP_QUESTION, top=2)
        first = found["hits"][0]
        assert (found["verdict"], len(found["hits"])) == ("strong", 2)
        assert "3,000 to 4,000" in first["quote"]
        (citation,) = (await used(client, "cite", where=first["key"]))["result"]
        assert (citation["status"], citation["quote"]) == ("intact", first["quote"])
        around = await used(client, "passage", where=first["key"])
        assert around["citation"]["key"] == first["key"]
        assert around["before"] or around["after"]
        sources = await used(client, "sources")
        assert [source["doc_id"] for source in sources["sources"]] == [SEED]
        text = (ROOT / "seeds" / SEED).read_text(encoding="utf-8")
        assert first["quote"] in text


async def test_what_cannot_be_done_is_a_sentence(seed_index: Path, tmp_path: Path) -> None:
    async with agent(seed_index, tmp_path / "state") as client:
        assert "has no words" in await refused(client, "search", question="?!")
        assert "no passage is known by the key" in await refused(client, "cite", where="ttp-aaaaaa")
        assert "there is no collection 'x'" in await refused(client, "search", question="who?", collection=["x"])
        assert "since is 'soon'" in await refused(client, "search", question="who?", since="soon")
        assert (await used(client, "search", question=TTP_QUESTION))["hits"]


@pytest.fixture
def two_collections(tmp_path: Path, encoder: Encoder) -> Path:
    """An index of one open and one secret document."""
    for name, text in (("open/a.txt", "The harbour opened in 1904."), ("secret/b.txt", "The tunnel opened in 1943.")):
        path = tmp_path / "seeds" / name
        path.parent.mkdir(parents=True)
        path.write_text(f"{text}\n")
    build(tmp_path / "seeds", tmp_path / "index", encoder=encoder)
    return tmp_path / "index"


async def test_an_agent_kept_to_a_collection_learns_of_no_other(two_collections: Path, tmp_path: Path) -> None:
    async with agent(two_collections, tmp_path / "state", "--collection", "open") as client:
        found = await used(client, "search", question="When did the tunnel open?", top=10)
        assert {hit["doc_id"] for hit in found["hits"]} == {"open/a.txt"}
        assert "secret" not in str(await used(client, "sources"))
        assert "no document is called 'b.txt'" in await refused(client, "cite", where="b.txt ¶ 1")
        assert "there are: open" in await refused(client, "search", question="tunnel", collection=["secret"])
