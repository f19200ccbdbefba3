"""Compare askbrief with its peers: the same documents, questions and embedding model, each in its documented set-up.

    python -m venv peers-env && peers-env/bin/pip install torch==2.13.0
    peers-env/bin/pip install -c constraints.txt -e . -r benchmarks/requirements.txt  # and what it says at its end
    peers-env/bin/python -m benchmarks.quality SET... --json results.json --markdown > table.md

SET is a folder with corpus.jsonl and queries.jsonl, as `askbrief eval` takes it. With --markdown,
the other tables go to the error stream.

Every peer returns ten passages, with the packaged all-MiniLM-L6-v2. A passage is a hit if it covers a gold span
completely, for every peer alike; if a splitter gives no offsets, its passages are located in the document. Splitters
are limited to 120 words a passage, with the share of overlap that their documentation shows. A document has its title
where the framework's documents have one, and the framework does with it what it does by default.

Every peer runs in a separate process. Its vectors and results are cached in a temporary folder. A result is valid until
the peer's packages, its adapter, the set or, if it uses askbrief's passages, askbrief's splitter change. askbrief
itself always runs again, except with --keep.
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
from askbrief.inference.model_files import ENGLISH
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
    "language/analysis.py",
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
    """Return the folder of cached vectors and results."""

    folder: Path
    model_id: str

    @property
    def vectors(self) -> Path:
        return self.folder / "vectors.sqlite"

    def result(self, peer: Peer, folder: Path) -> Path:
        """Return the file for a peer's result on a set; its name depends on everything that the result depends on."""
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
    """Return the files of this project that a peer's result depends on."""
    library = Path(askbrief.__file__).parent
    here = ROOT / "benchmarks" / "peers"
    ours = sorted(library.rglob("*.py")) if peer is OURS else []
    splitting = [] if peer.splits else [library / name for name in SPLITTING]
    return [*(here / name for name in COMMON), here / f"{peer.module}.py", *ours, *splitting]


def digest(files: Iterable[Path]) -> str:
    """Return one hash of the contents of files."""
    return hashlib.sha256(b"".join(hashlib.sha256(file.read_bytes()).digest() for file in files)).hexdigest()


class Runs:
    """Runs peers on sets, or reuses valid results; records why a peer is left out."""

    def __init__(self, cache: Cache, console: Console, *, fresh: bool, keep: bool) -> None:
        """Set the folder of results, and whether to reuse none (`fresh`) or also those of askbrief (`keep`)."""
        self._cache = cache
        self._console = console
        self._fresh = fresh
        self._keep = keep
        self.left_out: dict[str, str] = {}

    def all_on(self, folder: Path, questions: Sequence[Question], peers: Sequence[Peer]) -> SetResults:
        """Run every available peer on a set."""
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
    """Return the peers with these names, ignoring case, and askbrief; all peers if there are no names."""
    wanted = {name.lower() for name in names or ()}
    if unknown := wanted - {peer.name.lower() for peer in PEERS}:
        raise SystemExit(f"no peer {', '.join(sorted(unknown))}: there are {', '.join(peer.name for peer in PEERS)}")
    return [peer for peer in PEERS if not wanted or peer is OURS or peer.name.lower() in wanted]


def listed() -> str:
    """List the peers, and whether they are installed."""
    states = {peer.name: ", ".join(peer.missing()) for peer in PEERS}
    return "\n".join(f"{name:<12}{f'not installed: {gone}' if gone else 'ready'}" for name, gone in states.items())


def parsed() -> argparse.Namespace:
    """Return the command line parser."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "sets", nargs="*", type=Path, metavar="SET", help="a folder with corpus.jsonl and queries.jsonl"
    )
    parser.add_argument(
        "--peer", action="append", metavar="NAME", help="compare only this peer with askbrief; repeatable"
    )
    parser.add_argument("--list", action="store_true", help="list the peers and their missing packages, and stop")
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help="write all figures and the rank of every question to this file"
    )
    parser.add_argument("--markdown", action="store_true", help="print the table of docs/quality.md")
    parser.add_argument("--keep", action="store_true", help="do not run askbrief again if nothing has changed")
    parser.add_argument("--fresh", action="store_true", help="run every peer again")
    options = parser.parse_args()
    if not options.sets and not options.list:
        parser.error("give at least one SET, or --list")
    return options


def main() -> int:
    """Run, print and write; fail if a peer failed, but not if one is not installed."""
    options = parsed()
    if options.list:
        Console().print(listed(), highlight=False)
        return 0
    peers = chosen(options.peer)
    sets = {
        one.resolve(): QuestionSet(one).questions for one in options.sets
    }  # report a wrong name before anything runs
    folder = Path(tempfile.gettempdir()) / f"askbrief-peers-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    progress = Console(stderr=True, highlight=False)
    runs = Runs(
        Cache(folder, SentenceTransformerEncoder(ENGLISH).model_id), progress, fresh=options.fresh, keep=options.keep
    )
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
