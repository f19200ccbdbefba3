"""askbrief beside its peers: the same documents, questions and embedding model, each as its documentation shows it.

    python -m venv peers-env && peers-env/bin/pip install torch==2.13.0
    peers-env/bin/pip install -c constraints.txt -e . -r benchmarks/requirements.txt  # and what it says at its end
    peers-env/bin/python -m benchmarks.quality SET... --json results.json --markdown > table.md

SET is a folder with corpus.jsonl and queries.jsonl, as `askbrief eval` takes it. Tables go to the error stream, where
the progress is, if --markdown wants the output for itself.

Every peer is asked for ten passages, with the packaged all-MiniLM-L6-v2. A passage is a hit when it covers a gold span
whole, for every peer alike: where a splitter gives no offsets, its passages are found again in the document. Splitters
are held to 120 words a passage, with the share of overlap that their documentation shows. A document is given with
its title as the framework's documents take one; what becomes of the title is what the framework does by default.

Every peer runs in a process of its own. Its vectors and results are kept in a temporary folder: a result stands until
the peer's packages, its adapter, the set or, where it has askbrief's passages, the way askbrief splits change. askbrief
itself is always run again, unless --keep says otherwise.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

import askbrief
from askbrief.core.progress import ProgressBar
from askbrief.errors import AskbriefError
from askbrief.evaluation.question_sets import QuestionSet
from askbrief.inference.encoder import SentenceTransformerEncoder
from benchmarks.peers import OURS, PEERS, Peer
from benchmarks.peers.outcome import Outcome
from benchmarks.quality_report import SetResults, as_json, shown_as_markdown, shown_as_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from askbrief.evaluation.question_sets import Question

ROOT = Path(__file__).resolve().parents[1]
COMMON = ("__main__.py", "material.py", "outcome.py", "vectors.py")
SPLITTING = (
    "ingest/splitting.py",
    "language/sentences.py",
    "documents/text/plain.py",
    "documents/text/__init__.py",
    "evaluation/question_sets.py",
)
OFFLINE = {
    "HF_HUB_OFFLINE": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "HAYSTACK_TELEMETRY_ENABLED": "False",
    "LANGCHAIN_TRACING_V2": "false",
}


@dataclass(frozen=True, slots=True)
class Cache:
    """Where vectors and results are kept."""

    folder: Path
    model_id: str

    @property
    def vectors(self) -> Path:
        return self.folder / "vectors.sqlite"

    def result(self, peer: Peer, folder: Path) -> Path:
        """The file for a peer's result on a set, named for all that it depends on."""
        what = {
            "peer": peer.name,
            "versions": peer.versions(),
            "model": self.model_id,
            "set": digest(folder / name for name in ("corpus.jsonl", "queries.jsonl")),
            "code": digest(code_of(peer)),
            "settings": sorted(item for item in os.environ.items() if peer is OURS and item[0].startswith("ASKBRIEF_")),
        }
        key = hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()
        return self.folder / f"{peer.module}-{key[:16]}.json"


def code_of(peer: Peer) -> list[Path]:
    """The files of this project that decide what a peer's result is."""
    library = Path(askbrief.__file__).parent
    here = ROOT / "benchmarks" / "peers"
    ours = sorted(library.rglob("*.py")) if peer is OURS else []
    splitting = [] if peer.splits else [library / name for name in SPLITTING]
    return [*(here / name for name in COMMON), here / f"{peer.module}.py", *ours, *splitting]


def digest(files: Iterable[Path]) -> str:
    """One hash of the contents of files."""
    return hashlib.sha256(b"".join(hashlib.sha256(file.read_bytes()).digest() for file in files)).hexdigest()


