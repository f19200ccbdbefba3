"""The API against its own description: what it says is what it does, whatever it is asked (schemathesis)."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import from_schema
from schemathesis.engine.events import FatalError, NonFatalError, ScenarioFinished
from schemathesis.python import asgi

from askbrief.web.app import create_app
from tests.web.served import API, TOKEN, bearer, furnish, settings_of

if TYPE_CHECKING:
    from tests.conftest import Workplace

# What a description cannot say is refused with 400 (a question without a word, a month 13) or 404 (no such key).
_CONFIG = {
    "seed": 1,
    "headers": bearer(),
    "checks": {"positive_data_acceptance": {"expected-statuses": ["2xx", "400", "404"]}},
    "generation": {"deterministic": True, "max-examples": 25, "database": "none"},
}


@pytest.fixture
def description(workplace: Workplace) -> Any:
    """The description of the real application over a few documents, with a token."""
    furnish(workplace)
    url = f"http://{asgi.HOST}"
    app = create_app(settings_of(workplace, url=url, web_token=TOKEN, web_per_minute=0), encoder=workplace.encoder)
    config = SchemathesisConfig.from_dict(_CONFIG)
    return schemathesis.openapi.from_asgi(f"{API}/openapi.json", app, config=config)


def test_whatever_is_asked_the_answer_is_one_that_the_description_has(description: Any) -> None:
    """Every check of schemathesis, over examples, the edges of every parameter, and invented requests."""
    findings, checked = [], Counter[str]()
    for event in from_schema(description).execute():
        if isinstance(event, FatalError | NonFatalError):
            findings.append(str(getattr(event, "info", event)))
        if isinstance(event, ScenarioFinished):
            for checks in event.recorder.checks.values():
                checked.update(check.name for check in checks)
                findings += [str(check.failure_info.failure) for check in checks if check.failure_info]
    assert not findings, "\n".join(findings)
    assert checked["response_schema_conformance"] > 100
    assert checked["ignored_auth"] > 0


def test_the_description_has_every_question(description: Any) -> None:
    assert set(description.raw_schema["paths"]) == {"/ask", "/cite", "/passage", "/sources", "/status"}
    assert description.raw_schema["servers"] == [{"url": API}]
