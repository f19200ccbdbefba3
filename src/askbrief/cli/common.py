"""What the commands share: options, exit codes, and how results and notes are written."""

from __future__ import annotations

import json
import logging
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from rich.console import Console, RenderableType

    from askbrief.inference.encoder import Encoder
    from askbrief.library import Library
    from askbrief.settings import Settings

FOUND, NOT_FOUND, ERROR, INTERRUPTED = 0, 1, 2, 130

Seeds = Annotated[Path | None, typer.Option("--seeds", help="Folder of source documents.", show_default="seeds/")]
Index = Annotated[Path | None, typer.Option("--index", help="Folder of the index.", show_default="index/")]
State = Annotated[
    Path | None,
    typer.Option("--state", help="Folder of citation keys and votes.", show_default="state/"),
]
Json = Annotated[bool, typer.Option("--json", help="Write JSON for programs.")]


def load_settings(**overrides: object) -> Settings:
    """Read the settings; pydantic is imported only now, so that --help is quick."""
    from askbrief import settings

    return settings.load_settings(**overrides)


def load_model(settings: Settings) -> Future[Encoder]:
    """Start to load the models in a thread; most of it runs without the interpreter lock, beside the imports."""

    def load() -> Encoder:
        from askbrief.inference.loading import ready_encoder

        return ready_encoder(settings)

    thread = ThreadPoolExecutor(1, thread_name_prefix="model")
    model = thread.submit(load)
    thread.shutdown(wait=False)
    return model


def open_library(settings: Settings, model: Future[Encoder] | None = None) -> Library:
    """Open the index of the settings; the library is imported only now, so that --help is quick."""
    from askbrief.library import Library

    encoder = model.result() if model else None
    return Library.open(settings.index_dir, state=settings.state_dir, encoder=encoder, settings=settings)


def show(as_json: bool, result: object, rendered: Callable[[], RenderableType]) -> None:  # noqa: FBT001 - an option
    """Write a result to standard output: as JSON for programs, or rendered for people."""
    if as_json:
        from askbrief.service.serialisation import to_json

        sys.stdout.write(f"{json.dumps(to_json(result), ensure_ascii=False, indent=2)}\n")
        return
    output().print(rendered())


def output() -> Console:
    """Return the console of standard output, for results."""
    from rich.console import Console

    return Console(highlight=False)


def errors() -> Console:
    """Return the console of the error stream, for progress and notes."""
    from rich.console import Console

    return Console(stderr=True, highlight=False)


def say(message: str) -> None:
    """Write a line to the error stream."""
    sys.stderr.write(f"askbrief: {message}\n")


class Notices(logging.Handler):
    """Write what the library logs, such as that a model is being compiled, to the error stream."""

    def emit(self, record: logging.LogRecord) -> None:
        say(record.getMessage())
