"""A page over a small index."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from starlette.testclient import TestClient

from askbrief.settings import Settings
from askbrief.web.app import create_app

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from tests.conftest import Workplace

Opener = "Callable[..., AbstractContextManager[TestClient]]"

HOSTILE = (
    "# <script>alert('title')</script>\n\n"
    "The convoy <img src=x onerror=alert(1)> had 120 trucks &amp; 30 &lt;tanks&gt;, the ministry said.\n\n"
    "The price was \u202e000,3\u202c dollars, in \u200frial.\n\n"
    "Then </p></article><script>window.ran = true</script> came {{ 7 * 7 }} buses from the depot.\n"
)


def settings_of(workplace: Workplace, **more: Any) -> Settings:
    """The settings of a test's folders."""
    return Settings(seeds_dir=workplace.seeds, index_dir=workplace.index, state_dir=workplace.state, **more)


@pytest.fixture
def pages(workplace: Workplace) -> Callable[..., AbstractContextManager[TestClient]]:
    """Opens the page over what the workplace has built."""

    @contextmanager
    def opened(**more: Any) -> Iterator[TestClient]:
        app = create_app(settings_of(workplace, **more), encoder=workplace.encoder)
        with TestClient(app, "http://127.0.0.1", raise_server_exceptions=False, follow_redirects=False) as client:
            yield client

    return opened
