"""Parse files in processes of their own, within limits, several at a time.

`python -m askbrief.documents.sandbox SECONDS MIB CHARACTERS [OCR]` is such a process: it reads one request a line.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import threading
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path, PurePosixPath
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, BinaryIO, Self

from askbrief.core.runtime import processors
from askbrief.documents import registry
from askbrief.documents.builder import ParsedFile
from askbrief.documents.limits import ParsingLimits
from askbrief.documents.sources import SeedFile
from askbrief.errors import BuildError, ParsingError, in_words

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence
    from concurrent.futures import Future

_LITTLE = 128 * 1024
"""Bytes of plain text that are read at once, rather than wait for a process to start; the worst takes seconds."""
_GRACE = 5
"""Seconds after which a parser is ended that has not heard that its time is up."""
_TIME_IS_UP = frozenset({signal.SIGPROF, signal.SIGALRM})
"""How the kernel ends a parser that works, or waits, for too long: see worker.py."""
_AHEAD = 4
"""So many documents for each process are read before they are wanted."""


def parse_all(files: Sequence[SeedFile], bounds: ParsingLimits) -> Generator[ParsedFile | ParsingError]:
    """Read files in their order, and give for each what it gave or the reason why it gave nothing.

    They are read by as many processes as there are cores; a little plain text is read right here. Close the iterator
    to end the processes.
    """
    if _is_little(files):
        yield from (_outcome_here(file, bounds) for file in files)
        return
    with _ParserPool(min(processors(), len(files)), bounds) as pool:
        yield from pool.in_order(files)


def parse_in_sandbox(file: SeedFile, bounds: ParsingLimits) -> ParsedFile:
    """Read one file as `parse_all` does.

    Raises:
        ParsingError: with the reason, when it cannot be read within the bounds.
    """
    with closing(parse_all([file], bounds)) as outcomes:
        outcome = next(outcomes)
    if isinstance(outcome, ParsingError):
        raise outcome
    return outcome


def _is_little(files: Sequence[SeedFile]) -> bool:
    plain = all(PurePosixPath(file.doc_id).suffix.lower() in registry.PLAIN for file in files)
    return plain and sum(file.size for file in files) <= _LITTLE


def _outcome_here(file: SeedFile, bounds: ParsingLimits) -> ParsedFile | ParsingError:
    try:
        return registry.parse_file(file, bounds)
    except ParsingError as error:
        return error


class _ParserPool:
    """Some reading processes, and a thread for each that waits for it."""

    def __init__(self, number: int, bounds: ParsingLimits) -> None:
        self._threads = ThreadPoolExecutor(number)
        self._processes = [ParserProcess(bounds) for _ in range(number)]
        self._idle: SimpleQueue[ParserProcess] = SimpleQueue()
        for process in self._processes:
            self._idle.put(process)

    def in_order(self, files: Sequence[SeedFile]) -> Iterator[ParsedFile | ParsingError]:
        """Read a few ahead, and give them in order."""
        ahead: deque[Future[ParsedFile | ParsingError]] = deque()
        for file in files:
            ahead.append(self._threads.submit(self._outcome, file))
            if len(ahead) > _AHEAD * len(self._processes):
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()

    def _outcome(self, file: SeedFile) -> ParsedFile | ParsingError:
        process = self._idle.get()
        try:
            return process.read(file)
        except ParsingError as error:
            return error
        finally:
            self._idle.put(process)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
        for process in self._processes:
            process.stop()
        self._threads.shutdown()


class ParserProcess:
    """A worker, started when it is needed and again when a file has ended it."""

    def __init__(self, bounds: ParsingLimits) -> None:
        """Take what each file may cost."""
        self._bounds = bounds
        self._process: subprocess.Popen[bytes] | None = None
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed by stop
        self._stopped = False

    def read(self, file: SeedFile) -> ParsedFile:
        """Read one file within the bounds.

        Raises:
            ParsingError: with the reason, when the file cannot be read, takes too long or too much memory, or ends its
                parser.
            BuildError: no process can be started.
        """
        process = self._started()
        last_resort = threading.Timer(STALLED * self._bounds.seconds + _GRACE, process.kill)
        last_resort.start()
        try:
            answer = self._asked(process, request(file))
        finally:
            last_resort.cancel()
        if answer is None:
            raise ParsingError(self._why(process))
        return parsed_file_from(json.loads(answer))

    def stop(self) -> None:
        """End the process, and start none any more."""
        self._stopped = True
        if self._process is not None:
            self._process.kill()
            self._said(self._process)
        self._errors.close()

    def _started(self) -> subprocess.Popen[bytes]:
        if self._stopped:
            raise ParsingError("was not read: the build is over")
        if self._process is None or self._process.poll() is not None:
            self._process = self._start()
            if not self._process.stdout or self._process.stdout.readline() != b"\n":
                said = self._said(self._process)
                raise BuildError(f"no file could be read: the process for it did not start ({said})")
        return self._process

    def _start(self) -> subprocess.Popen[bytes]:
        bounds = [str(self._bounds.seconds), str(self._bounds.mib), str(self._bounds.characters)]
        recognised = [self._bounds.ocr] if self._bounds.ocr else []
        try:
            return subprocess.Popen(  # noqa: S603 - our own module
                [sys.executable, "-m", "askbrief.documents.sandbox", *bounds, *recognised],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
            )
        except OSError as error:
            raise BuildError(f"no file could be read: no process could be started for it: {in_words(error)}") from error

    def _asked(self, process: subprocess.Popen[bytes], line: bytes) -> bytes | None:
        """The answer, or None where the process has ended instead."""
        assert process.stdin is not None and process.stdout is not None  # noqa: S101, PT018 - both are pipes
        try:
            process.stdin.write(line)
            process.stdin.flush()
            answer = process.stdout.readline()
        except (BrokenPipeError, ValueError):  # ValueError: closed while we waited
            return None
        return answer if answer.endswith(b"\n") else None

    def _why(self, process: subprocess.Popen[bytes]) -> str:
        said = self._said(process)
        if -process.returncode in _TIME_IS_UP:
            most = f"{self._bounds.seconds:g} s to read (ASKBRIEF_READ_SECONDS)"
            return f"took longer than {most}: split it or raise the limit"
        if said.startswith("MemoryError"):
            most = f"{self._bounds.mib:,} MiB of memory to read (ASKBRIEF_READ_MIB)"
            return f"took more than {most}: split it or raise the limit"
        return f"ended its parser ({said}): save it anew or in another format"

    def _said(self, process: subprocess.Popen[bytes]) -> str:
        """What a process that has ended said last: its error, or the signal that ended it."""
        code = process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()
        last = self._last_line()
        return signal.strsignal(-code) or str(code) if code < 0 else last or f"exit code {code}"

    def _last_line(self) -> str:
        """What the process said last on its error stream."""
        self._errors.seek(0)
        lines = self._errors.read().decode(errors="replace").strip().splitlines()
        self._errors.seek(0)
        self._errors.truncate()
        return lines[-1].strip()[:200] if lines else ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


_MIB = 1024 * 1024
STALLED = 5
"""A parser that waits, rather than works, is ended after so many times the time that it may work."""


def request(file: SeedFile) -> bytes:
    """A file as the worker is asked for it."""
    sidecar = str(file.sidecar) if file.sidecar else None
    return f"{json.dumps([file.doc_id, str(file.path), sidecar])}\n".encode()


def parsed_file_from(answer: dict[str, Any]) -> ParsedFile:
    """What the file gave, by a worker's answer.

    Raises:
        ParsingError: nothing, and why.
    """
    if "error" in answer:
        raise ParsingError(answer["error"])
    return ParsedFile.from_mapping(answer)


def _answer(file: SeedFile, bounds: ParsingLimits) -> dict[str, Any]:
    try:
        return registry.parse_file(file, bounds).as_mapping()
    except ParsingError as error:
        return {"error": str(error)}


def _confine(bounds: ParsingLimits) -> BinaryIO:
    """Take up the bounds; give the stream for answers, which no library that prints can get at."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the build, which ends this process
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (bounds.mib * _MIB, bounds.mib * _MIB))
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return answers


def main(bounds: ParsingLimits) -> None:
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
    main(ParsingLimits(float(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), next(iter(sys.argv[4:]), None)))
