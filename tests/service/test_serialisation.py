"""JSON is derived from the records: what is written is what the derived models describe, and nothing else."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

import pytest

from askbrief.records import (
    BuildReport,
    Changes,
    IndexStatus,
    Metadata,
    Problem,
    Scope,
    Source,
    SourceList,
    Span,
)
from askbrief.service.serialisation import (
    cited,
    definitions_json,
    json_model,
    scoped_status_report,
    sources_page,
    status_report,
    to_json,
)
from tests.conftest import TTP_QUESTION

if TYPE_CHECKING:
    from askbrief import Library

BUILT = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
SOURCE = Source("un/a.txt", "A", "un", Metadata(date="2022", tags=("x",)), 3, 40, "ab", "un/a.txt")


def described(record: Any) -> Any:
    """A record as its derived model reads and writes it."""
    kind: Any = type(record)
    return json_model(kind).model_validate(to_json(record)).model_dump(mode="json", exclude_unset=True)


def test_every_shape_of_the_real_seed_is_what_its_model_describes(seed_library: Library) -> None:
    answer = seed_library.ask(TTP_QUESTION)
    assert answer.figures
    assert answer.hits[0].answer_span is not None
    around = seed_library.read_around(answer.hits[0].key)
    page = sources_page(seed_library, Scope(), 10, 0)
    status = scoped_status_report(seed_library, Scope(), Changes(added=("new.txt",)))
    for record in (answer, around, around.citation, page, status):
        assert described(record) == json.loads(json.dumps(to_json(record)))


def test_a_span_is_a_pair_and_metadata_has_only_what_is_known() -> None:
    assert to_json(Span(3, 5)) == [3, 5]
    assert to_json(SourceList("1", BUILT, (SOURCE,), (Problem("b.pdf", "damaged"),))) == {
        "generation": "1",
        "built_at": "2026-03-01T12:00:00+00:00",
        "sources": [
            {
                "doc_id": "un/a.txt",
                "title": "A",
                "collection": "un",
                "metadata": {"date": "2022", "tags": ["x"]},
                "passages": 3,
                "characters": 40,
                "sha256": "ab",
            }
        ],
        "problems": [{"path": "b.pdf", "reason": "damaged"}],
    }


def test_the_order_of_the_fields_is_part_of_the_shape() -> None:
    assert list(to_json(BuildReport("1")))[-4:] == ["passages", "encoded", "rebuilt_because", "seconds"]
    status = status_report(IndexStatus("1", BUILT, "m", 3, 2, 9, 70), Changes(removed=("a.txt",)))
    assert list(to_json(status))[:4] == ["generation", "built_at", "age_seconds", "model"]
    assert to_json(status)["stale"] is True


def test_a_part_of_the_documents_has_its_own_numbers_and_no_terms(seed_library: Library) -> None:
    nothing = scoped_status_report(seed_library, Scope(collections=frozenset({"un"})), Changes(added=("a.txt", "un/b")))
    assert (nothing.documents, nothing.passages, nothing.terms, nothing.added) == (0, 0, None, ("un/b",))


def test_a_place_gives_a_list_and_a_key_one_citation(seed_library: Library) -> None:
    name = seed_library.sources()[0].doc_id
    (first, *_) = at_place = cited(seed_library, f"{name} ¶ 1", Scope())  # type: ignore[misc]
    assert isinstance(at_place, list)
    assert cited(seed_library, first.key, Scope()) == first


def test_a_definition_comes_with_the_passage_that_says_it(seed_library: Library) -> None:
    shape = definitions_json("TTP", seed_library.define("TTP"), [])
    assert list(shape) == ["name", "definitions", "similar"]
    passage = shape["definitions"][0]["passage"]
    assert list(passage) == ["key", "doc_id", "title", "locator", "start", "end", "quote", "highlight"]


def test_a_model_refuses_what_no_record_has() -> None:
    with pytest.raises(ValueError, match="Extra inputs"):
        json_model(Problem).model_validate({"path": "a", "reason": "b", "more": 1})
