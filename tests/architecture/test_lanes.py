"""The lanes of tests/conftest.py name folders, files and fixtures that exist."""

from __future__ import annotations

import regex

from tests.conftest import LANES_BY_FIXTURE, LANES_BY_PATH, ROOT


def test_every_path_of_a_lane_exists() -> None:
    assert [path for path in LANES_BY_PATH if not (ROOT / path).exists()] == []


def test_every_fixture_of_a_lane_exists() -> None:
    modules = [path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("*.py")]
    fixtures = {name for text in modules for name in regex.findall(r"@pytest\.fixture.*\n(?:async )?def (\w+)", text)}

    assert LANES_BY_FIXTURE.keys() <= fixtures
