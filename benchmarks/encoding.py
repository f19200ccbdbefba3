"""Compare ways to run the encoder: sentence-transformers, askbrief's compiled model, and what else was tried.

    python -m benchmarks.encoding SET... [--passages 200] [--rounds 5] [--out FILE] [--markdown FILE]

The model is that of the settings: ASKBRIEF_MODEL=english for the other one.

All methods encode the same passages of the sets, in turn, round after round; figures are medians over the rounds. Every
method may use as many threads as there are processors. `ratio` is relative to sentence-transformers in the same run.
OpenVINO is included if it is installed.
"""

from __future__ import annotations

import os
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from askbrief.core.runtime import processors, saturates
from askbrief.evaluation.question_sets import QuestionSet
from askbrief.inference.compilation import export, quantise, sensitive
from askbrief.inference.compiled_encoder import CompiledEncoder
from askbrief.inference.e5_model import EXACT, write_graph
from askbrief.inference.encoder import load, means_of, unit_rows
from askbrief.inference.loading import open_encoder
from askbrief.inference.model_files import ModelFiles
from askbrief.inference.packed_e5 import PackedE5
from askbrief.ingest.splitting import split_document
from askbrief.settings import load_settings
from benchmarks.timings import parser, written

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]
    Batch = NDArray[np.int64]
    Means = tuple[Vectors | None, Vectors | None]

DOCUMENTS = 40
"""Number of documents of each set that are split into passages."""


@dataclass(frozen=True, slots=True)
class Way:
    """A method of running the model."""

    name: str
    passages: Callable[[Sequence[str]], Vectors]
    question: Callable[[str], Vectors]


