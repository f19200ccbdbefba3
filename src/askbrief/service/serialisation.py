"""JSON: the records are the description, this table says which of their fields go out, and in which order.

`to_json` writes a record for `--json`, the API and MCP; `json_model` derives the pydantic model of the same shape, for
the API's description and for checking what it sends. A program may rely on these shapes.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, replace
from functools import cache, reduce
from operator import or_
from pathlib import Path
from types import UnionType
from typing import TYPE_CHECKING, Annotated, Any, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, create_model

from askbrief import records
from askbrief.citations.locators import parse_place
from askbrief.records import Checklist, Citation, FileCheck, Metadata, SourcesPage, Span, StatusReport
from askbrief.retrieval.scoring import is_fitted
from askbrief.service.scoping import age_seconds, visible_changes, visible_problems

if TYPE_CHECKING:
    from collections.abc import Sequence

    from askbrief.evaluation.question_sets import Measures
    from askbrief.library import Library
    from askbrief.records import Changes, Definition, IndexStatus, Scope, Source
    from askbrief.storage.embedded.manifest import SourceRow

_FIELDS = {
    "Answer": "question verdict confidence signals generation searched_also hits figures",
    "Hit": ("rank key doc_id title metadata locator start end quote highlight answer=answer_span score signals also"),
    "AnswerSpan": "start end text",
    "FigureGroup": "low high unit differs figures",
    "Figure": "text low high unit approximate key doc_id title date as_of sentence start end",
    "Definition": "name forms documents passages from_aliases",
    "Citation": "key status doc_id title metadata locator start end quote current",
    "CurrentQuote": "doc_id locator start end text",
    "Surroundings": "citation before after",
    "Source": "doc_id title collection metadata passages characters sha256",
    "SourceList": "generation built_at sources problems",
    "SourcesPage": "generation built_at sources problems total next",
    "Problem": "path reason",
    "FileCheck": "path documents passages not_read missing",
    "Checklist": "generation files whole",
    "StatusReport": (
        "generation built_at age_seconds model dimension documents passages terms stale added changed removed"
    ),
    "BuildReport": (
        "generation added changed removed unchanged empty failed warnings "
        "documents passages encoded rebuilt_because seconds"
    ),
    "CheckReport": "generation files documents passages problems",
    "CalibrationReport": "calibration reliability answers strong strong_right off_topic",
    "Bin": "answers confidence right",
    "ExportReport": "folder generation documents questions answerable unanswerable left_out",
    "Gap": "question count people last_asked why",
}
"""The JSON fields of each record, in order; `name=attribute` where the record has another name for it."""

_DEFINING_PASSAGE = ("key", "doc_id", "title", "locator", "start", "end", "quote", "highlight")


def to_json(value: Any) -> Any:  # noqa: ANN401, PLR0911 - a record or a part of one; JSON values, one kind a line
    """Return a record as JSON values. A span is [start, end]; metadata has only the fields that are not empty."""
    match value:
        case Span():
            return [value.start, value.end]
        case Metadata():
            return value.as_mapping()
        case dt.datetime():
            return value.isoformat()
        case Path():
            return str(value)
        case BaseModel():
            return value.model_dump()
        case Mapping():
            return {key: to_json(item) for key, item in value.items()}
        case list() | tuple():
            return [to_json(item) for item in value]
        case _ if fields := _FIELDS.get(type(value).__name__):
            return {name: to_json(getattr(value, attribute)) for name, attribute in _pairs(fields)}
        case _:
            return value


def _pairs(fields: str) -> list[tuple[str, str]]:
    return [(name, attribute or name) for name, _, attribute in (field.partition("=") for field in fields.split())]


def definitions_json(name: str, definitions: Sequence[Definition], similar: Sequence[str]) -> dict[str, Any]:
    """Return what a name stands for, with the passages that say so; without one, similar names."""
    rows = []
    for definition in definitions:
        hit = to_json(definition.hit)
        passage = hit and {field: hit[field] for field in _DEFINING_PASSAGE}
        rows.append({**to_json(definition), "passage": passage})
    return {"name": name, "definitions": rows, "similar": list(similar)}


def measures_json(name: str, method: str, measures: Measures) -> dict[str, Any]:
    """Return the measures of a run over a question set; shares are 0..1."""
    return {
        "set": name,
        "method": method,
        "questions": measures.questions,
        **{f"hit@{k}": value for k, value in measures.hit_at.items()},
        "mrr@10": measures.mrr_at_10,
        "ndcg@10_by_document": measures.ndcg_at_10_by_document,
        "marked_sentence": measures.marked_sentence,
        "answer_overlap": measures.answer_overlap,
        "auroc": measures.auroc,
        "words_per_passage": measures.words_per_passage,
        "p50_ms": measures.median_ms,
        "p95_ms": measures.p95_ms,
    }


def cited(library: Library, where: str, scope: Scope) -> Citation | list[Citation]:
    """Resolve a citation key; for a place such as "report.pdf p. 12", return a list of what stands there."""
    citations = [library.cite(key, scope) for key in library.locate(where, scope)]
    return citations[0] if parse_place(where) is None else citations


def sources_page(library: Library, scope: Scope, limit: int, offset: int) -> SourcesPage:
    """Return `limit` sources from `offset` on, by path, with the files of the scope that gave no text."""
    status, sources = library.status(), library.sources(scope)
    end = offset + limit
    return SourcesPage(
        status.generation,
        status.built_at,
        tuple(sources[offset:end]),
        visible_problems(library.problems(), scope),
        total=len(sources),
        next=end if end < len(sources) else None,
    )


def checklist(generation: str, rows: Sequence[SourceRow], sources: Sequence[Source]) -> Checklist:
    """Return what was read of each file of which something was not, by path."""
    documents, passages = Counter[str](), Counter[str]()
    for source in sources:
        documents[source.path] += 1
        passages[source.path] += source.passages
    checks = [
        FileCheck(row.path, documents[row.path], passages[row.path], row.problems, row.warnings)
        for row in rows
        if row.problems or row.warnings
    ]
    return Checklist(generation, tuple(checks), len(rows) - len(checks))


def status_report(status: IndexStatus, changes: Changes) -> StatusReport:
    """Return how an index stands to its sources."""
    return StatusReport(
        **asdict(status),
        fitted=is_fitted(status.model),
        age_seconds=round(age_seconds(status.built_at)),
        **asdict(changes),
    )


def scoped_status_report(library: Library, scope: Scope, changes: Changes) -> StatusReport:
    """Return how the part of an index that a scope admits stands to its sources."""
    status = library.status()
    if scope.is_everything:
        return status_report(status, changes)
    sources = library.sources(scope)
    report = status_report(status, visible_changes(changes, scope))
    return replace(report, documents=len(sources), passages=sum(one.passages for one in sources), terms=None)


class _JsonModel(BaseModel):
    """A shape that a program may rely on: no other fields are sent."""

    model_config = ConfigDict(extra="forbid")


_Pair = Annotated[list[int], Field(min_length=2, max_length=2)]
"""Offsets into the document's text, in characters: start, end."""