class Runs:
    """Runs peers on sets, or takes over results that still stand; remembers why a peer is left out."""

    def __init__(self, cache: Cache, console: Console, *, fresh: bool, keep: bool) -> None:
        """Take where results are kept, whether none stands (`fresh`), and whether one of askbrief may (`keep`)."""
        self._cache = cache
        self._console = console
        self._fresh = fresh
        self._keep = keep
        self.left_out: dict[str, str] = {}

    def all_on(self, folder: Path, questions: Sequence[Question], peers: Sequence[Peer]) -> SetResults:
        """Every peer that can be run on a set."""
        outcomes = {peer.name: outcome for peer in peers if (outcome := self._one_on(folder, peer))}
        with ProgressBar(self._console) as bar:
            return SetResults.of(folder.name, questions, outcomes, bar)

    def _one_on(self, folder: Path, peer: Peer) -> Outcome | None:
        if missing := peer.missing():
            self._leave_out(peer.name, f"not installed: {', '.join(missing)} (see benchmarks/requirements.txt)")
            return None
        path = self._cache.result(peer, folder)
        stands = path.exists() and not self._fresh and (peer is not OURS or self._keep)
        if not stands:
            self._console.print(f"[bold]{peer.name}[/] on {folder.name}")
            status = self._run(folder, peer, path)
            if status:
                self._leave_out(
                    f"{peer.name} on {folder.name}", f"failed with exit status {status}; its error is above"
                )
                return None
        return Outcome.model_validate_json(path.read_text("utf-8"))

    def _run(self, folder: Path, peer: Peer, path: Path) -> int:
        unfinished = path.with_suffix(".unfinished")
        command: list[str | Path] = [
            sys.executable,
            "-m",
            "benchmarks.peers",
            peer.name,
            folder,
            self._cache.vectors,
            unfinished,
        ]
        done = subprocess.run(command, cwd=ROOT, env={**os.environ, **OFFLINE}, stdout=sys.stderr, check=False)
        if done.returncode == 0:
            unfinished.replace(path)
        return done.returncode

    def _leave_out(self, what: str, why: str) -> None:
        if what not in self.left_out:
            self._console.print(f"{what} is left out: {why}", markup=False)
        self.left_out[what] = why


def chosen(names: Sequence[str] | None) -> list[Peer]:
    """The peers of these names, however they are written, and askbrief to compare them with; all for none."""
    wanted = {name.lower() for name in names or ()}
    if unknown := wanted - {peer.name.lower() for peer in PEERS}:
        raise SystemExit(f"no peer {', '.join(sorted(unknown))}: there are {', '.join(peer.name for peer in PEERS)}")
    return [peer for peer in PEERS if not wanted or peer is OURS or peer.name.lower() in wanted]


def listed() -> str:
    """What there is to compare with, and whether it is installed."""
    states = {peer.name: ", ".join(peer.missing()) for peer in PEERS}
    return "\n".join(f"{name:<12}{f'not installed: {gone}' if gone else 'ready'}" for name, gone in states.items())


def parsed() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "sets", nargs="*", type=Path, metavar="SET", help="a folder with corpus.jsonl and queries.jsonl"
    )
    parser.add_argument("--peer", action="append", metavar="NAME", help="only this one, and askbrief; repeatable")
    parser.add_argument("--list", action="store_true", help="name the peers, and what they lack, and stop")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures and every question's rank there")
    parser.add_argument("--markdown", action="store_true", help="print the table of docs/quality.md")
    parser.add_argument("--keep", action="store_true", help="do not run askbrief again where nothing has changed")
    parser.add_argument("--fresh", action="store_true", help="run every peer again")
    options = parser.parse_args()
    if not options.sets and not options.list:
        parser.error("give at least one SET, or --list")
    return options


def main() -> int:
    """Run, show and write; fail if a peer failed, not if one is not installed."""
    options = parsed()
    if options.list:
        Console().print(listed(), highlight=False)
        return 0
    peers = chosen(options.peer)
    sets = {one.resolve(): QuestionSet(one).questions for one in options.sets}  # a wrong one is told before any runs
    folder = Path(tempfile.gettempdir()) / f"askbrief-peers-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    progress = Console(stderr=True, highlight=False)
    runs = Runs(Cache(folder, SentenceTransformerEncoder().model_id), progress, fresh=options.fresh, keep=options.keep)
    everything = []
    for one, questions in sets.items():
        everything.append(runs.all_on(one, questions, peers))
        (progress if options.markdown else Console(highlight=False)).print(shown_as_table(everything[-1]))
    if options.markdown:
        sys.stdout.write(f"{shown_as_markdown(everything)}\n")
    if options.json is not None:
        options.json.write_text(json.dumps(as_json(everything, runs.left_out), indent=1) + "\n", "utf-8")
    return int(any("failed" in why for why in runs.left_out.values()))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except AskbriefError as error:
        sys.exit(str(error))
