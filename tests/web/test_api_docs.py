"""The examples of docs/api.md do what they say."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from askbrief.settings import Settings
from askbrief.web.app import create_app
from tests.conftest import ROOT
from tests.web.served import running

if TYPE_CHECKING:
    from pathlib import Path

    from askbrief.inference.encoder import Encoder

PAGE = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^curl 'http://127\.0\.0\.1:8080([^']+)'$", PAGE, re.MULTILINE)


async def test_every_example_is_answered(seed_index: Path, encoder: Encoder, tmp_path: Path) -> None:
    settings = Settings(seeds_dir=ROOT / "seeds", index_dir=seed_index, state_dir=tmp_path / "state")
    async with running(create_app(settings, encoder=encoder)) as client:
        paths = (await client.get("/api/v1/openapi.json")).json()["paths"]
        for example in EXAMPLES:
            response = await client.get(example)
            assert response.status_code == 200, (example, response.text)
    assert {f"/{example.split('/')[3].partition('?')[0]}" for example in EXAMPLES} == {*paths, "/openapi.json"}


@pytest.mark.parametrize("status", ["400", "401", "403", "404", "422", "429", "503"])
def test_every_status_is_explained(status: str) -> None:
    assert re.search(rf"^\| (\d+, )*{status}\b", PAGE, re.MULTILINE)