@cache
def json_model(record: type) -> type[BaseModel]:
    """Derive the pydantic model of a record's JSON: names, types and the first line of the docstring are the record's.

    >>> json_model(records.AnswerSpan)(start=0, end=3, text="six").model_dump()
    {'start': 0, 'end': 3, 'text': 'six'}
    """
    if record is Metadata:
        return _metadata_model()
    fields: dict[str, Any] = {
        name: (_json_type(_annotation(record, attribute)), ...) for name, attribute in _pairs(_FIELDS[record.__name__])
    }
    return create_model(record.__name__, __base__=_JsonModel, __doc__=_first_line(record), **fields)


def _metadata_model() -> type[BaseModel]:
    """Return the one model whose fields may be missing."""
    fields: dict[str, Any] = {
        name: (_json_type(annotation), [] if _is_tuple(annotation) else None)
        for name, annotation in _hints(Metadata).items()
    }
    return create_model("Metadata", __base__=_JsonModel, __doc__=_first_line(Metadata), **fields)


def _json_type(annotation: Any) -> Any:  # noqa: ANN401, PLR0911 - a type, as in `to_json`
    """Return the type that `to_json` gives for a value of a type."""
    if annotation is Span:
        return _Pair
    if annotation in {dt.datetime, Path}:
        return str
    if annotation is Metadata or getattr(annotation, "__name__", "") in _FIELDS:
        return json_model(annotation)
    parts = get_args(annotation)
    if _is_tuple(annotation):
        return list[_json_type(parts[0])]  # type: ignore[misc]
    if get_origin(annotation) is Mapping:
        return dict[_json_type(parts[0]), _json_type(parts[1])]  # type: ignore[misc]
    if get_origin(annotation) in {Union, UnionType}:
        return reduce(or_, map(_json_type, parts))
    return annotation


def _is_tuple(annotation: object) -> bool:
    return get_origin(annotation) is tuple


def _annotation(record: type, attribute: str) -> Any:  # noqa: ANN401 - a type
    """Return the type of a field or property of a record."""
    own = getattr(record, attribute, None)
    return _hints(own.fget)["return"] if isinstance(own, property) else _hints(record)[attribute]


def _hints(described: Any) -> dict[str, Any]:  # noqa: ANN401 - a class or function
    """Resolve annotations; what a record's module imports for type checking alone is looked up here."""
    return get_type_hints(described, localns={**vars(records), "Mapping": Mapping, "dt": dt, "Path": Path})


def _first_line(record: type) -> str:
    return (record.__doc__ or "").partition("\n")[0]
