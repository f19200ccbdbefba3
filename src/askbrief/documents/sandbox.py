"""Parse files in processes of their own, within limits, several at a time.

`python -m askbrief.documents.sandbox SECONDS MIB CHARACTERS [asides [OCR]]` is such a process. It reads requests
from standard input and writes answers to standard output, one JSON line each, after an empty line that says it is
ready.
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
from askbrief.documents.sources import SeedFile, parse_file
from askbrief.errors import BuildError, ParsingError, in_words

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence
    from concurrent.futures import Future

_SMALL_BYTES = 128 * 1024  # plain text up to this size is parsed in this process; the slowest takes seconds
_STALL_FACTOR = 5  # a process that waits is ended after this multiple of the processor time that it may use
_GRACE_SECONDS = 5  # after the time above, a process that the kernel's timers did not end is killed
_TIMER_SIGNALS = frozenset({signal.SIGPROF, signal.SIGALRM})  # end a process that works, or waits, for too long
_AHEAD = 4  # files per process that are parsed before their results are needed
_MIB = 1024 * 1024


def parse_all(files: Sequence[SeedFile], limits: ParsingLimits) -> Generator[ParsedFile | ParsingError]:
    """Parse files, one process per core, and yield for each, in order, its documents or the reason for none.

    A small amount of plain text is parsed in this process. Close the iterator to end the processes.
    """
    if _is_small(files):
        yield from (_parse_here(file, limits) for file in files)
        return
    with closing(_ParserPool(min(processors(), len(files)), limits)) as pool:
        yield from pool.in_order(files)


def parse_in_sandbox(file: SeedFile, limits: ParsingLimits) -> ParsedFile:
    """Parse one file as `parse_all` does; ParsingError, with the reason, if it cannot be parsed within the limits."""
    with closing(parse_all([file], limits)) as results:
        result = next(results)
    if isinstance(result, ParsingError):
        raise result
    return result


def _is_small(files: Sequence[SeedFile]) -> bool:
    plain = all(PurePosixPath(file.doc_id).suffix.lower() in registry.PLAIN_TEXT for file in files)
    return plain and sum(file.size for file in files) <= _SMALL_BYTES


def _parse_here(file: SeedFile, limits: ParsingLimits) -> ParsedFile | ParsingError:
    try:
        return parse_file(file, limits)
    except ParsingError as error:
        return error


class _ParserPool:
    """Several processes, and a thread for each that waits for its answers."""

    def __init__(self, size: int, limits: ParsingLimits) -> None:
        self._threads = ThreadPoolExecutor(size)
        self._processes = [ParserProcess(limits) for _ in range(size)]
        self._idle: SimpleQueue[ParserProcess] = SimpleQueue()
        for process in self._processes:
            self._idle.put(process)

    def in_order(self, files: Sequence[SeedFile]) -> Iterator[ParsedFile | ParsingError]:
        pending: deque[Future[ParsedFile | ParsingError]] = deque()
        for file in files:
            pending.append(self._threads.submit(self._parse, file))
            if len(pending) > _AHEAD * len(self._processes):
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()

    def _parse(self, file: SeedFile) -> ParsedFile | ParsingError:
        process = self._idle.get()
        try:
            return process.parse(file)
        except ParsingError as error:
            return error
        finally:
            self._idle.put(process)

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
        for process in self._processes:
            process.stop()
        self._threads.shutdown()


class ParserProcess:
    """A child process that parses files, started when it is needed, and again after a file has ended it."""

    def __init__(self, limits: ParsingLimits) -> None:
        self._limits = limits
        self._process: subprocess.Popen[bytes] | None = None
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed by stop
        self._stopped = False

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def parse(self, file: SeedFile) -> ParsedFile:
        """Parse one file within the limits.

        Raises ParsingError if it cannot be parsed or ends the process, BuildError if no process can be started.
        """
        process = self._running()
        timer = threading.Timer(_STALL_FACTOR * self._limits.seconds + _GRACE_SECONDS, process.kill)
        timer.start()
        try:
            answer = _exchange(process, encode_request(file))
        finally:
            timer.cancel()
        if answer is None:
            raise ParsingError(self._reason_for_end(process))
        values = json.loads(answer)
        if "error" in values:
            raise ParsingError(values["error"])
        return ParsedFile.from_mapping(values)

    def stop(self) -> None:
        self._stopped = True
        if self._process is not None:
            self._process.kill()
            self._last_words(self._process)
        self._errors.close()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._stopped:
            raise ParsingError("was not read: the build is over")
        if self._process is None or self._process.poll() is not None:
            self._process = self._start()
            if not self._process.stdout or self._process.stdout.readline() != b"\n":
                reason = self._last_words(self._process)
                raise BuildError(f"no file could be read: the process for it did not start ({reason})")
        return self._process

    def _start(self) -> subprocess.Popen[bytes]:
        limits = [str(self._limits.seconds), str(self._limits.mib), str(self._limits.characters)]
        limits.append("asides" if self._limits.asides else "")
        ocr = [self._limits.ocr] if self._limits.ocr else []
        try:
            return subprocess.Popen(  # noqa: S603 - our own module
                [sys.executable, "-m", "askbrief.documents.sandbox", *limits, *ocr],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
            )
        except OSError as error:
            raise BuildError(f"no file could be read: no process could be started for it: {in_words(error)}") from error

    def _reason_for_end(self, process: subprocess.Popen[bytes]) -> str:
        reason = self._last_words(process)
        if -process.returncode in _TIMER_SIGNALS:
            limit = f"{self._limits.seconds:g} s to read (ASKBRIEF_READ_SECONDS)"
            return f"took longer than {limit}: split it or raise the limit"
        if reason.startswith("MemoryError"):
            limit = f"{self._limits.mib:,} MiB of memory to read (ASKBRIEF_READ_MIB)"
            return f"took more than {limit}: split it or raise the limit"
        return f"ended its parser ({reason}): save it again or in another format"

    def _last_words(self, process: subprocess.Popen[bytes]) -> str:
        """Return the last error line of a process that has ended, or the signal that ended it."""
        code = process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()
        self._errors.seek(0)
        lines = self._errors.read().decode(errors="replace").strip().splitlines()
        self._errors.seek(0)
        self._errors.truncate()
        if code < 0:
            return signal.strsignal(-code) or str(code)
        return lines[-1].strip()[:200] if lines else f"exit code {code}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def encode_request(file: SeedFile) -> bytes:
    sidecar = str(file.sidecar) if file.sidecar else None
    return f"{json.dumps([file.doc_id, str(file.path), sidecar])}\n".encode()


def _exchange(process: subprocess.Popen[bytes], request: bytes) -> bytes | None:
    """Send a request and return the answer, or None if the process ended instead."""
    assert process.stdin is not None and process.stdout is not None  # noqa: S101, PT018 - both are pipes
    try:
        process.stdin.write(request)
        process.stdin.flush()
        answer = process.stdout.readline()
    except (BrokenPipeError, ValueError):  # ValueError: closed while we waited
        return None
    return answer if answer.endswith(b"\n") else None


def main(limits: ParsingLimits) -> None:
    answers = _confine(limits)
    with contextlib.suppress(BrokenPipeError):  # the build is gone
        answers.write(b"\n")  # ready: the time of the first file begins
        answers.flush()
        for line in sys.stdin.buffer:
            doc_id, path, sidecar = json.loads(line)
            file = SeedFile(doc_id, Path(path), stamp="", sidecar=Path(sidecar) if sidecar else None)
            _set_timers(limits.seconds)
            answer = json.dumps(_answer(file, limits)).encode()
            _set_timers(0)
            answers.write(answer + b"\n")
            answers.flush()


def _confine(limits: ParsingLimits) -> BinaryIO:
    """Apply the limits to this process; return the stream for answers, out of reach of libraries that print."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the build, which ends this process
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (limits.mib * _MIB, limits.mib * _MIB))
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return answers


def _set_timers(seconds: float) -> None:
    """Let the kernel end this process after so much processor time, or after a multiple of it; 0 stops the timers.

    Processor time counts, so that no file is refused because the machine is busy.
    """
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.setitimer(signal.ITIMER_REAL, _STALL_FACTOR * seconds)


def _answer(file: SeedFile, limits: ParsingLimits) -> dict[str, Any]:
    try:
        return parse_file(file, limits).as_mapping()
    except ParsingError as error:
        return {"error": str(error)}


if __name__ == "__main__":
    main(
        ParsingLimits(
            float(sys.argv[1]),
            int(sys.argv[2]),
            int(sys.argv[3]),
            asides=bool(next(iter(sys.argv[4:]), "asides")),
            ocr=next(iter(sys.argv[5:]), None),
        )
    )
