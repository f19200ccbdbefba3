"""Fit all weights that depend on the encoder or the reader, one after the other, and write them into the project.

    python -m benchmarks.refit SET... [--only ranking|marking|reranking|verdict]

SET is a folder with corpus.jsonl and queries.jsonl, as `askbrief eval` takes it. The weights are those of the model in
the settings (ASKBRIEF_MODEL) and are written into its folders, `retrieval/weights/MODEL` and
`answering/weights/MODEL`, which are added for a new model. Each step uses the weights of those before it:

1. ranking: the features of a candidate (benchmarks/ranking.py)
2. marking: the features of a sentence (benchmarks/marking.py)
3. reranking: the score and the reader's outputs (benchmarks/ranking.py --reader)
4. verdict: with the reader and without (askbrief calibrate)
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

import askbrief
from askbrief.answering.verdict import CALIBRATION_FILES
from askbrief.inference.model_files import ModelFiles
from askbrief.retrieval.scoring import DEFAULT_WEIGHTS, RANKING, RERANKING
from askbrief.settings import load_settings

ROOM = Path(askbrief.__file__).parent


def folders(model: str) -> tuple[Path, Path]:
    """Return the folders of a model's weights for ranking and answering; a new model begins with the default ones."""
    found = ROOM / "retrieval" / "weights" / model, ROOM / "answering" / "weights" / model
    for folder in found:
        if not folder.is_dir():
            shutil.copytree(folder.parent / DEFAULT_WEIGHTS, folder)
    return found


def steps(retrieval: Path, answering: Path) -> dict[str, list[tuple[list[str], str]]]:
    """Return the commands of each step, without the sets, each with the value of ASKBRIEF_READER."""
    ranking, marking = [["-m", f"benchmarks.{name}"] for name in ("ranking", "marking")]
    verdicts = [
        (["-m", "askbrief", "calibrate", "--out", str(answering / CALIBRATION_FILES[read])], "on" if read else "off")
        for read in (True, False)
    ]
    return {
        "ranking": [([*ranking, "--out", str(retrieval / RANKING)], "off")],
        "marking": [([*marking, "--out", str(answering / "sentence.json")], "on")],
        "reranking": [([*ranking, "--reader", "--out", str(retrieval / RERANKING)], "on")],
        "verdict": verdicts,
    }


def main() -> None:
    """Run the steps; stop at the first that fails."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="+", type=Path, metavar="SET")
    parser.add_argument("--only", choices=["ranking", "marking", "reranking", "verdict"])
    options = parser.parse_args()
    settings = load_settings()
    model = ModelFiles.find(settings.model, settings.cache_dir).model_id.partition("@")[0]
    for name, commands in steps(*folders(model)).items():
        if options.only in {None, name}:
            for command, reader in commands:
                print(f"{model}: {name}, reader {reader}", flush=True)
                arguments = [sys.executable, *command, *map(str, options.sets)]
                subprocess.run(arguments, env={**os.environ, "ASKBRIEF_READER": reader}, check=True)


if __name__ == "__main__":
    main()
