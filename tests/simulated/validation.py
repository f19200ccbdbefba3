"""Discord's own description of its API (openapi.json), asked whether a request fits it.

The description is open almost everywhere and lacks some limits: `tests.simulated.limits` has the rest.
"""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from jsonschema import Draft202012Validator
from jsonschema.validators import extend
from referencing import Registry
from referencing.jsonschema import DRAFT202012

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from jsonschema.exceptions import ValidationError
    from jsonschema.protocols import Validator

_HERE = "urn:discord"
_METHODS = ("get", "put", "post", "patch", "delete")
_KINDS = ("application/json", "multipart/form-data")
_MOST_FILES = 10
_LONGEST_CAUSE = 300
_LIMITS = frozenset({"minLength", "maxLength", "minItems", "maxItems", "minimum", "maximum"})
_IDS = frozenset({"message_id", "channel_id", "guild_id", "recipient_id"})
_LISTS_OF_IDS = frozenset({"messages", "users", "roles", "sticker_ids", "applied_tags"})
_LISTS_WITH_IDS = frozenset({"attachments", "default_values"})

_DOCUMENTED_ELSEWHERE = {"ChannelTypes": 16, "MessageReferenceType": 1}
"""Media channels and forwarding: in Discord's documentation, not in its description; discord.py sends both."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path."""

    method: str
    template: str
    parameters: Mapping[str, Any]
    """Schemas by name."""
    contents: Mapping[str, Any]
    """Schemas of the body by content type; none if it takes no body."""

    def __str__(self) -> str:
        return f"{self.method} {self.template}"

    @property
    def segments(self) -> list[str]:
        return _segments(self.template)

    def fits(self, segments: Sequence[str]) -> bool:
        """Whether these are segments of such a path."""
        pairs = list(zip(self.segments, segments, strict=False))
        return len(self.segments) == len(segments) and all(_is_open(mine) or mine == other for mine, other in pairs)

    @property
    def literals(self) -> int:
        return sum(not _is_open(segment) for segment in self.segments)


