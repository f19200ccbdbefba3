"""Compare ways to the nearest vectors: all cosines, signs with exact rescoring, faiss, usearch.

    python -m benchmarks.dense_search SET... [--sizes 10000 1000000] [--out FILE] [--markdown FILE]

The vectors are synthetic: each is the mean of the vectors of a few neighbouring sentences of the sets, which
approximates the vector of a passage of recombined sentences. The rows of the sets themselves show how near real
passages are to real questions; compare their cosines at ranks of the same share of all vectors. Questions are those of
the sets, encoded. Every method returns the ten best. Recall is the share of the exact ten that a method finds. The
number of threads is OMP_NUM_THREADS.
"""

from __future__ import annotations

import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from rich.console import Console

from askbrief.core.progress import ProgressBar
from askbrief.evaluation.question_sets import QuestionSet, indexed
from askbrief.inference.loading import open_encoder
from askbrief.retrieval.candidates import SHORTLIST, best, highest
from askbrief.retrieval.cosine import DenseIndex, signs_of
from askbrief.settings import load_settings
from askbrief.storage.embedded.generation import SENTENCES, VECTORS
from benchmarks.timings import parser, timed, written

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Rows = NDArray[np.float32]
    Search = Callable[[Rows], NDArray[np.int64]]

TOP = 10
SENTENCES_OF_ONE, NEIGHBOURHOOD = 4, 40
CHUNK = 1 << 16
RANKS = (1, 10, 100, 1_000)


def real(sets: Sequence[Path], count: int) -> tuple[Rows, Rows, Rows]:
    """Return the vectors of the sets' passages, of their sentences, and of some of their questions."""
    encoder, passages, sentences, asked = open_encoder(load_settings(), building=True), [], [], []
    with ProgressBar(Console(stderr=True)) as bar:
        for folder in sets:
            questions = QuestionSet(folder)
            with indexed(questions, encoder, load_settings(), bar) as library:
                passages.append(np.load(library.reference.folder / VECTORS))
                sentences.append(np.load(library.reference.folder / SENTENCES).astype(np.float32))
            asked += [question.question for question in questions.questions]
    chosen = np.random.default_rng(7).permutation(np.array(asked))[:count].tolist()
    return np.concatenate(passages), np.concatenate(sentences), np.array([encoder.encode_query(q) for q in chosen])


def made(sentences: Rows, size: int, path: Path, seed: int = 0) -> Rows:
    """Map a file of unit rows, each the direction of a few neighbouring sentences."""
    rows = np.lib.format.open_memmap(path, "w+", np.float32, (size, sentences.shape[1]))
    random = np.random.default_rng(seed)
    for first in range(0, size, CHUNK):
        some = rows[first : first + CHUNK]
        middle = random.integers(0, len(sentences), (1, len(some)))
        places = middle + random.integers(-NEIGHBOURHOOD, NEIGHBOURHOOD + 1, (SENTENCES_OF_ONE, len(some)))
        sums = sentences[places.clip(0, len(sentences) - 1)].sum(axis=0)
        some[:] = sums / np.linalg.norm(sums, axis=1, keepdims=True)
    rows.flush()
    return np.asarray(np.load(path, mmap_mode="r"))


def neighbourhoods(vectors: Rows, queries: Rows) -> list[float]:
    """Return the mean cosine of the nearest rows at some ranks."""
    scores = [np.sort(vectors @ query)[::-1][: max(RANKS) * 200] for query in queries]
    return [round(float(np.mean([some[min(rank, len(some)) - 1] for some in scores])), 3) for rank in RANKS]


