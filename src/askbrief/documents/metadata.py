"""Metadata written in YAML: front matter, side-car files, and the team's own `aliases.yaml`."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any

import yaml
from frontmatter.default_handlers import YAMLHandler
from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from askbrief.core.text import pattern
from askbrief.documents.text import decode
from askbrief.errors import ParsingError
from askbrief.records import Metadata

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_MAX_YAML_CHARS = 64 * 1024
_MAX_YAML_DEPTH = 20
_NULL = (None, "", "~", "null")
_BOUNDARY = re.compile(r"^---[ \t\r]*$", re.MULTILINE)  # a longer line of dashes is a rule in an ordinary text
_TOML = re.compile(r"\A\+\+\+[ \t]*\r?\n(.*?)^\+\+\+[ \t]*$\r?\n?", re.DOTALL | re.MULTILINE)
_FIELD = re.compile(r"^[^\W\d][\w-]*(?: [\w-]+){0,2}:(?:\s|$)", re.MULTILINE)
_SINGLE_FIELDS = {"title", "author", "date", "publisher", "url"}
_TIME_OF_DAY = re.compile(r"(?<=\d-\d\d)[Tt\s]+\d\d?:\d\d.*")
_SURROGATE = re.compile("[\ud800-\udfff]")
_MAX_GROUP = 50
_MAX_NAME_CHARS = 200
_LETTER_OR_DIGIT = pattern(r"[\p{L}\p{N}]")
_EXAMPLE = "such as 'TTP: [Tehreek-e-Taliban Pakistan, Pakistani Taliban]'"


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """The metadata at the top of a text, the offset at which the body begins, and notes on what cannot be read."""

    metadata: Metadata = field(default_factory=Metadata)
    body: int = 0
    notes: tuple[str, ...] = ()


def front_matter(text: str) -> FrontMatter:
    """Find the front matter of a text, in YAML or TOML; a fault in it costs the metadata, and is noted.

    Text between two rules (---) that names no field is no front matter.
    """
    toml = _TOML.match(text)
    if toml:
        return _from_toml(toml[1], toml.end())
    handler = YAMLHandler(fm_boundary=_BOUNDARY)
    if not handler.detect(text):
        return FrontMatter()
    try:
        block, body = handler.split(text)
    except ValueError:
        return FrontMatter()  # one line of dashes alone: an ordinary text
    start = len(text) - len(body)
    if not _FIELD.search(block) and any(line.strip() and not line.startswith("#") for line in block.splitlines()):
        return FrontMatter()  # two rules in an ordinary text
    try:
        return FrontMatter(parse_metadata(block, "front matter"), start)
    except ParsingError as error:
        return FrontMatter(_readable_fields(block), start, (f"{error}; fields that cannot be read are left out",))


def _from_toml(block: str, start: int) -> FrontMatter:
    try:
        values = tomllib.loads(block)
    except (ValueError, RecursionError) as error:
        return FrontMatter(body=start, notes=(f"front matter: is not valid TOML ({error}); it is left out",))
    fields: dict[str, Any] = {}
    for name, value in values.items():
        is_list = isinstance(value, list)
        fields[name] = [str(one) for one in value] if is_list else str(value)
    try:
        return FrontMatter(Metadata(**dict(_Fields.model_validate(fields))), start)
    except ValidationError:
        return FrontMatter(body=start, notes=("front matter: has a field of the wrong type; it is left out",))


def _readable_fields(block: str) -> Metadata:
    """Return the fields of a faulty block that can be read by themselves, one line each."""
    metadata = Metadata()
    for line in block.splitlines():
        name, colon, value = line.partition(":")
        if colon and name.strip() in _SINGLE_FIELDS and value.strip():
            with suppress(ParsingError):
                metadata = metadata.over(parse_metadata(f"{name.strip()}: {_quoted(value.strip())}", "front matter"))
    return metadata


def _quoted(value: str) -> str:
    return value if value[0] in "\"'" else "'" + value.replace("'", "''") + "'"


def parse_metadata(source: str, where: str) -> Metadata:
    """Parse a YAML mapping of metadata, named `where` in errors; unknown keys are ignored.

    Raises ParsingError if it is not valid; the message names the line or field, and what it should be.
    """
    # The base loader leaves every value as it is written; the usual one reads "9:11" as 551 and "007" as 7.
    values = _load_yaml(source, where, lambda text: yaml.load(text, Loader=yaml.BaseLoader))  # noqa: S506 - text only
    if values in _NULL:
        return Metadata()
    if not isinstance(values, dict):
        raise ParsingError(f"{where}: should be lines of 'name: value', such as 'title: Monitoring report'")
    try:
        return Metadata(**dict(_Fields.model_validate(values)))
    except ValidationError as error:
        first = error.errors()[0]
        name = first["loc"][0] if first["loc"] else "?"
        problem = first["msg"].removeprefix("Value error, ").lower()
        raise ParsingError(f"{where}: {name} is {first['input']!r:.60}: {problem}") from error


def _load_yaml(source: str, where: str, load: Callable[[str], Any]) -> Any:  # noqa: ANN401 - what `load` returns
    """Load untrusted YAML; ParsingError, naming the line, if it is too long or deep, has aliases, or is no YAML."""
    if len(source) > _MAX_YAML_CHARS:
        raise ParsingError(f"{where}: is {len(source):,} characters long; the limit is {_MAX_YAML_CHARS:,}")
    try:
        _refuse_bombs(source, where)
        return load(source)
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        mark = getattr(error, "problem_mark", None)
        what = f"at line {mark.line + 1}" if mark else f"({' '.join(str(error).split())})"
        raise ParsingError(f"{where}: is not valid YAML {what}: mend it or take it out") from error


def _refuse_bombs(source: str, where: str) -> None:
    """Refuse short YAML that takes hours or all memory to load: aliases, and deeply nested lists."""
    depth = 0
    for event in yaml.parse(source, Loader=yaml.BaseLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if isinstance(event, yaml.AliasEvent):
            raise ParsingError(f"{where}: uses a YAML alias (*{event.anchor}), which is not read: write the value out")
        if depth > _MAX_YAML_DEPTH:
            raise ParsingError(f"{where}: is nested deeper than {_MAX_YAML_DEPTH} levels: write it flatter")


def _text(value: object) -> object:
    if not isinstance(value, str):
        return value
    text = " ".join(value.split())
    if _SURROGATE.search(text):
        raise ValueError("holds half a character (a lone surrogate): write the character itself")
    return None if text in _NULL else text


def _texts(value: object) -> object:
    values = value if isinstance(value, list) else [value]
    return tuple(filter(None, map(_text, values)))


def iso_date(value: object) -> str | None:
    """Return a date in ISO 8601, as precise as given, without the time; None for none, ValueError if it is no date.

    >>> iso_date("2022-07"), iso_date("2022-07-05T10:00:00Z")
    ('2022-07', '2022-07-05')
    """
    text = str(value or "").strip()
    if text in _NULL:
        return None
    text = _TIME_OF_DAY.sub("", text)
    for form, fields in (("%Y-%m-%d", 3), ("%Y-%m", 2), ("%Y", 1)):
        with suppress(ValueError):
            day = dt.datetime.strptime(text, form).replace(tzinfo=dt.UTC).date()
            return "-".join(day.isoformat().split("-")[:fields])
    raise ValueError("should be a date such as 2022-07-05, 2022-07 or 2022")


_Text = Annotated[str | None, BeforeValidator(_text)]
_Texts = Annotated[tuple[str, ...], BeforeValidator(_texts)]


class _Fields(BaseModel):
    model_config = ConfigDict(extra="ignore")

    title: _Text = None
    author: _Texts = Field((), validation_alias=AliasChoices("author", "authors"))
    publisher: _Text = None
    date: Annotated[str | None, BeforeValidator(iso_date)] = None
    url: _Text = None
    licence: _Text = Field(None, validation_alias=AliasChoices("licence", "license"))
    tags: _Texts = ()


def read_sidecar(name: str, content: bytes) -> Metadata:
    """Read a side-car; ParsingError if it is not valid; the message names it and the reason."""
    where = f"side-car {name}"
    try:
        source = decode(content)
    except ParsingError as error:
        raise ParsingError(f"{where}: {error}") from error
    return parse_metadata(source, where)


def read_alias_groups(content: bytes) -> tuple[tuple[str, ...], ...]:
    """Read the groups of names: a mapping from a name to its other names, or a list of lists of names.

    Raises ParsingError if it is neither; the message says what is wrong, and in which line.

    >>> read_alias_groups(b"TTP: [Tehreek-e-Taliban Pakistan, Pakistani Taliban]")
    (('TTP', 'Tehreek-e-Taliban Pakistan', 'Pakistani Taliban'),)
    """
    node = _load_yaml(decode(content), "the names", lambda source: yaml.compose(source, Loader=yaml.BaseLoader))
    if node is None or (isinstance(node, yaml.ScalarNode) and not node.value):
        return ()
    if isinstance(node, yaml.MappingNode):
        groups = [[key, *_items(value)] for key, value in node.value]
    elif isinstance(node, yaml.SequenceNode):
        groups = [list(_items(value)) for value in node.value]
    else:
        raise _wrong(node, f"should be lines of 'name: [other names]', {_EXAMPLE}")
    return tuple(_group(group) for group in groups)


def _items(node: yaml.Node) -> Iterator[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        raise _wrong(node, f"should be a name or a list of names, {_EXAMPLE}")
    yield from node.value if isinstance(node, yaml.SequenceNode) else [node]


def _group(nodes: list[yaml.Node]) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(map(_name, nodes)))
    if len(names) == 1:
        raise _wrong(nodes[0], f"{names[0]!r:.60} stands alone: give another name for it, {_EXAMPLE}")
    if len(names) > _MAX_GROUP:
        raise _wrong(nodes[0], f"has {len(names)} names for one thing; the limit is {_MAX_GROUP}")
    return names


def _name(node: yaml.Node) -> str:
    if not isinstance(node, yaml.ScalarNode):
        raise _wrong(node, f"should be a name, not a list in a list or a mapping, {_EXAMPLE}")
    name = " ".join(str(node.value).split())
    if not _LETTER_OR_DIGIT.search(name) or len(name) > _MAX_NAME_CHARS:
        raise _wrong(node, f"{name!r:.60} is no name: give one with a letter, of at most {_MAX_NAME_CHARS} characters")
    return name


def _wrong(node: yaml.Node, what: str) -> ParsingError:
    return ParsingError(f"line {node.start_mark.line + 1}: {what}")