class ApiDescription:
    """What Discord accepts, as it says so itself."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        """Take a document of OpenAPI 3.1."""
        completed = copy.deepcopy(dict(document))
        for name, value in _DOCUMENTED_ELSEWHERE.items():
            if name in completed["components"]["schemas"]:
                completed["components"]["schemas"][name]["oneOf"].append({"const": value})
        resource = DRAFT202012.create_resource(completed)
        self._registry: Registry[Any] = Registry().with_resource(_HERE, resource)
        self._class = _validator_class(completed["components"]["schemas"])
        self._operations = list(_operations(document["paths"]))
        self._found: dict[tuple[str, str], Operation | None] = {}
        self._validators: dict[str, Validator] = {}

    @classmethod
    def from_file(cls, path: Path) -> ApiDescription:
        """Read it from openapi.json."""
        return cls(json.loads(path.read_text(encoding="utf-8")))

    def operation(self, method: str, path: str) -> Operation | None:
        """The operation of this path under /api/v10; the one with the most literal segments if several fit."""
        key = (method, path)
        if key not in self._found:
            segments = _segments(path)
            fitting = [one for one in self._operations if one.method == method and one.fits(segments)]
            self._found[key] = max(fitting, key=lambda one: one.literals, default=None)
        return self._found[key]

    def findings(self, method: str, path: str, body: Any, files: Sequence[str] = ()) -> list[str]:
        """What is wrong with a request, one line each.

        Args:
            method: such as POST.
            path: relative to /api/v10, such as /channels/123/messages.
            body: the JSON, or the `payload_json` of a form; None without one.
            files: their names.
        """
        operation = self.operation(method, path)
        if operation is None:
            problems = [self._unknown(path)]
        else:
            problems = [
                *self._parameter_problems(operation, path),
                *self._body_problems(operation, body),
                *_file_problems(operation, body, files),
            ]
        return [f"{method} {path}: {problem}" for problem in problems]

    def _unknown(self, path: str) -> str:
        segments = _segments(path)
        methods = sorted(one.method for one in self._operations if one.fits(segments))
        return f"no such method here, only {', '.join(methods)}" if methods else "no such path"

    def _parameter_problems(self, operation: Operation, path: str) -> Iterator[str]:
        for mine, given in zip(operation.segments, _segments(path), strict=True):
            if _is_open(mine):
                schema = operation.parameters[mine[1:-1]]
                for error in self._validator(schema).iter_errors(given):
                    yield f"path {mine}: {error.message}"

    def _body_problems(self, operation: Operation, body: Any) -> Iterator[str]:
        if not operation.contents:
            if body:
                yield f"takes no body, got {_short(repr(body))}"
            return
        if body is None:
            yield "needs a body"
            return
        schema: Mapping[str, Any] = next(
            (operation.contents[kind] for kind in _KINDS if kind in operation.contents), {}
        )
        for error in self._validator(schema).iter_errors(normalised(body)):
            for cause in _causes(error):
                place = "/".join(map(str, cause.absolute_path)) or "body"
                limit = f" ({cause.validator} {cause.validator_value})" if cause.validator in _LIMITS else ""
                yield f"{place}: {_short(cause.message)}{limit}"

    def _validator(self, schema: Mapping[str, Any]) -> Validator:
        key = json.dumps(schema)
        if key not in self._validators:
            absolute = json.loads(key.replace('"#/', f'"{_HERE}#/'))
            self._validators[key] = self._class(absolute, registry=self._registry)
        return self._validators[key]


def _validator_class(schemas: Mapping[str, Any]) -> type[Validator]:
    """jsonschema's, but of the branches of a oneOf or anyOf it tries only the one with the `type` of the value.

    The others would all say that it is not theirs: for a message of many components that takes ten times as long.
    Of constants none is tried if one of them is the value.
    """
    types = {name: schema.get("properties", {}).get("type", {}).get("enum", ()) for name, schema in schemas.items()}

    def choosing(keyword: str) -> Callable[[Any, Any, Any, Any], Iterator[ValidationError]]:
        usual = Draft202012Validator.VALIDATORS[keyword]

        def chosen(validator: Any, branches: Any, value: Any, schema: Any) -> Iterator[ValidationError]:
            if [branch.get("const", branches) for branch in branches].count(value) == 1:
                return
            kind = value.get("type") if isinstance(value, dict) else None
            names = [branch.get("$ref", "").rpartition("/")[2] for branch in branches]
            fitting = [number for number, name in enumerate(names) if kind in types.get(name, ())]
            if len(fitting) == 1:
                yield from validator.descend(value, branches[fitting[0]], schema_path=fitting[0])
            else:
                yield from usual(validator, branches, value, schema)

        return chosen

    keywords = {keyword: choosing(keyword) for keyword in ("oneOf", "anyOf")}
    extended: type[Validator] = extend(Draft202012Validator, keywords)  # type: ignore[no-untyped-call]
    return extended


def normalised(body: Any) -> Any:
    """A copy in which ids are strings: discord.py sends many as integers, which Discord takes though it says not."""
    if isinstance(body, list):
        return [normalised(one) for one in body]
    if not isinstance(body, dict):
        return body
    return {key: _normalised_value(key, value) for key, value in body.items()}


def _normalised_value(key: str, value: Any) -> Any:
    if key in _IDS:
        return _as_id(value)
    if key in _LISTS_OF_IDS and isinstance(value, list):
        return [_as_id(one) for one in value]
    value = normalised(value)
    if key in _LISTS_WITH_IDS and isinstance(value, list):
        return [{**one, "id": _as_id(one["id"])} if isinstance(one, dict) and "id" in one else one for one in value]
    return value


def _as_id(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _operations(paths: Mapping[str, Any]) -> Iterator[Operation]:
    for template, item in paths.items():
        for method in _METHODS:
            if method in item:
                told = [*item.get("parameters", ()), *item[method].get("parameters", ())]
                parameters = {one["name"]: one["schema"] for one in told if one["in"] == "path"}
                contents = item[method].get("requestBody", {}).get("content", {})
                schemas = {kind: content["schema"] for kind, content in contents.items()}
                yield Operation(method.upper(), template, parameters, schemas)


def _segments(path: str) -> list[str]:
    return [unquote(segment) for segment in path.partition("?")[0].strip("/").split("/")]


def _is_open(segment: str) -> bool:
    return segment.startswith("{")


def _file_problems(operation: Operation, body: Any, files: Sequence[str]) -> Iterator[str]:
    if not files:
        return
    if "multipart/form-data" not in operation.contents:
        yield f"takes no files, got {', '.join(files)}"
        return
    if len(files) > _MOST_FILES:
        yield f"{len(files)} files, at most {_MOST_FILES}"
    holder = next((body[key] for key in ("data", "message") if isinstance(body, dict) and key in body), body)
    told = (holder.get("attachments") if isinstance(holder, dict) else None) or ()
    names = [one.get("filename") for one in told if isinstance(one, dict)]
    yield from (f"attachments: the file {name!r} is not listed" for name in files if told and name not in names)


def _causes(error: ValidationError) -> Iterator[ValidationError]:
    """Follow a failed oneOf or anyOf into the branch that was meant, which is the one whose `type` fits."""
    branches: dict[Any, list[ValidationError]] = {}
    for cause in error.context or ():
        branches.setdefault(cause.schema_path[0], []).append(cause)
    meant = [causes for causes in branches.values() if not any(map(_is_of_another_kind, causes))]
    if meant:
        for cause in min(meant, key=len):
            yield from _causes(cause)
    else:
        yield error


def _is_of_another_kind(error: ValidationError) -> bool:
    place = list(error.relative_path)
    return place == ["type"] or (not place and error.validator in ("type", "const"))


def _short(message: str) -> str:
    half = _LONGEST_CAUSE // 2
    return message if len(message) <= _LONGEST_CAUSE else f"{message[:half]} … {message[-half:]}"