def searches(vectors: Rows, folder: Path, hnsw_up_to: int) -> tuple[dict[str, Search], dict[str, float]]:
    """Return each method for finding the ten best, and the seconds that its preparation takes."""
    prepared: dict[str, float] = {}
    signs = _mapped(signs_of(vectors), folder / "signs.npy")
    index = DenseIndex(vectors, np.empty((0, 1), np.float16), np.empty(0, np.int64), signs)

    def by_signs(length: int) -> Search:
        def search(query: Rows) -> NDArray[np.int64]:
            likely = highest(index.estimates(query), length)
            return likely[best(index.scores(query, likely), TOP)]

        return search

    found: dict[str, Search] = {"askbrief, all cosines": lambda query: best(index.scores(query), TOP)}
    found |= {
        f"askbrief, signs, best {n:,}": by_signs(n) for n in (SHORTLIST // 4, SHORTLIST // 2, SHORTLIST, 2 * SHORTLIST)
    }
    if find_spec("faiss"):
        found |= _of_faiss(vectors, prepared)
    if find_spec("usearch"):
        found |= _of_usearch(vectors, hnsw_up_to, prepared)
    return found, prepared


def _mapped(array: NDArray[np.uint64], path: Path) -> NDArray[np.uint64]:
    np.save(path, array)
    return np.asarray(np.load(path, mmap_mode="r"))


def _of_faiss(vectors: Rows, prepared: dict[str, float]) -> dict[str, Search]:
    import faiss

    started = time.perf_counter()
    flat = faiss.IndexFlatIP(vectors.shape[1])
    flat.add(vectors)
    prepared["faiss, flat"] = time.perf_counter() - started
    started = time.perf_counter()
    binary = faiss.IndexBinaryFlat(vectors.shape[1])
    for first in range(0, len(vectors), CHUNK):
        binary.add(np.packbits(vectors[first : first + CHUNK] > 0, axis=1))
    name = f"faiss, binary flat, best {SHORTLIST:,} exactly"
    prepared[name] = time.perf_counter() - started

    def by_bits(query: Rows) -> NDArray[np.int64]:
        likely = np.sort(binary.search(np.packbits(query[np.newaxis] > 0, axis=1), min(SHORTLIST, len(vectors)))[1][0])
        return np.asarray(likely[best(vectors[likely] @ query, TOP)], dtype=np.int64)

    return {"faiss, flat": lambda query: flat.search(query[np.newaxis], TOP)[1][0], name: by_bits}


def _of_usearch(vectors: Rows, hnsw_up_to: int, prepared: dict[str, float]) -> dict[str, Search]:
    from usearch.index import Index, MetricKind
    from usearch.index import search as exact_search

    def exactly(query: Rows) -> NDArray[np.int64]:
        found = exact_search(vectors, query[np.newaxis], TOP, MetricKind.IP, exact=True, threads=1)
        return np.asarray(found.keys, dtype=np.int64).ravel()

    if len(vectors) > hnsw_up_to:
        return {"usearch, exact": exactly}
    started = time.perf_counter()
    graph = Index(ndim=vectors.shape[1], metric="ip")
    graph.add(np.arange(len(vectors)), vectors, threads=1)
    prepared["usearch, HNSW"] = time.perf_counter() - started
    return {
        "usearch, exact": exactly,
        "usearch, HNSW": lambda query: np.asarray(graph.search(query, TOP).keys, dtype=np.int64),
    }


def measured(vectors: Rows, queries: Rows, folder: Path, hnsw_up_to: int) -> list[dict[str, Any]]:
    """Return a row for each method."""
    ways, prepared = searches(vectors, folder, hnsw_up_to)
    outcome = timed(ways, list(queries))
    exact, exact_ms, _ = outcome["askbrief, all cosines"]
    return [
        {
            "vectors": len(vectors),
            "way": name,
            "ready in, s": prepared.get(name),
            "p50, ms": p50,
            "p95, ms": p95,
            "of all cosines": p50 / exact_ms,
            "recall of 10": float(np.mean([np.isin(e, f).mean() for e, f in zip(exact, found, strict=True)])),
        }
        for name, (found, p50, p95) in outcome.items()
    ]


def main() -> None:
    """Measure, print and write."""
    options_of = parser(__doc__)
    options_of.add_argument("--hnsw-up-to", type=int, default=100_000, metavar="VECTORS")
    options = options_of.parse_args()
    passages, sentences, queries = real(options.sets, options.questions)
    rows: list[dict[str, Any]] = [
        {"vectors": len(passages), "way": f"real; cosines at {RANKS}: {neighbourhoods(passages, queries)}"}
    ]
    for size in options.sizes:
        with tempfile.TemporaryDirectory() as name:
            vectors = made(sentences, size, Path(name) / "vectors.npy")
            rows.append({"vectors": size, "way": f"made; cosines at {RANKS}: {neighbourhoods(vectors, queries)}"})
            rows += measured(vectors, queries, Path(name), options.hnsw_up_to)
    written(rows, options)


if __name__ == "__main__":
    main()
