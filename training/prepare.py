"""Prepare the training data: questions, passages, and for each question passages that do not answer it.

    python -m training.prepare spans.jsonl.gz training/work

Eight minutes on two cores, most of them for encoding all passages to find the closest ones.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from random import Random

from rich.console import Console

from askbrief.core.progress import ProgressBar
from askbrief.inference.loading import open_encoder
from askbrief.settings import load_settings
from training.exchanges import exchanged, names_in
from training.negatives import closest, without_answer
from training.questions import ALONE, prepared, read_lines

SEED = 7
EXCHANGES = 3
"""Number of modified forms of a question, if it can be modified."""


def main() -> None:
    """Read the data, and write passages.json and questions.jsonl."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--most", type=int, help="use only this many lines, spread evenly, for a trial")
    given = parser.parse_args()
    lines = list(read_lines(given.data))
    if given.most:
        lines = lines[:: max(1, len(lines) // given.most)]
    texts, sources, asked = prepared(lines, SEED)
    read = [one for one in asked if one.source not in ALONE]
    pool = [number for number, source in enumerate(sources) if source not in ALONE]
    place = {number: at for at, number in enumerate(pool)}
    with ProgressBar(Console(stderr=True)) as bar:
        bar.stage("encoding", len(pool) + len(read))
        others = closest(
            [(one.question, one.answer, place[one.passage]) for one in read],
            [texts[number] for number in pool],
            open_encoder(load_settings(model="english")),
            bar.advance,
        )
    of_question = {id(one): [pool[n] for n in found] for one, found in zip(read, others, strict=True)}
    names = sorted({name for one in read for name in names_in(one.question)})
    random = Random(SEED)
    given.out.mkdir(parents=True, exist_ok=True)
    (given.out / "passages.json").write_text(json.dumps(texts), encoding="utf-8")
    with (given.out / "questions.jsonl").open("w", encoding="utf-8") as file:
        for one in asked:
            passage = texts[one.passage]
            changed = [exchanged(one.question, passage, one.answer, names, random) for _ in range(EXCHANGES)]
            line = {
                "source": one.source,
                "question": one.question,
                "passage": one.passage,
                "spans": one.spans,
                "others": of_question.get(id(one), []),
                "without": without_answer(passage, one.answer),
                "exchanged": sorted({text for text in changed if text}),
            }
            file.write(json.dumps(line) + "\n")
    print(f"{len(asked):,} questions over {len(texts):,} passages in {given.out}")


if __name__ == "__main__":
    main()
