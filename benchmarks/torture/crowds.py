"""Many rebuilds while many ask: each answer comes from one complete generation."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import sys
import threading
from typing import TYPE_CHECKING

from askbrief.service.serialisation import to_json
from benchmarks.torture.corpus import QUESTIONS, write_corpus
from benchmarks.torture.count import Count
from benchmarks.torture.place import Place
from benchmarks.torture.process import Running, run
from tests.fakes import quotes_exactly

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from askbrief.library import Library
    from benchmarks.torture.process import Ended

_THREADS, _PROCESSES = 4, 4
_QUESTIONS_A_SNAPSHOT = 12


def crowd(root: Path, rebuilds: int, seed: int) -> Count:
    """Rebuild many times, with documents added, changed and removed, while threads and processes ask without pause.

    Every answer is recorded with its generation, and compared in the end with that of a clean build of the same
    documents.
    """
    count = Count(f"{rebuilds} rebuilds, {_THREADS} threads and {_PROCESSES} processes asking")
    place, clean = Place(root / "crowd"), Place(root / "crowd-clean")
    place.seeds.mkdir(parents=True)
    write_corpus(place.seeds, seed)
    run(place.build)
    served = {place.serving.name: 0}
    readers = [Running(_reading(place, _THREADS)), *(Running(_reading(place, 1)) for _ in range(_PROCESSES))]
    for change in range(1, rebuilds + 1):
        write_corpus(place.seeds, seed, change)
        built = run(place.build)
        count.lose(f"rebuild {change}: {built.err}" if built.code else None)
        served[place.serving.name] = change
    for reader in readers:
        os.kill(reader.pid, signal.SIGTERM)
    read = [reader.ended() for reader in readers]
    wanted = {name: _answers(clean, seed, change) for name, change in served.items()}
    for ended in read:
        _count_answers(count, ended, wanted)
    return count


def _answers(clean: Place, seed: int, change: int) -> list[str]:
    """Return the answers for the documents of one moment, from a full build elsewhere."""
    clean.seeds.mkdir(parents=True, exist_ok=True)
    write_corpus(clean.seeds, seed, change)
    run(clean.command("build", "--full"))

    def ask() -> int:
        with clean.library(remembering=False) as library:
            sys.stdout.write(json.dumps([_answer(library, question) for question in QUESTIONS]))
        return 0

    answers: list[str] = json.loads(run(ask).out)
    return answers


def _answer(library: Library, question: str) -> str:
    """Hash an answer, and compare its quotes with their documents."""
    answer = library.ask(question)
    for hit in answer.hits:
        if not quotes_exactly(library, hit):
            raise AssertionError(f"{hit.key} is not its document's text")
    said = {name: what for name, what in to_json(answer).items() if name != "generation"}
    return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()


def _reading(place: Place, threads: int) -> Callable[[], int]:
    """Ask without pause, reopening the library after some questions; print generations and answers."""

    def read() -> int:
        stop = threading.Event()
        signal.signal(signal.SIGTERM, lambda *_: stop.set())
        failed: list[str] = []

        def ask_on(first: int) -> None:
            while not stop.is_set():
                try:
                    _ask_a_snapshot(place, first)
                except Exception as error:  # noqa: BLE001 - whatever it is, it is counted
                    failed.append(f"{type(error).__name__}: {error}")

        askers = [threading.Thread(target=ask_on, args=(number,)) for number in range(threads)]
        for asker in askers:
            asker.start()
        for asker in askers:
            while asker.is_alive():
                asker.join(0.1)
        sys.stdout.write("".join(f"failed\t{one}\n" for one in failed))
        return 0

    return read


def _ask_a_snapshot(place: Place, first: int) -> None:
    with place.library() as library:
        for asked in range(first, first + _QUESTIONS_A_SNAPSHOT):
            number = asked % len(QUESTIONS)
            sys.stdout.write(f"{library.generation_name}\t{number}\t{_answer(library, QUESTIONS[number])}\n")


def _count_answers(count: Count, ended: Ended, wanted: dict[str, list[str]]) -> None:
    if ended.code:
        count.broke(ended, "a reader")
    for line in ended.out.splitlines():
        count.trials += 1
        first, *rest = line.split("\t")
        if first == "failed":
            count.lose(f"a reader: {rest[0]}")
            continue
        count.opened += 1
        right = first in wanted and wanted[first][int(rest[0])] == rest[1]
        count.right += right
        count.wrong += not right
        if not right:
            count.note(f"question {rest[0]} to {first}")
