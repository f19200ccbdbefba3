"""What a document says of itself: a YAML front matter block, or a side-car file beside it."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import yaml
from frontmatter.default_handlers import YAMLHandler
from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from askbrief.errors import ReadingError
from askbrief.records import Metadata

_LARGEST_YAML_CHARS = 64 * 1024


def front_matter(text: str) -> tuple[Metadata, int]:
    """Read the front matter of a text, if it has one.

    Returns:
        The metadata, and the offset at which the body begins (0 without front matter).

    Raises:
        ReadingError: there is a front matter block, but it is no valid YAML or holds a value of the wrong kind.
    """
    handler = YAMLHandler()
    if not handler.detect(text):
        return Metadata(), 0
    try:
        block, body = handler.split(text)
    except ValueError:
        return Metadata(), 0  # a line of dashes, and no second one: an ordinary text
    return parse(block, "front matter"), len(text) - len(body)


def parse(source: str, where: str) -> Metadata:
    """Parse a YAML mapping of metadata; keys that mean nothing here are left alone.

    Raises:
        ReadingError: naming the place, the line or field, and what it should be.
    """
    if len(source) > _LARGEST_YAML_CHARS:
        raise ReadingError(f"{where}: is {len(source):,} characters long; the limit is {_LARGEST_YAML_CHARS:,}")
    try:
        values = yaml.safe_load(source)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f" at line {mark.line + 1}" if mark else ""
        raise ReadingError(f"{where}: is not valid YAML{line}: mend it or take it out") from error
    if values is None:
        return Metadata()
    if not isinstance(values, dict):
        raise ReadingError(f"{where}: should be lines of 'name: value', such as 'title: Monitoring report'")
    try:
        return Metadata(**dict(_Fields.model_validate(values)))
    except ValidationError as error:
        first = error.errors()[0]
        name = first["loc"][0] if first["loc"] else "?"
        raise ReadingError(f"{where}: {name} is {first['input']!r:.60}: {first['msg'].lower()}") from error


def merge(sidecar: Metadata, own: Metadata) -> Metadata:
    """Combine field by field; what the side-car says wins, since a person wrote it for this team."""
    fields = Metadata.__dataclass_fields__
    return Metadata(**{name: getattr(sidecar, name) or getattr(own, name) for name in fields})


def _text(value: object) -> object:
    return " ".join(str(value).split()) or None if isinstance(value, str | int | float) else value


def _texts(value: object) -> object:
    values = value if isinstance(value, list) else [] if value is None else [value]
    return tuple(filter(None, map(_text, values)))


def iso_date(value: object) -> str | None:
    """A date in ISO 8601, as precise as it was given. YAML reads 2022-07-05 as a date and 2022 as a number.

    Raises:
        ValueError: it is no date.

    >>> iso_date("2022-07"), iso_date(2022)
    ('2022-07', '2022')
    """
    if value is None or value == "":
        return None
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    text = str(value).strip()
    for form, parts in (("%Y-%m-%d", 3), ("%Y-%m", 2), ("%Y", 1)):
        try:
            day = dt.datetime.strptime(text, form).replace(tzinfo=dt.UTC).date()
        except ValueError:
            continue
        return "-".join(day.isoformat().split("-")[:parts])
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
