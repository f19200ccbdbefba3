"""The doors through which foreign input enters: for each, a strategy of values, and a function that takes them.

A door takes any value of its strategy and either does its work or raises an AskbriefError; any other exception is a
bug. Doors of the command line go through `run`, like a person: exit code 0, 1 or 2, one line.
"""

from __future__ import annotations

import io
import os
import shutil
import sqlite3
from contextlib import closing, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from hypothesis import strategies as st

from askbrief.documents import metadata
from askbrief.documents.text import decode, markdown, plain
from askbrief.errors import AskbriefError
from askbrief.evaluation.journal import Journal
from askbrief.ingest.build import build
from askbrief.ingest.splitting import split_document
from askbrief.language.analysis import analyse
from askbrief.library import Library
from askbrief.records import Document, Scope
from askbrief.records.citations import parse_key
from askbrief.settings import Settings, load_settings
from askbrief.storage.embedded.generation import current_name
from benchmarks.torture.corpus import write_corpus
from benchmarks.torture.pieces import (
    calibrations,
    file_names,
    hostile_bytes,
    hostile_text,
    json_like,
    question_sets,
    settings_values,
    yaml_like,
)
from benchmarks.torture.place import Place
from tests.fakes import HashEncoder, quotes_exactly

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from hypothesis.strategies import SearchStrategy

_ENCODER = HashEncoder()
_SETTINGS = Settings()
_QUESTIONS = ("How many attacks were there since 2019?", "When did the committee meet?", "Who said that?")


class Said(AskbriefError):
    """The command line reported an error in one line."""


@dataclass(frozen=True, slots=True)
class Door:
    """A door: its name, a strategy of values, and the function that takes them."""

    name: str
    comes: SearchStrategy[Any]
    enter: Callable[[Any], object]
    slow: bool = False
    """Whether each value takes a build, or several commands."""


