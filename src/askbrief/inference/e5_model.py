"""multilingual-e5-small as a graph for onnxruntime, and as a sentence-transformers model on disk.

The graph takes word embeddings instead of word pieces: the table of embeddings is four fifths of the model, and stays
where it is, in 4 bits (see word_pieces.py). It is written without PyTorch, in a few seconds.
"""

from __future__ import annotations

import json
import math
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from askbrief.inference.word_pieces import whole_tokenizer

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from onnx import ModelProto, NodeProto, TensorProto

    from askbrief.inference.packed_e5 import PackedE5

QUERY_PROMPT, DOCUMENT_PROMPT = "query: ", "passage: "
PROMPTS = {"query": QUERY_PROMPT, "document": DOCUMENT_PROMPT, "passage": DOCUMENT_PROMPT}
"""sentence-transformers looks for "document" in `encode_document`."""
EXACT = ("l0.fo.product", "l4.fo.product")
"""Products of the graph that stay in full precision when it is quantised: their inputs have a few large values.

With both, the mean cosine to the original is .9942 after centring instead of .9876, and encoding takes 8% longer; the
other ten products of this kind gain little (docs/performance.md).
"""
_OPSET, _IR_VERSION = 17, 8
_EMBEDDINGS = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}
_LAYER = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


def write_graph(packed: PackedE5, path: Path) -> None:
    """Write the model as an ONNX graph in full precision.

    Its input is `words`, float32 [texts, pieces, dimension]; its output `vectors`, float32 [texts, dimension], is the
    mean over the pieces. Nothing is masked: the texts of a batch have the same number of pieces.
    """
    import onnx

    onnx.save(_Graph(packed).model(), path)


