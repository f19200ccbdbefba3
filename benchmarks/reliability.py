"""Plot how often answers of each confidence are right, from the output of `askbrief calibrate --json`.

askbrief calibrate SET... --json > calibration-report.json
python benchmarks/reliability.py calibration-report.json docs/images/reliability.png
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")
from matplotlib import pyplot as plt


def main() -> None:
    """Draw the plot."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("report", type=Path)
    parser.add_argument("picture", type=Path)
    options = parser.parse_args()
    report = json.loads(options.report.read_text(encoding="utf-8"))
    bins, fitted = report["reliability"], report["calibration"]
    figure, (curve, counts) = plt.subplots(
        2, 1, figsize=(6, 6.4), sharex=True, height_ratios=(3, 1), constrained_layout=True
    )
    curve.plot([0, 1], [0, 1], color="0.6", linestyle="--", linewidth=1, label="as sure as it is right")
    confidence, right = [b["confidence"] for b in bins], [b["right"] for b in bins]
    curve.plot(confidence, right, marker="o", color="#1f5fa8", label="answers, in tenths of confidence")
    for name in ("weak", "strong"):
        for axis in (curve, counts):
            axis.axvline(fitted[name], color="0.75", linewidth=1)
        curve.text(fitted[name] - 0.012, 0.02, f"{name} from {fitted[name]:.2f}", ha="right", rotation=90, color="0.35")
    curve.set(xlim=(0, 1), ylim=(0, 1), ylabel="answer in the first three passages")
    curve.legend(frameon=False, loc="upper left")
    counts.bar(confidence, [b["answers"] for b in bins], width=0.07, color="#1f5fa8")
    counts.set(xlabel="confidence", ylabel="answers")
    figure.savefig(options.picture, dpi=110)


if __name__ == "__main__":
    main()
