"""Train the reader. The losses are logged, and a stopped run continues from its last checkpoint.

    python -m training.train training/work training/run

A step takes half a second on two cores with bfloat16 instructions (AMX or AVX-512); on a GPU the whole run takes
minutes. The result is an exponential moving average of the weights.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from training.losses import losses
from training.model import Reader, new_reader
from training.pairs import Batch, Mix, Pairs

if TYPE_CHECKING:
    from collections.abc import Iterator

CHECKPOINT, LOG = "checkpoint.pt", "log.jsonl"


@dataclass(frozen=True, slots=True)
class Recipe:
    """The recipe of a training; the defaults are those of the packaged reader.

    Attributes:
        steps: number of batches.
        room: word pieces a batch.
        rate: the highest learning rate. It rises linearly over the first `warm_up` steps, falls linearly as if to
            reach zero at `horizon`, and from step `cool_down` on more steeply, to zero at the last step.
        decay: weight decay (AdamW).
        average: decay of the moving average of the weights.
        weights: weights of the losses.
        seed: seed of all random choices.
    """

    steps: int = 6500
    room: int = 3200
    rate: float = 1.5e-4
    warm_up: int = 425
    cool_down: int = 4000
    horizon: int = 8500
    decay: float = 0.01
    average: float = 0.998
    seed: int = 7
    weights: tuple[tuple[str, float], ...] = (("span", 1.0), ("answers", 0.5), ("relevance", 0.5))


def rate(recipe: Recipe, step: int) -> float:
    """Return the learning rate of a step, as a share of the highest.

    >>> [round(rate(Recipe(), step), 2) for step in (0, 424, 4000, 5250, 6499)]
    [0.0, 1.0, 0.56, 0.28, 0.0]
    """
    falling = (recipe.horizon - step) / (recipe.horizon - recipe.warm_up)
    turn = (recipe.horizon - recipe.cool_down) / (recipe.horizon - recipe.warm_up)
    cooling = turn * (recipe.steps - step) / max(1, recipe.steps - recipe.cool_down)
    return max(0.0, min((step + 1) / recipe.warm_up, falling, cooling if step >= recipe.cool_down else 1.0))


class Training:
    """A reader in training, with everything needed to continue from a checkpoint."""

    def __init__(self, pairs: Pairs, recipe: Recipe, folder: Path) -> None:
        """Start, or continue from the folder's checkpoint."""
        self._pairs, self._recipe, self._folder = pairs, recipe, folder
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        self.reader, self.average = (new_reader(recipe.seed).to(self._device) for _ in range(2))
        self._running = new_reader(recipe.seed).to(self._device, torch.bfloat16).train()
        self._learned, self._averaged, self._run_with = (
            _learned(reader) for reader in (self.reader, self.average, self._running)
        )
        self._optimizer = torch.optim.AdamW(self._learned, lr=recipe.rate, weight_decay=recipe.decay, fused=True)
        self.step = 0
        if (folder / CHECKPOINT).is_file():
            self._go_on(torch.load(folder / CHECKPOINT, map_location=self._device, weights_only=True))

    def run(self, every: int = 500, say_every: int = 50, upto: int | None = None) -> None:
        """Train.

        Args:
            every: steps between checkpoints; one is also written at the end.
            say_every: steps between lines of the log, with the mean losses since the last line.
            upto: stop at this step; by default at the recipe's last.
        """
        last = self._recipe.steps if upto is None else upto
        self._folder.mkdir(parents=True, exist_ok=True)
        sums: dict[str, float] = {}
        began, counted = time.monotonic(), 0
        for batch in self._batches():
            if self.step >= last:
                break
            for name, value in self._learn(batch).items():
                sums[name] = sums.get(name, 0.0) + value
            self.step, counted = self.step + 1, counted + 1
            if self.step % say_every == 0 or self.step == last:
                line = {name: round(value / counted, 4) for name, value in sums.items()}
                self._say({"step": self.step, **line, "seconds": round((time.monotonic() - began) / counted, 3)})
                sums, began, counted = {}, time.monotonic(), 0
            if self.step % every == 0 or self.step == last:
                self._keep()

    def _learn(self, batch: Batch) -> dict[str, float]:
        for group in self._optimizer.param_groups:
            group["lr"] = self._recipe.rate * rate(self._recipe, self.step)
        with torch.no_grad():
            torch._foreach_copy_(self._run_with, self._learned)
        batch = Batch(*(tensor.to(self._device) for tensor in _tensors(batch)))
        parts = losses(self._running(batch.pieces, batch.parts, batch.mask), batch)
        loss = sum(
            (weight * parts[name] for name, weight in self._recipe.weights), torch.zeros((), device=self._device)
        )
        loss.backward()  # type: ignore[no-untyped-call]
        for learned, run_with in zip(self._learned, self._run_with, strict=True):
            learned.grad, run_with.grad = run_with.grad.float() if run_with.grad is not None else None, None
        torch.nn.utils.clip_grad_norm_(self._learned, 1.0)
        self._optimizer.step()
        share = min(self._recipe.average, (self.step + 1) / (self.step + 10))
        with torch.no_grad():
            torch._foreach_lerp_(self._averaged, self._learned, 1 - share)
        return {"loss": float(loss.detach())} | {name: float(value.detach()) for name, value in parts.items()}

    def _batches(self) -> Iterator[Batch]:
        """Yield the batches from the current step on; earlier ones are created and skipped."""
        number, epoch = 0, 0
        while True:
            for batch in self._pairs.batches(epoch, self._recipe.room):
                if number >= self.step:
                    yield batch
                number += 1
            epoch += 1

    def _keep(self) -> None:
        state = {
            "step": self.step,
            "reader": self.reader.state_dict(),
            "average": self.average.state_dict(),
            "optimizer": self._optimizer.state_dict(),
        }
        partial = self._folder / f"{CHECKPOINT}.part"
        torch.save(state, partial)
        partial.replace(self._folder / CHECKPOINT)

    def _go_on(self, state: dict[str, Any]) -> None:
        self.step = state["step"]
        self.reader.load_state_dict(state["reader"])
        self.average.load_state_dict(state["average"])
        self._optimizer.load_state_dict(state["optimizer"])

    def _say(self, line: dict[str, float]) -> None:
        with (self._folder / LOG).open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        left = (self._recipe.steps - self.step) * line["seconds"] / 60
        print(f"step {self.step:,} of {self._recipe.steps:,}, loss {line['loss']:.3f}, {left:.0f} min left", flush=True)


def trained(folder: Path) -> Reader:
    """Load the reader of a run.

    Raises:
        SystemExit: there is no checkpoint.
    """
    if not (folder / CHECKPOINT).is_file():
        raise SystemExit(f"{folder} has no {CHECKPOINT}: python -m training.train")
    state = torch.load(folder / CHECKPOINT, map_location="cpu", weights_only=True)
    reader = new_reader(0)
    reader.load_state_dict(state["average"])
    return reader.eval()


def _learned(reader: Reader) -> list[torch.Tensor]:
    return [parameter for parameter in reader.parameters() if parameter.requires_grad]


def _tensors(batch: Batch) -> tuple[torch.Tensor, ...]:
    return batch.pieces, batch.parts, batch.mask, batch.first, batch.last, batch.group


def main() -> None:
    """Train, or continue."""
    recipe = Recipe()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path, help="the folder that `prepare` wrote")
    parser.add_argument("run", type=Path, help="the folder of the log and the checkpoint")
    given = parser.parse_args()
    Training(Pairs(given.work, Mix(), recipe.seed), recipe, given.run).run()


if __name__ == "__main__":
    main()
