"""Plot the losses of a run from its log.

python -m training.curves training/run docs/images/reader-training.png
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from training.train import LOG

LOSSES = ("span", "answers", "relevance")
_WINDOW = 5


def smoothed(values: list[float]) -> list[float]:
    """Return the mean of each value and a few before it.

    >>> smoothed([3.0, 1.0])
    [3.0, 2.0]
    """
    windows = (values[max(0, at - _WINDOW + 1) : at + 1] for at in range(len(values)))
    return [sum(window) / len(window) for window in windows]


def main() -> None:
    """Draw the plot."""
    import matplotlib.pyplot as plt

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path)
    parser.add_argument("picture", type=Path)
    given = parser.parse_args()
    lines = [json.loads(line) for line in (given.run / LOG).read_text(encoding="utf-8").splitlines()]
    figure, axes = plt.subplots(figsize=(7, 3.6), layout="constrained")
    for name in LOSSES:
        axes.plot([line["step"] for line in lines], smoothed([line[name] for line in lines]), label=name)
    axes.set(xlabel="step", ylabel="loss (mean of 250 steps)", yscale="log", title="Training the reader")
    axes.grid(visible=True, which="both", alpha=0.25)
    axes.legend(frameon=False)
    figure.savefig(given.picture, dpi=130)


if __name__ == "__main__":
    main()
