"""Compare BM25 implementations: our compiled postings, rank-bm25 (whose scores they reproduce), bm25s.

    python -m benchmarks.lexical_search SET... [--sizes 10000 100000] [--out FILE] [--markdown FILE]

The passages are recombined from the sets (benchmarks/recombined.py), the questions are those of the sets, and every
library gets the same tokens, those of our analyser. A question is one call for the ten best, as each library documents
it. bm25s is measured with its defaults, and with its numba backend if numba is installed. rank-bm25 stores a dict for
each passage, and is left out above `--rank-bm25-up-to` passages. Our build also runs alone, starting with the text, to
measure its memory.
"""

from __future__ import annotations

import multiprocessing
import resource
import time
from importlib.util import find_spec
from itertools import islice
from typing import TYPE_CHECKING, Any

import bm25s
import numpy as np
from rank_bm25 import BM25Plus

from askbrief.evaluation.question_sets import QuestionSet
from askbrief.language.analysis import analyse
from askbrief.retrieval.bm25 import Postings
from askbrief.retrieval.candidates import best
from benchmarks.recombined import Material, recombined
from benchmarks.timings import parser, timed, written
from tests.retrieval import compiled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from tests.retrieval import Compiled

    _Row = dict[str, Any]
    Corpus = Sequence[Sequence[str]]
    Search = Callable[[Sequence[str]], NDArray[np.int64]]

TOP = 10
QUESTIONS_TO_RANK_BM25 = 30


def analysed(sets: Sequence[Path], passages: int) -> Iterator[list[str]]:
    """Yield the terms of recombined passages."""
    return (analyse(text) for document in recombined(Material.of(sets), passages) for text in document.paragraphs)


def bm25s_search(corpus: Corpus, backend: str) -> Search:
    """The index of bm25s, with one of its backends."""
    index = bm25s.BM25(backend=backend)
    index.index(corpus, show_progress=False)

    def search(terms: Sequence[str]) -> NDArray[np.int64]:
        found, _ = index.retrieve([terms], k=TOP, show_progress=False)
        return np.asarray(found[0], dtype=np.int64)

    return search


def measured(sets: Sequence[Path], size: int, questions: Sequence[list[str]], rank_bm25_up_to: int) -> list[_Row]:
    """Return a row for each library."""
    seconds, peak = streamed(sets, size)
    corpus = list(analysed(sets, size))
    started = time.perf_counter()
    ours = compiled(corpus)
    built = {"askbrief": time.perf_counter() - started}
    searches: dict[str, Search] = {"askbrief": lambda terms: best(ours.query(terms).scores(), TOP)}
    for backend in ("numpy", "numba") if find_spec("numba") else ("numpy",):
        name = "bm25s" if backend == "numpy" else "bm25s, numba"
        started = time.perf_counter()
        searches[name] = bm25s_search(corpus, backend)
        built[name] = time.perf_counter() - started
    rows = _rows(size, built, timed(searches, questions))
    rows[0] |= {"from text, s": seconds, "from text, peak MiB": peak}
    if size <= rank_bm25_up_to:
        rows.append(beside_rank_bm25(corpus, ours, questions[:QUESTIONS_TO_RANK_BM25]))
    return rows


def _rows(size: int, built: dict[str, float], outcome: dict[str, Any]) -> list[_Row]:
    ours = outcome["askbrief"][1]
    return [
        {
            "passages": size,
            "library": name,
            "build, s": built[name],
            "p50, ms": p50,
            "p95, ms": p95,
            "x ours": p50 / ours,
        }
        for name, (_, p50, p95) in outcome.items()
    ]


def beside_rank_bm25(corpus: Corpus, ours: Compiled, questions: Sequence[list[str]]) -> _Row:
    """Measure rank-bm25 on a few questions: how much longer it takes, and the largest difference of the scores."""
    started = time.perf_counter()
    peer = BM25Plus(corpus)
    built = time.perf_counter() - started

    def constant(terms: Sequence[str]) -> float:
        """Return the constant that BM25Plus adds to every passage, with or without the term."""
        return float(sum(peer.idf[term] * peer.delta for term in terms if term in peer.idf))

    outcome = timed({"ours": lambda terms: ours.query(terms).scores(), "theirs": peer.get_scores}, questions, warm=1)
    (scores, our_p50, _), (theirs, p50, p95) = outcome["ours"], outcome["theirs"]
    error = max(
        float(np.abs(one - (other - constant(terms))).max())
        for one, other, terms in zip(scores, theirs, questions, strict=True)
    )
    return {
        "passages": len(corpus),
        "library": "rank-bm25, scores alone",
        "build, s": built,
        "p50, ms": p50,
        "p95, ms": p95,
        "x ours": p50 / our_p50,
        "largest difference": error,
    }


def streamed(sets: Sequence[Path], size: int) -> tuple[float, int]:
    """Build from the text in a separate process; return the seconds, and its peak memory in MiB."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_streamed, (sets, size))


def _streamed(sets: Sequence[Path], size: int) -> tuple[float, int]:
    started = time.perf_counter()
    Postings.from_corpus(analysed(sets, size))
    return time.perf_counter() - started, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10


def main() -> None:
    """Measure, print and write."""
    options_of = parser(__doc__)
    options_of.add_argument("--rank-bm25-up-to", type=int, default=100_000, metavar="PASSAGES")
    options = options_of.parse_args()
    asked = [question.question for folder in options.sets for question in QuestionSet(folder).questions]
    chosen = np.random.default_rng(7).permutation(np.array(asked)).tolist()
    questions = list(islice(filter(None, map(analyse, chosen)), options.questions))
    written(
        [row for n in options.sizes for row in measured(options.sets, n, questions, options.rank_bm25_up_to)], options
    )


if __name__ == "__main__":
    main()
