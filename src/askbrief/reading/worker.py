"""The process that reads files for a build, within bounds: `python -m askbrief.reading.worker SECONDS MIB CHARACTERS`.

A file whose reader stalls, eats memory or crashes takes this process with it and nothing else. A line of JSON in (which
file), a line of JSON out (the document, or why there is none); JSON, because what comes out is not to be trusted.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Self

from askbrief.errors import ReadingError
from askbrief.reading import registry
from askbrief.reading.extract import blocks_of, rows_of
from askbrief.reading.seeds import SeedFile
from askbrief.records import Document, Metadata

if TYPE_CHECKING:
    from askbrief.settings import Settings

_MIB = 1024 * 1024
_GRACE = 5
"""So many seconds after the time is up the kernel ends a reader whose build is gone."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What reading one file may take: seconds, MiB of memory, and characters of text that come of it."""

    seconds: float = 120
    mib: int = 2048
    characters: int = 10_000_000

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """As the settings have them."""
        return cls(settings.read_seconds, settings.read_mib, settings.max_document_chars)


def request(file: SeedFile) -> bytes:
    """A file as the worker is asked for it."""
    sidecar = str(file.sidecar) if file.sidecar else None
    return f"{json.dumps([file.doc_id, str(file.path), sidecar])}\n".encode()


def document_from(answer: dict[str, Any]) -> Document:
    """The document in a worker's answer.

    Raises:
        ReadingError: there is none, and why.
    """
    if "error" in answer:
        raise ReadingError(answer["error"])
    metadata = Metadata.from_mapping(answer["metadata"])
    return Document(answer["doc_id"], answer["title"], answer["text"], blocks_of(answer["blocks"]), metadata)


def _answer(file: SeedFile, bounds: Bounds) -> dict[str, Any]:
    try:
        document = registry.read(file, most_characters=bounds.characters)
    except ReadingError as error:
        return {"error": str(error)}
    return {
        "doc_id": document.doc_id,
        "title": document.title,
        "text": document.text,
        "blocks": rows_of(document.blocks),
        "metadata": document.metadata.as_mapping(),
    }


def _confine(bounds: Bounds) -> BinaryIO:
    """Take up the bounds; give the stream for answers, which no library that prints can get at."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the build, which ends this process
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (bounds.mib * _MIB, bounds.mib * _MIB))
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return answers


def main(bounds: Bounds) -> None:
    """Read one file after the other until nobody asks any more."""
    answers = _confine(bounds)
    with contextlib.suppress(BrokenPipeError):  # the build is gone
        answers.write(b"\n")  # ready: the time of the first file begins
        answers.flush()
        for line in sys.stdin.buffer:
            doc_id, path, sidecar = json.loads(line)
            signal.setitimer(signal.ITIMER_REAL, bounds.seconds + _GRACE)
            file = SeedFile(doc_id, Path(path), stamp="", sidecar=Path(sidecar) if sidecar else None)
            data = json.dumps(_answer(file, bounds)).encode()
            signal.setitimer(signal.ITIMER_REAL, 0)
            answers.write(data + b"\n")
            answers.flush()


if __name__ == "__main__":
    main(Bounds(float(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
