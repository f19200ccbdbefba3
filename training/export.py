"""Export a trained reader: an optimised 8-bit graph, its tokenizer and its model card.

    python -m training.export training/run src/askbrief/inference/reader_weights

The weights are quantised to 7 bits (in 8-bit integers), and the graph is optimised for any processor: one file gives
the same answers everywhere.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import nn

from askbrief.inference.compilation import optimise, quantise
from askbrief.inference.reader import CARD, GRAPH, TOKENIZER
from training.pairs import tokenizer
from training.train import trained

if TYPE_CHECKING:
    from training.model import Reader

MOST_BYTES = 25_000_000
_SLOWER = "SkipLayerNormFusion"
"""A fusion of onnxruntime that is slower than the operations that it fuses."""


class _Unpadded(nn.Module):
    """Map pairs of one length to float32 [pairs, pieces, 2] and [pairs, 2]."""

    def __init__(self, reader: Reader) -> None:
        super().__init__()
        self.reader = reader

    def forward(self, pieces: torch.Tensor, parts: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        found = self.reader(pieces, parts)
        return torch.stack((found.start, found.end), dim=-1), torch.stack((found.answers, found.relevance), dim=-1)


def export(reader: Reader, folder: Path) -> None:
    """Write the graph, the tokenizer and the card with their checksums.

    Raises:
        SystemExit: the graph is larger than the limit.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as work:
        plain, quantised = Path(work) / "plain.onnx", Path(work) / "quantised.onnx"
        write_graph(reader, plain)
        quantise(plain, quantised, seven_bits=True)
        optimise(quantised, folder / GRAPH, portable=True, without=[_SLOWER])
    size = (folder / GRAPH).stat().st_size
    if size > MOST_BYTES:
        raise SystemExit(f"the graph has {size:,} bytes, at most {MOST_BYTES:,} may be shipped")
    (folder / TOKENIZER).write_text(tokenizer().to_str(), encoding="utf-8")
    sums = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in (GRAPH, TOKENIZER)}
    (folder / CARD).write_text(json.dumps({"sums": sums}, indent=1) + "\n", encoding="utf-8")


def write_graph(reader: Reader, path: Path) -> None:
    """Write a reader as a graph without padding, in full precision."""
    sizes = {0: torch.export.Dim("pairs"), 1: torch.export.Dim("pieces")}
    example = torch.full((2, 9), 7), torch.tensor([[0] * 4 + [1] * 5] * 2)
    torch.onnx.export(
        _Unpadded(reader).eval(),
        example,
        path,
        input_names=["pieces", "parts"],
        output_names=["spans", "answering"],
        dynamic_shapes={"pieces": sizes, "parts": sizes},
        dynamo=True,
        verbose=False,
    )


def main() -> None:
    """Export the averaged weights of a run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path)
    parser.add_argument("out", type=Path)
    given = parser.parse_args()
    export(trained(given.run), given.out)
    print(f"{given.out}: {(given.out / GRAPH).stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
