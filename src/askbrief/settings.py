"""Every setting, read once at the edge from ASKBRIEF_* variables or a `.env` file and passed on from there."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from platformdirs import user_cache_path
from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from askbrief.errors import SettingsError, in_words

DEFAULT_MODEL = "all-MiniLM-L6-v2"


def checkout() -> Path:
    """The folder that holds seeds/, index/ and state/: the checkout in an editable install, else where we are."""
    root = Path(__file__).resolve().parents[2]
    return root if (root / "pyproject.toml").is_file() else Path.cwd()


class Settings(BaseSettings):
    """The settings of one run; immutable."""

    model_config = SettingsConfigDict(env_prefix="ASKBRIEF_", env_file=".env", extra="ignore", frozen=True)

    seeds_dir: Path = Field(default_factory=lambda: checkout() / "seeds")
    index_dir: Path = Field(default_factory=lambda: checkout() / "index")
    state_dir: Path = Field(default_factory=lambda: checkout() / "state")

    model: str = DEFAULT_MODEL
    """The packaged model, or another sentence-transformers model by directory or by name."""

    compiled: bool = True
    """Compile the model for this processor and run it with onnxruntime; without, sentence-transformers runs it."""

    cache_dir: Path = Field(default_factory=lambda: user_cache_path("askbrief"))
    """Where compiled models are kept; may be deleted at any time."""

    lexical_weight: Annotated[float, Field(ge=0, le=1)] = 0.5
    """Share of BM25 in the first ranking, by whole passages; the cosine has the rest."""

    exact_up_to: Annotated[int, Field(ge=0)] = 50_000
    """With more passages than this, the vectors' signs choose the likeliest few thousand, and only those are ranked."""

    reranker: str | None = None
    """The directory of a sentence-transformers CrossEncoder that reads the best passages again; none by default."""

    calibration: Path | None = None
    """What `askbrief calibrate` wrote for this team's questions or model; without it, what comes with askbrief."""

    askers: Annotated[int, Field(ge=0, le=64)] = 0
    """Where many ask at once, so many processes answer; 0: the one that is asked."""

    max_question_chars: Annotated[int, Field(ge=1)] = 2_000
    max_results: Annotated[int, Field(ge=1)] = 100
    max_file_mib: Annotated[float, Field(gt=0)] = 32
    max_document_chars: Annotated[int, Field(ge=1)] = 10_000_000
    max_documents: Annotated[int, Field(ge=1)] = 200_000
    read_seconds: Annotated[float, Field(gt=0)] = 120
    """How long one file may take to read; a file that takes longer is named in the report."""

    read_mib: Annotated[int, Field(ge=256)] = 2048
    """How much memory reading one file may take, the process that reads it included."""

    ocr: Annotated[str | None, Field(pattern=r"^[A-Za-z_]+(\+[A-Za-z_]+)*$")] = None
    """The languages in which Tesseract, where it is installed, reads pages that are pictures: "eng", "eng+deu"."""


def load_settings(**overrides: object) -> Settings:
    """Read the settings; a keyword that is not None wins over the environment.

    Raises:
        SettingsError: naming the variable, the value it has, and what it should be.
    """
    try:
        return Settings(**{name: value for name, value in overrides.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        name = f"ASKBRIEF_{str(first['loc'][0]).upper()}"
        raise SettingsError(f"{name} is {first['input']!r}: {first['msg'].lower()}") from error
    except (UnicodeDecodeError, OSError) as error:
        raise SettingsError(f"the file .env cannot be read ({in_words(error)}): save it as UTF-8 text") from error
