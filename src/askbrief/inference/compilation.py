"""A sentence-transformers model -> a compiled one: exported, in 8 bits, optimised for this processor, and checked.

The weights are quantised by output channel: one scale for a whole matrix loses much (with the packaged model, a mean
cosine to the original of .947 instead of .994). It is run as a process of its own, so that PyTorch, and
what the exporter has to say, stay out of the one that asks: python -m askbrief.inference.compilation NAME CACHE FOLDER
"""

from __future__ import annotations

import hashlib
import json
import sys
import tempfile
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from askbrief.core.runtime import saturates
from askbrief.errors import ModelError
from askbrief.inference.compiled_encoder import GRAPH, TOKENIZER, Card, CompiledEncoder
from askbrief.inference.model_files import ModelFiles
from askbrief.inference.pytorch_encoder import SentenceTransformerEncoder, load

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sentence_transformers import SentenceTransformer

LEAST_LIKENESS, LEAST_SAME = 0.99, 0.9
"""Mean cosine to the original's vectors, and the share of questions with the same nearest passage, over the sample."""
_SIMPLE = {"Pooling", "Dense", "Normalize", "LayerNorm", "Dropout"}
"""What may follow the transformer: modules that are the same for one text and for many."""


def compile_model(files: ModelFiles, folder: Path) -> None:
    """Compile a model into a folder, and compare it with the original.

    Raises:
        ModelError: it cannot be compiled, or is too unlike the original; says why.
    """
    model = load(files, attn_implementation="eager")  # exports as a plain graph, which runs faster than fused attention
    _check_kind(model)
    _write_graph(model, folder)
    (folder / TOKENIZER).write_text(_tokenizer(model), encoding="utf-8")
    card = Card(
        model_id=files.model_id,
        form="int7" if saturates() else "int8",
        dimension=int(model.get_embedding_dimension() or 0),
        max_tokens=int(model.max_seq_length or 512),
        query_prompt=model.prompts.get("query") or "",
        document_prompt=model.prompts.get("document") or "",
        sums={name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in (GRAPH, TOKENIZER)},
    )
    card.write(folder)
    likeness = _compare(SentenceTransformerEncoder(files), CompiledEncoder(folder))
    card.with_likeness(likeness).write(folder)


def _check_kind(model: SentenceTransformer) -> None:
    """Only a transformer with a fast tokenizer, followed by simple modules, comes out the same for one text alone."""
    first, *rest = model
    others = [type(module).__name__ for module in rest if type(module).__name__ not in _SIMPLE]
    if type(first).__name__ != "Transformer" or others:
        raise ModelError(f"it has modules that are not compiled: {', '.join(others) or type(first).__name__}")
    if not hasattr(model.tokenizer, "backend_tokenizer"):
        raise ModelError("it has no fast tokenizer")
    if any(getattr(module, "include_prompt", True) is False for module in rest) and any(model.prompts.values()):
        raise ModelError("its prompts are left out of the pooling")


def _tokenizer(model: SentenceTransformer) -> str:
    """The tokenizer as it was loaded, without cutting and padding."""
    tokenizer: Any = model.tokenizer
    backend = tokenizer.backend_tokenizer
    backend.no_truncation()
    backend.no_padding()
    return str(backend.to_str())


def _write_graph(model: SentenceTransformer, folder: Path) -> None:
    """Save the graph as onnxruntime optimises it here."""
    with tempfile.TemporaryDirectory() as work:
        exported, quantised = Path(work) / "exported.onnx", Path(work) / "quantised.onnx"
        export(model, exported)
        quantise(exported, quantised, kept=sensitive(exported), seven_bits=saturates())
        optimise(quantised, folder / GRAPH)