class House:
    """A small index with its seeds and state, and the doors to it."""

    def __init__(self, root: Path) -> None:
        """Build it in a folder."""
        self.place = Place(root)
        self.place.seeds.mkdir(parents=True)
        write_corpus(self.place.seeds, 1)
        build(self.place.seeds, self.place.index, encoder=_ENCODER)
        self._library = Library.open(self.place.index, state=self.place.state, encoder=_ENCODER, settings=_SETTINGS)
        self._key = self._library.ask("attacks in Brenk").hits[0].key
        Journal(self.place.state).record(
            self._library.ask("attacks in Brenk"), person="p", conversation="c", question="q"
        )
        self._spare = shutil.copytree(root, root.with_name(f"{root.name}-spare"))
        self._scratch = root / "scratch"

    def doors(self) -> Sequence[Door]:
        """Return every door."""
        place, index = self.place, self.place.index
        sidecar = st.one_of(yaml_like, hostile_text)
        return (
            Door("question", hostile_text, self._ask),
            Door("question, command line", hostile_text, lambda text: self._run("ask", "--", text)),
            Door("collection and dates", st.tuples(hostile_text, hostile_text), self._narrow),
            Door("name to define", hostile_text, self._define),
            Door("citation key", hostile_text, self._cite),
            Door("citation key, command line", hostile_text, lambda text: self._run("cite", "--", text)),
            Door("options", st.lists(st.one_of(settings_values, hostile_text), max_size=4), self._options),
            Door("plain text", hostile_bytes, lambda data: _split(plain.parse(data))),
            Door("markdown", hostile_bytes, lambda data: _split(markdown.parse(data))),
            Door(
                "front matter", sidecar, lambda text: plain.parse(f"---\n{text}\n---\nWords.".encode(errors="replace"))
            ),
            Door("side-car", sidecar, lambda text: metadata.parse_metadata(text, "side-car a.meta.yaml")),
            Door("aliases", st.one_of(yaml_like.map(_bytes), hostile_bytes), metadata.read_alias_groups),
            Door(
                "documents, built and asked",
                st.lists(hostile_bytes, min_size=1, max_size=3),
                self._documents,
                slow=True,
            ),
            Door("file names", st.lists(file_names, min_size=1, max_size=4), self._named, slow=True),
            Door("manifest.json", st.one_of(json_like, hostile_bytes), self._over(index, "manifest.json"), slow=True),
            Door("CURRENT", hostile_bytes, self._over(index, "CURRENT"), slow=True),
            Door("ledger.sqlite", hostile_bytes, self._state("ledger.sqlite"), slow=True),
            Door("journal.sqlite", hostile_bytes, self._state("journal.sqlite"), slow=True),
            Door("cells of the ledger", st.tuples(hostile_text, hostile_text), self._cells, slow=True),
            Door("calibration", st.one_of(calibrations, json_like, hostile_bytes), self._calibrated),
            Door("question set", st.one_of(question_sets, st.tuples(json_like, json_like)), self._evaluated, slow=True),
            Door(".env", hostile_bytes, self._dotenv),
            Door("ASKBRIEF_*", st.tuples(st.sampled_from(_VARIABLES), settings_values), self._variable),
            Door("seeds folder", file_names, lambda name: load_settings(seeds_dir=place.root / name)),
        )

    # ------------------------------------------------------------------------------------------- asking

    def _ask(self, text: str) -> None:
        answer = self._library.ask(text)
        for hit in answer.hits:
            if not quotes_exactly(self._library, hit):
                raise AssertionError(f"{hit.key} is not its document's text")

    def _narrow(self, given: tuple[str, str]) -> None:
        word, date = given
        self._run_in(self.place, "ask", "attacks", "--since", date, may_fail=True)
        self._run("ask", "attacks", "--collection", word)

    def _define(self, text: str) -> None:
        self._library.define(text)
        self._library.names(like=text)

    def _cite(self, text: str) -> None:
        self._library.cite(parse_key(text))

    def _options(self, words: list[str]) -> None:
        self._run("ask", *words)

    # ---------------------------------------------------------------------------------------- documents

    def _documents(self, contents: list[bytes]) -> None:
        place = self._empty()
        for number, content in enumerate(contents):
            (place.seeds / f"d{number}.{('txt', 'md')[number % 2]}").write_bytes(content)
        build(place.seeds, place.index, encoder=_ENCODER)
        with Library.open(place.index, state=place.state, encoder=_ENCODER, settings=_SETTINGS) as library:
            words = [text[place : place + 80] for text in map(_lenient, contents) for place in (0, len(text) // 2)]
            for question in (*_QUESTIONS, *words):
                _tolerantly(library, question)
            for name in library.names()[:5]:
                library.define(name)

    def _named(self, names: list[str]) -> None:
        place = self._empty()
        for name in names:
            path = place.seeds / name
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text("Officials counted 12 attacks in Brenk. The committee met in May.")
            except (OSError, ValueError):
                continue  # the file system does not take this name
        self._run_in(place, "build")
        self._run_in(place, "status")
        self._run_in(place, "check")
        self._run_in(place, "ask", "attacks in Brenk")

    def _empty(self) -> Place:
        shutil.rmtree(self._scratch, ignore_errors=True)
        place = Place(self._scratch)
        place.seeds.mkdir(parents=True)
        return place

    # ---------------------------------------------------------------------------------- files of its own

    def _over(self, index: Path, name: str) -> Callable[[bytes], None]:
        def enter(content: bytes) -> None:
            place = self._copied()
            folder = place.index if name == "CURRENT" else place.index / "generations" / str(current_name(index))
            (folder / name).write_bytes(content)
            for command in (("ask", "attacks in Brenk"), ("status",), ("sources",)):
                self._run_in(place, *command, may_fail=True)
            self._run_in(place, "build")
            self._run_in(place, "ask", "attacks in Brenk")

        return enter

    def _state(self, name: str) -> Callable[[bytes], None]:
        def enter(content: bytes) -> None:
            place = self._copied()
            path = place.state / name
            whole = path.read_bytes()
            for damaged in (content, whole[:4096] + content + whole[4096 + len(content) :]):
                path.write_bytes(damaged)
                path.with_name(f"{name}-journal").unlink(missing_ok=True)
                for command in (("ask", "attacks in Brenk"), ("cite", self._key), ("feedback", "gaps")):
                    self._run_in(place, *command, may_fail=True)

        return enter

    def _cells(self, given: tuple[str, str]) -> None:
        place = self._copied()
        cells = [text.encode(errors="replace").decode() for text in given]
        with closing(sqlite3.connect(place.state / "ledger.sqlite")) as connection, connection:
            connection.execute("UPDATE shown SET metadata = ?, locator = ?", cells)
        with closing(sqlite3.connect(place.state / "journal.sqlite")) as connection, connection:
            connection.execute("UPDATE exchanges SET shown = ?, context = ?, asked_at = ?", [cells[0], *cells])
        self._run_in(place, "cite", self._key, may_fail=True)
        self._run_in(place, "feedback", "gaps", may_fail=True)

    def _copied(self) -> Place:
        shutil.rmtree(self._scratch, ignore_errors=True)
        return Place(shutil.copytree(self._spare, self._scratch))

    def _calibrated(self, content: bytes) -> None:
        path = self.place.root / "calibration.json"
        path.write_bytes(content)
        with patch.dict(os.environ, {"ASKBRIEF_CALIBRATION": str(path)}):
            self._run("ask", "attacks in Brenk")

    def _evaluated(self, contents: tuple[bytes, bytes]) -> None:
        folder = self._empty().root
        for name, content in zip(("corpus.jsonl", "queries.jsonl"), contents, strict=True):
            (folder / name).write_bytes(content)
        self._command("eval", str(folder))

    def _dotenv(self, content: bytes) -> None:
        path = self._empty().root / ".env"
        path.write_bytes(content)
        with patch.dict(Settings.model_config, {"env_file": path}):
            self._run("ask", "attacks in Brenk")

    def _variable(self, given: tuple[str, str]) -> None:
        name, value = given
        try:
            environment = patch.dict(os.environ, {name: value})
            environment.start()
        except ValueError:
            return  # no environment holds this
        try:
            self._run("ask", "attacks in Brenk")
        finally:
            environment.stop()

    # ---------------------------------------------------------------------------------- the command line

    def _run(self, *arguments: str) -> None:
        self._run_in(self.place, *arguments)

    def _run_in(self, place: Place, *arguments: str, may_fail: bool = False) -> None:
        try:
            self._command(*arguments, place=place)
        except Said:
            if not may_fail:
                raise

    def _command(self, *arguments: str, place: Place | None = None) -> None:
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            code = place.command(*arguments)() if place else _run_cli(arguments)
        _, _, line = err.getvalue().rpartition("askbrief: ")
        if code not in (0, 1, 2) or line.startswith("unexpected ") or "Traceback" in err.getvalue():
            raise AssertionError(f"{arguments} ended with {code}: {err.getvalue()}")
        if code == 2:  # noqa: PLR2004 - cli_common.ERROR
            if line.count("\n") != 1:
                raise AssertionError(f"{arguments} said more than one line: {err.getvalue()}")
            raise Said(line)


_VARIABLES = [
    f"ASKBRIEF_{name}"
    for name in (
        "SEEDS_DIR INDEX_DIR STATE_DIR LEXICAL_WEIGHT MAX_QUESTION_CHARS MAX_RESULTS MAX_FILE_MIB CALIBRATION".split()
    )
]


def _run_cli(arguments: Sequence[str]) -> int:
    from askbrief.cli.commands import run

    return run(arguments)


def _split(parsed: Any) -> None:  # noqa: ANN401 - what parsers give
    document = Document("a.txt", "Title", parsed.text, parsed.blocks, parsed.metadata)
    passages = split_document(document, _ENCODER).passages
    for passage in passages:
        if parsed.text[passage.start : passage.end] != passage.text:
            raise AssertionError(f"passage {passage.start}-{passage.end} is not its text")
        analyse(passage.text)


def _tolerantly(library: Library, question: str) -> None:
    """Ask, and resolve the keys that are shown; the question may be refused."""
    try:
        everything = frozenset(source.doc_id for source in library.sources())
        answer = library.ask(question, scope=Scope(documents=everything))
    except AskbriefError:
        return
    for hit in answer.hits:
        if library.cite(hit.key).quote != hit.quote:
            raise AssertionError(f"{hit.key} resolves to another quote")


def _bytes(text: str) -> bytes:
    return text.encode(errors="replace")


def _lenient(content: bytes) -> str:
    try:
        return decode(content)
    except AskbriefError:
        return content.decode("latin-1")
