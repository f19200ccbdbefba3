"""Compile a model: export it, quantise it to 8 bits, optimise it for this processor, check it.

The weights are quantised by output channel: with one scale for a whole matrix, the mean cosine of the packaged model to
the original is .947 instead of .994. Compilation runs in a process of its own, which keeps PyTorch and the exporter's
output out of the process that asks: python -m askbrief.inference.compilation NAME CACHE FOLDER
"""

from __future__ import annotations

import json
import sys
import tempfile
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from askbrief.core.runtime import saturates, sha256_of
from askbrief.errors import ModelError
from askbrief.inference.compiled_encoder import GRAPH, TOKENIZER, CompiledEncoder, ModelCard
from askbrief.inference.e5_model import DOCUMENT_PROMPT, EXACT, QUERY_PROMPT, write_graph
from askbrief.inference.encoder import SentenceTransformerEncoder, load
from askbrief.inference.model_files import ModelFiles
from askbrief.inference.packed_e5 import PackedE5

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sentence_transformers import SentenceTransformer

    from askbrief.inference.encoder import Encoder

LEAST_LIKENESS, LEAST_SAME = 0.99, 0.9
"""Minimum mean cosine to the original's vectors, and share of questions with the same nearest passage."""
_SLOWER = "SkipLayerNormFusion"
"""A fusion of onnxruntime that is slower than what it fuses: without it, a passage takes a quarter less time."""
_SIMPLE = {"Pooling", "Dense", "Normalize", "LayerNorm", "Dropout"}
"""Modules that may follow the transformer: they treat each text of a batch alone."""


def compile_model(files: ModelFiles, folder: Path) -> None:
    """Compile a model into a folder, and compare it with the original.

    Raises:
        ModelError: it cannot be compiled, or differs too much from the original; the message says why.
    """
    if files.is_packed:
        _compile_packed(files, folder)
    else:
        _compile_directory(files, folder)


def _compile_packed(files: ModelFiles, folder: Path) -> None:
    """Compile multilingual-e5-small; the original to compare it with is its graph in full precision."""
    packed = PackedE5(files.path)
    with tempfile.TemporaryDirectory() as work:
        exported, quantised, original = (Path(work) / name for name in ("exported.onnx", "quantised.onnx", "original"))
        write_graph(packed, exported)
        quantise(exported, quantised, exact=EXACT, seven_bits=saturates())
        optimise(quantised, folder / GRAPH, without=[_SLOWER])
        original.mkdir()
        optimise(exported, original / GRAPH, without=[_SLOWER])
        card = ModelCard(
            model_id=files.model_id,
            form=_form(),
            dimension=packed.sizes.hidden,
            max_tokens=packed.sizes.positions,
            query_prompt=QUERY_PROMPT,
            document_prompt=DOCUMENT_PROMPT,
            sums=_sums(folder, GRAPH),
        )
        card.write(folder)
        replace(card, sums=_sums(original, GRAPH)).write(original)
        likeness = _compare(CompiledEncoder(original, files), CompiledEncoder(folder, files))
    card.with_likeness(likeness).write(folder)


def _compile_directory(files: ModelFiles, folder: Path) -> None:
    model = load(files, attn_implementation="eager")  # runs faster once exported than fused attention
    _check_kind(model)
    with tempfile.TemporaryDirectory() as work:
        exported, quantised = Path(work) / "exported.onnx", Path(work) / "quantised.onnx"
        export(model, exported)
        quantise(exported, quantised, exact=sensitive(exported), seven_bits=saturates())
        optimise(quantised, folder / GRAPH)
    (folder / TOKENIZER).write_text(_tokenizer(model), encoding="utf-8")
    card = ModelCard(
        model_id=files.model_id,
        form=_form(),
        dimension=int(model.get_embedding_dimension() or 0),
        max_tokens=int(model.max_seq_length or 512),
        query_prompt=model.prompts.get("query") or "",
        document_prompt=model.prompts.get("document") or "",
        sums=_sums(folder, GRAPH, TOKENIZER),
    )
    card.write(folder)
    likeness = _compare(SentenceTransformerEncoder(files), CompiledEncoder(folder, files))
    card.with_likeness(likeness).write(folder)


def _form() -> str:
    return "int7" if saturates() else "int8"


def _sums(folder: Path, *names: str) -> dict[str, str]:
    return {name: sha256_of(folder / name) for name in names}


def _check_kind(model: SentenceTransformer) -> None:
    """Refuse models other than a transformer with a fast tokenizer and simple modules after it."""
    first, *rest = model
    others = [type(module).__name__ for module in rest if type(module).__name__ not in _SIMPLE]
    if type(first).__name__ != "Transformer" or others:
        raise ModelError(f"it has modules that are not compiled: {', '.join(others) or type(first).__name__}")
    if not hasattr(model.tokenizer, "backend_tokenizer"):
        raise ModelError("it has no fast tokenizer")
    if any(getattr(module, "include_prompt", True) is False for module in rest) and any(model.prompts.values()):
        raise ModelError("its prompts are left out of the pooling")


