"""The settings, read once at start from ASKBRIEF_* variables or a `.env` file, and passed on from there."""

from __future__ import annotations

import re
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, get_args
from urllib.parse import urlsplit

from platformdirs import user_cache_path
from pydantic import BaseModel, Field, SecretBytes, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from askbrief.core.text import UNSAFE
from askbrief.errors import SettingsError, in_words

DEFAULT_MODEL = "multilingual"
_SHORTEST_TOKEN = 16
_LINK_BREAKERS = re.compile(r"[\s@<>()\\]")
"""White space, and what would end a Markdown link or begin a mention: a link may stand in either."""
_FORMS = {"web_people": ', such as {"mara@example.org": ["*"], "*": ["press"]}'}


def checkout() -> Path:
    """Return the folder of seeds/, index/ and state/: the checkout in an editable install, else the current folder."""
    root = Path(__file__).resolve().parents[2]
    return root if (root / "pyproject.toml").is_file() else Path.cwd()


class Settings(BaseSettings):
    """The settings of one run; immutable."""

    model_config = SettingsConfigDict(env_prefix="ASKBRIEF_", env_file=".env", extra="ignore", frozen=True)

    seeds_dir: Path = Field(default_factory=lambda: checkout() / "seeds")
    index_dir: Path = Field(default_factory=lambda: checkout() / "index")
    state_dir: Path = Field(default_factory=lambda: checkout() / "state")

    model: str = DEFAULT_MODEL
    """A packaged model, "multilingual" or "english", or a sentence-transformers model by directory or by name."""

    compiled: bool = True
    """Compile the model for this processor and run it with onnxruntime; if False, sentence-transformers runs it."""

    cache_dir: Path = Field(default_factory=lambda: user_cache_path("askbrief"))
    """Folder of compiled models; may be deleted at any time."""

    lexical_weight: Annotated[float, Field(ge=0, le=1)] = 0.5
    """Share of BM25 in the first ranking, 0..1; the cosine has the rest."""

    exact_up_to: Annotated[int, Field(ge=0)] = 50_000
    """With more passages than this, the signs of the vectors preselect a few thousand, and only those are ranked."""

    reranker: str | None = None
    """Folder of a sentence-transformers CrossEncoder that reranks the best passages; none by default."""

    reader: bool = True
    """Read the ten best passages together with the question, with the packaged reader."""

    calibration: Path | None = None
    """File that `askbrief calibrate` wrote for this team's questions or model; by default the packaged one."""

    askers: Annotated[int, Field(ge=0, le=64)] = 0
    """Number of worker processes that answer, for many questions at once; 0 to answer in this process."""

    max_question_chars: Annotated[int, Field(ge=1)] = 2_000
    max_results: Annotated[int, Field(ge=1)] = 100
    max_file_mib: Annotated[float, Field(gt=0)] = 32
    max_document_chars: Annotated[int, Field(ge=1)] = 10_000_000
    max_documents: Annotated[int, Field(ge=1)] = 200_000
    read_seconds: Annotated[float, Field(gt=0)] = 120
    """Maximum time to read one file; a file that takes longer is named in the report."""

    read_mib: Annotated[int, Field(ge=256)] = 2048
    """Maximum memory of the process that reads one file."""

    ocr: Annotated[str | None, Field(pattern=r"^[A-Za-z_]+(\+[A-Za-z_]+)*$")] = None
    """Languages in which Tesseract, if it is installed, reads scanned pages and pictures: "eng", "eng+deu"."""

    read_asides: bool = True
    """Whether comments, page headers and footers, and values of forms are read; else the report counts them."""

    url: str | None = None
    """Address at which people reach `askbrief serve`; with it, every citation is a link to its passage there."""

    web_token: SecretStr | None = None
    """Gives full access; programs send it as a bearer token, people log in with it."""

    web_proxy_header: Annotated[str | None, Field(pattern=r"^[A-Za-z][A-Za-z0-9-]*$")] = None
    """Header in which a reverse proxy names the person, such as X-Forwarded-Email."""

    web_proxies: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode] = (
        IPv4Network("127.0.0.0/8"),
        IPv6Network("::1/128"),
    )
    """Addresses of the reverse proxy; its header is ignored from any other."""

    web_people: dict[str, frozenset[str]] | None = None
    """Collections that each person behind the proxy may see ("*": all; the person "*": everybody else)."""

    web_admins: Annotated[frozenset[str], NoDecode] = frozenset()
    """People behind the proxy who may see the status, rebuild the index, and see which files failed."""

    web_originals: bool = False
    """Whether people who may see a document may download the file that it was read from."""

    web_per_minute: Annotated[int, Field(ge=0)] = 120
    """Requests of one client in a minute; 0 for no limit."""

    web_seconds: Annotated[float, Field(gt=0)] = 30
    """Maximum time of a request."""

    link_days: Annotated[float, Field(gt=0, le=3650)] = 30
    """Number of days for which a link from the bot opens without logging in."""

    @field_validator("url", "web_token", "web_proxy_header", mode="before")
    @classmethod
    def _unset_where_empty(cls, value: object) -> object:
        return value or None

    @field_validator("url")
    @classmethod
    def _is_an_address(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        whole = parts.scheme in {"http", "https"} and parts.hostname
        if not whole or parts.query or parts.fragment or _LINK_BREAKERS.search(value) or UNSAFE.search(value):
            raise ValueError("should be an address such as https://askbrief.example.org")
        return value.rstrip("/")

    @field_validator("web_token")
    @classmethod
    def _is_long_enough(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < _SHORTEST_TOKEN:
            raise ValueError(f"should have {_SHORTEST_TOKEN} characters at least: openssl rand -hex 32 makes one")
        return value

    @field_validator("web_proxies", mode="before")
    @classmethod
    def _networks(cls, value: object) -> object:
        return tuple(ip_network(part) for part in _parts(value)) if isinstance(value, str) else value

    @field_validator("web_admins", mode="before")
    @classmethod
    def _names(cls, value: object) -> object:
        return frozenset(_parts(value)) if isinstance(value, str) else value


def _parts(value: str) -> list[str]:
    return [part for part in map(str.strip, value.split(",")) if part]


def secret_fields(model: type[BaseModel]) -> frozenset[str]:
    """Return the names of a model's fields that hold a secret.

    >>> sorted(secret_fields(Settings))
    ['web_token']
    """
    return frozenset(name for name, field in model.model_fields.items() if _holds_secret(field.annotation))


def _holds_secret(annotation: object) -> bool:
    return annotation in {SecretStr, SecretBytes} or any(map(_holds_secret, get_args(annotation)))


def load_settings(**overrides: object) -> Settings:
    """Read the settings; a keyword that is not None wins over the environment.

    Raises:
        SettingsError: naming the variable, the value it has, and what it should be.
    """
    try:
        return Settings(**{name: value for name, value in overrides.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        raise _refused(error) from None
    except (UnicodeDecodeError, OSError) as error:
        raise SettingsError(f"the file .env cannot be read ({in_words(error)}): save it as UTF-8 text") from error


def _refused(error: ValidationError) -> SettingsError:
    """Name the variable and what it should be, with the value it has where that is no secret."""
    first = error.errors()[0]
    field, why = str(first["loc"][0]), first["msg"].removeprefix("Value error, ").lower()
    value = "" if field in secret_fields(Settings) else f" is {first['input']!r}"
    return SettingsError(f"ASKBRIEF_{field.upper()}{value}: {why}{_FORMS.get(field, '')}")
