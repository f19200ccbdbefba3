"""What a question costs beyond encoding it: ranking, the close look, marking, the verdict, at 10,000 passages.

    python -m benchmarks.question_cost SET... [--passages 10000] [--json FILE]

The documents of the sets, and documents made of their sentences shuffled with a seed until there are enough passages,
are indexed with vectors that are made up (seeded), since encoding is measured apart; so is the question's vector. Every
function is timed in its place in `Library.ask`, warm, one question at a time, in one process.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import tempfile
import time
from collections import defaultdict
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import numpy as np
from rich.console import Console
from rich.table import Table

import askbrief.library
import askbrief.ranking.search
from askbrief import Library
from askbrief.evaluation import QuestionSet
from askbrief.indexing.build import build_from
from askbrief.indexing.manifest import SourceRow
from askbrief.indexing.passages import split
from askbrief.indexing.sources import SourceFile
from askbrief.reading import plain
from askbrief.records import Document
from askbrief.settings import load_settings
from askbrief.terminal import Bar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

STAGES = {
    "reading the question (names, typing errors)": (askbrief.library, "reworded"),
    "times, sources": (askbrief.library, "constraints"),
    "ranking, all of it": (askbrief.library, "search"),
    "  of it the close look at the candidates": (askbrief.ranking.search, "passage_evidence"),
    "near-duplicates": (askbrief.library, "first_of_each"),
    "marking": (askbrief.library, "best_sentence"),
    "the answer in the sentence": (askbrief.library, "pinpoint"),
    "verdict": (askbrief.library, "verdict_signals"),
    "figures": (askbrief.library, "figures"),
}
ADDED = ("ranking, all of it", "marking", "verdict")
"""What is held to 10 ms: the first ranking by whole passages, BM25 and cosines, is in it."""
DIMENSION = 384


class MadeUpEncoder:
    """Vectors that are the same for the same text, and mean nothing."""

    model_id, dimension, max_tokens = "made-up@1", DIMENSION, 256

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """About as many as a real one has."""
        return [2 + len(text) // 4 for text in texts]

    def encode_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit rows."""
        return np.array([self.encode_query(text) for text in texts], dtype=np.float32).reshape(-1, DIMENSION)

    def encode_query(self, text: str) -> NDArray[np.float32]:
        """A unit vector."""
        seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8])
        vector = np.random.default_rng(seed).standard_normal(DIMENSION)
        return (vector / np.linalg.norm(vector)).astype(np.float32)


def sources(sets: Sequence[QuestionSet], passages: int, encoder: MadeUpEncoder) -> Iterator[SourceFile]:
    """The documents of the sets, then shuffled ones, until there are enough passages."""
    texts = [document.text for questions in sets for document in questions.corpus]
    random, count = np.random.default_rng(7), 0
    sentences: list[str] = []
    for place in range(1_000_000):
        if count >= passages:
            return
        if place < len(texts):
            text = texts[place]
            sentences += text.split(". ")
        else:
            text = ". ".join(random.choice(sentences, 60).tolist())
        document = Document(f"{place:06d}.txt", f"Document {place}", text, plain.blocks(text))
        count += len(split(document, encoder).passages)
        row = SourceRow(path=document.doc_id, sha256=hashlib.sha256(text.encode()).hexdigest())
        yield SourceFile(row, lambda document=document: document)  # type: ignore[misc]


@contextmanager
def timed(spent: dict[str, float]) -> Iterator[None]:
    """Add up the time spent in each stage."""

    def wrapped(label: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - whatever the function takes and gives
            started = time.perf_counter()
            result = function(*arguments, **named)
            spent[label] += time.perf_counter() - started
            return result

        return call

    patches = [
        patch.object(module, name, wrapped(label, getattr(module, name))) for label, (module, name) in STAGES.items()
    ]
    for one in patches:
        one.start()
    try:
        yield
    finally:
        for one in patches:
            one.stop()


def main() -> None:
    """Build, ask, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="+", type=Path, metavar="SET")
    parser.add_argument("--passages", type=int, default=10_000)
    parser.add_argument("--questions", type=int, default=300)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    sets, encoder = [QuestionSet(folder) for folder in options.sets], MadeUpEncoder()
    asked = [question.question for questions in sets for question in questions.questions]
    asked = np.random.default_rng(7).permutation(asked)[: options.questions].tolist()
    with tempfile.TemporaryDirectory() as folder, Bar(Console(stderr=True)) as bar:
        report = build_from(list(sources(sets, options.passages, encoder)), Path(folder), encoder, progress=bar)
        with Library.open(folder, encoder=encoder, settings=load_settings()) as library:
            for question in asked[:20]:
                library.ask(question)
            rows = []
            for question in asked:
                spent: dict[str, float] = defaultdict(float)
                with timed(spent):
                    started = time.perf_counter()
                    library.ask(question)
                    spent["the whole question, without encoding"] = time.perf_counter() - started
                spent["ranking, marking and verdict"] = sum(spent[name] for name in ADDED)
                rows.append(spent)
    labels = [*STAGES, "ranking, marking and verdict", "the whole question, without encoding"]
    figures = {label: _percentiles([row[label] for row in rows]) for label in labels}
    table = Table(f"{report.passages:,} passages, {len(rows)} questions", "p50 ms", "p95 ms", box=None)
    for label, (half, most) in figures.items():
        table.add_row(label, f"{half:.2f}", f"{most:.2f}")
    Console().print(table)
    if options.json:
        options.json.write_text(json.dumps({"passages": report.passages, "p50_p95_ms": figures}, indent=2), "utf-8")


def _percentiles(seconds: Sequence[float]) -> tuple[float, float]:
    return float(np.percentile(seconds, 50) * 1000), float(np.percentile(seconds, 95) * 1000)


if __name__ == "__main__":
    main()