def _tokenizer(model: SentenceTransformer) -> str:
    """Return the tokenizer as JSON, without truncation and padding."""
    tokenizer: Any = model.tokenizer
    backend = tokenizer.backend_tokenizer
    backend.no_truncation()
    backend.no_padding()
    return str(backend.to_str())


def quantise(exported: Path, quantised: Path, *, exact: Sequence[str] = (), seven_bits: bool) -> None:
    """Quantise the weights of a graph to 8 bits, and its activations where they are multiplied.

    Products whose names are in `exact` stay in full precision. `seven_bits` uses half the range of the weights, so that
    products fit 16 bits on processors without VNNI.
    """
    from onnxruntime.quantization import QuantType, quantize_dynamic

    quantize_dynamic(
        exported,
        quantised,
        weight_type=QuantType.QInt8,
        per_channel=True,
        reduce_range=seven_bits,
        nodes_to_exclude=list(exact),
    )


def optimise(graph: Path, optimised: Path, *, portable: bool = False, without: Sequence[str] = ()) -> None:
    """Save a graph as onnxruntime optimises it for this processor, or any, without the optimizers of these names."""
    import onnxruntime

    levels = onnxruntime.GraphOptimizationLevel
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.graph_optimization_level = levels.ORT_ENABLE_EXTENDED if portable else levels.ORT_ENABLE_ALL
    options.optimized_model_filepath = str(optimised)
    onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"], disabled_optimizers=[*without])


def sensitive(exported: Path) -> list[str]:
    """Return the products that stay in full precision: those that narrow, in the first half of the layers.

    Their inputs have a few large values, which leave hardly a bit for each of the many small ones. With the packaged
    model, keeping these 3 of 36 products exact raises the mean cosine to the original from .9937 to .9965 and makes the
    model a tenth slower.
    """
    import onnx

    graph = onnx.load(exported).graph
    shapes = {weight.name: tuple(weight.dims) for weight in graph.initializer}
    products = [(node.name, shapes.get(node.input[1], ())) for node in graph.node if node.op_type == "MatMul"]
    narrowing = [name for name, shape in products if len(shape) == 2 and shape[0] > shape[1]]  # noqa: PLR2004 - a matrix
    return narrowing[: len(narrowing) // 2]


def export(model: SentenceTransformer, path: Path) -> None:
    """Write a model as a graph from word pieces without padding to vectors."""
    import torch

    transformer: Any
    transformer, *rest = model

    class Unpadded(torch.nn.Module):
        """From word pieces, int64 [texts, pieces], to vectors, float32 [texts, dimension]; nothing is masked."""

        def __init__(self) -> None:
            super().__init__()
            self.transformer = transformer.auto_model
            self.rest = torch.nn.ModuleList(rest)

        def forward(self, input_ids: torch.Tensor) -> torch.Tensor:
            hidden = self.transformer(input_ids=input_ids, attention_mask=None).last_hidden_state
            features = {"token_embeddings": hidden, "attention_mask": torch.ones_like(input_ids)}
            for module in self.rest:
                features = module(features)
            vectors: torch.Tensor = features["sentence_embedding"]
            return vectors

    sizes = {0: torch.export.Dim("texts"), 1: torch.export.Dim("pieces")}
    example = torch.full((2, 9), 7)
    torch.onnx.export(
        Unpadded().eval(),
        (example,),
        path,
        input_names=["input_ids"],
        output_names=["vectors"],
        dynamic_shapes={"input_ids": sizes},
        dynamo=True,
        verbose=False,
    )


def _compare(original: Encoder, compiled: Encoder) -> float:
    """Return the mean cosine of the compiled model's vectors to the original's.

    Raises:
        ModelError: it is too low, or the nearest passages differ too often.
    """
    questions, passages = zip(*sample(), strict=True)
    rows = [encoder.encode_documents(passages) for encoder in (original, compiled)]
    vectors = [np.stack([encoder.encode_query(one) for one in questions]) for encoder in (original, compiled)]
    likeness = float(np.mean(np.sum(rows[0] * rows[1], axis=1)))
    first, second = (np.argmax(queries @ found.T, axis=1) for queries, found in zip(vectors, rows, strict=True))
    same = float(np.mean(first == second))
    if likeness < LEAST_LIKENESS or same < LEAST_SAME:
        raise ModelError(
            f"its 8-bit form is too unlike: mean cosine {likeness:.3f}, same nearest passage for {same:.0%}"
        )
    return likeness


def sample() -> list[tuple[str, str]]:
    """Return questions of many fields, each with a passage that answers it."""
    text = (resources.files("askbrief.inference") / "sample.tsv").read_text(encoding="utf-8")
    return [(question, passage) for question, passage in (line.split("\t") for line in text.splitlines())]


def main(name: str, cache: str, folder: str) -> int:
    """Compile a model; write the reason of a failure as one line of JSON, and return the exit code."""
    try:
        compile_model(ModelFiles.find(name, Path(cache)), Path(folder))
    except ModelError as error:
        reason = str(error)
    except Exception as error:  # noqa: BLE001 - the model still runs uncompiled
        reason = f"{type(error).__name__}: {error}".splitlines()[0]
    else:
        return 0
    sys.stdout.write(f"\n{json.dumps({'reason': reason})}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
