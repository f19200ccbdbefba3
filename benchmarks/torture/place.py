"""The place of a trial: seeds/, index/, state/, the command line on them, and the answers of an index."""

from __future__ import annotations

import hashlib
import io
import json
import re
import shutil
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from typing import TYPE_CHECKING

import askbrief.inference.loading
import askbrief.ingest.build
import askbrief.library
from askbrief.cli.commands import run as run_cli
from askbrief.errors import AskbriefError
from askbrief.library import Library
from askbrief.records import Scope
from askbrief.service.serialisation import to_json
from askbrief.settings import Settings
from askbrief.storage.embedded.generation import Generation, current_name
from benchmarks.torture.corpus import QUESTIONS, write_corpus
from benchmarks.torture.process import run
from tests.fakes import Folders, HashEncoder, quotes_exactly

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from benchmarks.torture.process import Ended

_SCOPE = Scope(collections=frozenset({"south"}))


def stand_in(put: Callable[[object, str, object], None] = setattr) -> None:
    """Replace the encoder of this process, and of those forked from it, by the hashing encoder of the tests."""
    for module in (askbrief.ingest.build, askbrief.library):
        put(module, "open_encoder", lambda *_, **__: HashEncoder())
    put(askbrief.inference.loading, "ready_encoder", lambda *_, **__: HashEncoder())


def warm_up(root: Path) -> None:
    """Do everything once, so that forked processes need no imports, which they may not be permitted to read."""
    place = Place(root)
    place.seeds.mkdir(parents=True)
    write_corpus(place.seeds, 0)
    with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()):
        for command in (["build"], ["ask", "--json", QUESTIONS[0]], ["ask", "-"], ["sources"], ["status"], ["check"]):
            place.command(*command)()
        place.look()
        key = re.findall(r'"key": "([^"]+)"', out.getvalue())[0]
        place.command("cite", key)()


@dataclass(frozen=True, slots=True)
class Place(Folders):
    """A folder with seeds/, index/ and state/."""

    root: Path

    @property
    def serving(self) -> Path:
        """Return the folder of the current generation."""
        name = current_name(self.index)
        assert name is not None  # noqa: S101 - asked of a built index only
        return self.index / "generations" / name

    def command(self, *arguments: str) -> Callable[[], int]:
        """Return an askbrief command on these folders, to run in a separate process."""
        folders = {"--seeds": self.seeds, "--index": self.index, "--state": self.state}
        taken = {
            "build": ("--seeds", "--index"),
            "check": ("--seeds", "--index"),
            "status": ("--seeds", "--index"),
            "sources": ("--index",),
            "cite": ("--index", "--state"),
        }.get(arguments[0], tuple(folders))
        options = [word for name in taken for word in (name, str(folders[name]))]
        return lambda: run_cli([*arguments[:1], *options, *arguments[1:]])

    @property
    def build(self) -> Callable[[], int]:
        """Bring the index up to date, with the command line."""
        return self.command("build")

    def library(self, *, remembering: bool = True) -> Library:
        """Open the index without the reader; with the state folder if shown keys are to be stored."""
        state = self.state if remembering else None
        return Library.open(self.index, state=state, encoder=HashEncoder(), settings=Settings(reader=False))

    def look(self) -> int:
        """Print a digest of everything that the index returns, or one line with the error, like the command line."""
        try:
            with self.library(remembering=False) as library:
                sys.stdout.write(digest(library))
        except AskbriefError as error:
            sys.stderr.write(f"askbrief: {error}\n")
            return 2
        return 0

    def put(self, index: Path) -> None:
        """Copy another index to this place."""
        shutil.rmtree(self.index, ignore_errors=True)
        shutil.copytree(index, self.index)

    def files(self) -> dict[str, str]:
        """Return the checksums of the current generation: equal for equal bytes."""
        with Generation.open_current(self.index) as generation:
            return dict(generation.manifest.files)

    def left(self) -> set[str]:
        """List the index folder, with GEN in place of the name of the current generation."""
        name = str(current_name(self.index))
        return {path.relative_to(self.index).as_posix().replace(name, "GEN") for path in self.index.rglob("*")}


def digest(library: Library) -> str:
    """Return one hash of everything that an index returns for questions, keys and listings, and check each quote.

    Raises:
        AssertionError: a quote differs from its document at its offsets.
    """
    said: list[object] = []
    for scope in (Scope(), _SCOPE):
        for question in QUESTIONS:
            answer = library.ask(question, scope=scope)
            for hit in answer.hits:
                if not quotes_exactly(library, hit):
                    raise AssertionError(f"{hit.key} is not its document's text")
                said.append(to_json(library.cite(hit.key, scope)))
            said.append({name: what for name, what in to_json(answer).items() if name != "generation"})
    said += [(source.doc_id, source.title, source.passages, source.characters) for source in library.sources()]
    said.append(library.names())
    return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Expected:
    """A clean build of the documents of one moment: its index, checksums, answers, and files."""

    index: Path
    files: dict[str, str]
    says: str
    left: set[str]


@dataclass(frozen=True, slots=True)
class Moments:
    """The documents of two moments, from a seed, and a clean build of each."""

    seed: int
    old: Expected
    new: Expected

    @classmethod
    def make(cls, root: Path, seed: int) -> Moments:
        """Build both, each in a folder of its own."""
        return cls(seed, clean(root / "old", seed, 0), clean(root / "new", seed, 1))

    def place(self, root: Path, moment: int) -> Place:
        """Return a new place with the documents of a moment, and nothing built."""
        place = Place(root)
        place.seeds.mkdir(parents=True)
        write_corpus(place.seeds, self.seed, moment)
        return place


def clean(root: Path, seed: int, change: int) -> Expected:
    """Build the documents of one moment into a new folder."""
    place = Place(root)
    place.seeds.mkdir(parents=True)
    write_corpus(place.seeds, seed, change)
    built, said = run(place.build), run(place.look)
    for ended in (built, said):
        if ended.code:
            raise RuntimeError(f"a clean build fails: {ended.err}")
    return Expected(place.index, place.files(), said.out, place.left())


def healed(place: Place, wanted: Expected, built: Ended | None = None) -> str | None:
    """Build again, undisturbed, and return the difference from a clean build, or None.

    Args:
        place: with the documents as they are now.
        wanted: a clean build of these documents.
        built: the result of that build, if it has already run.
    """
    built = built or run(place.build)
    if built.code:
        return f"the next build failed with {built.code}: {built.err or built.out}"
    said = run(place.look)
    if said.out != wanted.says:
        how = "hung" if said.hung else f"exit code {said.code}"
        return f"after the next build it says something else ({how}): {said.err or said.out}"
    if place.files() != wanted.files:
        return "the next build is not equal to a clean one"
    if place.left() != wanted.left:
        return f"left over: {sorted(place.left() ^ wanted.left)}"
    return None
