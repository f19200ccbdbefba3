"""The reader: a cross-encoder over a question and a passage, with a token head and a sequence head."""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import nn

from askbrief.inference.model_files import ENGLISH, ModelFiles

SEPARATE = 2
"""Number of logits of the sequence head: whether the passage answers, and how relevant it is."""


class Outputs(NamedTuple):
    """The logits. `start` and `end`: float [pairs, pieces]; the first piece means "no answer". The others: [pairs]."""

    start: torch.Tensor
    end: torch.Tensor
    answers: torch.Tensor
    relevance: torch.Tensor


class Reader(nn.Module):
    """Predict from [CLS] question [SEP] passage [SEP]: start and end of the answer, its existence, relevance."""

    def __init__(self, backbone: nn.Module, size: int) -> None:
        """Add heads to a transformer of hidden size `size`."""
        super().__init__()
        self.backbone = backbone
        self.span = nn.Linear(size, 2)
        self.pooled = nn.Linear(size, size)
        self.sequence = nn.Linear(size, SEPARATE)

    def forward(self, pieces: torch.Tensor, parts: torch.Tensor, mask: torch.Tensor | None = None) -> Outputs:
        """Compute the logits.

        Args:
            pieces: int64 [pairs, pieces], the word pieces.
            parts: int64 [pairs, pieces], 0 for the question and 1 for the passage, including its closing mark.
            mask: int64 [pairs, pieces], 0 for padding; None without padding.
        """
        hidden = self.backbone(input_ids=pieces, token_type_ids=parts, attention_mask=mask).last_hidden_state
        spans = self.span(hidden).float()
        answering = self.sequence(torch.tanh(self.pooled(hidden[:, 0]))).float()
        return Outputs(spans[..., 0], spans[..., 1], answering[:, 0], answering[:, 1])


def new_reader(seed: int) -> Reader:
    """Create a reader on the packaged embedding model, without dropout, with fixed embeddings."""
    from transformers import AutoModel

    torch.manual_seed(seed)
    backbone: Any = AutoModel.from_pretrained(
        str(ModelFiles.find(ENGLISH).directory()),
        attn_implementation="eager",
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        local_files_only=True,
    )
    backbone.pooler = None
    backbone.embeddings.word_embeddings.requires_grad_(False)  # noqa: FBT003 - as PyTorch has it
    backbone.embeddings.position_embeddings.requires_grad_(False)  # noqa: FBT003
    return Reader(backbone, backbone.config.hidden_size)