class Graph:
    """A graph run by onnxruntime, with any number of threads and any batch size."""

    def __init__(self, path: Path, encoder: CompiledEncoder, means: Means, *, threads: int, batch: int) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads, options.log_severity_level = threads, 1, 3
        self._session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        self._encoder, self._means, self._batch = encoder, means, batch
        self._pool = ThreadPoolExecutor(max(1, processors() // threads))

    def passages(self, texts: Sequence[str]) -> Vectors:
        """Encode texts of the same length together, without padding, and the others alone."""
        pieces = self._encoder.document_pieces(texts)
        order = sorted(range(len(texts)), key=lambda place: len(pieces[place]))
        batches = [[order[0]]]
        for place in order[1:]:
            last = batches[-1]
            if len(last) < self._batch and len(pieces[last[0]]) == len(pieces[place]):
                last.append(place)
            else:
                batches.append([place])
        found = self._pool.map(self._run, [np.array([pieces[place] for place in batch]) for batch in batches])
        rows = dict(zip([place for batch in batches for place in batch], np.concatenate(list(found)), strict=True))
        return unit_rows(np.array([rows[place] for place in range(len(texts))]), self._means[1])

    def question(self, text: str) -> Vectors:
        rows = self._run(np.array(self._encoder.query_pieces(text))[np.newaxis])
        vector: Vectors = unit_rows(rows, self._means[0])[0]
        return vector

    def _run(self, pieces: Batch) -> Vectors:
        rows: Vectors = self._session.run(None, self._encoder.feed(pieces))[0]
        return rows


def openvino(path: Path, encoder: CompiledEncoder, means: Means, precision: str) -> Way:
    """A graph run by OpenVINO, with one stream for each processor and one text in each stream."""
    import openvino as ov  # type: ignore[import-not-found]

    count = processors()
    options: dict[str, Any] = {"NUM_STREAMS": count, "INFERENCE_NUM_THREADS": count}
    model = ov.Core().compile_model(path, "CPU", {**options, "INFERENCE_PRECISION_HINT": precision})
    pool = ThreadPoolExecutor(count, initializer=lambda: None)

    def run(one: list[int]) -> Vectors:
        row: Vectors = model.create_infer_request().infer(encoder.feed(np.array([one])))[0][0]
        return row

    return Way(
        f"OpenVINO {precision}, one by one, {count} streams",
        lambda texts: unit_rows(np.array(list(pool.map(run, encoder.document_pieces(texts)))), means[1]),
        lambda text: unit_rows(run(encoder.query_pieces(text))[np.newaxis], means[0])[0],
    )


def ways(work: Path) -> list[Way]:
    """Return the methods to compare, sentence-transformers first and askbrief's second."""
    settings = load_settings()
    files, ours = ModelFiles.find(settings.model, settings.cache_dir), open_encoder(settings)
    if not isinstance(ours, CompiledEncoder):
        raise SystemExit("the model could not be compiled here: there is nothing to compare")
    original, count, means = load(files), processors(), means_of(files)
    exact = exported_graph(files, work / "fp32.onnx")
    quantise(work / "fp32.onnx", work / "int8.onnx", seven_bits=saturates())
    quantise(work / "fp32.onnx", work / "part.onnx", exact=exact, seven_bits=saturates())

    def encode(texts: Sequence[str], batch: int = 32) -> Vectors:
        rows = original.encode_document(
            list(texts), batch_size=batch, normalize_embeddings=True, show_progress_bar=False
        )
        return unit_rows(np.asarray(rows), means[1])

    def ask(text: str) -> Vectors:
        vector: Vectors = unit_rows(np.asarray([original.encode_query(text, normalize_embeddings=True)]), means[0])[0]
        return vector

    found = [
        Way("sentence-transformers fp32, batches of 32", encode, ask),
        Way("askbrief", ours.encode_documents, ours.encode_query),
        Way("sentence-transformers fp32, batches of 16", partial(encode, batch=16), ask),
    ]
    for name, threads, batch in [("fp32", 1, 1), ("int8", 1, 1), ("part", 1, 1), ("part", count, 1), ("part", 1, 8)]:
        graph = Graph(work / f"{name}.onnx", ours, means, threads=threads, batch=batch)
        kind = {"fp32": "fp32", "int8": "int8 throughout", "part": f"int8, {len(exact)} products fp32"}[name]
        how = f"onnxruntime {kind}, up to {batch} at once, {threads} thread(s) each"
        found.append(Way(how, graph.passages, graph.question))
    if find_spec("openvino"):
        found += [openvino(work / "fp32.onnx", ours, means, precision) for precision in ("f32", "bf16")]
    return found


def exported_graph(files: ModelFiles, path: Path) -> Sequence[str]:
    """Write a model as a graph in full precision; return the products that askbrief leaves in it."""
    if files.is_packed:
        write_graph(PackedE5(files.path), path)
        return EXACT
    export(load(files, attn_implementation="eager"), path)
    return sensitive(path)


def material(sets: Sequence[Path], count: int) -> tuple[list[str], list[str]]:
    """Draw passages, with the text that is encoded, from some documents of each set, and questions."""
    encoder, drawn = open_encoder(load_settings()), np.random.default_rng(7)
    passages: list[str] = []
    asked: list[str] = []
    for folder in sets:
        questions = QuestionSet(folder)
        sources = questions.sources()
        for place in drawn.permutation(len(sources))[:DOCUMENTS]:
            for document in sources[place].parse().documents:
                passages += split_document(document, encoder).encoded_texts
        asked += [question.question for question in questions.questions]
    return drawn.permutation(passages)[:count].tolist(), drawn.permutation(asked)[:count].tolist()


def measured(
    some: Sequence[Way], passages: Sequence[str], questions: Sequence[str], rounds: int
) -> list[dict[str, Any]]:
    """Return a row for each method: passages a second, milliseconds a question, comparison with the first."""
    reference = some[0].passages(passages)
    likeness = {way.name: float(np.mean(np.sum(way.passages(passages) * reference, axis=1))) for way in some}
    rates: dict[str, list[float]] = {way.name: [] for way in some}
    times: dict[str, list[float]] = {way.name: [] for way in some}
    for _ in range(rounds):
        for way in some:
            started = time.perf_counter()
            way.passages(passages)
            rates[way.name].append(len(passages) / (time.perf_counter() - started))
        for question in questions:
            for way in some:
                started = time.perf_counter()
                way.question(question)
                times[way.name].append((time.perf_counter() - started) * 1000)
    first = some[0].name
    return [
        {
            "way": way.name,
            "passages a second": float(np.median(rates[way.name])),
            "ratio": float(np.median(np.array(rates[way.name]) / np.array(rates[first]))),
            "question, ms": float(np.median(times[way.name])),
            "of the first": float(np.median(times[way.name]) / np.median(times[first])),
            "mean cosine": round(likeness[way.name], 4),
        }
        for way in some
    ]


def main() -> None:
    """Measure, and write the table."""
    options_of = parser(__doc__)
    options_of.add_argument("--passages", type=int, default=200)
    options_of.add_argument("--rounds", type=int, default=5)
    options = options_of.parse_args()
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    passages, questions = material(options.sets, options.passages)
    with tempfile.TemporaryDirectory() as work:
        written(measured(ways(Path(work)), passages, questions[: options.questions], options.rounds), options)


if __name__ == "__main__":
    main()