def quantise(exported: Path, quantised: Path, *, kept: Sequence[str] = (), seven_bits: bool) -> None:
    """Make the weights of a graph 8-bit, and its activations where they are multiplied, but for the products `kept`.

    With `seven_bits`, weights keep to half the range, so that products fit 16 bits on processors without VNNI too.
    """
    from onnxruntime.quantization import QuantType, quantize_dynamic

    quantize_dynamic(
        exported,
        quantised,
        weight_type=QuantType.QInt8,
        per_channel=True,
        reduce_range=seven_bits,
        nodes_to_exclude=list(kept),
    )


def optimise(graph: Path, optimised: Path, *, portable: bool = False, without: Sequence[str] = ()) -> None:
    """Save a graph as onnxruntime optimises it, `without` some of its steps, here or, `portable`, for any processor."""
    import onnxruntime

    levels = onnxruntime.GraphOptimizationLevel
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.graph_optimization_level = levels.ORT_ENABLE_EXTENDED if portable else levels.ORT_ENABLE_ALL
    options.optimized_model_filepath = str(optimised)
    onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"], disabled_optimizers=[*without])


def sensitive(exported: Path) -> list[str]:
    """The products that stay in full precision: those that narrow, in the first half of the layers.

    What enters them has a few large values, which leave the many small ones hardly a bit each: with the packaged model,
    these 3 of 36 products make the mean cosine to the original .9965 instead of .9937, and the whole a tenth slower.
    """
    import onnx

    graph = onnx.load(exported).graph
    shapes = {weight.name: tuple(weight.dims) for weight in graph.initializer}
    products = [(node.name, shapes.get(node.input[1], ())) for node in graph.node if node.op_type == "MatMul"]
    narrowing = [name for name, shape in products if len(shape) == 2 and shape[0] > shape[1]]  # noqa: PLR2004 - a matrix
    return narrowing[: len(narrowing) // 2]


def export(model: SentenceTransformer, path: Path) -> None:
    """Write a model as a graph that takes word pieces without padding and gives vectors."""
    import torch

    transformer: Any
    transformer, *rest = model

    class Unpadded(torch.nn.Module):
        """Word pieces, int64 [texts, pieces] -> vectors, float32 [texts, dimension]; nothing is masked."""

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


def _compare(original: SentenceTransformerEncoder, compiled: CompiledEncoder) -> float:
    """The mean cosine of the compiled model's vectors to the original's, if it finds what that finds.

    Raises:
        ModelError: it is too unlike.
    """
    questions, passages = zip(*sample(), strict=True)
    rows = [encoder.encode_documents(passages) for encoder in (original, compiled)]
    asked = [np.stack([encoder.encode_query(one) for one in questions]) for encoder in (original, compiled)]
    likeness = float(np.mean(np.sum(rows[0] * rows[1], axis=1)))
    first, second = (np.argmax(queries @ found.T, axis=1) for queries, found in zip(asked, rows, strict=True))
    same = float(np.mean(first == second))
    if likeness < LEAST_LIKENESS or same < LEAST_SAME:
        raise ModelError(f"in 8 bits it is too unlike: mean cosine {likeness:.3f}, same nearest passage for {same:.0%}")
    return likeness


def sample() -> list[tuple[str, str]]:
    """Questions, each with a passage that answers it, of many fields."""
    text = (resources.files("askbrief.inference") / "sample.tsv").read_text(encoding="utf-8")
    return [(question, passage) for question, passage in (line.split("\t") for line in text.splitlines())]


def main(name: str, cache: str, folder: str) -> int:
    """Compile, and say in one line of JSON what kept it from that, if anything did."""
    try:
        compile_model(ModelFiles.find(name, Path(cache)), Path(folder))
    except ModelError as error:
        reason = str(error)
    except Exception as error:  # noqa: BLE001 - whatever the exporter cannot do with a model, the model still runs uncompiled
        reason = f"{type(error).__name__}: {error}".splitlines()[0]
    else:
        return 0
    sys.stdout.write(f"\n{json.dumps({'reason': reason})}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
