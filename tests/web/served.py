"""A small team's documents, and the real application over them, reached without a network."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import httpx

from askbrief.settings import Settings
from askbrief.web.app import create_app

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from fastapi import FastAPI

    from tests.conftest import Workplace

TOKEN = "correct-horse-battery-staple"  # noqa: S105 - of a test
QUESTION = "When did the harbour of Larkmouth open?"
API = "/api/v1"


def furnish(workplace: Workplace) -> None:
    """Three documents in two collections, and one that cannot be read."""
    workplace.write("mill.txt", "The mill at Oxbow was closed in 1931.\n\nIts wheel was sold.\n")
    workplace.write("port/harbour.txt", "The harbour of Larkmouth opened in 1904.\n\nIt takes nine ships a day.\n")
    workplace.write("secret/tunnel.txt", "The tunnel under Larkmouth opened in 1943.\n")
    workplace.write("secret/broken.pdf", b"no pdf")
    workplace.build()


def settings_of(workplace: Workplace, **values: Any) -> Settings:
    return Settings(seeds_dir=workplace.seeds, index_dir=workplace.index, state_dir=workplace.state, **values)


@asynccontextmanager
async def running(app: FastAPI, *, base_url: str = "http://127.0.0.1", peer: str = "127.0.0.1") -> AsyncIterator[Any]:
    """A client of an application that has started; `peer` is where its requests come from."""
    transport = httpx.ASGITransport(app, client=(peer, 40_000))
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url=base_url) as client:
        yield client


@asynccontextmanager
async def site(workplace: Workplace, *, peer: str = "127.0.0.1", **values: Any) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the page over these documents, with settings."""
    app = create_app(settings_of(workplace, **values), encoder=workplace.encoder)
    async with running(app, peer=peer) as client:
        yield client


def bearer(token: str = TOKEN) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def documents(client: httpx.AsyncClient, **options: Any) -> list[str]:
    """The documents that a client may see."""
    response = await client.get(f"{API}/sources", **options)
    assert response.status_code == 200, response.text
    return [source["doc_id"] for source in response.json()["sources"]]
