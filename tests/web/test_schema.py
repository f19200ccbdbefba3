"""The API against its own description: what it says is what it does, whatever it is asked (schemathesis)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.config import SchemathesisConfig
from schemathesis.python import asgi

from askbrief.web.app import create_app
from tests.web.served import API, TOKEN, bearer, furnish, settings_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Workplace

# What a description cannot say is refused with 400 (a question without a word, a month 13) or 404 (no such key).
_CONFIG = {
    "seed": 1,
    "checks": {"positive_data_acceptance": {"expected-statuses": ["2xx", "400", "404"]}},
}
described = schemathesis.pytest.from_fixture("description")


@pytest.fixture
def description(workplace: Workplace) -> Any:
    """The description of the real application over a few documents, with a token."""
    furnish(workplace)
    url = f"http://{asgi.HOST}"
    app = create_app(settings_of(workplace, url=url, web_token=TOKEN, web_per_minute=0), encoder=workplace.encoder)
    config = SchemathesisConfig.from_dict(_CONFIG)
    return schemathesis.openapi.from_asgi(f"{API}/openapi.json", app, config=config)


@pytest.fixture
def session(description: Any) -> Iterator[Any]:
    """One client for all cases, so that the index is opened once."""
    with asgi.get_client(description.app) as client:
        client.headers.update(bearer())
        yield client


@described.parametrize()
@settings(
    derandomize=True,
    deadline=None,
    max_examples=40,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much],
)
def test_whatever_is_asked_the_answer_is_one_that_the_description_has(case: Any, session: Any) -> None:
    case.call_and_validate(session=session)


def test_the_description_has_every_question(description: Any) -> None:
    assert set(description.raw_schema["paths"]) == {"/ask", "/cite", "/passage", "/sources", "/status"}
    assert description.raw_schema["servers"] == [{"url": API}]
