"""The loss: three cross-entropies, one for each output."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch.nn.functional import binary_cross_entropy_with_logits

if TYPE_CHECKING:
    import torch

    from training.model import Outputs
    from training.pairs import Batch

_NOWHERE = -1e4


def losses(outputs: Outputs, batch: Batch) -> dict[str, torch.Tensor]:
    """Compute the losses of a batch, each a mean.

    `span`: minus the logarithm of the total probability of all positions where the answer may begin (Clark and Gardner
    2018, section 3.2), plus the same for its end; positions are the pieces of the passage, and the first for "no
    answer". `answers`: binary cross-entropy. `relevance`: cross-entropy over the passages of a question (ListNet).
    """
    allowed = batch.parts.bool() & batch.mask.bool()
    allowed[:, 0] = True
    answered = ~batch.first[:, 0]
    return {
        "span": (_marginal(outputs.start, batch.first, allowed) + _marginal(outputs.end, batch.last, allowed)) / 2,
        "answers": binary_cross_entropy_with_logits(outputs.answers, answered.float()),
        "relevance": _listwise(outputs.relevance, batch.group, answered),
    }


def _marginal(logits: torch.Tensor, right: torch.Tensor, allowed: torch.Tensor) -> torch.Tensor:
    logits = logits.masked_fill(~allowed, _NOWHERE)
    return (logits.logsumexp(1) - logits.masked_fill(~right, _NOWHERE).logsumexp(1)).mean()


def _listwise(relevance: torch.Tensor, group: torch.Tensor, answered: torch.Tensor) -> torch.Tensor:
    rows = (answered & (group >= 0)).nonzero()[:, 0]
    if not len(rows):
        return relevance.sum() * 0
    beside = group[rows][:, None] == group[None, :]
    logits = relevance[None, :].masked_fill(~beside, _NOWHERE)
    return (logits.logsumexp(1) - relevance[rows]).mean()
