"""Run one peer on one set, in a separate process: python -m benchmarks.peers PEER SET VECTORS OUTCOME."""

from __future__ import annotations

import importlib
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from askbrief.cli.common import errors
from askbrief.core.progress import ProgressBar
from askbrief.evaluation.question_sets import DEPTH, QuestionSet
from askbrief.inference.encoder import SentenceTransformerEncoder
from askbrief.inference.model_files import ENGLISH
from benchmarks.peers import PEERS
from benchmarks.peers.material import Chunk, Found, Material, Opened, count_words
from benchmarks.peers.outcome import Outcome
from benchmarks.peers.vectors import Vectors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from askbrief.core.progress import Progress

    Spans = Sequence[tuple[str, int | None, int | None]]


def run(module: str, questions: QuestionSet, model: Vectors, progress: Progress) -> Outcome:
    """Let a peer index the documents, and ask it every question."""
    started = time.monotonic()
    peer = importlib.import_module(f"benchmarks.peers.{module}")
    with tempfile.TemporaryDirectory() as scratch:
        opened: Opened = peer.open_index(Material(questions, model, progress, Path(scratch)))
        progress.stage("asking", len(questions.questions))
        rankings = []
        for question in questions.questions:
            rankings.append(list(opened.ask(question.question))[:DEPTH])
            progress.advance()
    return judged(questions, rankings, opened, time.monotonic() - started)


def judged(questions: QuestionSet, rankings: Sequence[Sequence[Found]], opened: Opened, seconds: float) -> Outcome:
    """Compare each ranking with the gold."""
    golds = [questions.spans(question) for question in questions.questions]
    words = [count_words(found.chunk.text) for ranking in rankings for found in ranking]
    return Outcome(
        ranks=[first_holding(ranking, gold) for ranking, gold in zip(rankings, golds, strict=True)],
        scores=[ranking[0].score if ranking else None for ranking in rankings],
        words=float(np.mean(words)) if words else 0.0,
        chunks=opened.chunks,
        lost=opened.lost,
        seconds=round(seconds, 1),
    )


def first_holding(ranking: Sequence[Found], gold: Spans) -> int | None:
    """Return the rank of the first passage that covers a gold span, or is in a gold document without span."""
    return next((rank for rank, found in enumerate(ranking, start=1) if holds(found.chunk, gold)), None)


def holds(chunk: Chunk, gold: Spans) -> bool:
    """Tell whether a passage covers a gold span, as in askbrief.evaluation; one without offsets covers none.

    >>> holds(Chunk("a", "words", 10, 15), [("a", 11, 15), ("b", None, None)])
    True
    """
    return any(
        chunk.doc_id == doc_id
        and (
            start is None
            or end is None
            or (chunk.start is not None and chunk.end is not None and chunk.start <= start and end <= chunk.end)
        )
        for doc_id, start, end in gold
    )


def main() -> None:
    """Write the result."""
    name, folder, vectors, path = sys.argv[1:]
    (peer,) = (peer for peer in PEERS if peer.name == name)
    model = Vectors(SentenceTransformerEncoder(ENGLISH), Path(vectors))
    with ProgressBar(errors()) as bar:
        outcome = run(peer.module, QuestionSet(Path(folder)), model, bar)
    Path(path).write_text(outcome.model_dump_json(), encoding="utf-8")


if __name__ == "__main__":
    main()
