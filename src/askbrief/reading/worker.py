"""The process that reads files within bounds: `python -m askbrief.reading.worker SECONDS MIB CHARACTERS [OCR]`.

A file whose reader stalls, eats memory or crashes takes this process with it and nothing else. A line of JSON in (which
file), a line of JSON out (what it gave, or why it gave nothing); JSON, because what comes out is not to be trusted.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
import sys
from pathlib import Path
from typing import Any, BinaryIO

from askbrief.errors import ReadingError
from askbrief.reading import registry
from askbrief.reading.bounds import Bounds
from askbrief.reading.extract import Reading
from askbrief.reading.seeds import SeedFile

_MIB = 1024 * 1024
STALLED = 5
"""A reader that waits, rather than works, is ended after so many times the time that it may work."""


def request(file: SeedFile) -> bytes:
    """A file as the worker is asked for it."""
    sidecar = str(file.sidecar) if file.sidecar else None
    return f"{json.dumps([file.doc_id, str(file.path), sidecar])}\n".encode()


def reading_from(answer: dict[str, Any]) -> Reading:
    """What the file gave, by a worker's answer.

    Raises:
        ReadingError: nothing, and why.
    """
    if "error" in answer:
        raise ReadingError(answer["error"])
    return Reading.from_mapping(answer)


def _answer(file: SeedFile, bounds: Bounds) -> dict[str, Any]:
    try:
        return registry.read(file, bounds).as_mapping()
    except ReadingError as error:
        return {"error": str(error)}


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
            signal.setitimer(signal.ITIMER_PROF, bounds.seconds)  # of the processor: a busy machine refuses no file
            signal.setitimer(signal.ITIMER_REAL, STALLED * bounds.seconds)
            file = SeedFile(doc_id, Path(path), stamp="", sidecar=Path(sidecar) if sidecar else None)
            data = json.dumps(_answer(file, bounds)).encode()
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.setitimer(signal.ITIMER_REAL, 0)
            answers.write(data + b"\n")
            answers.flush()


if __name__ == "__main__":
    main(Bounds(float(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), next(iter(sys.argv[4:]), None)))
