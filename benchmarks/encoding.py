"""Compare ways to run the encoder: sentence-transformers, askbrief's compiled model, and what else was tried.

    python -m benchmarks.encoding SET... [--passages 200] [--rounds 5] [--out FILE] [--markdown FILE]

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
from askbrief.inference.encoder import load
from askbrief.inference.loading import open_encoder
from askbrief.inference.model_files import ModelFiles
from askbrief.ingest.splitting import split_document
from askbrief.settings import load_settings
from benchmarks.timings import parser, written

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]
    Batch = NDArray[np.int64]

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

    def __init__(
        self, path: Path, pieces: Callable[[Sequence[str]], list[list[int]]], *, threads: int, batch: int
    ) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads, options.log_severity_level = threads, 1, 3
        self._session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        self._pieces, self._batch = pieces, batch
        self._pool = ThreadPoolExecutor(max(1, processors() // threads))

    def passages(self, texts: Sequence[str]) -> Vectors:
        """Encode texts of the same length together, without padding, and the others alone."""
        pieces = self._pieces(texts)
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
        return np.array([rows[place] for place in range(len(texts))])

    def question(self, text: str) -> Vectors:
        vector: Vectors = self._run(np.array(self._pieces([text])))[0]
        return vector

    def _run(self, pieces: Batch) -> Vectors:
        rows: Vectors = self._session.run(None, {"input_ids": pieces})[0]
        unit: Vectors = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return unit


def openvino(path: Path, pieces: Callable[[Sequence[str]], list[list[int]]], precision: str) -> Way:
    """A graph run by OpenVINO, with one stream for each processor and one text in each stream."""
    import openvino as ov  # type: ignore[import-not-found]

    count = processors()
    options: dict[str, Any] = {"NUM_STREAMS": count, "INFERENCE_NUM_THREADS": count}
    model = ov.Core().compile_model(path, "CPU", {**options, "INFERENCE_PRECISION_HINT": precision})
    pool = ThreadPoolExecutor(count, initializer=lambda: None)

    def run(one: list[int]) -> Vectors:
        row: Vectors = model.create_infer_request().infer([np.array([one])])[0][0]
        return row / np.linalg.norm(row)

    return Way(
        f"OpenVINO {precision}, one by one, {count} streams",
        lambda texts: np.array(list(pool.map(run, pieces(texts)))),
        lambda text: run(pieces([text])[0]),
    )


def ways(work: Path) -> list[Way]:
    """Return the methods to compare, sentence-transformers first and askbrief's second."""
    files, ours = ModelFiles.find(), open_encoder(load_settings())
    if not isinstance(ours, CompiledEncoder):
        raise SystemExit("the packaged model could not be compiled here: there is nothing to compare")
    original, count = load(files), processors()
    exported = work / "fp32.onnx"
    export(load(files, attn_implementation="eager"), exported)
    quantise(exported, work / "int8.onnx", seven_bits=saturates())
    quantise(exported, work / "part.onnx", exact=sensitive(exported), seven_bits=saturates())
    pieces = ours.word_pieces
    encode = partial(original.encode, normalize_embeddings=True, show_progress_bar=False)
    found = [
        Way("sentence-transformers fp32, batches of 32", encode, encode),
        Way("askbrief", ours.encode_documents, ours.encode_query),
        Way("sentence-transformers fp32, batches of 16", partial(encode, batch_size=16), encode),
    ]
    for name, threads, batch in [("fp32", 1, 1), ("int8", 1, 1), ("part", 1, 1), ("part", count, 1), ("part", 1, 8)]:
        graph = Graph(work / f"{name}.onnx", pieces, threads=threads, batch=batch)
        kind = {"fp32": "fp32", "int8": "int8 throughout", "part": "int8, 3 products fp32"}[name]
        how = f"onnxruntime {kind}, up to {batch} at once, {threads} thread(s) each"
        found.append(Way(how, graph.passages, graph.question))
    if find_spec("openvino"):
        found += [openvino(exported, pieces, precision) for precision in ("f32", "bf16")]
    return found


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