class _Graph:
    """Writes the nodes of the graph one after the other; each method returns the name of its output."""

    def __init__(self, packed: PackedE5) -> None:
        self._packed = packed
        self._sizes = packed.sizes
        self._nodes: list[NodeProto] = []
        self._weights: list[TensorProto] = []

    def model(self) -> ModelProto:
        from onnx import TensorProto, checker, helper

        hidden = self._sizes.hidden
        value = self._embedded("words")
        for layer in range(self._sizes.layers):
            value = self._attended(value, f"l{layer}")
            value = self._fed_forward(value, f"l{layer}")
        self._node("ReduceMean", [value], "vectors", axes=[1], keepdims=0)
        words = helper.make_tensor_value_info("words", TensorProto.FLOAT, ["texts", "pieces", hidden])
        vectors = helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["texts", hidden])
        graph = helper.make_graph(self._nodes, "multilingual-e5-small", [words], [vectors], self._weights)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=_IR_VERSION)
        checker.check_model(model)
        return model

    def _embedded(self, words: str) -> str:
        """Add the embeddings of position and token type to those of the words."""
        types = self._packed.tensor("emb.type")[: self._sizes.hidden]
        positions = self._weight("positions", self._matrix("emb.pos") + types)
        shape = self._node("Shape", [words], "shape", start=1, end=2)
        zero = self._weight("zero", np.zeros(1, dtype=np.int64))
        first = self._node("Slice", [positions, zero, shape, zero], "first_positions")
        return self._normalised(self._node("Add", [words, first], "embedded"), "emb.ln")

    def _attended(self, value: str, layer: str) -> str:
        """Add the self-attention; queries, keys and values are one product, and queries are scaled by its weights."""
        heads = self._sizes.heads
        scale = np.float32(1 / math.sqrt(self._sizes.hidden // heads))
        weights = [self._matrix(f"{layer}.{name}.w") for name in "qkv"]
        biases = [self._packed.tensor(f"{layer}.{name}.b") for name in "qkv"]
        weights[0], biases[0] = weights[0] * scale, biases[0] * scale
        joint = self._product(value, np.concatenate(weights), np.concatenate(biases), f"{layer}.qkv")
        split = [f"{layer}.{name}" for name in "qkv"]
        self._nodes.append(_node("Split", [joint], split, axis=-1))
        shape = self._weight(f"{layer}.heads", np.array([0, 0, heads, -1], dtype=np.int64))
        orders = ([0, 2, 1, 3], [0, 2, 3, 1], [0, 2, 1, 3])
        queries, keys, values = (
            self._node("Transpose", [self._node("Reshape", [one, shape], f"{one}.split")], f"{one}.turned", perm=order)
            for one, order in zip(split, orders, strict=True)
        )
        scores = self._node("MatMul", [queries, keys], f"{layer}.scores")
        shares = self._node("Softmax", [scores], f"{layer}.shares", axis=-1)
        mixed = self._node("MatMul", [shares, values], f"{layer}.mixed")
        turned = self._node("Transpose", [mixed], f"{layer}.joined", perm=[0, 2, 1, 3])
        flat = self._weight(f"{layer}.flat", np.array([0, 0, self._sizes.hidden], dtype=np.int64))
        return self._added(
            value, self._node("Reshape", [turned, flat], f"{layer}.context"), f"{layer}.ao", f"{layer}.aln"
        )

    def _fed_forward(self, value: str, layer: str) -> str:
        """Add the feed-forward network, with the exact GELU: x (1 + erf(x / sqrt 2)) / 2."""
        inner = self._dense(value, f"{layer}.fi")
        root, one, half = (self._weight(f"{layer}.{name}", np.float32(number)) for name, number in _GELU.items())
        error = self._node("Erf", [self._node("Div", [inner, root], f"{layer}.scaled")], f"{layer}.erf")
        doubled = self._node("Mul", [inner, self._node("Add", [error, one], f"{layer}.raised")], f"{layer}.doubled")
        return self._added(value, self._node("Mul", [doubled, half], f"{layer}.gelu"), f"{layer}.fo", f"{layer}.oln")

    def _added(self, value: str, change: str, dense: str, norm: str) -> str:
        """Add a dense layer of `change` to the value, and normalise the sum."""
        return self._normalised(self._node("Add", [self._dense(change, dense), value], f"{dense}.sum"), norm)

    def _normalised(self, value: str, name: str) -> str:
        weights = [self._weight(f"{name}.{end}", self._packed.tensor(f"{name}.{end}")) for end in "wb"]
        return self._node("LayerNormalization", [value, *weights], f"{name}.out", axis=-1, epsilon=self._sizes.epsilon)

    def _dense(self, value: str, name: str) -> str:
        return self._product(value, self._matrix(f"{name}.w"), self._packed.tensor(f"{name}.b"), name)

    def _product(self, value: str, weights: NDArray[np.float32], bias: NDArray[np.float32], name: str) -> str:
        """Multiply by weights, float32 [outputs, inputs], and add a bias."""
        product = self._node("MatMul", [value, self._weight(f"{name}.w", weights.T)], f"{name}.product")
        return self._node("Add", [self._weight(f"{name}.b", bias), product], f"{name}.out")

    def _matrix(self, name: str) -> NDArray[np.float32]:
        """Return a matrix [outputs, inputs]; only the second one of a feed-forward network has other inputs."""
        return self._packed.tensor(name).reshape(-1, self._sizes.feed_forward if ".fo." in name else self._sizes.hidden)

    def _weight(self, name: str, value: NDArray[Any] | np.generic) -> str:
        from onnx import numpy_helper

        self._weights.append(numpy_helper.from_array(np.ascontiguousarray(value).reshape(np.shape(value)), name))
        return name

    def _node(self, kind: str, inputs: list[str], output: str, **attributes: Any) -> str:  # noqa: ANN401 - as ONNX
        self._nodes.append(_node(kind, inputs, [output], **attributes))
        return output


_GELU = {"root": math.sqrt(2), "one": 1.0, "half": 0.5}


def _node(kind: str, inputs: list[str], outputs: list[str], **attributes: Any) -> NodeProto:  # noqa: ANN401 - as ONNX
    from onnx import helper

    return helper.make_node(kind, inputs, outputs, name=outputs[0], **attributes)


# ------------------------------------------------------------------------------ sentence-transformers


def write_model(packed: PackedE5, folder: Path) -> None:
    """Write a sentence-transformers model, 471 MB: prompts, mean pooling, vectors of length 1.

    It is written into a temporary folder and moved into place when it is complete.
    """
    from safetensors.numpy import save_file

    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as work:
        complete = Path(work) / folder.name
        (complete / "1_Pooling").mkdir(parents=True)
        save_file(_state(packed), complete / "model.safetensors", metadata={"format": "pt"})
        whole_tokenizer(packed).save(str(complete / "tokenizer.json"), pretty=False)
        for name, content in _descriptions(packed).items():
            (complete / name).write_text(f"{json.dumps(content, indent=2, ensure_ascii=False)}\n", encoding="utf-8")
        complete.rename(folder)


def _state(packed: PackedE5) -> dict[str, NDArray[np.float32]]:
    """Return all tensors by their names in `transformers.BertModel`."""
    named = {theirs: packed.tensor(ours) for ours, theirs in _EMBEDDINGS.items()}
    for layer in range(packed.sizes.layers):
        for ours, theirs in _LAYER.items():
            for end, what in (("w", "weight"), ("b", "bias")):
                named[f"encoder.layer.{layer}.{theirs}.{what}"] = packed.tensor(f"l{layer}.{ours}.{end}")
    named |= {f"pooler.dense.{end}": np.zeros(size, np.float32) for end, size in _pooler(packed).items()}
    return {name: flat.reshape(_shape(packed, name)) for name, flat in named.items()}


def _pooler(packed: PackedE5) -> dict[str, int]:
    """Return the sizes of a layer that the class has and this model does not use; without it, loading warns."""
    return {"weight": packed.sizes.hidden**2, "bias": packed.sizes.hidden}


def _shape(packed: PackedE5, name: str) -> tuple[int, ...]:
    if name.endswith("bias") or "LayerNorm" in name:
        return (-1,)
    is_second = name.endswith("output.dense.weight") and "attention" not in name
    return (-1, packed.sizes.feed_forward if is_second else packed.sizes.hidden)


def _descriptions(packed: PackedE5) -> dict[str, Any]:
    """Return the small files of the model, by name."""
    sizes, kinds = packed.sizes, "sentence_transformers.models"
    config = {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "hidden_act": "gelu",
        "hidden_size": sizes.hidden,
        "num_hidden_layers": sizes.layers,
        "num_attention_heads": sizes.heads,
        "intermediate_size": sizes.feed_forward,
        "vocab_size": sizes.vocabulary,
        "max_position_embeddings": sizes.positions,
        "type_vocab_size": sizes.token_types,
        "layer_norm_eps": sizes.epsilon,
        "pad_token_id": packed.special.padding,
        "bos_token_id": packed.special.begin,
        "eos_token_id": packed.special.end,
        "dtype": "float32",
    }
    tokens = {
        "bos": "<s>",
        "cls": "<s>",
        "eos": "</s>",
        "sep": "</s>",
        "pad": "<pad>",
        "unk": "<unk>",
        "mask": "<mask>",
    }
    return {
        "config.json": config,
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": sizes.positions,
            **{f"{name}_token": token for name, token in tokens.items()},
            "model_input_names": ["input_ids", "attention_mask"],
        },
        "sentence_bert_config.json": {"max_seq_length": sizes.positions, "do_lower_case": False},
        "config_sentence_transformers.json": {
            "prompts": PROMPTS,
            "default_prompt_name": None,
            "similarity_fn_name": "cosine",
        },
        "modules.json": [
            {"idx": 0, "name": "0", "path": "", "type": f"{kinds}.Transformer"},
            {"idx": 1, "name": "1", "path": "1_Pooling", "type": f"{kinds}.Pooling"},
            {"idx": 2, "name": "2", "path": "2_Normalize", "type": f"{kinds}.Normalize"},
        ],
        "1_Pooling/config.json": {"word_embedding_dimension": sizes.hidden, "pooling_mode_mean_tokens": True},
    }
